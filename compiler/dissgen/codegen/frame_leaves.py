"""How a frame reads what has no elements inside: tokens, bytes, numbers; kept, streamed, made into another value."""

from __future__ import annotations

from typing import Final, assert_never

from dissgen.codegen import naming
from dissgen.codegen.environments import FrameNames
from dissgen.codegen.expressions import emit_part
from dissgen.codegen.layouts import number_from
from dissgen.codegen.locals import Locals
from dissgen.codegen.pysource import literal
from dissgen.codegen.steps import Steps
from dissgen.codegen.values import converted, decoders
from dissgen.ir import ops
from dissgen.ir.expressions import PRIMARY_LEVEL, Typed
from dissgen.types import StrType

_TRANSFORMED: Final = ops.TokenRead | ops.TakeRead | ops.UntilRead | ops.RestRead | ops.Converted


class FrameLeaves:
    """The part of a frame's builder that reads them."""

    module: ops.Module
    names: FrameNames
    locals: Locals
    steps: Steps

    def settled(self, expression: Typed, place: ops.Place) -> str:
        raise NotImplementedError

    def assign(self, target: ops.Target, value: str, place: ops.Place | None = None) -> None:
        raise NotImplementedError

    def raw(self, op: ops.Leaf) -> str:
        """The expression that reads the bytes of a leaf."""
        field = f", {literal(op.field)}" if op.field else ""
        match op:
            case ops.TokenRead():
                return f"r.token({naming.token(op.token)}{field})"
            case ops.LiteralRead():
                return f"r.literal({op.data!r}, {op.ignore_case}{field})"
            case ops.TakeRead():
                return f"r.take({self.settled(op.size, op.place)}{field})"
            case ops.UntilRead():
                limit = self.module.limits.token if op.limit is None else op.limit
                return f"r.until({self._end(op)}, {limit}{field})"
            case ops.RestRead():
                return f"r.rest({literal(op.field) if op.field else ''})"
            case ops.NumberRead():  # an item of an array
                return number_from(f"r.take({op.bits // 8}{field})", op)
            case ops.VarintRead():
                return f"r.varint(read_{op.kind}{field})"
            case ops.PackedRead():
                raise AssertionError("an array of bits has a step of its own")
            case ops.Converted():
                return emit_part(op.source, self.names, PRIMARY_LEVEL)
            case _:
                assert_never(op)

    def _value(self, op: ops.Leaf) -> str:
        raw = self.raw(op)
        if (
            isinstance(op, ops.TokenRead | ops.TakeRead | ops.UntilRead | ops.RestRead | ops.Converted)
            and op.transforms
        ):
            raw = f"transformed(r, {self._decoders(op.transforms, op.place)}, {raw}, {literal(op.field)})"
        return converted(op, raw, self.module, checked=True)

    def _decoders(self, transforms: tuple[ops.Transform, ...], place: ops.Place) -> str:
        return decoders(transforms, lambda key: self.settled(key, place))

    def _end(self, op: ops.UntilRead) -> str:
        """Where a field ends."""
        if op.exact is None:
            return naming.terminator(op.terminator)
        value = self.settled(op.exact, op.place)
        text = isinstance(op.exact.type, StrType)
        return f"Exact(({value}).encode({literal(self.module.encoding)}))" if text else f"Exact({value})"

    def leaf(self, op: ops.Leaf) -> None:
        constant = op.constant if isinstance(op, ops.TokenRead | ops.VarintRead) else None
        text = self.raw(op) if op.target.name is None and constant is None else self._value(op)
        self.steps.wait(op.place)
        if constant is None:
            self.assign(op.target, text)
            return
        value = self.locals.fresh("value")
        self.steps.add(f"{value} = {text}", f"if {value} != {literal(constant)}:")
        self.steps.add(f'    r.fail("const", {literal(op.field)}, {literal(repr(constant))})')
        if op.target.name is not None:
            self.assign(op.target, value)

    def converted(self, op: ops.Converted) -> None:
        """What may fail is an error behind what was read."""
        text = self._value(op)
        if op.conversions or op.transforms:
            self.steps.add("r.settle()")
        if op.constant is None:
            self.assign(op.target, text)
            return
        value = self.locals.fresh("value") if op.conversions or op.transforms else text
        if value != text:
            self.steps.add(f"{value} = {text}")
        self.steps.add(f"if {value} != {literal(op.constant)}:")
        self.steps.add(f'    r.fail("const", {literal(op.field)}, {literal(repr(op.constant))})')
        if op.target.name is not None:
            self.assign(op.target, value)

    def stream(self, op: ops.StreamRead) -> None:
        source = op.source
        extra = f", {self._decoders(op.transforms, op.place)}" if op.transforms else ""
        field = f", field={literal(source.field)}" if source.field else ""
        event = literal(op.event)
        match source:
            case ops.UntilRead():
                text = f"r.stream_until({event}, {self._end(source)}{extra}{field})"
            case ops.TakeRead():
                text = f"r.stream_take({event}, {self.settled(source.size, op.place)}{extra}{field})"
            case ops.RestRead():
                text = f"r.stream_rest({event}{extra})"
            case ops.TokenRead():
                text = f"r.stream_token({event}, {naming.token(source.token)}{extra}{field})"
                if source.target.name is not None:
                    text = converted(source, text, self.module, checked=True)
            case ops.LiteralRead() | ops.NumberRead() | ops.VarintRead() | ops.PackedRead() | ops.Converted():
                raise AssertionError("a literal or a number is not streamed")
            case _:
                assert_never(source)
        self.steps.wait(op.place)
        self.assign(source.target, text)
