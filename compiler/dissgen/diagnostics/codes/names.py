"""DG2xx: names of a spec and what they are bound to: tokens, rules, fields, variables, events, alerts."""

from __future__ import annotations

from typing import Final

from dissgen.diagnostics.codes.code import Code

CODES: Final[tuple[Code, ...]] = (
    Code(
        "DG201",
        "a name is not defined",
        "Tokens, rules, events, alerts, variables and states are defined in their sections of the spec. The name is in "
        "none of them; if one looks like it, its place is shown.",
        "down: repply",
        "down: reply",
    ),
    Code(
        "DG202",
        "a name means two things",
        "Bare names in the grammar are tokens or rules, names in a guard are variables, conditions or tables. Each "
        "may be defined once.",
        "tokens: {TEXT: '.*'}\ngrammar: {TEXT: {record: [LINE_END]}}",
        "tokens: {TEXT: '.*'}\ngrammar: {text_line: {record: [LINE_END]}}",
    ),
    Code(
        "DG203",
        "a field is set twice",
        "On one path through a rule every field is set at most once. Different cases of a branch may set the same "
        "field.",
        "record: [{field: code, token: CODE}, {field: code, token: CODE}]",
        "record: [{field: first_code, token: CODE}, {field: second_code, token: CODE}]",
    ),
    Code(
        "DG204",
        "a name cannot be used",
        "Names are letters, digits and `_` and do not begin with a digit. A field cannot have the name of a function "
        "or of a scope word of the expressions, or of a parameter of its rule; a variable not that of a scope word.",
        "record: [{field: len, token: SIZE}]",
        "record: [{field: length, token: SIZE}]",
    ),
    Code(
        "DG205",
        "a field has two types",
        "A field that several paths set has one type on all of them.",
        "cases: [{is: A, field: size, token: SIZE}, {else: true, field: size, token: SIZE, convert: int}]",
        "cases: [{is: A, field: size, token: SIZE, convert: int}, {else: true, field: size, token: SIZE, convert: "
        "int}]",
    ),
    Code(
        "DG206",
        "a value is of another type",
        "Values of `is`, `const`, `initial` and tables are YAML and have the type of their subject. A number in quotes "
        "is text.",
        "variables: {size: {type: int, initial: '0'}}",
        "variables: {size: {type: int, initial: 0}}",
    ),
    Code(
        "DG207",
        "a table has a key twice",
        "A key of a table has one value.",
        "tables: {CMD: {required: [MAIL], none: [MAIL, QUIT]}}",
        "tables: {CMD: {required: [MAIL], none: [QUIT]}}",
    ),
    Code(
        "DG211",
        "this event is no stream",
        "Elements with `stream` deliver bytes; the event is declared with `{stream: bytes}`.",
        "events: {body: {size: int}}",
        "events: {body: {stream: bytes}}",
    ),
    Code(
        "DG212",
        "a rule is not given its parameter",
        "A parameter that `with` does not give is taken from the same name in scope. A side of a state gives every "
        "parameter.",
        "up: chunk",
        "up: {use: chunk, with: {size: size}}",
    ),
    Code(
        "DG213",
        "a rule has no such parameter",
        "`with` gives the parameters that the rule declares.",
        "up: {use: chunk, with: {length: size}}",
        "up: {use: chunk, with: {size: size}}",
    ),
    Code(
        "DG214",
        "a rule contains itself",
        "A rule may use itself for a value, through a field or as the item of an array. Merged into itself, or as its "
        "own value, it would have no end.",
        "list: {record: [ITEM, list]}",
        "list: {record: [ITEM, {field: tail, use: list}]}",
    ),
    Code(
        "DG215",
        "a payload needs a record",
        "`event: rule` takes the fields of the rule's record; this rule yields a single value.",
        "events: {name: word}",
        "events: {name: {word: str}}",
    ),
    Code(
        "DG216",
        "an event has no such field",
        "The payload of an event has the fields that `events` declares.",
        "trigger: {response: {cod: message.code}}",
        "trigger: {response: {code: message.code}}",
    ),
    Code(
        "DG217",
        "a field of a payload is not given",
        "A field that `trigger` does not give is taken from the field of `message` with the same name, if it has the "
        "same type.",
        "trigger: response",
        "trigger: {response: {command: 'outstanding[0]'}}",
    ),
    Code(
        "DG218",
        "a rule does not find what it reads of its parent",
        "`parent.x` is the field `x` of the rule that uses this one, `root.x` that of the outermost rule. It has to be "
        "read before the rule is used, wherever it is used, and with one type. A rule that a state reads has no "
        "parent.",
        "message: {record: [body, {field: kind, number: 8}]}\nbody: {record: [{verify: parent.kind == 1}, LINE]}",
        "message: {record: [{field: kind, number: 8}, body]}\nbody: {record: [{verify: parent.kind == 1}, LINE]}",
    ),
    Code(
        "DG221",
        "a stream inside a union",
        "The members of a union are read from the same start, and so are the alternatives of a try: what they stream "
        "would be delivered more than once.",
        "union: [{bytes: {rest: true}, stream: body}, header]",
        "record: [header, {bytes: {rest: true}, stream: body}]",
    ),
    Code(
        "DG222",
        "what is streamed has no value",
        "Streamed bytes are delivered as they arrive and never kept. Only a streamed token with a `field` keeps its "
        "value too.",
        "{field: body, bytes: {rest: true}, stream: body}",
        "{bytes: {rest: true}, stream: body}",
    ),
    Code(
        "DG223",
        "a conversion is not known",
        "The conversions of this version are int, {int: base}, float, upper, lower, strip and hex.",
        "{field: verb, token: WORD, convert: uppercase}",
        "{field: verb, token: WORD, convert: upper}",
    ),
    Code(
        "DG224",
        "a conversion of another type",
        "A conversion takes the value as it is so far: text from a token, bytes from `bytes`, or what the conversion "
        "before it gave.",
        "{field: code, token: CODE, convert: [int, upper]}",
        "{field: code, token: CODE, convert: int}",
    ),
    Code(
        "DG225",
        "a transform cannot be applied",
        "Transforms change bytes: those of a stream, or those that a field keeps.",
        "{field: text, bytes: {until: END}, transform: dot_unstuff}",
        "{bytes: {until: END}, transform: dot_unstuff, stream: mail}",
    ),
    Code(
        "DG227",
        "a literal that no bytes can be",
        "`literal` holds characters up to U+00FF, each of which is a byte; `hex` holds pairs of hexadecimal digits.",
        "hex: '0d0'",
        "hex: '0d 0a'",
    ),
    Code(
        "DG228",
        "bytes of what extent",
        "`bytes` and `text` say where they end: `{size: e}`, `{until: TOKEN}` or `{rest: true}`.",
        "{field: body, bytes: {}}",
        "{field: body, bytes: {rest: true}}",
    ),
    Code(
        "DG229",
        "an element says not when",
        "An `optional` is present when its `when` is true; an `array` ends by `count`, `while`, `until` or `rest`.",
        "{field: lines, array: reply_line}",
        "{field: lines, array: reply_line, until: 'item.separator != \"-\"'}",
    ),
    Code(
        "DG230",
        "this is no size",
        "A size or limit is a number above zero, or one with a unit: B, KiB, MiB or GiB.",
        "limits: {message: 1 MB}",
        "limits: {message: 1 MiB}",
    ),
    Code(
        "DG232",
        "a case is never reached",
        "The first case that has the value of the subject is taken, `else` takes every other value.",
        "cases: [{is: A, use: one}, {is: A, use: two}]",
        "cases: [{is: A, use: one}, {is: B, use: two}]",
    ),
    Code(
        "DG233",
        "a modifier of values at what has no single value",
        "`convert`, `enum`, `const` and `transform` make another value of a value: of a token, a number, bytes, text, "
        "or a rule that yields one. At a `branch`, `optional`, `try` or `at` they are said of each element inside, "
        "behind what that says itself. Records and lists have many values.",
        "{field: size, record: [LENGTH, LINE_END], convert: int}",
        "record: [{field: size, token: LENGTH, convert: int}, LINE_END]",
    ),
    Code(
        "DG234",
        "a stream that nothing inside feeds",
        "`stream` at an element around others joins the pieces of that stream which the elements inside deliver, and "
        "decodes them as one. The elements whose bytes these are have a `stream` of their own.",
        "{array: {bytes: {size: 4}}, count: 3, stream: content, transform: gzip}",
        "{array: {bytes: {size: 4}, stream: content}, count: 3, stream: content, transform: gzip}",
    ),
)
"""In ascending order."""
