"""DG3xx: expressions, their syntax and their types."""

from __future__ import annotations

from typing import Final

from dissgen.diagnostics.codes.code import Code

CODES: Final[tuple[Code, ...]] = (
    Code(
        "DG301",
        "this is not an expression of the language",
        "Expressions are a typed subset of Python: names, fields, literals, operators, comparisons, `and or not`, "
        "conditional expressions, indexing, slicing, calls of the listed functions and methods, and one generator "
        "as the argument of a function. Everything else that Python can write is refused.",
        "when: message.verb = 'QUIT'",
        "when: message.verb == 'QUIT'",
    ),
    Code(
        "DG302",
        "an expression is too large",
        "An expression has at most 1 KiB and nests at most 32 deep; a number has at most 64 bits. Give parts of a "
        "large expression names, with `let` in a rule or under `conditions`.",
        "when: size < 99999999999999999999",
        "when: size < 0xffffffff",
    ),
    Code(
        "DG303",
        "a name is not known here",
        "An expression in a rule sees the rule's earlier fields, its parameters and message variables; in a "
        "transition it sees `message`, the variables, and what belongs to the event. Rules see no session variables: "
        "they are functions of their input and parameters.",
        "when: len(outstandig) > 0",
        "when: len(outstanding) > 0",
    ),
    Code(
        "DG304",
        "two types do not go together",
        "There is no implicit conversion, so values of different types never compare, add up, or stand in one list. "
        "Convert one of them with `int`, `str`, `float`, `.encode()` or `.decode()`, or write the literal in the "
        "other type.",
        "when: message.code == '354'",
        "when: message.code == 354",
    ),
    Code(
        "DG305",
        "a value of another type is needed",
        "The operator, the function or the place of the expression needs a value of another type. There is no "
        "implicit conversion.",
        "value: len(code)",
        "value: len(str(code))",
    ),
    Code(
        "DG306",
        "the value may be None",
        "A field that not every path sets is an optional. Where its value is needed, write a default with `or`, or "
        "test it first: `x is not None and ...` narrows what follows it, and a transition's `when` narrows its "
        "`execute`. Only None is replaced by the default; empty text and zero are values.",
        "when: len(message.argument) > 506",
        'when: len(message.argument or "") > 506',
    ),
    Code(
        "DG307",
        "a test must be a bool",
        "Only a `bool` is true or false. An empty list, empty text, zero and None are different things; write which "
        "one is meant.",
        "when: outstanding",
        "when: len(outstanding) > 0",
    ),
    Code(
        "DG308",
        "there is no such function or method",
        "The functions are len int str float min max abs sum any all first list seconds matches peek; text and bytes "
        "have upper lower strip startswith endswith split join replace find, and hex decode encode; tables and maps "
        "have get.",
        "value: verb.capitalize()",
        "value: verb.upper()",
    ),
    Code(
        "DG309",
        "wrong arguments",
        "The function or method takes another number of arguments, or another kind of them.",
        "value: len(a, b)",
        "value: len(a) + len(b)",
    ),
    Code(
        "DG310",
        "a field, member or token is not known",
        "The record has no field of that name, the enum no such member, or `tokens` no such token.",
        "when: message.cod == 220",
        "when: message.code == 220",
    ),
    Code(
        "DG311",
        "the variable of a generator hides another name",
        "A generator's variable needs a name that has no meaning here yet, so that a reader is never in doubt.",
        "when: any(code > 399 for code in codes) and code == 1",
        "when: any(c > 399 for c in codes) and code == 1",
    ),
    Code(
        "DG312",
        "a look-up may miss",
        "A table or map may have no such key. Give a default with `.get(key, default)`; only the subject of a "
        "`branch` may miss, which is then no match.",
        "value: SEVERITY[code]",
        "value: SEVERITY.get(code, 'low')",
    ),
    Code(
        "DG313",
        "the type of a list is not known",
        "`[]` takes its type from its place, or from the list that it is compared with or added to. Where there is "
        "none, its type is not known.",
        "value: len([])",
        "value: '0'",
    ),
    Code(
        "DG314",
        "a shift is not bounded",
        "`x << n` with an `n` from the input would let a few octets ask for gigabytes. Shift by a constant of at most "
        "64, or bound the amount with `&` or `%`.",
        "value: 1 << exponent",
        "value: 1 << (exponent & 0x1f)",
    ),
    Code(
        "DG315",
        "a description is not well-formed",
        "A description shows values with `{expression}` or, as a literal, with `{expression!r}`; braces themselves "
        "are doubled. There are no other conversions and no formats.",
        "description: 'invalid line: {error'",
        "description: 'invalid line: {error}'",
    ),
    Code(
        "DG316",
        "this is not a type",
        "Types are bool int float str bytes duration, the names of rules (their records) and enums, `list[T]`, "
        "`map[K, V]` and `optional[T]`.",
        "variables: {names: {type: 'list[string]'}}",
        "variables: {names: {type: 'list[str]'}}",
    ),
)
"""In ascending order."""
