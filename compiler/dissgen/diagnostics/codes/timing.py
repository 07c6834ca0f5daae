"""DG53x: time, maps, and variables of a direction."""

from __future__ import annotations

from typing import Final

from dissgen.diagnostics.codes.code import Code

CODES: Final[tuple[Code, ...]] = (
    Code(
        "DG530",
        "a time that is none",
        "The event `timeout` says `after` how long it fires: a duration above zero, with its unit, or an expression "
        "that gives one. `idle: true` lets any byte start it anew. Other events have neither.",
        "any: [{event: timeout, after: 30, jump: finish}]",
        "any: [{event: timeout, after: 30 s, jump: finish}]",
    ),
    Code(
        "DG531",
        "no entries of a map expire here",
        "The event `expire` is raised for an entry of a map variable with `expires`, when its time has come. `map:` "
        "names one of several such maps.",
        "variables: {asked: {type: 'map[int, str]'}}\nany: [{event: expire, map: asked, execute: []}]",
        "variables: {asked: {type: 'map[int, str]', expires: 30 s}}\nany: [{event: expire, map: asked, execute: []}]",
    ),
    Code(
        "DG532",
        "a map that cannot be",
        "A map variable belongs to the session and begins empty. Its keys are of one plain type, its values are no "
        "maps. Only maps have `expires`.",
        "variables: {asked: {type: 'map[list[int], str]'}}",
        "variables: {asked: {type: 'map[int, str]', limit: 100, expires: 30 s}}",
    ),
    Code(
        "DG533",
        "a map where there is none, or none where one is needed",
        "Entries of a map are set with `remember` and removed with `forget`; `set`, `push` and `pop` are for all other "
        "variables.",
        "execute: [set: {asked: 3}]",
        "execute: [{remember: {asked: message.id}, value: 3}]",
    ),
    Code(
        "DG534",
        "this belongs to a direction",
        "A variable with `scope: direction` is there once for each direction: it can be used on events of a direction "
        "and in the sides of states. `skip` passes over bytes of the direction of its event.",
        "variables: {sealed: {type: bool, initial: false, scope: direction}}\n"
        "any: [{event: timeout, after: 1 s, execute: [set: {sealed: true}]}]",
        "variables: {sealed: {type: bool, initial: false, scope: direction}}\n"
        "any: [{event: up, execute: [set: {sealed: true}]}]",
    ),
)
"""In ascending order."""
