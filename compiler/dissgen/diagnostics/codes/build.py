"""DG7xx: writing and comparing generated modules."""

from __future__ import annotations

from typing import Final

from dissgen.diagnostics.codes.code import Code

CODES: Final[tuple[Code, ...]] = (
    Code(
        "DG701",
        "two specs have one output",
        "The generated module is named after `protocol`, so two specs of one name would overwrite each other's.",
        "specs/mail.yaml and specs/smtp.yaml, both with `protocol: smtp`",
        "specs/mail.yaml with `protocol: mail`",
    ),
    Code(
        "DG730",
        "an example cannot be run",
        "A line of `talk` begins with a speaker (`C: text`, `C# 0d 0a`) or with `!` (`!gap up 100`, `!wait 6 min`, "
        "`!close down`, `!cut down`); a step of a list has one key.",
        "talk: |\n  X: hello",
        "talk: |\n  C: hello",
    ),
    Code(
        "DG731",
        "an example expects what cannot be",
        "An example with `rule` parses its bytes with that rule: it expects a `value` or an `error`, and gives every "
        "parameter in `with`. All other examples are conversations and expect the rest. Bytes are `{hex: '0d 0a'}`.",
        "{name: a number, rule: number, talk: 'C: 12', expect: {state: open}}",
        "{name: a number, rule: number, talk: 'C: 12', expect: {value: {value: 12}}}",
    ),
)
"""In ascending order."""
