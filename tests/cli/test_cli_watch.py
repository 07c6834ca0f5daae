"""`dissgen build --watch` builds again after a change of a spec or of a file that it imports, also after a mistake."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from cli_support import SPEC, Cli

import dissgen.cli.watch

IMPORTING = SPEC.replace("TEXT: '[^\\r\\n]*'", "OTHER: 'x'").replace(
    "protocol: echo\n", "protocol: echo\nimports: [../parts/text.yaml]\n"
)
PART = "dissgen: 1\ntokens: {TEXT: '[a-z]*'}\n"


def after_each_build(monkeypatch: pytest.MonkeyPatch, *changes: Callable[[], object]) -> None:
    """What happens while nothing is built, and at last Ctrl-C."""
    left = iter(changes)

    def pause(seconds: float) -> None:
        change = next(left, None)
        if change is None:
            raise KeyboardInterrupt
        change()

    original = dissgen.cli.watch.watch
    monkeypatch.setattr(dissgen.cli.watch, "watch", lambda build: original(build, pause))


def test_changes_of_specs_and_imported_files_are_built(
    cli: Cli, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / "parts").mkdir()
    part, spec = project / "parts" / "text.yaml", project / "specs" / "echo.yaml"
    part.write_text(PART, encoding="utf-8")
    spec.write_text(IMPORTING, encoding="utf-8")
    module = project / "generated" / "echo_dissector.py"
    seen: list[str] = []

    def now(path: Path, text: str) -> Callable[[], object]:
        def change() -> None:
            seen.append(module.read_text(encoding="utf-8"))
            path.write_text(text, encoding="utf-8")

        return change

    after_each_build(
        monkeypatch,
        now(part, PART.replace("a-z", "a-zA-Z")),
        now(spec, IMPORTING.replace("initial: open", "initial: shut")),
        now(spec, IMPORTING.replace("heard", "heared")),
        now(project / "notes.txt", "of no interest"),
    )
    result = cli("build", "--watch")
    assert result.status == 130
    assert result.err.count("watching; Ctrl-C ends it") == 4
    assert "unknown state `shut`" in result.err
    assert result.out.count("specs/echo.yaml -> generated/echo_dissector.py") == 3
    assert "[a-zA-Z]*" not in seen[0]
    assert "[a-zA-Z]*" in seen[1]
    assert seen[2] == seen[1]
    assert "heared" in seen[3]


@pytest.mark.parametrize("option", [["--check"], ["--emit", "ir"]])
def test_it_goes_with_building_only(cli: Cli, project: Path, option: list[str]) -> None:
    assert cli("build", "--watch", *option).status == 2


def test_what_is_wrong_for_a_moment_does_not_end_it(cli: Cli, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Editors move a file away before they write it anew; a module may be in the way, or a disk be full."""
    spec, module = project / "specs" / "echo.yaml", project / "generated" / "echo_dissector.py"

    def block() -> None:
        module.unlink()
        module.mkdir()
        spec.write_text(SPEC.replace("heard", "noted"), encoding="utf-8")

    def unblock() -> None:
        module.rmdir()
        spec.write_text(SPEC.replace("heard", "learnt"), encoding="utf-8")

    after_each_build(monkeypatch, spec.unlink, lambda: spec.write_text(SPEC, encoding="utf-8"), block, unblock)
    result = cli("build", "--watch")
    assert result.status == 130
    assert result.err.count("watching; Ctrl-C ends it") == 5
    assert "dissgen: no specs found" in result.err
    assert f"dissgen: {module}: Is a directory" in result.err
    assert "learnt" in module.read_text(encoding="utf-8")


def test_what_is_wrong_at_the_beginning_ends_it(cli: Cli, project: Path) -> None:
    (project / "specs" / "echo.yaml").unlink()
    result = cli("build", "--watch")
    assert result.status == 2
    assert "no specs found" in result.err
