"""Record the SMTP captures of this folder: real servers and real clients over loopback.

    sudo python record_smtp.py [SCENARIO...]

Postfix (own configuration in a temporary directory, in the foreground) and aiosmtpd serve; swaks, smtplib and a plain
socket are the clients; tcpdump writes one file a scenario. README.md says what has to be installed and what each file
holds. A new recording differs in its times, ports, queue ids and keys, in nothing else.
"""

from __future__ import annotations

import contextlib
import shutil
import smtplib
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

from loopback import Scenario, certificate, record, wait_for_port

POSTFIX, AIOSMTPD = "127.0.0.1", "127.0.0.2"  # two servers, the same port
RELAY_PORT, SUBMISSION_PORT, OTHER_PORT = 25, 587, 2525

ALICE, BOB, CAROL, NOBODY = "alice@example.com", "bob@example.org", "carol@example.org", "nobody@example.org"
USER, PASSWORD = "alice", "correct horse"

HEADERS = f"Date: Mon, 5 Jan 2026 09:00:00 +0000\r\nFrom: {ALICE}\r\nTo: {BOB}\r\nMessage-Id: <1@example.com>\r\n"
DOTTED_BODY = (
    "A line, then one that starts with a dot:\r\n.profile is hidden\r\n..\r\nand a lone dot:\r\n.\r\nThe end.\r\n"
)

MAIN_CF = """\
compatibility_level = 3.6
queue_directory = {queue}
data_directory = {data}
mail_owner = postfix
setgid_group = postdrop
myhostname = mail.example.org
mydomain = example.org
myorigin = example.org
mydestination = example.org
mynetworks =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
local_recipient_maps = inline:{{ bob=known, carol=known }}
local_transport = discard:
default_transport = error:nothing leaves this machine
alias_maps =
alias_database =
smtpd_banner = $myhostname ESMTP
smtpd_error_sleep_time = 0
smtpd_peername_lookup = no
smtpd_recipient_restrictions = reject_unauth_destination
smtpd_forbid_bare_newline = no
smtpd_tls_security_level = may
smtpd_tls_cert_file = {certificate}
smtpd_tls_key_file = {key}
maillog_file =
"""

MASTER_CF = """\
127.0.0.1:{relay}      inet n - n - - smtpd
127.0.0.1:{submission} inet n - n - - smtpd
127.0.0.1:{other}      inet n - n - - smtpd
pickup  unix n - n 60  1 pickup
cleanup unix n - n -   0 cleanup
qmgr    unix n - n 300 1 qmgr
tlsmgr  unix - - n 1000? 1 tlsmgr
rewrite unix - - n -   - trivial-rewrite
bounce  unix - - n -   0 bounce
defer   unix - - n -   0 bounce
trace   unix - - n -   0 bounce
verify  unix - - n -   1 verify
error   unix - - n -   - error
discard unix - - n -   - discard
anvil   unix - - n -   1 anvil
scache  unix - - n -   1 scache
"""


@contextlib.contextmanager
def postfix(root: Path) -> Iterator[None]:
    """Postfix with nothing of the machine's own configuration; it accepts mail for bob and carol and discards it."""
    config, queue, data = root / "config", root / "queue", root / "data"
    for directory in (config, queue, data):
        directory.mkdir()
    root.chmod(0o755)
    shutil.chown(data, "postfix")
    pem, key = certificate(root, "mail.example.org")
    (config / "main.cf").write_text(MAIN_CF.format(queue=queue, data=data, certificate=pem, key=key))
    ports = {"relay": RELAY_PORT, "submission": SUBMISSION_PORT, "other": OTHER_PORT}
    (config / "master.cf").write_text(MASTER_CF.format(**ports))
    subprocess.run(["postfix", "-c", str(config), "start"], check=True, capture_output=True)
    try:
        for port in ports.values():
            wait_for_port(POSTFIX, port)
        yield
    finally:
        subprocess.run(["postfix", "-c", str(config), "stop"], check=False, capture_output=True)


@contextlib.contextmanager
def aiosmtpd_with_passwords(_root: Path) -> Iterator[None]:
    """aiosmtpd that asks for a user and a password and offers AUTH without TLS, so that the capture shows it."""
    from aiosmtpd.controller import Controller
    from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

    def check(_server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, given: object) -> AuthResult:
        expected = LoginPassword(USER.encode(), PASSWORD.encode())
        return AuthResult(success=given == expected, handled=False)

    class Discard:
        async def handle_DATA(self, _server: SMTP, _session: Session, _envelope: Envelope) -> str:
            return "250 2.0.0 OK"

    controller = Controller(
        Discard(),
        hostname=AIOSMTPD,
        port=OTHER_PORT,
        server_hostname="mail.example.org",
        ident="ESMTP",
        authenticator=check,
        auth_require_tls=False,
        auth_required=True,
    )
    controller.start()
    try:
        yield
    finally:
        controller.stop()


class Client:
    """A client as a plain socket, for what the mail libraries do not send."""

    def __init__(self, host: str, port: int) -> None:
        self._socket = socket.create_connection((host, port), timeout=10)
        self._input = self._socket.makefile("rb")
        self.replies(1)

    def replies(self, count: int) -> None:
        """Read `count` replies, each of one or more lines (RFC 5321, section 4.2.1)."""
        for _ in range(count):
            while (line := self._input.readline())[3:4] == b"-":
                pass
            print("   ", line.decode().rstrip())

    def send(self, data: bytes, replies: int = 1) -> None:
        """Send `data` in one piece and wait for the replies to it."""
        self._socket.sendall(data)
        self.replies(replies)

    def close(self) -> None:
        self._input.close()
        self._socket.close()


def swaks(port: int, *arguments: str, expect: int = 0) -> None:
    """Run swaks with names of its own, so that none of this machine gets into the capture."""
    command = ["swaks", "--server", POSTFIX, "--port", str(port), "--ehlo", "client.example.com", "--from", ALICE]
    result = subprocess.run([*command, *arguments], capture_output=True, text=True)
    print("    " + "\n    ".join(line for line in result.stdout.splitlines() if line.startswith(("<", " <"))))
    if result.returncode != expect:
        raise RuntimeError(f"swaks ended with {result.returncode}:\n{result.stdout}{result.stderr}")


def message(subject: str, body: str) -> str:
    """A mail for swaks, which adds the dots and the end of the mail itself."""
    return f"{HEADERS}Subject: {subject}\r\n\r\n{body}"


def plain() -> None:
    swaks(RELAY_PORT, "--to", BOB, "--data", message("Dots", DOTTED_BODY))


def pipelined() -> None:
    recipients = ",".join((BOB, NOBODY, CAROL))
    swaks(
        OTHER_PORT, "--pipeline", "--to", recipients, "--data", message("Three recipients", "Two of you get this.\r\n")
    )


def starttls() -> None:
    swaks(SUBMISSION_PORT, "--tls", "--to", BOB, "--data", message("Private", "Nobody reads this on the wire.\r\n"))


def bdat() -> None:
    """RFC 3030: a mail in three chunks, pipelined; then one whose chunks meet a refused recipient; then BDAT 0 LAST."""
    first = (HEADERS + "Subject: Chunks\r\n\r\n").encode()
    second, last = b"A chunk may end in the middle of a li", b"ne,\r\n.and a dot needs no second one\r\n"
    client = Client(POSTFIX, OTHER_PORT)
    client.send(b"EHLO client.example.com\r\n")
    client.send(f"MAIL FROM:<{ALICE}>\r\nRCPT TO:<{BOB}>\r\n".encode(), 2)
    chunks = b"BDAT %d\r\n%bBDAT %d\r\n%bBDAT %d LAST\r\n%b"
    client.send(chunks % (len(first), first, len(second), second, len(last), last), 3)
    refused = f"MAIL FROM:<{ALICE}>\r\nRCPT TO:<{NOBODY}>\r\n".encode()
    client.send(refused + chunks % (len(first), first, len(second), second, len(last), last), 5)
    client.send(b"RSET\r\n")
    client.send(f"mail from:<{ALICE}>\r\nrcpt to:<{CAROL}>\r\nbdat {len(first)}\r\n".encode() + first, 3)
    client.send(b"BDAT 0 LAST\r\n")
    client.send(b"QUIT\r\n")
    client.close()


def auth() -> None:
    """RFC 4954: challenges, an exchange that the client cancels, a wrong password, an initial response."""
    client = Client(AIOSMTPD, OTHER_PORT)
    for line in (b"HELP", b"EHLO client.example.com", b"AUTH LOGIN", b"*"):
        client.send(line + b"\r\n")
    client.send(b"QUIT\r\n")
    client.close()
    for password in ("wrong", PASSWORD):
        with smtplib.SMTP(AIOSMTPD, OTHER_PORT, "client.example.com") as library:
            library.user, library.password = USER, password
            library.ehlo()
            with contextlib.suppress(smtplib.SMTPAuthenticationError):
                library.auth("LOGIN", library.auth_login, initial_response_ok=False)
                library.sendmail(ALICE, [BOB], message("With a password", "Hello.\r\n"))
    with smtplib.SMTP(AIOSMTPD, OTHER_PORT, "client.example.com") as library:
        library.user, library.password = USER, PASSWORD
        library.ehlo()
        library.auth("PLAIN", library.auth_plain, initial_response_ok=True)


def session() -> None:
    """What else a server has to answer: several mails, one of them empty, and commands of all kinds."""
    client = Client(POSTFIX, OTHER_PORT)
    mail = message("Again", ".\r\n").replace("\r\n.", "\r\n..").encode()
    for line in (
        "HELO client.example.com",
        "NOOP",
        "HELP",
        "VRFY bob",
        "vrfy nobody",
        "EXPN staff",
        "XYZZY a b",
        "MAIL",
    ):
        client.send(line.encode() + b"\r\n")
    client.send(b"\r\n")
    client.send(f"MAIL FROM:<{ALICE}>\r\n".encode())
    client.send(b"RSET\r\n")
    for content in (mail, b"", mail):
        for line in (f"mail from:<{ALICE}>", f"rcpt to:<{BOB}>", "data"):
            client.send(line.encode() + b"\r\n")
        client.send(content + b".\r\n")
    client.send(f"MAIL FROM:<{ALICE}>\r\n".encode())
    client.send(f"RCPT TO:<{NOBODY}>\r\n".encode())
    client.send(b"DATA\r\n")
    client.send(b"quit\r\n")
    client.close()


SCENARIOS: dict[str, Scenario] = {
    name: (f"host {host} and tcp port {port}", scenario)
    for name, host, port, scenario in (
        ("plain", POSTFIX, RELAY_PORT, plain),
        ("pipelined", POSTFIX, OTHER_PORT, pipelined),
        ("starttls", POSTFIX, SUBMISSION_PORT, starttls),
        ("bdat", POSTFIX, OTHER_PORT, bdat),
        ("auth", AIOSMTPD, OTHER_PORT, auth),
        ("session", POSTFIX, OTHER_PORT, session),
    )
}

if __name__ == "__main__":
    record("smtp", SCENARIOS, postfix, aiosmtpd_with_passwords)
