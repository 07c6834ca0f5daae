"""Where a project's specs and generated modules are."""

from __future__ import annotations

import os
import tempfile
import tomllib
from contextlib import suppress
from pathlib import Path


def project_root(start: Path | None = None) -> Path:
    """The nearest folder with a `dissgen.toml` or a `[tool.dissgen]` in its pyproject.toml, else `start` itself."""
    start = (start or Path.cwd()).resolve()
    return _marked(start) or start


def root_of(spec: Path) -> Path:
    """The root of the project that a spec belongs to, whatever the working directory; outside of all projects, the
    working directory's."""
    return _marked(spec.resolve().parent) or project_root()


def _marked(start: Path) -> Path | None:
    for folder in (start, *start.parents):
        if (folder / "dissgen.toml").is_file() or _names_dissgen(folder / "pyproject.toml"):
            return folder
    return None


def _names_dissgen(pyproject: Path) -> bool:
    try:
        with pyproject.open("rb") as file:
            return "dissgen" in tomllib.load(file).get("tool", {})
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        return False


def all_specs(root: Path) -> list[Path]:
    """Every `specs/**/*.yaml`, in a fixed order; files without a `protocol` are for import only and are left out.

    A link that leads nowhere is among them, so that the reader complains, but for hidden ones: editors lock files with
    such links. Raises OSError for a folder that cannot be listed.
    """
    found: list[Path] = []
    for folder, _, names in os.walk(root / "specs", onerror=_refuse):
        for path in (Path(folder, name) for name in names if name.endswith(".yaml")):
            lost = path.is_symlink() and not path.exists() and not path.name.startswith(".")
            if lost or (path.is_file() and _has_protocol(path)):
                found.append(path)
    return sorted(found, key=lambda path: path.relative_to(root).as_posix())


def _refuse(error: OSError) -> None:
    """A folder that is not there has nothing in it."""
    if not isinstance(error, FileNotFoundError):
        raise error


def _has_protocol(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return any(line.startswith(b"protocol:") for line in file)
    except OSError:
        return True  # the reader will say what is wrong with it


def output_name(protocol: str) -> str:
    """The file name of a generated module (a suffix, because `http.py` would shadow the standard library's)."""
    return f"{protocol}_dissector.py"


def write_atomically(path: Path, text: str) -> None:
    """Write all of a file or nothing: through a temporary file beside it. Raises OSError, which names `path`."""
    temporary: str | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".tmp", dir=path.parent)
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        mode = path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask()
        os.chmod(temporary, mode)
        os.replace(temporary, path)
    except BaseException as error:
        if temporary is not None:
            with suppress(OSError):  # the first error is the one to report
                os.unlink(temporary)
        if isinstance(error, OSError):
            raise OSError(error.errno, error.strerror or str(error), str(path)) from error
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
