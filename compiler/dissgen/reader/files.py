"""Spec files from the disk: bytes to text, with an error at a place for whatever goes wrong."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from dissgen.diagnostics import Diagnostics
from dissgen.reader.nodes import MappingNode
from dissgen.reader.reader import MAXIMUM_SIZE, UNFIT, read, report_size
from dissgen.text import SourceFile, Span

_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
_UNFIT_IN_NAME: Final = re.compile(rf"[\t\r\n]|{UNFIT.pattern}")
"""A line break would end the comment of a module in which the name stands."""


def read_file(path: Path, root: Path, diagnostics: Diagnostics) -> MappingNode | None:
    """Read a spec. It is shown under its path below `root`, or under the path as given where it lies elsewhere.

    Errors of the operating system, of the encoding and of the YAML go to `diagnostics`; then the answer is None.
    """
    shown = display_path(path, root)
    if _UNFIT_IN_NAME.search(shown):
        escaped = repr(shown)[1:-1]
        whole = Span(SourceFile(escaped, ""), 0, 0)
        label = "with characters that cannot be shown"
        diagnostics.error("DG018", f"the file name `{escaped}`", whole, label, help="give the file another name")
        return None
    try:
        with path.open("rb") as file:
            data = file.read(MAXIMUM_SIZE + 1)
    except OSError as error:
        whole = Span(SourceFile(shown, ""), 0, 0)
        diagnostics.error("DG001", f"`{shown}` cannot be read", whole, _reason(error))
        return None
    if len(data) > MAXIMUM_SIZE:
        report_size(shown, diagnostics)
        return None
    data = data.removeprefix(_BYTE_ORDER_MARK)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        _report_encoding(shown, data, error, diagnostics)
        return None
    return read(SourceFile(shown, text), diagnostics)


def display_path(path: Path, root: Path) -> str:
    """The path relative to the root of the project with `/` between its parts; as given when it is not below it."""
    try:
        return path.resolve().relative_to(root.resolve()).as_posix()
    except (OSError, ValueError, RuntimeError):  # the last for a loop of links
        return path.as_posix()


def _reason(error: OSError) -> str:
    match error:
        case FileNotFoundError():
            return "no such file"
        case IsADirectoryError():
            return "a directory, not a file"
        case PermissionError():
            return "no permission to read it"
        case _:
            return error.strerror or "the system gives no reason"


def _report_encoding(shown: str, data: bytes, error: UnicodeDecodeError, diagnostics: Diagnostics) -> None:
    source = SourceFile(shown, data.decode("utf-8", "replace"))
    offset = len(data[: error.start].decode("utf-8"))
    label = f"the byte 0x{data[error.start]:02x} begins no character here"
    diagnostics.error(
        "DG002", "the file is not UTF-8", Span.at(source, offset), label, help="save the file with the encoding UTF-8"
    )
