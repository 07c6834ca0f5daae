"""What a grammar means, written a second time: the Model read element by element, on complete input, as simply as possible.

It shares nothing with code generation or the runtime: tokens are tried with `re.fullmatch` at every length, values are plain
Python, nothing is resumed, fused or optimised.
"""

from __future__ import annotations

import itertools
import operator
import re
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import reference_values as values_of

from dissgen.ir import expressions as e
from dissgen.ir.expressions import BindingKind, Typed
from dissgen.ir.ops import Conversion, Transform
from dissgen.primitives import Bound, RuleUse
from dissgen.primitives.array import BoundArray
from dissgen.primitives.at import BoundAt
from dissgen.primitives.base import Alternative
from dissgen.primitives.branch import BoundBranch
from dissgen.primitives.choice import BoundTry
from dissgen.primitives.converted import BoundConverted
from dissgen.primitives.effects import BoundEffect
from dissgen.primitives.fail import BoundFail
from dissgen.primitives.join import BoundJoin
from dissgen.primitives.let import BoundLet
from dissgen.primitives.literal import BoundLiteral
from dissgen.primitives.number import BoundNumber
from dissgen.primitives.octets import BoundOctets
from dissgen.primitives.optional import BoundOptional
from dissgen.primitives.quantity import Quantity
from dissgen.primitives.record import BoundRecord
from dissgen.primitives.skip import BoundAlign, BoundSkip
from dissgen.primitives.token import BoundToken
from dissgen.primitives.union import BoundUnion
from dissgen.primitives.use import BoundCall
from dissgen.primitives.values import BoundLeaf, Value
from dissgen.primitives.varint import BoundVarint
from dissgen.primitives.verify import BoundVerify
from dissgen.primitives.within import BoundWithin
from dissgen.sema.model import Model, RuleModel
from dissgen.types import EnumType, inner

Values = dict[str, Any]
MESSAGE = 1024 * 1024
"""The bytes of a message that may be kept, by default."""
FAULTS = (IndexError, KeyError, ZeroDivisionError, ValueError, OverflowError)


class Failure(Exception):
    """A parse error: its kind, the field, the offset of the element that failed."""

    def __init__(self, kind: str, field: str | None, offset: int) -> None:
        super().__init__(kind, field, offset)
        # the value of a rule has no name that the spec gives
        self.kind, self.field, self.offset = kind, None if field == "_value" else field, offset


@dataclass
class Frame:
    """One use of a rule, which began at `begin`."""

    values: Values
    begin: int = 0
    item: Any = None
    index: int = 0
    locals: Values = field(default_factory=dict)


class Interpreter:
    """Reads one input with one rule: `result` is (value, bytes read, streamed bytes by event)."""

    def __init__(self, model: Model, data: bytes, items: int, token: int) -> None:
        self.rules: Mapping[str, RuleModel] = {rule.name: rule for rule in model.rules}
        self.tokens = {token.name: re.compile(token.text.encode("latin-1")) for token in model.tokens}
        self.ends = {end.name: re.compile(end.text.encode("latin-1")) for end in model.terminators}
        self.tables = {table.name: dict(table.entries) for table in model.tables}
        self.encoding = str(model.protocol.encoding)
        self.data = data
        self.at = 0
        self.origins: list[tuple[int, Values]] = [(0, {})]
        self.budgets: list[int] = []
        self.items = items
        self.longest = token
        self.streams: dict[str, bytes] = {}

    def parse(self, rule: str, arguments: Values) -> Any:
        frame = Frame(dict(arguments))
        try:
            return self.rule(self.rules[rule], frame)
        except FAULTS:
            raise Failure("value", None, self.at) from None

    def rule(self, rule: RuleModel, frame: Frame) -> Any:
        assert rule.body is not None
        if rule.origin:
            self.origins.append((self.at, {}))
        frame.begin = self.at
        try:
            self.read(rule.body, frame)
            if rule.result is not None:
                return self.value(rule.result, frame)
        finally:
            if rule.origin:
                self.origins.pop()
        kept: Values = {}
        named: Values = {}
        for f in rule.fields:
            value, type_ = frame.values.get(f.name), inner(f.type)
            if f.local or value is None:
                continue
            kept[f.name] = value
            if isinstance(type_, EnumType):
                members = {number: name for name, number in type_.members}
                named[f"{f.name}_name"] = members.get(value)
        return kept | named

    def call(self, use: RuleUse, frame: Frame) -> Any:
        arguments = {name: self.value(value, frame) for name, value in use.arguments}
        return self.rule(self.rules[use.rule], Frame(arguments))

    # Elements

    def read(self, bound: Bound, frame: Frame, *, kept: bool = False) -> Any:
        """Read an element; its value, if it has one. `kept`: as an item, whose value is used without a field."""
        match bound:
            case BoundToken(result=value, token=name):
                start = self.at
                raw = self.longest_match(name, value.field)
                self.at += len(raw)
                return self.leaf(value, raw, frame, start, text=True, kept=kept)
            case BoundLiteral(result=value, data=wanted, ignore_case=folds):
                start = self.at
                raw = self.data[start : start + len(wanted)]
                same = [
                    a == b or (folds and a.lower() == b.lower())
                    for a, b in zip(_split(raw), _split(wanted), strict=False)
                ]
                if not all(same):
                    raise Failure("mismatch", value.field, start)
                if len(raw) < len(wanted):
                    raise Failure("truncated", value.field, start)
                self.at += len(wanted)
                return self.leaf(value, raw, frame, start, text=True, kept=kept)
            case BoundNumber():
                return self.number(bound, frame, kept)
            case BoundVarint(result=value, form=form):
                start = self.at
                try:
                    number, size = values_of.varint(form, self.data[start:])
                except ValueError:
                    raise Failure("value", value.field, start) from None
                except values_of.Short:
                    raise Failure("truncated", value.field, start) from None
                self.at += size
                return self.modified(value, number, frame, start, kept=kept)
            case BoundOctets():
                return self.octets(bound, frame, kept)
            case BoundConverted():
                return self.converted(bound, frame)
            case BoundSkip(size=size):
                self.skip(self.quantity(size, frame))
            case BoundAlign(shift=shift, size=size):
                if shift:
                    self.skip(1)
                self.skip(-(self.at - self.origins[-1][0]) % size)
            case BoundAt():
                self.elsewhere(bound, frame)
            case BoundJoin():
                self.join(bound, frame)
            case BoundEffect(values=assigned):
                for _, value in assigned:
                    self.value(value, frame)
            case BoundCall(use=use, field=name):
                got = self.call(use, frame)
                if name is not None:
                    frame.values[name] = got
                return got
            case BoundRecord(members=members):
                for member in members:
                    self.read(member, frame)
            case BoundOptional(test=test, body=body):
                if self.value(test, frame):
                    self.read(body, frame)
            case BoundBranch():
                self.branch(bound, frame)
            case BoundArray():
                self.array(bound, frame)
            case BoundWithin():
                self.within(bound, frame)
            case BoundTry(alternatives=alternatives):
                self.first(alternatives, frame)
            case BoundUnion(members=members):
                start = furthest = self.at
                for member in members:
                    self.at = start
                    self.read(member, frame)
                    furthest = max(furthest, self.at)
                self.at = furthest
            case BoundLet(name=name, expression=expression):
                frame.values[name] = self.value(expression, frame)
            case BoundVerify(test=test):
                if not self.value(test, frame):
                    raise Failure("verify", None, self.at)
            case BoundFail():
                raise Failure("verify", None, self.at)
            case Bound(kind="empty"):
                pass
            case _:
                raise NotImplementedError(f"the reference does not know {type(bound).__name__}")
        return None

    def skip(self, size: int) -> None:
        if size < 0:
            raise Failure("value", None, self.at)
        if self.at + size > MESSAGE:
            raise Failure("limit", None, self.at)
        if self.at + size > len(self.data):
            raise Failure("truncated", None, self.at)
        self.at += size

    def elsewhere(self, bound: BoundAt, frame: Frame) -> None:
        """What stands before the rule, in the bytes up to here; each thing is read once."""
        offset = self.quantity(bound.offset, frame)
        here, whole, (origin, seen) = self.at, self.data, self.origins[-1]
        if not origin <= origin + offset < frame.begin:
            raise Failure("value", bound.field, here)
        arguments = [(name, self.value(value, frame)) for name, value in bound.use.arguments]
        key = repr((bound.use.rule, offset, arguments))
        if key not in seen:
            self.at, self.data = origin + offset, whole[:here]
            try:
                seen[key] = self.rule(self.rules[bound.use.rule], Frame(dict(arguments)))
            finally:
                self.at, self.data = here, whole
        if bound.field is not None:
            frame.values[bound.field] = seen[key]

    def join(self, bound: BoundJoin, frame: Frame) -> None:
        """What is streamed inside is decoded as one."""
        before = self.streams.pop(bound.event, b"")
        self.read(bound.body, frame)
        self.streams[bound.event] = before + self.decoded(bound.transforms, self.streams.pop(bound.event, b""))

    @staticmethod
    def decoded(transforms: tuple[Transform, ...], data: bytes) -> bytes:
        """Of a stream: what is wrong ends it."""
        for step in transforms:
            data, _ = values_of.decoded(step.name, data)
        return data

    def converted(self, bound: BoundConverted, frame: Frame) -> Any:
        """What was read is changed where it ends."""
        self.read(bound.body, frame)
        of = Value(bound.field, bound.conversions, bound.raw_type, bound.constant, None, bound.transforms)  # type: ignore[arg-type]
        return self.modified(of, frame.values[bound.raw], frame, self.at, kept=True)

    def within(self, bound: BoundWithin, frame: Frame) -> None:
        """A budget in which nothing is streamed: all of it has to be there."""
        size, whole = self.quantity(bound.size, frame), self.data
        start = self.at
        if size < 0:
            raise Failure("value", bound.field, start)
        if start + size > len(whole):
            raise Failure("truncated", bound.field, start)
        self.data = whole[: start + size]
        self.budgets.append(start + size)
        try:
            self.read(bound.body, frame)
            if bound.slack:
                self.at = start + size
            elif self.at < start + size:
                raise Failure("mismatch", bound.field, self.at)
        finally:
            self.data = whole
            self.budgets.pop()

    def first(self, alternatives: tuple[Alternative, ...], frame: Frame) -> None:
        """The first alternative that matches; else the failure of the one that got furthest."""
        start = self.at
        furthest: Failure | None = None
        for alternative in alternatives:
            self.at = start
            try:
                value = self.call(alternative.use, frame)
            except FAULTS:
                failure = Failure("value", None, self.at)
            except Failure as found:
                if found.kind == "limit":
                    raise
                failure = found
            else:
                if alternative.target is not None:
                    frame.values[alternative.target] = value
                for taken in alternative.fields:
                    self.read(taken, frame)
                return
            if furthest is None or failure.offset > furthest.offset:
                furthest = failure
        assert furthest is not None
        raise furthest

    def longest_match(self, name: str, field: str | None) -> bytes:
        pattern, rest = self.tokens[name], self.data[self.at :]
        found = [size for size in range(len(rest) + 1) if pattern.fullmatch(rest[:size])]
        if found and max(found) <= self.longest:
            return rest[: max(found)]
        if found or len(rest) > self.longest:
            raise Failure("limit", field, self.at)
        raise Failure("mismatch or truncated", field, self.at)

    def quantity(self, quantity: Quantity | None, frame: Frame) -> Any:
        """A size or count: its element is read first."""
        if quantity is None:
            return None
        if quantity.read is not None:
            self.read(quantity.read, frame)
        return self.value(quantity.value, frame)

    def number(self, bound: BoundNumber, frame: Frame, kept: bool) -> Any:
        """The bits of the bytes that the number touches, as one integer, of which it is a part."""
        start, size = self.at, (bound.shift + bound.bits + 7) // 8
        raw = self.data[start : start + size]
        if len(raw) < size:
            raise Failure("truncated", bound.result.field, start)
        after = 8 * size - bound.shift - bound.bits if bound.order == "big" else bound.shift
        number = (int.from_bytes(raw, bound.order) >> after) & ((1 << bound.bits) - 1)
        if bound.signed and number >> (bound.bits - 1):
            number -= 1 << bound.bits
        self.at += (bound.shift + bound.bits) // 8
        value: Any = number
        if bound.form == "flag":
            value = bool(number)
        elif bound.form == "float":
            (value,) = struct.unpack({16: ">e", 32: ">f", 64: ">d"}[bound.bits], number.to_bytes(size, "big"))
        return self.modified(bound.result, value, frame, start, kept=kept, fixed=True)

    def octets(self, bound: BoundOctets, frame: Frame, kept: bool) -> Any:
        value = bound.result
        size = self.quantity(bound.size, frame)
        start = self.at
        keys = [self.value(step.key, frame) for step in value.kept_transforms if step.key is not None]
        for key in keys:
            bytes((key,))  # a fault for what is no byte
        if size is not None:
            if size < 0:
                raise Failure("value", value.field, start)
            if value.stream is None and start + size > MESSAGE:
                raise Failure("limit", value.field, start)
            if len(self.data) - start < size:
                # what was streamed is gone: the error stands where the input ends
                raise Failure("truncated", value.field, start if value.stream is None else len(self.data))
            self.at += size
        elif bound.terminator is not None:
            self.at += self.search(bound, start)
        elif bound.exact is not None:
            exact = self.value(bound.exact, frame)
            wanted = exact.encode("latin-1") if isinstance(exact, str) else exact
            if not 0 < len(wanted) <= 256:
                raise ValueError(wanted)
            place = self.data.find(wanted, start)
            longest = bound.limit or self.longest
            if place - start > longest:
                raise Failure("limit", value.field, start)
            if place < 0:
                raise Failure("limit" if len(self.data) - start > longest else "truncated", value.field, start)
            self.at = place
        else:
            self.at = len(self.data)
        raw = self.data[start : self.at]
        for key in keys:
            raw = bytes(byte ^ key for byte in raw)
        for step in value.kept_transforms:
            if step.key is None:
                raw, wrong = values_of.decoded(step.name, raw)
                if wrong is not None:
                    raise Failure(wrong, value.field, start)
        return self.leaf(value, raw, frame, start, text=bound.text, kept=kept)

    def search(self, bound: BoundOctets, start: int) -> int:
        """The bytes before the leftmost match."""
        assert bound.terminator is not None
        pattern, rest = self.ends[bound.terminator], self.data[start:]
        for place in range(len(rest) + 1):
            if any(pattern.fullmatch(rest, place, end) for end in range(place, len(rest) + 1)):
                if bound.result.stream is None and place > (bound.limit or self.longest):
                    raise Failure("limit", bound.result.field, start)
                return place
        if bound.result.stream is not None:
            raise Failure("truncated", bound.result.field, len(self.data))
        longest = bound.limit or self.longest
        kind = "limit" if len(rest) > longest and not _could_end(pattern, rest, longest) else "truncated"
        raise Failure(kind, bound.result.field, start)

    def branch(self, bound: BoundBranch, frame: Frame) -> None:
        try:
            subject = self.value(bound.subject, frame)
        except KeyError:
            if not bound.table_miss:
                raise
            subject = None
        for case in bound.cases:
            if any(subject == constant and type(subject) is type(constant) for constant in case.values):
                self.read(case.body, frame)
                return
        if bound.otherwise is None:
            raise Failure("mismatch", None, self.at)
        self.read(bound.otherwise, frame)

    def array(self, bound: BoundArray, frame: Frame) -> None:
        count = self.quantity(bound.count, frame)
        items: list[Any] = []
        if bound.field is not None:
            frame.values[bound.field] = items
        while True:
            frame.index, frame.item = len(items), None
            if count is not None and len(items) >= count:
                break
            if bound.while_ is not None and not self.value(bound.while_, frame):
                break
            if bound.rest and self.at == len(self.data):
                break
            before, index = self.at, frame.index
            try:
                item = self.read(bound.item, frame, kept=True)
            except Failure as failure:
                if isinstance(bound.item, BoundLeaf):  # it has no name but that of the array
                    raise Failure(failure.kind, bound.field, failure.offset) from None
                raise
            if bound.field is not None and len(items) >= self.items:
                raise Failure("limit", bound.field, self.at)
            if bound.field is None and self.at == before:
                raise Failure("limit", bound.field, self.at)
            items.append(item)
            frame.index, frame.item = index, item
            if bound.until is not None and self.value(bound.until, frame):
                break

    # Values

    def leaf(self, value: Value, raw: bytes, frame: Frame, start: int, *, text: bool, kept: bool) -> Any:
        if value.stream is not None:
            data = self.decoded(value.transforms, raw)
            self.streams[value.stream] = self.streams.get(value.stream, b"") + data
            if value.field is None:
                return None
        result: Any = raw.decode(self.encoding, "backslashreplace") if text else raw
        if text and any(step.kind == "decode" for step in value.conversions):
            try:
                raw.decode(self.encoding)
            except UnicodeDecodeError:
                raise Failure("value", value.field, start) from None
        return self.modified(value, result, frame, start, kept=kept)

    def modified(self, value: Value, result: Any, frame: Frame, start: int, *, kept: bool, fixed: bool = False) -> Any:
        if value.field is None and value.constant is None and not kept:
            return result  # nobody sees the value: it is not converted
        for step in value.conversions:
            try:
                result = self.conversion(step, result)
            except (ValueError, KeyError):
                raise Failure("value", value.field, start) from None
        if value.constant is not None and result != value.constant:
            # a number of fixed size is looked at where it stands, anything else where it ends
            raise Failure("const", value.field, start if fixed else self.at)
        if value.field is not None:
            frame.values[value.field] = result
        return result

    def conversion(self, step: Conversion, value: Any) -> Any:
        match step.kind:
            case "decode":
                return value
            case "bool":
                return bool(value) if not step.values else dict(step.values)[value]
            case "scale":
                assert step.factor is not None
                return value * step.factor
            case "table":
                return self.tables[str(step.table)][value]
            case "number":
                return values_of.number(value, step.order, step.signed)
            case "unescape":
                return values_of.unescape(value, step.mark)
            case kind:
                return _CONVERSIONS[kind](value, step.base)

    # Expressions

    def value(self, node: Typed, frame: Frame) -> Any:
        def get(part: Typed) -> Any:
            return self.value(part, frame)

        match node:
            case e.Constant(value):
                return value
            case e.Name(binding):
                return self.name(binding, frame)
            case e.Attribute(value, name):
                return get(value).get(name)
            case e.Index(value, index):
                return get(value)[get(index)]
            case e.Slice(value, lower, upper):
                return get(value)[None if lower is None else get(lower) : None if upper is None else get(upper)]
            case e.Unary(op, operand):
                return _UNARY[op](get(operand))
            case e.Binary(op, left, right):
                return _BINARY[op](get(left), get(right))
            case e.Compare(left, ops, rights):
                one = get(left)
                for op, right in zip(ops, rights, strict=True):
                    other = get(right)
                    if not _compare(op, one, other):
                        return False
                    one = other
                return True
            case e.Logic(op, values):
                return all(map(get, values)) if op == "and" else any(map(get, values))
            case e.OrDefault(value, default):
                found = get(value)
                return get(default) if found is None else found
            case e.Conditional(test, then, otherwise):
                return get(then) if get(test) else get(otherwise)
            case e.ListDisplay(items):
                return [get(item) for item in items]
            case e.Call(function, arguments):
                return _FUNCTIONS[function](*map(get, arguments))
            case e.Method(value, name, arguments):
                found = list(map(get, arguments))
                if name in ("encode", "decode") and not found:
                    found.append(self.encoding)
                return getattr(get(value), name)(*found)
            case e.Generator():
                return self.generated(node, frame)
            case e.Peek(kind, argument):
                return self.peek(kind, argument, frame)
            case e.Matches(value, token):
                return bool(self.tokens[token].fullmatch(get(value).encode(self.encoding)))
        raise NotImplementedError(f"the reference does not know {type(node).__name__}")

    def name(self, binding: e.Binding, frame: Frame) -> Any:
        match binding.kind:
            case BindingKind.FIELD | BindingKind.PARAMETER:
                return frame.values.get(binding.name)
            case BindingKind.LOCAL:
                return frame.locals[binding.name]
            case BindingKind.ITEM:
                return frame.item
            case BindingKind.INDEX:
                return frame.index
            case BindingKind.POSITION:
                return self.at - self.origins[-1][0]
            case BindingKind.REMAINING:
                return self.budgets[-1] - self.at
            case BindingKind.TABLE:
                return self.tables[binding.name]
        raise NotImplementedError(f"the reference does not know the name {binding.name}")

    def generated(self, node: e.Generator, frame: Frame) -> list[Any]:
        found = []
        for item in self.value(node.iterable, frame):
            frame.locals[node.variable.name] = item
            if all(self.value(condition, frame) for condition in node.conditions):
                found.append(self.value(node.element, frame))
        return found

    def peek(self, kind: str, argument: Any, frame: Frame) -> Any:
        rest = self.data[self.at :]
        if kind == "octet":
            return rest[0] if rest else -1
        if kind == "octets":
            return rest[: self.value(argument, frame)]
        if kind == "bytes":
            return rest.startswith(argument)
        return any(self.tokens[argument].fullmatch(rest[:size]) for size in range(len(rest) + 1))


def _could_end(pattern: re.Pattern[bytes], rest: bytes, longest: int) -> bool:
    """Whether more bytes could make a match that begins in time: those of the terminators are tried."""
    more = [bytes(octets) for size in (1, 2, 3) for octets in itertools.product(b".\n;", repeat=size)]
    places = range(max(longest - 3, 0), longest + 1)
    return any(pattern.fullmatch(rest + octets, place) for place in places for octets in more)


def _split(data: bytes) -> list[bytes]:
    return [data[at : at + 1] for at in range(len(data))]


def _compare(op: str, one: Any, other: Any) -> bool:
    if op in ("in", "not in"):
        # an empty text is in every text for Python, in none for the language
        inside = one in other and not (isinstance(other, bytes) and isinstance(one, bytes) and not one)
        return inside is (op == "in")
    return bool(_COMPARISONS[op](one, other))


def _to_int(value: Any, base: int) -> int:
    text = value if isinstance(value, str) else value.decode("latin-1")
    if not re.fullmatch("[0-9a-zA-Z]+", text):
        raise ValueError(text)
    return int(text, base)


def _to_float(value: Any, base: int) -> float:
    text = value if isinstance(value, str) else value.decode("latin-1")
    mantissa, mark, exponent = text.lower().partition("e")
    digits = mantissa.lstrip("+-") if mantissa[:1] in ("+", "-") and mantissa.count(mantissa[0]) == 1 else mantissa
    whole, _, fraction = digits.partition(".")
    power = exponent[1:] if exponent[:1] in ("+", "-") else exponent
    parts = [part for part in (whole, fraction) if part]
    if not parts or (mark and not power) or not set("".join((*parts, power))) <= set("0123456789"):
        raise ValueError(text)
    number = float(text)
    if number in (float("inf"), float("-inf")):
        raise ValueError(text)
    return number


def _int_of(value: Any, base: int = 10) -> int:
    if not isinstance(value, str):
        return int(value)
    if not re.fullmatch("[+-]?[0-9a-zA-Z]+", value):
        raise ValueError(value)
    return int(value, base)


def _float_of(value: Any) -> float:
    return _to_float(value, 10) if isinstance(value, str) else float(value)


_CONVERSIONS: dict[str, Callable[[Any, int], Any]] = {
    "int": _to_int,
    "float": _to_float,
    "upper": lambda value, base: value.upper(),
    "lower": lambda value, base: value.lower(),
    "strip": lambda value, base: value.strip(),
    "hex": lambda value, base: value.hex(),
    "ipv4": lambda value, base: values_of.ipv4(value),
    "ipv6": lambda value, base: values_of.ipv6(value),
    "mac": lambda value, base: values_of.mac(value),
    "timestamp": lambda value, base: values_of.timestamp(value),
    "bit_set": lambda value, base: values_of.bit_set(value),
}
_UNARY: dict[str, Callable[[Any], Any]] = {
    "not": operator.not_,
    "-": operator.neg,
    "+": operator.pos,
    "~": operator.invert,
}
_BINARY: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "//": operator.floordiv,
    "%": operator.mod,
    "&": operator.and_,
    "|": operator.or_,
    "^": operator.xor,
    "<<": operator.lshift,
    ">>": operator.rshift,
}
_COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "is": operator.is_,
    "is not": operator.is_not,
}
_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "len": len,
    "int": _int_of,
    "str": str,
    "float": _float_of,
    "min": min,
    "max": max,
    "abs": abs,
    "sum": sum,
    "any": any,
    "all": all,
    "list": list,
    "first": lambda items: next(iter(items), None),
}
