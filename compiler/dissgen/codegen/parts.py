"""The parts of a generated module as the templates see them: plain strings, in order."""

from __future__ import annotations

from dataclasses import dataclass

from dissgen.codegen.constants import ConstantView
from dissgen.codegen.scan_tokens import Pattern
from dissgen.codegen.variables import Attribute


@dataclass(frozen=True, slots=True)
class ClassView:
    name: str
    doc: str
    attributes: tuple[Attribute, ...]
    enums: tuple[tuple[str, str], ...] = ()  # fields whose numbers have names, and the enums of these
    event: str = ""  # its name, for events
    stream: bool = False
    sparse: str = ""


@dataclass(frozen=True, slots=True)
class EnumView:
    name: str
    doc: str
    members: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class FunctionView:
    name: str
    parameters: str
    returns: str
    doc: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RuleView:
    name: str
    frame: str
    result: str
    parameters: tuple[Attribute, ...]
    attributes: tuple[Attribute, ...]
    doc: str
    lines: tuple[str, ...]
    resync: str
    resync_before: bool
    begins: str
    patterns: tuple[Pattern, ...]
    structs: tuple[ConstantView, ...]
    scan: FunctionView | None
    bounded: bool
    looks_back: bool
    parse: FunctionView | None


@dataclass(frozen=True, slots=True)
class StateView:
    member: str
    value: str
    place: str
    up: str
    down: str
    handlers: tuple[tuple[str, str], ...]
    timers: tuple[str, ...]
    expires: tuple[tuple[str, str], ...]
    doc: str


@dataclass(frozen=True, slots=True)
class CustomView:
    """`roles` and `packets` are names as literals, with a direction and a side."""

    roles: tuple[tuple[str, str], ...]
    packets: tuple[tuple[str, str], ...]
    addressed: bool
    methods: tuple[FunctionView, ...]


@dataclass(frozen=True, slots=True)
class ModuleView:
    path: str
    digest: str
    doc: str
    protocol: str
    spec: str
    tutorial: bool
    transport: str
    confirm: tuple[tuple[str, str], ...]
    limits: str
    limits_comment: str
    uses_re: bool
    senders: tuple[str, str]
    tokens: tuple[ConstantView, ...]
    predicates: tuple[FunctionView, ...]
    terminators: tuple[ConstantView, ...]
    enums: tuple[EnumView, ...]
    tables: tuple[ConstantView, ...]
    alerts: tuple[ConstantView, ...]
    records: tuple[ClassView, ...]
    events: tuple[ClassView, ...]
    streams: tuple[tuple[str, str], ...]
    substreams: tuple[tuple[str, str], ...]
    rules: tuple[RuleView, ...]
    variables: tuple[Attribute, ...]
    message_variables: tuple[Attribute, ...]
    direction_variables: tuple[Attribute, ...]
    expiring: str
    states: tuple[StateView, ...]
    initial: str
    handlers: tuple[FunctionView, ...]
    custom: CustomView | None
    hooks: tuple[FunctionView, ...]
    hook_names: str
