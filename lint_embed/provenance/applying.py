"""Calls of functions that are given as arguments: map, reduce, partial, executors."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import TYPE_CHECKING

from lint_embed.catalogue import Entry
from lint_embed.provenance import containers
from lint_embed.provenance.values.base import UNKNOWN, Value
from lint_embed.provenance.values.callables import (
    Args,
    Builtin,
    Class,
    Function,
    Instance,
    Method,
    Partial,
)
from lint_embed.provenance.values.constants import Const
from lint_embed.provenance.values.containers import Each, Items, Tuple
from lint_embed.provenance.values.imports import Api
from lint_embed.provenance.values.vectors import Encoder

if TYPE_CHECKING:
    import libcst as cst

    from lint_embed.provenance.interpreter import Interpreter


def apply(
    run: Interpreter, value: Api, entry: Entry, args: Args, node: cst.CSTNode
) -> Value | None:
    """Calls a function with each element, or once with the remaining arguments."""
    function = args.find(entry.get("function", [0]))
    if entry.get("beside"):
        if function is not None:
            _called(run, function, entry, args, node)
        return None
    if function is None:
        return UNKNOWN
    if entry.get("arguments"):
        return _called(run, function, entry, args, node)
    if entry.get("once"):
        places = [p for p in entry.get("function", [0]) if isinstance(p, int)]
        rest = Args(args.positional[(places or [0])[0] + 1 :], args.keywords, args.open)
        return run.call(function, rest, node)
    over = entry.get("over", [1])
    sequences = [part for part in (args.find([place]) for place in over) if part is not None]
    if entry.get("result") == "fold":
        return _folded(run, function, sequences, args.find(["initial", 2]), node)
    if entry.get("result") == "chosen":
        map_over(run, function, sequences, node)
        one = containers.element(run, sequences[0]) if sequences else UNKNOWN
        return Each(Items((), (one,)))
    return map_over(run, function, sequences, node, bool(entry.get("starred")))


def _called(
    run: Interpreter, function: Value, entry: Entry, args: Args, node: cst.CSTNode
) -> Value:
    """Calls a function with the arguments in a tuple."""
    given = args.find(entry.get("arguments"))
    items = containers.items_of(run, given) if given is not None else Items()
    if items is None or items.rest:
        return run.call(function, Args(open=True), node)
    return run.call(function, Args(items.known), node)


def _folded(
    run: Interpreter,
    function: Value,
    sequences: list[Value],
    first: Value | None,
    node: cst.CSTNode,
) -> Value:
    """``reduce(function, sequence, first)``."""
    if not sequences:
        return UNKNOWN
    known = containers.short_items(run, sequences[0])
    if known is not None:
        parts = [*([first] if first is not None else []), *known]
        result = parts[0] if parts else UNKNOWN
        for part in parts[1:]:
            result = run.call(function, Args((result, part)), node)
        return result
    one = containers.element(run, sequences[0])
    run.frame.loops += 1
    result = run.call(function, Args((one if first is None else first, one)), node)
    run.frame.loops -= 1
    return result


def map_over(
    run: Interpreter,
    function: Value,
    sequences: list[Value],
    node: cst.CSTNode,
    starred: bool = False,
) -> Value:
    """``map(function, *sequences)``, element by element where these are short literals.

    ``starred``: the elements are tuples of arguments.
    """

    def once(row: tuple[Value, ...]) -> Value:
        if not starred:
            return run.call(function, Args(row), node)
        items = containers.items_of(run, row[0]) if row else None
        known = items is not None and not items.rest
        return run.call(function, Args(items.known) if items and known else Args(open=True), node)

    contents = [containers.items_of(run, sequence) for sequence in sequences]
    short = [c for c in contents if c is not None and not c.rest and len(c.known) <= 8]
    if contents and len(short) == len(contents):
        rows = zip(*(items.known for items in short), strict=False)
        return Each(Items(tuple(once(tuple(row)) for row in rows)))
    elements = tuple(containers.element(run, sequence) for sequence in sequences)
    frame = run.frame
    frame.loops += 1
    result = once(elements)
    frame.loops -= 1
    return Each(Items((), (result,)))


def partial(run: Interpreter, value: Api, entry: Entry, args: Args, node: cst.CSTNode) -> Value:
    if not args.positional:
        return UNKNOWN
    if (kind := entry.get("as")) is not None:
        return Partial(Builtin(f"@{kind}"), args)
    return Partial(args.positional[0], replace(args, positional=args.positional[1:]))


def combine(run: Interpreter, value: Api, entry: Entry, args: Args, node: cst.CSTNode) -> Value:
    """``itertools.combinations`` and its like, of short literals."""
    kind = entry.get("as", "combinations")
    given = args.positional if kind == "product" else args.positional[:1]
    contents = [containers.items_of(run, part) for part in given]
    known = [items.known for items in contents if items is not None and not items.rest]
    if not known or len(known) < len(contents):
        if kind != "product":
            return UNKNOWN
        return Each(Items((), (Tuple(tuple(containers.element(run, part) for part in given)),)))
    size = args.find(["r", 1])
    count = size.value if isinstance(size, Const) and isinstance(size.value, int) else 2
    repeat = args.keyword("repeat")
    times = repeat.value if isinstance(repeat, Const) and repeat.value in (1, 2) else 1
    rows = (
        itertools.product(*known, repeat=times)
        if kind == "product"
        else getattr(itertools, kind)(known[0], count)
    )
    found = itertools.islice(rows, containers.MAX_UNROLLED)
    return Each(Items(tuple(Tuple(tuple(row)) for row in found)))


def is_callable(value: Value) -> bool:
    """Whether calling a value may give vectors."""
    if isinstance(value, Api):
        return True
    return isinstance(value, (Function, Partial, Encoder, Class, Instance, Method))
