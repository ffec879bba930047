"""Stacks and mixes: vectors below each other, side by side, or joined element by element."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from lint_embed.provenance import containers, indexing
from lint_embed.provenance.comparing import meet, united
from lint_embed.provenance.grouping import groups_among, note_met
from lint_embed.provenance.meetings import Group, blended, clash_of, group_of, inner_clash
from lint_embed.provenance.values.base import UNKNOWN, OneOf, Value
from lint_embed.provenance.values.vectors import (
    Coerced,
    Composite,
    Embedding,
    Filler,
    Pending,
    Rows,
    Score,
)

if TYPE_CHECKING:
    import libcst as cst

    from lint_embed.provenance.interpreter import Interpreter


def _any_transposed(groups: list[Group]) -> bool:
    return any(part.transposed for group in groups for part in group)


def stack(run: Interpreter, node: cst.CSTNode, parts: Value, axis: object, new_axis: bool) -> Value:
    """Rows below each other or features side by side, by axis and by the parts' shape."""
    if isinstance(parts, (Embedding, Rows, Composite, Pending, Score, Coerced)):
        return parts
    items = containers.items_of(run, parts)
    if items is None:
        return UNKNOWN
    values = (*items.known, *items.rest)
    if not values:
        return UNKNOWN
    if any(isinstance(value, Score) for value in values):
        return united(values)
    if new_axis:
        if axis in (0, -2):
            return rows_of(run, node, values)
        return UNKNOWN if len(values) > 1 else values[0]
    if _along_features(items.known, axis):
        return side_by_side(run, node, items.known if not items.rest else ())
    if axis in (0, -2):
        return rows_of(run, node, values)
    return UNKNOWN


def _along_features(values: Sequence[Value], axis: object) -> bool:
    """Whether a concatenation is along the features: the last axis, or of single vectors."""
    if axis in (-1, 1, 2):
        return True
    single = [v for v in values if isinstance(v, Embedding)]
    return axis == 0 and bool(single) and all(v.rows == "one" for v in single)


def side_by_side(run: Interpreter, node: cst.CSTNode, values: Sequence[Value]) -> Value:
    """Features of several vectors side by side; fillers only lengthen one vector."""
    kept = [value for value in values if not isinstance(value, Filler)]
    if len(kept) == 1 and len(values) > 1:
        return indexing.padded(run, kept[0], node)
    if not kept or not all(isinstance(value, (Embedding, Composite, OneOf)) for value in kept):
        return UNKNOWN
    parts: list[Value] = []
    for value in kept:
        parts.extend(value.parts if isinstance(value, Composite) else (value,))
    if len(parts) > containers.MAX_KNOWN:
        return UNKNOWN
    return Composite(tuple(parts)) if len(parts) > 1 else parts[0]


def rows_of(run: Interpreter, node: cst.CSTNode, values: Sequence[Value]) -> Value:
    """A matrix with the given rows: of one space, or a stack of several."""
    groups = groups_among(run, values)
    if groups is None:
        composites = {value for value in values if isinstance(value, Composite)}
        return composites.pop() if len(composites) == 1 == len(set(values)) else UNKNOWN
    run.encounters += 1
    clash = inner_clash(groups, run.aligned)
    if clash is None:
        first = groups[0]
        if len(groups) == 1 and len(first) == 1:
            return replace(first[0], rows="many")
        return Rows(tuple(_value(group) for group in groups))
    if any(part.space.network for group in groups for part in group):
        return UNKNOWN
    meeting = meet(run, node, "stack", clash, "row-stack", active=False)
    return Rows(tuple(_value(group) for group in groups), meeting)


def _value(group: Group) -> Value:
    return group[0] if len(group) == 1 else OneOf(group)


def mix(run: Interpreter, node: cst.CSTNode, left: Value, right: Value, op: str) -> Value:
    """An element-wise sum, difference or product of two operands."""
    if isinstance(left, Pending) or isinstance(right, Pending):
        return left if isinstance(left, Pending) else right
    ours, theirs = _group(left), _group(right)
    for part in (*(ours or ()), *(theirs or ())) if run.declarations else ():
        note_met(run, part)
    if ours is None or theirs is None:
        return UNKNOWN
    if any(part.space.network for part in (*ours, *theirs)):
        return UNKNOWN  # the scores of an ensemble are averaged too
    clash = clash_of(ours, theirs, run.aligned)
    how = {"add": "sum", "subtract": "difference"}.get(op, "product")
    if clash is None:
        run.encounters += 1
        if run.ledger is not None:
            run.ledger.meet(how, run.site(node), [ours], [theirs])
        return left if ours == theirs or len(ours) == 1 else UNKNOWN
    if _any_transposed([ours, theirs]):
        return UNKNOWN
    if op == "add" and (mixture := blended([ours, theirs])) is not None:
        return mixture
    scalars = clash.left.rows == clash.right.rows == "scalar"
    active = op != "multiply" and not scalars
    meeting = meet(run, node, "mix", clash, how, active=active)
    return Pending(meeting, op)


def _group(value: Value) -> Group | None:
    return group_of(value) if isinstance(value, (Embedding, OneOf)) else None
