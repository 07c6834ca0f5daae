"""What the recorders of this folder share: tcpdump on loopback, and checks of what it wrote."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TypeAlias

HERE = Path(__file__).resolve().parent
LIMIT = 20_000  # bytes of one capture

Server: TypeAlias = Callable[[Path], contextlib.AbstractContextManager[None]]
Scenario: TypeAlias = tuple[str, Callable[[], None]]  # what tcpdump keeps, what is said


def wait_for_port(host: str, port: int) -> None:
    """Return when something accepts connections; raise `TimeoutError` after ten seconds."""
    for _ in range(100):
        with contextlib.suppress(OSError), socket.create_connection((host, port), timeout=1):
            return
        time.sleep(0.1)
    raise TimeoutError(f"nothing listens on port {port}")


def certificate(directory: Path, name: str) -> tuple[Path, Path]:
    """A self-signed certificate for a name and its key."""
    pem, key = directory / "certificate.pem", directory / "key.pem"
    command = ["openssl", "req", "-x509", "-nodes", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]
    command += ["-days", "3650", "-subj", f"/CN={name}", "-keyout", str(key), "-out", str(pem)]
    subprocess.run(command, check=True, capture_output=True)
    return pem, key


@contextlib.contextmanager
def running(command: list[str], host: str, port: int) -> Iterator[None]:
    """A server in the foreground, from when it accepts connections on."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.PIPE)
    try:
        wait_for_port(host, port)
        yield
    finally:
        process.terminate()
        process.wait()


@contextlib.contextmanager
def recording(path: Path, expression: str) -> Iterator[None]:
    """tcpdump on loopback for what a filter lets through, from before the first packet until after the last."""
    command = ["tcpdump", "-i", "lo", "-s", "0", "-U", "--immediate-mode", "-Z", "root", "-w", str(path)]
    process = subprocess.Popen([*command, expression], stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    for line in process.stderr:
        if "listening on" in line:
            break
    try:
        yield
        time.sleep(0.5)  # the last acknowledgements
    finally:
        process.terminate()
        process.wait()


def run(*command: str, given: str = "", expect: int = 0) -> None:
    """Run a client on some input; raise `RuntimeError` with what it said where it does not end as expected."""
    result = subprocess.run(command, input=given, capture_output=True, text=True, timeout=60)
    if result.returncode != expect:
        raise RuntimeError(f"{command[0]} ended with {result.returncode}:\n{result.stdout}{result.stderr}")


def check(path: Path) -> None:
    """No name of this machine, and a size that a repository can carry."""
    data = path.read_bytes()
    names = {socket.gethostname(), socket.getfqdn()} - {"localhost"}
    found = [name for name in names if len(name) > 3 and name.encode() in data]
    if found or len(data) > LIMIT:
        raise RuntimeError(f"{path.name}: {len(data)} bytes, names {found}")


def record(protocol: str, scenarios: Mapping[str, Scenario], *servers: Server) -> None:
    """Record the scenarios that the command line names, or all, while the servers run in a directory that goes away."""
    with tempfile.TemporaryDirectory() as directory, contextlib.ExitStack() as stack:
        root = Path(directory)
        root.chmod(0o755)
        for server in servers:
            stack.enter_context(server(root))
        for name in sys.argv[1:] or scenarios:
            expression, scenario = scenarios[name]
            path = HERE / f"{protocol}-{name}.pcap"
            print(path.name)
            with recording(path, expression):
                scenario()
            check(path)
