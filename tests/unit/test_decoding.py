"""Decoders of streams: the same bytes wherever the data is cut, an error at the octet that is wrong, no bombs."""

from __future__ import annotations

import base64
import gzip
import pickle
import quopri
import random
import zlib
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dissgen_runtime.decoding import Base64, Decoder, DecodingError, Deflate, Gzip, QuotedPrintable, Zlib


def raw(data: bytes) -> bytes:
    one = zlib.compressobj(wbits=-15)
    return one.compress(data) + one.flush()


FORMS: dict[str, tuple[type[Decoder], Callable[[bytes], bytes]]] = {
    "zlib": (Zlib, zlib.compress),
    "gzip": (Gzip, gzip.compress),
    "gzip members": (Gzip, lambda data: gzip.compress(data[:3]) + gzip.compress(data[3:])),
    "deflate wrapped": (Deflate, zlib.compress),
    "deflate raw": (Deflate, raw),
    "base64": (Base64, base64.encodebytes),
    "quoted-printable": (QuotedPrintable, lambda data: quopri.encodestring(data, quotetabs=True)),
}


def outcome(kind: type[Decoder], pieces: list[bytes], expansion: int = 2000) -> tuple[bytes, str]:
    decoder = kind(expansion)
    found = b""
    try:
        for piece in pieces:
            found += decoder.push(piece)
        found += decoder.finish()
    except DecodingError as error:
        return found + error.decoded, f"{error.kind}: {error.expected}"
    return found, ""


def cut(data: bytes, places: list[int]) -> list[bytes]:
    ends = sorted(place % (len(data) + 1) for place in places)
    return [data[a:b] for a, b in zip([0, *ends], [*ends, len(data)], strict=True)]


@pytest.mark.parametrize("name", FORMS)
@given(data=st.binary(max_size=300), places=st.lists(st.integers(0, 1000), max_size=6))
def test_what_was_encoded_comes_out(name: str, data: bytes, places: list[int]) -> None:
    kind, encode = FORMS[name]
    if name == "quoted-printable":
        data = data.replace(b"\r", b"").replace(b"\n", b"")
    assert outcome(kind, cut(encode(data), places)) == (data, "")


@pytest.mark.parametrize("name", FORMS)
@given(data=st.binary(max_size=60), places=st.lists(st.integers(0, 1000), max_size=6), at=st.integers(0, 1000))
def test_damage_gives_the_same_wherever_it_is_cut(name: str, data: bytes, places: list[int], at: int) -> None:
    kind, encode = FORMS[name]
    encoded = bytearray(encode(data))
    if encoded:
        encoded[at % len(encoded)] ^= 0x41
    whole = outcome(kind, [bytes(encoded)])
    assert outcome(kind, cut(bytes(encoded), places)) == whole
    assert outcome(kind, [bytes((octet,)) for octet in encoded]) == whole


def test_what_follows_the_last_member_is_passed_over_wherever_it_is_cut() -> None:
    """Also an octet in it that a member could begin with."""
    encoded = gzip.compress(b"abc") + b"\0\x1f\0" + gzip.compress(b"xyz")
    for at in range(len(encoded)):
        assert outcome(Gzip, [encoded[:at], encoded[at:]]) == (b"abc", "")


@pytest.mark.parametrize("name", ["zlib", "gzip", "deflate wrapped", "deflate raw"])
def test_the_end_is_missed_and_a_bomb_is_refused(name: str) -> None:
    kind, encode = FORMS[name]
    encoded = encode(b"some text that is long enough to be cut")
    assert outcome(kind, [encoded[:-6]])[1].startswith("truncated: the end of the ")
    assert outcome(kind, []) == (b"", "")
    bomb = encode(bytes(20_000_000))
    pieces = [bomb[at : at + 1000] for at in range(0, len(bomb), 1000)]
    found, error = outcome(kind, pieces, expansion=100)
    assert error.startswith("limit: at most 100 bytes of output for each of ")
    assert len(found) <= 100 * 1000 + 2 * 65536
    assert outcome(kind, [encode(random.Random(1).randbytes(500_000))], expansion=100)[1] == ""


def test_what_cannot_be_pickled_says_so() -> None:
    with pytest.raises(TypeError, match="gzip stream cannot be pickled"):
        pickle.dumps(Gzip())
    assert pickle.loads(pickle.dumps(Base64())).push(b"YWJj") == b"abc"


def test_after_a_loss_nothing_comes() -> None:
    decoder = Gzip()
    decoder.push(gzip.compress(b"abc")[:12])
    decoder.lose()
    assert (decoder.push(b"xyz"), decoder.finish()) == (b"", b"")
