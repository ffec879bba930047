"""Calls of the project's functions: which are walked, and which a summary answers.

A call whose arguments and receiver tell nothing takes the summary. Any other evaluates the
body with what is known, so that the meetings inside become known at the call; but only when
the function works with vectors at all, or is given something that does. What is walked on
the mere chance that it tells something, and does not, is bounded for each file.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from types import FrameType
from typing import TYPE_CHECKING

from lint_embed.provenance import class_checking, functions
from lint_embed.provenance.carrying import CALLABLE, INERT, has_text
from lint_embed.provenance.idle import CHEAP, SETTINGS, is_idle, is_root
from lint_embed.provenance.summaries import Summary, is_fresh, is_of, is_own, key_of, summary
from lint_embed.provenance.values.base import BOTTOM, UNKNOWN, Value
from lint_embed.provenance.values.callables import Args, Function, Instance
from lint_embed.provenance.values.constants import Const
from lint_embed.provenance.values.containers import Dict, List
from lint_embed.provenance.values.joining import alternatives, is_opaque, unite

if TYPE_CHECKING:
    import libcst as cst

    from lint_embed.provenance.interpreter import Interpreter
    from lint_embed.provenance.state import Layer

MAX_DEPTH = 1100
"""Calls nested deeper than this are unknown,"""
DEEP = 12
"""and from here on those for which this many frames of Python's own are in use."""
MAX_STACK = 14_000
TINY = 3
"""A function of no more statements is always walked for a string."""
PATIENCE = 6
"""So many calls of a function in one file may be in vain; then it is let be where it works with
vectors and gets strings only, or where no more may be in vain."""
MAX_RECURSION = 2
"""A function may be active this often at the same time."""


@dataclass(slots=True)
class Memo:
    """What a method did when nothing but its receiver mattered."""

    version: int
    returns: Value
    written: Layer


def call_function(run: Interpreter, function: Function, args: Args, node: cst.CSTNode) -> Value:
    """Calls a function of the project: by its summary, or by walking its body."""
    if run.is_exhausted or _is_too_deep(run):
        return UNKNOWN
    active = 0
    for frame in run.frames:  # there may be many: no call for each of them
        if frame.function is not None and frame.function.node is function.node:
            active += 1
    if active >= MAX_RECURSION:
        return BOTTOM
    if run.is_in_debt:
        return _known(run, function)
    carries = run.carriers.any_carries(args.everything())
    if carries and _is_given(run, args):
        if run.spare < 0 and _is_dull(run, function):
            return _known(run, function)
        return _on_trial(run, function, args, node)
    if not carries and is_idle(run, function):
        return UNKNOWN
    if carries or (function.bound is not None and run.carriers.carries(function.bound)):
        if _is_hopeless(run, function):
            return _known(run, function)
        return _walk_once(run, function, args, node, active)
    found = summary(run, function)
    if not found.done:
        return BOTTOM
    if function.name == "__init__" and (found.pulsed or found.cost <= CHEAP):
        if not _is_hopeless(run, function) or has_text(args.everything()):
            return _on_trial(run, function, args, node)
    elif (
        (found.cost <= TINY or not _is_hopeless(run, function))
        and not (found.pulsed and _is_dull(run, function))
        and _may_differ(run, found, function, args)
    ):
        return _on_trial(run, function, args, node)
    return _of_receiver(found.returns, function)


def _is_hopeless(run: Interpreter, function: Function) -> bool:
    """Whether a function is not to be walked any more on the mere chance that it tells
    something: it was in vain before, and what may be in vain is spent."""
    return run.spare < 0 and function.node in run.vain


def _is_dull(run: Interpreter, function: Function) -> bool:
    """Whether a function was walked in vain many times."""
    return run.vain.get(function.node, 0) >= PATIENCE


def _is_given(run: Interpreter, args: Args) -> bool:
    """Whether a call gets an encoder, vectors or the like itself, not an object that has it."""
    return any(
        run.carriers.carries(value)
        for given in args.everything()
        for value in alternatives(given)
        if not isinstance(value, (Instance, List, Dict))
    )


def _on_trial(run: Interpreter, function: Function, args: Args, node: cst.CSTNode) -> Value:
    """Walks a function that may tell nothing."""
    return _tried(run, function, args, node)[0]


def _tried(
    run: Interpreter, function: Function, args: Args, node: cst.CSTNode
) -> tuple[Value, Layer]:
    """What a function returns, and what was where it wrote; where that tells and changes
    nothing, it is paid from what may be in vain.

    A comparison tells, of whatever vectors: those of the next call may be others.
    """
    before, burnt, paid, births = run.found(), run.burnt, run.paid, run.births
    made = function.bound if function.name == "__init__" else None
    run.heap.push()
    try:
        result = functions.walk(run, function, args, node)
    finally:
        replaced = run.heap.keep()
    is_vain = run.found() == before and not _changes(run, replaced, births, made)
    if is_vain and not run.carriers.carries(result if made is None else made):
        cost = run.burnt - burnt - (run.paid - paid)  # calls inside may have paid for theirs
        run.vain[function.node] = run.vain.get(function.node, 0) + 1
        run.paid += cost
        run.spare -= cost
    return result, replaced


def _changes(run: Interpreter, replaced: Layer, births: int, made: Value | None) -> bool:
    """Whether a call that wrote over what it ``replaced`` changed something that matters in
    what was there before it.

    That is all but the object ``made`` by it, and those that were born since. Such a call is
    never left out: what is known of an object would be of before.
    """
    own = made.token if isinstance(made, Instance) else None
    for place, old in replaced.items():
        if old is None and (run.is_born_since(place, births) or is_of(place, own)):
            continue
        if functions.tells(run, run.heap.get(place)) or (
            old is not None and functions.tells(run, old)
        ):
            return True
    return False


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


def _of_receiver(value: Value, function: Function) -> Value:
    """What a summary returns, where it is the object itself: ``return self``."""
    if not isinstance(function.bound, Instance):
        return value
    anyone = {class_checking.any_token(cls) for cls in (function.bound.cls, function.owner) if cls}
    return unite(
        function.bound if isinstance(part, Instance) and part.token in anyone else part
        for part in alternatives(value)
    )


def _walk_once(
    run: Interpreter, function: Function, args: Args, node: cst.CSTNode, active: int
) -> Value:
    """Walks a method again only when something that matters was put somewhere since.

    ``active``: how often it is being walked already; of one that calls itself less is known.
    """
    if not all(is_opaque(value) for value in args.everything()):
        return _on_trial(run, function, args, node)
    key = (id(function.node), getattr(function.bound, "token", None), active)
    memo = run.memo.get(key)
    if memo is not None and memo.version == run.carriers.version:
        run.heap.write(memo.written)
        return memo.returns
    returns, replaced = _tried(run, function, args, node)
    if not is_fresh(returns):
        written = {place: run.heap.get(place) for place in replaced}
        run.memo[key] = Memo(run.carriers.version, returns, written)
    return returns


def _known(run: Interpreter, function: Function) -> Value:
    """What is known of a function already, when no more is spent to learn about it."""
    found = run.summaries.get(key_of(function))
    if found is None or not found.done or found.fresh:
        return UNKNOWN
    return _of_receiver(found.returns, function)


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
        left = _exchanged(run, found, function)
        if found.cost > CHEAP:
            return any(not isinstance(value, Const) for value in left)
        if left:
            return True  # ``global model``: what it puts there is another one from here on
        return has_text(args.everything()) or _is_given_name(run, args)
    if found.fresh or not found.pure or not is_own(function):
        return True
    given = (*args.everything(), *(value for _, value in function.defaults))
    if has_text(given) or _is_given_name(run, args):
        return True
    return function.bound is not None and run.carriers.has_text(function.bound)


def _exchanged(run: Interpreter, found: Summary, function: Function) -> list[Value]:
    """What a function that may lead to vectors leaves in the variables of its module, where that
    is not there already."""
    left = [
        value
        for place, value in found.written.items()
        if isinstance(place, tuple)
        and place[0] == id(function.module)
        and isinstance(value, Value)
        and functions.tells(run, value)
        and run.heap.get(place) != value
    ]
    return left if left and is_root(function, run.leads) else []


def _is_given_name(run: Interpreter, args: Args) -> bool:
    """Whether a call gets an object that may hold no more than the name of its model."""
    for given in args.everything():
        if type(given) in INERT:
            continue
        for part in alternatives(given):
            if isinstance(part, Instance) and run.carriers.has_text(part):
                return True
    return False
