"""Python's own functions over iterables: what comes out of zip, sorted, map and their like."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from lint_embed.provenance import applying, arrays, comparing, containers, stacking
from lint_embed.provenance.values.base import UNKNOWN, Value
from lint_embed.provenance.values.callables import Args
from lint_embed.provenance.values.constants import NONE, Const, Length
from lint_embed.provenance.values.containers import Dict, Each, Items, Keys, Tuple
from lint_embed.provenance.values.imports import Api
from lint_embed.provenance.values.joining import unite
from lint_embed.provenance.values.vectors import (
    SCORE,
    Coercion,
    Composite,
    Embedding,
    Encoder,
    Pending,
    Rows,
    Score,
)

if TYPE_CHECKING:
    import libcst as cst

    from lint_embed.provenance.interpreter import Interpreter


def first(args: Args) -> Value:
    """The first argument that is given by its place."""
    return args.positional[0] if args.positional else UNKNOWN


def _list(run: Interpreter, args: Args, node: cst.CSTNode) -> Value:
    if not args.positional:
        return containers.new_list(run, node, Items())
    value = first(args)
    if isinstance(value, (Embedding, Rows, Composite, Api, Score, Pending)):
        return value
    if isinstance(value, Encoder):  # list(model.parameters())
        return containers.new_list(run, node, Items((), (value,)))
    items = containers.items_of(run, value)
    return UNKNOWN if items is None else containers.new_list(run, node, items)


def _tuple(run: Interpreter, args: Args, node: cst.CSTNode) -> Value:
    value = first(args)
    items = containers.items_of(run, value)
    if items is None:
        return value if isinstance(value, (Embedding, Rows)) else UNKNOWN
    return Each(items) if items.rest else Tuple(items.known)


def _dict(run: Interpreter, args: Args, node: cst.CSTNode) -> Value:
    value = containers.new_dict(run, node, Keys())
    for given in args.positional:
        pairs = containers.items_of(run, given) if not isinstance(given, Dict) else None
        if pairs is None:
            containers.update(run, value, Args((given,)))
            continue
        containers.set_keys(run, value, map(_pair, (*pairs.known, *pairs.rest)))
    containers.update(run, value, Args((), args.keywords))
    return value


def _pair(part: Value) -> tuple[Value, Value]:
    """A key and its value, as ``dict`` takes them from an iterable."""
    if isinstance(part, Tuple) and len(part.items) == 2:
        return part.items[0], part.items[1]
    return UNKNOWN, UNKNOWN


def _zip(run: Interpreter, args: Args, node: cst.CSTNode) -> Value:
    contents = [containers.items_of(run, part) for part in args.positional]
    if contents and all(items is not None and not items.rest for items in contents):
        rows = zip(*(items.known for items in contents if items is not None), strict=False)
        return Each(Items(tuple(Tuple(row) for row in rows)))
    row = [_zipped(run, part, node) for part in args.positional]
    counted = [items.known for items in contents if items is not None and not items.rest]
    if not counted:
        return Each(Items((), (Tuple(tuple(row)),)))
    tuples: list[Value] = []
    for index in range(min(len(known) for known in counted)):
        picked = [
            containers.item_at(items, index) if items is not None else part
            for items, part in zip(contents, row, strict=True)
        ]
        tuples.append(Tuple(tuple(picked)))
    return Each(Items(tuple(tuples)))


def _zipped(run: Interpreter, iterable: Value, node: cst.CSTNode) -> Value:
    """An element of an iterable in zip: of a vector, a coordinate.

    Where it is one, the longer vector is cut without a word.
    """
    value = containers.element(run, iterable)
    if isinstance(iterable, Embedding) and iterable.rows != "many" and isinstance(value, Embedding):
        return replace(value, coercion=Coercion(run.site(node), "zip", sure=False))
    return value


def _enumerate(run: Interpreter, args: Args, node: cst.CSTNode) -> Value:
    items = containers.items_of(run, first(args))
    if items is None:
        return Each(Items((), (Tuple((UNKNOWN, containers.element(run, first(args)))),)))
    known = tuple(Tuple((Const(index), part)) for index, part in enumerate(items.known))
    return Each(Items(known, tuple(Tuple((UNKNOWN, part)) for part in items.rest)))


def _reversed(run: Interpreter, args: Args, node: cst.CSTNode) -> Value:
    items = containers.items_of(run, first(args))
    if items is None:
        return first(args) if isinstance(first(args), (Embedding, Rows)) else UNKNOWN
    known = () if items.rest else tuple(reversed(items.known))
    rest = containers.add_rest(items.rest, items.known) if items.rest else ()
    return Each(Items(known, rest))


def _sorted(run: Interpreter, args: Args, node: cst.CSTNode) -> Value:
    value, key = first(args), args.keyword("key")
    element = containers.element(run, value)
    if key is not None:
        frame = run.frame
        frame.loops += 1
        run.call(key, Args((element,)), node)
        frame.loops -= 1
    items = containers.items_of(run, value)
    if items is None:
        return value if isinstance(value, (Embedding, Rows, Score, Api)) else UNKNOWN
    if key is None and (known := _in_order(items, args.keyword("reverse"))) is not None:
        return Each(Items(known))
    return Each(Items((), containers.add_rest((), (*items.known, *items.rest))))


def _in_order(items: Items, reverse: Value | None) -> tuple[Value, ...] | None:
    """Constants as ``sorted`` leaves them, or pairs by their keys; None where that is not known."""
    by_key: dict[Any, Value] = {}
    for part in items.known:
        key = part.items[0] if isinstance(part, Tuple) and part.items else part
        if not isinstance(key, Const) or key.weak:
            return None
        by_key[key.value] = part
    is_known = not items.rest and isinstance(reverse or NONE, Const)
    if not is_known or len(by_key) < len(items.known):
        return None
    if {type(key) for key in by_key} not in SORTED_ALIKE:
        return None
    backwards = isinstance(reverse, Const) and bool(reverse.value)
    return tuple(by_key[key] for key in sorted(by_key, reverse=backwards))


SORTED_ALIKE = ({str}, {int}, {float}, {int, float})


def _sum(run: Interpreter, args: Args, node: cst.CSTNode) -> Value:
    value = first(args)
    items = containers.items_of(run, value)
    if items is None:
        return arrays.reduced(run, value, Const(0), "sum", node)
    values = (*items.known, *items.rest)
    if not values:
        return UNKNOWN
    pending = [part for part in values if isinstance(part, Pending)]
    if pending:
        how = "dot product" if pending[0].op == "multiply" else "distance"
        return comparing.united([arrays.distance(part, how) for part in pending])
    if any(isinstance(part, Score) for part in values):
        return comparing.united(values)
    if isinstance(values[0], Embedding) and values[0].rows == "scalar":
        return SCORE
    return arrays.reduced(run, stacking.rows_of(run, node, values), Const(0), "sum", node)


def _extreme(run: Interpreter, args: Args, node: cst.CSTNode) -> Value:
    values = args.positional
    lengths = [part for part in values if isinstance(part, Length)]
    if lengths and len(lengths) == len(values):
        features = any(part.features for part in lengths)
        return Length(frozenset().union(*(part.of for part in lengths)), features)
    if key := args.keyword("key"):
        run.call(key, Args((containers.element(run, first(args)),)), node)
    if len(values) == 1:
        return containers.element(run, values[0])
    return (
        unite(values) if values and all(isinstance(v, (Score, Const)) for v in values) else UNKNOWN
    )


def _map(run: Interpreter, args: Args, node: cst.CSTNode) -> Value:
    if len(args.positional) < 2:
        return UNKNOWN
    return applying.map_over(run, args.positional[0], list(args.positional[1:]), node)


def _filter(run: Interpreter, args: Args, node: cst.CSTNode) -> Value:
    if len(args.positional) < 2:
        return UNKNOWN
    function, iterable = args.positional[:2]
    if applying.is_callable(function):
        run.frame.loops += 1
        run.call(function, Args((containers.element(run, iterable),)), node)
        run.frame.loops -= 1
    items = containers.items_of(run, iterable)
    if items is None:
        return iterable
    return Each(Items((), containers.add_rest((), (*items.known, *items.rest))))


def _next(run: Interpreter, args: Args, node: cst.CSTNode) -> Value:
    value = first(args)
    items = containers.items_of(run, value)
    if items is not None and items.known and not items.rest:
        return items.known[0]
    return containers.element(run, value)


def _range(run: Interpreter, args: Args, node: cst.CSTNode) -> Value:
    numbers = [part.value for part in args.positional if isinstance(part, Const)]
    if len(numbers) == len(args.positional) and all(type(n) is int for n in numbers):
        if 0 < len(numbers) < 4 and (len(numbers) < 3 or numbers[2]):
            values = range(*numbers)
            if len(values) <= containers.MAX_UNROLLED:
                return Each(Items(tuple(Const(value) for value in values)))
    if len(args.positional) == 1 and isinstance(args.positional[0], Length):
        return Each(Items((), (args.positional[0],)))
    return Each(Items((), (Length(frozenset()),)))  # some whole number


def _iter(run: Interpreter, args: Args, node: cst.CSTNode) -> Value:
    return first(args)


OVER_ITERABLES: dict[str, Callable[[Interpreter, Args, cst.CSTNode], Value]] = {
    "list": _list,
    "set": _list,
    "frozenset": _list,
    "tuple": _tuple,
    "dict": _dict,
    "zip": _zip,
    "enumerate": _enumerate,
    "reversed": _reversed,
    "sorted": _sorted,
    "sum": _sum,
    "min": _extreme,
    "max": _extreme,
    "map": _map,
    "filter": _filter,
    "next": _next,
    "iter": _iter,
    "aiter": _iter,
    "anext": _next,
    "range": _range,
}
