"""Writing lines so that nothing is ever half written: pipes that break, disks that are full, Ctrl-C."""

from __future__ import annotations

import errno
import io
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Literal, TextIO, TypeAlias

ColourChoice: TypeAlias = Literal["auto", "always", "never"]
BUFFER = 64 * 1024


class OutputError(Exception):
    """The output cannot be written; the message is for people. (A broken pipe is a BrokenPipeError.)"""


class LineWriter:
    """Whole lines to a text stream, many at a time; at once where `live` (a terminal, or packets as they come)."""

    def __init__(self, stream: TextIO, *, live: bool) -> None:
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # what the locale lacks must not end the work
        self._stream = stream
        self._live = live
        self._lines: list[str] = []
        self._size = 0
        self.writing = False
        self.interrupted = False

    def write(self, line: str) -> None:
        """Add a line (without its end). Raises OutputError, BrokenPipeError."""
        self._lines.append(line)
        self._size += len(line)
        if self._live or self._size > BUFFER:
            self.flush()

    def flush(self) -> None:
        """Write what is there. An interrupt meanwhile is raised when the lines are out."""
        if not self._lines:
            return
        text = "\n".join(self._lines) + "\n"
        self._lines.clear()
        self._size = 0
        self.writing = True
        try:
            self._stream.write(text)
            self._stream.flush()
        except BrokenPipeError:
            raise
        except OSError as error:
            full = error.errno == errno.ENOSPC
            reason = "no space is left on the device" if full else error.strerror or str(error)
            raise OutputError(f"cannot write the output: {reason}") from error
        finally:
            self.writing = False
        if self.interrupted:
            raise KeyboardInterrupt

    @contextmanager
    def whole_lines(self) -> Iterator[None]:
        """Within, the first Ctrl-C waits until no line is being written; the second does not."""

        def interrupt(_signal: int, _frame: FrameType | None) -> None:
            if self.writing and not self.interrupted:
                self.interrupted = True
            else:
                raise KeyboardInterrupt

        try:
            before = signal.signal(signal.SIGINT, interrupt)
        except ValueError:  # only the main thread may, and only it is interrupted
            yield
            return
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)


def discard_output(stream: TextIO) -> None:
    """After a broken pipe or full disk: let the interpreter's last flush of the stream go nowhere."""
    try:
        descriptor = stream.fileno()
    except (OSError, ValueError):
        return
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, descriptor)
    os.close(null)


def use_colour(choice: ColourChoice, stream: TextIO) -> bool:
    """Whether to colour: `auto` only on a terminal, and not if NO_COLOR is set (no-color.org)."""
    if choice == "auto":
        return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return choice == "always"


def is_live(capture: str, stream: TextIO) -> bool:
    """Whether lines are to be shown as they come."""
    return (capture == "-" and not sys.stdin.isatty()) or stream.isatty()
