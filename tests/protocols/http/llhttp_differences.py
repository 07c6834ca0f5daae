"""Where `specs/http.yaml` and llhttp differ, and why."""

from __future__ import annotations

_NOT_HTTP = "another protocol with the syntax of HTTP: ours raises `invalid`"
_FOLDS = "ours keeps the line breaks of a folded value as they came, llhttp leaves them out"
_LENIENT = "lines that end in a bare LF: ours reads them (RFC 9112, section 2.2), and notes it as a defect of requests"

DIFFERENCES: dict[str, str] = {
    "request_method: SOURCE request with ICE": _NOT_HTTP,
    "request_method: OPTIONS request with RTSP": _NOT_HTTP,
    "request_method: ANNOUNCE request with RTSP": _NOT_HTTP,
    "request_method: PRI request HTTP2": "PRI is any method to HTTP/1.1; llhttp stops at the preface of HTTP/2",
    "request_sample: No HTTP version": "HTTP/0.9, which RFC 9112 has given up: ours raises `invalid`",
    "request_sample: Line folding in header value with CRLF": _FOLDS,
    "request_sample: Line folding in header value with LF": _LENIENT,
    "request_sample: X-SSL-Nonsense": _FOLDS,
    "request_uri: Disallow UTF-8 in URI path in strict mode": "ours takes any octet but blanks into the target",
    "response_sample: RTSP response": _NOT_HTTP,
    "response_sample: ICE response": _NOT_HTTP,
    "response_sample: No carriage ret": _LENIENT,
}
