"""The files that a spec names: where they are, and what it says of them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from dissgen.diagnostics import Diagnostics
from dissgen.reader import MappingNode, Node, ScalarNode, SequenceNode, read_file
from dissgen.text import SourceFile, Span

_ALIAS: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Import:
    """One entry of `imports`: the file, and the name under which its definitions stand."""

    file: ScalarNode
    alias: str | None


def imports_of(node: MappingNode, diagnostics: Diagnostics) -> list[Import] | None:
    """The entries of `imports`; None after reporting that they, or `extends`, are no names of files."""
    value = node.get("imports")
    extends = node.get("extends")
    if node.key("extends") is not None and not _is_text(extends):
        assert extends is not None
        _malformed("`extends` is the name of a file", extends, diagnostics, "write `extends: dns.yaml`")
        return None
    if node.key("imports") is None:
        return []
    if not isinstance(value, SequenceNode):
        assert value is not None
        _malformed("`imports` is a list of files", value, diagnostics)
        return None
    found: list[Import] = []
    aliases: dict[str, Span] = {}
    for item in value.items:
        entry = _import(item)
        if entry is None:
            _malformed("an import is a file, or `{file: name, as: alias}`", item, diagnostics)
            return None
        if entry.alias is not None and entry.alias in aliases:
            diagnostics.error(
                "DG142",
                f"two imports are called `{entry.alias}`",
                item.span,
                "the second",
                also=[(aliases[entry.alias], "the first")],
                help="give one of them another name",
            )
            return None
        if entry.alias is not None:
            aliases.setdefault(entry.alias, item.span)
        found.append(entry)
    return found


def _import(item: Node) -> Import | None:
    if isinstance(item, ScalarNode):
        return Import(item, None) if _is_text(item) else None
    if not isinstance(item, MappingNode) or not set(item.keys()) <= {"file", "as"}:
        return None
    file, alias = item.get("file"), item.get("as")
    if not isinstance(file, ScalarNode) or not _is_text(file):
        return None
    if item.key("as") is None:
        return Import(file, None)
    if not isinstance(alias, ScalarNode) or not isinstance(alias.value, str) or not _ALIAS.fullmatch(alias.value):
        return None
    return Import(file, alias.value)


def _is_text(node: Node | None) -> bool:
    return isinstance(node, ScalarNode) and isinstance(node.value, str) and bool(node.value)


def _malformed(
    message: str, node: Node, diagnostics: Diagnostics, help_: str = "write `imports: [common/names.yaml]`"
) -> None:
    diagnostics.error("DG103", message, node.span, "", help=help_)


@dataclass(slots=True)
class Files:
    """The files of one compilation. Nothing outside of the project is ever read."""

    root: Path
    _read: dict[Path, SourceFile] = field(default_factory=dict)

    def find(self, name: ScalarNode, origin: Path, diagnostics: Diagnostics) -> Path | None:
        """The file that a name means, from the folder of the file that names it; None after reporting why not."""
        text = str(name.value)
        if Path(text).is_absolute() or "\\" in text or "\0" in text or re.match("[A-Za-z]:", text):
            self._refuse(
                name, "not a path relative to this file", diagnostics, "write it with `/`, from this folder on"
            )
            return None
        try:
            path = (origin.parent / text).resolve()
            inside = path.is_relative_to(self.root.resolve())
            exists, is_file = path.exists(), path.is_file()
        except (OSError, RuntimeError):  # a loop of links, a name that is too long
            self._refuse(name, "no such file", diagnostics)
            return None
        if not inside:
            self._refuse(name, "outside of the project", diagnostics, "keep imported files below the project's root")
            return None
        if not is_file:
            self._refuse(name, "a directory, not a file" if exists else "no such file", diagnostics)
            return None
        return path

    def read(self, path: Path, diagnostics: Diagnostics) -> MappingNode | None:
        """The document of a file that was found."""
        node = read_file(path, self.root, diagnostics)
        if node is not None:
            self._read[path] = node.span.source
        return node

    def sources(self) -> tuple[SourceFile, ...]:
        """What was read, in the order of the paths."""
        return tuple(sorted(self._read.values(), key=lambda source: source.path))

    @staticmethod
    def _refuse(name: ScalarNode, label: str, diagnostics: Diagnostics, help_: str = "") -> None:
        message = f"`{name.value}` cannot be imported"
        diagnostics.error("DG140", message, name.span, label, help=(help_,) if help_ else ())
