"""What README.md says is so. Its two commands are run by `.ci/run`, which takes them from there."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

import pytest
from architecture_support import PACKAGES, ROOT, dissgen, project_files, run


def blocks(page: Path, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("name", ["demo", "tests"])
def test_each_command_is_marked_once_and_one_line(name: str) -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    [command] = re.findall(rf"^<!-- command: {name} -->\n```sh\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    assert command.count("\n") == 1
    assert f"readme_command {name}" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


@pytest.mark.parametrize("page", ["README.md", "runtime/README.md"])
def test_the_examples_in_python_run(page: str) -> None:
    folders = [*(package.parent for package in PACKAGES), ROOT, ROOT / "generated"]
    path = os.pathsep.join(map(str, folders))
    examples = blocks(ROOT / page, "python")
    assert examples
    for example in examples:
        assert run([sys.executable, "-c", example], ROOT, {"PYTHONPATH": path}).stdout != ""


def test_every_command_that_is_named_exists() -> None:
    named = set(re.findall(r"^\| `dissgen (\w+)", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE))
    offered = dissgen(["--help"]).stdout
    assert {"build", "dissect"} <= named
    assert {name for name in named if not re.search(rf"^  {name}\b", offered, re.MULTILINE)} == set()


def test_links_lead_to_files_of_the_project() -> None:
    files = set(project_files())
    folders = {parent for path in files for parent in path.parents}
    broken = []
    for page in sorted(path for path in files if path.suffix == ".md"):
        prose = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", prose):
            if "://" not in target and (page.parent / target).resolve() not in files | folders:
                broken.append(f"{page.relative_to(ROOT)}: {target}")
    assert broken == []
