"""Subscripts: an item or a slice of a container, a text, a store or an array."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import libcst as cst

from lint_embed.provenance import api, builtins, containers, effects, indexing, instances, records
from lint_embed.provenance.values.base import BOTTOM, UNKNOWN, OneOf, Symbol, Value
from lint_embed.provenance.values.callables import Args, Class, Instance, Method
from lint_embed.provenance.values.constants import MISSING, Const, is_nothing
from lint_embed.provenance.values.containers import Dict, Each, Items, Keys, Tuple
from lint_embed.provenance.values.imports import Api
from lint_embed.provenance.values.joining import unite
from lint_embed.provenance.values.stores import Store, Weights
from lint_embed.provenance.values.vectors import (
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


def subscript(run: Interpreter, node: cst.Subscript) -> Value:
    if (length := builtins.length_of(node)) is not None:
        return length
    value = run.evaluate(node.value)
    if value is BOTTOM:
        return BOTTOM
    if value is UNKNOWN or value is MISSING or isinstance(value, Symbol):
        return indexing.cut_unknown(run, value, node)
    if isinstance(value, OneOf):
        parts = [part for part in value.values if not _has_no_items(run, part)]
        return unite(_subscript_of(run, part, node) for part in parts)
    return _subscript_of(run, value, node)


def _has_no_items(run: Interpreter, value: Value) -> bool:
    """Whether any index into a value fails: of ``config or {}`` the second."""
    if isinstance(value, Dict):
        return containers.dict_keys(run, value) == Keys() and not _is_made(run, value)
    return is_nothing(value)


def _is_made(run: Interpreter, value: Dict) -> bool:
    """Whether a dict makes what is missing, or is a data frame."""
    return any(run.heap.get((value.token, what)) is not None for what in ("factory", "rows"))


def _subscript_of(run: Interpreter, value: Value, node: cst.Subscript) -> Value:
    if isinstance(value, Embedding) and value.at is not None:
        index = node.slice[0].slice
        if isinstance(index, cst.Index) and isinstance(index.value, cst.SimpleString):
            return api.item(run, value.at, run.evaluate(index.value))
    if isinstance(value, (Embedding, Rows, Composite, Pending, Score, Filler, Coerced)):
        return indexing.subscript(run, value, node)
    if isinstance(value, Class) and records.is_enum(value):
        index = node.slice[0].slice
        key = run.evaluate(index.value) if isinstance(index, cst.Index) else UNKNOWN
        return records.member(run, value, key)
    if isinstance(value, (Class, Weights)):
        return value
    parts = node.slice
    if len(parts) == 2 and isinstance(parts[1].slice, cst.Index) and isinstance(value, Dict):
        return containers.lookup(run, value, run.evaluate(parts[1].slice.value))
    if len(parts) != 1:
        return UNKNOWN
    part = parts[0].slice
    if isinstance(part, cst.Slice):
        return _sliced(run, value, part, node)
    key = run.evaluate(part.value) if isinstance(part, cst.Index) else UNKNOWN
    if isinstance(value, Store) and (asked := _asked(run, value, key, node)) is not None:
        return asked
    if isinstance(value, (Api, Encoder, Store)):
        return api.item(run, value, key)
    if isinstance(value, Instance):
        found = instances.call_method(run, value, "__getitem__", node, Args((key,)))
        return containers.lookup(run, value, key) if found is None else found
    if isinstance(value, Method):
        return _name_in(run, value, key, node)
    return containers.lookup(run, value, key)


def _name_in(run: Interpreter, names: Method, key: Value, node: cst.CSTNode) -> Value:
    """``module.__dict__[name]``: the module's attribute of that name."""
    from lint_embed.provenance.lookup import attribute_of

    if names.name != "__dict__" or not isinstance(key, Const) or key.weak:
        return UNKNOWN
    return attribute_of(run, names.receiver, str(key.value), node)


def _asked(run: Interpreter, store: Store, key: Value, node: cst.CSTNode) -> Value | None:
    """``index[vector]``, where that asks a store, or None."""
    edge = store.interface.edges.get("[]") if store.interface is not None else None
    if edge is None or "query" not in edge.facts:
        return None
    return effects.apply(run, Api(edge, store), Args((key,)), node)


def _sliced(run: Interpreter, value: Value, part: cst.Slice, node: cst.Subscript) -> Value:
    if isinstance(value, Api):
        # All but the last layers of a network, where the catalogue says so.
        shorter = api.step(run, value, "[:]") if part.upper is not None else None
        return value if shorter is None else shorter
    items = containers.items_of(run, value)
    if isinstance(value, Const) and isinstance(value.value, str):
        return _sliced_text(run, value, part)
    if items is None or isinstance(value, Dict):
        return value if isinstance(value, Dict) else UNKNOWN
    bounds = _bounds(run, part)
    if bounds is None:
        everything = (*items.known, *items.rest)
        return Each(Items((), containers.add_rest((), everything)))
    if bounds.step == 0:
        return UNKNOWN
    chosen = items.known[bounds]
    if isinstance(value, Tuple):
        return Tuple(chosen)
    return containers.new_list(run, node, Items(chosen, items.rest))


def _sliced_text(run: Interpreter, value: Const, part: cst.Slice) -> Value:
    """``name[:8]``, ``name[len("models/"):]``."""
    bounds = _bounds(run, part)
    if bounds is None or bounds.step == 0:
        return UNKNOWN
    return replace(value, value=value.value[bounds])


def _bounds(run: Interpreter, part: cst.Slice) -> slice | None:
    """The bounds of a slice, or None when one is not known."""
    bounds: list[int | None] = []
    for bound in (part.lower, part.upper, part.step):
        index = run.evaluate(bound) if bound is not None else Const(None)
        if not (isinstance(index, Const) and (index.value is None or type(index.value) is int)):
            return None
        bounds.append(index.value)
    return slice(*bounds)
