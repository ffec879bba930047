"""Statements: walking them in order, through branches and loops."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import libcst as cst

from lint_embed.provenance import containers, instances, selecting, targets
from lint_embed.provenance.narrowing import asked, narrow, rests_on_failure, truth
from lint_embed.provenance.simple_statements import SIMPLE
from lint_embed.provenance.state import Layer, Layers, Loop, Ways
from lint_embed.provenance.values.base import UNKNOWN, Value
from lint_embed.provenance.values.callables import Instance
from lint_embed.provenance.values.constants import FAILED, NO_NAMES, NONE, Const
from lint_embed.provenance.values.containers import Each
from lint_embed.provenance.values.joining import is_opaque

if TYPE_CHECKING:
    from lint_embed.provenance.interpreter import Interpreter


MAX_CARRIED_LOOPS = 2
"""Loops nested deeper than this are walked once only."""


def execute(run: Interpreter, body: Iterable[cst.CSTNode]) -> bool:
    """Walks statements in order; returns whether the end can be reached."""
    for node in body:
        run.burn()
        kind = type(node)
        for part in node.body if kind is cst.SimpleStatementLine else (node,):  # type: ignore[attr-defined]
            handler = HANDLERS.get(type(part))
            if handler is not None and handler(run, part) is False:
                return False
    return True


def block(run: Interpreter, suite: cst.BaseSuite) -> bool:
    """Walks an indented block or the statements behind a colon."""
    return execute(run, suite.body)


# branches ------------------------------------------------------------------------------


def take(run: Interpreter, ways: Ways, work: Callable[[], bool]) -> tuple[Layer, Layer]:
    """Walks one alternative way in layers of its own and adds it if its end is reached."""
    failures = run.handlers
    run.push()
    try:
        falls = work()
        ways.failed = ways.failed or (falls and run.handlers > failures)
    finally:
        run.handlers = failures
        names, heap = run.frames[-1].names.pop(), run.heap.pop()
    if falls:
        ways.add(names, heap)
    return names, heap


def meet_again(run: Interpreter, ways: Ways) -> bool:
    """Joins the ways; returns whether there was any."""
    if not ways.names:
        return False
    run.frames[-1].names.join(ways.names)
    run.heap.join(ways.heap)
    return True


def branches(run: Interpreter, node: cst.If) -> bool:
    """An if with all its elifs, walked in a loop so that long chains do not nest.

    One layer holds what the false tests so far have taught.
    """
    ways = Ways()
    run.push()
    link: cst.If | cst.Else | None = node
    certain = False
    decided, failures, outside = run.decided, run.handlers, NO_NAMES
    while type(link) is cst.If and not certain:
        run.outside = NO_NAMES
        known = truth(run, link.test)
        if known is None:
            run.decided |= run.outside
            outside |= run.outside
        if known is not False:
            take(run, ways, lambda branch=link: _branch(run, branch))  # type: ignore[misc]
        certain = known is True
        narrow(run, link.test, False)
        run.handlers += rests_on_failure(run, link.test)
        link = link.orelse
    falls = not certain and (link is None or block(run, link.body))
    # ``if vector: return vector``: only who failed goes on
    failed = ways.failed or (falls and not ways and run.handlers > failures)
    run.decided, run.handlers = decided, failures + failed
    if outside and falls and link is None:
        for layers, taken in ((run.frame.names, ways.names), (run.heap, ways.heap)):
            _note_none(layers, taken, Const(None, chosen=outside))
    names, heap = run.frame.names.pop(), run.heap.pop()
    if falls:
        ways.add(names, heap)
    return meet_again(run, ways)


def _branch(run: Interpreter, node: cst.If) -> bool:
    narrow(run, node.test, True)
    failed = rests_on_failure(run, node.test)
    run.handlers += failed
    falls = block(run, node.body)
    run.handlers -= failed
    return falls


def try_statement(run: Interpreter, node: cst.Try | cst.TryStar) -> bool:
    ways, frame = Ways(), run.frames[-1]
    seeks = any(_catches(handler.type, ABSENCES) for handler in node.handlers)

    def attempt() -> bool:
        frame.seeks += seeks
        falls = block(run, node.body)
        frame.seeks -= seeks
        return block(run, node.orelse.body) if falls and node.orelse else falls

    names, heap = take(run, ways, attempt)
    may_succeed = bool(ways)

    def handle(handler: cst.ExceptHandler | cst.ExceptStarHandler) -> bool:
        # The exception may have come before or after any statement of the body.
        _note_none(run.frame.names, [names], FAILED)
        _note_none(run.heap, [heap], FAILED)
        run.frame.names.join([{}, names])
        run.heap.join([{}, heap])
        if handler.name is not None:
            targets.assign(run, handler.name.name, UNKNOWN)
        run.handlers += 1
        return block(run, handler.body)

    for handler in node.handlers:
        take(run, ways, lambda handler=handler: handle(handler))  # type: ignore[misc]
    falls = meet_again(run, ways)
    if falls and not may_succeed:
        run.handlers += 1  # ``try: return ...``: only who failed goes on
    if node.finalbody is not None:
        falls = block(run, node.finalbody.body) and falls
    return falls


def _note_none(layers: Layers, tried: list[Layer], none: Const) -> None:
    """What was None before, and gets a value on other ways, is None because of what decided."""
    for layer in tried:
        for key in layer:
            if layers.get(key) == NONE:
                layers.set(key, none)


ABSENCES = frozenset({"KeyError", "LookupError"})
"""What a dict raises for a key that it does not have."""


def _catches(kind: cst.BaseExpression | None, names: frozenset[str]) -> bool:
    """Whether a handler's exceptions, one or several, have one of these names."""
    if type(kind) is cst.Tuple:
        return any(_catches(element.value, names) for element in kind.elements)
    return type(kind) is cst.Name and kind.value in names


def match_statement(run: Interpreter, node: cst.Match) -> bool:
    run.outside = NO_NAMES
    subject = asked(run, node.subject)
    decided = run.decided
    run.decided |= run.outside
    ways = Ways()
    exhaustive = False
    for case in node.cases:
        fits = targets.bind_pattern(run, case.pattern, subject, dry=True)
        if fits is False:
            continue

        def work(case: cst.MatchCase = case) -> bool:
            targets.bind_pattern(run, case.pattern, subject)
            if case.guard is not None:
                run.evaluate(case.guard)
            return block(run, case.body)

        take(run, ways, work)
        if fits is True and case.guard is None:
            exhaustive = True
            break
    run.decided = decided
    if not exhaustive:
        ways.add({}, {})
    return meet_again(run, ways)


# loops ---------------------------------------------------------------------------------


def for_statement(run: Interpreter, node: cst.For) -> bool:
    iterable = run.evaluate(node.iter)
    if iterable is UNKNOWN and run.selects:
        iterable = selecting.kept(run, node.iter)  # for row in cursor
    if (items := containers.short_items(run, iterable)) is not None:
        copies = run.copies
        run.copies *= max(1, len(items))
        falls = _unrolled(run, node, items)
        run.copies = copies
        return falls
    element = containers.element(run, iterable)
    falls = _loop(run, node.body, lambda: targets.assign(run, node.target, element))
    if falls and node.orelse is not None:
        _otherwise(run, node.orelse)
    return falls


def _otherwise(run: Interpreter, node: cst.Else) -> None:
    """The ``else`` of a loop: another way than those that break."""
    ways = Ways()
    ways.add({}, {})
    take(run, ways, lambda: block(run, node.body))
    meet_again(run, ways)


def _unrolled(run: Interpreter, node: cst.For, elements: Sequence[Value]) -> bool:
    """Walks the body once for each element of a short literal, and then the ``else``.

    An iteration that is only reached when what was tried before has failed is another
    one's fallback: ``for name in names: try: return load(name) except ...``.
    """
    frame = run.frame
    context, failures = frame.context, run.handlers
    exits, start = Ways(), (frame.names.depth, run.heap.depth)
    run.push()  # what the iterations do, which a break takes along
    falls = True
    for index, element in enumerate(elements):
        frame.context = run.within(context, (id(node), index))
        if run.handlers and isinstance(element, Const):
            element = replace(element, chosen=element.chosen | run.choice)
        loop = Loop((frame.names.depth, run.heap.depth), run.handlers, exits, start)
        targets.assign(run, node.target, element)
        falls = _end_reached(run, node.body, loop)
        run.handlers = loop.failures + (not loop.steady)
        if not falls or not meet_again(run, loop.ends):
            falls = False
            break
    frame.context = context
    if falls and node.orelse is not None:
        falls = block(run, node.orelse.body)
    names, heap = frame.names.pop(), run.heap.pop()
    if exits:
        run.handlers = failures  # a break is what succeeds
    if falls:
        exits.add(names, heap)
    return meet_again(run, exits)


def _end_reached(run: Interpreter, body: cst.BaseSuite, loop: Loop) -> bool:
    """Walks one iteration; its ``ends`` are the ways to its end, of which there may be none."""
    frame = run.frame
    frame.inside.append(loop)
    run.push()
    falls = block(run, body)
    names, heap = frame.names.pop(), run.heap.pop()
    frame.inside.pop()
    if falls:
        loop.ends.add(names, heap)
        loop.steady = loop.steady or run.handlers == loop.failures
    return bool(loop.ends)


def _loop(run: Interpreter, body: cst.BaseSuite, bind: Callable[[], None]) -> bool:
    """Walks the body for any one iteration, and once more for what an earlier one left."""
    frame = run.frame
    frame.loops += 1
    names, heap = _iteration(run, body, bind)
    if frame.loops <= MAX_CARRIED_LOOPS and _carries(run, names, heap):
        run.frame.names.join([{}, names])
        run.heap.join([{}, heap])
        names, heap = _iteration(run, body, bind)
    frame.loops -= 1
    run.frame.names.join([{}, names])
    run.heap.join([{}, heap])
    for key, value in heap.items():
        if isinstance(key, tuple) and key[-1] == "version":
            run.heap.set(key, value)  # a training loop runs at least once
    return True


def _iteration(
    run: Interpreter, body: cst.BaseSuite, bind: Callable[[], None]
) -> tuple[Layer, Layer]:
    frame = run.frame
    failures = run.handlers
    loop = Loop((frame.names.depth, run.heap.depth), failures, Ways(), None)
    frame.inside.append(loop)
    run.push()
    bind()
    falls = block(run, body)
    names, heap = frame.names.pop(), run.heap.pop()
    frame.inside.pop()
    run.handlers = failures
    if falls:
        loop.ends.add(names, heap)
    run.push()
    meet_again(run, loop.ends)
    return frame.names.pop(), run.heap.pop()


def _carries(run: Interpreter, names: Layer, heap: Layer) -> bool:
    """Whether an iteration left something that matters in a name of before the loop."""
    frame = run.frame
    if frame.is_module:
        mine = id(frame.module)
        written = ((key, v) for key, v in heap.items() if isinstance(key, tuple) and key[0] == mine)
        return any(_matters(value) and run.heap.get(key) is not None for key, value in written)
    return any(_matters(value) and frame.names.get(key) is not None for key, value in names.items())


def _matters(value: object) -> bool:
    return isinstance(value, Value) and not is_opaque(value) and not isinstance(value, Const)


def while_statement(run: Interpreter, node: cst.While) -> bool:
    known = truth(run, node.test)
    if known is False:
        return True
    _loop(run, node.body, lambda: None)
    if node.orelse is not None:
        _otherwise(run, node.orelse)
    return True


def leave_loop(run: Interpreter, node: cst.Break | cst.Continue) -> bool:
    """Break and continue: the way goes on behind the loop, or at the end of the iteration."""
    frame = run.frame
    if not frame.inside:
        return False
    loop = frame.inside[-1]
    if loop.start is not None and type(node) is cst.Break:
        names, heap = loop.start
        loop.exits.add(frame.names.since(names), run.heap.since(heap))
    else:
        names, heap = loop.base
        loop.ends.add(frame.names.since(names), run.heap.since(heap))
        loop.steady = loop.steady or run.handlers == loop.failures
    return False


# lines and contexts --------------------------------------------------------------------


def with_statement(run: Interpreter, node: cst.With) -> bool:
    for item in node.items:
        value = run.evaluate(item.item)
        if isinstance(value, Instance):
            entered = instances.call_method(run, value, "__enter__", item.item)
            value = value if entered is None else entered
        elif isinstance(value, Each):
            value = containers.element(run, value)  # contextlib.contextmanager
        if item.asname is not None:
            targets.assign(run, item.asname.name, value)
    return block(run, node.body)


HANDLERS: dict[type, Callable[[Interpreter, Any], bool | None]] = {
    **SIMPLE,
    cst.Break: leave_loop,
    cst.Continue: leave_loop,
    cst.If: branches,
    cst.For: for_statement,
    cst.While: while_statement,
    cst.Try: try_statement,
    cst.TryStar: try_statement,
    cst.With: with_statement,
    cst.Match: match_statement,
}
