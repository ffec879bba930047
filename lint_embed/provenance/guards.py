"""Conditions on the length of vectors: which of several models' can pass them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from lint_embed.provenance import store_contents, targets
from lint_embed.provenance.values.base import UNKNOWN, Value
from lint_embed.provenance.values.constants import Const, names_of
from lint_embed.provenance.values.joining import alternatives, unite
from lint_embed.provenance.values.stores import Store
from lint_embed.provenance.values.vectors import Embedding

if TYPE_CHECKING:
    from lint_embed.provenance.interpreter import Interpreter

LAST_AXES = ("-1", "1")
"""Where the length of the vectors stands in the shape of a matrix."""


def narrow(run: Interpreter, test: cst.Comparison, holds: bool) -> bool:
    """``len(vector) == 384``: keeps the vectors that can have that length.

    Returns whether the test is such a one. Where none can, or nobody knows which of several
    lengths it is, nothing is known of what gets through.
    """
    target = test.comparisons[0]
    if type(target.operator) not in (cst.Equal, cst.NotEqual):
        return False
    for node, other in ((test.left, target.comparator), (target.comparator, test.left)):
        measured = _measured(node)
        if measured is None:
            continue
        vectors, of_rows = measured
        parts = alternatives(run.evaluate(vectors))
        if not all(isinstance(part, Embedding) for part in parts):
            continue
        wanted = _length_meant(run, other)
        equal = (type(target.operator) is cst.Equal) == holds
        kept = [part for part in parts if _can_pass(part, wanted, equal, of_rows)]
        lengths = {length(part, of_rows) for part in parts}
        if wanted is None and equal and len(lengths) > 1 and None not in lengths:
            kept = []
        if len(kept) < len(parts):
            targets.assign(run, vectors, unite(kept) if kept else UNKNOWN)
        return True
    return False


def note_told(run: Interpreter, node: cst.BaseExpression, setting: Value) -> None:
    """``notes.metadata["model"] != NAME``: a store that was told which model it is filled with,
    and is asked for it, tells what the environment has decided."""
    names = names_of(setting)
    if not names or isinstance(node, cst.Name):
        return
    while isinstance(node, (cst.Attribute, cst.Subscript, cst.Call)):
        node = node.func if isinstance(node, cst.Call) else node.value
    store = run.evaluate(node) if isinstance(node, cst.Name) else UNKNOWN
    if isinstance(store, Store):
        run.heap.set(("told", store.identity), Const(True, given=names))


def _measured(node: cst.BaseExpression) -> tuple[cst.BaseExpression, bool] | None:
    """What an expression is the length of, and whether that is the length of its rows."""
    if isinstance(node, cst.Call) and len(node.args) == 1:
        named = isinstance(node.func, cst.Name) and node.func.value == "len"
        inner = node.args[0].value
        return (inner, False) if named and isinstance(inner, (cst.Name, cst.Attribute)) else None
    if not (isinstance(node, cst.Subscript) and isinstance(node.value, cst.Attribute)):
        return None
    part = node.slice[0].slice
    if node.value.attr.value != "shape" or not isinstance(part, cst.Index):
        return None
    inner, axis = node.value.value, cst.Module([]).code_for_node(part.value)
    is_named = isinstance(inner, (cst.Name, cst.Attribute)) and axis in (*LAST_AXES, "0")
    return (inner, axis in LAST_AXES) if is_named else None


def _length_meant(run: Interpreter, node: cst.BaseExpression) -> int | None:
    """The length on the other side: a number, or ``index.d`` of an index that holds vectors."""
    value = run.evaluate(node)
    if isinstance(value, Const) and isinstance(value.value, int):
        return None if value.weak else value.value
    if isinstance(node, cst.Attribute):
        store = run.evaluate(node.value)
        contents = store_contents.contents_of(run, store) if isinstance(store, Store) else None
        held = {length(part, True) for part in contents.rest} if contents is not None else set()
        return held.pop() if len(held) == 1 else None
    return None


def _can_pass(part: Value, wanted: int | None, equal: bool, of_rows: bool) -> bool:
    known = length(part, of_rows)
    return None in (wanted, known) or (known == wanted) == equal


def length(part: Value, of_rows: bool) -> int | None:
    """The length of vectors where it is known, and is what was asked for."""
    if not isinstance(part, Embedding) or part.tokens or part.transposed:
        return None
    if (part.rows == "many" and not of_rows) or part.coercion is not None:
        return None
    for name, value in part.space.variant:
        if name == "dimension":
            return value if isinstance(value, int) else None
    return part.space.dimension
