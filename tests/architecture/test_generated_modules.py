"""`generated/` is what the compiler makes of `specs/`, whoever runs it and wherever."""

from __future__ import annotations

from pathlib import Path

import pytest
from architecture_support import ROOT, dissgen

SPECS = sorted(path for path in (ROOT / "specs").rglob("*.yaml") if "\nprotocol:" in path.read_text(encoding="utf-8"))
ENVIRONMENTS = (
    {"PYTHONHASHSEED": "1", "LC_ALL": "C", "PYTHONUTF8": "0"},
    {"PYTHONHASHSEED": "4242", "LC_ALL": "tr_TR.UTF-8", "TZ": "Pacific/Kiritimati"},
)


def generated() -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((ROOT / "generated").glob("*.py"))}


def built(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.glob("*.py"))}


def test_generated_modules_are_fresh() -> None:
    result = dissgen(["build", "--check"])
    assert result.stdout == ""


def test_every_generated_module_has_its_spec(tmp_path: Path) -> None:
    assert SPECS
    dissgen(["build", "-o", str(tmp_path)])
    assert built(tmp_path) == generated()


@pytest.mark.parametrize("changes", ENVIRONMENTS, ids=("C", "tr_TR"))
def test_the_same_bytes_under_any_locale_and_hash_seed(tmp_path: Path, changes: dict[str, str]) -> None:
    dissgen(["build", "-o", str(tmp_path)], changes=changes)
    assert built(tmp_path) == generated()


@pytest.mark.parametrize("inside", [True, False], ids=("in a folder of the project", "elsewhere"))
def test_the_same_bytes_from_any_working_directory(tmp_path: Path, inside: bool) -> None:
    folder = ROOT / "docs" if inside else tmp_path
    output = tmp_path / "output"
    dissgen(["build", *map(str, SPECS), "-o", str(output)], folder)
    assert built(output) == generated()


def test_generated_modules_silence_no_checker() -> None:
    modules = generated()
    assert modules
    for name, source in modules.items():
        for silencer in (b"type: ignore", b"noqa", b"pragma:", b"pyright:", b"fmt: off"):
            assert silencer not in source, name


def test_generated_modules_name_no_machine_and_no_time() -> None:
    for name, source in generated().items():
        assert str(ROOT).encode() not in source, name
        head = source.split(b"\nimport ", 1)[0].split(b"\nfrom ", 1)[0]
        assert b"Do not edit" in head, name
