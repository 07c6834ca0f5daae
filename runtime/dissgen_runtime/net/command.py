"""`dissect` as a function, for the front ends: captures in, lines out, an exit status."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal, TextIO, TypeAlias

from dissgen_runtime.net.capture import CaptureError, NotACaptureError, Packet, open_capture
from dissgen_runtime.net.dissect import Dissection
from dissgen_runtime.net.jsonl import JsonLines
from dissgen_runtime.net.output import ColourChoice, LineWriter, OutputError, discard_output, is_live, use_colour
from dissgen_runtime.net.registry import Dissectors
from dissgen_runtime.net.text import TextLines

Format: TypeAlias = Literal["text", "jsonl"]

CLEAN = 0
FINDINGS = 1  # a damaged capture, or alerts where asked for
UNUSABLE = 2
INTERRUPTED = 130


def run_dissect(
    captures: Sequence[str],
    dissectors: Dissectors,
    *,
    format: Format = "text",
    stdout: TextIO,
    stderr: TextIO,
    fail_on_alert: bool = False,
    color: ColourChoice = "auto",
    subscribe: frozenset[str] | None = None,
) -> int:
    """Dissect captures (`-`: standard input), write to `stdout`, complaints to `stderr`.

    Returns 0; 1 if a capture is damaged (all readable is written before), or for alerts with `fail_on_alert`; 2 if a
    capture cannot be read at all or the output cannot be written; 130 after Ctrl-C. A broken pipe ends the work
    without complaint.
    """
    writer = LineWriter(stdout, live=any(is_live(capture, stdout) for capture in captures))
    status = CLEAN
    try:
        with writer.whole_lines():
            for number, capture in enumerate(captures):
                if format == "text" and len(captures) > 1:
                    writer.write(("\n" if number else "") + f"capture {capture}")
                run = _Run(capture, dissectors, format, use_colour(color, stdout), subscribe)
                status = max(status, run.write(writer, stderr))
                if fail_on_alert and run.alerts:
                    status = max(status, FINDINGS)
                writer.flush()
    except KeyboardInterrupt:
        return _interrupted(writer, stdout)
    except BrokenPipeError:
        discard_output(stdout)
    except OutputError as error:
        discard_output(stdout)
        _complain(stderr, str(error))
        return UNUSABLE
    return status


class _Run:
    """One capture."""

    def __init__(
        self,
        capture: str,
        dissectors: Dissectors,
        format: Format,
        colour: bool,
        subscribe: frozenset[str] | None,
    ) -> None:
        self._capture = capture
        self._name = "standard input" if capture == "-" else capture
        self._dissection = Dissection(dissectors, subscribe=subscribe)
        self._text = TextLines(colour=colour) if format == "text" else None
        self._json = JsonLines(capture)

    @property
    def alerts(self) -> int:
        return self._dissection.totals.alerts.total()

    def write(self, writer: LineWriter, stderr: TextIO) -> int:
        """Write all that can be read. Returns the status. Raises OutputError, BrokenPipeError."""
        status = CLEAN
        lines = self._lines()
        while True:
            try:
                line = next(lines, None)
            except NotACaptureError as error:
                status = self._report(writer, stderr, error.message, UNUSABLE)
                break
            except CaptureError as error:
                status = self._report(writer, stderr, f"damaged: {error}", FINDINGS)
                break
            except OSError as error:
                return self._report(writer, stderr, error.strerror or str(error), UNUSABLE)
            if line is None:
                break
            writer.write(line)
        if self._text is not None and status != UNUSABLE:
            writer.write("")
            for line in self._text.summary(self._dissection.statistics, self._dissection.totals):
                writer.write(line)
        return status

    def _report(self, writer: LineWriter, stderr: TextIO, reason: str, status: int) -> int:
        writer.flush()  # what precedes the damage is out before the complaint
        _complain(stderr, reason if reason.startswith(self._name) else f"{self._name}: {reason}")
        return status

    def _lines(self) -> Iterator[str]:
        with open_capture(self._capture) as packets:
            text, json = self._text, self._json
            if text is None:
                for item in self._dissection.items(packets):
                    yield json.line(item)
                return
            for item in self._dissection.items(_noting_start(packets, text)):
                yield from text.lines(item)


def _noting_start(packets: Iterator[Packet], text: TextLines) -> Iterator[Packet]:
    """The packets; the text is told when the first one came."""
    for packet in packets:
        text.start(packet.time)
        yield packet
        break
    yield from packets


def _interrupted(writer: LineWriter, stdout: TextIO) -> int:
    try:
        writer.flush()
    except KeyboardInterrupt:
        pass
    except (BrokenPipeError, OutputError):
        discard_output(stdout)
    return INTERRUPTED


def _complain(stderr: TextIO, reason: str) -> None:
    stderr.write(f"error: {reason}\n")
    stderr.flush()
