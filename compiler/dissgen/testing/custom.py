"""Examples of custom machines: what a `talk` raises, and what packets are read with."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from dissgen.codegen import naming
from dissgen.testing.script import Raise, ScriptError, Step
from dissgen.types import BOOL, FLOAT, INT, STR, BytesType, ListType, OptionalType, RecordType, Type, show

if TYPE_CHECKING:
    from dissgen.pipeline import Compiled

_PROTOCOLS = {"tcp": 6, "udp": 17}
_PLAIN: dict[Type, tuple[type, ...]] = {INT: (int,), BOOL: (bool,), STR: (str,), FLOAT: (int, float)}


def events_of(compiled: Compiled) -> tuple[str, ...]:
    """The events that a step of an example may raise; none in a bidirectional machine."""
    return tuple(event.name for event in compiled.module.machine_events) if is_custom(compiled) else ()


def prepare(
    compiled: Compiled, module: Any, entry: dict[str, Any], steps: list[Step], transport: str | None
) -> tuple[list[Step], dict[str, Any]]:
    """The steps with their payloads, and the options of the session. Raises ScriptError, ParseError."""
    if not is_custom(compiled):
        return steps, {}
    around = entry.get("with", {})
    options = _options(around, transport)
    source = str(around.get("source", ""))
    around = {"version": 6 if ":" in source else 4, "protocol": _PROTOCOLS.get(transport or "", 0), **around}
    return [_raised(step, compiled, module, around) if isinstance(step, Raise) else step for step in steps], options


def is_custom(compiled: Compiled) -> bool:
    """Whether the machine is driven by events of its own."""
    return compiled.module.machine is not None and compiled.module.machine.custom is not None


def _options(around: dict[str, Any], transport: str | None) -> dict[str, Any]:
    """What `with` of an example says of the packets, as the session takes it. `source` sends what is `up`.

    Raises ScriptError where it contradicts itself.
    """
    unknown = sorted(set(around) - {"version", "source", "destination", "protocol"})
    if unknown:
        raise ScriptError(f"`with` has no {', '.join(unknown)}; a packet has version, source, destination and protocol")
    source, destination = str(around.get("source", "")), str(around.get("destination", ""))
    if "version" in around and around["version"] != (6 if ":" in source else 4):
        raise ScriptError(f"`version: {around['version']}` does not go with the source {source or '(none)'}")
    if "protocol" in around and around["protocol"] != _PROTOCOLS.get(transport or ""):
        raise ScriptError(f"`protocol: {around['protocol']}` is not that of the transport {transport or '(none)'}")
    return {"client": source, "server": destination} if around else {}


def _raised(step: Raise, compiled: Compiled, module: Any, around: dict[str, Any]) -> Step:
    event = next(event for event in compiled.module.machine_events if event.name == step.event)
    types = {field.name: field.type for field in event.fields}
    if set(types) != set(step.payload):
        needed = ", ".join(types) or "no payload"
        raise ScriptError(f"`{step.event}` brings {needed}, not {', '.join(map(str, step.payload)) or 'nothing'}")
    values = {
        naming.local(name): typed(step.payload[name], type_, f"{step.event}.{name}", module, around)
        for name, type_ in types.items()
    }
    return Raise(step.event, values)


def typed(written: object, type_: Type, name: str, module: Any, around: dict[str, Any]) -> object:
    """What YAML says as a value of a type; `around` is what records are read with. Raises ScriptError, ParseError."""
    match type_:
        case OptionalType(of):
            return None if written is None else typed(written, of, name, module, around)
        case ListType(of) if isinstance(written, list):
            return [typed(item, of, name, module, around) for item in written]
        case BytesType() | RecordType():
            data = _bytes(written, name)
            if isinstance(type_, BytesType):
                return data
            read = getattr(module, naming.parse_function(type_.name))
            known = inspect.signature(read).parameters
            if missing := sorted(set(known) - {"data", *around}):
                raise ScriptError(f"`{name}` is read with {', '.join(missing)}: write it in `with`")
            value, _, _ = read(data, **{key: item for key, item in around.items() if key in known})
            return value
        case _:
            kinds = _PLAIN.get(type_, (int,))
            if isinstance(written, kinds) and isinstance(written, bool) is (type_ == BOOL):
                return written
            raise ScriptError(f"`{name}` is `{show(type_)}`, not {written!r}")


def _bytes(written: object, name: str) -> bytes:
    if isinstance(written, dict) and set(written) == {"hex"}:
        try:
            return bytes.fromhex(str(written["hex"]))
        except ValueError as error:
            raise ScriptError(f"`{name}`: {written['hex']!r} is no hex: {error}") from error
    if isinstance(written, str):
        return written.encode("latin-1", "replace")
    raise ScriptError(f"`{name}` is bytes: write a text or `{{hex: digits}}`")
