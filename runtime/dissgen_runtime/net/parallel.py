"""Work in several processes whose results come in the order of the work."""

from __future__ import annotations

import signal
import traceback
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, TypeAlias

from dissgen_runtime.net.output import ending_signals

if TYPE_CHECKING:  # imported where it is used: `multiprocessing` is slow to import, and enters a module of its own
    from multiprocessing.connection import Connection
    from multiprocessing.context import ForkProcess

REPORTED = 1 << 20  # bytes read between two messages


@dataclass(frozen=True, slots=True)
class Outcome:
    """The exit status of one piece of work, and what it has to say on standard error.

    `lost`: how its process was ended from outside; what it wrote is not whole.
    """

    status: int
    errors: str
    lost: str | None = None


# The number of the piece of work, a folder of its own for what it writes, whom to tell of bytes read.
Work: TypeAlias = Callable[[int, Path, Callable[[int], None]], Outcome]


class WorkerError(Exception):
    """A process has failed; the message is its traceback."""


def available() -> bool:
    """Whether processes can be made that have all that this one has."""
    import multiprocessing

    return "fork" in multiprocessing.get_all_start_methods()


def in_order(
    count: int, jobs: int, work: Work, advance: Callable[[int], None]
) -> Generator[tuple[Path, Outcome], None, None]:
    """Do `work` for 0, 1, ... `count` - 1, at most `jobs` at a time; yields the folder and the outcome of each.

    A folder exists until the next is asked for. All processes have ended when this is closed. Raises WorkerError.
    """
    with TemporaryDirectory(prefix="dissgen-") as root:
        workers = _Workers(Path(root), work)
        done: dict[int, Outcome] = {}
        started = 0
        try:
            for number in range(count):
                while number not in done:
                    while started < count and len(workers.running) < jobs:
                        workers.start(started)
                        started += 1
                    done.update(workers.wait(advance))
                folder = workers.folder(number)
                yield folder, done.pop(number)
                for path in folder.iterdir():
                    path.unlink()
        finally:
            workers.stop()


class _Workers:
    """The processes at work, by the connection on which each reports."""

    def __init__(self, root: Path, work: Work) -> None:
        import multiprocessing

        self._root = root
        self._work = work
        self._context = multiprocessing.get_context("fork")
        self.running: dict[Connection, tuple[int, ForkProcess]] = {}

    def folder(self, number: int) -> Path:
        return self._root / str(number)

    def start(self, number: int) -> None:
        self.folder(number).mkdir()
        receiver, sender = self._context.Pipe(duplex=False)
        process = self._context.Process(target=self._run, args=(number, sender), daemon=True)
        # Until the process ignores it: Ctrl-C reaches the whole group, this process ends the others.
        with _no_interrupt():
            process.start()
        sender.close()
        self.running[receiver] = number, process

    def wait(self, advance: Callable[[int], None]) -> dict[int, Outcome]:
        """What has come to an end, after waiting for any message."""
        from multiprocessing.connection import Connection, wait

        done: dict[int, Outcome] = {}
        for receiver in wait(list(self.running)):
            assert isinstance(receiver, Connection)
            number, process = self.running[receiver]
            try:
                message = receiver.recv()
            except EOFError:
                process.join()
                message = Outcome(2, "", lost=f"the process that read it ended with {process.exitcode}")
            if isinstance(message, int):
                advance(message)
                continue
            if isinstance(message, str):
                raise WorkerError(message)
            process.join()
            receiver.close()
            del self.running[receiver]
            done[number] = message
        return done

    def stop(self) -> None:
        for _, process in self.running.values():
            process.terminate()
        for _, process in self.running.values():
            process.join()

    def _run(self, number: int, sender: Connection) -> None:
        """In the new process."""
        ending = ending_signals()
        for one in ending:
            signal.signal(one, signal.SIG_DFL if one is signal.SIGTERM else signal.SIG_IGN)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ending)
        unreported = 0

        def advance(size: int) -> None:
            nonlocal unreported
            unreported += size
            if unreported >= REPORTED:
                sender.send(unreported)
                unreported = 0

        try:
            outcome: Outcome | str = self._work(number, self.folder(number), advance)
        except Exception:
            outcome = traceback.format_exc()
        sender.send(unreported)
        sender.send(outcome)


@contextmanager
def _no_interrupt() -> Iterator[None]:
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ending_signals())
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
