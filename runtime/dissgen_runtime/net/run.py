"""One capture: its packets through the dissectors, the lines of what they report to where they belong."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal, TextIO, TypeAlias

from dissgen_runtime.net.capture import CaptureError, NotACaptureError, Packet, open_capture
from dissgen_runtime.net.dissect import Dissection, Item
from dissgen_runtime.net.eve import EveLines
from dissgen_runtime.net.files import ProtocolFiles
from dissgen_runtime.net.jsonl import JsonLines
from dissgen_runtime.net.output import LineWriter
from dissgen_runtime.net.registry import Dissectors
from dissgen_runtime.net.text import TextLines, limited

Format: TypeAlias = Literal["text", "jsonl", "eve"]

CLEAN = 0
FINDINGS = 1  # a damaged capture, or alerts where asked for
UNUSABLE = 2


@dataclass(frozen=True, slots=True)
class Options:
    """What is the same for all captures of a run."""

    dissectors: Dissectors
    format: Format
    colour: bool
    subscribe: frozenset[str] | None
    headings: bool  # each capture is named before its lines
    fail_on_alert: bool


@dataclass(frozen=True, slots=True)
class Outlet:
    """Where lines go: standard output, standard error, and, where asked for, a file a protocol instead of the first."""

    writer: LineWriter
    errors: TextIO
    files: ProtocolFiles | None


class CaptureRun:
    """One capture. `advance` is told of the bytes that are read."""

    def __init__(self, capture: str, options: Options, advance: Callable[[int], None] | None) -> None:
        self._capture = capture
        self._name = "standard input" if capture == "-" else capture
        self._options = options
        self._advance = advance
        self._dissection = Dissection(options.dissectors, subscribe=options.subscribe)
        self._text = TextLines(colour=options.colour)

    def write(self, outlet: Outlet, number: int) -> int:
        """Write all that can be read; `number` is that of the capture in the run, from 0.

        Returns the exit status. Raises OutputError, BrokenPipeError.
        """
        writer, text = outlet.writer, self._options.format == "text"
        if text and self._options.headings:
            writer.write(("\n" if number else "") + f"capture {self._capture}")
        status = self._write_lines(outlet)
        if status != UNUSABLE:
            self._conclude(outlet)
        if self._options.fail_on_alert and self._dissection.totals.alerts:
            status = max(status, FINDINGS)
        writer.flush()
        return status

    def _write_lines(self, outlet: Outlet) -> int:
        write = outlet.writer.write
        try:
            for line in self._lines() if outlet.files is None else self._lines_to(outlet.files):
                write(line)
        except NotACaptureError as error:
            return self._report(outlet, error.message, UNUSABLE)
        except CaptureError as error:
            return self._report(outlet, f"damaged: {error}", FINDINGS)
        except BrokenPipeError:
            raise  # of the output; all other errors of writing are OutputErrors
        except OSError as error:
            return self._report(outlet, error.strerror or str(error), UNUSABLE)
        return CLEAN

    def _conclude(self, outlet: Outlet) -> None:
        statistics, totals = self._dissection.statistics, self._dissection.totals
        if self._options.format == "text":
            if outlet.files is None:
                outlet.writer.write("")
            for line in self._text.summary(statistics, totals):
                outlet.writer.write(line)
            return
        limits = limited(statistics, totals)
        if limits:
            outlet.writer.flush()
            complain(outlet.errors, f"{self._name}: {'; '.join(limits)}", kind="warning")

    def _report(self, outlet: Outlet, reason: str, status: int) -> int:
        outlet.writer.flush()  # what precedes the damage is out before the complaint
        complain(outlet.errors, reason if reason.startswith(self._name) else f"{self._name}: {reason}")
        return status

    def _lines(self) -> Iterator[str]:
        """The lines for standard output."""
        with open_capture(self._capture, self._advance) as packets:
            if self._options.format == "text":
                for item in self._dissection.items(_noting_start(packets, self._text)):
                    yield from self._text.lines(item)
                return
            form = self._json_form()
            for item in self._dissection.items(packets):
                line = form(item)
                if line is not None:
                    yield line

    def _lines_to(self, files: ProtocolFiles) -> Iterator[str]:
        """Writes the lines to the files of their protocols; nothing is left for standard output."""
        form = self._json_form()
        with open_capture(self._capture, self._advance) as packets:
            for item in self._dissection.items(packets):
                line = form(item)
                if line is not None:
                    files.write(item.conversation.protocol, line)
        yield from ()

    def _json_form(self) -> Callable[[Item], str | None]:
        return EveLines(self._capture).line if self._options.format == "eve" else JsonLines(self._capture).line


def complain(errors: TextIO, reason: str, kind: Literal["error", "warning"] = "error") -> None:
    """A line on standard error."""
    errors.write(f"{kind}: {reason}\n")
    errors.flush()


def _noting_start(packets: Iterator[Packet], text: TextLines) -> Iterator[Packet]:
    """The packets; the text is told when the first one came."""
    for packet in packets:
        text.start(packet.time)
        yield packet
        break
    yield from packets
