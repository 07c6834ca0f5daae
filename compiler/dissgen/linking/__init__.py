"""Specs of several files: `imports` and `extends`, document by document, before anything is bound."""

from dissgen.linking.link import Linked, is_library, link

__all__ = ["Linked", "is_library", "link"]
