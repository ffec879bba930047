"""Summaries: what a function does when nothing is known of its arguments.

Every function is evaluated once by itself, its parameters being symbols. A call whose
arguments and receiver tell nothing takes that summary. Any other evaluates the body with
what is known, so that the meetings inside become known at the call; but only when the
function works with vectors at all, or is given something that does.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, field, replace
from types import FrameType
from typing import TYPE_CHECKING

import libcst as cst

from lint_embed.provenance import class_checking, functions, inheritance, instances
from lint_embed.provenance.carrying import CALLABLE, has_text, tokens_in
from lint_embed.provenance.state import Layer
from lint_embed.provenance.values.base import BOTTOM, STATE, UNKNOWN, Token, Value
from lint_embed.provenance.values.callables import Args, Class, Function, Instance, Partial
from lint_embed.provenance.values.containers import Dict, Each, List, Tuple
from lint_embed.provenance.values.joining import alternatives, is_opaque, unite
from lint_embed.provenance.values.vectors import Embedding, Encoder

if TYPE_CHECKING:
    from pathlib import Path

    from lint_embed.provenance.interpreter import Interpreter
    from lint_embed.relevance import Roots

MAX_DEPTH = 1100
"""Calls nested deeper than this are unknown,"""
DEEP = 12
"""and from here on those for which this many frames of Python's own are in use."""
MAX_STACK = 14_000
CHEAP = 30
"""A function of no more statements is walked for a string that may name a model."""
SETTINGS = 200
"""The same for a function that makes an object or a dict of strings: options, settings."""
MAX_BLOCKS = 3
"""How many compound statements such a function may have."""
PATIENCE = 6
"""So many calls in one file for the sake of a string may tell nothing; then it is let be."""
MAX_HEIRS = 3
"""A method is looked at for each heir of its class so many classes away."""
MAX_RECURSION = 2
"""A function may be active this often at the same time."""


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


@dataclass(slots=True)
class Memo:
    """What a method did when nothing but its receiver mattered."""

    version: int
    returns: Value
    written: Layer


def call_function(run: Interpreter, function: Function, args: Args, node: cst.CSTNode) -> Value:
    """Calls a function of the project: by its summary, or by walking its body."""
    if run.fuel < 0 or _is_too_deep(run):
        return UNKNOWN
    active = 0
    for frame in run.frames:  # there may be many: no call for each of them
        if frame.function is not None and frame.function.node is function.node:
            active += 1
    if active >= MAX_RECURSION:
        return BOTTOM
    if run.credit < 0:
        return _from_summary(run, function)
    if run.carriers.any_carries(args.everything()):
        return functions.walk(run, function, args, node)
    if is_idle(run, function):
        return UNKNOWN
    if function.bound is not None and run.carriers.carries(function.bound):
        return _walk_once(run, function, args, node)
    found = summary(run, function)
    if not found.done:
        return BOTTOM
    if function.name == "__init__" and (found.pulsed or found.cost <= CHEAP):
        return functions.walk(run, function, args, node)
    if _may_differ(run, found, function, args) and run.dull.get(function.node, 0) < PATIENCE:
        return _walk_for_text(run, found, function, args, node)
    return _of_receiver(found.returns, function)


def _is_too_deep(run: Interpreter) -> bool:
    """Whether one more call would use too much of the stack; looked at every few calls."""
    depth = len(run.frames)
    if depth <= DEEP or depth % 4:
        return depth > MAX_DEPTH
    frame: FrameType | None = sys._getframe()
    used = 0
    while frame is not None and used <= MAX_STACK:
        frame, used = frame.f_back, used + 1
    return used > MAX_STACK


def _walk_for_text(
    run: Interpreter, found: Summary, function: Function, args: Args, node: cst.CSTNode
) -> Value:
    """Walks a function for what a string, or its surroundings, may tell; counts in vain."""
    before = run.learnt()
    result = functions.walk(run, function, args, node)
    if found.pulsed and run.learnt() == before and not run.carriers.carries(result):
        run.dull[function.node] = run.dull.get(function.node, 0) + 1
    return result


def _of_receiver(value: Value, function: Function) -> Value:
    """What a summary returns, where it is the object itself: ``return self``."""
    if not isinstance(function.bound, Instance):
        return value
    anyone = {class_checking.any_token(cls) for cls in (function.bound.cls, function.owner) if cls}
    return unite(
        function.bound if isinstance(part, Instance) and part.token in anyone else part
        for part in alternatives(value)
    )


def is_idle(run: Interpreter, function: Function) -> bool:
    """Whether a long function has nothing to do with vectors, by all that it names.

    A short one may still choose the name of a model.
    """
    if run.leads is None or isinstance(function.node, cst.Lambda):
        return False
    known = run.idle.get(function.node)
    if known is None:
        known = run.idle[function.node] = is_long(function) and not is_root(function, run.leads)
    return known


def is_root(function: Function, roots: Callable[[Path], Roots] | None) -> bool:
    """Whether a function leads to vectors, or changes what others work with; by its names."""
    if roots is None:
        return True
    if function.owner is not None:
        names = roots(function.module.path).methods(function.owner.name)
        return names is None or function.name in names
    if not function.frame.is_module:
        return True
    return function.name in roots(function.module.path).names


def is_long(function: Function) -> bool:
    """Whether a function has more than ``CHEAP`` statements, or ``SETTINGS`` in a few blocks.

    A long list of plain statements is how options and settings are put together.
    """
    assert isinstance(function.node, cst.FunctionDef)
    abridged = function.module.abridged
    size = abridged.size(function.node.body) if abridged is not None else None
    if size is not None:
        return size[0] > (CHEAP if size[1] > MAX_BLOCKS else SETTINGS)
    count = blocks = 0
    stack: list[cst.CSTNode] = [function.node.body]
    while stack:
        block = stack.pop()
        for line in getattr(block, "body", ()):
            count += 1
            body = getattr(line, "body", None)
            if isinstance(body, cst.BaseSuite):
                blocks += 1
                stack.append(body)
            if count > (CHEAP if blocks > MAX_BLOCKS else SETTINGS):
                return True
            stack.extend(_further(line))
    return False


def _further(line: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """The other branches of a compound statement."""
    orelse = getattr(line, "orelse", None)
    if isinstance(orelse, cst.If):
        yield cst.IndentedBlock([orelse])
    elif orelse is not None:
        yield orelse.body
    for part in (*getattr(line, "handlers", ()), *getattr(line, "cases", ())):
        yield part.body
    final = getattr(line, "finalbody", None)
    if final is not None:
        yield final.body


def _from_summary(run: Interpreter, function: Function) -> Value:
    """What is known of a function already, when there is no credit left to learn more."""
    found = run.summaries.get(_key(function))
    return found.returns if found is not None and found.done and not found.fresh else UNKNOWN


def _may_differ(run: Interpreter, found: Summary, function: Function, args: Args) -> bool:
    """Whether this call may do something else than the summary says."""
    if any(isinstance(part, Function) for part in alternatives(found.returns)) and any(
        isinstance(part, CALLABLE) for part in args.everything()
    ):
        return found.cost <= CHEAP  # a decorator: what it gives closes over what it got
    if not found.pulsed and not run.carriers.carries(found.returns):
        # It may still choose or build the name of a model, or give settings that hold one.
        if found.fresh and run.carriers.has_text(found.returns):
            return found.cost <= SETTINGS
        return found.cost <= CHEAP and has_text(args.everything())
    if found.fresh or not found.pure or not _is_own(function):
        return True
    given = (*args.everything(), *(value for _, value in function.defaults))
    return has_text(given) or (function.bound is not None and run.carriers.has_text(function.bound))


def _is_own(function: Function) -> bool:
    """Whether a function stands by itself: closures and lambdas depend on where they are."""
    if isinstance(function.node, cst.Lambda):
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
    found = summary(run, value)
    if found.works is None:
        found.works = found.pulsed  # a function may give back itself
        found.works = not found.done or found.pulsed or run.carriers.carries(found.returns)
    return found.works


def _constructs(run: Interpreter, cls: Class) -> bool:
    constructor = instances.class_attribute(run, cls, "__init__")
    return isinstance(constructor, Function) and summary(run, constructor).pulsed


def _walk_once(run: Interpreter, function: Function, args: Args, node: cst.CSTNode) -> Value:
    """Walks a method again only when something that matters was put somewhere since."""
    if not all(is_opaque(value) for value in args.everything()):
        return functions.walk(run, function, args, node)
    key = (id(function.node), getattr(function.bound, "token", None), len(run.frames))
    memo = run.memo.get(key)
    if memo is not None and memo.version == run.carriers.version:
        run.heap.write(memo.written)
        return memo.returns
    run.heap.push()
    try:
        returns = functions.walk(run, function, args, node)
    finally:
        written = run.heap.pop()
        run.heap.write(written)
    if not _is_fresh(returns):
        run.memo[key] = Memo(run.carriers.version, returns, written)
    return returns


def _key(function: Function) -> Hashable:
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
    key = _key(function)
    found = run.summaries.get(key)
    if found is None:
        found = run.summaries[key] = Summary()
        before, fuel = run.pulse, run.burnt
        for written in _walked_alone(run, function, found):
            found.written = _lasting(run, written)
            found.pure = not found.written
        found.pulsed = run.pulse != before
        found.cost = run.burnt - fuel
        found.fresh = _is_fresh(found.returns)
        found.done = True
        if function.module.state != "done":  # its globals may still change
            run.provisional.setdefault(function.module.path, []).append(key)
    return found


def _walked_alone(run: Interpreter, function: Function, found: Summary) -> Iterator[Layer]:
    """Walks a function with nothing known of its arguments; yields what it wrote."""
    if isinstance(function.bound, Instance):
        cls = _heir(function) or function.owner or function.bound.cls
        function = replace(function, bound=class_checking.generic_instance(run, cls))
    if not _is_own(function):
        run.heap.push()
        found.returns = functions.walk(run, function, Args(), None, generic=True)
        yield run.heap.pop()
        return
    with run.alone(), run.refuelled():
        run.frames = [function.module.frame]
        run.heap.push()
        found.returns = functions.walk(run, function, Args(), None, generic=True)
        yield run.heap.pop()


def _lasting(run: Interpreter, written: Layer) -> Layer:
    """What a function changed of what was there before, with all that it put into it."""
    kept = {
        place: value
        for place, value in written.items()
        if run.heap.get(place) is not None or _is_state(place)
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


def _is_state(place: Hashable) -> bool:
    """Whether a place of the heap belongs to a library's state, which is always there."""
    token = place[0] if isinstance(place, tuple) else None
    return isinstance(token, Token) and isinstance(token.site, tuple) and token.site[0] == STATE


def _is_fresh(value: Value) -> bool:
    for part in alternatives(value):
        if isinstance(part, (Instance, List, Dict)):
            return True
        if isinstance(part, (Encoder, Embedding)) and part.space.own:
            return True
        if isinstance(part, Tuple) and any(_is_fresh(item) for item in part.items):
            return True
        if isinstance(part, Each) and any(
            _is_fresh(item) for item in (*part.items.known, *part.items.rest)
        ):
            return True
    return False
