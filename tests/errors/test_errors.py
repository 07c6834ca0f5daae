"""Bad specs and exactly what is said about them.

Each `.yaml` in this folder begins with a block of comments that is the whole rendered output. To write the blocks of
new or changed cases, name their folders, `DISSGEN_UPDATE_ERRORS=reader,schema`, and read the difference before it is
committed. Other folders are never rewritten.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from dissgen.diagnostics import Diagnostics, render_all
from dissgen.pipeline import analyse

ROOT = Path(__file__).parents[2]
CASES = sorted(Path(__file__).parent.rglob("*.yaml"))


def front(path: Path, diagnostics: Diagnostics) -> None:
    """The phases of the compiler that report errors of a spec."""
    analyse(path, ROOT, diagnostics)


def rendered(path: Path) -> str:
    diagnostics = Diagnostics()
    front(path, diagnostics)
    return render_all(diagnostics)


def split(data: bytes) -> tuple[str, bytes]:
    """The text of the leading block of comments, and the spec below it."""
    lines = data.splitlines(keepends=True)
    count = next((number for number, line in enumerate(lines) if not line.startswith(b"#")), len(lines))
    comments = [line.decode().rstrip("\r\n").removeprefix("#").removeprefix(" ") for line in lines[:count]]
    return "".join(f"{comment}\n" for comment in comments), b"".join(lines[count:])


def update(path: Path) -> None:
    """Write the block of a case again, until the line numbers in it count its own lines."""
    _, spec = split(path.read_bytes())
    for _ in range(3):
        block = "".join(f"# {line}".rstrip() + "\n" for line in rendered(path).splitlines())
        path.write_bytes(block.encode() + spec)


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.relative_to(ROOT / "tests/errors").as_posix())
def test_rendering_is_exact(path: Path) -> None:
    if path.parent.name in os.environ.get("DISSGEN_UPDATE_ERRORS", "").split(","):
        update(path)
    expected, _ = split(path.read_bytes())
    assert expected, "a case says what is reported"
    assert rendered(path) == expected
