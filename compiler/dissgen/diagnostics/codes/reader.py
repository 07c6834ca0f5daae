"""DG0xx: the file and its YAML."""

from __future__ import annotations

from typing import Final

from dissgen.diagnostics.codes.code import Code

CODES: Final[tuple[Code, ...]] = (
    Code(
        "DG001",
        "the file cannot be read",
        "The operating system did not give the file: it is not there, it is a directory, or it may not be read.",
        "",
        "",
    ),
    Code(
        "DG002",
        "the file is not UTF-8",
        "A spec is a text in UTF-8. Bytes that a protocol has and UTF-8 has not are written as hexadecimal digits.",
        "",
        "{hex: 'ff fe'}",
    ),
    Code(
        "DG003",
        "the file is too large",
        "A spec has at most 1 MiB, so that no file can keep the compiler busy for long.",
        "",
        "",
    ),
    Code(
        "DG004",
        "a control character",
        "Control characters, the line separators of old YAML and characters that change the direction of writing look"
        " like nothing or like something else. They are written as escapes in double quotes.",
        "",
        'expect: {variables: {name: "\\x07"}}',
    ),
    Code(
        "DG005",
        "not YAML",
        "The text breaks the syntax of YAML. The parser stops at the first such place: what follows was not looked at.",
        "{event: down, when: message.code in [220, 554]}",
        "{event: down, when: 'message.code in [220, 554]'}",
    ),
    Code(
        "DG006",
        "an empty file",
        "There is nothing in the file but white space and comments.",
        "# nothing yet",
        "dissgen: 1\nprotocol: example\ngrammar:\n  message: {token: '[a-z]+'}",
    ),
    Code(
        "DG007",
        "several documents in one file",
        "A line `---` after the first document begins another one. One file is one spec.",
        "dissgen: 1\n---\ndissgen: 1",
        "dissgen: 1",
    ),
    Code(
        "DG008",
        "the spec is no mapping",
        "A spec is a mapping from keys such as `dissgen`, `protocol` and `grammar` to their values.",
        "- dissgen: 1",
        "dissgen: 1",
    ),
    Code(
        "DG009",
        "a key stands twice",
        "Most readers of YAML keep the last value of such a key and drop the others without a word, so it is refused.",
        "tokens: {WS: ' +', WS: '[ \\t]+'}",
        "tokens: {WS: '[ \\t]+'}",
    ),
    Code(
        "DG010",
        "an anchor or an alias",
        "A spec names what it uses again (tokens, rules, conditions); YAML's own sharing would hide"
        " where a value stands.",
        "up: &side {hold: true}\ndown: *side",
        "up: {hold: true}\ndown: {hold: true}",
    ),
    Code(
        "DG011",
        "a tag",
        "The key of a value decides its type. Tags of YAML have no meaning in a spec.",
        "initial: !!str 1",
        "initial: '1'",
    ),
    Code(
        "DG012",
        "a merge key",
        "`<<` is no part of YAML 1.2. Write the keys out.",
        "<<: {hold: true}",
        "hold: true",
    ),
    Code(
        "DG013",
        "a key that is no name",
        "A key is a text, a number or a boolean. Null, lists and mappings cannot be keys.",
        "tables: {KIND: {null: none}}",
        "tables: {KIND: {'null': none}}",
    ),
    Code(
        "DG014",
        "nesting too deep",
        "Lists and mappings may stand in each other 64 deep. Inner elements can be rules with names of their own.",
        "",
        "",
    ),
    Code(
        "DG015",
        "a key without a value",
        "In flow style a comma ends a value. An expression that holds one stands in single quotes, or else its second"
        " half becomes a key without a value.",
        "{event: up, when: min(a, b) > 1}",
        "{event: up, when: 'min(a, b) > 1'}",
    ),
    Code(
        "DG016",
        "a number with too many digits",
        "A number is written with at most 100 characters.",
        "",
        "",
    ),
    Code(
        "DG017",
        "half a character",
        "`\\uD800` to `\\uDFFF` are the halves in which UTF-16 writes a character above U+FFFF. Alone they are none,"
        " and no file in UTF-8 can hold them. Write the character itself, or its number behind `\\U`.",
        'title: "\\uD83D\\uDE00"',
        'title: "\\U0001F600"',
    ),
    Code(
        "DG018",
        "a file name that cannot be shown",
        "The name of a spec stands in its module and in messages, so each of its characters can be shown: no line"
        " breaks, no control characters, and no bytes that are not UTF-8.",
        "",
        "",
    ),
)
"""In ascending order."""
