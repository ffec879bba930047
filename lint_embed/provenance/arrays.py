"""Arrays of vectors: pooling, padding and arithmetic."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import libcst as cst

from lint_embed.provenance import (
    comparing,
    constants,
    containers,
    grouping,
    indexing,
    products,
    stacking,
    texts,
)
from lint_embed.provenance.meetings import blended, inner_clash
from lint_embed.provenance.shapes import each_way, pooled
from lint_embed.provenance.values.base import BOTTOM, UNKNOWN, OneOf, Value
from lint_embed.provenance.values.callables import Args
from lint_embed.provenance.values.constants import Begun, Const, Given, Length, Text
from lint_embed.provenance.values.containers import Dict, Each, Items, List, Tuple
from lint_embed.provenance.values.joining import unite
from lint_embed.provenance.values.vectors import (
    FILLER,
    SCORE,
    Coerced,
    Composite,
    Embedding,
    Encoder,
    Filler,
    Pending,
    Rows,
    Score,
)

if TYPE_CHECKING:
    from lint_embed.provenance.interpreter import Interpreter
    from lint_embed.provenance.meetings import Meeting


def kept(run: Interpreter, value: Value, node: cst.CSTNode) -> Value:
    """An operation that keeps vectors as they are."""
    if isinstance(value, Embedding):
        return replace(value, listed=False) if value.listed else value
    if isinstance(value, (Rows, Composite, Pending, Score, Filler, Coerced, Encoder, Dict)):
        return value
    if value is BOTTOM:
        return BOTTOM
    if isinstance(value, (List, Tuple, Each)):
        return stacking.stack(run, node, value, 0, new_axis=True)
    done = each_way(value, lambda part: kept(run, part, node))
    return UNKNOWN if done is None else done


# pooling -------------------------------------------------------------------------------


def reduced(run: Interpreter, value: Value, axis: Value, op: str, node: cst.CSTNode) -> Value:
    """Mean, sum or maximum over an axis (Const(None): over everything)."""
    if isinstance(value, Pending):
        return _reduce_pending(value, axis, op)
    if isinstance(value, (List, Tuple, Each)):
        value = stacking.stack(run, node, value, 0, new_axis=True)
    if isinstance(value, Rows):
        return _reduce_rows(run, value, axis, op, node)
    done = each_way(value, lambda part: reduced(run, part, axis, op, node))
    if done is not None:
        return done
    if not isinstance(value, Embedding):
        return value if isinstance(value, (Score, Filler)) else UNKNOWN
    if value.rows == "scalar":
        return SCORE
    place = axis.value if isinstance(axis, Const) else "unknown"
    if value.tokens:
        return _pooled(value, place, op)
    if place in (0, -2) and value.rows != "one":
        return replace(value, rows="one")
    if place in (1, -1, None, 0):
        return SCORE
    return UNKNOWN


def _reduce_pending(value: Pending, axis: Value, op: str) -> Value:
    if op == "max":
        # max(abs(a - b)): a check that two computations agree
        value.meeting.excused = True
        return SCORE
    over_rows = isinstance(axis, Const) and axis.value in (0, -2)
    if value.op == "add" or (over_rows and value.op == "subtract" and op == "mean"):
        return value
    how = "dot product" if value.op == "multiply" else "distance"
    return distance(value, how)


def distance(value: Pending, how: str) -> Score:
    """What was a difference or product of two vectors is a comparison of them."""
    meeting = value.meeting
    meeting.kind, meeting.how, meeting.active = "compare", how, True
    return Score((meeting,))


def _reduce_rows(run: Interpreter, value: Rows, axis: Value, op: str, node: cst.CSTNode) -> Value:
    if isinstance(axis, Const) and axis.value in (1, -1):
        return SCORE
    groups = grouping.groups_of(run, value)
    run.encounters += bool(groups)
    clash = inner_clash(groups, run.aligned) if groups else None
    if clash is None:
        return UNKNOWN
    if groups and (mixture := blended(groups)) is not None:
        return mixture
    comparing.meet(run, node, "mix", clash, {"max": "maximum"}.get(op, op))
    return UNKNOWN


def _pooled(value: Embedding, place: object, op: str) -> Value:
    over_tokens = place in (1, -2) or (place == 0 and value.rows == "one")
    if not over_tokens:
        return UNKNOWN if place != "unknown" else replace(value, tokens=False)
    return pooled(value, "max" if op == "max" else "mean")


def is_coordinate(value: Pending) -> bool:
    """Whether a pending mix is one of single coordinates."""
    return all(side.rows == "scalar" or side.coercion for side in value.meeting.sides)


def norm_of(run: Interpreter, value: Value) -> Value:
    """The length of vectors; of a pending difference, their distance."""
    if isinstance(value, Pending) and value.op == "subtract":
        return distance(value, "distance")
    if isinstance(value, Score):
        for meeting in value.meetings:
            if meeting.kind == "coerce":
                meeting.active = True
        return value
    return SCORE


# arithmetic ----------------------------------------------------------------------------

SCALING = frozenset({"Multiply", "Divide", "FloorDivide"})
MIXING = {"Add": "add", "Subtract": "subtract", "Multiply": "multiply"}


def binary(run: Interpreter, operator: str, left: Value, right: Value, node: cst.CSTNode) -> Value:
    """A binary operation by the name of its libcst operator."""
    if left is UNKNOWN and right is UNKNOWN:
        return UNKNOWN
    if left is BOTTOM or right is BOTTOM:
        return BOTTOM
    if isinstance(left, (Length, Const)) and isinstance(right, (Length, Const)):
        if isinstance(left, Length) or isinstance(right, Length):
            return _lengths(left, right)
    if operator == "Add" and _is_list(left) and _is_list(right):
        return _lists_joined(run, left, right, node)
    if operator == "BitOr" and isinstance(left, Dict) and isinstance(right, Dict):
        both = containers.new_dict(run, node, containers.dict_keys(run, left))
        containers.update(run, both, Args((right,)))
        return both
    if (text := _of_texts(operator, left, right)) is not None:
        return text
    if operator == "MatrixMultiply":
        return products.product(run, node, left, right, "matmul")
    if isinstance(left, OneOf) and all(isinstance(part, Const) for part in left.values):
        return unite(binary(run, operator, part, right, node) for part in left.values)
    if isinstance(left, (List, Tuple)) or isinstance(right, (List, Tuple)):
        return _sequences(run, operator, left, right, node)
    if isinstance(left, Coerced) and operator == "Divide":
        return Coerced(replace(left.coercion, features=True))  # scaled, by its norm
    if isinstance(left, Score) or isinstance(right, Score):
        return _with_score(operator, left, right)
    for mine, other in ((left, right), (right, left)):
        if isinstance(mine, (Pending, Coerced)) and not _is_array(other):
            return (
                mine if operator in ("Multiply", "Divide", "Power", "Add", "Subtract") else UNKNOWN
            )
    if isinstance(left, Coerced) and isinstance(right, Coerced) and operator == "Multiply":
        return comparing.compare(run, node, left, right, "dot product", "coordinates")
    if isinstance(left, Coerced) and isinstance(right, Coerced) and operator == "Subtract":
        return comparing.compare(run, node, left, right, "distance", "difference")
    if _is_array(left) and _is_array(right):
        op = MIXING.get(operator)
        return stacking.mix(run, node, left, right, op) if op is not None else UNKNOWN
    return _scaled(operator, left, right)


def _of_texts(operator: str, left: Value, right: Value) -> Value | None:
    """An operation on constants and on texts that are put together; None for other values."""
    if operator == "Add" and isinstance(left, (Dict, List, Embedding)) and texts.is_blank(right):
        return left  # what is written, and the end of its line
    if isinstance(left, Text) or isinstance(right, Text):
        return texts.text_of([left, right]) if operator == "Add" else UNKNOWN
    if isinstance(left, Const) and isinstance(right, (Const, Tuple)):
        return constants.binary(operator, left, right)
    if isinstance(left, Given) or isinstance(right, Given):
        return constants.put_together(operator, left, right) or UNKNOWN
    if operator == "Modulo" and isinstance(left, Const) and isinstance(left.value, str):
        return texts.percent(left.value, (right,))
    if operator == "Add" and isinstance(left, (Const, Begun)) and isinstance(left.value, str):
        prompt = constants.begun(left.value)
        unsure = prompt is UNKNOWN and right is UNKNOWN
        return texts.text_of([Const(left.value), right]) if unsure else prompt
    if operator == "Add" and left is UNKNOWN and _is_text(right):
        return texts.text_of([left, right])
    return None


def _is_text(value: Value) -> bool:
    return isinstance(value, Const) and isinstance(value.value, str)


def _lengths(left: Value, right: Value) -> Value:
    """A length computed from lengths depends on all of them."""
    parts = [part for part in (left, right) if isinstance(part, Length)]
    features = any(part.features for part in parts)
    return Length(frozenset().union(*(part.of for part in parts)), features)


def _is_list(value: Value) -> bool:
    return isinstance(value, Embedding) and value.listed


def _lists_joined(run: Interpreter, left: Value, right: Value, node: cst.CSTNode) -> Value:
    """``+`` of Python lists puts them one behind the other."""
    single = all(isinstance(part, Embedding) and part.rows == "one" for part in (left, right))
    if single:
        return stacking.side_by_side(run, node, (left, right))
    return stacking.rows_of(run, node, (left, right))


def _is_array(value: Value) -> bool:
    if isinstance(value, OneOf):
        return any(isinstance(part, Embedding) for part in value.values)
    return isinstance(value, (Embedding, Rows, Composite, Pending, Coerced))


def _scaled(operator: str, left: Value, right: Value) -> Value:
    """An array and something that is none: scaling keeps it, an unknown shift does not."""
    if isinstance(left, Filler) and isinstance(right, Filler):
        return FILLER
    array, other = (left, right) if _is_array(left) else (right, left)
    if not _is_array(array):
        return UNKNOWN
    if operator in SCALING:
        return array if operator == "Multiply" or array is left else UNKNOWN
    if operator in ("Add", "Subtract") and isinstance(other, (Const, Filler)):
        return array
    return UNKNOWN


def _with_score(operator: str, left: Value, right: Value) -> Value:
    """Scores may be combined freely; an array scaled by one (its norm) keeps its space."""
    for array in (left, right):
        if _is_array(array):
            scaled = operator in SCALING and (operator == "Multiply" or array is left)
            shifted = operator in ("Add", "Subtract")
            return array if scaled or (shifted and isinstance(array, Pending)) else UNKNOWN
    meetings: dict[Meeting, None] = {}
    for part in (left, right):
        if isinstance(part, Score):
            meetings.update(dict.fromkeys(part.meetings))
    if operator == "Divide" and not isinstance(right, Const):
        for meeting in meetings:
            if meeting.kind == "coerce":
                meeting.active = True
    return Score(tuple(meetings)) if meetings else SCORE


def _sequences(
    run: Interpreter, operator: str, left: Value, right: Value, node: cst.CSTNode
) -> Value:
    if operator == "Multiply":
        sequence = left if isinstance(left, (List, Tuple)) else right
        items = containers.items_of(run, sequence)
        if items is None:
            return UNKNOWN
        return containers.new_list(run, node, Items((), (*items.known, *items.rest)))
    if operator != "Add":
        return UNKNOWN
    if isinstance(left, Tuple) and isinstance(right, Tuple):
        joined = (*left.items, *right.items)
        short = len(joined) <= containers.MAX_KNOWN
        return Tuple(joined) if short else Each(containers.bounded(Items(joined)))
    ours, theirs = containers.items_of(run, left), containers.items_of(run, right)
    if ours is None and left is UNKNOWN:
        ours = Items((), (UNKNOWN,))
    if theirs is None and right is UNKNOWN:
        theirs = Items((), (UNKNOWN,))
    if ours is not None and theirs is not None:
        if ours.rest:
            rest = containers.add_rest(ours.rest, (*theirs.known, *theirs.rest))
            return containers.new_list(run, node, Items(ours.known, rest))
        return containers.new_list(run, node, Items((*ours.known, *theirs.known), theirs.rest))
    array, filler = (left, theirs) if ours is None else (right, ours)
    if isinstance(array, (Embedding, Coerced)) and filler is not None:
        if containers.is_of_numbers(filler):
            return indexing.padded(run, array, node)
    return UNKNOWN
