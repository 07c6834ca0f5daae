"""Writing lines so that nothing is ever half written: pipes that break, disks that are full, Ctrl-C."""

from __future__ import annotations

import errno
import io
import os
import signal
import stat
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import Literal, TextIO, TypeAlias

ColourChoice: TypeAlias = Literal["auto", "always", "never"]
BUFFER = 64 * 1024


class OutputError(Exception):
    """The output cannot be written; the message is for people. (A broken pipe is a BrokenPipeError.)"""


class Interrupts:
    """Ctrl-C, SIGTERM or SIGHUP that waits until no line is being written; one for all the writers of a run."""

    def __init__(self) -> None:
        self.writing = False
        self.interrupted = False
        self.status = 128 + signal.SIGINT  # as shells count; of the first signal that came

    @contextmanager
    def whole_lines(self) -> Iterator[None]:
        """Within, the first signal waits until no line is being written; the second does not."""
        received = False

        def interrupt(number: int, _frame: FrameType | None) -> None:
            nonlocal received
            if not received:
                received = True
                self.status = 128 + number
            if self.writing and not self.interrupted:
                self.interrupted = True
            else:
                raise KeyboardInterrupt

        if threading.current_thread() is not threading.main_thread():  # only that one may, and only it is interrupted
            yield
            return
        before = {number: signal.getsignal(number) for number in ending_signals()}
        try:
            for number in before:
                signal.signal(number, interrupt)
            yield
        finally:
            for number, handler in before.items():
                if handler is not None:  # one that is not Python's cannot be set again
                    signal.signal(number, handler)


def ending_signals() -> list[signal.Signals]:
    """Ctrl-C, and what else asks a program to end, but for what whoever began this process has it ignore."""
    found = [signal.SIGTERM, *([signal.SIGHUP] if hasattr(signal, "SIGHUP") else [])]
    return [signal.SIGINT, *(number for number in found if signal.getsignal(number) is not signal.SIG_IGN)]


def open_closed_streams() -> None:
    """Who closes a stream (`2>&-`) wants to hear nothing of it; nor may a file that is opened later take its place."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115 (it stays open)


class LineWriter:
    """Whole lines to a text stream, many at a time; at once where `live` (a terminal, or packets as they come)."""

    def __init__(self, stream: TextIO, interrupts: Interrupts, *, live: bool) -> None:
        if isinstance(stream, io.TextIOWrapper) and stream.errors != "surrogatepass":
            stream.reconfigure(errors="backslashreplace")  # what the locale lacks must not end the work
        self._stream = stream
        # Unbuffered (`python -u`), the text layer is right above the file, and drops what a write interrupted by a
        # signal has left.
        below = getattr(stream, "buffer", None)
        self._raw = below if isinstance(stream, io.TextIOWrapper) and isinstance(below, io.RawIOBase) else None
        self._live = live
        self._interrupts = interrupts
        self._lines: list[str] = []
        self._size = 0

    def write(self, line: str) -> None:
        """Add a line (without its end). Raises OutputError, BrokenPipeError."""
        self._lines.append(line)
        self._size += len(line)
        if self._live or self._size > BUFFER:
            self.flush()

    def copy(self, path: Path) -> None:
        """Add the lines of a file that such a writer has written."""
        with path.open(encoding="utf-8", errors="surrogatepass", newline="\n") as stream:
            while lines := stream.readlines(BUFFER):
                self.write("".join(lines)[:-1])

    def flush(self) -> None:
        """Write what is there. An interrupt meanwhile is raised when the lines are out."""
        if not self._lines:
            return
        text = "\n".join(self._lines) + "\n"
        self._lines.clear()
        self._size = 0
        interrupts = self._interrupts
        interrupts.writing = True
        begin = _place_in_file(self._stream)
        try:
            if self._raw is not None:
                encoding, errors = self._stream.encoding, self._stream.errors or "strict"
                _write_all(self._raw, text.replace("\n", os.linesep).encode(encoding, errors))
            else:
                self._stream.write(text)
                self._stream.flush()
        except BrokenPipeError:
            raise
        except OSError as error:
            if begin is not None:
                encoded = text.replace("\n", os.linesep).encode(self._stream.encoding, self._stream.errors or "strict")
                _keep_whole_lines(self._stream, begin, encoded)
            raise cannot_write("the output", error) from error
        finally:
            interrupts.writing = False
        if interrupts.interrupted:
            interrupts.interrupted = False
            raise KeyboardInterrupt


def _write_all(file: io.RawIOBase, data: bytes) -> None:
    """Write all of it, however much the system takes at a time. Raises OSError."""
    rest = memoryview(data)
    while rest:
        size = file.write(rest)
        if size is None:
            raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))
        rest = rest[size:]


def _place_in_file(stream: TextIO) -> int | None:
    """Where the next byte goes; None where the output is no regular file."""
    try:
        descriptor = stream.fileno()
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return None
        return os.lseek(descriptor, 0, os.SEEK_CUR)
    except (OSError, ValueError):
        return None


def _keep_whole_lines(stream: TextIO, begin: int, data: bytes) -> None:
    """A full disk takes a part of what is written: the line that was cut is taken off again."""
    descriptor = stream.fileno()
    with suppress(OSError):
        end = os.lseek(descriptor, 0, os.SEEK_CUR)
        if os.fstat(descriptor).st_size == end:  # nobody else has written behind it
            os.ftruncate(descriptor, begin + data.rfind(b"\n", 0, end - begin) + 1)


def cannot_write(what: str, error: OSError) -> OutputError:
    """The error for people."""
    full = error.errno == errno.ENOSPC
    reason = "no space is left on the device" if full else error.strerror or str(error)
    return OutputError(f"cannot write {what}: {reason}")


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
