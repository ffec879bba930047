"""What the mere spelling of a name tells: whether it is used, what is taken from a module."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lint_embed.relevance.facts import Fact, File
from lint_embed.relevance.outline import Outline, Unit
from lint_embed.relevance.words import ends_of

_LOOKS_UP = "getattr("
_ARGUMENT = re.compile(r"\s*(\w+)")
_MEMBERS = re.compile(r"(?:\s*\.\s*\w+)+")


def passes_on(fact: Fact, name: str, outline: Outline, unit: Unit) -> bool:
    """Whether who names it reaches vectors; a class that has it for a base inherits only,
    and who names a class for a type may hold one of its objects."""
    if not fact.reaches or (unit.is_header and any(kind[0] == "class" for kind in fact.kinds)):
        return False
    return name in outline.used(unit)


def members_of(alias: str, code: str) -> Iterator[str]:
    """The names that follow a module's name; ``*`` where one is looked up by a string."""
    for end in ends_of(alias, code):
        if (found := _MEMBERS.match(code, end)) is not None:
            yield from (part.strip() for part in found[0].split(".")[1:])
    at = code.find(_LOOKS_UP)
    while at != -1:
        at += len(_LOOKS_UP)
        if _named_at(code, at) == alias:
            yield "*"
            return
        at = code.find(_LOOKS_UP, at)


def _named_at(code: str, at: int) -> str:
    found = _ARGUMENT.match(code, at)
    return found[1] if found is not None else ""


def takes_from(file: File, alias: str, facts: dict[str, Fact]) -> bool:
    """Whether a file takes any of some names from a module that it imports."""
    return bool(facts) and any(
        name in facts or name == "*" for name in members_of(alias, file.text)
    )
