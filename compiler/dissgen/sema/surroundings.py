"""What rules see of what is around them: `parent.x`, `root.x`, `direction`, `transport`.

Each becomes a parameter that nobody declares. Its value comes from where the rule is used: `parent.x` is the `x` that
is in scope there, `root.x` that of the rule which no other rule uses, `direction` and `transport` come from the
session. Which rules need what is read off the text before any rule is checked, so that also rules that use themselves
know it.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, TypeAlias

from dissgen.ir.expressions import Binding, BindingKind, Typed
from dissgen.ir.expressions import Name as TypedName
from dissgen.reader import MappingNode, Node, ScalarNode, SequenceNode
from dissgen.spec.expressions import path_of
from dissgen.spec.tree import Name, Protocol, RuleDefinition
from dissgen.text import Span
from dissgen.types import STR, OptionalType, Type, assignable, show

if TYPE_CHECKING:
    from dissgen.sema.rule_checker import RuleChecker
    from dissgen.sema.rules import Rules

Path: TypeAlias = tuple[str, ...]
"""`("parent", "parent", "x")`, `("root", "x")`, `("direction",)`."""

SESSION: Final = ("direction", "transport")
"""What the session knows of a message."""

_EXPRESSIONS: Final = frozenset(
    {
        *("value", "when", "count", "size", "while", "until", "until_value"),
        *("branch", "skip", "verify", "within", "at", "xor"),
    }
)
"""Keys whose scalars are expressions."""
_GIVEN: Final = frozenset({"with", "set", "trigger"})
"""Keys whose mappings have expressions for values, also one mapping deeper."""
_REFERENCES: Final = frozenset({"use", "array", "optional", "of", "name"})
_LISTS: Final = frozenset({"record", "sequence", "try", "union"})
_WORDS: Final = re.compile(r"\b(parent|root|direction|transport)\b")


class Surroundings:
    """Who uses which rule, and what each rule needs of its users."""

    def __init__(self, protocol: Protocol, taken: frozenset[str]) -> None:
        self._taken = taken
        self._names = {item.name.text for item in protocol.rules}
        self.users: dict[str, list[str]] = {name: [] for name in self._names}
        """The other rules that use a rule."""
        self.places: dict[tuple[str, Path], Span] = {}
        """Where a rule itself mentions something."""
        self._uses: dict[str, set[str]] = {name: set() for name in self._names}
        self._needs: dict[str, dict[Path, None]] = {name: {} for name in self._names}
        for item in protocol.rules:
            self._read(item)
        for name, used in self._uses.items():
            for other in sorted(used - {name}):
                self.users[other].append(name)
        self._spread()
        self.types: dict[tuple[str, Path], tuple[Type, Span]] = {}
        """What the first user of a rule gives, and where it uses the rule."""
        self.resolving: set[str] = set()
        """Rules whose users are being checked for them; users of each other wait for nobody."""

    def needs(self, rule: str) -> tuple[Path, ...]:
        """What a rule needs, for itself or for the rules that it uses."""
        return tuple(self._needs.get(rule, ()))

    def is_root(self, rule: str) -> bool:
        """Whether no other rule uses it."""
        return not self.users.get(rule)

    def parameter(self, path: Path) -> str:
        """The name of the parameter: `parent_x`, or `of_parent_x` where the spec has that name."""
        name = "_".join(path)
        while name in self._taken:
            name = f"of_{name}"
        return name

    def parameters(self, rule: str) -> dict[str, Type | None]:
        """The parameters of a rule that nobody declares; None: a type that could not be found out."""
        found: dict[str, Type | None] = {}
        for path in self.needs(rule):
            known = self.types.get((rule, path))
            found[self.parameter(path)] = STR if path[0] in SESSION else None if known is None else known[0]
        return found

    # Reading the text

    def _read(self, item: RuleDefinition) -> None:
        pairs = [(item.element.kind, item.element.argument)]
        pairs += [(str(modifier.key.value), modifier.value) for modifier in item.element.modifiers]
        if item.value is not None:
            pairs.append(("value", item.value))
        for key, node in pairs:
            self._visit(item.name.text, key, node)

    def _visit(self, rule: str, key: str, node: Node) -> None:
        match node:
            case ScalarNode():
                self._scalar(rule, key, node)
            case SequenceNode():
                for entry in node.items:
                    self._visit(rule, "name" if key in _LISTS else "", entry)
            case MappingNode():
                for name, value in node.entries:
                    word = str(name.value)
                    if key in ("bytes", "text") and word == "until":
                        continue  # a token
                    given = key in _GIVEN and isinstance(value, ScalarNode)
                    deeper = key == "trigger" and isinstance(value, MappingNode)
                    self._visit(rule, "value" if given else "with" if deeper else word, value)

    def _scalar(self, rule: str, key: str, node: ScalarNode) -> None:
        if key in _REFERENCES and str(node.value) in self._names:
            self._uses[rule].add(str(node.value))
        if key in _EXPRESSIONS and isinstance(node.value, str):
            for path in mentions(node.value):
                self._needs[rule].setdefault(path)
                self.places.setdefault((rule, path), node.span)

    def _spread(self) -> None:
        """What a rule needs, its users need one step further out."""
        open_ = [(rule, path) for rule, paths in self._needs.items() for path in paths]
        while open_:
            rule, path = open_.pop(0)
            for user in (*self.users[rule], *([rule] if rule in self._uses[rule] else ())):
                wanted = _further_out(path, self.is_root(user))
                if wanted is not None and wanted not in self._needs[user]:
                    self._needs[user][wanted] = None
                    open_.append((user, wanted))
        for rule, paths in self._needs.items():
            if self.is_root(rule):
                for path in [path for path in paths if path[0] == "root"]:
                    del paths[path]  # its own field


def mentions(text: str) -> Iterator[Path]:
    """What an expression reads of its surroundings, in order; nothing for what is no expression."""
    if not _WORDS.search(text):
        return
    try:
        tree = ast.parse(text.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return  # reported where it is checked
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id in SESSION:
            yield (node.id,)
        elif isinstance(node, ast.Attribute):
            path = path_of(node)
            if path is not None:
                yield path


def _further_out(path: Path, at_root: bool) -> Path | None:
    """What the user of a rule needs for it; None: it has that itself."""
    if path[0] in SESSION:
        return path
    if path[0] == "root":
        return None if at_root else path
    return path[1:] if len(path) > 2 else None


def seen(checker: RuleChecker, path: Path) -> Binding | None:
    """What the words stand for in a rule; None where it has none, or where that could not be found out."""
    surroundings = checker.rules.surroundings
    base = _base(checker)
    merged = [name for name in checker.merging if name in checker.rules]
    if path[0] == "root" and surroundings.is_root(base.name):
        return _handed_in(checker, base, path, path[1])
    if path[0] == "parent":
        up = len(path) - 1
        if up < len(merged):  # a rule without a field of its own: its user is read here, too
            inside = merged[:up]
            owner = checker
            while owner.around is not None and set(inside) & set(owner.around.merging):
                owner = owner.around
            return _handed_in(checker, owner, path, path[-1])
        path = path[len(merged) - 1 :]
    return checker.binding(surroundings.parameter(path))


def _base(checker: RuleChecker) -> RuleChecker:
    """The rule of the spec in which a nested one stands."""
    while checker.around is not None:
        checker = checker.around
    return checker


def _handed_in(checker: RuleChecker, owner: RuleChecker, path: Path, field: str) -> Binding | None:
    """A field of a rule around, as the rule inside sees it: a parameter of the nested ones between them."""
    found = owner.binding(field)
    if found is None or found.kind not in (BindingKind.FIELD, BindingKind.PARAMETER) or field.startswith("_"):
        return None
    between: list[RuleChecker] = []
    while checker is not owner:
        between.append(checker)
        assert checker.around is not None
        checker = checker.around
    name = checker.rules.surroundings.parameter(path)
    for inner in reversed(between):
        inner.captured[name] = found
        inner.parameters[name] = found.type
        found = Binding(BindingKind.PARAMETER, name, found.type)
    return found


def provided(checker: RuleChecker, rule: Name) -> tuple[tuple[str, Typed], ...] | None:
    """The arguments that a rule takes from where it is used; None after reporting one that is not there."""
    surroundings = checker.rules.surroundings
    values: list[tuple[str, Typed]] = []
    correct = True
    for path in surroundings.needs(rule.text):
        found = _at_use(checker, path)
        if found is None:
            correct = False
            _report_missing(checker, rule, path)
            continue
        if path[0] not in SESSION and not _fits(checker, rule, path, found.type):
            correct = False
            continue
        values.append((surroundings.parameter(path), TypedName(found, found.type, rule.span)))
    return tuple(values) if correct else None


def _at_use(checker: RuleChecker, path: Path) -> Binding | None:
    """What the user of a rule gives for the words in it."""
    if path[0] in SESSION:
        return checker.binding(path[0])
    if path[0] == "root":
        return seen(checker, path)
    if len(path) > 2:
        return seen(checker, path[1:])
    found = None if path[1].startswith("_") else checker.binding(path[1])
    return found if found is not None and found.kind in (BindingKind.FIELD, BindingKind.PARAMETER) else None


def _fits(checker: RuleChecker, rule: Name, path: Path, type_: Type) -> bool:
    """Whether the type is what the first user of the rule has given."""
    first, place = checker.rules.surroundings.types.setdefault((rule.text, path), (type_, rule.span))
    if assignable(type_, first):
        return True
    words = ".".join(path)
    checker.diagnostics.error(
        "DG218",
        f"`{words}` in `{rule.text}` is `{show(first)}` where it is used first, and `{show(type_)}` here",
        rule.span,
        f"`{show(type_)}`",
        also=[(place, f"`{show(first)}`"), *_mentioned(checker, rule.text, path)],
        help="read it where it is always there, before the rule is used"
        if isinstance(type_, OptionalType) and type_.inner == first
        else f"give `{rule.text}` parameters of its own",
    )
    return False


def _report_missing(checker: RuleChecker, rule: Name, path: Path) -> None:
    """Say what is not there, unless it was said of the rule around, or of the name itself."""
    surroundings, name, base = checker.rules.surroundings, path[-1], _base(checker)
    if checker.is_broken(name) or name in checker.rules.context.broken_fields:
        return
    outer = _further_out(path, surroundings.is_root(base.name))
    if outer is not None and outer in surroundings.needs(base.name) and checker.diagnostics.has_errors:
        return
    local = name.startswith("_")
    checker.diagnostics.error(
        "DG218",
        f"`{rule.text}` needs `{'.'.join(path)}`, "
        + ("which its own rule alone sees" if local else f"and `{name}` has not been read here"),
        rule.span,
        "" if local else f"nothing named `{name}` is in scope",
        also=_mentioned(checker, rule.text, path),
        help=f"call it `{name.lstrip('_')}`, or give `{rule.text}` a parameter"
        if local
        else f"read `{name}` before `{rule.text}`, or give `{rule.text}` a parameter",
    )


def _mentioned(checker: RuleChecker, rule: str, path: Path) -> list[tuple[Span, str]]:
    places = checker.rules.surroundings.places
    inside = (place for (_, other), place in places.items() if path[0] == "root" and other == path)
    place = places.get((rule, path)) or next(inside, None)
    return [] if place is None else [(place, "needed for this")]


def resolve(rules: Rules, rule: str) -> bool:
    """Have the users of a rule checked first: they know what it sees of them. Whether all of it is known now."""
    surroundings = rules.surroundings
    wanted = [path for path in surroundings.needs(rule) if path[0] not in SESSION]
    if not wanted or rule in surroundings.resolving:
        return not wanted
    surroundings.resolving.add(rule)
    for user in surroundings.users.get(rule, ()):
        if all((rule, path) in surroundings.types for path in wanted):
            break
        rules.model(user)
    surroundings.resolving.discard(rule)
    missing = [path for path in wanted if (rule, path) not in surroundings.types]
    for path in missing:
        place = surroundings.places.get((rule, path))
        if place is None or surroundings.users.get(rule):
            continue
        rules.context.diagnostics.error(
            "DG218",
            f"`{rule}` has no parent: no other rule uses it",
            place,
            f"`{'.'.join(path)}`",
            help=f"give `{rule}` a parameter",
        )
    return not missing


def is_broken(checker: RuleChecker, name: str) -> bool:
    """Whether one of the words is not known because of what was reported already."""
    path = tuple(name.split("."))
    return len(path) > 1 and seen(checker, path) is None and checker.diagnostics.has_errors


def explain(checker: RuleChecker, name: str) -> str | None:
    """Why one of the words is not known in a rule."""
    first, _, rest = name.partition(".")
    if first not in ("parent", "root"):
        return None
    if not rest:
        return f"`{first}` is written with a field of it: `{first}.x`"
    return f"`{name}` could not be found where this rule is used"
