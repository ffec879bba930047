"""The lines of a function that tell: those that what reaches vectors passes through."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lint_embed.relevance.origins import Origin
from lint_embed.relevance.outline import (
    attributes_set,
    bound_in,
    lines_of,
    members_in,
    names_in,
)

_DEFINES = re.compile(r"\s*(?:async[ \t]+)?(def[ \t]+\w+)")


@dataclass(frozen=True, slots=True)
class Known:
    """The names and members that are known to lead to vectors before a function is read;
    ``method`` says that it may set some of its object."""

    names: frozenset[str]
    members: frozenset[str]
    origin: Origin | None
    method: bool


@dataclass(frozen=True, slots=True)
class Told:
    """Lines of a definition that deal with vectors, and the attributes that they set."""

    code: str
    attributes: frozenset[str]


def told_in(code: str, spoken: str, seen: Known) -> Told:
    """The lines of a function that name what reaches, or a variable that holds it."""
    known, members, origin = set(seen.names), set(seen.members), seen.origin
    rest = list(_lines(code, spoken))
    told: list[str] = []
    while True:
        left = []
        for line, text in rest:
            words, after = names_in(text), members_in(text)
            if (
                not known.isdisjoint(words)
                or not members.isdisjoint(after)
                or (origin is not None and origin.found(words, after, line, text))
            ):
                told.append(line)
                known |= bound_in(line)
                if seen.method and "=" in line:
                    members |= attributes_set(line)
            else:
                left.append((line, text))
        if len(left) == len(rest):
            found = "".join(told)
            return Told(found, frozenset(attributes_set(found)))
        rest = left


def _lines(code: str, spoken: str) -> Iterator[tuple[str, str]]:
    """The logical lines of a function; each line of parameters by itself, and with each of
    them the function that takes them."""
    for line, text in lines_of(code, spoken):
        found = _DEFINES.match(line)
        if found is None:
            yield line, text
            continue
        for part, said in zip(line.split("\n"), text.split("\n"), strict=True):
            yield f"{part} {found[1]}\n", f"{said}\n"
