"""The phases in order; the only module that knows them all.

A phase that finds errors reports all of them, and the next phase does not run. Each spec has a collector of its own, so
that errors of one do not stop another.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dissgen import passes
from dissgen.codegen import generate
from dissgen.diagnostics import Diagnostics
from dissgen.ir.printer import dump
from dissgen.linking import Linked, is_library, link
from dissgen.lowering import lower
from dissgen.reader import MappingNode, Node, ScalarNode, plain, read, read_file
from dissgen.sema import analyse as analyse_protocol
from dissgen.sema.dump import dump as dump_model
from dissgen.spec.parser import parse
from dissgen.text import SourceFile, Span

if TYPE_CHECKING:
    from dissgen.ir.ops import Module
    from dissgen.sema.model import Model


@dataclass(frozen=True, slots=True)
class Example:
    """An example as plain values, and as it stands in the file."""

    value: dict[str, Any]
    node: MappingNode

    @property
    def span(self) -> Span:
        return self.node.span


@dataclass(frozen=True, slots=True)
class Compiled:
    """A generated module and what its users need to know of the spec. `path` is relative to the project's root.

    `sources` are the files that it was made of, the spec first.
    """

    path: str
    folder: str
    protocol: str
    protocol_span: Span
    directions: tuple[str, str]
    source: str
    module: Module
    examples: tuple[Example, ...]
    sources: tuple[SourceFile, ...]


def analyse(source: SourceFile | Path, root: Path, diagnostics: Diagnostics) -> Model | None:
    """From a text or a file to the model; None after an error."""
    if isinstance(source, SourceFile):
        node, path = read(source, diagnostics), root / source.path
    else:
        node, path = read_file(source, root, diagnostics), source
    return None if node is None else analyse_node(node, path, root, diagnostics)


def analyse_node(node: MappingNode, path: Path, root: Path, diagnostics: Diagnostics) -> Model | None:
    """From the document, which stands in the file `path`, to the model; None after an error."""
    linked = link(node, path, root, diagnostics)
    return None if linked is None else _analyse_linked(linked, diagnostics)


def _analyse_linked(linked: Linked, diagnostics: Diagnostics) -> Model | None:
    protocol = replace(parse(linked.node, diagnostics), imported=linked.sources[1:])
    if diagnostics.has_errors:
        return None
    return analyse_protocol(protocol, diagnostics)


def compile_node(
    node: MappingNode,
    path: Path,
    root: Path,
    diagnostics: Diagnostics,
    *,
    off: Collection[str],
    formatted: bool,
    change: Callable[[Model], Model] | None = None,
) -> Compiled | None:
    """From the document, which stands in the file `path`, to the source of its module.

    `off` are passes that are left out; `change` makes another model of it, before it is lowered.
    """
    linked = link(node, path, root, diagnostics)
    model = None if linked is None else _analyse_linked(linked, diagnostics)
    if linked is None or model is None or diagnostics.has_errors:
        return None
    module = passes.run(lower(model if change is None else change(model)), off)
    name = linked.node.get("protocol")
    return Compiled(
        path=node.span.source.path,
        folder=str(path.parent),
        protocol=module.protocol,
        protocol_span=node.span if name is None else name.span,
        directions=module.directions,
        source=generate(module, formatted=formatted),
        module=module,
        examples=_examples(linked.node.get("examples")),
        sources=linked.sources,
    )


def compile_source(
    source: SourceFile, diagnostics: Diagnostics, *, off: Collection[str] = (), formatted: bool = True
) -> Compiled | None:
    """A text that is at hand; the files that it names are looked for in the working directory."""
    node = read(source, diagnostics)
    if node is None:
        return None
    return compile_node(node, Path(source.name), Path(), diagnostics, off=off, formatted=formatted)


def compile_text(source: SourceFile, path: Path, root: Path, diagnostics: Diagnostics) -> Compiled | None:
    """A text that is to stand in the file `path`."""
    node = read(source, diagnostics)
    return None if node is None else compile_node(node, path, root, diagnostics, off=(), formatted=False)


def compile_spec(
    path: Path,
    root: Path,
    diagnostics: Diagnostics,
    *,
    off: Collection[str] = (),
    formatted: bool = True,
    change: Callable[[Model], Model] | None = None,
) -> Compiled | None:
    """A file."""
    own = Diagnostics()
    node = read_file(path, root, own)
    compiled = None
    if node is not None:
        compiled = compile_node(node, path, root, own, off=off, formatted=formatted, change=change)
    _hand_on(own, diagnostics)
    return compiled


def lint_spec(path: Path, root: Path, diagnostics: Diagnostics) -> None:
    """Errors, and, if there are none, lints. Of a file that is there to be imported there are errors only."""
    from dissgen.lint import run

    own = Diagnostics()
    node = read_file(path, root, own)
    if node is not None and is_library(node):
        linked = link(node, path, root, own, whole=False)
        if linked is not None:
            found = Diagnostics()
            _analyse_linked(replace(linked, node=_named(linked.node)), found)
            for finding in found:
                if finding.code != "DG218":  # what has no parent here may have one where it is imported
                    own.add(finding)
    elif node is not None:
        model = analyse_node(node, path, root, own)
        if model is not None and not own.has_errors:
            for finding in run(model):
                own.add(finding)
    _hand_on(own, diagnostics)


def _named(node: MappingNode) -> MappingNode:
    """A library as a spec: it is checked as one, and nothing is built of it that would need the name."""
    return replace(node, entries=(*node.entries, (ScalarNode(node.span, "protocol"), ScalarNode(node.span, "library"))))


def emit_form(path: Path, root: Path, diagnostics: Diagnostics, form: str) -> str | None:
    """The `model` or the `ir` of a spec as text."""
    own = Diagnostics()
    node = read_file(path, root, own)
    model = None if node is None else analyse_node(node, path, root, own)
    _hand_on(own, diagnostics)
    if model is None or node is None or own.has_errors:
        return None
    if form == "model":
        return dump_model(model)
    return dump(passes.run(lower(model)))


def _hand_on(own: Diagnostics, diagnostics: Diagnostics) -> None:
    for finding in own:
        diagnostics.add(finding)


def _examples(node: Node | None) -> tuple[Example, ...]:
    found = []
    for item in getattr(node, "items", ()):
        value = plain(item)
        if isinstance(value, dict) and isinstance(item, MappingNode):
            found.append(Example(value, item))
    return tuple(found)
