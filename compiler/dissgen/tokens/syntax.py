"""The text of a token as a tree: the regular subset of the usual notation, over bytes.

`re._parser` is not used: it rewrites alternations and knows no places. What is left out is left out because it is not
regular (back-references), because it contradicts the longest match (laziness), or because a grammar says it better
(look-around, anchors).
"""

from __future__ import annotations

import re
from typing import Final, NoReturn

from dissgen.tokens.errors import TokenError
from dissgen.tokens.nodes import ALL_BYTES, ByteSet, Choice, Empty, Node, Repeat, Sequence, Start

MAX_COUNT: Final = 65536
MAX_DEPTH: Final = 32

DIGIT: Final = frozenset(b"0123456789")
SPACE: Final = frozenset(b" \t\n\r\f\v")
WORD: Final = DIGIT | frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_")

_CONTROLS: Final = {"r": 0x0D, "n": 0x0A, "t": 0x09, "f": 0x0C, "v": 0x0B, "0": 0x00}
_SETS: Final = {
    "d": DIGIT, "D": ALL_BYTES - DIGIT,
    "w": WORD, "W": ALL_BYTES - WORD,
    "s": SPACE, "S": ALL_BYTES - SPACE,
}  # fmt: skip
_COUNT: Final = re.compile(r"\{([0-9]*)(,?)([0-9]*)\}")

_LONGEST: Final = "a token is always the longest match; leave it out"
_PLACES: Final = (
    "a token begins where it stands and ends with its longest match; what follows belongs to the next element"
)
_ESCAPE_HELP: Final = {
    "b": ("word boundaries are not part of the language", _PLACES),
    "B": ("word boundaries are not part of the language", _PLACES),
    "Z": ("anchors are not part of the language", _PLACES),
    "z": ("anchors are not part of the language", _PLACES),
    "G": ("anchors are not part of the language", _PLACES),
    "u": ("expressions are over bytes, not characters", r"write the bytes of the encoded character as `\xNN`"),
    "U": ("expressions are over bytes, not characters", r"write the bytes of the encoded character as `\xNN`"),
    "N": ("expressions are over bytes, not characters", r"write the bytes of the encoded character as `\xNN`"),
    "p": ("Unicode properties are not part of the language", "write the class out: `[A-Za-z]`"),
    "P": ("Unicode properties are not part of the language", "write the class out: `[^A-Za-z]`"),
    "a": (r"`\a` is not part of the language", r"write `\x07`"),
    "e": (r"`\e` is not part of the language", r"write `\x1b`"),
}
_GROUP_HELP: Final = (
    ("?P<", "named groups are not part of the language", "write `(`; fields are named by the grammar"),
    ("?P=", "back-references are not regular", "read the first part into a field and compare with `verify`"),
    ("?=", "look-ahead is not part of the language", "ask with `peek(TOKEN)` in the grammar"),
    ("?!", "look-ahead is not part of the language", "exclude the bytes in a class, or ask with `peek(TOKEN)`"),
    ("?<=", "look-behind is not part of the language", "read what comes before as an element of its own"),
    ("?<!", "look-behind is not part of the language", "read what comes before as an element of its own"),
    ("?<", "named groups are not part of the language", "write `(`; fields are named by the grammar"),
    ("?>", "atomic groups are not part of the language", "write `(`; " + _LONGEST),
    ("?#", "comments are not part of the language", "write a YAML comment behind the expression"),
    ("?(", "conditional groups are not regular", "use `branch` or `optional` in the grammar"),
)


def parse(text: str) -> Node:
    """The expression as a tree. Raises TokenError with offsets in `text`."""
    parser = _Parser(text)
    node = parser.choice()
    if parser.at < len(text):
        parser.fail(parser.at, parser.at + 1, "this `)` closes nothing", help=r"write `\)` for the byte")
    _check_starts(node, allowed=True)
    return node


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.ignore_case = False
        self.depth = 0

    def fail(self, start: int, end: int, message: str, *, label: str = "", help: str = "") -> NoReturn:
        raise TokenError(start, min(max(end, start + 1), max(len(self.text), 1)), message, label=label, help=help)

    def next_is(self, text: str) -> bool:
        return self.text.startswith(text, self.at)

    def choice(self) -> Node:
        start = self.at
        options = [self.sequence()]
        while self.next_is("|"):
            self.at += 1
            options.append(self.sequence())
        return options[0] if len(options) == 1 else Choice(tuple(options), (start, self.at))

    def sequence(self) -> Node:
        start = self.at
        parts: list[Node] = []
        while self.at < len(self.text) and self.text[self.at] not in "|)":
            parts.append(self.repeated())
        if not parts:
            return Empty((start, start))
        return parts[0] if len(parts) == 1 else Sequence(tuple(parts), (start, self.at))

    def repeated(self) -> Node:
        start = self.at
        node = self.atom()
        quantifier = self.quantifier()
        if quantifier is None:
            return node
        mark = self.at
        if self.at < len(self.text) and self.text[self.at] in "?+*{":
            self._second_quantifier(start, mark)
        return Repeat(node, *quantifier, (start, self.at))

    def _second_quantifier(self, start: int, mark: int) -> NoReturn:
        sign = self.text[mark]
        if sign == "?":
            self.fail(mark, mark + 1, "lazy repetitions are not part of the language", help=_LONGEST)
        if sign == "+":
            self.fail(mark, mark + 1, "possessive repetitions are not part of the language", help=_LONGEST)
        inner = self.text[start:mark]
        self.fail(mark, mark + 1, "a repetition of a repetition", help=f"write `({inner}){sign}` if it is meant")

    def quantifier(self) -> tuple[int, int | None] | None:
        """The counts of the quantifier here, if one stands here."""
        if self.at >= len(self.text):
            return None
        sign = self.text[self.at]
        if sign in "?*+":
            self.at += 1
            return {"?": (0, 1), "*": (0, None), "+": (1, None)}[sign]
        if sign != "{":
            return None
        start = self.at
        found = _COUNT.match(self.text, start)
        if found is None or not (found[1] or found[3]):
            self.fail(
                start, start + 1, "this `{` begins no count", help=r"write `\{` for the byte, or `{2}` or `{1,3}`"
            )
        self.at = found.end()
        minimum = int(found[1] or "0")
        maximum = minimum if not found[2] else int(found[3]) if found[3] else None
        if maximum is not None and maximum < minimum:
            self.fail(start, self.at, "the counts are in the wrong order", help=f"write `{{{maximum},{minimum}}}`")
        if maximum == 0:
            self.fail(start, self.at, "repeated zero times: this matches nothing", help="leave it out")
        if max(minimum, maximum or 0) > MAX_COUNT:
            self.fail(start, self.at, f"a count over {MAX_COUNT}", help="leave the bound to `limits.token`")
        return minimum, maximum

    def atom(self) -> Node:
        start = self.at
        char = self.text[start]
        if char == "(":
            return self.group()
        if char == "[":
            return self.byte_class()
        if char == ".":
            self.at += 1
            return ByteSet(ALL_BYTES - {0x0A}, (start, self.at), ".")
        if char == "\\":
            return self.escape()
        if char in "^$":
            self.fail(
                start, start + 1, f"`{char}` is not part of the language", help=f"{_PLACES}; `\\{char}` is the byte"
            )
        if char in "?*+":
            self.fail(start, start + 1, "nothing to repeat", help=f"write `\\{char}` for the byte")
        if char == "{":
            self.fail(start, start + 1, "nothing to repeat", help=r"write `\{` for the byte")
        self.at += 1
        return self.one(self._byte(char, start), start)

    def _byte(self, char: str, start: int) -> int:
        code = ord(char)
        if code > 0x7E or code < 0x20:
            encoded = "".join(f"\\x{byte:02x}" for byte in char.encode("utf-8", "replace"))
            what = "a character outside ASCII" if code > 0x7F else "a control character"
            written = encoded if code > 0x7F else {0x0A: r"\n", 0x0D: r"\r", 0x09: r"\t"}.get(code, encoded)
            self.fail(start, start + 1, f"{what} in an expression over bytes", help=f"write `{written}`")
        return code

    def one(self, byte: int, start: int) -> ByteSet:
        """A single byte, in both cases inside `(?i:...)`."""
        char = chr(byte)
        if self.ignore_case and char.isascii() and char.isalpha():
            return ByteSet(_folded(frozenset((byte,))), (start, self.at), None, char)
        return ByteSet(frozenset((byte,)), (start, self.at))

    def group(self) -> Node:
        start = self.at
        self.at += 1
        outer = self.ignore_case
        if self.next_is("?i:"):
            self.at += 3
            self.ignore_case = True
        elif self.next_is("?:"):
            self.at += 2
        elif self.next_is("?"):
            self._refuse_group(start)
        self.depth += 1
        if self.depth > MAX_DEPTH:
            self.fail(
                start, start + 1, f"groups nested over {MAX_DEPTH} deep", help="leave out those without a quantifier"
            )
        node = self.choice()
        self.depth -= 1
        if not self.next_is(")"):
            self.fail(start, start + 1, "this `(` is not closed", help=r"add `)`, or write `\(` for the byte")
        self.at += 1
        self.ignore_case = outer
        return node

    def _refuse_group(self, start: int) -> NoReturn:
        for opening, message, help in _GROUP_HELP:
            if self.next_is(opening):
                self.fail(start, self.at + len(opening), message, help=help)
        flags = re.compile(r"\?[a-zA-Z-]+").match(self.text, self.at)
        end = flags.end() if flags else self.at + 1
        help = "only `(?i:...)`, ASCII letters in either case, is known; write it around what it is for"
        self.fail(start, end, "these inline flags are not part of the language", help=help)

    def escape(self) -> Node:
        start = self.at
        char = self.text[start + 1 : start + 2]
        if char == "A":
            self.at += 2
            return Start((start, self.at))
        found = self.escaped()
        if isinstance(found, int):
            return self.one(found, start)
        return ByteSet(found, (start, self.at), self.text[start : self.at])

    def escaped(self) -> int | frozenset[int]:
        """The byte or the set that an escape stands for."""
        start = self.at
        char = self.text[start + 1 : start + 2]
        self.at += 2
        if not char:
            self.fail(start, start + 1, "a backslash at the end", help=r"write `\\` for the byte")
        if char == "x":
            digits = re.compile("[0-9A-Fa-f]{2}").match(self.text, self.at)
            if digits is None:
                self.fail(start, self.at, r"`\x` needs two hexadecimal digits", help=r"write `\x0a`")
            self.at = digits.end()
            return int(digits[0], 16)
        if char in _CONTROLS:
            if char == "0" and self.text[self.at : self.at + 1].isdigit():
                self.fail(start, self.at + 1, "octal escapes are not part of the language", help=r"write `\x00`")
            return _CONTROLS[char]
        if char in _SETS:
            return _SETS[char]
        if char.isdigit():
            help = "read the first part into a field and compare with `verify`"
            self.fail(start, self.at, "back-references are not regular", help=help)
        if char in _ESCAPE_HELP:
            message, help = _ESCAPE_HELP[char]
            self.fail(start, self.at, message, help=help)
        if char.isalpha() and char.isascii():
            self.fail(start, self.at, f"`\\{char}` is not part of the language", help=f"write `{char}` for the letter")
        return self._byte(char, start + 1)

    def byte_class(self) -> Node:
        start = self.at
        self.at += 1
        negated = self.next_is("^")
        self.at += negated
        if self.next_is("]"):
            self.fail(start, self.at + 1, "an empty class", help=r"write `\]` for the byte")
        if self.next_is("[:"):
            self.fail(
                start, self.at + 2, "named classes are not part of the language", help=r"write `[A-Za-z]` or `\w`"
            )
        members: frozenset[int] = frozenset()
        while not self.next_is("]"):
            members |= self._class_item(start)
        self.at += 1
        if self.ignore_case:
            members = _folded(members)
        if negated:
            members = ALL_BYTES - members
        if not members:
            self.fail(start, self.at, "a class that no byte is in", help="leave something over")
        return ByteSet(members, (start, self.at), self.text[start : self.at])

    def _class_item(self, start: int) -> frozenset[int]:
        first_at = self.at
        low = self._class_byte(start)
        if not self.next_is("-") or self.text[self.at + 1 : self.at + 2] in ("]", ""):
            return low if isinstance(low, frozenset) else frozenset((low,))
        self.at += 1
        high = self._class_byte(start)
        written = self.text[first_at : self.at]
        if isinstance(low, frozenset) or isinstance(high, frozenset):
            self.fail(first_at, self.at, f"`{written}` is no range", help=r"write `\-` for the byte")
        if high < low:
            help = f"write `{self.text[self.at - 1]}-{self.text[first_at]}`" if len(written) == 3 else ""
            self.fail(first_at, self.at, f"the range `{written}` is empty", help=help)
        return frozenset(range(low, high + 1))

    def _class_byte(self, start: int) -> int | frozenset[int]:
        if self.at >= len(self.text):
            self.fail(start, start + 1, "this `[` is not closed", help=r"add `]`, or write `\[` for the byte")
        if self.text[self.at] == "\\":
            if self.next_is("\\A"):
                self.fail(self.at, self.at + 2, r"`\A` is no byte", help="write it outside the class")
            if self.next_is("\\b"):
                self.fail(self.at, self.at + 2, r"`\b` is not part of the language", help=r"write `\x08`")
            return self.escaped()
        self.at += 1
        return self._byte(self.text[self.at - 1], self.at - 1)


def _folded(members: frozenset[int]) -> frozenset[int]:
    """With both cases of each ASCII letter."""
    return members | {byte ^ 0x20 for byte in members if byte < 0x80 and chr(byte).isalpha()}


def _check_starts(node: Node, allowed: bool) -> None:
    r"""`\A` may stand only where nothing can have been read before."""
    match node:
        case Start(extent) if not allowed:
            raise TokenError(
                *extent,
                r"`\A` can stand only at the start",
                help=r"write it as the first alternative: `(\A|\r?\n)\.\r?\n`",
            )
        case Sequence(parts):
            for number, part in enumerate(parts):
                _check_starts(part, allowed and (number == 0 or all(_only_start(before) for before in parts[:number])))
        case Choice(options):
            for option in options:
                _check_starts(option, allowed)
        case Repeat(body):
            _check_starts(body, allowed=False)
        case _:
            pass


def _only_start(node: Node) -> bool:
    return isinstance(node, Empty | Start)
