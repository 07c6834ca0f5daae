"""Specs of several files: `imports` and `extends`, document by document, before anything is bound."""

from dissgen.linking.link import Linked, link

__all__ = ["Linked", "link"]
