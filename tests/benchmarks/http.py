"""Ratios of the HTTP dissector to h11 and httptools; see README.md beside this file.

The same requests, in one piece, to the same values: method, target, version and every header field as text.
"""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent), str(HERE.parents[1] / "generated")]

import h11  # noqa: E402
import http_dissector  # noqa: E402
import httptools  # noqa: E402
from run import RUNS, interleaved, show  # noqa: E402

from dissgen_runtime import UP  # noqa: E402

REQUEST = (
    b"GET /index.html?q=1 HTTP/1.1\r\nHost: www.example.org\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0)"
    b" Gecko/20100101 Firefox/128.0\r\nAccept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\r\n"
    b"Accept-Language: en-US,en;q=0.5\r\nAccept-Encoding: gzip, deflate\r\nConnection: keep-alive\r\n"
    b"Referer: https://www.example.org/start\r\nCookie: session=0123456789abcdef; theme=dark\r\n\r\n"
)
REQUESTS = 50

Value = tuple[str, str, str, list[tuple[str, str]]]


def ours(data: bytes) -> list[Value]:
    session = http_dissector.Session()
    return [
        (event.method, event.target, event.version, [(header.name.lower(), header.value) for header in event.headers])
        for event in session.feed(UP, data)
        if event.name == "request"
    ]


def by_h11(data: bytes) -> list[Value]:
    found: list[Value] = []
    connection = h11.Connection(h11.SERVER)
    connection.receive_data(data)
    while True:
        event = connection.next_event()
        if event is h11.NEED_DATA:
            return found
        if event is h11.PAUSED:
            connection.send(h11.Response(status_code=204, headers=[]))
            connection.send(h11.EndOfMessage())
            connection.start_next_cycle()
        elif isinstance(event, h11.Request):
            headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in event.headers]
            version = event.http_version.decode("latin-1")
            found.append((event.method.decode("latin-1"), event.target.decode("latin-1"), version, headers))


class _Handler:
    """Collects what httptools calls back."""

    def __init__(self) -> None:
        self.found: list[Value] = []
        self.parser = httptools.HttpRequestParser(self)
        self.headers: list[tuple[str, str]] = []
        self.url = ""

    def on_message_begin(self) -> None:
        self.headers = []
        self.url = ""

    def on_url(self, url: bytes) -> None:
        self.url += url.decode("latin-1")

    def on_header(self, name: bytes, value: bytes) -> None:
        self.headers.append((name.decode("latin-1").lower(), value.decode("latin-1")))

    def on_headers_complete(self) -> None:
        method = self.parser.get_method().decode("latin-1")
        self.found.append((method, self.url, self.parser.get_http_version(), self.headers))


def by_httptools(data: bytes) -> list[Value]:
    handler = _Handler()
    handler.parser.feed_data(data)
    return handler.found


def main() -> None:
    data = REQUEST * REQUESTS
    expected = ours(data)
    assert len(expected) == REQUESTS
    assert expected == by_h11(data) == by_httptools(data)
    times = interleaved(
        {
            "dissgen": lambda: ours(data),
            "h11": lambda: by_h11(data),
            "httptools": lambda: by_httptools(data),
        },
        repeat=6,
    )
    show("HTTP/1.1 requests, pipelined", times, "dissgen", "h11", 3, faster=True)
    show("HTTP/1.1 requests, pipelined", times, "dissgen", "httptools", 5)
    single = REQUEST
    times = interleaved(
        {"dissgen": lambda: ours(single), "h11": lambda: by_h11(single), "httptools": lambda: by_httptools(single)},
        repeat=300,
    )
    show("HTTP/1.1, one request a session", times, "dissgen", "h11", 3, faster=True)
    show("HTTP/1.1, one request a session", times, "dissgen", "httptools", 5)


if __name__ == "__main__":
    print(f"Python {sys.version.split()[0]}, {RUNS} interleaved runs, CPU time")
    main()
