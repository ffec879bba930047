"""Comprehensions: what they collect, element by element over short literals."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import libcst as cst

from lint_embed.provenance import (
    containers,
    targets,
)
from lint_embed.provenance.narrowing import narrow, truth
from lint_embed.provenance.values.base import Value
from lint_embed.provenance.values.containers import Each, Items, Keys, Tuple

if TYPE_CHECKING:
    from lint_embed.provenance.interpreter import Interpreter


def comprehension(run: Interpreter, node: cst.ListComp | cst.SetComp | cst.GeneratorExp) -> Value:
    items = _collected(run, node.for_in, lambda: run.evaluate(node.elt))
    if isinstance(node, cst.GeneratorExp):
        return Each(items)
    return containers.new_list(run, node, items)


def dict_comprehension(run: Interpreter, node: cst.DictComp) -> Value:
    pairs = _collected(
        run, node.for_in, lambda: Tuple((run.evaluate(node.key), run.evaluate(node.value)))
    )
    value = containers.new_dict(run, node, Keys())
    found = [part.items for part in (*pairs.known, *pairs.rest) if isinstance(part, Tuple)]
    containers.set_keys(run, value, ((items[0], items[1]) for items in found))
    return value


def _collected(run: Interpreter, loop: cst.CompFor, make: Callable[[], Value]) -> Items:
    """What a comprehension collects, element by element over short literals."""
    iterable = run.evaluate(loop.iter)
    items = containers.short_items(run, iterable)
    frame = run.frame
    known: list[Value] = []
    rest: tuple[Value, ...] = ()
    frame.names.push()
    if items is not None:
        context, copies = frame.context, run.copies
        run.copies *= max(1, len(items))
        for index, element in enumerate(items):
            frame.context = run.within(context, (id(loop), index))
            inner = _one_round(run, loop, element, make)
            if rest or inner.rest:
                rest = containers.add_rest(rest, (*inner.known, *inner.rest))
            else:
                known.extend(inner.known)
        frame.context, run.copies = context, copies
    else:
        frame.loops += 1
        inner = _one_round(run, loop, containers.element(run, iterable), make)
        frame.loops -= 1
        rest = containers.add_rest(rest, (*inner.known, *inner.rest))
    frame.names.pop()
    return Items(tuple(known), rest)


def _one_round(
    run: Interpreter, loop: cst.CompFor, element: Value, make: Callable[[], Value]
) -> Items:
    _bind_loop(run, loop.target, element)
    certain = True
    for condition in loop.ifs:
        known = truth(run, condition.test)
        if known is False:
            return Items()
        certain = certain and known is True
        narrow(run, condition.test, True)
    if loop.inner_for_in is not None:
        return _collected(run, loop.inner_for_in, make)
    value = make()
    return Items((value,)) if certain else Items((), (value,))


def _bind_loop(run: Interpreter, target: cst.BaseAssignTargetExpression, element: Value) -> None:
    """A comprehension's variable is its own, in modules and classes too."""
    frame = run.frame
    is_module, is_class = frame.is_module, frame.is_class
    frame.is_module = frame.is_class = False
    targets.assign(run, target, element)
    frame.is_module, frame.is_class = is_module, is_class
