"""Where the shipped library is looked for."""

from __future__ import annotations

from pathlib import Path

import pytest

import dissgen.library
from dissgen.library import library_path


def place(monkeypatch: pytest.MonkeyPatch, package: Path) -> None:
    package.mkdir(parents=True)
    monkeypatch.setattr(dissgen.library, "_PACKAGE", package)


def test_the_checkout_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place(monkeypatch, tmp_path / "compiler" / "dissgen")
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "dissgen"\n', encoding="utf-8")
    for folder in (tmp_path / "specs", tmp_path / "compiler" / "dissgen" / "library" / "specs"):
        folder.mkdir(parents=True)
    assert library_path("specs") == tmp_path / "specs"


@pytest.mark.parametrize("other", [None, '[project]\nname = "other"\n', "[project", "[tool.ruff]\n"])
def test_an_installed_package_has_its_own_copy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, other: str | None
) -> None:
    """Also where the folder two levels above is another project's, with `specs/` of its own."""
    package = tmp_path / "site-packages" / "dissgen"
    place(monkeypatch, package)
    (tmp_path / "specs").mkdir()
    (package / "library" / "specs").mkdir(parents=True)
    if other is not None:
        (tmp_path / "pyproject.toml").write_text(other, encoding="utf-8")
    assert library_path("specs") == package / "library" / "specs"


def test_no_library_at_all_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place(monkeypatch, tmp_path / "site-packages" / "dissgen")
    with pytest.raises(FileNotFoundError, match="shipped library is missing"):
        library_path("generated")
