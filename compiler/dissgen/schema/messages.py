"""Violations of the schema in the words of the language.

jsonschema says which keyword failed and where; what a person needs is said here: the smallest culprit, what was
expected, and what to write instead. A violation of `if`/`then`/`else` chains is reported at its own place only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

from dissgen.diagnostics import Diagnostics, suggest
from dissgen.reader import MappingNode, ScalarNode
from dissgen.schema.build import RULE_ATTRIBUTES, SELECTORS
from dissgen.schema.core import TOP
from dissgen.schema.fragments import FRAGMENTS, MODIFIERS, VERBS
from dissgen.schema.places import describe, key_node, locate, mapping_span, subject, value_span
from dissgen.text import Span, single_quoted

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

_AREAS: Final = {
    "top": "a spec",
    "element": "an element",
    "case": "a case",
    "rule": "a rule",
    "verb": "an item of `execute`",
    "side": "a side of a state",
    "extent": "the extent of `bytes` and `text`",
    "resync": "a `resync`",
    "derivation": "a `derive`",
}

_ALTERNATIVES: Final[dict[str, tuple[str, ...]]] = {
    "element": tuple(FRAGMENTS),
    "case": tuple(FRAGMENTS),
    "rule": tuple(FRAGMENTS),
    "verb": tuple(VERBS),
    "side": ("use", "hold", "discard"),
    "extent": ("size", "until", "until_value", "rest"),
    "resync": ("before", "behind", "begins"),
    "derivation": ("checksum", "size_of", "count_of"),
}
"""The keys that say what a mapping is; it has exactly one of them."""


_WORDS: Final = frozenset(
    {*MODIFIERS, *SELECTORS, *RULE_ATTRIBUTES, "when"}.union(*(fragment.properties for fragment in FRAGMENTS.values()))
)
"""Keys that are right somewhere, so that they are not taken for another one that is misspelt."""


class Reporter:
    """Reports the violations of one spec."""

    def __init__(self, root: MappingNode, diagnostics: Diagnostics) -> None:
        self.failed = False
        self._root = root
        self._diagnostics = diagnostics
        self._keywords: dict[str, Callable[[ValidationError], None]] = {
            "required": self._missing_key,
            "type": self._wrong_type,
            "enum": self._unknown_word,
            "const": self._not_constant,
            "pattern": self._malformed,
            "not": self._no_alternative,
            "x-source": self._quoting,
            "minimum": self._out_of_range,
            "maximum": self._out_of_range,
            "minLength": self._empty,
            "minItems": self._empty,
            "minProperties": self._empty,
            "maxProperties": self._too_many,
            "maxItems": self._list_for_expression,
        }

    def report(self, error: ValidationError) -> None:
        """Report one violation."""
        if "propertyNames" in list(error.relative_schema_path)[-3:]:
            self._key(error)
        else:
            self._keywords[str(error.validator)](error)

    def _error(
        self,
        code: str,
        message: str,
        span: Span,
        label: str = "",
        *,
        also: tuple[tuple[Span, str], ...] = (),
        help: str = "",
    ) -> None:
        self.failed = True
        self._diagnostics.error(code, message, span, label, also=also, help=(help,) if help else ())

    def _mapping(self, error: ValidationError) -> MappingNode:
        node = locate(self._root, list(error.absolute_path))
        assert isinstance(node, MappingNode), "only mappings have keys"
        return node

    # Keys

    def _key(self, error: ValidationError) -> None:
        mapping, key = self._mapping(error), str(error.instance)
        span = key_node(mapping, key).span
        if _comment(error) == "enum":
            self._error("DG111", f"`{key}` is no number", span, "an enum maps numbers to names: `{1: A, 2: NS}`")
            return
        if error.validator != "enum":
            self._error("DG111", f"`{key}` is no name", span, "a name has letters, digits and `_`, no digit first")
            return
        area, _, kind = _comment(error).partition(":")
        present = mapping.keys()
        chosen = kind or next((name for name in _ALTERNATIVES.get(area, ()) if name in present), "")
        if key in _ALTERNATIVES.get(area, ()) and chosen:
            self._exclusive(mapping, area, chosen, key)
            return
        place = f"beside `{kind}`" if kind else f"in {_AREAS.get(area) or subject(list(error.absolute_path))}"
        self._unknown_key(key, span, place, kind, [str(name) for name in _sequence(error.validator_value)])

    def _exclusive(self, mapping: MappingNode, area: str, one: str, other: str) -> None:
        first, second = sorted((one, other), key=lambda name: key_node(mapping, name).span.start)
        message = f"{_AREAS[area]} has one of `{first}` and `{second}`, not both"
        also = ((key_node(mapping, first).span, "the first"),)
        self._error("DG107", message, key_node(mapping, second).span, "the second", also=also)

    def _unknown_key(self, key: str, span: Span, place: str, kind: str, allowed: list[str]) -> None:
        near = suggest(key, allowed)
        owners = [f"`{name}`" for name, fragment in FRAGMENTS.items() if key in fragment.properties]
        if near is not None:
            label, help_ = f"did you mean `{near}`?", f"write `{near}`"
        elif kind and owners:
            label, help_ = f"belongs to {' and '.join(owners)}", ""
        else:
            label, help_ = "not a key of the language here", f"the keys here are {_enumerated(allowed)}"
        self._error("DG101", f"unknown key `{key}` {place}", span, label, help=help_)

    def _missing_key(self, error: ValidationError) -> None:
        mapping, path = self._mapping(error), list(error.absolute_path)
        present = mapping.keys()
        known = {*_mapping_value(error.schema, "properties"), *(TOP if not path else ())}
        unknown = [key for key in present if key not in known and key not in _WORDS]
        span = mapping_span(self._root, path)
        for key in map(str, _sequence(error.validator_value)):
            if key in present or any(suggest(other, [key]) for other in unknown):
                continue  # a misspelt key is reported once, as the unknown key that it is
            if _comment(error) == "effect":
                help_ = "an event that is to be passed over has `execute: []`"
                label = "neither `execute` nor `jump`"
                self._error("DG102", "a transition without effect", span, label, help=help_)
            elif not path:
                what = "`grammar` or `states`" if key == "grammar" else f"`{key}`"
                importable = key == "protocol" and "states" not in present
                help_ = (
                    "a file that is there to be imported is not built; `dissgen lint` checks it" if importable else ""
                )
                self._error("DG102", f"{what} is missing in the spec", span, "the spec begins here", help=help_)
            else:
                self._error("DG102", f"`{key}` is missing in {subject(path)}", span, f"without `{key}`")

    def _no_alternative(self, error: ValidationError) -> None:
        """The end of a chain: a mapping without the key that says what it is, or a value that is ruled out."""
        area, path = _comment(error), list(error.absolute_path)
        if not isinstance(error.instance, Mapping):
            return  # its type is reported
        mapping = self._mapping(error)
        keys = [str(key) for key in error.instance]
        span = mapping_span(self._root, path)
        if area in ("selector", "selectors"):
            said = "neither `is` nor `else`" if area == "selector" else "both `is` and `else`"
            code = "DG102" if area == "selector" else "DG107"
            self._error(code, f"a case with {said}", key_node(mapping, keys[0]).span if keys else span, "this case")
            return
        alternatives = _ALTERNATIVES[area]
        for key in (key for key in keys if key not in _WORDS):
            near = suggest(key, alternatives)
            if near is not None:
                key_span = key_node(mapping, key).span
                message = f"unknown key `{key}` in {_AREAS[area]}"
                self._error("DG101", message, key_span, f"did you mean `{near}`?", help=f"write `{near}`")
                return
        first = key_node(mapping, keys[0]).span if keys else mapping.span
        help_ = f"one of the keys is {_enumerated(alternatives)}"
        if keys and keys[0] == "replace":
            help_ = "`replace` changes a rule of the spec that `extends` names; here the rule stands whole"
        self._error("DG106", f"{_AREAS[area]} without a kind", first, "no key here says what it is", help=help_)

    # Values

    def _wrong_type(self, error: ValidationError) -> None:
        path = list(error.absolute_path)
        node = locate(self._root, path)
        if (
            isinstance(node, MappingNode)
            and _comment(error) == "expression"
            and any(key in FRAGMENTS for key in set(node.keys()))
        ):
            message = f"{subject(path)} is {_title(error)}, and no element stands here"
            help_ = "read the element before, with a `field`, and write its name here"
            self._error("DG103", message, node.span, "an element", help=help_)
            return
        message = f"{subject(path)} is {_title(error)}, not {describe(node)}"
        help_ = ""
        if isinstance(node, ScalarNode) and not isinstance(node.value, str) and node.span.text:
            wanted = error.validator_value
            texts = wanted == "string" or (node.value is None and isinstance(wanted, list) and "string" in wanted)
            help_ = f"a text is written with quotes: `{single_quoted(node.span.text)}`" if texts else ""
        self._error("DG103", message, value_span(self._root, path), _this_is(describe(node)), help=help_)

    def _list_for_expression(self, error: ValidationError) -> None:
        path = list(error.absolute_path)
        span = value_span(self._root, path)
        help_ = (
            f"a list of values is written as an expression: `{single_quoted(span.text)}`"
            if "\n" not in span.text
            else ""
        )
        self._error("DG103", f"{subject(path)} is an expression, not a list", span, "this is a list", help=help_)

    def _unknown_word(self, error: ValidationError) -> None:
        path, word = list(error.absolute_path), str(error.instance)
        area = _comment(error)
        span = value_span(self._root, path)
        allowed = [str(value) for value in _sequence(error.validator_value)]
        if not isinstance(error.instance, str):
            self._wrong_type(error)
            return
        if area == "verb" and word in VERBS:
            message, help_ = f"`{word}` takes a value", f"write `{word}: value`"
            self._error("DG103", message, span, "the bare word is not enough", help=help_)
            return
        near = suggest(word, allowed)
        label = f"did you mean `{near}`?" if near else "unknown"
        help_ = f"write `{near}`" if near else f"write {_enumerated(allowed)}"
        self._error("DG104", f"`{word}` is not {_title(error)}", span, label, help=help_)

    def _not_constant(self, error: ValidationError) -> None:
        path = list(error.absolute_path)
        node = locate(self._root, path)
        span = value_span(self._root, path)
        found = f"`{node.span.text}`" if isinstance(node, ScalarNode) and node.span.text else describe(node)
        self._error("DG104", f"{subject(path)} is {_title(error)}, not {found}", span, "not possible here")

    def _malformed(self, error: ValidationError) -> None:
        path, word = list(error.absolute_path), str(error.instance)
        help_ = ""
        if _comment(error) == "element":
            quoted = single_quoted(word)
            help_ = f"a regular expression is written `{{token: {quoted}}}`, fixed bytes `{{literal: {quoted}}}`"
        message = f"{subject(path)} is {_title(error)}, not `{word}`"
        self._error("DG105", message, value_span(self._root, path), "malformed", help=help_)

    def _out_of_range(self, error: ValidationError) -> None:
        path = list(error.absolute_path)
        bound = "at least" if error.validator == "minimum" else "at most"
        message = f"{subject(path)} is {bound} {error.validator_value}"
        self._error("DG105", message, value_span(self._root, path), "out of range")

    def _empty(self, error: ValidationError) -> None:
        path = list(error.absolute_path)
        if not error.instance:
            self._error("DG112", f"{subject(path)} is empty", value_span(self._root, path), "nothing is in here")
            return
        wanted = f"{error.validator_value} or more" if error.validator_value != 1 else "at least one"
        what = {"minLength": "characters", "minItems": "items", "minProperties": "keys"}[str(error.validator)]
        what = what.removesuffix("s") if error.validator_value == 1 else what
        self._error("DG112", f"{subject(path)} has {wanted} {what}", value_span(self._root, path), "too few")

    def _too_many(self, error: ValidationError) -> None:
        mapping = self._mapping(error)
        first, second = (name for name, _ in mapping.entries[:2])
        message = f"{subject(list(error.absolute_path))} has one key"
        self._error("DG107", message, second.span, "the second", also=((first.span, "the first"),))

    def _quoting(self, error: ValidationError) -> None:
        """Code in double quotes: a backslash there belongs to YAML, which is never what was meant."""
        node = locate(self._root, list(error.absolute_path))
        if not isinstance(node, ScalarNode) or node.style != '"' or "\\" not in node.span.text:
            return
        at = node.span.start + node.span.text.index("\\")
        inner = node.span.text[1:-1].replace('\\"', '"').replace("\\\\", "\\")
        self._error(
            "DG110",
            f"a backslash in a double-quoted {error.message}",
            Span(node.span.source, at, at + 2),
            "YAML takes this for an escape of its own",
            help=f"write it in single quotes: `{single_quoted(inner)}`",
        )


def _this_is(what: str) -> str:
    return "no value follows" if what == "nothing" else f"this is {what}"


def _comment(error: ValidationError) -> str:
    return str(error.schema.get("$comment", "")) if isinstance(error.schema, Mapping) else ""


def _title(error: ValidationError) -> str:
    """What the schema calls a value."""
    title = error.schema.get("title") if isinstance(error.schema, Mapping) else None
    return str(title) if title is not None else f"a value of type {error.validator_value}"


def _sequence(value: object) -> list[object]:
    return list(value) if isinstance(value, list | tuple) else []


def _mapping_value(schema: object, key: str) -> Mapping[str, object]:
    value = schema.get(key) if isinstance(schema, Mapping) else None
    return value if isinstance(value, Mapping) else {}


def _enumerated(words: list[str] | tuple[str, ...]) -> str:
    shown = [f"`{word}`" for word in words]
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} or {shown[-1]}"
