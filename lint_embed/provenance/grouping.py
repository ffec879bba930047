"""The vectors in an operand: its rows, each with the alternatives that it may be."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from lint_embed.provenance import containers
from lint_embed.provenance.meetings import Group, is_neutral
from lint_embed.provenance.values.base import OneOf, Value
from lint_embed.provenance.values.containers import Each, List, Tuple
from lint_embed.provenance.values.vectors import Embedding, Rows

if TYPE_CHECKING:
    from lint_embed.provenance.interpreter import Interpreter


MAX_AXES = 4
"""Vectors in containers nested deeper than this are not followed."""


def groups_of(run: Interpreter, value: Value, around: tuple[Value, ...] = ()) -> list[Group] | None:
    """The rows of an operand, each a group of alternatives; None when one is unknown.

    ``around`` are the containers that hold it: one may hold itself.
    """
    if isinstance(value, Embedding):
        if run.declarations:
            note_met(run, value)
        return [(value,)]
    if isinstance(value, Rows):
        return groups_among(run, value.each, around)
    if isinstance(value, OneOf):
        group = _either(run, [p for p in value.values if not _is_blank(run, p)], (*around, value))
        return [group] if group else None
    if isinstance(value, (Tuple, List, Each)):
        items = containers.items_of(run, value)
        if items is None or len(around) > MAX_AXES or value in around:
            return None
        return groups_among(run, (*items.known, *items.rest), (*around, value))
    return None


def _either(run: Interpreter, parts: Sequence[Value], around: tuple[Value, ...]) -> Group | None:
    """The embeddings that one of several values may be; a list of equal ones counts as they do."""
    found: list[Embedding] = []
    for part in parts:
        if is_neutral(part):
            continue
        inner = groups_of(run, part, around) if len(around) <= MAX_AXES else None
        if inner is None or len(inner) != 1:
            return None
        found += [one for one in inner[0] if one not in found]
    return tuple(found) or None


def _is_blank(run: Interpreter, value: Value) -> bool:
    """Whether a list stands for "no vector", as None does: it is empty, or of numbers only."""
    items = containers.items_of(run, value) if isinstance(value, (List, Each)) else None
    return items is not None and containers.is_of_numbers(items)


def note_met(run: Interpreter, value: Embedding) -> None:
    """Notes that vectors whose space a directive names came to where vectors meet."""
    origin = value.space.origin
    if origin is not None and origin.site in run.declarations:
        run.declarations[origin.site].add("met")


def groups_among(
    run: Interpreter, values: Sequence[Value], around: tuple[Value, ...] = ()
) -> list[Group] | None:
    groups: list[Group] = []
    for part in dict.fromkeys(values):
        if is_neutral(part) or _is_blank(run, part):
            continue
        inner = groups_of(run, part, around)
        if inner is None:
            return None
        groups.extend(group for group in inner if group not in groups)
    return groups or None
