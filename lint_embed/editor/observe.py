"""Records which encoders and vectors the analysis saw at each expression."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import libcst as cst

from lint_embed.provenance import expressions
from lint_embed.provenance.interpreter import Interpreter
from lint_embed.provenance.values import (
    Api,
    Composite,
    Embedding,
    Encoder,
    OneOf,
    Rows,
    Value,
    alternatives,
)

_WATCHED = (cst.Name, cst.Attribute, cst.Call, cst.Subscript, cst.Await, cst.BinaryOperation)
_MOST = 4


class Observed(dict[int, Value]):
    """Values by the id of their node; of what is no encoder and no vector, none.

    A node that is walked several times (a function's body, once a call) keeps each
    different value, up to a few.
    """

    def __setitem__(self, key: int, value: Value) -> None:
        new = [part for part in alternatives(value) if has_space(part)]
        if not new:
            return
        old = self.get(key)
        found = list(alternatives(old)) if old is not None else []
        found += [part for part in new if part not in found]
        found = found[:_MOST]
        super().__setitem__(key, found[0] if len(found) == 1 else OneOf(tuple(found)))


def has_space(value: Value) -> bool:
    """Whether a value carries an embedding space."""
    if isinstance(value, Api):
        return isinstance(value.owner, Encoder | Embedding)
    return isinstance(value, Encoder | Embedding | Composite | Rows)


def spaced(value: Value) -> Iterator[Encoder | Embedding]:
    """The encoders and vectors in a value."""
    for part in alternatives(value):
        if isinstance(part, Encoder | Embedding):
            yield part
        elif isinstance(part, Rows):
            for each in part.each:
                yield from spaced(each)
        elif isinstance(part, Composite):
            for each in part.parts:
                yield from spaced(each)


def observing(run: Interpreter, observed: Observed) -> None:
    """Makes an interpreter write what it sees into ``observed``."""
    run.observer = observed
    for kind in _WATCHED:
        handler = expressions.HANDLERS.get(kind)
        if handler is not None and not hasattr(handler, "observes"):
            expressions.HANDLERS[kind] = _watched(handler)


def _watched(handler: Callable[[Interpreter, Any], Value]) -> Callable[[Interpreter, Any], Value]:
    def handle(run: Interpreter, node: Any) -> Value:
        value = handler(run, node)
        if run.observer is not None:
            run.observer[id(node)] = value
        return value

    handle.observes = True  # type: ignore[attr-defined]
    return handle
