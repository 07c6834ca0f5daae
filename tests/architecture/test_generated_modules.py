"""`generated/` is what the compiler makes of `specs/`, whoever runs it and wherever."""

from __future__ import annotations

from pathlib import Path

import pytest
from architecture_support import ROOT, dissgen

GENERATED = ROOT / "generated"
SPECS = sorted(path for path in (ROOT / "specs").rglob("*.yaml") if "\nprotocol:" in path.read_text(encoding="utf-8"))
ENVIRONMENTS = (
    {"PYTHONHASHSEED": "1", "LC_ALL": "C", "PYTHONUTF8": "0"},
    {"PYTHONHASHSEED": "4242", "LC_ALL": "tr_TR.UTF-8", "TZ": "Pacific/Kiritimati"},
)


def modules(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.glob("*.py"))}


def unlike(folder: Path, other: Path) -> list[str]:
    """Names of modules that differ, or are in only one of the two folders."""
    one, two = modules(folder), modules(other)
    return sorted(name for name in one.keys() | two.keys() if one.get(name) != two.get(name))


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All specs, built now."""
    folder = tmp_path_factory.mktemp("reference")
    dissgen(["build", "-o", str(folder)])
    return folder


def test_generated_modules_are_fresh() -> None:
    result = dissgen(["build", "--check"])
    assert result.stdout == ""


def test_every_generated_module_has_its_spec(reference: Path) -> None:
    assert {path.name for path in GENERATED.glob("*.py")} == set(modules(reference))
    assert len(modules(reference)) == len(SPECS) > 0


@pytest.mark.parametrize("changes", ENVIRONMENTS, ids=("C", "tr_TR"))
def test_the_same_bytes_under_any_locale_and_hash_seed(
    reference: Path, tmp_path: Path, changes: dict[str, str]
) -> None:
    dissgen(["build", "-o", str(tmp_path)], changes=changes)
    assert unlike(tmp_path, reference) == []


@pytest.mark.parametrize("inside", [True, False], ids=("in a folder of the project", "elsewhere"))
def test_the_same_bytes_from_any_working_directory(reference: Path, tmp_path: Path, inside: bool) -> None:
    output = tmp_path / "output"
    dissgen(["build", *map(str, SPECS), "-o", str(output)], ROOT / "docs" if inside else tmp_path)
    assert unlike(output, reference) == []


def test_generated_modules_silence_no_checker() -> None:
    assert modules(GENERATED)
    for name, source in modules(GENERATED).items():
        for silencer in (b"type: ignore", b"noqa", b"pragma:", b"pyright:", b"fmt: off"):
            assert silencer not in source, name


def test_generated_modules_name_no_machine_and_no_time() -> None:
    for name, source in modules(GENERATED).items():
        assert str(ROOT).encode() not in source, name
        head = source.split(b"\nimport ", 1)[0].split(b"\nfrom ", 1)[0]
        assert b"Do not edit" in head, name
