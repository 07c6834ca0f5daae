"""One file a protocol, in place only when it is whole."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TextIO

from dissgen_runtime.net.output import Interrupts, LineWriter, cannot_write


class ProtocolFiles:
    """`<protocol><suffix>` in a folder, which is made if it is not there; a file of that name is replaced at the end.

    Until `publish` the lines are in hidden files beside; `discard` removes those.
    """

    def __init__(self, folder: Path, suffix: str, interrupts: Interrupts) -> None:
        self._folder = folder
        self._suffix = suffix
        self._interrupts = interrupts
        self._open: dict[str, tuple[Path, TextIO, LineWriter]] = {}

    def write(self, protocol: str, line: str) -> None:
        """Add a line. Raises OutputError."""
        self._writer(protocol).write(line)

    def append(self, folder: Path) -> None:
        """Add the lines of all files that another one has published in a folder."""
        for path in sorted(folder.glob(f"*{self._suffix}")):
            self._writer(path.name.removesuffix(self._suffix)).copy(path)

    def publish(self) -> None:
        """Put the files in place. Raises OutputError."""
        for protocol in list(self._open):
            part, stream, writer = self._open[protocol]
            writer.flush()
            try:
                stream.close()
                os.replace(part, self._folder / f"{protocol}{self._suffix}")
            except OSError as error:
                raise cannot_write(str(self._folder), error) from error
            del self._open[protocol]

    def discard(self) -> None:
        """Remove what is not in place."""
        for part, stream, _ in self._open.values():
            for step in (stream.close, part.unlink):
                try:
                    step()
                except OSError:
                    continue  # as on a full disk: what can be removed is
        self._open.clear()

    def _writer(self, protocol: str) -> LineWriter:
        protocol = re.sub(r"[^\w-]", "_", protocol)
        found = self._open.get(protocol)
        if found is not None:
            return found[2]
        part = self._folder / f".{protocol}{self._suffix}.{os.getpid()}"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            stream = part.open("w", encoding="utf-8", newline="\n")
        except OSError as error:
            raise cannot_write(str(self._folder), error) from error
        writer = LineWriter(stream, self._interrupts, live=False)
        self._open[protocol] = part, stream, writer
        return writer
