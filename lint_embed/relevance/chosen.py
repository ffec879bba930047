"""The definitions that a file's reach leaves to be walked by themselves."""

from __future__ import annotations

from collections.abc import Set
from typing import TYPE_CHECKING

from lint_embed.relevance.facts import File, Roots
from lint_embed.relevance.forcing import forcing

if TYPE_CHECKING:
    from lint_embed.relevance.outline import Outline, Unit
    from lint_embed.relevance.reach import Reach


def roots(reach: Reach, file: File) -> Roots:
    """The definitions to check, with those that change what they work with."""
    if not file.reaching and not file.forced:
        return Roots()
    outline = file.outline()
    names = forcing(outline) if file.forced else set[str]()
    members: dict[str, frozenset[str]] = {}
    forced = frozenset(names)
    shared = outline.by_name.keys() | {
        word for unit in outline.units if unit.kind == "import" for word in unit.words
    }
    for unit in outline.units:
        if unit.owner is None and (unit in file.reaching or _changes(outline, unit, shared)):
            names.update(unit.names)
    names.discard("__getattr__")  # what it gives is looked at where somebody asks for it
    for name, units in outline.by_class.items():
        defined = {each for unit in units for each in unit.names}
        chosen = file.members.get(name, set()) | (defined & forced)
        if reach.classes.members(file, name):
            writers = (unit.names for unit in units if outline.sets_attributes(unit))
            chosen |= {each for names in writers for each in names}
            chosen |= _overridden(reach, file, name, defined)
        if chosen:
            members[name] = frozenset(chosen)
    found = bool(file.reaching or forced)
    alone = not file.reaching
    return Roots(frozenset(names), members, frozenset(outline.by_class), found, alone)


def _changes(outline: Outline, unit: Unit, shared: Set[str]) -> bool:
    """Whether a function or statement changes what is not its own."""
    changed = outline.changed(outline.code[unit.start : unit.end])
    return bool(changed) and ("import" in unit.words or not changed.isdisjoint(shared))


def _overridden(reach: Reach, file: File, name: str, defined: set[str]) -> set[str]:
    """The methods that a class inherits and that work with what it defines itself."""
    return {
        each
        for kind in reach.classes.lineage(file.inherits.get(name, ()))
        for part in reach.classes.body(kind)
        if not defined.isdisjoint(part.members) and reach.classes.is_reaching(kind, part)
        for each in part.names
    }
