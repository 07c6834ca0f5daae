"""What the examples of a spec reach: its transitions, the cases of its grammar, its alerts.

The spec is compiled a second time, in memory, with a note at each place; no module that is shipped has any.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias, TypeVar

from dissgen.ir import ops
from dissgen.ir.expressions import Constant
from dissgen.primitives import Bound
from dissgen.primitives.base import Alternative, BoundReached
from dissgen.primitives.branch import BoundBranch, BoundCase
from dissgen.primitives.optional import BoundOptional
from dissgen.primitives.record import BoundRecord
from dissgen.sema.model import HandlerModel, Model, RowModel, RuleModel, StateModel
from dissgen.text import Span

Kind: TypeAlias = Literal["transition", "case", "alert"]
KINDS: tuple[Kind, ...] = ("transition", "case", "alert")

B = TypeVar("B", bound=Bound)


@dataclass(frozen=True, slots=True)
class Point:
    """A place that examples should reach; `text` is what stands there, for people."""

    kind: Kind
    text: str
    span: Span

    @property
    def key(self) -> str:
        return self.text if self.kind == "alert" else f"{self.kind} {self.span.source.path}:{self.span.start}"


@dataclass(slots=True)
class Coverage:
    """The points of a spec and those that were reached."""

    points: dict[str, Point] = field(default_factory=dict)
    reached: set[str] = field(default_factory=set)

    def change(self, model: Model) -> Model:
        """The model with a note at every point, of which the spec's own are counted; imported ones are not."""
        own = model.protocol.source
        for alert in model.alerts:
            if alert.span.source is own:
                self._add(Point("alert", alert.id, alert.span))
        rules = tuple(self._rule(rule, rule.span.source is own) for rule in model.rules)
        states = tuple(self._state(state) for state in model.states)
        return dataclasses.replace(model, rules=rules, states=states)

    def counts(self) -> Iterator[tuple[Kind, int, int]]:
        """Kind, points reached, points."""
        for kind in KINDS:
            keys = [key for key, point in self.points.items() if point.kind == kind]
            yield kind, sum(key in self.reached for key in keys), len(keys)

    @property
    def percent(self) -> float:
        """Of all points; of none all are reached."""
        hit = sum(key in self.reached for key in self.points)
        return 100.0 * hit / len(self.points) if self.points else 100.0

    def missing(self) -> list[Point]:
        """The points that no example reached, in the order of the spec."""
        found = [point for key, point in self.points.items() if key not in self.reached]
        return sorted(found, key=lambda point: point.span.start)

    def _add(self, point: Point) -> str:
        self.points.setdefault(point.key, point)
        return point.key

    # The machine

    def _state(self, state: StateModel) -> StateModel:
        return dataclasses.replace(state, handlers=tuple(self._handler(handler) for handler in state.handlers))

    def _handler(self, handler: HandlerModel) -> HandlerModel:
        rows = []
        fires = True
        for row in handler.rows:
            rows.append(self._row(row, handler.event) if fires else row)
            fires = fires and not _always(row)
        return dataclasses.replace(handler, rows=tuple(rows))

    def _row(self, row: RowModel, event: str) -> RowModel:
        key = self._add(Point("transition", f"on `{event}`", row.span))
        note = ops.Reached(key, ops.Place(row.span.source.path, 0))
        return dataclasses.replace(row, execute=(note, *row.execute))

    # The grammar

    def _rule(self, rule: RuleModel, own: bool) -> RuleModel:
        return rule if rule.body is None or not own else dataclasses.replace(rule, body=self._noted(rule.body))

    def _noted(self, bound: B) -> B:
        """The element with a note in each of its cases."""
        changes: dict[str, Any] = {}
        for item in dataclasses.fields(bound):
            value = getattr(bound, item.name)
            changed = self._part(value)
            if changed is not value:
                changes[item.name] = changed
        if isinstance(bound, BoundOptional):
            changes["body"] = self._point(changes.get("body", bound.body), "present", bound.body.span)
        elif isinstance(bound, BoundBranch) and bound.otherwise is not None:
            changes["otherwise"] = self._point(changes.get("otherwise", bound.otherwise), "else", bound.otherwise.span)
        return dataclasses.replace(bound, **changes) if changes else bound

    def _part(self, value: Any) -> Any:
        if isinstance(value, Bound):
            return self._noted(value)
        if isinstance(value, BoundCase):
            shown = ", ".join(map(repr, value.values))
            return dataclasses.replace(value, body=self._point(self._noted(value.body), f"is {shown}", value.span))
        if isinstance(value, Alternative):
            point = self._point(
                BoundRecord("record", value.span, 0, "", None, ()), f"try {value.span.text}", value.span
            )
            return dataclasses.replace(value, fields=(*value.fields, point))
        if isinstance(value, tuple) and any(isinstance(item, Bound | BoundCase | Alternative) for item in value):
            return tuple(self._part(item) for item in value)
        return value

    def _point(self, body: Bound, text: str, span: Span) -> BoundReached:
        key = self._add(Point("case", text, span))
        return BoundReached("reached", span, body.minimum, body.source, body.value, key, body)


def _always(row: RowModel) -> bool:
    return row.when is None or (isinstance(row.when, Constant) and row.when.value is True)
