"""The dissectors at hand, and which of them fits a flow."""

from __future__ import annotations

import importlib.util
import os
import re
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Protocol, TypeAlias, cast

from dissgen_runtime.errors import ApiVersionError
from dissgen_runtime.events import UP, Direction, Event
from dissgen_runtime.hooks import Hooked
from dissgen_runtime.net.flows import Flow, Transport

SUFFIX = "_dissector.py"


class HasValue(Protocol):
    """A member of the enum of a dissector's states."""

    @property
    def value(self) -> str: ...


class SessionLike(Protocol):
    """What is used of a session."""

    @property
    def state(self) -> HasValue: ...
    @property
    def finished(self) -> bool: ...
    @property
    def failed(self) -> bool: ...
    @property
    def deadline(self) -> int | None: ...
    def advance(self, now: int, /) -> list[Event]: ...
    def feed(self, direction: Direction, data: bytes, /) -> list[Event]: ...
    def gap(self, direction: Direction, size: int, /) -> list[Event]: ...
    def close(self, direction: Direction, cut: bool = False, /) -> list[Event]: ...
    def summary(self) -> dict[str, object]: ...


class SessionMaker(Protocol):
    """What is used of a session's class."""

    def __call__(
        self,
        *,
        now: int,
        midstream: bool,
        transport: str,
        subscribe: frozenset[str] | None,
        dissectors: Mapping[str, DissectorModule],
        client: str,
        server: str,
    ) -> SessionLike: ...


class DissectorModule(Protocol):
    """What is used of a generated module.

    `TRANSPORT` has the server's ports by transport, `CONFIRM` what the first bytes of a direction match; a `TUTORIAL`
    dissector is only used where it is named.
    """

    @property
    def PROTOCOL(self) -> str: ...
    @property
    def TRANSPORT(self) -> Mapping[str, tuple[int, ...]]: ...
    @property
    def CONFIRM(self) -> Mapping[Direction, re.Pattern[bytes]]: ...
    @property
    def TUTORIAL(self) -> bool: ...
    @property
    def Session(self) -> SessionMaker: ...


Choice: TypeAlias = tuple[DissectorModule, int]  # the dissector, and the side of the client


class DissectorError(Exception):
    """A dissector that cannot be loaded, or is not there; the message is for people."""


class Dissectors:
    """The dissectors in use, in order; of two for the same port or bytes the first wins.

    `protocols` names those to use (None: all but tutorial ones). `decode_as` maps (transport, port) to a protocol; a
    protocol named there is used whatever `protocols` says. Raises DissectorError for a name that is not there.
    """

    def __init__(
        self,
        modules: Iterable[DissectorModule],
        *,
        protocols: Iterable[str] | None = None,
        decode_as: Mapping[tuple[str, int], str] | None = None,
    ) -> None:
        self.by_name: dict[str, DissectorModule] = {}
        for module in modules:
            self.by_name[module.PROTOCOL] = module  # a later one of the same name replaces the earlier
        wanted = None if protocols is None else list(protocols)
        decode_as = decode_as or {}
        for name in [*(wanted or ()), *decode_as.values()]:
            if name not in self.by_name:
                known = ", ".join(sorted(self.by_name)) or "none"
                raise DissectorError(f"there is no dissector for `{name}`; there are: {known}")
        used = [
            module
            for module in self.by_name.values()
            if (module.PROTOCOL in wanted if wanted is not None else not on_demand(module))
        ]
        self._ports: dict[tuple[str, int], DissectorModule] = {}
        for module in used:
            for transport, ports in module.TRANSPORT.items():
                for port in ports:
                    self._ports.setdefault((transport, port), module)
        for (transport, port), name in decode_as.items():
            if not _carried_by(self.by_name[name], transport):
                carriers = " and ".join(self.by_name[name].TRANSPORT)
                raise DissectorError(f"{name} is not carried by {transport} but by {carriers}")
            if _is_custom(self.by_name[name]):
                raise DissectorError(f"{name} reads packets: name it as a protocol, not for a port")
            self._ports[transport, port] = self.by_name[name]
        self.packets = _of_packets(used)
        for transport, module in self.packets.items():
            for port in module.TRANSPORT[transport]:
                del self._ports[transport, port]
        self._confirming = [module for module in used if module.CONFIRM]
        self.server_ports: dict[str, frozenset[int]] = {
            transport: frozenset(port for kind, port in self._ports if kind == transport)
            for transport in ("tcp", "udp")
        }

    def by_port(self, flow: Flow) -> Choice | None:
        """The dissector of the server's port; of either port, where it is not known which side is the server.

        One that reads packets has all of its transport, or those of its ports.
        """
        whole = self.packets.get(flow.transport)
        if whole is not None:
            ports = whole.TRANSPORT[flow.transport]
            clients = [side for side in (0, 1) if not ports or flow.port(1 - side) in ports]
            if flow.client is not None:
                return (whole, flow.client) if flow.client in clients else None
            return (whole, clients[0]) if clients else None
        sides = (0, 1) if flow.client is None else (flow.client,)
        for client in sides:
            module = self._ports.get((flow.transport, flow.port(1 - client)))
            if module is not None:
                return module, client
        return None

    def can_confirm(self, transport: Transport) -> bool:
        """Whether the first bytes of a flow can tell anything."""
        return any(_carried_by(module, transport) for module in self._confirming)

    def by_content(
        self, flow: Flow, first: tuple[bytearray, bytearray], *, last: bool, enough: int
    ) -> tuple[Choice | None, bool]:
        """The dissector whose patterns match the first bytes of each side, and whether one may yet be found.

        A side's bytes fail when there are `enough` of them, or when no more will come (`last`). As long as more can
        come, all patterns of a dissector must match (a greeting of 220 alone may be SMTP or FTP). In the end it is
        enough that one matches and no other fails.
        """
        best: tuple[int, DissectorModule, int] | None = None
        possible = False
        for client in (0, 1) if flow.client is None else (flow.client,):
            for module in self._confirming:
                if not _carried_by(module, flow.transport):
                    continue
                matched = waiting = 0
                for direction, pattern in module.CONFIRM.items():
                    data = first[client if direction is UP else 1 - client]
                    if pattern.match(data):
                        matched += 1
                    elif data and (last or len(data) >= enough):
                        break
                    else:
                        waiting += 1
                else:
                    possible = True
                    if matched and (last or not waiting) and (best is None or matched > best[0]):
                        best = (matched, module, client)
        return (None if best is None else (best[1], best[2])), possible and not last


def reads_packets(module: DissectorModule) -> bool:
    """Whether the dissector reads segments or datagrams as they are, not the streams or messages in them."""
    return bool(getattr(_session_of(module), "PACKETS", ()))


def on_demand(module: DissectorModule) -> bool:
    """Whether the dissector is only used where it is named: those of tutorials, and those of custom machines."""
    return module.TUTORIAL or _is_custom(module)


def _is_custom(module: DissectorModule) -> bool:
    return hasattr(_session_of(module), "PACKETS")


def _session_of(module: DissectorModule) -> object:
    return module.module.Session if isinstance(module, Hooked) else module.Session


def _of_packets(modules: list[DissectorModule]) -> dict[str, DissectorModule]:
    """The dissectors that read packets, by transport. Raises DissectorError where others need the same transport."""
    found: dict[str, DissectorModule] = {}
    for module in filter(_is_custom, modules):
        if not reads_packets(module):
            raise DissectorError(f"{module.PROTOCOL} takes the events of a program, and reads no packets")
        if not module.TRANSPORT:
            raise DissectorError(f"{module.PROTOCOL} reads packets, but its spec names no `transport`")
        for transport in module.TRANSPORT:
            other = next((one for one in modules if one is not module and _carried_by(one, transport)), None)
            if other is not None:
                raise DissectorError(
                    f"{module.PROTOCOL} reads the packets of {transport}, so {other.PROTOCOL} cannot be used with it"
                )
            found[transport] = module
    return found


def _carried_by(module: DissectorModule, transport: str) -> bool:
    return not module.TRANSPORT or transport in module.TRANSPORT


def parse_decode_as(text: str) -> tuple[tuple[str, int], str]:
    """`tcp/2525=smtp` -> (("tcp", 2525), "smtp"). Raises DissectorError."""
    match = re.fullmatch(r"(tcp|udp)/([0-9]{1,5})=([A-Za-z0-9_.-]+)", text)
    if match is None or int(match[2]) > 65_535:
        raise DissectorError(f"`{text}` is not of the form tcp/2525=smtp")
    return (match[1], int(match[2])), match[3]


def load_dissectors(path: str | Path) -> list[DissectorModule]:
    """The dissector of a module file, or those of all `*_dissector.py` in a directory. Raises DissectorError."""
    path = Path(path)
    if path.is_dir():
        try:
            files = sorted(path / name for name in os.listdir(path) if name.endswith(SUFFIX))
        except OSError as error:
            raise DissectorError(f"{path}: {error.strerror or error}") from error
        if not files:
            raise DissectorError(f"{path}: there is no *{SUFFIX} in this directory")
        loaded = [_load(file) for file in files]
        return [as_dissector(module, str(file)) for file, module in zip(files, loaded, strict=True) if _reads(module)]
    if not path.is_file():
        raise DissectorError(f"{path}: no such file or directory")
    return [load_dissector(path)]


def load_dissector(path: Path) -> DissectorModule:
    """Import a generated module from its file. Raises DissectorError."""
    return as_dissector(_load(path), str(path))


def _reads(module: ModuleType) -> bool:
    """Whether a module has a machine; in a folder, those that have only rules are passed over."""
    return hasattr(module, "Session") or not hasattr(module, "PROTOCOL")


def _load(path: Path) -> ModuleType:
    name = path.stem
    loaded = sys.modules.get(name)
    if loaded is not None and getattr(loaded, "__file__", None) == str(path.resolve()):
        return loaded
    spec = importlib.util.spec_from_file_location(name, path.resolve())
    if spec is None or spec.loader is None:
        raise DissectorError(f"{path}: not a Python module")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # sessions are pickled by this name, and modules of imported rules find each other
    sys.path.insert(0, str(path.resolve().parent))
    try:
        spec.loader.exec_module(module)
    except ApiVersionError as error:
        sys.modules.pop(name, None)
        raise DissectorError(f"{path}: {error}") from error
    except (Exception, SystemExit) as error:  # whatever a file that is no dissector does
        sys.modules.pop(name, None)
        raise DissectorError(f"{path}: cannot be loaded: {type(error).__name__}: {error}") from error
    finally:
        sys.path.pop(0)
    return module


def as_dissector(module: ModuleType, name: str) -> DissectorModule:
    """Check that a module is a dissector. Raises DissectorError."""
    missing = [attribute for attribute in DISSECTOR_ATTRIBUTES if not hasattr(module, attribute)]
    if missing == ["Session"]:
        raise DissectorError(f"{name}: it has rules only, and no machine that could follow a conversation")
    if missing:
        raise DissectorError(f"{name}: not a dissector: it has no {', '.join(missing)}")
    return cast(DissectorModule, module)


DISSECTOR_ATTRIBUTES = ("PROTOCOL", "TRANSPORT", "CONFIRM", "TUTORIAL", "Session")
