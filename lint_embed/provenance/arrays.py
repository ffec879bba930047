"""Arrays of vectors: indexing, pooling, padding and arithmetic."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import libcst as cst

from lint_embed.provenance import comparing, constants, containers, products
from lint_embed.provenance.imports import dotted_name
from lint_embed.provenance.meetings import inner_clash
from lint_embed.provenance.values import (
    BOTTOM,
    FILLER,
    NONE,
    SCORE,
    UNKNOWN,
    Args,
    Coerced,
    Coercion,
    Composite,
    Const,
    Dict,
    Each,
    Embedding,
    Encoder,
    Filler,
    Items,
    Length,
    List,
    OneOf,
    Pending,
    Rows,
    Score,
    Space,
    Symbol,
    Tuple,
    Value,
    unite,
)

if TYPE_CHECKING:
    from lint_embed.provenance.interpreter import Interpreter
    from lint_embed.provenance.meetings import Meeting

SMALLEST_CUT = 32
"""A slice of an array of unknown shape to fewer items is taken for a choice of rows."""


def each_way(value: Value, work: Callable[[Value], Value]) -> Value | None:
    """Applies work to each alternative of a value that is one of several."""
    if isinstance(value, OneOf):
        return unite(work(part) for part in value.values if part != NONE)
    return None


def kept(run: Interpreter, value: Value, node: cst.CSTNode) -> Value:
    """An operation that keeps vectors as they are."""
    if isinstance(value, Embedding):
        return replace(value, listed=False) if value.listed else value
    if isinstance(value, (Rows, Composite, Pending, Score, Filler, Coerced, Encoder, Dict)):
        return value
    if value is BOTTOM:
        return BOTTOM
    if isinstance(value, (List, Tuple, Each)):
        return comparing.stack(run, node, value, 0, new_axis=True)
    done = each_way(value, lambda part: kept(run, part, node))
    return UNKNOWN if done is None else done


def transposed(run: Interpreter, value: Value) -> Value:
    """Features and rows change places."""
    if isinstance(value, (Embedding, Composite)):
        return replace(value, transposed=not value.transposed)
    done = each_way(value, lambda part: transposed(run, part))
    if done is not None:
        return done
    return value if isinstance(value, (Rows, Pending, Score, Coerced, Filler)) else UNKNOWN


def row_of(run: Interpreter, value: Value) -> Value:
    """Any one row of a matrix."""
    if isinstance(value, Embedding):
        if value.tokens:
            return replace(value, rows="one")
        return replace(
            value, rows={"one": "scalar", "scalar": "scalar"}.get(value.rows or "", "one")
        )
    if isinstance(value, Composite):
        return replace(value, rows="one")
    if isinstance(value, Rows):
        return unite(row_of(run, part) for part in value.each)
    done = each_way(value, lambda part: row_of(run, part))
    if done is not None:
        return done
    return value if isinstance(value, (Pending, Score, Filler)) else UNKNOWN


# pooling -------------------------------------------------------------------------------


def reduced(run: Interpreter, value: Value, axis: Value, op: str, node: cst.CSTNode) -> Value:
    """Mean, sum or maximum over an axis (Const(None): over everything)."""
    if isinstance(value, Pending):
        return _reduce_pending(value, axis, op)
    if isinstance(value, (List, Tuple, Each)):
        value = comparing.stack(run, node, value, 0, new_axis=True)
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
    groups = comparing.groups_of(run, value)
    clash = inner_clash(groups, run.aligned) if groups else None
    if clash is None:
        return UNKNOWN
    comparing.meet(run, node, "mix", clash, {"max": "maximum"}.get(op, op))
    return UNKNOWN


def _pooled(value: Embedding, place: object, op: str) -> Value:
    over_tokens = place in (1, -2) or (place == 0 and value.rows == "one")
    if not over_tokens:
        return UNKNOWN if place != "unknown" else replace(value, tokens=False)
    return pooled(value, "max" if op == "max" else "mean")


def pooled(value: Embedding, how: str) -> Embedding:
    """Token vectors pooled into one vector a text."""
    variant = value.space.variant | {("pooling", how)}
    return replace(
        value,
        space=replace(value.space, variant=variant),
        tokens=False,
        rows="one" if value.rows == "one" else "many",
    )


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


# indexing ------------------------------------------------------------------------------


def subscript(run: Interpreter, value: Value, node: cst.Subscript) -> Value:
    """``value[...]`` of an array."""
    done = each_way(value, lambda part: subscript(run, part, node))
    if done is not None:
        return done
    if isinstance(value, (Pending, Score, Filler)):
        return value
    if isinstance(value, Rows):
        return _rows_subscript(run, value, node)
    if not isinstance(value, Embedding):
        return row_of(run, value) if isinstance(value, Composite) else UNKNOWN
    parts = [element.slice for element in node.slice]
    last_is_new = bool(parts) and _is_new_axis(parts[-1])
    parts = [part for part in parts if not _is_new_axis(part)]
    if last_is_new and len(parts) >= (1 if value.rows == "one" else 2):
        value = replace(value, transposed=True)
    if parts and isinstance(parts[0], cst.Index) and _is_ellipsis(parts[0]):
        parts = parts[1:]
        return _features(run, value, parts[-1], node) if parts else value
    if not parts:
        return value
    if value.tokens:
        return _tokens(run, value, parts)
    first = parts[0]
    if len(parts) > 1:
        rest = parts[-1]
        chosen = _row_choice(run, value, first)
        return _features(run, chosen, rest, node) if isinstance(chosen, Embedding) else UNKNOWN
    if isinstance(first, cst.Index):
        return _row_choice(run, value, first)
    if value.rows == "many":
        return value
    return _features(run, value, first, node, sure=value.rows == "one")


def _rows_subscript(run: Interpreter, value: Rows, node: cst.Subscript) -> Value:
    first = node.slice[0].slice
    if isinstance(first, cst.Index):
        key = run.evaluate(first.value)
        index = key.value if isinstance(key, Const) else None
        if isinstance(index, int) and -len(value.each) <= index < len(value.each):
            return row_of(run, value.each[index])
        return row_of(run, value)
    return value


def _is_new_axis(part: cst.BaseSlice) -> bool:
    if not isinstance(part, cst.Index):
        return False
    return dotted_name(part.value).endswith(("None", "newaxis"))


def _is_ellipsis(part: cst.Index) -> bool:
    return isinstance(part.value, cst.Ellipsis)


def _row_choice(run: Interpreter, value: Embedding, part: cst.BaseSlice) -> Value:
    if isinstance(part, cst.Slice):
        return value
    if not isinstance(part, cst.Index):
        return UNKNOWN
    key = run.evaluate(part.value)
    if isinstance(key, Length) or (isinstance(key, Const) and isinstance(key.value, int)):
        return row_of(run, value)
    # an index array, a mask, or a loop's counter: some rows, or one of them
    return value if value.rows != "one" else replace(value, rows="scalar")


def _tokens(run: Interpreter, value: Embedding, parts: Sequence[cst.BaseSlice]) -> Value:
    """``hidden[:, 0]`` takes one token of each text, ``hidden[0]`` one text."""
    first, rest = parts[0], parts[1:]
    if isinstance(first, cst.Index):
        chosen = replace(value, rows="one")
        if value.rows == "one":
            return _one_token(run, value, first)
        return _tokens(run, chosen, rest) if rest else chosen
    if not rest:
        return value
    if isinstance(rest[0], cst.Index):
        return _one_token(run, value, rest[0])
    return value


def _one_token(run: Interpreter, value: Embedding, part: cst.Index) -> Value:
    key = run.evaluate(part.value)
    index = key.value if isinstance(key, Const) else None
    if isinstance(index, int):
        return pooled(value, {0: "cls", -1: "last"}.get(index, f"token {index}"))
    return replace(value, tokens=False)


def _features(
    run: Interpreter, value: Embedding, part: cst.BaseSlice, node: cst.Subscript, sure: bool = True
) -> Value:
    """A slice of the feature axis: a variant of the space, or a forced length."""
    if isinstance(part, cst.Index):
        return SCORE
    if not isinstance(part, cst.Slice) or part.upper is None or part.step is not None:
        return value
    if part.lower is not None and run.evaluate(part.lower) != Const(0):
        return UNKNOWN if sure else value
    upper = run.evaluate(part.upper)
    site = run.site(node)
    if isinstance(upper, Const) and isinstance(upper.value, int):
        length = upper.value
        if not sure and length < SMALLEST_CUT:
            return value
        coercion = Coercion(site, "cut", length, source=dotted_name(node.value), sure=sure)
        if not sure:
            return replace(value, coercion=coercion)
        return replace(value, space=with_dimension(value, length), coercion=coercion)
    if isinstance(upper, Length):
        coercion = Coercion(site, "cut", None, upper.of, dotted_name(node.value))
        return replace(value, coercion=coercion)
    if not sure:
        return value
    space = replace(value.space, variant=_without(value, "dimension") | {("dimension", None)})
    return replace(value, space=space, coercion=Coercion(site, "cut", None, sure=False))


def with_dimension(value: Embedding, length: int) -> Space:
    """The space of vectors cut to a length."""
    variant = _without(value, "dimension") | {("dimension", length)}
    return replace(value.space, variant=variant)


def _without(value: Embedding, name: str) -> frozenset[tuple[str, object]]:
    return frozenset(pair for pair in value.space.variant if pair[0] != name)


def cut_unknown(run: Interpreter, value: Value, node: cst.Subscript) -> Value:
    """Something unknown, sliced: worth knowing when its new length came from several."""
    if len(node.slice) > 2:
        return UNKNOWN
    part = node.slice[-1].slice
    if isinstance(part, cst.Slice):
        bound = part.upper if part.lower is None else None
    else:
        bound = part.value if isinstance(part, cst.Index) else None
    if bound is None:
        return UNKNOWN
    upper = run.evaluate(bound)
    source = dotted_name(node.value)
    if isinstance(upper, Length) and len(upper.of) > 1 and source in upper.of:
        features = upper.features or len(node.slice) == 2
        how = "cut" if isinstance(part, cst.Slice) else "index"
        return Coerced(Coercion(run.site(node), how, None, upper.of, source, features=features))
    return value if isinstance(value, Symbol) and isinstance(part, cst.Slice) else UNKNOWN


def pad_unknown(run: Interpreter, args: Args, node: cst.CSTNode) -> Value:
    """Something unknown, padded: worth knowing when its new length came from several."""
    names: frozenset[str] = frozenset()
    for value in (*args.positional[1:], *(part for _, part in args.keywords)):
        for part in value.items if isinstance(value, Tuple) else (value,):
            inner = part.items[-1] if isinstance(part, Tuple) and part.items else part
            if isinstance(inner, Length):
                names |= inner.of
    source = dotted_name(node.args[0].value) if isinstance(node, cst.Call) and node.args else ""
    if len(names) > 1 and source in names:
        return Coerced(Coercion(run.site(node), "pad", None, names, source))
    return UNKNOWN


def padded(run: Interpreter, value: Value, node: cst.CSTNode) -> Value:
    """Vectors lengthened with constants."""
    done = each_way(value, lambda part: padded(run, part, node))
    if done is not None:
        return done
    if isinstance(value, Embedding):
        if value.tokens:
            return value
        return replace(value, coercion=Coercion(run.site(node), "pad"))
    return value if isinstance(value, (Coerced, Filler)) else UNKNOWN


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
    if isinstance(left, Const) and isinstance(right, (Const, Tuple)):
        return constants.binary(operator, left, right)
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
        return comparing.mix(run, node, left, right, op) if op is not None else UNKNOWN
    return _scaled(operator, left, right)


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
        return comparing.side_by_side(run, node, (left, right))
    return comparing.rows_of(run, node, (left, right))


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
    meetings: list[Meeting] = []
    for part in (left, right):
        if isinstance(part, Score):
            meetings.extend(part.meetings)
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
        return Tuple((*left.items, *right.items))
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
        values = (*filler.known, *filler.rest)
        if all(isinstance(value, Const) for value in values):
            return padded(run, array, node)
    return UNKNOWN
