"""The text form of the IR: stable, one operation a line, for people and for tests (`dissgen build --emit ir`)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from dissgen.ir import ops
from dissgen.ir.expressions import Typed, show
from dissgen.types import show as show_type


def dump(module: ops.Module) -> str:
    """The whole module."""
    lines = [f"module {module.protocol} ({module.path})"]
    lines += [f"token {token.name} {token.text!r} limit {token.limit}" for token in module.tokens]
    lines += [f"terminator {item.name} {item.text!r}" for item in module.terminators]
    lines += [f"enum {enum.name} {dict(enum.members)}" for enum in module.enums]
    lines += [f"table {table.name} {table.kind} {dict(table.entries)}" for table in module.tables]
    for rule in module.rules:
        lines.append("")
        lines += rule_lines(rule)
    for variable in module.variables:
        scope = "" if variable.scope == "session" else f" of the {variable.scope}"
        lines.append(f"variable {variable.name}: {show_type(variable.type)} = {show(variable.initial)}{scope}")
    for event in module.events:
        fields = ", ".join(f"{field.name}: {show_type(field.type)}" for field in event.fields)
        joined = f" sub-stream of {event.rule}" if event.substream else ""
        lines.append(f"event {event.name} " + ("stream" if event.stream else f"({fields})") + joined)
    for raised in module.machine_events:
        fields = ", ".join(f"{field.name}: {show_type(field.type)}" for field in raised.fields)
        lines.append(f"machine event {raised.name} ({fields})")
    for hook in module.hooks:
        parameters = ", ".join(f"{name}: {show_type(type)}" for name, type in hook.parameters)
        lines.append(f"hook {hook.name}({parameters})" + (f" -> {show_type(hook.returns)}" if hook.returns else ""))
    if module.machine is not None:
        for state in module.machine.states:
            lines.append("")
            lines += _state(state, initial=state.name == module.machine.initial)
    return "\n".join(lines) + "\n"


def rule_lines(rule: ops.Rule) -> list[str]:
    """One rule."""
    parameters = ", ".join(f"{name}: {show_type(type)}" for name, type in rule.parameters)
    lines = [f"rule {rule.name}({parameters}) -> {show_type(rule.type)}"]
    lines += [f"  field {field.name}: {show_type(field.type)}{' local' * field.local}" for field in rule.fields]
    if rule.resync is not None:
        lines.append(f"  resync {rule.resync}")
    lines.append("  body")
    lines += _indented(_body(rule.body), 2)
    if rule.whole is not None:
        lines.append("  whole")
        lines += _indented(_body(rule.whole), 2)
    if rule.result is not None:
        lines.append(f"  result {show(rule.result)}")
    return lines


def _indented(lines: Iterator[str] | list[str], depth: int) -> list[str]:
    return ["  " * depth + line for line in lines]


def _body(body: tuple[ops.Op, ...]) -> Iterator[str]:
    if not body:
        yield "nothing"
    for op in body:
        yield from _op(op)


def _op(op: ops.Op) -> Iterator[str]:
    match op:
        case _ if isinstance(op, ops.Leaf):
            yield _leaf(op)
        case ops.StreamRead(source, event, transforms):
            yield f"stream {event}{_through(transforms)}: {_leaf(source)}"
        case ops.OpenDecoders(event, transforms):
            yield f"decode {event}{_through(transforms)}"
        case ops.CloseDecoders(event):
            yield f"end of decoding {event}"
        case ops.Call():
            yield _call(op)
        case ops.At(offset, call):
            yield f"at {show(offset)}: {_call(call)}"
        case ops.Let(name, value):
            yield f"let {name} = {show(value)}"
        case ops.Branch():
            yield f"branch {show(op.subject)}"
            for case in op.cases:
                yield f"  is {', '.join(map(repr, case.values))}"
                yield from _indented(_body(case.body), 2)
            if op.otherwise is not None:
                yield "  else"
                yield from _indented(_body(op.otherwise), 2)
        case ops.If(test, body):
            yield f"if {show(test)}"
            yield from _indented(_body(body), 1)
        case ops.Loop():
            yield from _loop(op)
        case ops.Try(alternatives):
            yield "try"
            for alternative in alternatives:
                yield f"  {_call(alternative.call)}"
                yield from _indented(_body(alternative.then), 2)
        case ops.Union(members):
            yield "union"
            for member in members:
                yield "  member"
                yield from _indented(_body(member), 2)
        case ops.Within():
            how = "" if op.whole else " as it comes"
            yield f"within {show(op.size)}{' with slack' * op.slack}{how}"
            yield from _indented(_body(op.body), 1)
        case ops.Align(size):
            yield f"align {size} bytes"
        case ops.Verify(test, message):
            yield f"verify {show(test)} else {message!r}"
        case ops.Fail(message):
            yield f"fail {message!r}"
        case ops.TriggerInMessage(event, payload):
            yield f"trigger {event}({_arguments(payload)})"
        case ops.RaiseInMessage(event, payload):
            yield f"raise {event}({_arguments(payload)})"
        case ops.Assign(values):
            yield f"set {_arguments(values)}"
        case ops.Reached(key):
            yield f"reached {key}"
        case ops.Unkept(leaf):
            yield f"unkept {_leaf(leaf)}"
        case ops.Run(parts):
            yield "run"
            yield from _indented(_body(parts), 1)
        case ops.FixedRun(parts):
            yield "fixed"
            yield from _indented(_body(parts), 1)
        case ops.Prefer():
            yield f"prefer unless {op.subject.target.name} is {', '.join(map(repr, op.excluded))}"
            yield from _indented(_body((op.run,)), 1)
            yield "otherwise"
            yield from _indented(_body(op.otherwise), 1)
        case _:
            assert_never(op)


def _leaf(op: ops.Leaf) -> str:
    match op:
        case ops.TokenRead():
            text = f"token {op.token}"
            if op.constant is not None:
                text += f" = {op.constant!r}"
        case ops.LiteralRead():
            text = f"literal {op.data!r}{' ignoring case' * op.ignore_case}"
        case ops.TakeRead():
            text = f"{'text' if op.text else 'bytes'} of size {show(op.size)}"
        case ops.UntilRead():
            end = op.terminator if op.exact is None else show(op.exact)
            text = f"{'text' if op.text else 'bytes'} until {end}"
        case ops.RestRead():
            text = f"{'text' if op.text else 'bytes'} rest"
        case ops.NumberRead():
            text = _number(op)
        case ops.VarintRead():
            text = f"varint {op.kind}" + (f" = {op.constant!r}" if op.constant is not None else "")
        case ops.PackedRead():
            count = "rest" if op.count is None else f"count {show(op.count)}"
            text = f"packed {op.kind} {op.bits} bits{' signed' * op.signed}{' little' * (op.order == 'little')} {count}"
        case ops.Converted():
            text = show(op.source) + (f" = {op.constant!r}" if op.constant is not None else "")
        case _:
            assert_never(op)
    if isinstance(op, ops.TokenRead | ops.TakeRead | ops.UntilRead | ops.RestRead | ops.Converted):
        text += _through(op.transforms)
    if not isinstance(op, ops.LiteralRead):
        text += "".join(f" | {_conversion(conversion)}" for conversion in op.conversions)
    return text + _target(op.target)


def _through(transforms: tuple[ops.Transform, ...]) -> str:
    return "".join(f" through {item.name}" + (f" {show(item.key)}" if item.key else "") for item in transforms)


def _number(op: ops.NumberRead) -> str:
    text = f"{op.kind} {op.bits} bits"
    text += " signed" * op.signed + " little" * (op.order == "little") + (f" at bit {op.shift}" if op.shift else "")
    return text if op.constant is None else f"{text} = {op.constant!r}"


def _conversion(conversion: ops.Conversion) -> str:
    match conversion.kind:
        case "int" if conversion.base != 10:
            return f"int base {conversion.base}"
        case "scale":
            return f"scale {conversion.factor!r}"
        case "table":
            return f"table {conversion.table}"
        case "bool" if conversion.values:
            return f"bool {dict(conversion.values)}"
        case kind:
            return kind


def _target(target: ops.Target) -> str:
    return "" if target.name is None else f" -> {target.name}"


def _call(op: ops.Call) -> str:
    return f"call {op.rule}({_arguments(op.arguments)}){_target(op.target)}"


def _arguments(arguments: tuple[tuple[str, Typed], ...]) -> str:
    return ", ".join(f"{name}={show(value)}" for name, value in arguments)


def _loop(op: ops.Loop) -> Iterator[str]:
    text = f"array{_target(op.target)}"
    for word, test in (("count", op.count), ("while", op.while_), ("until", op.until)):
        if test is not None:
            text += f" {word} {show(test)}"
    yield text + (" rest" if op.rest else "") + (" in a sequence" if op.sequence else "")
    yield "  " + (_call(op.item) if isinstance(op.item, ops.Call) else _leaf(op.item))
    if op.usual is not None:
        yield f"  usually, up to token {op.usual.end}"
        for part in op.usual.parts:
            yield "    " + _leaf(part.leaf) + ("" if part.pattern is None else f" narrowed to {part.pattern!r}")


def _state(state: ops.State, initial: bool) -> list[str]:
    lines = [f"state {state.name}{' initial' * initial}", f"  up {_side(state.up)}", f"  down {_side(state.down)}"]
    for handler in state.handlers:
        lines.append(f"  on {handler.event}{_detail(handler)}")
        for index, row in enumerate(handler.rows):
            if index == handler.shared_from:
                lines.append("    any")
            lines += _indented(_row(row), 2)
    return lines


def _detail(handler: ops.Handler) -> str:
    """What tells one `timeout`, or one `expire`, of a state from another."""
    if handler.timer is not None:
        return f" after {show(handler.timer.after)}{' idle' * handler.timer.idle}"
    return "" if handler.map is None else f" of {handler.map}"


def _side(side: ops.Side) -> str:
    if side.variants:
        return " | ".join(f"{transport}: {_side(variant)}" for transport, variant in side.variants)
    if side.kind == "rule":
        text = f"{side.rule}({_arguments(side.arguments)})"
        text += "" if side.between is None else f" between {side.between}"
    else:
        text = side.kind
    return text if side.hold is None else f"{text} hold {show(side.hold)}"


def _row(row: ops.Row) -> Iterator[str]:
    yield f"row {row.place}" + (f" when {show(row.when)}" if row.when is not None else "")
    for verb in row.execute:
        yield "  " + _verb(verb) + (f" when {show(verb.when)}" if verb.when is not None else "")
    if row.jump is not None:
        yield f"  jump {row.jump}"


def _verb(verb: ops.Verb) -> str:
    match verb:
        case ops.Trigger():
            return f"trigger {verb.event}({_arguments(verb.payload)})"
        case ops.RaiseAlert():
            sides = (("from", verb.sources), ("at", verb.targets))
            parties = "".join(f" {word} {item.kind} {show(item.value)}" for word, side in sides for item in side)
            return f"alert {verb.alert} {_template(verb.description)}{parties}"
        case ops.SetVariables():
            return f"set {_arguments(verb.values)}"
        case ops.Push():
            return f"push {verb.variable} {show(verb.value)}"
        case ops.Pop():
            return f"pop {verb.variable}"
        case ops.Remember():
            return f"remember {verb.variable}[{show(verb.key)}] = {show(verb.value)}"
        case ops.Forget():
            return f"forget {verb.variable}[{show(verb.key)}]"
        case ops.WriteLog():
            return f"log {_template(verb.text)}"
        case ops.SetVerdict():
            return verb.verdict
        case ops.Skip():
            return f"skip {'message' if verb.message else verb.terminator or 'rest'}"
        case ops.Abandon():
            return f"abandon {verb.direction}"
        case ops.Upgrade():
            return f"upgrade {'to one of ' * verb.probe}{', '.join(verb.protocols)}"
        case ops.RaiseEvent():
            return f"raise {verb.event}({_arguments(verb.payload)})"
        case ops.Swap():
            return "swap"
        case ops.Restart():
            return f"restart {verb.event or ''}".strip()
        case ops.CallHook():
            return f"call {verb.hook}({_arguments(verb.arguments)})" + (f" into {verb.into}" if verb.into else "")
        case ops.Reached(key):
            return f"reached {key}"
        case _:
            assert_never(verb)


def _template(template: ops.Template) -> str:
    return repr("".join(part if isinstance(part, str) else "{" + show(part[0]) + "}" for part in template))
