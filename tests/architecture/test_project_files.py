"""What must not stand in a file of the project."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib

from architecture_support import CAPTURES, ROOT, project_files

# Folders of one machine, and hosts that serve packages: both differ from reader to reader.
FOREIGN = rb"(?<![\w.\-/])/(?:work|tmp|root|home|farm)/[\w.]"
HOSTS = rb"(?:pypi|pythonhosted|npmjs|debian)\.(?:org|com)\b"
BINARY = {".pcap", ".pcapng", ".gz", ".png"}


def configured_hosts() -> list[bytes]:
    """The package index that this machine uses, if it is one of its own."""
    command = [sys.executable, "-m", "pip", "config", "list"]
    settings = subprocess.run(command, capture_output=True, check=False).stdout
    settings += " ".join(value for name, value in os.environ.items() if name.startswith(("PIP_", "UV_"))).encode()
    hosts = set(re.findall(rb"https?://(?:[^/@\s']*@)?([\w.\-]+)", settings))
    return sorted(host for host in hosts if b"." in host and not host.startswith(b"127."))


def test_nothing_of_one_machine() -> None:
    forbidden = re.compile(b"|".join([FOREIGN, HOSTS, *map(re.escape, configured_hosts())]))
    found = [
        f"{path.relative_to(ROOT)}: {match[0]!r}"
        for path in project_files()
        if path.suffix not in BINARY
        for match in forbidden.finditer(path.read_bytes())
    ]
    assert found == []


def test_the_licence_goes_with_both_distributions() -> None:
    licence = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "Apache License" in licence
    assert (ROOT / "runtime" / "LICENSE").read_text(encoding="utf-8") == licence


def test_both_distributions_have_one_version() -> None:
    versions = {
        tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
        for folder in (ROOT, ROOT / "runtime")
    }
    assert len(versions) == 1
    assert f"## {versions.pop()}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_every_capture_is_described_small_and_has_no_name_of_a_machine() -> None:
    described = set(re.findall(r"^\| `([\w.\-]+)`", (CAPTURES / "README.md").read_text(encoding="utf-8"), re.MULTILINE))
    captures = {path.name: path.read_bytes() for path in sorted(CAPTURES.glob("*.pcap*"))}
    assert described == set(captures)
    for name, data in captures.items():
        assert len(data) < 20_000, name
        names = set(re.findall(rb"[\w.-]+\.(?:com|org|net|local|internal|localdomain)\b", data))
        assert all(found.endswith((b"example.org", b"example.com", b"example.net")) for found in names), (name, names)
