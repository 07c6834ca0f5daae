"""The slots of generated classes, and the classes that hold the variables of a session."""

from __future__ import annotations

from dataclasses import dataclass

from dissgen.codegen import naming
from dissgen.codegen.environments import HandlerNames
from dissgen.codegen.expressions import emit
from dissgen.codegen.pysource import literal, tuple_literal
from dissgen.codegen.values import python_type
from dissgen.ir import ops
from dissgen.types import MapType


@dataclass(frozen=True, slots=True)
class Attribute:
    """A slot of a class: Python name, annotation, place in the spec."""

    name: str
    annotation: str
    place: str = ""
    initial: str = ""


def of_session(module: ops.Module) -> tuple[Attribute, ...]:
    """The variables of the session; those of each direction are behind one slot for each."""
    own = of_scope(module, "session")
    if not of_scope(module, "direction"):
        return own
    return (*own, *(Attribute(name, "DirectionVariables", "", "DirectionVariables()") for name in ("up", "down")))


def of_scope(module: ops.Module, scope: ops.Scope) -> tuple[Attribute, ...]:
    return tuple(_variable(item) for item in module.variables if item.scope == scope)


def expiring(module: ops.Module) -> str:
    """The map variables whose entries leave."""
    names = [literal(naming.variable(item.name)) for item in module.variables if item.expires is not None]
    return tuple_literal(names) if names else ""


def _variable(variable: ops.Variable) -> Attribute:
    name, place = naming.variable(variable.name), str(variable.place)
    annotation = python_type(variable.type)
    if isinstance(variable.type, MapType):
        extras = (("limit", variable.limit), ("expires", variable.expires))
        arguments = ", ".join(f"{key}={value:_}" for key, value in extras if value is not None)
        return Attribute(name, f"Map{annotation.removeprefix('dict')}", place, f"Map({arguments})")
    return Attribute(name, annotation, place, emit(variable.initial, HandlerNames()))
