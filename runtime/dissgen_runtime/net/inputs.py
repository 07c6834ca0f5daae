"""Which captures are meant: files, folders of them, standard input."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

SUFFIXES = (".pcap", ".pcapng", ".cap", ".gz")


class InputError(Exception):
    """A folder without captures; the message is for people."""


def expand(captures: Sequence[str]) -> list[str]:
    """The captures, with each folder replaced by the files in it that are named as captures, sorted by name.

    Raises InputError for a folder that has none or cannot be listed. Whether a file can be read is seen later.
    """
    found: list[str] = []
    for capture in captures:
        path = Path(capture)
        if capture == "-" or not path.is_dir():
            found.append(capture)
            continue
        try:
            inside = sorted(str(file) for file in path.iterdir() if file.name.endswith(SUFFIXES) and file.is_file())
        except OSError as error:
            raise InputError(f"{capture}: {error.strerror or error}") from error
        if not inside:
            raise InputError(f"{capture}: the folder has no captures (*{', *'.join(SUFFIXES)})")
        found += inside
    return found


def total_size(captures: Sequence[str]) -> int | None:
    """The bytes of all captures together; None where one is not a file of known size."""
    total = 0
    for capture in captures:
        path = Path(capture)
        try:
            if capture == "-" or not path.is_file():
                return None
            total += path.stat().st_size
        except OSError:
            return None
    return total
