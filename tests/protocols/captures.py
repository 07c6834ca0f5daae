"""Captures through dissectors in process, and what tests do to them: drop a direction, lose a segment, cut in half."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

from dissgen_runtime import Alert, Direction, Event
from dissgen_runtime.net.capture import CaptureError, Packet, open_capture
from dissgen_runtime.net.dissect import Dissection, Finished
from dissgen_runtime.net.registry import Dissectors


@dataclass
class FlowResult:
    """Everything that one flow reported."""

    client: str
    server: str
    events: list[Event] = field(default_factory=list)
    summary: dict[str, Any] = field(default_factory=dict)

    @property
    def alerts(self) -> list[str]:
        return [event.id for event in self.events if isinstance(event, Alert)]

    def of(self, name: str) -> list[Any]:
        return [event for event in self.events if event.name == name]


def packets(path: Path) -> list[Packet]:
    """All that can be read."""
    found: list[Packet] = []
    with open_capture(str(path)) as capture, suppress(CaptureError):
        found.extend(capture)
    return found


def dissect(
    source: Path | Iterable[Packet], module: ModuleType, decode_as: dict[tuple[str, int], str] | None = None
) -> dict[int, FlowResult]:
    """Flow number -> what it reported."""
    dissectors = Dissectors([module], protocols=[module.PROTOCOL], decode_as=decode_as)  # type: ignore[list-item]
    stream = packets(source) if isinstance(source, Path) else source
    flows: dict[int, FlowResult] = {}
    for item in Dissection(dissectors).items(stream):
        conversation = item.conversation
        flow = flows.setdefault(conversation.flow.number, FlowResult(conversation.client, conversation.server))
        if isinstance(item, Finished):
            flow.summary = item.summary
        else:
            flow.events.append(item.event)
    return flows


def schedules(path: Path, module: ModuleType) -> list[list[tuple[str, Direction, Any]]]:
    """What each session of a capture was told: ('feed', direction, bytes), ('gap', ...), ('close', ...)."""
    told: dict[int, list[tuple[str, Direction, Any]]] = defaultdict(list)
    numbers = iter(range(10**9))

    class Recorder:
        """Stands in for the module; its sessions only write down what they are told."""

        def __getattr__(self, name: str) -> Any:
            return getattr(module, name)

        def Session(self, **options: Any) -> Any:
            session = module.Session(**options)
            number = next(numbers)

            class Proxy:
                state = session.state

                def advance(self, now: int) -> list[Event]:
                    return []

                def feed(self, direction: Direction, data: bytes) -> list[Event]:
                    told[number].append(("feed", direction, data))
                    return []

                def gap(self, direction: Direction, size: int) -> list[Event]:
                    told[number].append(("gap", direction, size))
                    return []

                def close(self, direction: Direction, cut: bool = False) -> list[Event]:
                    told[number].append(("close", direction, cut))
                    return []

                def summary(self) -> dict[str, object]:
                    return {}

            return Proxy()

    dissectors = Dissectors([Recorder()], protocols=[module.PROTOCOL])  # type: ignore[list-item]
    for _ in Dissection(dissectors).items(packets(path)):
        pass
    return list(told.values())


def variants(found: list[Packet], one_way: Callable[[Packet], str | None]) -> Iterator[tuple[str, list[Packet]]]:
    """Damaged forms of a capture: each direction alone, each of up to 40 packets lost, the first half only."""
    for side in ("up", "down"):
        yield f"only {side}", [packet for packet in found if one_way(packet) in (side, None)]
    step = max(1, len(found) // 40)
    for index in range(0, len(found), step):
        yield f"without packet {index + 1}", found[:index] + found[index + 1 :]
    yield "first half", found[: len(found) // 2]
    yield "second half", found[len(found) // 2 :]
