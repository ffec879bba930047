"""The definitions that a file's reach leaves to be walked by themselves."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lint_embed.relevance.facts import File, Roots
from lint_embed.relevance.outline import Outline

if TYPE_CHECKING:
    from lint_embed.relevance.reach import Reach


def roots(reach: Reach, file: File) -> Roots:
    """The definitions to check, with those that change what they work with."""
    if not file.reaching and file.forced is None:
        return Roots()
    outline = file.outline()
    names = set[str]() if file.forced is None else _forcing(outline, file.forced)
    members: dict[str, frozenset[str]] = {}
    forcing = frozenset(names)
    for unit in outline.units:
        if unit.owner is None and (
            unit in file.reaching or outline.changed(outline.code[unit.start : unit.end])
        ):
            names.update(unit.names)
    for name, units in outline.by_class.items():
        defined = {each for unit in units for each in unit.names}
        chosen = file.members.get(name, set()) | (defined & forcing)
        if reach.members(file, name):
            writers = (unit.names for unit in units if outline.attributes_set(unit))
            chosen |= {each for names in writers for each in names}
            chosen |= _overridden(reach, file, name, defined)
        if chosen:
            members[name] = frozenset(chosen)
    found = bool(file.reaching or forcing)
    alone = not file.reaching
    return Roots(frozenset(names), members, frozenset(outline.by_class), found, alone)


def _overridden(reach: Reach, file: File, name: str, defined: set[str]) -> set[str]:
    """The methods that a class inherits and that work with what it defines itself."""
    return {
        each
        for kind in reach.lineage(file.inherits.get(name, ()))
        for part in reach.body(kind)
        if not defined.isdisjoint(part.members) and reach.is_reaching(kind, part)
        for each in part.names
    }


def _forcing(outline: Outline, pattern: re.Pattern[str]) -> set[str]:
    """The definitions that make lengths equal, and those of the file that lead to one."""
    names = set[str]()
    while True:
        before = len(names)
        for unit in outline.units:
            found = pattern.search(outline.code, unit.start, unit.end) is not None
            if found or not names.isdisjoint(unit.words | unit.members):
                names.update(unit.names or ("<module>",))
        if len(names) == before:
            return names
