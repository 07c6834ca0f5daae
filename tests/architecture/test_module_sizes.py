"""A module does one thing; the length is where it shows first."""

from __future__ import annotations

from architecture_support import PACKAGES, ROOT

LONGEST = 450


def test_modules_are_short_enough_to_read() -> None:
    lengths = {
        path.relative_to(ROOT).as_posix(): len(path.read_text(encoding="utf-8").splitlines())
        for package in PACKAGES
        for path in sorted(package.rglob("*.py"))
    }
    assert lengths
    assert {name: length for name, length in lengths.items() if length > LONGEST} == {}


def test_every_package_is_one() -> None:
    """A folder with modules and without `__init__.py` would be left out by tools that look for packages."""
    folders = {path.parent for package in PACKAGES for path in package.rglob("*.py")}
    assert sorted(str(folder) for folder in folders if not (folder / "__init__.py").is_file()) == []
