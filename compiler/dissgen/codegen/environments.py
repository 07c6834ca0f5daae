"""How the names of an expression are written, by where it stands: in a frame, in a scan, in a handler."""

from __future__ import annotations

from dataclasses import dataclass, field

from dissgen.codegen import naming
from dissgen.codegen.expressions import Environment, emit
from dissgen.ir import ops
from dissgen.ir.expressions import Binding, BindingKind, Index, Peek
from dissgen.types import STR, OptionalType, RecordType


class _Common:
    """What is the same everywhere."""

    def attribute(self, record: RecordType, field: str) -> str:
        return naming.record_attribute(field)

    def matches(self, token: str) -> str:
        return naming.predicate(token)

    def table(self, name: str) -> str:
        return naming.table(name)

    def keys(self, items: Binding) -> str:
        return ""


@dataclass
class FrameNames(_Common):
    """In the step-by-step reader of a rule: fields are attributes of the frame.

    `known` are the optional fields that have a second attribute, for where they are surely set.
    """

    known: frozenset[str] = frozenset()
    index: str = "0"
    item: str = "item"
    keyed: dict[str, str] = field(default_factory=dict)
    """Fields with `lookup`, and the attributes that have the sets of their keys."""

    def field(self, name: str, *, known: bool = False) -> str:
        """A field; with `known` as it is where it is surely set."""
        return f"self.{naming.known_attribute(name) if known else naming.frame_attribute(name)}"

    def name(self, binding: Binding) -> str:
        match binding.kind:
            case BindingKind.FIELD:
                return self.field(
                    binding.name, known=binding.name in self.known and not isinstance(binding.type, OptionalType)
                )
            case BindingKind.PARAMETER:
                return self.field(binding.name)
            case BindingKind.ITEM:
                return self.item
            case BindingKind.INDEX:
                return self.index
            case BindingKind.LOCAL:
                return naming.local(binding.name)
            case BindingKind.MESSAGE_VARIABLE:
                return f"r.variables.{naming.variable(binding.name)}"
            case BindingKind.REMAINING:
                return "r.remaining()"
            case BindingKind.POSITION:
                return "r.position()"
            case _:
                raise AssertionError(f"{binding} cannot stand in a rule")

    def keys(self, items: Binding) -> str:
        return self.keyed.get(items.name, "") if items.kind is BindingKind.FIELD else ""

    def peek(self, peek: Peek) -> str:
        match peek.kind, peek.argument:
            case "octet", _:
                return "r.peek()"
            case "token", str(token):
                return f"r.peek_token({naming.token(token)})"
            case "bytes", bytes(data):
                return f"r.peek_bytes({data!r})"
            case _, argument:
                assert argument is not None
                assert not isinstance(argument, str | bytes)
                return f"r.peek_octets({emit(argument, self)})"


@dataclass
class ScanNames(_Common):
    """In the straight-line variant: fields are locals; `peek` was read into `peeked` before the expression."""

    index: str = "0"
    item: str = "item"
    end: str = "end"
    peeks: dict[Peek, str] = field(default_factory=dict)

    def name(self, binding: Binding) -> str:
        match binding.kind:
            case BindingKind.FIELD | BindingKind.PARAMETER | BindingKind.LOCAL:
                return naming.local(binding.name)
            case BindingKind.ITEM:
                return self.item
            case BindingKind.INDEX:
                return self.index
            case BindingKind.REMAINING:
                return f"({self.end} - pos)"
            case _:
                raise AssertionError(f"{binding} cannot stand in a rule")

    def peek(self, peek: Peek) -> str:
        return self.peeks[peek]


_OF_SESSION = {
    BindingKind.MESSAGE: "message",
    BindingKind.ERROR: "error",
    BindingKind.SENDER: "self._sender()",
    BindingKind.TRANSPORT: '(self.transport or "")',
    BindingKind.HELD_UP: "self._held(UP)",
    BindingKind.HELD_DOWN: "self._held(DOWN)",
    BindingKind.NOW: "self.now",
    BindingKind.CLIENT_ADDRESS: "self.client_address",
    BindingKind.SERVER_ADDRESS: "self.server_address",
}


@dataclass
class HandlerNames(_Common):
    """In a handler of the machine. `direction` is that of what it handles, where it is always the same."""

    direction: str = ""

    def name(self, binding: Binding) -> str:
        match binding.kind:
            case BindingKind.VARIABLE:
                return f"self.variables.{naming.variable(binding.name)}"
            case BindingKind.MESSAGE_VARIABLE:
                return f"self._message.{naming.variable(binding.name)}"
            case BindingKind.DIRECTION_VARIABLE:
                return f"self.variables.{self.direction or 'of(self._direction)'}.{naming.variable(binding.name)}"
            case BindingKind.LOCAL | BindingKind.PAYLOAD:
                return naming.local(binding.name)
            case BindingKind.DIRECTION if binding.type != STR:
                return "self._at[0]"
            case BindingKind.DIRECTION:
                return repr(self.direction) if self.direction else "self._direction"
            case kind:
                return _OF_SESSION[kind]

    def peek(self, peek: Peek) -> str:
        raise AssertionError("peek cannot stand in a transition")


def subject(op: ops.Branch, names: Environment) -> str:
    """The subject of a branch; a look-up that may miss gives None, which is no case."""
    if not op.table_miss:
        return emit(op.subject, names)
    assert isinstance(op.subject, Index)
    return f"{emit(op.subject.value, names)}.get({emit(op.subject.index, names)})"
