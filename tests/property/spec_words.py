"""The words of the language that random specs draw on seldom: each makes an element of one, and input that fits it.

`Generator` (spec_generator.py) has the common ones, the scopes and the spec around them.
"""

from __future__ import annotations

import base64
import gzip
import quopri
import zlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from spec_generator import Generator, Scope

VARINTS: Final = {
    "leb128": (b"\x02", b"\x81\x00", b"\xff\x01"),
    "zigzag": (b"\x04", b"\x03", b"\x80\x01"),
    "vlq": (b"\x02", b"\x80\x03", b"\x81\x00"),
    "mqtt": (b"\x03", b"\x82\x00", b"\xff\xff\xff\x7f"),
    "quic": (b"\x02", b"\x40\x03", b"\x80\x00\x00\x01", b"\xc0" + b"\0" * 6 + b"\x02"),
    "ber_length": (b"\x01", b"\x81\x02", b"\x82\x00\x03", b"\x80"),
}
PLAIN: Final = (b"", b"ab", b"a.b\n..c\n", b"x=y z\r\n", b"\x00\xff" * 3)
CODERS: Final[Mapping[str, Any]] = {
    "zlib": zlib.compress,
    "gzip": lambda data: gzip.compress(data, mtime=0),
    "deflate": lambda data: zlib.compress(data, wbits=-15),
    "base64": base64.b64encode,
    "quoted_printable": quopri.encodestring,
    "dot_unstuff": lambda data: data,
}
# The element, the type of its value (None: expressions cannot use it), and input that fits.
CONVERTED: Final[tuple[tuple[dict[str, Any], str | None, tuple[bytes, ...]], ...]] = (
    ({"text": {"size": 3}, "convert": {"unescape": "%"}}, "str", (b"a%b", b"%%%", b"%a%", b"abc")),
    ({"number": 8, "convert": "bool"}, "bool", (b"\0", b"\1")),
    ({"text": {"size": 2}, "convert": {"bool": {True: "ab", False: "cd"}}}, "bool", (b"ab", b"cd", b"ad")),
    ({"bytes": {"size": 4}, "convert": "ipv4"}, "str", (b"\xc0\0\2\1", bytes(4))),
    ({"number": 32, "convert": "ipv4"}, "str", (b"\xc0\0\2\1", bytes(4))),
    ({"bytes": {"size": {"number": 8}}, "convert": "ipv4"}, "str", (b"\4abcd", b"\3abc")),
    ({"bytes": {"size": 16}, "convert": "ipv6"}, "str", (bytes(16), b"\0\1" + bytes(13) + b"\1", b"ab" * 8)),
    ({"bytes": {"size": 6}, "convert": "mac"}, "str", (b"\0\0\x5e\0\x53\1",)),
    ({"number": 32, "convert": "timestamp"}, "str", (bytes(4), b"\x60abc")),
    ({"number": 64, "convert": "timestamp"}, "str", (bytes(7) + b"\1", b"\xff" * 8)),
    ({"bytes": {"size": 2}, "convert": "bit_set"}, None, (b"\x80\1", b"\0\0", b"ab")),
    ({"number": 16, "convert": "bit_set"}, None, (b"\x80\1", b"\0\0", b"ab")),
    ({"bytes": {"size": {"number": 8}}, "convert": "number"}, "int", (b"\1a", b"\2ab", b"\0", b"\x09" + b"a" * 9)),
    ({"bytes": {"size": 3}, "endian": "little", "signed": True, "convert": "number"}, "int", (b"abc", b"ab\xff")),
    ({"number": 8, "convert": {"scale": 4}}, "int", (b"\0", b"\1")),
    ({"number": 16, "endian": "little", "convert": {"scale": 0.5}}, "float", (b"\3\0", b"\0\1")),
    ({"bytes": {"size": 2}, "convert": "hex"}, "str", (b"ab", b"\0\xff")),
    ({"token": "WORD", "convert": {"table": "kinds"}}, "str", (b"get", b"a", b"zz")),
    ({"number": 8, "enum": "KIND"}, "int", (b"\1", b"\2", b"\7")),
    ({"varint": "leb128", "convert": {"enum": "KIND"}}, "int", (b"\1", b"\2", b"\7")),
    ({"text": {"size": 4}, "convert": ["strip", "int"]}, "int", (b" 12 ", b" 1x ", b"    ")),
    ({"token": "TEXT", "convert": ["strip", "float"]}, "float", (b" 1.5 ", b" 1.x ", b" ")),
    (
        {"text": {"size": 3}, "convert": [{"unescape": "%"}, {"bool": {True: "ab", False: "cd"}}]},
        "bool",
        (b"a%b", b"%%b"),
    ),
    ({"token": "NUM", "convert": ["int", "timestamp"]}, "str", (b"12",)),
    ({"text": {"size": 2}, "errors": "fail"}, "str", (b"ab", "é".encode(), b"\xff\xfe")),
    ({"bytes": {"size": 2}, "const": "ab"}, "bytes", (b"ab", b"ac")),
    ({"number": 8, "const": 97}, "int", (b"a", b"b")),
    ({"bytes": {"until": ";;", "limit": "3 B"}}, "bytes", (b"ab", b"abc", b"abcd")),
)


class Words:
    """What `Generator` draws from besides."""

    _SAMPLES: Mapping[str, tuple[bytes, ...]] = {str(made): samples for made, _, samples in CONVERTED}

    def kept(self: Generator, made: dict[str, Any], type_: str | None, scope: Scope) -> dict[str, Any]:
        """The element with a field, if there is a name left."""
        name = self.fresh(scope)
        if name is None:
            return {"empty": True}
        scope.surely[name] = type_ or "opaque"
        return made | {"field": name}

    def _converted(self: Generator, scope: Scope, depth: int) -> Any:
        made, type_, _ = self.pick(CONVERTED)
        return self.kept(made, type_, scope)

    def _varint(self: Generator, scope: Scope, depth: int) -> Any:
        form = self.pick(VARINTS)
        if self.chance(0.3):
            return self.kept({"text": {"size": {"varint": form}}}, "str", scope)
        return self.kept({"varint": form}, "int", scope)

    def _align(self: Generator, scope: Scope, depth: int) -> Any:
        align = {"align": self.pick((8, 16, 32))}
        if self.chance(0.5):
            return align
        bits = {"number": self.random.randint(1, 15), "bits": self.pick(("msb", "lsb"))}
        return {"record": [self.kept(bits, "int", scope), align]}

    def _skip(self: Generator, scope: Scope, depth: int) -> Any:
        return {"skip": self.pick(({"number": 8}, self.number(scope)))}

    def _kept_transform(self: Generator, scope: Scope, depth: int) -> Any:
        names = self.random.sample(list(CODERS), self.pick((1, 1, 2)))
        made = {"bytes": {"size": {"number": 8}}, "transform": names if len(names) > 1 else names[0]}
        return self.kept(made, "bytes", scope)

    def _at(self: Generator, scope: Scope, depth: int) -> Any:
        """A rule of its own, so that something stands before it."""
        if self.streams:
            return {"skip": 1}
        offset: Any = self.pick(({"number": 8}, self.number(scope), "0", "position - 2"))
        of: dict[str, Any] = self.pick(
            (
                {"number": 8},
                {"number": 16, "endian": "little"},
                {"bytes": {"size": 2}},
                {"token": "WORD"},
                {"varint": "mqtt"},
                {"use": "plain"},
                {"use": "pair"},
            )
        )
        inside = [self.kept({"number": 8}, "int", type(scope)()), {"at": offset, "of": of, "field": "looked"}]
        return self.kept({"record": inside}, "record", scope)

    def _joined(self: Generator, scope: Scope, depth: int) -> Any:
        if self.in_union:
            return "EOL"
        self.streams = True
        made: dict[str, Any] = {"array": {"use": "piece"}, "while": "peek() in (0, 1, 2, 3, 4, 8)", "stream": "body"}
        made["while"] = "0 <= peek() < 9 and index < 3"
        if self.chance(0.7):
            made["transform"] = self.pick(CODERS)
        return made

    def _sized_array(self: Generator, scope: Scope, depth: int) -> Any:
        item = self.pick(("HEXAS", {"number": 8}, {"number": 16}, {"text": {"size": {"number": 8}}}))
        return self.kept({"array": item, "size": {"number": 8}}, "list" if item == "HEXAS" else "array", scope)

    def _lookup(self: Generator, scope: Scope, depth: int) -> Any:
        look = {"key": "key", "value": "value", "ignore_case": self.chance(0.5)}
        made = self.kept({"array": {"use": "pair"}, "while": "peek(WORD)", "lookup": look}, "array", scope)
        if "field" not in made:
            return made
        name = f"{made['field']}_" if made["field"] == "class" else made["field"]
        value = self.pick((f"{name}.first('Get', 0)", f"len({name}.every('a'))", f"1 if 'get' in {name} else 0"))
        found = self.kept({}, "int", scope)
        return {"record": [made, {"let": found["field"], "value": value}]} if "field" in found else made

    def _sequence(self: Generator, scope: Scope, depth: int) -> Any:
        if self.in_union:
            return "EOL"
        self.streams = True  # what is let go cannot be looked at again
        return {"sequence": [self.element(scope, depth - 1) for _ in range(2)]}

    def _effect(self: Generator, scope: Scope, depth: int) -> Any:
        if self.in_union:
            return {"empty": True}
        self.streams = True
        return self.pick(({"set": {"noted": self.number(scope)}}, {"trigger": "mark"}, {"raise": "half"}))

    def _text(self: Generator, scope: Scope, depth: int) -> Any:
        """A text that functions and methods make of others."""
        name = self.fresh(scope)
        texts = [f"{item}_" if item == "class" else item for item in scope.names("str")]
        if name is None or not texts:
            return {"empty": True}
        one = self.pick(texts)
        forms = (
            *(
                f"{one}.upper()",
                f"{one}.lower() + '!'",
                f"{one}.strip()",
                f"{one}.replace('a', 'bb')",
                f"str(len({one}))",
            ),
            *(f"', '.join({one}.split('b'))", f"{one}[1:]", f"{one}[0]", f"{one}.encode().hex()"),
            *(f"{one}.encode().decode()", f"kinds.get({one}, 'none')", f"'yes' if {one} == 'get' else 'no'"),
            *(f"'y' if {one}.startswith('a') and not {one}.endswith('c') else 'n'", f"{one}.split('b')[-1]"),
            f"(first(part for part in {one}.split('b') if part != '') or 'nothing')",
        )
        scope.surely[name] = "str"
        return {"let": name, "value": self.pick(forms)}

    def _figure(self: Generator, scope: Scope, depth: int) -> Any:
        """A number that functions make."""
        name = self.fresh(scope)
        if name is None:
            return {"empty": True}
        texts = [f"{item}_" if item == "class" else item for item in scope.names("str")]
        a, b = self.number(scope), self.number(scope)
        forms = [f"min({a}, {b})", f"max({a}, {b}, 3)", f"abs({a} - {b})", f"({a}) & 255 | 1", f"int(float({a}) / 2.0)"]
        forms += ["position", f"~({a}) ^ {b}", f"({a}) << 2 >> 1", "peek()"]
        for one in texts:
            forms += [f"sum(len(part) for part in {one}.split('b'))", f"{one}.find('b')", f"int({one})"]
            forms += [f"1 if any(part == 'a' for part in {one}.split('b')) else 0"]
            forms += [
                f"1 if all(part != '' for part in {one}.split('b')) else 0",
                f"len(list(x for x in {one}.split('b')))",
            ]
        scope.surely[name] = "int"
        said = self.pick(({}, {}, {"enum": "KIND"}, {"convert": {"scale": self.random.randint(2, 3)}}))
        return {"let": name, "value": self.pick(forms)} | said

    def _implicit(self: Generator, scope: Scope, depth: int) -> Any:
        """A rule whose parameters come from the same names around it."""
        found = self.kept({"use": "asks"}, "record", scope)
        if {"data", "n1"} & {*scope.surely, *scope.maybe} or "field" not in found or found["field"] in ("data", "n1"):
            return {"empty": True}
        given = [{"let": name, "value": self.number(scope)} for name in ("data", "n1")]
        scope.surely |= {"data": "int", "n1": "int"}
        return {"record": [*given, found]}

    def library(self: Generator) -> dict[str, Any]:
        """Rules that the elements above use."""
        pair = [
            {"field": "key", "token": "WORD"},
            {"literal": "="},
            {"field": "value", "token": "NUM", "convert": "int"},
        ]
        asks = [{"field": "given", "bytes": {"size": "data % 3"}}, {"let": "more", "value": "n1 + 1"}]
        joined = [{"field": "part", "array": {"text": {"size": 1}}, "count": {"number": 8}}]
        return {
            "pair": {"record": pair, "origin": True},
            "piece": {"record": [{"bytes": {"size": {"number": 8}}, "stream": "body"}]},
            "asks": {"parameters": {"data": "int", "n1": "int"}, "record": asks},
            "joined": {"record": joined, "value": "''.join(part)"},
        }

    def sampled(self: Generator, element: Any) -> bytes | None:
        """Input that fits an element of these words; None for others."""
        if "varint" in element:
            return bytes(self.pick(VARINTS[element["varint"]]))
        if "align" in element:
            return bytes(self.random.randint(0, 3))
        if "skip" in element:
            return b"\2ab" if isinstance(element["skip"], dict) else b"ab"
        if "at" in element:
            return bytes((self.random.randint(0, 6),)) if isinstance(element["at"], dict) else b""
        bare = str({key: value for key, value in element.items() if key != "field"})
        if bare in self._SAMPLES:
            return bytes(self.pick(self._SAMPLES[bare]) + (b";;" if "limit" in bare else b""))
        if (
            "transform" in element
            and isinstance(element.get("bytes"), dict)
            and element["bytes"].get("size") == {"number": 8}
        ):
            data = self.coded(element["transform"])
            return len(data).to_bytes() + data
        if element.get("array") == {"use": "piece"}:
            data = self.coded(element.get("transform", []))[:20]
            pieces = [data[at : at + 8] for at in range(0, len(data), 8)]
            return b"".join(len(piece).to_bytes() + piece for piece in pieces)
        if isinstance(element.get("array"), dict | str) and element.get("size") == {"number": 8}:
            data = b"".join(self.sample(element["array"]) for _ in range(self.random.randint(0, 3)))
            return len(data).to_bytes() + data
        if isinstance(element.get("text"), dict) and isinstance(element["text"].get("size"), dict):
            form = element["text"]["size"].get("varint")
            return None if form is None else {"zigzag": b"\4"}.get(form, b"\2") + b"ab"
        return None

    def coded(self: Generator, names: Any) -> bytes:
        """What the transforms decode."""
        data: bytes = self.pick(PLAIN)
        for name in reversed(names if isinstance(names, list) else [names]):
            data = data if isinstance(name, dict) else CODERS[name](data)
        return data if len(data) < 256 else b""
