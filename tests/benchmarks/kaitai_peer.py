"""Parsers that Kaitai's compiler makes of the `.ksy` files beside this one, over Kaitai's runtime for Python."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).resolve().parent / "kaitai"
MISSING = "left out: Kaitai's compiler is not there (npm install --prefix tests/benchmarks/kaitai)"


def kaitai_parser(name: str) -> Callable[[bytes], Any] | None:
    """The root class of a format as a parser of bytes; None where the compiler is not installed."""
    if shutil.which("node") is None or not (HERE / "node_modules" / "kaitai-struct-compiler").is_dir():
        return None
    ksy = yaml.safe_load((HERE / f"{name}.ksy").read_text(encoding="utf-8"))
    command = ["node", str(HERE / "compile.js")]
    done = subprocess.run(command, input=json.dumps(ksy), capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{name}.ksy: {done.stderr}")
    ((_, source),) = json.loads(done.stdout).items()
    namespace: dict[str, Any] = {"__name__": name}
    exec(source, namespace)
    parser: Callable[[bytes], Any] = namespace[name.title().replace("_", "")].from_bytes
    return parser
