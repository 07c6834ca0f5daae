"""What the templates print: every decision about a generated module is made here, as plain strings in order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from dissgen.codegen import naming, variables
from dissgen.codegen.constants import (
    ConstantView,
    automaton,
    limits,
    limits_comment,
    picklable_comment,
    table_constant,
    terminator_literal,
)
from dissgen.codegen.custom import custom_view
from dissgen.codegen.frames import FrameBody
from dissgen.codegen.handlers import HandlerBody, constant, expression_method
from dissgen.codegen.hooks import hook_methods
from dissgen.codegen.origins import Origins
from dissgen.codegen.parts import ClassView, EnumView, FunctionView, ModuleView, RuleView, StateView
from dissgen.codegen.pysource import comment, docstring, literal, regex_literal, tuple_literal
from dissgen.codegen.scans import ScanBody, structures
from dissgen.codegen.values import python_type
from dissgen.codegen.variables import Attribute
from dissgen.ir import ops
from dissgen.ir.expressions import Constant, fallible, show
from dissgen.ir.walk import matched_tokens, used_tokens
from dissgen.types import EnumType, ListType, OptionalType, Type, inner


def view(module: ops.Module) -> ModuleView:
    """All of a module, ready to be laid out."""
    return _Viewer(module).view()


class _Viewer:
    def __init__(self, module: ops.Module) -> None:
        self.module = module
        self.origins = Origins(module)
        self.rules = [self._rule(rule) for rule in module.rules]
        self.handlers: list[FunctionView] = []
        self._names: set[str] = set()
        self._periods: dict[str, str] = {}
        self._shared: dict[tuple[str, tuple[ops.Place, ...], str], str] = {}
        self.states = tuple(self._state(state) for state in module.machine.states) if module.machine else ()

    def view(self) -> ModuleView:
        module = self.module
        records = tuple(self._record(rule) for rule in module.rules if rule.result is None)
        events = tuple(self._event(event) for event in module.events)
        references = f" ({', '.join(module.references)})" if module.references else ""
        doc = f"{module.title or module.protocol}{references}."
        return ModuleView(
            path=module.path,
            digest=module.digest[:12],
            doc=docstring(doc + (f"\n\n{module.doc.strip()}\n" if module.doc.strip() else "")),
            protocol=literal(module.protocol),
            spec=literal(module.path),
            tutorial=module.tutorial,
            transport="{" + ", ".join(f"{literal(k)}: {tuple_literal(map(str, v))}" for k, v in module.transport) + "}",
            confirm=tuple((d.upper(), self._confirm(token)) for d, token in module.confirm),
            limits=limits(module.limits),
            limits_comment=limits_comment(module.limits) + picklable_comment(module),
            uses_re=bool(module.confirm) or any(rule.patterns for rule in self.rules),
            senders=(literal(module.directions[0]), literal(module.directions[1])),
            tokens=tuple(self._token(token) for token in module.tokens if token.name in used_tokens(module)),
            predicates=tuple(self._predicate(t.name) for t in module.tokens if t.name in matched_tokens(module)),
            terminators=tuple(self._terminator(item) for item in module.terminators),
            enums=tuple(self._enum(enum) for enum in module.enums),
            tables=tuple(table_constant(table) for table in module.tables),
            alerts=tuple(self._alert(alert) for alert in module.alerts),
            records=records,
            events=events,
            streams=tuple((literal(e.name), naming.event_class(e.name)) for e in module.events if e.stream),
            substreams=tuple(self._substream(event) for event in module.events if event.substream),
            rules=tuple(self.rules),
            variables=variables.of_session(module),
            direction_variables=variables.of_scope(module, "direction"),
            expiring=variables.expiring(module),
            message_variables=variables.of_scope(module, "message"),
            states=self.states,
            initial=naming.state_member(module.machine.initial) if module.machine else "",
            handlers=tuple(self.handlers),
            custom=custom_view(module),
            hooks=hook_methods(module),
            hook_names=tuple_literal(literal(naming.hook(hook.name)) for hook in module.hooks),
        )

    # Data

    def _substream(self, event: ops.EventDefinition) -> tuple[str, str]:
        """The key and the value of an entry of SUBSTREAMS."""
        [rule] = [rule for rule in self.module.rules if rule.name == event.rule]
        parts = [naming.frame_class(rule.name), naming.event_class(event.name)]
        if rule.parameters:  # of the session
            parts.append(tuple_literal(literal(name) for name, _ in rule.parameters))
        return literal(event.name), f"SubStream({', '.join(parts)})"

    def _predicate(self, token: str) -> FunctionView:
        line = f"return {naming.token(token)}.fullmatch(value) is not None"
        doc = docstring(f"Whether the token {token} matches the whole of a value.")
        return FunctionView(naming.predicate(token), "value: bytes", "bool", doc, (line,))

    def _confirm(self, token: str) -> str:
        definition = next(item for item in self.module.tokens if item.name == token)
        return regex_literal(definition.compiled.pattern)

    def _token(self, token: ops.TokenDefinition) -> ConstantView:
        compiled = token.compiled
        parts = (literal(token.name), regex_literal(compiled.pattern), automaton(compiled))
        value = f"Token({', '.join(parts)}, limit={token.limit})"
        return ConstantView(naming.token(token.name), value, f"{token.place}: {comment(token.text)}")

    def _terminator(self, item: ops.TerminatorDefinition) -> ConstantView:
        value = terminator_literal(item.name, item.compiled)
        return ConstantView(naming.terminator(item.name), value, f"{item.place}: {comment(item.text)}")

    def _alert(self, alert: ops.AlertDefinition) -> ConstantView:
        extras = ""
        if alert.confidence != "high":
            extras += f", confidence={literal(alert.confidence)}"
        if alert.references:
            extras += f", references={tuple_literal(map(literal, alert.references))}"
        if alert.completion:
            extras += f", completion={literal(alert.completion)}"
        if alert.method:
            extras += f", method={literal(alert.method)}"
        place = literal(str(alert.place))
        value = f"AlertKind({literal(alert.id)}, {literal(alert.severity)}, {place}{extras})"
        return ConstantView(naming.alert(alert.id), value, "")

    def _record(self, rule: ops.Rule) -> ClassView:
        attributes = tuple(
            Attribute(naming.record_attribute(field.name), python_type(field.type), str(field.place))
            for field in rule.fields
            if not field.local
        )
        fields = [(naming.record_attribute(item.name), item.type) for item in rule.fields if not item.local]
        for index in reversed(range(len(fields))):  # the last ones, as far as they may be absent
            if not isinstance(fields[index][1], OptionalType):
                break
            attributes = (*attributes[:index], replace(attributes[index], initial="None"), *attributes[index + 1 :])
        return ClassView(naming.record_class(rule.name), _rule_doc(rule), attributes, self._named(fields))

    def _event(self, event: ops.EventDefinition) -> ClassView:
        attributes = tuple(
            Attribute(naming.event_attribute(field.name), python_type(field.type)) for field in event.fields
        )
        kind = "Stream" if event.stream else "Sub-stream" if event.substream else "Event"
        doc = docstring(f"{kind} `{event.name}` ({event.place})." + (f" {event.doc}" if event.doc else ""))
        enums = self._named([(naming.event_attribute(item.name), item.type) for item in event.fields])
        rule = next((rule for rule in self.module.rules if rule.name == event.rule), None)
        names = (
            [naming.event_attribute(field.name) for field in rule.fields if field.sparse] if rule is not None else []
        )
        sparse = f"frozenset({{{', '.join(map(literal, names))}}})" if names else ""
        name = naming.event_class(event.name)
        return ClassView(name, doc, attributes, enums, literal(event.name), event.stream, sparse)

    def _enum(self, enum: ops.Enum) -> EnumView:
        doc = docstring(f"Enum `{enum.name}` ({enum.place}); fields are plain numbers, also those without a name.")
        members = tuple((naming.enum_member(name), number) for name, number in enum.members)
        return EnumView(self._enum_class(enum.name), doc, members)

    def _enum_class(self, enum: str) -> str:
        """The class of an enum; one that is named like a record or an event has `Enum` behind its name."""
        taken = {naming.record_class(rule.name) for rule in self.module.rules}
        taken |= {naming.event_class(event.name) for event in self.module.events}
        return naming.enum_class(enum, frozenset(taken))

    def _named(self, fields: list[tuple[str, Type]]) -> tuple[tuple[str, str], ...]:
        """The fields that are numbers of an enum, or lists of them."""
        found = []
        for name, type_ in fields:
            of = inner(type_)
            of = of.item if isinstance(of, ListType) else of
            if isinstance(of, EnumType):
                found.append((literal(name), self._enum_class(of.name)))
        return tuple(found)

    # Rules

    def _rule(self, rule: ops.Rule) -> RuleView:
        frame = FrameBody(rule, self.module, self.origins)
        scan_body = ScanBody(rule, self.module, self.origins) if rule.whole is not None else None
        result = naming.record_class(rule.name) if rule.result is None else python_type(rule.type)
        return RuleView(
            name=literal(rule.name),
            frame=naming.frame_class(rule.name),
            result=result,
            parameters=tuple(
                Attribute(naming.frame_attribute(name), python_type(type)) for name, type in rule.parameters
            ),
            attributes=tuple(Attribute(slot.name, slot.annotation, "", slot.initial) for slot in frame.slots()),
            doc=docstring(f"Reads a `{rule.name}` piece by piece."),
            lines=tuple(frame.lines()),
            resync=naming.terminator(rule.resync.terminator) if rule.resync and rule.resync.terminator else "",
            resync_before=bool(rule.resync and rule.resync.before),
            begins=naming.token(rule.resync.begins) if rule.resync and rule.resync.begins else "",
            patterns=tuple(scan_body.patterns) if scan_body else (),
            structs=structures(scan_body, frame.structures),
            scan=None if scan_body is None else self._scan(rule, scan_body, result),
            bounded=rule.bounded,
            looks_back=rule.name in self.origins.looking_back,
            parse=None if rule.anonymous else self._parse(rule, result),
        )

    def _scan(self, rule: ops.Rule, body: ScanBody, result: str) -> FunctionView:
        origin = ", origin: Origin | None = None" if rule.name in self.origins.looking_back else ""
        return FunctionView(
            naming.scan_function(rule.name),
            "data: bytes, pos: int, end: int" + _parameters(rule, naming.local) + origin,
            f"tuple[{result}, int] | None",
            docstring(f"Read a `{rule.name}` of which all is there before `end`; None = let the reader decide."),
            tuple(body.code.lines),
        )

    def _parse(self, rule: ops.Rule, result: str) -> FunctionView:
        arguments = "".join(f", {naming.parameter(name)}" for name, _ in rule.parameters) + self._tables_for(rule)
        return FunctionView(
            naming.parse_function(rule.name),
            "data: bytes" + _parameters(rule, naming.parameter),
            f"tuple[{result}, int, list[Event]]",
            docstring(f"Read one `{rule.name}` from complete data: value, size, events. Raises ParseError."),
            (f"return parse({naming.frame_class(rule.name)}, data, LIMITS, STREAMS{arguments})",),
        )

    def _tables_for(self, rule: ops.Rule) -> str:
        """What else a rule alone needs: variables of the message, sub-streams."""
        has = any(variable.scope == "message" for variable in self.module.variables)
        text = ", variables=MessageVariables" if has else ""
        if set(rule.streams) & {event.name for event in self.module.events if event.substream}:
            text += ", substreams=SUBSTREAMS"
        return text

    # Machine

    def _state(self, state: ops.State) -> StateView:
        timed = [handler for handler in state.handlers if handler.timer or handler.map]
        others = [handler for handler in state.handlers if handler not in timed]
        handlers = tuple((literal(handler.event), self._handler(state, handler)) for handler in others)
        timers = tuple(
            self._timer(handler.timer, self._handler(state, handler)) for handler in timed if handler.timer is not None
        )
        expires = tuple(
            (literal(naming.variable(handler.map)), self._handler(state, handler)) for handler in timed if handler.map
        )
        return StateView(
            member=naming.state_member(state.name),
            value=literal(state.name),
            place=str(state.place),
            up=self._side(state, state.up, "up"),
            down=self._side(state, state.down, "down"),
            handlers=handlers,
            timers=timers,
            expires=expires,
            doc=comment(state.doc),
        )

    def _timer(self, timer: ops.Timer, handler: str) -> str:
        """An entry of a state's timers."""
        after = timer.after
        extras = ", idle=True" if timer.idle else ""
        if isinstance(after, Constant):
            return f"Timer({int(after.value or 0):_}, {handler}{extras})"
        text = expression_method(after)
        name = self._periods.get(text)
        if name is None:
            name = self._periods[text] = naming.numbered("_timer_period", self._names)
            self._names.add(name)
            doc = docstring(f"How long a timer runs: {show(after)}; none runs that is not above zero.")
            self.handlers.append(FunctionView(name, "", "int", doc, (f"return {text}",)))
        return f"Timer(Session.{name}, {handler}{extras})"

    def _handler(self, state: ops.State, handler: ops.Handler) -> str:
        own = handler.rows[: handler.shared_from]
        shared = handler.rows[handler.shared_from :]
        parameters = self._parameters(handler)
        argument = ", ".join(self._arguments_of(handler))
        otherwise = "None"
        if shared:
            otherwise_name = self._shared_handler(handler, shared, parameters)
            if not own:
                return f"Session.{otherwise_name}"
            otherwise = f"self.{otherwise_name}({argument})"
        event = handler.event if handler.map is None else f"{handler.event}_{handler.map}"
        name = naming.numbered(naming.handler(state.name, event), self._names)
        self._names.add(name)
        lines = HandlerBody(self.module, handler.event).rows(own, otherwise)
        doc = docstring(f"State `{state.name}`, event `{handler.event}` ({state.place}).")
        self.handlers.append(FunctionView(name, parameters, "Outcome", doc, tuple(lines)))
        return f"Session.{name}"

    def _shared_handler(self, handler: ops.Handler, rows: tuple[ops.Row, ...], parameters: str) -> str:
        key = (handler.event, tuple(row.place for row in rows), parameters)
        name = self._shared.get(key)
        if name is None:
            number = 1 + sum(1 for event, _, _ in self._shared if event == handler.event)
            name = naming.shared_handler(handler.event, number)
            self._shared[key] = name
            lines = HandlerBody(self.module, handler.event).rows(rows, "None")
            doc = docstring(f"Every state, event `{handler.event}`, after the state's own transitions.")
            self.handlers.append(FunctionView(name, parameters, "Outcome", doc, tuple(lines)))
        return name

    def _arguments_of(self, handler: ops.Handler) -> list[str]:
        """The names of a handler's parameters."""
        if handler.payload:
            return [naming.local(name) for name, _ in handler.payload]
        return [part.split(":")[0] for part in (self._parameters(handler),) if part]

    def _parameters(self, handler: ops.Handler) -> str:
        if handler.payload:
            return ", ".join(f"{naming.local(name)}: {python_type(type)}" for name, type in handler.payload)
        if handler.message is not None:
            return f"message: {python_type(handler.message)}"
        if handler.event in ("parse_error", "missing_grammar", "transform_error"):
            return "error: ParseError"
        return ""

    def _side(self, state: ops.State, side: ops.Side, direction: str, transport: str = "") -> str:
        if side.kind == "transport":
            variants = (f"{name}={self._side(state, one, direction, name)}" for name, one in side.variants)
            return f"by_transport({', '.join(variants)})"
        if side.kind == "absent":
            return "ABSENT"
        if side.kind == "discard":
            return "DISCARD"
        if side.kind == "child":
            return "CHILD"
        extras = ""
        if side.kind == "rule":
            assert side.rule is not None
            if side.hold is not None and constant(side.hold) is not False:
                extras += f", hold=Session.{self._hold(state, side, direction, transport)}"
            if side.arguments:
                extras += f", arguments=Session.{self._arguments(state, side, direction, transport)}"
            if side.between is not None:
                extras += f", between={naming.token(side.between)}"
            return f"reads({naming.frame_class(side.rule)}{extras})"
        if side.hold is not None and constant(side.hold) is True:
            return "HOLD"
        return f"holds(Session.{self._hold(state, side, direction, transport)})"

    def _hold(self, state: ops.State, side: ops.Side, direction: str, transport: str) -> str:
        assert side.hold is not None
        name = naming.hold(state.name, naming.of_transport(direction, transport))
        body: tuple[str, ...] = (f"return {expression_method(side.hold, direction)}",)
        if fallible(side.hold):  # what cannot be evaluated is false, and counted
            body = ("try:", f"    {body[0]}", "except EVALUATION_ERRORS:", "    return self._guard_failed()")
        doc = docstring(f"Whether bytes from {direction} wait in `{state.name}` ({side.place}).")
        self.handlers.append(FunctionView(name, "", "bool", doc, body))
        return name

    def _arguments(self, state: ops.State, side: ops.Side, direction: str, transport: str) -> str:
        name = naming.arguments(state.name, naming.of_transport(direction, transport))
        rule = next(rule for rule in self.module.rules if rule.name == side.rule)
        values = dict(side.arguments)
        body = tuple_literal(expression_method(values[parameter], direction) for parameter, _ in rule.parameters)
        types = ", ".join(python_type(type) for _, type in rule.parameters)
        doc = docstring(f"What `{side.rule}` is given in `{state.name}` ({side.place}).")
        self.handlers.append(FunctionView(name, "", f"tuple[{types}]", doc, (f"return {body}",)))
        return name


def _parameters(rule: ops.Rule, named: Callable[[str], str]) -> str:
    return "".join(f", {named(name)}: {python_type(type)}" for name, type in rule.parameters)


def _rule_doc(rule: ops.Rule) -> str:
    reference = f"; {rule.doc}" if rule.doc else ""
    return docstring(f"Rule `{rule.name}` ({rule.place}{reference}): {rule.source}")
