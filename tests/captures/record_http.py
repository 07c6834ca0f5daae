"""Record the HTTP captures of this folder: nginx and curl, and a plain socket for what curl does not send.

    sudo python record_http.py [SCENARIO...]

README.md says what has to be installed and what each file holds.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
from collections.abc import Iterator
from pathlib import Path

from loopback import Scenario, record, run, running

HOST, PORT, WEBSOCKET_PORT = "127.0.0.1", 8080, 8000
SITE = f"http://{HOST}:{PORT}"

CHANGED_AT, CHANGED = 1767603600, "Mon, 05 Jan 2026 09:00:00 GMT"
SHORT = "<p>Short.</p>\n"
PAGE = "".join(f"<p>Line {number} of a page that is long enough to be compressed.</p>\n" for number in range(40))

CONFIGURATION = """\
daemon off;
pid {root}/nginx.pid;
error_log {root}/error.log;
events {{}}
http {{
    access_log off;
    client_body_temp_path {root}/bodies;
    proxy_temp_path {root}/proxied;
    types {{ text/html html; }}
    gzip on;
    gzip_min_length 100;
    gzip_http_version 1.0;
    server_tokens off;
    server {{
        listen {host}:{port};
        root {root}/site;
        location = /empty {{ return 204; }}
        location = /moved {{ return 301 /page.html; }}
        location = /upload {{ dav_methods PUT; alias {root}/site/upload; }}
        location = /form {{ return 200 "thank you\\n"; }}
    }}
}}
"""


@contextlib.contextmanager
def nginx(root: Path) -> Iterator[None]:
    """nginx with nothing of the machine's own configuration."""
    site = root / "site"
    site.mkdir()
    site.chmod(0o777)
    for name, text in (("page.html", PAGE), ("short.html", SHORT)):
        (site / name).write_text(text)
        os.utime(site / name, (CHANGED_AT, CHANGED_AT))
    configuration = root / "nginx.conf"
    configuration.write_text(CONFIGURATION.format(root=root, host=HOST, port=PORT))
    with running(["nginx", "-c", str(configuration)], HOST, PORT):
        yield


def curl(*arguments: str, given: str = "") -> None:
    """curl under a name that is the same on every machine."""
    run("curl", "--silent", "--user-agent", "client/1", *arguments, given=given)


def methods() -> None:
    """Responses with and without bodies: with a length, without one (204, 304, HEAD), up to the end of the connection."""
    curl(f"{SITE}/short.html", f"{SITE}/nothing.html", f"{SITE}/empty", f"{SITE}/moved")
    curl(f"{SITE}/page.html", f"{SITE}/page.html", "--head")
    curl(f"{SITE}/short.html", "--header", f"If-Modified-Since: {CHANGED}")
    curl(f"{SITE}/page.html", "--range", "0-9,20-29")
    curl(f"{SITE}/form", "--data", "name=value")
    curl(f"{SITE}/page.html", "--http1.0", "--compressed")


def chunks() -> None:
    """Chunks in both directions: a compressed page, an upload of unknown length behind `100 Continue`."""
    curl(f"{SITE}/page.html", "--compressed")
    headers = ["--header", "Transfer-Encoding: chunked", "--header", "Expect: 100-continue"]
    curl(f"{SITE}/upload", "--upload-file", "-", *headers, given=PAGE)
    said(
        b"PUT /upload HTTP/1.1\r\nHost: www.example.org\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n"
        b"Connection: close\r\n\r\n5;name=value\r\nhello\r\n7\r\n, world\r\n0\r\nX-Sum: 12\r\n\r\n"
    )


def said(data: bytes) -> None:
    """Send the bytes in one piece, and read until the server has closed."""
    with socket.create_connection((HOST, PORT), timeout=10) as connection:
        connection.sendall(data)
        while connection.recv(4096):
            pass


def pipelined() -> None:
    """RFC 9112, section 9.3.2: four requests in one segment, the second of a kind whose response has no body."""
    head = "{} HTTP/1.1\r\nHost: www.example.org\r\n"
    requests = ["GET /short.html", "HEAD /page.html", "GET /nothing.html", "POST /form"]
    *first, last = (head.format(request) for request in requests)
    said(("\r\n".join(first) + "\r\n" + last + "Content-Length: 3\r\nConnection: close\r\n\r\na=b").encode())


def smuggling() -> None:
    """What a proxy and a server could understand in different ways, and what nginx answers."""
    head = b"POST /form HTTP/1.1\r\nHost: www.example.org\r\nConnection: close\r\n"
    for lines in (
        b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"Content-Length: 4\r\nContent-Length: 5\r\n\r\nabcde",
        b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
        b"Content-Length : 2\r\n\r\nab",
        b"Content-Length: 2\nX: y\n\nab",
    ):
        said(head + lines)


def websocket() -> None:
    """RFC 6455: an upgrade, behind which nothing is HTTP any more."""
    from websockets.asyncio.client import connect
    from websockets.asyncio.server import ServerConnection, serve

    async def echo(connection: ServerConnection) -> None:
        async for message in connection:
            await connection.send(message)

    async def talk() -> None:
        options = {"server_header": "server/1"}
        async with (
            serve(echo, HOST, WEBSOCKET_PORT, **options),
            connect(f"ws://{HOST}:{WEBSOCKET_PORT}/echo", user_agent_header="client/1", proxy=None) as client,
        ):
            await client.send("hello")
            await client.recv()

    asyncio.run(talk())


AT_NGINX = f"host {HOST} and tcp port {PORT}"
SCENARIOS: dict[str, Scenario] = {
    "methods": (AT_NGINX, methods),
    "chunks": (AT_NGINX, chunks),
    "pipelined": (AT_NGINX, pipelined),
    "smuggling": (AT_NGINX, smuggling),
    "websocket": (f"host {HOST} and tcp port {WEBSOCKET_PORT}", websocket),
}

if __name__ == "__main__":
    record("http", SCENARIOS, nginx)
