"""The shape of vectors: a row of a matrix, features and rows exchanged, tokens pooled."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from lint_embed.provenance.values.base import UNKNOWN, OneOf, Value
from lint_embed.provenance.values.constants import is_nothing
from lint_embed.provenance.values.joining import unite
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
    from lint_embed.provenance.interpreter import Interpreter


def each_way(value: Value, work: Callable[[Value], Value]) -> Value | None:
    """Applies work to each alternative of a value that is one of several."""
    if isinstance(value, OneOf):
        return unite(work(part) for part in value.values if not is_nothing(part))
    return None


def transposed(run: Interpreter, value: Value) -> Value:
    """Features and rows change places."""
    if isinstance(value, (Embedding, Composite)):
        return replace(value, transposed=not value.transposed)
    if isinstance(value, Rows):
        return replace(value, each=tuple(transposed(run, part) for part in value.each))
    done = each_way(value, lambda part: transposed(run, part))
    if done is not None:
        return done
    return value if isinstance(value, (Pending, Score, Coerced, Filler)) else UNKNOWN


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


def of_any_pooling(value: Embedding) -> Embedding:
    """The same vectors, of which it is not told how they are pooled."""
    variant = {part for part in value.space.variant if part[0] != "pooling"}
    space = replace(value.space, variant=frozenset({*variant, ("pooling", None)}))
    return replace(value, space=space)


def pooled(value: Embedding, how: str | None) -> Embedding:
    """Token vectors pooled into one vector a text."""
    if ("pooling", None) in value.space.variant:
        how = None
    variant = value.space.variant | {("pooling", how)}
    return replace(
        value,
        space=replace(value.space, variant=variant),
        tokens=False,
        rows="one" if value.rows == "one" else "many",
    )
