"""Ratios of `dissgen build` and `dissgen lint` to black, to Python itself and to the YAML parser; see README.md here.

All of them are processes, timed whole: user and system time, imports included.
"""

from __future__ import annotations

import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from run import RUNS, show  # noqa: E402

SPECS = sorted((HERE.parents[1] / "specs").glob("*.yaml"))[:10]
DISSGEN = "from dissgen.start import main; main()"
COMPOSE = "import sys, yaml\nfor path in sys.argv[1:]:\n    yaml.compose(open(path, encoding='utf-8'))"
COPIES = 100


def cpu(*arguments: object, where: Path) -> float:
    """CPU seconds of one process of Python."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, *map(str, arguments)], check=True, cwd=where, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


@contextmanager
def project(*specs: Path) -> Iterator[Path]:
    """The folder of a project with copies of specs."""
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        (root / "dissgen.toml").touch()
        (root / "specs").mkdir()
        for spec in specs:
            shutil.copy(spec, root / "specs")
        yield root


def interleaved(candidates: dict[str, Callable[[], float]]) -> dict[str, list[float]]:
    times: dict[str, list[float]] = {name: [] for name in candidates}
    for _ in range(RUNS):
        for name, candidate in candidates.items():
            times[name].append(candidate())
    return times


def build_row() -> None:
    spec = next(spec for spec in SPECS if spec.stem == "http")
    with project(spec) as root:
        cpu("-c", DISSGEN, "build", where=root)
        output = root / "generated" / "http_dissector.py"
        numbers = count()

        def changed() -> float:
            """Another title each time, so that the spec and what is made of it change."""
            text = spec.read_text(encoding="utf-8").replace("title: ", f"title: Number {next(numbers)} of ", 1)
            (root / "specs" / "http.yaml").write_text(text, encoding="utf-8")
            return cpu("-c", DISSGEN, "build", where=root)

        def black() -> float:
            copy = root / "formatted.py"  # a new file each time: black remembers what it has formatted
            copy.write_text(output.read_text(encoding="utf-8") + f"\n\nRUN = {next(numbers)}\n", encoding="utf-8")
            return cpu("-m", "black", "-q", "-l", "100", copy, where=root)

        times = interleaved({"dissgen": changed, "black": black})
    show("build of one changed spec", times, "dissgen", "black", 1.5)


def unchanged_row() -> None:
    spec = next(spec for spec in SPECS if spec.stem == "smtp")
    text = spec.read_text(encoding="utf-8")
    with project() as root:
        for number in range(COPIES):
            copy = text.replace("protocol: smtp", f"protocol: smtp{number}", 1)
            (root / "specs" / f"smtp{number}.yaml").write_text(copy, encoding="utf-8")
        cpu("-c", DISSGEN, "build", where=root)
        times = interleaved(
            {
                "dissgen": lambda: cpu("-c", DISSGEN, "build", where=root),
                "python -c pass": lambda: cpu("-c", "pass", where=root),
            }
        )
    show(f"nothing changed, {COPIES} specs", times, "dissgen", "python -c pass", 5)


def lint_row() -> None:
    with project() as root:
        shutil.copytree(HERE.parents[1] / "specs", root / "specs", dirs_exist_ok=True)  # with what they import
        paths = [root / "specs" / spec.name for spec in SPECS]
        times = interleaved(
            {
                "dissgen": lambda: cpu("-c", DISSGEN, "lint", *paths, where=root),
                "yaml.compose": lambda: cpu("-c", COMPOSE, *paths, where=root),
            }
        )
    show("lint of ten specs", times, "dissgen", "yaml.compose", 4)


if __name__ == "__main__":
    print(f"Python {sys.version.split()[0]}, {RUNS} interleaved runs, CPU time of whole processes")
    build_row()
    lint_row()
    unchanged_row()
