"""What people install: the wheel, the runtime alone, and the checkout in place."""

from __future__ import annotations

import json
import shutil
import sys
import venv
import zipfile
from pathlib import Path

import pytest
from architecture_support import CAPTURES, ROOT, run

pytestmark = pytest.mark.install

ELSEWHERE = Path(ROOT.anchor)
PIP = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]


def wheel_of(project: Path, folder: Path) -> Path:
    """Build a project's wheel in an environment of its own."""
    run([*PIP, "wheel", "--no-deps", "--wheel-dir", str(folder), str(project)], ELSEWHERE)
    [wheel] = folder.glob("*.whl")
    return wheel


def installed(folder: Path, *arguments: str) -> Path:
    """A new environment with a distribution in it; the folder of its programs."""
    venv.create(folder, with_pip=False)
    programs = folder / ("Scripts" if sys.platform == "win32" else "bin")
    run([*PIP, "--python", str(programs / "python"), "install", *arguments], ELSEWHERE)
    return programs


def events(jsonl: str) -> list[str]:
    return [json.loads(line)["event"] for line in jsonl.splitlines()]


def test_the_wheel_works_from_any_folder(tmp_path: Path) -> None:
    wheel = wheel_of(ROOT, tmp_path / "wheel")
    names = set(zipfile.ZipFile(wheel).namelist())
    for kind in ("specs", "generated"):
        shipped = {
            path.relative_to(ROOT).as_posix() for path in (ROOT / kind).rglob("*") if path.suffix in (".yaml", ".py")
        }
        assert {name for name in names if name.startswith(f"dissgen/library/{kind}/")} == {
            f"dissgen/library/{name}" for name in shipped
        }
    assert {"dissgen/py.typed", "dissgen_runtime/py.typed"} <= names
    assert {name.split("/")[0] for name in names if ".dist-info/" not in name} == {"dissgen", "dissgen_runtime"}

    programs = installed(tmp_path / "environment", str(wheel))
    program = str(programs / "dissgen")
    for command in ("build", "dissect", "lint", "test"):
        assert command in run([program, "--help"], ELSEWHERE).stdout
    capture = str(CAPTURES / "smtp-pipelined.pcap")
    found = events(run([program, "dissect", "--format", "jsonl", capture], ELSEWHERE).stdout)
    assert {"command", "response", "mail_content", "session"} <= set(found)
    assert "250" in run([program, "dissect", capture], ELSEWHERE).stdout

    project = tmp_path / "project"
    (project / "specs").mkdir(parents=True)
    shutil.copy(ROOT / "specs" / "smtp.yaml", project / "specs")
    run([program, "build", "specs/smtp.yaml"], project)
    own = run([program, "dissect", "--format", "jsonl", "-d", "generated/smtp_dissector.py", capture], project)
    assert events(own.stdout) == found


def test_the_runtime_alone_reads_captures(tmp_path: Path) -> None:
    wheel = wheel_of(ROOT / "runtime", tmp_path / "wheel")
    archive = zipfile.ZipFile(wheel)
    [metadata] = (name for name in archive.namelist() if name.endswith("METADATA"))
    assert "Requires-Dist" not in archive.read(metadata).decode()
    assert "dissgen_runtime/py.typed" in archive.namelist()

    python = str(installed(tmp_path / "environment", str(wheel)) / "python")
    run([python, "-c", "import dissgen"], ELSEWHERE, status=1)
    modules = tmp_path / "generated"
    shutil.copytree(ROOT / "generated", modules, ignore=shutil.ignore_patterns("__pycache__"))
    capture = str(CAPTURES / "smtp-pipelined.pcap")
    result = run([python, "-m", "dissgen_runtime", capture, "-d", str(modules)], ELSEWHERE)
    assert "250" in result.stdout
    assert "RCPT" in result.stdout


def test_an_editable_install_copies_nothing(tmp_path: Path) -> None:
    environment = tmp_path / "environment"
    programs = installed(environment, "--no-deps", "--editable", str(ROOT))
    copies = [path for path in environment.rglob("*") if path.suffix == ".yaml" or path.name.endswith("_dissector.py")]
    assert copies == []
    code = "from dissgen.library import library_path as p; print(p('specs')); print(p('generated'))"
    found = run([str(programs / "python"), "-c", code], ELSEWHERE).stdout.splitlines()
    assert found == [str(ROOT / "specs"), str(ROOT / "generated")]
