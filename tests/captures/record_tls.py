"""Record the TLS captures of this folder: the server and the client of OpenSSL.

    sudo python record_tls.py [SCENARIO...]

README.md says what has to be installed and what each file holds.
"""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator
from pathlib import Path

from loopback import Scenario, certificate, record, run, running

HOST, PORT, CHECKED_PORT = "127.0.0.1", 443, 993
NAME = "www.example.org"
TICKET = "ticket.pem"  # of a session, in the directory of the recorder


@contextlib.contextmanager
def servers(root: Path) -> Iterator[None]:
    """One that anybody may speak to, and one that asks for a certificate of the client."""
    pem, key = certificate(root, NAME)
    SESSION.root = root
    serve = ["openssl", "s_server", "-quiet", "-rev", "-cert", str(pem), "-key", str(key), "-accept"]
    checking = ["-Verify", "1", "-CAfile", str(pem), "-groups", "P-521:P-256"]
    with (
        running([*serve, f"{HOST}:{PORT}", "-alpn", "h2,http/1.1"], HOST, PORT),
        running([*serve, f"{HOST}:{CHECKED_PORT}", *checking], HOST, CHECKED_PORT),
    ):
        yield


class SESSION:
    """Where the servers left their files."""

    root = Path()


def own() -> list[str]:
    """The certificate that the second server knows."""
    return ["-cert", str(SESSION.root / "certificate.pem"), "-key", str(SESSION.root / "key.pem")]


def client(*arguments: str, port: int = PORT, expect: int = 0) -> None:
    """s_client, which sends two lines once the handshake is over: one that comes back turned round, one to end with."""
    command = ["openssl", "s_client", "-connect", f"{HOST}:{port}", "-servername", NAME, "-ign_eof"]
    run(*command, *arguments, given="hello\nCLOSE\n", expect=expect)


def version13() -> None:
    """RFC 8446: a handshake of which only the hellos can be read; a second one that takes up the session."""
    client("-tls1_3", "-alpn", "h2,http/1.1", "-sess_out", str(SESSION.root / TICKET))
    client("-tls1_3", "-sess_in", str(SESSION.root / TICKET))


def retry() -> None:
    """RFC 8446, section 4.1.4: the server asks for a key of another group."""
    client("-tls1_3", "-groups", "X25519:P-521", *own(), port=CHECKED_PORT)


def version12() -> None:
    """RFC 5246: the certificate can be read; a session is taken up; certificates of both sides."""
    client("-tls1_2", "-alpn", "http/1.1", "-sess_out", str(SESSION.root / TICKET))
    client("-tls1_2", "-sess_in", str(SESSION.root / TICKET))
    client("-tls1_2", *own(), port=CHECKED_PORT)


def refused() -> None:
    """Alerts in clear text: no common version, no common cipher, no certificate of the client; then something else."""
    client("-tls1_1", "-cipher", "DEFAULT:@SECLEVEL=0", expect=1)
    client("-tls1_2", "-cipher", "AES128-SHA", expect=1)
    client("-tls1_2", port=CHECKED_PORT, expect=1)
    with socket.create_connection((HOST, PORT), timeout=10) as connection:
        connection.sendall(b"GET / HTTP/1.0\r\n\r\n")
        connection.recv(100)


AT_SERVERS = f"host {HOST} and (tcp port {PORT} or tcp port {CHECKED_PORT})"
SCENARIOS: dict[str, Scenario] = {
    "version13": (AT_SERVERS, version13),
    "retry": (AT_SERVERS, retry),
    "version12": (AT_SERVERS, version12),
    "refused": (AT_SERVERS, refused),
}

if __name__ == "__main__":
    record("tls", SCENARIOS, servers)
