"""A view laid out as Python source by the templates. They hold layout only."""

from __future__ import annotations

import ast
import functools
from typing import Final

import jinja2

from dissgen.codegen.parts import ModuleView

_IMPORTS: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    ("typing", ("Final", "Protocol", "TypeAlias", "Unpack", "cast")),
    (
        "dissgen_runtime",
        ("DOWN", "UP", "Direction", "Event", "Limits", "ParseError", "Record", "StreamEvent", "Verdict", "require"),
    ),
    ("dissgen_runtime.attempts", ("attempt",)),
    ("dissgen_runtime.checksums", ("address_bytes", "inet_checksum", "no_pseudo_header", "number_bytes")),
    (
        "dissgen_runtime.conversions",
        (
            *("bits_of", "ipv4_text", "ipv6_text", "mac_text", "signed_big", "signed_little"),
            *("timestamp_text", "unescaped", "unsigned_big", "unsigned_little"),
        ),
    ),
    ("dissgen_runtime.errors", ("EVALUATION_ERRORS",)),
    ("dissgen_runtime.events", ("new_record", "parties")),
    ("dissgen_runtime.exact", ("Exact",)),
    ("dissgen_runtime.fixed", ("Fixed",)),
    ("dissgen_runtime.hooks", ("SessionOptions",)),
    ("dissgen_runtime.kept_values", ("strict_text", "transformed")),
    ("dissgen_runtime.keeping", ("bounded", "numbers")),
    (
        "dissgen_runtime.machine",
        (
            *("ABSENT", "CHILD", "DISCARD", "FAIL", "HOLD", "STAY", "AlertKind", "Move", "Row", "SubStream", "Timer"),
            *("by_transport", "holds", "reads"),
        ),
    ),
    ("dissgen_runtime.masks", ("xor",)),
    ("dissgen_runtime.maps", ("Map",)),
    ("dissgen_runtime.numbers", ("read_float", "read_int", "text_float", "text_int")),
    ("dissgen_runtime.origins", ("Origin",)),
    ("dissgen_runtime.packed", ("flags_of", "numbers_of")),
    ("dissgen_runtime.reader", ("Frame", "Reader", "parse_int")),
    ("dissgen_runtime.rules", ("parse",)),
    ("dissgen_runtime.decoding", ("Base64", "Deflate", "Gzip", "QuotedPrintable", "Zlib")),
    ("dissgen_runtime.streams", ("DotUnstuff",)),
    ("dissgen_runtime.tokens", ("Terminator", "Token")),
    (
        "dissgen_runtime.varints",
        ("read_ber_length", "read_leb128", "read_mqtt", "read_quic", "read_vlq", "read_zigzag"),
    ),
)


@functools.cache
def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.PackageLoader("dissgen.codegen", "templates"),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,
    )


def render(module: ModuleView) -> str:
    """The source text, not yet formatted."""
    environment = _environment()
    body = environment.get_template("body.py.jinja").render(m=module)
    return environment.get_template("module.py.jinja").render(m=module, body=body, imports=_imports(body))


def _imports(body: str) -> str:
    """Exactly the imports that the body uses. `from dissgen_runtime import session` keeps the base class's own name."""
    words = {node.id for node in ast.walk(ast.parse(body)) if isinstance(node, ast.Name)} | {"require"}
    lines = [f"import {name}" for name in ("enum", "re", "struct") if name in words]
    blocks = ["\n".join(lines)] if lines else []
    standard: list[str] = []
    runtime: list[str] = []
    for source, names in _IMPORTS:
        used = [name for name in names if name in words]
        if used:
            line = f"from {source} import {', '.join(used)}"
            (standard if source == "typing" else runtime).append(line)
        if source == "dissgen_runtime":
            own = (name for name in ("custom", "session") if f"_{name}" in words)
            runtime += [f"from dissgen_runtime import {name} as _{name}" for name in own]
    if standard:
        blocks[-1:] = ["\n".join([*blocks[-1:], *standard])]
    blocks.append("\n".join(runtime))
    return "\n\n".join(blocks)
