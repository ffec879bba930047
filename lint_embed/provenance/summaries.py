"""Summaries: what a function does when nothing is known of its arguments.

Every function is evaluated once by itself, its parameters being symbols.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import libcst as cst

from lint_embed.provenance import class_checking, functions, inheritance, instances
from lint_embed.provenance.carrying import tokens_in
from lint_embed.provenance.idle import is_root
from lint_embed.provenance.state import Layer
from lint_embed.provenance.values.base import STATE, UNKNOWN, Token, Value
from lint_embed.provenance.values.callables import NO_ARGS, Class, Function, Instance, Partial
from lint_embed.provenance.values.containers import Dict, Each, List, Tuple
from lint_embed.provenance.values.joining import alternatives
from lint_embed.provenance.values.stores import EMPTIED, Store
from lint_embed.provenance.values.vectors import Embedding, Encoder

if TYPE_CHECKING:
    from lint_embed.provenance.interpreter import Interpreter

MAX_HEIRS = 3
"""A method is looked at for each heir of its class so many classes away."""


@dataclass(slots=True)
class Summary:
    """What a function does and returns when nothing is known of its arguments.

    ``pulsed``: it made, compared or stored vectors, or led to that. ``pure``: it changes
    nothing that was there before; else ``written`` is what it changes. ``fresh``: what it
    returns is made inside, so that each call makes another one. ``cost``: how many
    statements that took. ``works``: the answer of the function ``works``, once known.
    ``done`` is false while the summary is being made: a recursive call.
    """

    returns: Value = UNKNOWN
    pulsed: bool = False
    pure: bool = True
    fresh: bool = False
    cost: int = 0
    works: bool | None = None
    written: Layer = field(default_factory=dict)
    done: bool = False


def is_own(function: Function) -> bool:
    """Whether a function stands by itself: closures and lambdas depend on where they are."""
    if type(function.node) is cst.Lambda:
        return False
    return function.frame.is_module or function.owner is not None


def works(run: Interpreter, value: Value) -> bool:
    """Whether a callable makes, compares or stores vectors."""
    if isinstance(value, Partial):
        return works(run, value.function) or run.carriers.any_carries(value.args.everything())
    if isinstance(value, Class):
        return run.carriers.carries(Instance(value, value.token)) or _constructs(run, value)
    if not isinstance(value, Function):
        return False
    if value.bound is not None and run.carriers.carries(value.bound):
        return True
    if _takes_nothing(value) and run.leads is not None and not is_root(value, run.leads):
        return False  # without arguments it has but what its names lead to
    found = summary(run, value)
    if found.works is None:
        found.works = found.pulsed  # a function may give back itself
        found.works = not found.done or found.pulsed or run.carriers.carries(found.returns)
    return found.works


def _takes_nothing(function: Function) -> bool:
    """Whether a function of a module has no parameters at all."""
    given = function.node.params
    stars = given.star_kwarg is not None or isinstance(given.star_arg, cst.Param)
    several = given.params or given.kwonly_params or given.posonly_params
    return function.owner is None and not (several or stars)


def _constructs(run: Interpreter, cls: Class) -> bool:
    constructor = instances.class_attribute(run, cls, "__init__")
    return isinstance(constructor, Function) and summary(run, constructor).pulsed


def key_of(function: Function) -> Hashable:
    """What a summary is kept under: an inherited method may do something else in each heir."""
    heir = _heir(function)
    if heir is not None:
        return (id(function.node), id(function.frame), id(heir.node))
    return (id(function.node), id(function.frame))


def _heir(function: Function) -> Class | None:
    """The class that an inherited method is bound to; None for the method's own class.

    A far heir counts as the method's own class, so that the work on a long line of classes
    follows its length.
    """
    cls = function.bound.cls if isinstance(function.bound, Instance) else function.bound
    owner = function.owner
    if not isinstance(cls, Class) or owner is None or cls.node is owner.node:
        return None
    return cls if owner in inheritance.lineage(cls)[: MAX_HEIRS + 1] else None


def summary(run: Interpreter, function: Function) -> Summary:
    """The summary of a function, made on the first call."""
    key = key_of(function)
    found = run.summaries.get(key)
    if found is None:
        found = run.summaries[key] = Summary()
        before, fuel = run.pulse, run.burnt
        for written in _walked_alone(run, function, found):
            found.written = lasting(run, written)
            found.pure = not found.written
        found.pulsed = run.pulse != before
        found.cost = run.burnt - fuel
        found.fresh = is_fresh(found.returns)
        found.done = True
        if function.module.state != "done":  # its globals may still change
            run.provisional.setdefault(function.module.path, []).append(key)
    return found


def _walked_alone(run: Interpreter, function: Function, found: Summary) -> Iterator[Layer]:
    """Walks a function with nothing known of its arguments; yields what it wrote.

    A closure is walked where it is, unless that is asked when its module was walked.
    """
    if isinstance(function.bound, Instance):
        cls = _heir(function) or function.owner or function.bound.cls
        function = function.bound_to(class_checking.generic_instance(run, cls))
    if run.frames and not is_own(function):
        run.heap.push()
        found.returns = functions.walk(run, function, NO_ARGS, None, generic=True)
        yield run.heap.pop()
        return
    with run.alone(), run.refuelled():
        run.frames = [function.module.frame]
        run.heap.push()
        found.returns = functions.walk(run, function, NO_ARGS, None, generic=True)
        yield run.heap.pop()


def lasting(run: Interpreter, written: Layer) -> Layer:
    """What a function changed of what was there before, with all that it put into it."""
    kept = {
        place: value
        for place, value in written.items()
        if run.heap.get(place) is not None or _is_state(place) or _is_emptied(place)
    }
    if not kept:
        return kept
    places: dict[object, list[Hashable]] = {}
    for place in written:
        if isinstance(place, tuple) and place not in kept:
            places.setdefault(place[0], []).append(place)
    queue = list(kept.values())
    while queue and places:
        for token in tokens_in(queue.pop()):
            for place in places.pop(token, ()):
                kept[place] = written[place]
                queue.append(written[place])
    return kept


def is_of(place: object, token: Token | None) -> bool:
    """Whether a place of the heap is an attribute of an object."""
    return token is not None and isinstance(place, tuple) and place[0] == token


def _is_state(place: Hashable) -> bool:
    """Whether a place of the heap belongs to a library's state, which is always there."""
    token = place[0] if isinstance(place, tuple) else None
    return isinstance(token, Token) and isinstance(token.site, tuple) and token.site[0] == STATE


def _is_emptied(place: Hashable) -> bool:
    """Whether a place of the heap tells that a store was emptied, which each call does anew."""
    return isinstance(place, tuple) and place[0] == EMPTIED


def is_fresh(value: Value) -> bool:
    for part in alternatives(value):
        if isinstance(part, (Instance, List, Dict)):
            return True
        if isinstance(part, (Encoder, Embedding)) and part.space.own:
            return True
        if isinstance(part, Store) and not part.identity.shared:
            return True
        if isinstance(part, Tuple) and any(is_fresh(item) for item in part.items):
            return True
        if isinstance(part, Each) and any(
            is_fresh(item) for item in (*part.items.known, *part.items.rest)
        ):
            return True
    return False
