"""What the project's classes inherit: from each other, and from a library's class."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lint_embed.provenance import imports
from lint_embed.provenance.values.base import Token, Value
from lint_embed.provenance.values.callables import Class
from lint_embed.provenance.values.imports import Api

if TYPE_CHECKING:
    from lint_embed.provenance.interpreter import Interpreter


MAX_LINEAGE = 40


def is_record(value: Value) -> bool:
    return isinstance(value, Api) and "record" in value.node.facts


def is_settings(cls: Class) -> bool:
    """Whether the environment may override a record's defaults."""
    bases = [base for part in lineage(cls) for base in part.bases]
    return any(
        isinstance(base, Api)
        and "record" in base.node.facts
        and base.node.facts["record"].get("weak")
        for base in bases
    )


def lineage(cls: Class) -> list[Class]:
    """A class and its bases of the project, nearest first."""
    found = _LINEAGES.get(cls.token)
    if found is None or found[0] is not cls:
        found = _LINEAGES[cls.token] = [cls, *_bases_of(cls)]
    return found


_LINEAGES: dict[Token, list[Class]] = {}


def _bases_of(cls: Class) -> list[Class]:
    found: list[Class] = []
    queue: list[Value] = list(cls.bases)
    while queue and len(found) < MAX_LINEAGE:
        part = queue.pop(0)
        if isinstance(part, Class) and part not in found:
            found.append(part)
            queue = [*part.bases, *queue]
    return found


def library_base(cls: Class) -> Api | None:
    """The first base that belongs to a library of the catalogue."""
    for part in lineage(cls):
        for base in part.bases:
            if isinstance(base, Api):
                return base
    return None


def member_of(run: Interpreter, classes: list[Class], name: str) -> Value | None:
    for cls in classes:
        found = run.heap.get((cls.token, name))
        if isinstance(found, Value):
            return imports.resolve(run, found)
    return None
