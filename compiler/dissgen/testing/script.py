"""The `talk` of an example as a list of steps."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Final

from dissgen_runtime import DOWN, UP, Direction

_UNITS: Final = {"ns": 1, "us": 1_000, "ms": 1_000_000, "s": 10**9, "min": 60 * 10**9, "h": 3600 * 10**9}


_FORMS: Final = ("raw", "hex", "file")
MAXIMUM_SIZE: Final = 1 << 20
"""Bytes of all steps: an example is fed again and again, a capture is what `dissgen dissect` is for."""


class ScriptError(ValueError):
    """A step that is none; the text says why. `index` is the step's, from zero, where one step is at fault."""

    index: int | None = None


@dataclass(frozen=True, slots=True)
class Send:
    """One side says something."""

    direction: Direction
    data: bytes


@dataclass(frozen=True, slots=True)
class Lose:
    """`size` bytes of a direction are missing."""

    direction: Direction
    size: int


@dataclass(frozen=True, slots=True)
class Wait:
    """Time passes (nanoseconds)."""

    time: int


@dataclass(frozen=True, slots=True)
class Close:
    """A direction ends; `cut`: the capture stops."""

    direction: Direction
    cut: bool


@dataclass(frozen=True, slots=True)
class Midstream:
    """The beginning of the conversation is not seen; it is the first step."""


@dataclass(frozen=True, slots=True)
class Raise:
    """An event of a custom machine; the payload as the example has it."""

    event: str
    payload: dict[str, object]


Step = Send | Lose | Wait | Close | Midstream | Raise


class ScriptReader:
    """Reads talks; `directions` are the spec's names of up and down, `folder` is where its files are.

    Text is encoded as the spec says; what does not go is UTF-8. `events` are those of a custom machine.
    """

    def __init__(
        self, directions: tuple[str, str], folder: Path, encoding: str = "latin-1", events: Collection[str] = ()
    ) -> None:
        up, down = directions
        self.speakers = {"C": UP, "S": DOWN, up: UP, down: DOWN, "up": UP, "down": DOWN}
        self.folder = folder
        self.encoding = encoding
        self.events = events

    def steps(self, talk: object) -> list[Step]:
        """Raises ScriptError."""
        steps: list[Step] = []
        if isinstance(talk, str):
            parts: list[object] = [*lines_of(talk)]
        elif isinstance(talk, list):
            parts = talk
        else:
            raise ScriptError("`talk` is text or a list of steps")
        size = 0
        for index, part in enumerate(parts):
            try:
                step = self._entry(part)
                size += len(step.data) if isinstance(step, Send) else 0
                if index and isinstance(step, Midstream):
                    raise ScriptError("`!midstream` is the first step")
                if size > MAXIMUM_SIZE:
                    raise ScriptError(
                        f"an example has at most {MAXIMUM_SIZE} bytes; use `dissgen dissect` on a capture"
                    )
            except ScriptError as error:
                error.index = index
                raise
            steps.append(step)
        return steps

    def _speaker(self, name: str) -> Direction:
        if name not in self.speakers:
            known = ", ".join((*self.speakers, *self.events))
            raise ScriptError(f"`{name}` speaks in no direction; write one of {known}")
        return self.speakers[name]

    def _line(self, line: str) -> Step:
        if line.startswith("!"):
            return self._command(line[1:].split())
        match = re.match(r"(\w+)(:|#)(?: (.*)| *)$", line, re.DOTALL)
        if match is None:
            raise ScriptError(f"`{line}` begins with neither a speaker (`C: text`, `C# hex`) nor `!`")
        speaker, form, text = match.groups(default="")
        direction = self._speaker(speaker)
        if form == "#":
            return Send(direction, _hex(text))
        return Send(direction, self._bytes(text) + b"\r\n")

    def _entry(self, entry: object) -> Step:
        if isinstance(entry, str):
            return self._line(entry)
        if not isinstance(entry, dict) or len(entry) != 1:
            raise ScriptError(f"a step has one key, as in `{{C: text}}`, not {entry!r}")
        ((speaker, said),) = entry.items()
        if speaker in _FORMS and speaker not in self.events:  # of a rule alone, whose data has no direction
            return Send(UP, self._said(str(speaker), said))
        if speaker in self.events and speaker not in self.speakers:
            if not isinstance(said or {}, dict):
                raise ScriptError(f"`{speaker}` has a payload, as in `{{{speaker}: {{field: value}}}}`")
            return Raise(str(speaker), dict(said or {}))
        direction = self._speaker(str(speaker))
        if isinstance(said, dict) and len(said) == 1:
            ((form, value),) = said.items()
            return Send(direction, self._said(str(form), value))
        if isinstance(said, dict | list):
            raise ScriptError(f"what `{speaker}` says is text, or one of raw, hex, file")
        return Send(direction, self._bytes("" if said is None else str(said)) + b"\r\n")

    def _said(self, form: str, value: object) -> bytes:
        match form:
            case "raw":
                return self._bytes(str(value))
            case "hex":
                return _hex(str(value))
            case "file":
                return self._file(str(value))
            case _:
                raise ScriptError(f"`{form}` is no way to say something; write raw, hex or file")

    def _bytes(self, text: str) -> bytes:
        try:
            return text.encode(self.encoding)
        except UnicodeEncodeError:
            return text.encode("utf-8")

    def _file(self, name: str) -> bytes:
        try:
            with (self.folder / name).open("rb") as file:
                return file.read(MAXIMUM_SIZE + 1)
        except (OSError, ValueError) as error:  # ValueError: no file has such a name
            raise ScriptError(f"{name}: {getattr(error, 'strerror', None) or error}") from error

    def _command(self, words: list[str]) -> Step:
        match words:
            case ["gap", name, size] if re.fullmatch("[0-9]{1,15}", size):
                return Lose(self._speaker(name), int(size))
            case ["midstream"]:
                return Midstream()
            case ["close", name]:
                return Close(self._speaker(name), cut=False)
            case ["cut", name]:
                return Close(self._speaker(name), cut=True)
            case ["wait", number, unit] if unit in _UNITS and re.fullmatch(r"[0-9]{1,15}(\.[0-9]{1,9})?", number):
                return Wait(round(Fraction(number) * _UNITS[unit]))
            case _:
                pass
        raise ScriptError(
            f"`!{' '.join(words)}` is no step; write `!gap up 100`, `!wait 6 min`, `!close down`, `!cut down` "
            "or `!midstream`"
        )


def lines_of(talk: str) -> list[str]:
    """The steps of a talk that is a text."""
    return talk.removesuffix("\n").split("\n") if talk else []


def _hex(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError as error:
        raise ScriptError(f"`{text}` is no hex: {error}") from error
