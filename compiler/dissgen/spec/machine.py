"""States, sides, transitions and verbs, from nodes."""

from __future__ import annotations

from typing import Final

from dissgen.reader import MappingNode, Node, ScalarNode, SequenceNode
from dissgen.spec.tree import Name, SideDefinition, StateDefinition, Transition, VerbDefinition, name_of


def parse_states(node: Node | None) -> tuple[StateDefinition, ...]:
    """The section `states`, in the order of the file."""
    if not isinstance(node, MappingNode):
        return ()
    states: list[StateDefinition] = []
    for key, value in node.entries:
        name = name_of(key)
        if name is None:
            continue
        body = value if isinstance(value, MappingNode) else MappingNode(key.span, ())
        doc = body.get("doc")
        states.append(
            StateDefinition(
                name,
                _side(body, "up"),
                _side(body, "down"),
                parse_transitions(body.get("transitions")),
                str(doc.value).strip() if isinstance(doc, ScalarNode) and doc.value is not None else "",
            )
        )
    return tuple(states)


TRANSPORTS: Final = ("tcp", "udp")
"""The keys of a side that is one of several, by transport."""


def _side(state: MappingNode, direction: str) -> SideDefinition | None:
    node, key = state.get(direction), state.key(direction)
    return None if node is None or key is None else _one_side(node, key)


def _one_side(node: Node, key: ScalarNode) -> SideDefinition | None:
    if isinstance(node, ScalarNode):
        if node.value == "child":
            return SideDefinition("child", None, (), None, key.span)
        return SideDefinition("rule", name_of(node), (), None, key.span)
    if not isinstance(node, MappingNode):
        return None
    variants = _by_transport(node)
    if variants:
        return SideDefinition("transport", None, (), None, key.span, variants)
    used, hold, arguments = node.get("use"), node.get("hold"), node.get("with")
    between = node.get("between")
    if used is not None:
        kind = "rule"
    elif hold is not None:
        kind = "hold"
    elif node.get("discard") is not None:
        kind = "discard"
    else:
        return None
    return SideDefinition(
        kind,
        None if used is None else name_of(used),
        parse_arguments(arguments),
        hold if isinstance(hold, ScalarNode) else None,
        key.span,
        between=between if isinstance(between, ScalarNode) else None,
    )


def _by_transport(node: MappingNode) -> tuple[tuple[Name, SideDefinition], ...]:
    found = []
    for key, value in node.entries:
        name = name_of(key)
        side = _one_side(value, key) if name is not None and name.text in TRANSPORTS else None
        if name is not None and side is not None:
            found.append((name, side))
    return tuple(found)


def parse_arguments(node: Node | None) -> tuple[tuple[Name, Node], ...]:
    """`{name: expression, ...}`."""
    if not isinstance(node, MappingNode):
        return ()
    pairs = ((name_of(key), value) for key, value in node.entries)
    return tuple((name, value) for name, value in pairs if name is not None)


def parse_transitions(node: Node | None) -> tuple[Transition, ...]:
    """A list of rows."""
    if not isinstance(node, SequenceNode):
        return ()
    return tuple(_transition(item) for item in node.items if isinstance(item, MappingNode))


def _transition(node: MappingNode) -> Transition:
    event, when, execute, jump = (node.get(key) for key in ("event", "when", "execute", "jump"))
    listed = event.items if isinstance(event, SequenceNode) else (event,) if event is not None else ()
    events = tuple(name for name in map(name_of, listed) if name is not None)
    verbs = execute.items if isinstance(execute, SequenceNode) else () if execute is None else (execute,)
    key = node.key("event")
    return Transition(
        events,
        when if isinstance(when, ScalarNode) else None,
        None if execute is None else tuple(verb for verb in map(_verb, verbs) if verb is not None),
        None if jump is None else name_of(jump),
        key.span if key is not None else node.span,
        _scalar(node.get("after")),
        _scalar(node.get("idle")),
        None if (of := node.get("map")) is None else name_of(of),
    )


def _scalar(node: Node | None) -> ScalarNode | None:
    return node if isinstance(node, ScalarNode) else None


def _verb(node: Node) -> VerbDefinition | None:
    if isinstance(node, ScalarNode):
        return VerbDefinition(str(node.value), None, None, node.span)
    if not isinstance(node, MappingNode):
        return None
    verb = next(((key, value) for key, value in node.entries if key.value not in ("when", "value", "into")), None)
    if verb is None:
        return None
    key, argument = verb
    when = node.get("when")
    bare = argument.value is True if isinstance(argument, ScalarNode) else False
    return VerbDefinition(
        str(key.value), None if bare else argument, _scalar(when), key.span, node.get("value"), _into(node)
    )


def _into(node: MappingNode) -> Name | None:
    return None if (name := node.get("into")) is None else name_of(name)
