"""What becomes of several files; what is said about bad ones is in tests/errors/imports."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from dissgen.diagnostics import Diagnostics, render_all
from dissgen.linking.renaming import Renaming
from dissgen.pipeline import Compiled, compile_spec, lint_spec
from dissgen.reader import MappingNode, ScalarNode, plain, read
from dissgen.text import SourceFile
from dissgen_runtime import Direction

COMMON = r"""
dissgen: 1
tokens: {WORD: '[a-z]+', UNUSED: '[A-Z]+', END: ';'}
tables: {known: [ab, cd]}
grammar:
  size: {parameters: {known: int}, record: [{field: value, token: '[0-9]+', convert: int}, {verify: value < known}]}
  item: {record: [{field: word, token: WORD}, END, {let: is_known, value: word in known}]}
  unused: {record: [UNUSED]}
"""


def compiled(folder: Path, spec: str, **files: str) -> Compiled:
    for name, text in {"spec": spec, "common": COMMON, **files}.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    diagnostics = Diagnostics()
    found = compile_spec(folder / "spec.yaml", folder, diagnostics, formatted=False)
    assert found is not None, render_all(diagnostics)
    return found


def parsed(found: Compiled, rule: str, data: bytes) -> object:
    namespace: dict[str, object] = {"__name__": found.protocol}
    exec(found.source, namespace)
    parse = namespace[f"parse_{rule}"]
    assert callable(parse)
    return parse(data)[0]


def test_names_of_another_file_with_what_they_need(tmp_path: Path) -> None:
    found = compiled(tmp_path, "dissgen: 1\nprotocol: p\nimports: [common.yaml]\ngrammar: {line: {record: [item]}}\n")
    assert repr(parsed(found, "line", b"ab;")) == "Line(word='ab', is_known=True)"
    assert "unused" not in found.source.lower()
    assert [source.path for source in found.sources] == ["spec.yaml", "common.yaml"]


def test_a_name_for_the_file_keeps_all_apart(tmp_path: Path) -> None:
    found = compiled(
        tmp_path,
        r"""
dissgen: 1
protocol: p
imports: [{file: common.yaml, as: c}]
tokens: {WORD: '[0-9]+'}
tables: {known: ['12']}
grammar:
  line:
    record:
      - {field: thing, use: c.item}
      - {field: word, token: WORD}
      - {field: other, token: c.WORD}
      - {let: here, value: 'word in known'}
      - {let: there, value: 'other in c.known and matches(other, c.WORD)'}
  both: {parameters: {thing: c.item}, record: [{field: word, token: "c.WORD|x"}, {let: c_item, value: thing.word}]}
""",
    )
    line = parsed(found, "line", b"xy;12ab")
    assert repr(line).endswith("word='12', other='ab', here=True, there=True)")
    assert "class CItem(Record)" in found.source
    assert 'rb"(?:c.WORD|x)' in found.source or "c.WORD|x" in found.source  # a regular expression is left alone


def test_parameters_and_fields_hide_tables_of_their_file(tmp_path: Path) -> None:
    spec = "dissgen: 1\nprotocol: p\nimports: [{file: common.yaml, as: c}]\ngrammar: {line: {use: c.size, with: {known: 5}}}\n"
    assert "CSize(value=3)" in repr(parsed(compiled(tmp_path, spec), "line", b"3"))


def test_one_file_may_come_by_two_ways(tmp_path: Path) -> None:
    other = "dissgen: 1\nimports: [common.yaml]\ngrammar: {pair: {record: [{field: a, use: item}]}}\n"
    spec = "dissgen: 1\nprotocol: p\nimports: [other.yaml, common.yaml]\ngrammar: {line: {record: [pair, WORD]}}\n"
    assert "word='ab'" in repr(parsed(compiled(tmp_path, spec, other=other), "line", b"ab;x"))


def test_the_digest_follows_imported_files(tmp_path: Path) -> None:
    spec = "dissgen: 1\nprotocol: p\nimports: [common.yaml]\ngrammar: {line: {record: [item]}}\n"
    before = compiled(tmp_path, spec).source
    after = compiled(tmp_path, spec, common=COMMON + "# more\n").source
    assert before.splitlines()[1].startswith("# spec sha256 ")
    assert before.splitlines()[1] != after.splitlines()[1]
    assert before.splitlines()[2:] == after.splitlines()[2:]


def test_unused_definitions_of_imported_files_are_no_finding(tmp_path: Path) -> None:
    spec = "dissgen: 1\nprotocol: p\nimports: [common.yaml]\ngrammar: {line: {record: [item]}}\n"
    compiled(tmp_path, spec)
    diagnostics = Diagnostics()
    lint_spec(tmp_path / "spec.yaml", tmp_path, diagnostics)
    assert render_all(diagnostics) == ""


BASE = r"""
dissgen: 1
protocol: base
title: Base
references: [one]
transport: {tcp: [1, 2]}
tokens: {WORD: '[a-z]+', END: ';'}
grammar:
  line: {record: [{field: a, token: WORD}, END, {field: b, token: WORD}, {let: c, value: a + b}]}
  extra: {record: [WORD]}
events: {line: line, extra: extra}
initial: s
states: {s: {up: line, down: extra, transitions: [{event: up, execute: [trigger: line]}]}}
any: [{event: down, execute: [trigger: extra]}]
examples: [{name: n, talk: 'C: ab', expect: {}}]
"""


def test_extending_replaces_removes_and_appends(tmp_path: Path) -> None:
    found = compiled(
        tmp_path,
        r"""
dissgen: 1
protocol: p
extends: base.yaml
references: [two]
transport: {tcp: [3]}
grammar:
  extra: null
  line: {replace: {b: {token: '[0-9]+'}, c: null}}
events: {extra: null}
states: {s: {up: line, transitions: [{event: up, execute: [trigger: line]}]}}
any: [{event: parse_error, jump: fail}]
""",
        base=BASE.replace("any: [{event: down, execute: [trigger: extra]}]", "any: [{event: gap, jump: fail}]"),
    )
    assert repr(parsed(found, "line", b"ab;12")) == "Line(a='ab', b='12')"
    assert found.module.references == ("one", "two")
    assert found.module.title == ""
    assert found.module.transport == (("tcp", (3,)),)
    assert found.examples == ()
    assert "extra" not in found.source


def test_replacing_keeps_the_case_of_a_branch(tmp_path: Path) -> None:
    base = r"""
dissgen: 1
grammar:
  line: {record: [{field: k, token: '[ab]'}, {branch: k, cases: [{is: a, field: v, token: "[x]"}, {else: true, empty: true}]}]}
"""
    spec = "dissgen: 1\nprotocol: p\nextends: base.yaml\ngrammar: {line: {replace: {v: {token: '[y]'}}}}\n"
    assert repr(parsed(compiled(tmp_path, spec, base=base), "line", b"ay")) == "Line(k='a', v='y')"


def test_a_field_that_is_left_out_takes_the_optional_around_it_along(tmp_path: Path) -> None:
    base = r"""
dissgen: 1
grammar:
  line: {record: [{field: a, number: 8}, {optional: {field: b, number: 8}, when: a == 1}, {field: c, number: 8}]}
"""
    spec = "dissgen: 1\nprotocol: p\nextends: base.yaml\ngrammar: {line: {replace: {b: null}}}\n"
    assert repr(parsed(compiled(tmp_path, spec, base=base), "line", b"\x01\x02")) == "Line(a=1, c=2)"


@pytest.mark.parametrize(
    ("text", "renamed"),
    [
        ("c.x + d.x", "c_x + d.x"),
        ("a.c.x", "a.c.x"),
        ("'c.x' + c.x", "'c.x' + c_x"),
        ("c.x.y in c.xs", "c_x.y in c.xs"),
        ("len(c.x)", "len(c_x)"),
    ],
)
def test_dotted_names_in_expressions(text: str, renamed: str) -> None:
    node = ScalarNode(read_one(text).span, text, '"')
    found = Renaming({"c.x": "c_x"}, dotted=True).section(node, "conditions")
    assert plain(found) == renamed


def read_one(text: str) -> ScalarNode:
    document = read(SourceFile("x.yaml", f'k: "{text}"\n'), Diagnostics())
    assert isinstance(document, MappingNode)
    value = document.entries[0][1]
    assert isinstance(value, ScalarNode)
    return value


def test_places_of_a_renamed_text_are_those_of_the_file() -> None:
    node = Renaming({"tcp.flags": "tcp_flags", "x": "longer_x"}, dotted=False).section(
        read_one("a + x + b"), "conditions"
    )
    assert isinstance(node, ScalarNode)
    assert node.value == "a + longer_x + b"
    assert node.inner_span(0, 1).text == "a"
    assert node.inner_span(4, 12).text == "x"
    assert node.inner_span(15, 16).text == "b"
    assert node.inner_span(4, 16).text == "x + b"


NESTED = """
dissgen: 1
imports: [common.yaml]
enums: {KIND: {1: A, 2: B}}
grammar:
  message: {record: [{field: kind, number: 8, enum: KIND}, {field: part, use: item}]}
"""


def test_what_comes_several_ways_is_one_thing(tmp_path: Path) -> None:
    """By itself, through another import, and through two names: one enum, one rule, one class."""
    found = compiled(
        tmp_path,
        r"""
dissgen: 1
protocol: p
imports: [common.yaml, {file: nested.yaml, as: n}, {file: again.yaml, as: a}]
grammar:
  line: {record: [{field: mine, use: item}, {field: theirs, use: n.message}, {field: more, use: a.other},
    {let: same, value: theirs.kind == more.kind and theirs.part.word == mine.word}]}
""",
        nested=NESTED,
        again="dissgen: 1\nimports: [nested.yaml]\ngrammar: {other: {record: [message]}}\n",
    )
    assert found.source.count("class Item(") == 1
    assert found.source.count("(enum.IntEnum)") == 1
    line = parsed(found, "line", b"ab;\1ab;\1cd;")
    assert repr(line).endswith("same=True)")


def test_a_row_for_all_states_may_fit_none_in_a_spec_that_extends_its_own(tmp_path: Path) -> None:
    """It is the extended spec that is looked through for rows that could never be taken."""
    base = """
dissgen: 1
protocol: base
grammar: {line: {record: [{field: a, token: '[a-z]+'}, {literal: ';'}]}}
events: {line: line}
initial: s
states:
  s: {up: line, down: line}
any: [{event: up, execute: [trigger: line]}, {event: down, jump: fail}]
"""
    states = "states: {s: {up: line}}\n"
    extending = "dissgen: 1\nprotocol: p\nextends: base.yaml\n"
    namespace: dict[str, Any] = {"__name__": "p"}
    exec(compiled(tmp_path, extending + states, base=base).source, namespace)
    assert [event.a for event in namespace["Session"]().feed(Direction.UP, b"ab;")] == ["ab"]
    (tmp_path / "spec.yaml").write_text(extending + states + "any: [{event: down, execute: []}]\n", encoding="utf-8")
    diagnostics = Diagnostics()
    lint_spec(tmp_path / "spec.yaml", tmp_path, diagnostics)
    assert [finding.code for finding in diagnostics] == ["DG513"]


def test_a_spec_that_extends_another_one_sees_its_imports(tmp_path: Path) -> None:
    base = "dissgen: 1\nprotocol: base\nimports: [{file: common.yaml, as: c}]\ngrammar: {line: {record: [c.item]}}\n"
    for own in ("", "imports: [{file: common.yaml, as: c}]\n", "imports: [{file: common.yaml, as: other}]\n"):
        name = "other" if "other" in own else "c"
        found = compiled(
            tmp_path,
            f"dissgen: 1\nprotocol: p\nextends: base.yaml\n{own}grammar: {{more: {{record: [line, {{field: n, use: {name}.item}}]}}}}\n",
            base=base,
        )
        assert repr(parsed(found, "more", b"ab;cd;")).startswith("More(word='ab', is_known=True, n=")
        assert found.source.count("Item(") >= 1


def test_an_entry_that_the_extending_spec_changes_is_another_one(tmp_path: Path) -> None:
    base = "dissgen: 1\nprotocol: base\nimports: [common.yaml]\ngrammar: {line: {record: [item]}}\n"
    found = compiled(
        tmp_path,
        "dissgen: 1\nprotocol: p\nextends: base.yaml\ntables: {known: [xy]}\ntokens: {END: ';', WORD: '[a-z]+'}\n",
        base=base,
    )
    assert repr(parsed(found, "line", b"xy;")) == "Line(word='xy', is_known=True)"
    assert repr(parsed(found, "line", b"ab;")) == "Line(word='ab', is_known=False)"


@pytest.mark.parametrize(
    ("imports", "name"),
    [
        ("[{file: one.yaml, as: o}, {file: two.yaml, as: w}]", "o.KIND"),
        ("[{file: one.yaml, as: o}, {file: two.yaml, as: w}]", "w.KIND"),
        ("[{file: one.yaml, as: o}, {file: two.yaml, as: w}, {file: kinds.yaml, as: k}]", "k.KIND"),
        ("[{file: one.yaml, as: o}, {file: two.yaml, as: w}, kinds.yaml]", "KIND"),
        ("[{file: one.yaml, as: o}, two.yaml]", "KIND"),
    ],
)
def test_an_enum_that_comes_in_by_several_ways_is_one_type(tmp_path: Path, imports: str, name: str) -> None:
    part = """
dissgen: 1
imports: [kinds.yaml]
grammar: {RULE: {parameters: {kind: KIND}, record: [{let: is_a, value: kind == KIND.A}]}}
"""
    one, two = ("o.one", "w.two") if "as: w" in imports else ("o.one", "two")
    spec = f"""
dissgen: 1
protocol: p
imports: {imports}
grammar:
  m:
    record:
      - {{field: kind, number: 8, enum: {name}}}
      - {{field: once, use: {one}}}
      - {{field: again, use: {two}}}
      - {{let: third, value: kind == {name}.A}}
"""
    kinds = "dissgen: 1\nenums: {KIND: {1: A, 2: B}}\n"
    found = compiled(tmp_path, spec, one=part.replace("RULE", "one"), two=part.replace("RULE", "two"), kinds=kinds)
    shown = repr(parsed(found, "m", b"\x01"))
    assert shown.count("is_a=True") == 2
    assert shown.endswith("third=True)")
    assert found.source.count("(enum.IntEnum)") == 1


def test_enums_of_two_files_stay_apart(tmp_path: Path) -> None:
    kinds = "dissgen: 1\nenums: {KIND: {1: A}}\ngrammar: {rule: {record: [{field: kind, number: 8, enum: KIND}]}}\n"
    spec = """
dissgen: 1
protocol: p
imports: [{file: one.yaml, as: o}, {file: two.yaml, as: w}]
grammar: {m: {record: [{field: a, use: o.rule}, {field: b, use: w.rule}]}}
"""
    found = compiled(tmp_path, spec, one=kinds, two=kinds.replace("A", "B"))
    assert re.findall(r"^class (\w+)\(enum.IntEnum\)", found.source, re.MULTILINE) == ["OKind", "WKind"]
