"""Random specs that are meant to be well-typed, and input for them.

A spec is made of plain values and written as YAML in flow style. Names are taken from those that Python, the generated
code or the runtime use themselves.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any, Final

from spec_words import Words

TOKENS: Final = {
    "WORD": ("[a-z]+", (b"a", b"abc", b"get", b"zz")),
    "NUM": ("[0-9]{1,4}", (b"0", b"3", b"12", b"1")),
    "WS": ("[ \\t]+", (b" ", b" \t")),
    "EOL": ("\\r?\\n", (b"\r\n", b"\n")),
    "TEXT": ("[^\\r\\n]*", (b"", b"x y", b"..", b"3")),
    "DASH": ("[- ]?", (b"-", b"", b" ")),
    "HEXAS": ("[0-9a-f]{2}", (b"0f", b"a1")),
    "ABC": ("a(bc)?", (b"a", b"abc")),
    "VERB": ("(?i:get|put|putt)", (b"GET", b"put", b"puTT")),
}
TERMINATORS: Final = {"EOL": b"\r\n", ";;": b";;", "(\\A|\\n)\\.\\n": b"\n.\n"}
FIELD_NAMES: Final = (
    *("class", "self", "r", "data", "wanted", "value", "item2", "m", "pos", "next", "step", "start", "name", "fields"),
    *("time", "run", "scan", "bytes", "bool", "Kind", "_hidden", "x1", "parse_int", "got", "mark", "number", "key"),
    *(
        "iter",
        "round",
        "payload",
        "state",
        "offset",
        "One",
        "before",
        "session",
        "re",
        "enum",
        "_WORD",
        "known",
        "size",
    ),
)
LOCAL_NAMES: Final = ("r", "self", "data", "m", "value", "message_", "error_", "x", "got", "None_", "lambda_", "child")
STATE_NAMES: Final = ("stream", "a_child", "_x", "class", "name", "b_holds", "c", "Mro")


@dataclass
class Scope:
    """Fields so far: `surely` set ones, and those that only some path has set."""

    surely: dict[str, str] = field(default_factory=dict)
    maybe: dict[str, str] = field(default_factory=dict)

    def names(self, type_: str) -> list[str]:
        return [name for name, found in self.surely.items() if found == type_]

    def copy(self) -> Scope:
        return Scope(dict(self.surely), dict(self.maybe))


def written(name: str) -> str:
    """A field as expressions write it."""
    return f"{name}_" if name == "class" else name


class Generator(Words):
    """Makes one spec; `rules` are those that exist so far: (name, builds a record, its scope, streams, parameters)."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.rules: list[tuple[str, Scope, bool, list[str]]] = []
        self.grammar: dict[str, Any] = {}
        self.values = {"plain": "str", "joined": "str"}  # rules that yield a value, not a record
        self.origins: set[str] = set()
        self.streams = False
        self.in_union = False
        self.at_end = False

    def pick(self, items: Any) -> Any:
        return self.random.choice(list(items))

    def chance(self, probability: float) -> bool:
        return self.random.random() < probability

    def fresh(self, scope: Scope) -> str | None:
        free = [name for name in FIELD_NAMES if name not in scope.surely and name not in scope.maybe]
        return self.pick(free) if free else None

    # Expressions

    def number(self, scope: Scope, *, loop: bool = False) -> str:
        names = [written(name) for name in scope.names("int")]
        texts = [f"len({written(name)})" for name in scope.names("str")]
        lists = [f"len({written(name)})" for name in scope.names("list")]
        forms = [str(self.random.randint(0, 4)), *names, *texts, *lists]
        forms += [f"{name} % 3 + 1" for name in names] + [f"{name} * 2" for name in names]
        forms += ["index", "index * 2"] if loop else []
        forms += ["peek() % 4", "len(peek(2))"] if self.chance(0.3) else []
        forms += [f"({written(name)} or 2)" for name, found in scope.maybe.items() if found == "int"]
        return str(self.pick(forms))

    def test(self, scope: Scope, *, loop: bool = False) -> str:
        token = self.pick(TOKENS)
        forms = [f"peek({token})", f"peek() != {self.pick((10, 97, 46, 48))}", "peek(b'a')", f"peek(1) in b'{'abx'}'"]
        forms.append(f"{self.number(scope, loop=loop)} < {self.number(scope, loop=loop)}")
        for name in scope.names("str"):
            forms += [f"{written(name)} != 'get'", f"matches({written(name)}, WORD)", f"{written(name)} in words"]
        for name in scope.names("list"):
            variable = self.pick(LOCAL_NAMES)
            if variable not in scope.surely and variable not in scope.maybe:
                forms.append(f"any({variable} == 'a' for {variable} in {written(name)})")
        for name in scope.maybe:
            forms.append(f"{written(name)} is None")
        forms += [written(name) for name in scope.names("bool")]
        first = str(self.pick(forms))
        if not self.chance(0.3):
            return first
        return f"({first}) {self.pick(('and', 'or'))} ({self.pick(forms)})"

    # Elements

    def leaf(self, scope: Scope, *, keep: bool) -> dict[str, Any]:
        name = self.fresh(scope) if keep else None
        texts = [written(item) for item in scope.names("str")]
        kinds = ("token", "token", "token", "literal", "hex", "size", "until", "until_value")
        kind = self.pick((*kinds, "number", "number", "measured"))
        made: dict[str, Any]
        type_ = "str"
        if kind == "token":
            token = self.pick(TOKENS)
            made = {"token": token}
            if token == "NUM" and self.chance(0.7):
                made["convert"] = "int"
                type_ = "int"
                if self.chance(0.2):
                    made["const"] = 3
            elif token == "HEXAS" and self.chance(0.5):
                made["convert"] = {"int": 16}
                type_ = "int"
            elif self.chance(0.3):
                made["convert"] = self.pick(("upper", "lower", "strip", ["strip", "upper"]))
            elif token == "TEXT" and self.chance(0.3):
                made["convert"] = type_ = self.pick(("int", "float"))
        elif kind == "literal":
            made = {"literal": self.pick((",", "ab", ":-")), **({"ignore_case": True} if self.chance(0.3) else {})}
        elif kind == "hex":
            made = {"hex": self.pick(("3b", "0d 0a"))}
        elif kind == "number":
            made, type_ = self.binary()
        elif kind == "measured":
            length = {"number": self.pick((8, 16))} | ({"endian": "little"} if self.chance(0.3) else {})
            made = {self.pick(("bytes", "text")): {"size": length}}
            type_ = "bytes" if "bytes" in made else "str"
        elif kind == "size":
            made = {self.pick(("bytes", "text")): {"size": self.number(scope)}}
            type_ = "bytes" if "bytes" in made else "str"
        elif kind == "until_value":
            made = {self.pick(("bytes", "text")): {"until_value": self.pick(("b';;'", "b'aba'", *texts))}}
            type_ = "bytes" if "bytes" in made else "str"
        else:
            made = {self.pick(("bytes", "text")): {"until": self.pick(TERMINATORS)}}
            type_ = "bytes" if "bytes" in made else "str"
        if name is not None and ("bytes" in made or "text" in made) and self.chance(0.15):
            made["transform"] = {"xor": self.number(scope)}
        if name is not None:
            made["field"] = name
            scope.surely[name] = type_
        return made

    def binary(self) -> tuple[dict[str, Any], str]:
        """A whole number of bytes."""
        if self.chance(0.2):
            return {"float": self.pick((16, 32, 64))}, "float"
        made: dict[str, Any] = {"number": self.pick((8, 8, 16, 24, 32, 48, 64))}
        if self.chance(0.3):
            made["signed"] = True
        if self.chance(0.4):
            made["endian"] = self.pick(("little", "big"))
        return made, "int"

    def _packed(self, scope: Scope, depth: int) -> Any:
        """Some bits that end at a byte."""
        order = self.pick(("msb", "lsb"))
        left, items = 8 * self.random.randint(1, 3), []
        while left:
            bits = self.random.randint(1, min(left, 17))
            left -= bits
            name = self.fresh(scope)
            made: dict[str, Any] = {"flag": True} if bits == 1 and self.chance(0.7) else {"number": bits, "bits": order}
            if "flag" in made:
                made["bits"] = order
            if name is not None and self.chance(0.8):
                made["field"] = name
                scope.surely[name] = "bool" if "flag" in made else "int"
            items.append(made)
        return {"record": items}

    def streamed(self, scope: Scope) -> dict[str, Any]:
        made: dict[str, Any] = self.pick(
            (
                {"bytes": {"until": self.pick(TERMINATORS)}},
                {"bytes": {"size": self.number(scope)}},
                {"token": self.pick(("WORD", "TEXT", "EOL"))},
            )
        )
        made["stream"] = "body"
        if self.chance(0.4):
            made["transform"] = "dot_unstuff"
        self.streams = True
        return made

    def element(self, scope: Scope, depth: int) -> Any:
        kinds = ["leaf"] * 6 + ["let", "verify", "name", "eol", "packed"]
        kinds += ["converted", "varint", "align", "skip", "kept_transform", "effect", "text", "figure"]
        if depth:
            kinds += [
                "optional",
                "optional",
                "branch",
                "branch",
                "array",
                "array",
                "record",
                "use",
                "merge",
                "union",
                "try",
                "within",
                "at",
                "joined",
                "sized_array",
                "lookup",
                "sequence",
                "implicit",
            ]
        if not self.in_union:
            kinds += ["stream"]
        return getattr(self, f"_{self.pick(kinds)}")(scope, depth)

    def _leaf(self, scope: Scope, depth: int) -> Any:
        return self.leaf(scope, keep=self.chance(0.7))

    def _stream(self, scope: Scope, depth: int) -> Any:
        return self.streamed(scope)

    def _eol(self, scope: Scope, depth: int) -> Any:
        return "EOL"

    def _name(self, scope: Scope, depth: int) -> Any:
        return self.pick(TOKENS)

    def _let(self, scope: Scope, depth: int) -> Any:
        name = self.fresh(scope)
        if name is None:
            return "WS"
        type_ = self.pick(("int", "bool"))
        value = self.number(scope) if type_ == "int" else self.test(scope)
        scope.surely[name] = type_
        return {"let": name, "value": value}

    def _verify(self, scope: Scope, depth: int) -> Any:
        return {"verify": f"({self.test(scope)}) or {self.number(scope)} >= 0", "message": "not verified"}

    def _record(self, scope: Scope, depth: int) -> Any:
        name = self.fresh(scope) if self.chance(0.5) else None
        inner = Scope() if name is not None else scope
        made: dict[str, Any] = {"record": [self.element(inner, depth - 1) for _ in range(self.random.randint(1, 3))]}
        if name is not None:
            made["field"] = name
            scope.surely[name] = "record"
        return made

    def _optional(self, scope: Scope, depth: int) -> Any:
        inner = scope.copy()
        inner_test = self.test(scope)
        made = {"optional": self.pick_body(inner, depth - 1), "when": inner_test}
        self._join(scope, [inner, scope.copy()])
        return made

    def pick_body(self, scope: Scope, depth: int) -> Any:
        return {"record": [self.element(scope, depth) for _ in range(self.random.randint(1, 3))]}

    def _join(self, scope: Scope, ends: list[Scope]) -> None:
        every = set(ends[0].surely).intersection(*(end.surely for end in ends))
        for end in ends:
            for name, type_ in (*end.surely.items(), *end.maybe.items()):
                if name in every:
                    scope.surely[name] = type_
                elif name not in scope.surely:
                    scope.maybe[name] = type_

    def _branch(self, scope: Scope, depth: int) -> Any:
        subjects = [(written(name), "str") for name in scope.names("str")]
        subjects += [(written(name), "int") for name in scope.names("int")]
        subjects += [(f"kinds[{written(name)}]", "str") for name in scope.names("str")]
        subjects.append(("peek()", "int"))
        subject, type_ = self.pick(subjects)
        values: list[Any] = ["get", "abc", "a"] if type_ == "str" else [97, 48, 3]
        ends: list[Scope] = []
        cases: list[dict[str, Any]] = []
        shared = self.fresh(scope) if self.chance(0.5) else None
        for number in range(self.random.randint(1, 3)):
            inner = scope.copy()
            for end in ends:  # one type on all paths: names of other arms are not used again
                for name, found in (*end.surely.items(), *end.maybe.items()):
                    if name not in inner.surely:
                        inner.maybe[name] = found
            case: dict[str, Any] = {"is": values[number]} if number < 2 else {"else": True}
            if shared is not None:
                inner.maybe.pop(shared, None)
                inner.surely[shared] = "int"
                item = {"field": shared, "token": "NUM", "convert": "int"}
                case["record"] = [item, self.element(inner, 0), {"bytes": {"size": shared_size(shared)}}]
            elif self.chance(0.15):
                case["empty"] = True
            elif self.chance(0.1):
                case["fail"] = "not this one"
                cases.append(case)
                continue
            else:
                case.update(self.pick_body(inner, depth - 1))
            cases.append(case)
            ends.append(inner)
        if ends:
            self._join(scope, ends)
        return {"branch": subject, "cases": cases}

    def _array(self, scope: Scope, depth: int) -> Any:
        name = self.fresh(scope) if self.chance(0.7) else None
        item: Any = self.pick(
            ("WORD", "NUM", "HEXAS", {"text": {"size": 1}}, {"record": [self.leaf(Scope(), keep=True)]})
        )
        if self.rules and self.chance(0.4):
            rule = self.usable()
            item = {"use": rule[0]}
            if rule[3]:
                item["with"] = {parameter: self.number(scope) for parameter in rule[3]}
        made: dict[str, Any] = {"array": item}
        for end in self.random.sample(("count", "while", "until", "rest"), self.random.randint(1, 2)):
            if end == "count":
                made["count"] = self.number(scope)
            elif end == "while":
                made["while"] = self.test(scope, loop=True)
            elif end == "until":
                tests = [f"index * 2 >= {self.number(scope)}", "peek() == 10", "index == 1"]
                tests += ["item == 'a'", "len(item) > 2"] if isinstance(item, str) else []
                made["until"] = self.pick(tests)
            else:
                made["rest"] = True
        if name is not None:
            made["field"] = name
            scope.surely[name] = "list" if isinstance(item, str) else "array"
        return made

    def usable(self) -> tuple[str, Scope, bool, list[str]]:
        rule: tuple[str, Scope, bool, list[str]] = self.pick(r for r in self.rules if not (self.in_union and r[2]))
        self.streams = self.streams or rule[2]
        return rule

    def _use(self, scope: Scope, depth: int) -> Any:
        name = self.fresh(scope)
        if not self.rules or name is None:
            return "EOL"
        rule = self.usable()
        made: dict[str, Any] = {"use": rule[0], "field": name}
        if rule[3]:
            made["with"] = {parameter: self.number(scope) for parameter in rule[3]}
        scope.surely[name] = self.values.get(rule[0], "record")
        return made

    def _merge(self, scope: Scope, depth: int) -> Any:
        fitting = [rule for rule in self.rules if not (self.in_union and rule[2]) and not rule[3]]
        fitting = [
            rule
            for rule in fitting
            if not {*rule[1].surely, *rule[1].maybe} & {*scope.surely, *scope.maybe}
            and rule[0] not in self.values
            and rule[0] not in self.origins
        ]
        if not fitting:
            return "EOL"
        rule = self.pick(fitting)
        scope.surely |= rule[1].surely
        scope.maybe |= rule[1].maybe
        self.streams = self.streams or rule[2]
        return rule[0]

    def _union(self, scope: Scope, depth: int) -> Any:
        before, self.in_union = self.in_union, True
        members = [{"record": [self.element(scope, 0) for _ in range(2)]} for _ in range(2)]
        self.in_union = before
        return {"union": members}

    def _try(self, scope: Scope, depth: int) -> Any:
        before, self.in_union = self.in_union, True
        ends: list[Scope] = []
        alternatives = []
        for _ in range(self.random.randint(2, 3)):
            inner = scope.copy()
            for end in ends:  # one type on all paths
                for name, found in (*end.surely.items(), *end.maybe.items()):
                    if name not in inner.surely:
                        inner.maybe[name] = found
            alternatives.append(self.pick_body(inner, min(depth - 1, 1)))
            ends.append(inner)
        self.in_union = before
        self._join(scope, ends)
        return {"try": alternatives}

    def _within(self, scope: Scope, depth: int) -> Any:
        """A budget that is waited for as a whole: nothing in it is streamed."""
        before, self.in_union = self.in_union, True
        made: dict[str, Any] = {"within": self.pick(({"number": 8}, self.number(scope)))}
        if self.chance(0.5):
            made["slack"] = "allow"
        made["record"] = [self.element(scope, depth - 1) for _ in range(self.random.randint(1, 2))]
        if self.chance(0.4):
            made["record"].append({"skip": "remaining // 2"})
        if self.chance(0.5):
            name = self.fresh(scope)
            made["record"].append({"bytes": {"rest": True}, **({"field": name} if name else {})})
            if name is not None:
                scope.surely[name] = "bytes"
        self.in_union = before
        return made

    # The spec

    def rule(self, name: str) -> None:
        kind = self.pick(("record", "record", "sequence"))
        scope, self.streams = Scope(), kind == "sequence"
        parameters = ["data", "n1"] if self.chance(0.2) else []
        scope.surely |= dict.fromkeys(parameters, "int")
        body = [self.leaf(scope, keep=True), *(self.element(scope, 2) for _ in range(self.random.randint(1, 4)))]
        if self.chance(0.7):
            body.append("EOL")
        made: dict[str, Any] = {kind: body}
        if parameters:
            made["parameters"] = dict.fromkeys(parameters, "int")
        if self.chance(0.2):
            made["origin"] = True
            self.origins.add(name)
        type_ = self.pick(("int", "str", "bool"))
        fitting = [item for item in scope.names(type_) if item not in parameters]
        if fitting and not parameters and self.chance(0.2):
            made["value"], self.values[name] = written(self.pick(fitting)), type_
            scope = Scope()
        if self.chance(0.5):
            made["resync"] = "EOL" if self.chance(0.7) else {"before": "EOL"}
        for parameter in parameters:
            scope.surely.pop(parameter, None)
        self.grammar[name] = made
        self.rules.append((name, scope, self.streams, parameters))

    def show(self, name: str) -> None:
        """A rule of what is seldom drawn."""
        scope, self.streams = Scope(), False
        body = [self.leaf(scope, keep=True)]
        for kind in ("converted", "converted", "converted", "text", "figure", "converted", "text", "figure", "array"):
            body.append(getattr(self, f"_{kind}")(scope, 1))
        self.grammar[name] = {"record": body, "resync": "EOL"}
        self.rules.append((name, scope, self.streams, []))

    def side(self) -> Any:
        rule = self.pick([item for item in self.rules if item[0] not in self.values])
        made: dict[str, Any] = {"use": rule[0]}
        if rule[3]:
            made["with"] = dict.fromkeys(rule[3], "total")
        if self.chance(0.2):
            made["hold"] = "len(queue) == 1"
        return made, rule[1]

    def rows(self, event: str, scope: Scope, states: list[str]) -> list[dict[str, Any]]:
        rows = []
        for _ in range(self.random.randint(0, 2)):
            tests = ["total < 3", "len(queue) > 0", "last is None", "last is not None and last != 'x'"]
            verbs: list[Any] = [
                {"set": {"total": "total + 1"}},
                {"pop": "queue"},
                {"trigger": {"seen": {"total": "total"}}},
            ]
            verbs.append({"push": {"queue": "last or 'none'"}, "when": "total < 9"})
            for name, type_ in scope.surely.items():
                if name.startswith("_"):
                    continue
                path = f"message.{written(name)}"
                if type_ == "str":
                    tests += [f"{path} != 'a'", f"{path}[0] == 'a'", f"matches({path}, WORD)", f"{path} in words"]
                    verbs += [{"push": {"queue": path}}, {"set": {"last": path}}]
                elif type_ == "int":
                    tests += [f"{path} > 1", f"10 // {path} > 2"]
                    verbs += [{"set": {"total": path}}, {"alert": "odd", "when": f"{path} > 3"}]
            for name, type_ in scope.maybe.items():
                path = f"message.{written(name)}"
                if name.startswith("_"):
                    continue
                if type_ == "int":
                    tests.append(f"{path} is not None and 6 // {path} > 1")
                    verbs.append({"set": {"total": f"{path} or 7"}})
            row: dict[str, Any] = {"event": event, "execute": self.random.sample(verbs, min(len(verbs), 2))}
            if self.chance(0.7):
                row["when"] = self.pick(tests)
            if self.chance(0.5):
                row["jump"] = self.pick(states)
            rows.append(row)
        return rows

    def spec(self) -> dict[str, Any]:
        self.grammar["plain"] = {"token": "WORD"}
        self.grammar["fed"] = {"record": [{"bytes": {"size": 2}, "stream": "body"}, "EOL"]}
        self.grammar |= self.library()
        self.rules += [("plain", Scope(), False, []), ("fed", Scope(), True, []), ("joined", Scope(), False, [])]
        for name in self.random.sample(("state", "command_event", "a_2", "a", "record", "class", "_inner"), 3):
            self.rule(name)
        self.show("shown")
        names = self.random.sample(STATE_NAMES, self.random.randint(1, 3))
        states = {}
        for name in names:
            (up, up_scope), (down, down_scope) = self.side(), self.side()
            rows = self.rows("up", up_scope, names) + self.rows("down", down_scope, names)
            states[name] = {"up": up, "down": down, **({"transitions": rows} if rows else {})}
        return self.with_event(
            {
                "dissgen": 1,
                "protocol": "random_spec",
                "transport": {"tcp": [9999]},
                "limits": {"token": "64 B", "items": 9, "message": "512 B", "hold": "4 KiB"},
                "encoding": self.pick(("latin-1", "latin-1", "utf-8")),
                "machine": {"type": "bidirectional", "events": {"half": {}}},
                "enums": {"KIND": {1: "A", 2: "B"}},
                "tokens": {name: pattern for name, (pattern, _) in TOKENS.items()},
                "tables": {"kinds": {"get": "abc", "put": "a", "a": "get"}, "words": ["a", "get"]},
                "grammar": self.grammar,
                "variables": {
                    "total": {"type": "int", "initial": 0},
                    "queue": {"type": "list[str]", "initial": [], "limit": 4},
                    "last": {"type": "optional[str]", "initial": None},
                    "noted": {"type": "int", "initial": 0, "scope": "message"},
                },
                "events": {
                    "body": {"stream": "bytes"},
                    "seen": {"total": "int"},
                    "stream": {"self": "str"},
                    "mark": {},
                },
                "alerts": {"odd": {"severity": "low", "description": "odd {total}"}},
                "initial": names[0],
                "states": states,
                "any": [
                    {"event": "parse_error", "execute": [{"skip": "EOL"} if self.chance(0.6) else {"log": "bad"}]},
                    {"event": "half", "execute": []},
                ],
            }
        )

    def with_event(self, spec: dict[str, Any]) -> dict[str, Any]:
        """The spec without the event of its machine, if no state reads a rule that raises it."""
        reached: set[str] = set()
        wanted = {side["use"] for state in spec["states"].values() for side in (state["up"], state["down"])}
        while wanted - reached:
            reached |= wanted
            wanted = {name for rule in reached for name in self.grammar if f"'{name}'" in flow(self.grammar[rule])}
        if not any("raise: 'half'" in flow(self.grammar[rule]) for rule in reached):
            del spec["machine"]
            spec["any"].pop()
            without(self.grammar)
        return spec

    # Input

    def input(self, size: int) -> bytes:
        """Bytes that mostly follow the grammar of a random rule, with faults here and there."""
        data = b""
        while len(data) < size:
            rule = self.pick(self.grammar.values())
            data += (
                self.sample(rule) if self.chance(0.85) else self.pick((b"\r\n", b"\x00", b"abc", b";;", b"\n.\n", b"9"))
            )
        return data

    def sample(self, element: Any) -> bytes:
        if isinstance(element, str):
            return self.sample(self.grammar[element]) if element in self.grammar else self.pick(TOKENS[element][1])
        found = self.sampled(element)
        if found is not None:
            return found
        if "within" in element:
            inside = b"".join(self.sample(item) for item in element["record"])
            return (len(inside).to_bytes() if isinstance(element["within"], dict) else b"") + inside
        for kind in ("record", "sequence"):
            if kind in element:
                return b"".join(self.sample(item) for item in element[kind])
        if "token" in element:
            return bytes(self.pick(TOKENS[element["token"]][1]))
        if "literal" in element:
            return str(element["literal"]).encode()
        if "hex" in element:
            return bytes.fromhex(element["hex"])
        if "optional" in element:
            return self.sample(element["optional"]) if self.chance(0.5) else b""
        if "branch" in element:
            return self.sample(self.pick(element["cases"]))
        if "array" in element:
            return b"".join(self.sample(element["array"]) for _ in range(self.random.randint(0, 3)))
        if "union" in element:
            return self.sample(element["union"][0])
        if "try" in element:
            return self.sample(self.pick(element["try"]))
        if "use" in element:
            return self.sample(self.grammar[element["use"]])
        if "number" in element or "float" in element or "flag" in element:
            size = -(-element.get("number", element.get("float", 1)) // 8)
            return (
                self.random.randbytes(size)
                if self.chance(0.4)
                else bytes(size - 1) + self.pick((b"\x01", b"\x03", b"a"))
            )
        for kind in ("bytes", "text"):
            if kind in element:
                if isinstance(element[kind].get("size"), dict):
                    return self.measured(element[kind]["size"])
                until = element[kind].get("until")
                text = bytes(self.pick((b"", b"ab", b"a.b", b".x")))
                if "until_value" in element[kind]:
                    return text + (b";;" if ";;" in element[kind]["until_value"] else b"aba")
                return text + TERMINATORS[until] if until else text
        return b""

    def measured(self, length: dict[str, Any]) -> bytes:
        text = bytes(self.pick((b"", b"ab", b"a.b")))
        return len(text).to_bytes(length["number"] // 8, length.get("endian", "big")) + text


def shared_size(name: str) -> str:
    """A size that reads a field which other paths leave unset."""
    return f"{written(name)} % 3"


def without(node: Any) -> None:
    """Take each `raise` out."""
    if isinstance(node, dict) and "raise" in node:
        del node["raise"]
        node["empty"] = True
    for item in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        without(item)


def flow(value: Any) -> str:
    """As YAML in flow style; text in single quotes."""
    if isinstance(value, dict):
        return (
            "{"
            + ", ".join(f"{flow(key) if isinstance(key, bool) else key}: {flow(item)}" for key, item in value.items())
            + "}"
        )
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(flow, value)) + "]"
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return (
        {True: "true", False: "false", None: "null"}[value] if value is None or isinstance(value, bool) else str(value)
    )


def write(spec: dict[str, Any]) -> str:
    """The text of a spec: a line for each entry of a section."""
    lines = []
    for key, value in spec.items():
        if key in ("grammar", "states"):
            lines += [f"{key}:", *(f"  {name}: {flow(item)}" for name, item in value.items())]
        else:
            lines.append(f"{key}: {flow(value)}")
    return "\n".join(lines) + "\n"
