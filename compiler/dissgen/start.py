"""The entry point: a build with nothing to do ends before the command line is imported.

Ctrl-C, SIGTERM and SIGHUP (the terminal is closed) all end a command in the same way: files are whole or not there.
"""

from __future__ import annotations

import gc
import sys

COMPILING = ("build", "lint", "test")
INTERRUPTED = 130  # 128 and the number of the signal, as shells count


def main() -> None:
    """Run the command line."""
    received: list[int] = []
    try:
        _run(received)
    except KeyboardInterrupt:
        sys.exit(_status(received))
    except SystemExit as ended:
        if ended.code == INTERRUPTED:
            ended.code = _status(received)
        raise


def _run(received: list[int]) -> None:
    if sys.argv[1:] == ["build"]:
        from dissgen.built import nothing_changed

        if nothing_changed():
            return
    _end_as_interrupted(received)
    if None in (sys.stdin, sys.stdout, sys.stderr):
        _open_closed_streams()
    if sys.argv[1:2] and sys.argv[1] in COMPILING:
        # Syntax trees are many small objects that live until the end: to look through them again and again is a fifth
        # of the time.
        gc.set_threshold(200_000, 50, 1000)
    from dissgen.cli import main as command_line

    command_line()


def _open_closed_streams() -> None:
    """Who closes a stream (`2>&-`) wants to hear nothing of it; nor may a file that is opened later take its place."""
    import os

    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115 (it stays open)


def _end_as_interrupted(received: list[int]) -> None:
    """Let SIGTERM and SIGHUP be Ctrl-C, but where who began this process has it ignore them."""
    import signal
    from types import FrameType

    def end(number: int, _frame: FrameType | None) -> None:
        received.append(number)
        raise KeyboardInterrupt

    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)  # Windows has no SIGHUP
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, end)


def _status(received: list[int]) -> int:
    return 128 + received[0] if received else INTERRUPTED
