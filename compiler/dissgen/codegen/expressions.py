"""Python source of a checked expression. The text of the spec never reaches it: literals go through `repr`."""

from __future__ import annotations

import re
from typing import Final, Protocol, assert_never

from dissgen.codegen import naming
from dissgen.codegen.lookups import asked
from dissgen.ir.expressions import (
    AND_LEVEL,
    COMPARISON_LEVEL,
    CONDITIONAL_LEVEL,
    NOT_LEVEL,
    OR_LEVEL,
    PRIMARY_LEVEL,
    UNARY_LEVEL,
    Attribute,
    Binary,
    Binding,
    BindingKind,
    Call,
    Compare,
    ComparisonOperator,
    Conditional,
    Constant,
    Generator,
    Index,
    Known,
    ListDisplay,
    Logic,
    Matches,
    Method,
    Name,
    OrDefault,
    Peek,
    Slice,
    Typed,
    Unary,
    binary_level,
    fallible,
    level,
)
from dissgen.types import BytesType, EnumType, FloatType, OptionalType, RecordType, StrType, inner, python

NANOSECONDS: Final = "1_000_000_000"

_Source = tuple[str, int]
"""Source text and how tightly its outermost operator binds (`ir.expressions.level`)."""


class Environment(Protocol):
    """How names are written where the expression will stand."""

    def name(self, binding: Binding) -> str:
        """A bound name, of any kind but ENUM, TABLE and CONDITION. It binds like a name or an attribute.

        The variable of a generator (LOCAL) is asked for too: it must hide nothing that the others give.
        """

    def attribute(self, record: RecordType, field: str) -> str:
        """The Python name of a field (keywords get `_`)."""

    def peek(self, peek: Peek) -> str:
        """What comes next in the input: a call or a name."""

    def matches(self, token: str) -> str:
        """A callable that takes the value (bytes) and tells whether the token matches the whole of it."""

    def table(self, name: str) -> str:
        """The name of a table: a dict, or for a set a frozenset."""

    def keys(self, items: Binding) -> str:
        """The set of the keys of a list with `lookup`; "" where there is none."""


def emit(expression: Typed, environment: Environment) -> str:
    """The Python expression for a tree, with the parentheses that it needs inside; the caller adds its own."""
    return _emit(expression, environment)[0]


def emit_part(expression: Typed, environment: Environment, least: int) -> str:
    """As `emit`, in parentheses if it binds less than `least` (`dissgen.ir.expressions.*_LEVEL`)."""
    text, binds = _emit(expression, environment)
    return f"({text})" if binds < least else text


def _emit(node: Typed, env: Environment) -> _Source:
    match node:
        case Constant(value):
            return repr(value), level(node)
        case Name():
            return _name(node, env)
        case Attribute(value, field):
            return _attribute(value, field, env), level(node)
        case Index(value, index):
            return f"{_primary(value, env)}[{emit(index, env)}]", PRIMARY_LEVEL
        case Slice():
            return _slice(node, env), PRIMARY_LEVEL
        case Unary("not", operand):
            return f"not {emit_part(operand, env, NOT_LEVEL)}", NOT_LEVEL
        case Unary(op, operand):
            return op + emit_part(operand, env, UNARY_LEVEL), UNARY_LEVEL
        case Binary(op, left, right):
            binds = binary_level(op)
            return f"{emit_part(left, env, binds)} {op} {emit_part(right, env, binds + 1)}", binds
        case Compare():
            return _compare(node, env)
        case Logic(op, values):
            binds = OR_LEVEL if op == "or" else AND_LEVEL
            return f" {op} ".join(emit_part(value, env, binds + 1) for value in values), binds
        case OrDefault():
            return _or_default(node, env)
        case Conditional(test, then, otherwise):
            return _conditional(
                emit_part(then, env, CONDITIONAL_LEVEL + 1),
                emit_part(test, env, CONDITIONAL_LEVEL + 1),
                emit_part(otherwise, env, CONDITIONAL_LEVEL),
            )
        case ListDisplay(items):
            return f"[{_arguments(items, env)}]", PRIMARY_LEVEL
        case Call():
            return _look_up(node, None, env) or _call(node, env)
        case Method():
            return _method(node, env), PRIMARY_LEVEL
        case Generator():
            return _generator(node, env), 0
        case Peek():
            return env.peek(node), PRIMARY_LEVEL
        case Known(value):
            return _known(node, value, env)
        case Matches(value, token):
            data = emit(value, env) if isinstance(value.type, BytesType) else _encoded(value, env)
            return f"{env.matches(token)}({data})", PRIMARY_LEVEL
        case _:
            assert_never(node)


def _primary(node: Typed, env: Environment) -> str:
    return emit_part(node, env, PRIMARY_LEVEL)


def _arguments(nodes: tuple[Typed, ...], env: Environment) -> str:
    return ", ".join(emit(node, env) for node in nodes)


def _encoded(value: Typed, env: Environment) -> str:
    """Text as the octets it was read from; a character beyond U+00FF becomes `?`."""
    return f'{_primary(value, env)}.encode("latin-1", "replace")'


def _name(node: Name, env: Environment) -> _Source:
    binding = node.binding
    if binding.kind is BindingKind.TABLE:
        return env.table(binding.name), PRIMARY_LEVEL
    if binding.definition is not None:
        return _emit(binding.definition, env)
    return env.name(binding), PRIMARY_LEVEL


def _attribute(value: Typed, field: str, env: Environment) -> str:
    record = inner(value.type)
    if isinstance(record, EnumType):
        return repr(dict(record.members)[field])
    assert isinstance(record, RecordType)
    return f"{_primary(value, env)}.{env.attribute(record, field)}"


def _known(node: Known, value: Typed, env: Environment) -> _Source:
    """What mypy cannot see: that the subject of a branch says which of its cases has set a field."""
    wanted, found = (python(type_, naming.record_class) for type_ in (node.type, value.type))
    text = emit(value, env)
    return (text if wanted == found else f"cast({wanted!r}, {text})"), PRIMARY_LEVEL


def _slice(node: Slice, env: Environment) -> str:
    lower, upper = (emit(bound, env) if bound is not None else "" for bound in (node.lower, node.upper))
    return f"{_primary(node.value, env)}[{lower}:{upper}]"


def _conditional(then: str, test: str, otherwise: str) -> _Source:
    return f"{then} if {test} else {otherwise}", CONDITIONAL_LEVEL


def _compare(node: Compare, env: Environment) -> _Source:
    if node.ops[0] in ("in", "not in") and isinstance(node.rights[0].type, BytesType):
        return _in_bytes(node, env)
    tests: list[str] = []
    chain = emit_part(node.left, env, COMPARISON_LEVEL + 1)
    compared = False
    for left, op, right in zip((node.left, *node.rights), node.ops, node.rights, strict=False):
        text = emit_part(right, env, COMPARISON_LEVEL + 1)
        if (known := _known_test(left, op, right)) is None:
            chain, compared = f"{chain} {op} {text}", True
            continue
        tests += [chain, known] if compared else [known]
        chain, compared = text, False
    tests += [chain] if compared else []
    return " and ".join(tests), COMPARISON_LEVEL if len(tests) == 1 else AND_LEVEL


def _known_test(left: Typed, op: ComparisonOperator, right: Typed) -> str | None:
    """What a test of two literals gives: mypy refuses those that differ. None: not known here."""
    first, second = _literal(left), _literal(right)
    if first is None or second is None or op not in ("==", "!="):
        return None
    return repr((first == second) == (op == "=="))


def _literal(node: Typed) -> str | bytes | int | float | None:
    match node:
        case Constant(str() | bytes() | int() | float() as value):
            return value
        case Unary("-", Constant(int() | float() as value)):
            return -value
        case Attribute(Name(), field) if isinstance(type_ := inner(node.value.type), EnumType):
            return dict(type_.members)[field] if node.type == type_ else None
        case _:
            return None


def _in_bytes(node: Compare, env: Environment) -> _Source:
    """`x in data`, false for an empty x (at the end of the input `peek(1)` is empty)."""
    negated = node.ops[0] == "not in"
    left = emit_part(node.left, env, COMPARISON_LEVEL + 1)
    right = emit_part(node.rights[0], env, COMPARISON_LEVEL + 1)
    if isinstance(node.left, Constant) and node.left.value:
        return f"{left} {node.ops[0]} {right}", COMPARISON_LEVEL
    if isinstance(node.left, Constant) and not fallible(node.rights[0]):
        return repr(negated), PRIMARY_LEVEL
    if fallible(node.rights[0]):  # it fails for an empty x, too
        test = f"any(piece != b'' and piece in data for piece, data in (({left}, {right}),))"
        return (f"not {test}", NOT_LEVEL) if negated else (test, PRIMARY_LEVEL)
    if _simple(node.left):
        if negated:
            return f"{left} == b'' or {left} not in {right}", OR_LEVEL
        return f"{left} != b'' and {left} in {right}", AND_LEVEL
    piece = _unused("piece", right)
    test = f"any({piece} != b'' and {piece} in {right} for {piece} in ({left},))"
    return (f"not {test}", NOT_LEVEL) if negated else (test, PRIMARY_LEVEL)


def _look_up(node: Call, default: Typed | None, env: Environment) -> _Source | None:
    """A look-up in a list whose keys are known: most are not there."""
    found = asked(node)
    if found is None or not isinstance(found[0].iterable, Name):
        return None
    generator, key = found
    known = env.keys(found[0].iterable.binding)
    if not known:
        return None
    test = f"{key!r} in {known}"
    if node.function == "any":
        return test, COMPARISON_LEVEL
    if node.function == "list":
        return _conditional(f"[{emit(generator, env)}]", test, "[]")
    if default is not None and isinstance(generator.element.type, OptionalType):
        return None
    absent = "None" if default is None else emit_part(default, env, CONDITIONAL_LEVEL)
    return _conditional(f"next({emit(generator, env)})", test, absent)


def _or_default(node: OrDefault, env: Environment) -> _Source:
    """The value unless it is None. One that is more than a name is evaluated once."""
    default = emit_part(node.default, env, CONDITIONAL_LEVEL)
    if isinstance(node.value, Call) and (source := _look_up(node.value, node.default, env)):
        return source
    match node.value:
        case Call("first", (Generator(element) as items,)) if not isinstance(element.type, OptionalType):
            return f"next({emit_part(items, env, 1)}, {default})", PRIMARY_LEVEL
    if _simple(node.value):
        value = _primary(node.value, env)
        return _conditional(value, f"{value} is not None", default)
    variable = _unused("value", default)
    chosen, _ = _conditional(variable, f"{variable} is not None", default)
    return f"next({chosen} for {variable} in ({emit(node.value, env)},))", PRIMARY_LEVEL


def _simple(node: Typed) -> bool:
    """Whether evaluating it twice costs nothing and is easy to read."""
    match node:
        case Name(binding):
            return binding.definition is None
        case Attribute(value):
            return _simple(value)
        case _:
            return False


def _unused(name: str, source: str) -> str:
    """A name for a variable that the source does not use."""
    while re.search(rf"\b{name}\b", source):
        name += "_"
    return name


def _call(node: Call, env: Environment) -> _Source:
    first = node.arguments[0]
    match node.function:
        case "first":
            items = emit_part(first, env, 1) if isinstance(first, Generator) else f"iter({emit(first, env)})"
            return f"next({items}, None)", PRIMARY_LEVEL
        case "between":
            return f"r.between({_arguments(node.arguments, env)})", PRIMARY_LEVEL
        case "joined":
            return f'b"".join(({_arguments(node.arguments, env)}))', PRIMARY_LEVEL
        case "list" if isinstance(first, Generator):
            return f"[{emit(first, env)}]", PRIMARY_LEVEL
        case "sum" if isinstance(node.type, FloatType):
            return f"sum({emit_part(first, env, 1)}, 0.0)", PRIMARY_LEVEL
        case "seconds" if isinstance(first.type, FloatType):
            return f"round({emit_part(first, env, binary_level('*'))} * {NANOSECONDS})", PRIMARY_LEVEL
        case "seconds":
            return f"{emit_part(first, env, binary_level('*'))} * {NANOSECONDS}", binary_level("*")
        case "int" | "float" if isinstance(first.type, StrType):
            return f"text_{node.function}({_arguments(node.arguments, env)})", PRIMARY_LEVEL
        case function:
            return f"{function}({_arguments(node.arguments, env)})", PRIMARY_LEVEL


def _method(node: Method, env: Environment) -> str:
    value = _primary(node.value, env)
    if node.name == "decode" and not node.arguments:
        return f'{value}.decode("latin-1")'
    if node.name == "encode" and not node.arguments:
        return f'{value}.encode("latin-1")'
    assert node.name == "get" or isinstance(node.value.type, StrType | BytesType)
    return f"{value}.{node.name}({_arguments(node.arguments, env)})"


def _generator(node: Generator, env: Environment) -> str:
    tests = "".join(f" if {emit_part(test, env, CONDITIONAL_LEVEL + 1)}" for test in node.conditions)
    variable = env.name(node.variable)
    element = emit_part(node.element, env, 1)
    return f"{element} for {variable} in {emit_part(node.iterable, env, CONDITIONAL_LEVEL + 1)}{tests}"
