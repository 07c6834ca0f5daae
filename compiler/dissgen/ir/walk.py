"""Going through the operations of a rule."""

from __future__ import annotations

from collections.abc import Iterator

from dissgen.ir import ops


def every(body: tuple[ops.Op, ...]) -> Iterator[ops.Op]:
    """Each operation of a body and of the bodies inside it, loops' items included."""
    for op in body:
        yield op
        match op:
            case ops.Branch():
                for case in op.cases:
                    yield from every(case.body)
                yield from every(op.otherwise or ())
            case ops.If():
                yield from every(op.body)
            case ops.Union():
                for member in op.members:
                    yield from every(member)
            case ops.Loop():
                yield op.item
            case _:
                pass
