"""DG14x: specs of several files."""

from __future__ import annotations

from typing import Final

from dissgen.diagnostics.codes.code import Code

CODES: Final[tuple[Code, ...]] = (
    Code(
        "DG140",
        "a file cannot be imported",
        "Files are named relative to the file that names them, with `/` between the parts, and lie below the root of "
        "the project, links resolved.",
        "imports: [/etc/names.yaml]",
        "imports: [common/names.yaml]",
    ),
    Code(
        "DG141",
        "files need each other",
        "A file that imports or extends another one cannot be imported or extended by it, directly or through others. "
        "What both need goes to a third file.",
        "imports: [b.yaml]  # and in b.yaml: imports: [a.yaml]",
        "imports: [common.yaml]  # and in b.yaml: imports: [common.yaml]",
    ),
    Code(
        "DG142",
        "a name comes from two files",
        "Every name has one definition. With `as`, the names of a file stand behind a name of its own: `tcp.segment`.",
        "imports: [a.yaml, b.yaml]",
        "imports: [a.yaml, {file: b.yaml, as: b}]",
    ),
    Code(
        "DG143",
        "an imported file reads in another way",
        "`encoding`, `endian`, `bits` and `errors` are settings of a whole spec. A rule means the same wherever it is "
        "used, so a file whose rules are imported has the settings of the spec that imports it.",
        "encoding: utf-8\nimports: [latin.yaml]",
        "encoding: latin-1\nimports: [latin.yaml]",
    ),
    Code(
        "DG144",
        "nothing to change in the extended spec",
        "Null removes an entry and `replace` changes a field of the spec that is extended. It has none of that name.",
        "extends: dns.yaml\ngrammar: {qestion: null}",
        "extends: dns.yaml\ngrammar: {question: null}",
    ),
)
