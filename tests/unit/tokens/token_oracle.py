"""What a token means, written a second time and independently: sets of places, and a matcher that counts its steps."""

from __future__ import annotations

import re
import re._constants as sre  # type: ignore[import-not-found]
import re._parser as sre_parser  # type: ignore[import-not-found]
from collections.abc import Iterator, Sequence
from functools import lru_cache
from random import Random
from typing import Any

# A tree is ("set", text of a class), ("bytes", members), ("cat", trees), ("alt", trees) or ("rep", tree, minimum, maximum or None).
Tree = tuple[Any, ...]

LETTERS = b"abcd"
SETS = ("a", "b", "c", "d", "[ab]", "[bc]", "[cd]", "[^ab]", "[^d]")
SYNTAX_SETS = (
    "a", "A", "b", "(?i:a)", "(?i:B)", "(?i:[a-c])", "(?i:[^b])", "[a-cX]", r"\r", r"\n", r"[^\r\n]", ".", r"\d", r"\W",
    r"\x00", r"[\x00-\x1f]", r"\.", r"[-.\]]", r"[\s^]", r"\\",
)  # fmt: skip
SYNTAX_LETTERS = b"aAbBcXx\r\n\x00.-]09 ^\\"
COUNTS = ((0, 1), (0, 1), (0, None), (0, None), (1, None), (2, 2), (1, 2), (0, 2), (1, 3), (2, None))
SIGNS = {(0, 1): "?", (0, None): "*", (1, None): "+"}


@lru_cache(maxsize=64)
def members(text: str) -> bytes:
    pattern = re.compile(text.encode())
    return bytes(byte for byte in range(256) if pattern.fullmatch(bytes((byte,))))


def random_tree(random: Random, size: int, sets: tuple[str, ...] = SETS) -> Tree:
    """A tree with about `size` sets."""
    if size <= 1:
        return ("set", random.choice(sets))
    kind = random.choice(("cat", "cat", "alt", "rep"))
    if kind == "rep":
        return ("rep", random_tree(random, size - 1, sets), *random.choice(COUNTS))
    cuts = sorted(random.sample(range(1, size), min(random.choice((1, 1, 2)), size - 1)))
    sizes = [high - low for low, high in zip([0, *cuts], [*cuts, size], strict=True)]
    return (kind, tuple(random_tree(random, part, sets) for part in sizes))


def text_of(tree: Tree, inside: str = "") -> str:
    """The tree as the language writes it."""
    match tree:
        case ("set", text):
            return str(text)
        case ("cat", parts):
            text = "".join(text_of(part, "cat") for part in parts)
            return f"({text})" if inside == "rep" else text
        case ("alt", parts):
            text = "|".join(text_of(part, "alt") for part in parts)
            return f"({text})" if inside else text
        case ("rep", part, minimum, maximum):
            sign = SIGNS.get((minimum, maximum))
            if sign is None:
                sign = f"{{{minimum}}}" if minimum == maximum else f"{{{minimum},{maximum or ''}}}"
            text = text_of(part, "rep") + sign
            return f"({text})" if inside == "rep" else text
    raise AssertionError(tree)


def tree_of(text: str) -> Tree:
    r"""An expression as `re` reads it, at the start of a field (where `\\A` matches nothing)."""
    return ("cat", tuple(_tree(item, False) for item in sre_parser.parse(text.encode("ascii"))))


def _tree(item: Any, fold: bool) -> Tree:
    op, value = item
    if op is sre.AT:
        return ("cat", ())
    if op is sre.BRANCH:
        return ("alt", tuple(("cat", tuple(_tree(item, fold) for item in branch)) for branch in value[1]))
    if op is sre.SUBPATTERN:
        inner = fold or bool(value[1] & re.IGNORECASE)
        return ("cat", tuple(_tree(item, inner) for item in value[3]))
    if op is sre.MAX_REPEAT:
        minimum, maximum, body = value
        tree = ("cat", tuple(_tree(item, fold) for item in body))
        return ("rep", tree, int(minimum), None if maximum is sre.MAXREPEAT else int(maximum))
    return ("bytes", bytes(byte for byte in range(256) if Steps.reads(op, value, byte, fold)))


def words(random: Random, places: Places, count: int, letters: bytes = LETTERS) -> list[bytes]:
    """Half of them random, half along the expression with a random end."""
    result = [bytes(random.choices(letters, k=random.randint(0, 8))) for _ in range(count // 2)]
    while len(result) < count:
        word, place = b"", -1
        while len(word) < 12 and (after := sorted(places.followers(place))):
            place = random.choice(after)
            inside = [byte for byte in places.sets[place] if byte in letters]
            word += bytes((random.choice(inside or list(places.sets[place])),))
            if random.random() < 0.1:
                break
        result.append(word + bytes(random.choices(letters, k=random.randint(0, 2))))
    return result


class Places:
    """The places of an expression, and which may follow which (Glushkov), from the definition."""

    def __init__(self, tree: Tree) -> None:
        self.sets: list[bytes] = []
        self.pairs: set[tuple[int, int]] = set()
        self.empty, self.first, self.last = self._visit(tree)

    def _visit(self, tree: Tree) -> tuple[bool, set[int], set[int]]:
        match tree:
            case ("set", text):
                self.sets.append(members(text))
                return False, {len(self.sets) - 1}, {len(self.sets) - 1}
            case ("bytes", found):
                self.sets.append(found)
                return False, {len(self.sets) - 1}, {len(self.sets) - 1}
            case ("alt", parts):
                empties, firsts, lasts = zip(*(self._visit(part) for part in parts), strict=True)
                return any(empties), set[int]().union(*firsts), set[int]().union(*lasts)
            case ("cat", parts):
                return self._chain(parts)
            case ("rep", part, minimum, maximum):
                if maximum is None:
                    empty, first, last = self._chain([part] * max(minimum, 1), loop=True)
                    return empty or minimum == 0, first, last
                optional: Tree = ("cat", ())
                for _ in range(maximum - minimum):  # A{1,3} is A(A(A)?)?
                    optional = ("opt", ("cat", (part, optional)))
                return self._chain([part] * minimum + [optional])
            case ("opt", part):
                _, first, last = self._visit(part)
                return True, first, last
        raise AssertionError(tree)

    def _chain(self, parts: Sequence[Tree], loop: bool = False) -> tuple[bool, set[int], set[int]]:
        """Parts one after the other; `loop`: the last may come again."""
        empty, first, last = True, set[int](), set[int]()
        for number, part in enumerate(parts):
            part_empty, begins, ends = self._visit(part)
            self.pairs |= {(a, b) for a in last for b in begins}
            if loop and number == len(parts) - 1:
                self.pairs |= {(a, b) for a in ends for b in begins}
            first = first | begins if empty else first
            last = last | ends if part_empty else ends
            empty = empty and part_empty
        return empty, first, last

    def followers(self, place: int) -> set[int]:
        return self.first if place < 0 else {b for a, b in self.pairs if a == place}

    def deterministic(self) -> bool:
        for place in range(-1, len(self.sets)):
            after = sorted(self.followers(place))
            if any(set(self.sets[a]) & set(self.sets[b]) for a in after for b in after if a < b):
                return False
        return True

    def run(self, data: bytes, start: int = 0) -> tuple[int, int, bool]:
        """The end of the longest match (-1: none), the place of the byte that ended it, whether it may go on there."""
        current: set[int] = {-1}
        accept = start if self.empty else -1
        table = {place: self.followers(place) for place in range(-1, len(self.sets))}
        for at in range(start, len(data)):
            current = {b for a in current for b in table[a] if data[at] in self.sets[b]}
            if not current:
                return accept, at, False
            if current & self.last:
                accept = at + 1
        return accept, len(data), any(table[a] for a in current)


class Steps:
    """Matches what `re` parsed by plain backtracking, and counts the nodes it tries."""

    def __init__(self, pattern: bytes) -> None:
        self.tree = sre_parser.parse(pattern)
        self.count = 0

    def match(self, data: bytes) -> int | None:
        self.count = 0
        return next(self._items(list(self.tree), 0, data, 0, False), None)

    def _items(self, items: list[Any], number: int, data: bytes, at: int, fold: bool) -> Iterator[int]:
        if number == len(items):
            yield at
            return
        for end in self._item(items[number], data, at, fold):
            yield from self._items(items, number + 1, data, end, fold)

    def _item(self, item: Any, data: bytes, at: int, fold: bool) -> Iterator[int]:
        self.count += 1
        op, value = item
        if op in (sre.LITERAL, sre.NOT_LITERAL, sre.IN, sre.ANY):
            if at < len(data) and self.reads(op, value, data[at], fold):
                yield at + 1
        elif op is sre.BRANCH:
            for branch in value[1]:
                yield from self._items(list(branch), 0, data, at, fold)
        elif op is sre.SUBPATTERN:
            yield from self._items(list(value[3]), 0, data, at, fold or bool(value[1] & re.IGNORECASE))
        elif op is sre.ATOMIC_GROUP:
            yield from self._first(list(value), data, at, fold)
        elif op is sre.ASSERT:
            if next(self._items(list(value[1]), 0, data, at, fold), None) is not None:
                yield at
        elif op is sre.POSSESSIVE_REPEAT:
            yield from self._possessive(value, data, at, fold)
        elif op is sre.MAX_REPEAT:
            yield from self._greedy(value, data, at, fold, 0)
        else:
            raise AssertionError(op)

    def _first(self, items: list[Any], data: bytes, at: int, fold: bool) -> Iterator[int]:
        end = next(self._items(items, 0, data, at, fold), None)
        if end is not None:
            yield end

    def _possessive(self, value: Any, data: bytes, at: int, fold: bool) -> Iterator[int]:
        minimum, maximum, body = value
        count = 0
        while maximum is sre.MAXREPEAT or count < maximum:
            end = next(self._items(list(body), 0, data, at, fold), None)
            if end is None or (end == at and count >= minimum):
                break
            at, count = end, count + 1
        if count >= minimum:
            yield at

    def _greedy(self, value: Any, data: bytes, at: int, fold: bool, count: int) -> Iterator[int]:
        minimum, maximum, body = value
        if maximum is sre.MAXREPEAT or count < maximum:
            for end in self._items(list(body), 0, data, at, fold):
                if end > at or count < minimum:
                    yield from self._greedy(value, data, end, fold, count + 1)
        if count >= minimum:
            yield at

    @staticmethod
    def reads(op: Any, value: Any, byte: int, fold: bool) -> bool:
        # a negated class in either case: neither case may be in it
        candidates = {byte, ord(chr(byte).swapcase())} if fold and chr(byte).isascii() else {byte}
        negated = op is sre.NOT_LITERAL or (op is sre.IN and value[0][0] is sre.NEGATE)
        return (all if negated else any)(Steps._reads_one(op, value, candidate) for candidate in candidates)

    @staticmethod
    def _reads_one(op: Any, value: Any, byte: int) -> bool:
        if op is sre.LITERAL:
            return bool(byte == value)
        if op is sre.NOT_LITERAL:
            return bool(byte != value)
        if op is sre.ANY:
            return byte != 0x0A
        negated, found = False, False
        for kind, argument in value:
            if kind is sre.NEGATE:
                negated = True
            elif kind is sre.LITERAL:
                found = found or byte == argument
            elif kind is sre.RANGE:
                found = found or argument[0] <= byte <= argument[1]
            else:
                text = {sre.CATEGORY_DIGIT: rb"\d", sre.CATEGORY_WORD: rb"\w", sre.CATEGORY_SPACE: rb"\s"}.get(argument)
                assert text is not None, argument
                found = found or re.fullmatch(text, bytes((byte,))) is not None
        return found != negated
