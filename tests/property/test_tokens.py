"""Random expressions: patterns and automata against their definition, whole, at every split, and counted in steps."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from random import Random

import pytest
from unit.tokens.token_oracle import (
    LETTERS,
    SYNTAX_LETTERS,
    SYNTAX_SETS,
    Places,
    Steps,
    Tree,
    random_tree,
    text_of,
    tree_of,
    words,
)

from dissgen.tokens import CompiledToken, TokenError, compile_terminator, compile_token
from dissgen.tokens.normal import normalise
from dissgen.tokens.printing import expression_text
from dissgen.tokens.syntax import parse
from dissgen_runtime.tokens import DEAD, Terminator, Token

ROOT = Path(__file__).resolve().parents[2]

PROTOCOL_TOKENS = (
    r"\r?\n",
    r"(\A|\r?\n)\.\r?\n",
    r"(?i:EHLO|HELO|LHLO)[ \t]",
    r"[0-9]{1,3}(,[0-9]{1,3}){3}",
    r"(\xff[\xf0-\xfe])*",
    r"(\r?\n){0,4}",
    r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,32}",
    r"[^\r\n]*(\r?\n[ \t][^\r\n]*)*",
    r"[ \t]*(;[^\r\n]*)?",
    r"\[[^\]\r\n]*\](<[0-9]{1,10}(\.[0-9]{1,10})?>)?",
    r'([^"\\\r\n]|\\[^\r\n])*',
    r"\+OK|-ERR|\+",
    r"\?|-1|[0-9]{1,10}",
    r"[+-]?(inf|nan|[0-9]{1,40}(\.[0-9]{0,40})?([eE][+-]?[0-9]{1,3})?)",
    r"[\x00-\xff]{2}\x00\x00\x00[\x02-\xfe]",
    r"EHLO|EXPN|HELP|HELO|MAIL|RCPT|RSET|NOOP|QUIT",
)

WANTED = 5200
TRIED = 30000


@lru_cache(maxsize=1)
def population() -> tuple[list[tuple[str, Tree, Places, CompiledToken]], list[tuple[str, Places, TokenError]]]:
    """At least WANTED expressions that are accepted, and those that were refused on the way."""
    random = Random(20261)
    seen: set[str] = set()
    accepted, refused = [], []
    for _ in range(TRIED):
        tree = random_tree(random, random.randint(1, 7))
        text = text_of(tree)
        if text in seen:
            continue
        seen.add(text)
        places = Places(tree)
        try:
            accepted.append((text, tree, places, compile_token(text, 8192)))
        except TokenError as error:
            refused.append((text, places, error))
        if len(accepted) >= WANTED:
            break
    return accepted, refused


def scanned(token: Token, pieces: list[bytes]) -> tuple[int, int, bool]:
    """As Places.run, by `scan` over pieces."""
    state, offset = 0, 0
    accept = 0 if token.accepting(0) else -1
    for piece in pieces:
        if not token.extensible(state):
            break
        state, end, last = token.scan(piece, 0, state)
        if last >= 0:
            accept = offset + last
        offset += end
        if state == DEAD:
            return accept, offset, False
    return accept, offset, token.extensible(state)


def test_enough_expressions() -> None:
    accepted, refused = population()
    assert len(accepted) >= 5000
    assert len(refused) >= 1000


def agrees(text: str, places: Places, compiled: CompiledToken, samples: list[bytes]) -> None:
    """The pattern on the whole and the automaton at every split say what the definition says."""
    token = Token("T", compiled.pattern, compiled.automaton, 8192)
    for word in samples:
        end, stop, goes_on = places.run(word)
        match = token.match(word)
        assert (-1 if match is None else match.end()) == end, (text, compiled.pattern, word)
        assert (token.fullmatch(word) is not None) == (end == len(word)), (text, compiled.pattern, word)
        for cut in range(len(word) + 1):
            assert scanned(token, [word[:cut], word[cut:]]) == (end, stop, goes_on), (text, word, cut)
        assert scanned(token, [word[i : i + 1] for i in range(len(word))]) == (end, stop, goes_on)


def test_longest_match_and_every_split() -> None:
    random = Random(1)
    for text, _, places, compiled in population()[0]:
        agrees(text, places, compiled, words(random, places, 8))


def test_classes_cases_and_escapes() -> None:
    random = Random(11)
    tried = 0
    for _ in range(4000):
        tree = random_tree(random, random.randint(1, 5), SYNTAX_SETS)
        text = text_of(tree)
        try:
            compiled = compile_token(text, 8192)
        except TokenError:
            continue
        tried += 1
        places = Places(tree)
        agrees(text, places, compiled, words(random, places, 6, SYNTAX_LETTERS))
    assert tried > 1000


def shipped_tokens() -> list[str]:
    """The expressions under `tokens` of the shipped specs, and some of other protocols."""
    found = []
    for path in sorted((ROOT / "specs").rglob("*.yaml")):
        section = re.search(r"^tokens:\n((?:[ #].*\n|\n)+)", path.read_text(encoding="utf-8"), re.MULTILINE)
        found += re.findall(r"^  \w+: '((?:[^']|'')*)'", section[1], re.MULTILINE) if section else []
    return sorted({*(text.replace("''", "'") for text in found), *PROTOCOL_TOKENS})


@pytest.mark.parametrize("text", shipped_tokens())
def test_tokens_of_protocols(text: str) -> None:
    random = Random(12)
    places = Places(tree_of(text))
    compiled = compile_token(text, 65536)
    used = bytes({byte for chars in places.sets for byte in (chars[0], chars[-1])} | {0x0D, 0x0A, 0x20})
    agrees(text, places, compiled, words(random, places, 60, used))
    assert compiled.overrun <= 30


def test_refused_ones_are_not_deterministic_or_not_linear() -> None:
    for text, places, error in population()[1]:
        if "without bound" in error.message:
            continue
        assert not places.deterministic(), (text, error.message)
        assert 0 <= error.start < error.end <= len(text), text
        assert error.also is None or 0 <= error.also.start < error.also.end <= len(text), text


def plain(tree: Tree) -> bool:
    """Whether there are no alternatives to factor and no repetition of a repetition to simplify."""
    match tree:
        case ("set", _):
            return True
        case ("cat", parts):
            return all(plain(part) for part in parts)
        case ("rep", part, _, _):
            return plain(part) and "rep" not in repr(part)
    return False


def test_accepted_ones_are_deterministic_in_normal_form() -> None:
    unchanged = 0
    for text, tree, places, _ in population()[0]:
        normal = expression_text(normalise(parse(text)))
        assert Places(tree_of(normal)).deterministic(), (text, normal)
        if plain(tree):
            unchanged += 1
            assert places.deterministic(), text
    assert unchanged > 200


def test_proposed_forms_mean_the_same() -> None:
    random = Random(2)
    proposed = 0
    for text, places, error in population()[1]:
        if "could" not in error.message or not error.help.startswith("write `"):
            continue
        proposed += 1
        try:
            compiled = compile_token(error.help[len("write `") : -1], 8192)
        except TokenError as second:
            assert "without bound" in second.message, (text, error.help)  # noqa: PT017
            continue
        token = Token("T", compiled.pattern, compiled.automaton, 8192)
        for word in words(random, places, 6):
            match = token.match(word)
            assert (-1 if match is None else match.end()) == places.run(word)[0], (text, error.help, word)
    assert proposed > 300


def test_lengths_and_first_bytes() -> None:
    random = Random(3)
    for text, _, places, compiled in population()[0]:
        assert compiled.nullable == places.empty, text
        assert compiled.first == {byte for place in places.first for byte in places.sets[place]}, text
        for word in words(random, places, 6):
            end, stop, _ = places.run(word)
            if end < 0:
                continue
            assert compiled.minimum <= end, text
            assert compiled.maximum is None or end <= compiled.maximum, text
            assert stop - end <= compiled.overrun, (text, word)
            if compiled.lookahead == 0:
                assert stop == end, (text, word)


def pumped(
    automaton: tuple[tuple[bool, tuple[tuple[bytes, int], ...]], ...], token: Token
) -> list[tuple[bytes, bytes, bytes]]:
    """For each state on a cycle: a way to it, the way round, and a byte that leads nowhere from there (or none)."""
    by_state = {
        state: {byte: target for byte in range(256) if (target := token.scan(bytes((byte,)), 0, state)[0]) >= 0}
        for state in range(len(automaton))
        if token.extensible(state)
    }

    def way(start: int, goal: int) -> bytes | None:
        todo = [(start, b"")]
        seen: set[int] = set()
        for state, word in todo:
            for byte, target in by_state.get(state, {}).items():
                if target == goal:
                    return word + bytes((byte,))
                if target not in seen:
                    seen.add(target)
                    todo.append((target, word + bytes((byte,))))
        return None

    found = []
    for state in range(len(automaton)):
        cycle = way(state, state)
        to = b"" if state == 0 else way(0, state)
        if cycle is None or to is None:
            continue
        bad = next((byte for byte in range(256) if byte not in by_state[state]), None)
        found.append((to, cycle, b"" if bad is None else bytes((bad,))))
    return found


def test_patterns_take_linear_steps() -> None:
    tried = 0
    for text, _, _, compiled in population()[0]:
        if compiled.finite:
            continue
        token = Token("T", compiled.pattern, compiled.automaton, 8192)
        steps = Steps(compiled.pattern)
        for to, cycle, bad in pumped(compiled.automaton, token)[:3]:
            counts = []
            for rounds in (6, 24):
                data = to + cycle * rounds + bad
                match = token.match(data)
                assert steps.match(data) == (None if match is None else match.end()), (text, data)
                counts.append(steps.count)
            assert counts[1] <= 4.5 * counts[0], (text, compiled.pattern, to, cycle, bad, counts)
            tried += 1
    assert tried > 1000


def test_the_step_counter_sees_backtracking() -> None:
    steps = Steps(rb"(?:a|a)*b")
    steps.match(b"a" * 4)
    few = steps.count
    steps.match(b"a" * 12)
    assert steps.count > 100 * few


def naive_find(places: Places, data: bytes, start: int, final: bool) -> tuple[int, int]:
    for at in range(start, len(data)):
        end, _, goes_on = places.run(data, at)
        if goes_on and not final:
            return at, -1
        if end >= 0:
            return at, end
    return len(data), -1


def terminator(text: str) -> Terminator:
    compiled = compile_terminator(text)
    return Terminator(
        "T",
        compiled.anywhere,
        compiled.prefix,
        length=compiled.length,
        factor=compiled.factor,
        lead=compiled.lead,
        at_start=compiled.at_start,
        prefix_at_start=compiled.prefix_at_start,
        extensions=compiled.extensions,
    )


def test_searches_find_the_leftmost_match_at_every_split() -> None:
    random = Random(4)
    tried = 0
    for text, _, places, _ in population()[0]:
        if places.empty:
            continue
        try:
            search = terminator(text)
        except TokenError:
            continue
        tried += 1
        for word in words(random, places, 4):
            data = bytes(random.choices(LETTERS, k=random.randint(0, 4))) + word
            whole = search.find(data, 0, True, True)
            assert whole == naive_find(places, data, 0, True), (text, data)
            for cut in range(len(data) + 1):
                at, end = search.find(data[:cut], 0, True, False)
                assert (at, end) == naive_find(places, data[:cut], 0, False), (text, data, cut)
                if end < 0:
                    at_2, end_2 = search.find(data[at:], 0, at == 0, True)
                    at, end = at_2 + at, end_2 + at if end_2 >= 0 else -1
                assert (at, end) == whole, (text, data, cut)
    assert tried > 1000


@pytest.mark.parametrize("text", [r"(\A|\r?\n)\.\r?\n", r"(\A|\r\n)(--x)?y", r"(\Aa|b)c{1,3}"])
def test_searches_with_a_form_for_the_start(text: str) -> None:
    random = Random(5)
    search = terminator(text)
    anchored = compile_token(text, 8192)
    at_start = Token("S", anchored.pattern, anchored.automaton, 8192)
    alphabet = b"\r\n.\n.abcxy-"
    for _ in range(400):
        data = bytes(random.choices(alphabet, k=random.randint(0, 9)))
        first = at_start.match(data)
        whole = search.find(data, 0, True, True)
        if first is not None:
            assert whole == (0, first.end())
        else:
            assert whole == search.find(data, 0, False, True)
        for cut in range(len(data) + 1):
            at, end = search.find(data[:cut], 0, True, False)
            if end < 0:
                at_2, end_2 = search.find(data[at:], 0, at == 0, True)
                at, end = at_2 + at, end_2 + at if end_2 >= 0 else -1
            assert (at, end) == whole, (data, cut)
