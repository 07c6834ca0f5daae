"""The project's folders and files, and its command line as a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CAPTURES = ROOT / "tests" / "captures"
PACKAGES = (ROOT / "compiler" / "dissgen", ROOT / "runtime" / "dissgen_runtime")


def environment(**changes: str) -> dict[str, str]:
    """The environment of a user: nothing of the tests' own settings of Python."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "DISSGEN", "LC_", "LANG"))
    }
    return {**kept, "NO_COLOR": "1", **changes}


def run(
    command: list[str], folder: Path, changes: Mapping[str, str] | None = None, status: int = 0
) -> subprocess.CompletedProcess[str]:
    """Run a command in a folder; fail with all its output when the exit status is another."""
    result = subprocess.run(
        command, cwd=folder, env=environment(**(changes or {})), capture_output=True, encoding="utf-8", check=False
    )
    assert result.returncode == status, (
        f"{command}: {result.returncode}\n{result.stdout[-8000:]}\n{result.stderr[-8000:]}"
    )
    return result


def dissgen(
    arguments: list[str], folder: Path = ROOT, changes: Mapping[str, str] | None = None, status: int = 0
) -> subprocess.CompletedProcess[str]:
    """Run this checkout's `dissgen`, installed or not."""
    path = os.pathsep.join(str(package.parent) for package in PACKAGES)
    command = [sys.executable, "-c", "from dissgen.cli import main; main()", *arguments]
    return run(command, folder, {"PYTHONPATH": path, **(changes or {})}, status)


def project_files() -> list[Path]:
    """Everything that is, or would be, committed; skips the test where this is no git checkout."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        listing = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout.decode()
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("not a git checkout")
    return [path for name in sorted(set(listing.split("\0")) - {""}) if (path := ROOT / name).is_file()]
