"""Where `specs/http.yaml` and llhttp differ: the case -> the messages of ours (first line, fields, content), and why."""

from __future__ import annotations

from typing import Final

Messages = tuple[tuple[list[str], list[str], bytes], ...]

FOLDED: Final = "the messages of llhttp, with the line breaks of folded values"
_NONE: Final[Messages] = ()
_NOT_HTTP: Final = (_NONE, "another protocol with the syntax of HTTP: ours raises `invalid`")
_FOLDS: Final = (FOLDED, "ours keeps the line breaks of a folded value as they came, llhttp leaves them out")
_LENIENT: Final = (
    "lines that end in a bare LF: ours reads them (RFC 9112, section 2.2), and notes it as a defect of requests"
)

DIFFERENCES: Final[dict[str, tuple[Messages | str, str]]] = {
    "request_method: SOURCE request with ICE": _NOT_HTTP,
    "request_method: OPTIONS request with RTSP": _NOT_HTTP,
    "request_method: ANNOUNCE request with RTSP": _NOT_HTTP,
    "request_method: PRI request HTTP2": (
        ((["PRI", "*", "1.1"], [], b""),),
        "PRI is any method to HTTP/1.1; llhttp stops at the preface of HTTP/2",
    ),
    "request_sample: No HTTP version": (_NONE, "HTTP/0.9, which RFC 9112 has given up: ours raises `invalid`"),
    "request_sample: Line folding in header value with CRLF": _FOLDS,
    "request_sample: Line folding in header value with LF": (
        (
            (
                ["GET", "/", "1.1"],
                [
                    "Line1: abc\n\tdef\n ghi\n\t\tjkl\n  mno \n\t \tqrs",
                    *("Line2: line2", "Line3: line3", "Line4:", "Connection: close"),
                ],
                b"",
            ),
        ),
        _LENIENT,
    ),
    "request_sample: X-SSL-Nonsense": _FOLDS,
    "request_uri: Disallow UTF-8 in URI path in strict mode": (
        (
            (
                ["GET", "/δ¶/δt/pope?q=1#narf".encode().decode("latin-1"), "1.1"],
                ["Host: github.com"],
                b"",
            ),
        ),
        "ours takes any octet but blanks into the target",
    ),
    "response_sample: RTSP response": _NOT_HTTP,
    "response_sample: ICE response": _NOT_HTTP,
    "response_sample: No carriage ret": (
        (
            (
                ["1.1", "200"],
                ["Content-Type: text/html; charset=utf-8", "Connection: close"],
                b"these headers are from http://news.ycombinator.com/",
            ),
        ),
        _LENIENT,
    ),
}
