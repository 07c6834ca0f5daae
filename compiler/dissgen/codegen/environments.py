"""How the names of an expression are written, by where it stands: in a frame, in a scan, in a handler."""

from __future__ import annotations

from dataclasses import dataclass, field

from dissgen.codegen import naming
from dissgen.codegen.expressions import emit
from dissgen.ir import ops
from dissgen.ir.expressions import Binding, BindingKind, Peek
from dissgen.types import RecordType


class _Common:
    """What is the same everywhere."""

    def attribute(self, record: RecordType, field: str) -> str:
        return naming.record_attribute(field)

    def matches(self, token: str) -> str:
        return f"{naming.token(token)}.full"

    def table(self, name: str) -> str:
        return naming.table(name)


@dataclass
class FrameNames(_Common):
    """In the step-by-step reader of a rule: fields are attributes of the frame."""

    index: str = "0"

    def name(self, binding: Binding) -> str:
        match binding.kind:
            case BindingKind.FIELD | BindingKind.PARAMETER:
                return f"self.{naming.frame_attribute(binding.name)}"
            case BindingKind.ITEM:
                return "item"
            case BindingKind.INDEX:
                return self.index
            case BindingKind.LOCAL:
                return naming.variable(binding.name)
            case BindingKind.TABLE:
                return naming.table(binding.name)
            case _:
                raise AssertionError(f"{binding} cannot stand in a rule")

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
    peeks: dict[Peek, str] = field(default_factory=dict)

    def name(self, binding: Binding) -> str:
        match binding.kind:
            case BindingKind.FIELD | BindingKind.PARAMETER:
                return scan_local(binding.name)
            case BindingKind.ITEM:
                return "item"
            case BindingKind.INDEX:
                return self.index
            case BindingKind.LOCAL:
                return naming.variable(binding.name)
            case BindingKind.TABLE:
                return naming.table(binding.name)
            case _:
                raise AssertionError(f"{binding} cannot stand in a rule")

    def peek(self, peek: Peek) -> str:
        return self.peeks[peek]


def scan_local(field: str) -> str:
    """The local of a field in a scan; its own names are data pos m item start and names with a digit at the end."""
    name = naming.identifier(field)
    return f"{name}_" if field in SCAN_WORDS or field[-1:].isdigit() else name


SCAN_WORDS = frozenset({"data", "pos", "m", "item", "start", "got", "re", "value", "mark", "reach"})


@dataclass
class HandlerNames(_Common):
    """In a handler of the machine."""

    message: ops.EventDefinition | None = None

    def name(self, binding: Binding) -> str:
        match binding.kind:
            case BindingKind.MESSAGE:
                return "message"
            case BindingKind.ERROR:
                return "error"
            case BindingKind.VARIABLE:
                return f"self.variables.{naming.variable(binding.name)}"
            case BindingKind.DIRECTION:
                return "self._direction"
            case BindingKind.SENDER:
                return "self._sender()"
            case BindingKind.TRANSPORT:
                return "self.transport"
            case BindingKind.HELD_UP:
                return "self._held(UP)"
            case BindingKind.HELD_DOWN:
                return "self._held(DOWN)"
            case BindingKind.NOW:
                return "self.now"
            case BindingKind.CLIENT_ADDRESS:
                return "self.client_address"
            case BindingKind.SERVER_ADDRESS:
                return "self.server_address"
            case BindingKind.LOCAL:
                return naming.variable(binding.name)
            case BindingKind.TABLE:
                return naming.table(binding.name)
            case BindingKind.CONDITION:
                assert binding.definition is not None
                return f"({emit(binding.definition, self)})"
            case _:
                raise AssertionError(f"{binding} cannot stand in a transition")

    def peek(self, peek: Peek) -> str:
        raise AssertionError("peek cannot stand in a transition")
