"""Arrays in a scan whose items usually have one form: two expressions read them all, and the loop is for the others."""

from __future__ import annotations

from collections.abc import Iterator

from dissgen.codegen import naming
from dissgen.codegen.environments import ScanNames
from dissgen.codegen.expressions import emit
from dissgen.codegen.origins import Origins
from dissgen.codegen.pysource import Code, regex_literal
from dissgen.codegen.runs import atomic, leaf_pattern, run_pattern
from dissgen.codegen.scan_tokens import Pattern
from dissgen.ir import ops
from dissgen.ir.expressions import Name, walk
from dissgen.types import OptionalType


class ScanUsual:
    """The part of a scan's builder that reads such arrays at once."""

    rule: ops.Rule
    module: ops.Module
    names: ScanNames
    code: Code
    patterns: list[Pattern]
    origins: Origins
    _inlined: set[str]

    def decline(self, test: str) -> None:
        raise NotImplementedError

    def usual(self, op: ops.Loop, items: str) -> bool:
        """Read the items where all have the usual form; what follows is the other case. False: they have none."""
        usual = op.usual
        if usual is None or not isinstance(op.item, ops.Call):
            return False
        rule = next(rule for rule in self.module.rules if rule.name == op.item.rule)
        lets = [each for each in rule.whole or () if isinstance(each, ops.Let)]
        wanted = {field.name for field in rule.fields if not field.local}
        wanted |= {node.binding.name for let in lets for node in walk(let.value) if isinstance(node, Name)}
        groups = [part.leaf.target.name for part in usual.parts if part.leaf.target.name in wanted]
        names = [name for name in groups if name is not None]
        taken = {field.name for field in self.rule.fields} | {name for name, _ in self.rule.parameters} | self._inlined
        own = {*names, *(let.name for let in lets)}
        if not names or own & taken or rule.name in self.origins.looking_back | set(self.origins.in_place):
            return False
        self._inlined |= own
        whole, each = self._usual_patterns(usual, set(names))
        self.code.add(f"m = {whole}(data, pos, {self.names.end})", op.place)
        with self.code.block(f"if m is not None{''.join(self._certain(rule))}:"):
            targets = ", ".join(naming.local(name) for name in names)
            with self.code.block(f'for {targets} in {each}(data[pos : m.end()].decode("latin-1")):'):
                for let in lets:
                    self.code.add(f"{naming.local(let.name)} = {emit(let.value, self.names)}")
                self.code.add(f"{items}.append({_record(rule, own)})")
            self.decline(f"len({items}) > {self.module.limits.items}")
            self.code.add("pos = m.end()")
        return True

    def _certain(self, rule: ops.Rule) -> Iterator[str]:
        """That no byte behind the items could change the last one, and that none is longer than it may be."""
        assert rule.whole is not None
        assert isinstance(rule.whole[0], ops.Run)
        run = run_pattern(rule.whole[0], self.module)
        if run.margin:
            yield f" and m.end() + {run.margin} <= {self.names.end}"
        if run.limit < self.module.limits.message:
            yield f" and m.end() - pos <= {run.limit}"

    def _usual_patterns(self, usual: ops.Usual, kept: set[str]) -> tuple[str, str]:
        """The names of the expressions that read all items, up to what ends them, and their parts."""
        tokens = {token.name: token for token in self.module.tokens}
        passed, each = [], []
        for part in usual.parts:
            pattern = leaf_pattern(part.leaf, tokens) if part.pattern is None else part.pattern
            pattern = atomic(pattern) if pattern else b""
            passed.append(pattern)
            each.append(b"(" + pattern + b")" if part.leaf.target.name in kept else pattern)
        end = atomic(tokens[usual.end].compiled.pattern)
        whole = b"(?>(?:" + b"".join(passed) + b")*)(?=" + end + b")"
        words = " ".join(_word(part) for part in usual.parts if part.pattern != b"")
        first = naming.pattern(self.rule.name, len(self.patterns) + 1)
        self.patterns.append(Pattern(first, regex_literal(whole), f"({words})... before {usual.end}"))
        second = naming.pattern(self.rule.name, len(self.patterns) + 1)
        text = regex_literal(b"".join(each)).replace("b", "", 1)  # the same expression for text
        self.patterns.append(Pattern(second, text, words, "findall", "re.ASCII | re.DOTALL"))
        return first, second


def _record(rule: ops.Rule, own: set[str]) -> str:
    """The record of an item of the usual form."""
    fields = [field for field in rule.fields if not field.local]
    while fields and fields[-1].name not in own and isinstance(fields[-1].type, OptionalType):
        fields.pop()
    values = (naming.local(field.name) if field.name in own else "None" for field in fields)
    return f"{naming.record_class(rule.name)}({', '.join(values)})"


def _word(part: ops.UsualPart) -> str:
    leaf = part.leaf
    return repr(leaf.data)[1:] if isinstance(leaf, ops.LiteralRead) else leaf.field or leaf.token
