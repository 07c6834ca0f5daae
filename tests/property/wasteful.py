"""Input that makes a session take much memory for few bytes, for each shipped spec. Nothing of it is ever complete."""

from __future__ import annotations

from dissgen_runtime import DOWN, UP, Direction

Input = list[tuple[Direction, bytes]]


def _pieces(direction: Direction, data: bytes, size: int = 16384) -> Input:
    return [(direction, data[i : i + size]) for i in range(0, len(data), size)]


def dns(prefix: bool) -> bytes:
    """A message of 62 KB with names in chains of 120, and records with two more names or texts of two letters."""
    questions = b""
    places: list[int] = []
    while len(questions) < 0x3F00:
        tail = b"\x00" if len(places) % 120 == 0 else (0xC000 | places[-1]).to_bytes(2, "big")
        places.append(12 + len(questions))
        questions += b"\x01b" + tail + b"\x00\x01\x00\x01"
    longest = (0xC000 | places[118]).to_bytes(2, "big")
    soa = b"\x01c" + longest + b"\x01e" + longest + bytes(20)
    records: list[bytes] = []
    while len(questions) + sum(map(len, records)) < 62_000:
        body, kind = (soa, 6) if len(records) % 2 else (b"\x02xy" * 10, 16)
        head = b"\x01d" + longest + kind.to_bytes(2, "big") + b"\x00\x01" + bytes(4)
        records.append(head + len(body).to_bytes(2, "big") + body)
    header = b"\x00\x01\x81\x80" + len(places).to_bytes(2, "big") + len(records).to_bytes(2, "big") + bytes(4)
    message = header + questions + b"".join(records)
    return len(message).to_bytes(2, "big") + message if prefix else message


def dns_queries() -> Input:
    """As many queries as are remembered, each with hundreds of names."""
    found: Input = []
    for number in range(1100):
        questions = b"".join(b"\x02%02x\x00\x00\x01\x00\x01" % (i % 256) for i in range(600))
        message = number.to_bytes(2, "big") + b"\x01\x00" + (600).to_bytes(2, "big") + bytes(6) + questions
        found.append((UP, len(message).to_bytes(2, "big") + message))
    return found


def mqtt() -> Input:
    """A SUBSCRIBE of 5.0 whose properties are empty texts, and long ones of which no byte is UTF-8 but for one sign."""
    connect = bytes.fromhex("100d00044d51545405020000000000")
    text = "\U0001f600".encode() + b"\xff" * 65_000
    properties = b"\x26\x00\x00\x00\x00" * 3000 + b"".join(
        b"\x26" + len(text).to_bytes(2, "big") + text + b"\x00\x00" for _ in range(15)
    )
    size = _varint(len(properties))
    topics = b"\x00\x00\x00" * 4000
    body = b"\x00\x01" + size + properties + topics
    packet = b"\x82" + _varint(len(body) + 9) + body
    return [(UP, connect), *_pieces(UP, packet), *_pieces(DOWN, packet)]


def _varint(value: int) -> bytes:
    found = b""
    while True:
        value, seven = value >> 7, value & 0x7F
        found += bytes([seven | (0x80 if value else 0)])
        if not value:
            return found


def tls() -> Input:
    record = b"\x16\x03\x01"
    hello = b"\x03\x03" + bytes(32) + b"\x00" + b"\x00\x02\x13\x01" + b"\x01\x00"
    protocols = b"\x1eprotocol of 30 characters abcd" * 1900
    names = b"\x00\x10" + (len(protocols) + 2).to_bytes(2, "big") + len(protocols).to_bytes(2, "big") + protocols
    hello += len(names).to_bytes(2, "big") + names
    message = b"\x01" + len(hello).to_bytes(3, "big") + hello + b"\x0b\x07\xf0\x00" + bytes(500_000)
    records = [message[i : i + 16384] for i in range(0, len(message), 16384)]
    return [(side, record + len(piece).to_bytes(2, "big") + piece) for piece in records[:-1] for side in (UP, DOWN)]


WASTEFUL: dict[str, list[Input]] = {
    "smtp": [[(DOWN, b"220 x\r\n"), *[(UP, b"x" * 16000 + b"\r\n")] * 300, *[(DOWN, b"250-\n")] * 999]],
    "tutorial/smtp": [[(DOWN, b"220-" + b"x" * 200 + b"\n")] * 4000],
    "http": [
        [
            *[(UP, b"GET / HTTP/1.1\r\n\r\n")] * 900,
            (DOWN, b"HTTP/1.1 200 OK\r\n"),
            *[(DOWN, b"a:\n")] * 990,
            *[(UP, b"POST / HTTP/1.1\n"), *[(UP, b"b:" + b"x" * 250 + b"\n")] * 990],
        ],
        [(DOWN, b"HTTP/1.1 200 OK\r\n" + b"x" * 1000)] * 1000 + [(UP, b"GET / HTTP/1.1\n" + b"c:d\n" * 990)] * 2,
    ],
    "dns": [
        [*dns_queries(), (DOWN, dns(True)), (UP, dns(True))],
    ],
    "mdns": [[(UP, dns(False)), (DOWN, dns(False))]],
    "mqtt": [mqtt()],
    "tls": [tls()],
    "modbus": [
        [
            *[(UP, n.to_bytes(2, "big") + b"\x00\x00\x00\x06\x01\x03\x00\x00\x00\x7d") for n in range(400)],
            (DOWN, b"\x00\x01\x00\x00\x00\xfd\x01\x03\xfa" + b"\x01\x02" * 120),
            (UP, b"\x00\x01\x00\x00\x00\xfd\x01\x10\x00\x00\x00\x7b\xf6" + b"\x01\x02" * 100),
        ]
    ],
}
"""Of each, what a client and a server send."""
