"""Indexing arrays: choosing rows and tokens, cutting and padding features."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import libcst as cst

from lint_embed.provenance import shapes
from lint_embed.provenance.syntax import dotted_name
from lint_embed.provenance.values.base import UNKNOWN, Symbol, Value
from lint_embed.provenance.values.callables import Args
from lint_embed.provenance.values.constants import Const, Length
from lint_embed.provenance.values.containers import Tuple
from lint_embed.provenance.values.vectors import (
    SCORE,
    Coerced,
    Coercion,
    Composite,
    Embedding,
    Filler,
    Pending,
    Rows,
    Score,
    Space,
)

if TYPE_CHECKING:
    from lint_embed.provenance.interpreter import Interpreter


SMALLEST_CUT = 32
"""A slice of an array of unknown shape to fewer items is taken for a choice of rows."""


def subscript(run: Interpreter, value: Value, node: cst.Subscript) -> Value:
    """``value[...]`` of an array."""
    done = shapes.each_way(value, lambda part: subscript(run, part, node))
    if done is not None:
        return done
    if isinstance(value, (Pending, Score, Filler)):
        return value
    if isinstance(value, Rows):
        return _rows_subscript(run, value, node)
    if not isinstance(value, Embedding):
        return shapes.row_of(run, value) if isinstance(value, Composite) else UNKNOWN
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
            return shapes.row_of(run, value.each[index])
        return shapes.row_of(run, value)
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
        return shapes.row_of(run, value)
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
    if rest and isinstance(rest[0], cst.Index):
        return _one_token(run, value, rest[0])
    part = first if value.rows == "one" else rest[0] if rest else None
    if isinstance(part, cst.Slice) and _is_span(run, part):
        return shapes.of_any_pooling(value)
    return value


def _is_span(run: Interpreter, part: cst.Slice) -> bool:
    """Whether a slice of tokens is one of some words, and not all of the text."""
    lower, upper = (
        run.evaluate(bound) if bound is not None else Const(None)
        for bound in (part.lower, part.upper)
    )
    if not isinstance(lower, Const) or lower.value not in (None, 0, 1):
        return True
    return isinstance(upper, Const) and isinstance(upper.value, int) and upper.value > 0


def _one_token(run: Interpreter, value: Embedding, part: cst.Index) -> Value:
    key = run.evaluate(part.value)
    index = key.value if isinstance(key, Const) else None
    if index in (0, -1) and isinstance(index, int):
        return shapes.pooled(value, "last" if index else "cls")
    # A word of the text: it may be compared with its other words, and with the whole.
    return replace(shapes.of_any_pooling(value), tokens=False)


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


def written(run: Interpreter, array: Filler | Rows, value: Embedding, node: cst.Subscript) -> Value:
    """``array[...] = value`` where the array was made of constants: rows of it, or a part of
    their features, which pads the vectors to the array's length."""
    parts = [element.slice for element in node.slice]
    last = parts[-1]
    if isinstance(array, Filler) and isinstance(last, cst.Slice) and last.upper is not None:
        if len(parts) == (array.axes or 1) or (array.axes is None and len(parts) > 1):
            return padded(run, value, node)
    if isinstance(array, Filler) and array.axes == 1:
        return value if isinstance(last, cst.Slice) else array
    rows = array.each if isinstance(array, Rows) else ()
    key = run.evaluate(parts[0].value) if isinstance(parts[0], cst.Index) else UNKNOWN
    place = key.value if isinstance(key, Const) and type(key.value) is int else None
    if place is not None and 0 <= place < len(rows):
        return Rows((*rows[:place], value, *rows[place + 1 :]))
    if place == len(rows):
        return Rows((*rows, value))
    if value in rows:
        return array
    return Rows((*rows, value)) if rows else replace(value, rows="many")


def padded(run: Interpreter, value: Value, node: cst.CSTNode) -> Value:
    """Vectors lengthened with constants."""
    done = shapes.each_way(value, lambda part: padded(run, part, node))
    if done is not None:
        return done
    if isinstance(value, Embedding):
        if value.tokens:
            return value
        return replace(value, coercion=Coercion(run.site(node), "pad"))
    return value if isinstance(value, (Coerced, Filler)) else UNKNOWN
