"""A dissector that is compiled and used at once, without a file."""

from __future__ import annotations

import sys
from types import ModuleType


def load(source: str, protocol: str, tag: str = "") -> ModuleType:
    """Run the source of a generated module; it stands in `sys.modules`, so that its sessions can be pickled."""
    name = f"_dissgen_memory_{protocol}_dissector{tag}"
    module = ModuleType(name)
    module.__file__ = f"<{protocol}_dissector compiled in memory>"
    sys.modules[name] = module
    exec(compile(source, module.__file__, "exec"), module.__dict__)
    return module
