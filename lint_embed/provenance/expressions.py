"""Expressions: the value of each, by dispatch on the type of its node."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import libcst as cst

from lint_embed.provenance import (
    applying,
    builtins,
    containers,
    functions,
    selecting,
    several,
    sql,
    targets,
)
from lint_embed.provenance.comprehensions import comprehension, dict_comprehension
from lint_embed.provenance.literals import (
    concatenated,
    dict_display,
    formatted,
    list_display,
    number,
    string,
    tuple_display,
)
from lint_embed.provenance.lookup import attribute_of, lookup, settle
from lint_embed.provenance.operators import binary, boolean, comparison, conditional, unary
from lint_embed.provenance.subscripts import subscript
from lint_embed.provenance.values.base import UNKNOWN, OneOf, Symbol, Value
from lint_embed.provenance.values.callables import NO_ARGS, Args, Function, Partial
from lint_embed.provenance.values.constants import is_nothing
from lint_embed.provenance.values.containers import Dict
from lint_embed.provenance.values.imports import Api, External
from lint_embed.provenance.values.joining import alternatives, unite
from lint_embed.provenance.values.vectors import Encoder

if TYPE_CHECKING:
    from lint_embed.provenance.interpreter import Interpreter
    from lint_embed.provenance.state import Frame


def evaluate(run: Interpreter, node: cst.BaseExpression) -> Value:
    """The value of an expression."""
    handler = HANDLERS.get(type(node))
    value = UNKNOWN if handler is None else handler(run, node)
    if run.observer is not None and (value is not UNKNOWN or id(node) not in run.observer):
        run.observer[id(node)] = value
    return value


def name(run: Interpreter, node: cst.Name) -> Value:
    return lookup(run, node.value)


def attribute(run: Interpreter, node: cst.Attribute) -> Value:
    value = attribute_of(run, evaluate(run, node.value), node.attr.value, node)
    return settle(run, value, node)


def named(run: Interpreter, node: cst.NamedExpr) -> Value:
    value = evaluate(run, node.value)
    targets.assign(run, node.target, value)
    return value


def awaited(run: Interpreter, node: cst.Await) -> Value:
    return evaluate(run, node.expression)


def yielded(run: Interpreter, node: cst.Yield) -> Value:
    frame = run.frame
    if node.value is None:
        _pause(run, frame)
        return UNKNOWN
    if isinstance(node.value, cst.From):
        value = containers.element(run, evaluate(run, node.value.item))
    else:
        value = evaluate(run, node.value)
    _pause(run, frame)
    if frame.yields is None:
        frame.yields = []
    if value not in frame.yields:
        frame.yields.append(value)
    return UNKNOWN


def _pause(run: Interpreter, frame: Frame) -> None:
    """Keeps what a function wrote up to a yield: others work with it until the function goes on."""
    if frame.function is None or frame.loops or frame.inside:
        return
    written = run.heap.since(frame.heap_depth)
    if written:
        frame.pauses.append(written)


def lambda_expression(run: Interpreter, node: cst.Lambda) -> Value:
    return functions.make_lambda(run, node)


def call(run: Interpreter, node: cst.Call) -> Value:
    special = builtins.special_form(run, node)
    if special is not None:
        return special
    if type(node.func) is cst.Attribute:
        receiver = evaluate(run, node.func.value)
        args = arguments(run, node.args)
        return call_attribute(run, receiver, node.func.attr.value, args, node)
    function = evaluate(run, node.func)
    return functions.call(run, function, arguments(run, node.args), node)


def call_attribute(
    run: Interpreter, receiver: Value, name: str, args: Args, node: cst.Call
) -> Value:
    """``receiver.name(...)``, on each alternative by itself."""
    if isinstance(receiver, OneOf):
        parts = [part for part in receiver.values if not is_nothing(part)]
        if several.are_stores(parts):
            return several.on_each(
                run, parts, lambda part: call_attribute(run, part, name, args, node)
            )
        return unite(call_attribute(run, part, name, args, node) for part in parts)
    function = attribute_of(run, receiver, name, node.func)
    if function is UNKNOWN or isinstance(function, (Symbol, External)):
        return _unknown_method(run, receiver, name, args, node)
    return functions.call(run, function, args, node)


def _unknown_method(
    run: Interpreter, receiver: Value, name: str, args: Args, node: cst.Call
) -> Value:
    """A method of something unknown: it may still call back with each of its elements.

    Or it may execute a statement that says itself what it does with its parameters.
    """
    entry = run.catalogue.array.edges.get(name)
    if entry is not None and (statement := entry.facts.get("sql")) is not None:
        rows = sql.execute(run, Api(entry), statement, args.shifted(receiver), node)
        if rows is not None:
            selecting.keep(run, _receiver(node), rows)
            return selecting.fetched(run, rows, statement)
    if entry is not None and (fetched := entry.facts.get("fetched")) is not None:
        return selecting.fetched(run, selecting.kept(run, _receiver(node)), fetched)
    if entry is not None and (found := entry.facts.get("apply")) is not None:
        function = args.shifted(receiver).find(found.get("function", [1]))
        if function is not None and applying.is_callable(function):
            return applying.map_over(run, function, [receiver], node)
    for value in args.everything():
        for part in alternatives(value):
            if isinstance(part, (Function, Partial)):
                run.frame.loops += 1
                run.call(part, Args(open=True), node)
                run.frame.loops -= 1
    return UNKNOWN


def _receiver(node: cst.Call) -> cst.BaseExpression:
    return node.func.value if isinstance(node.func, cst.Attribute) else node.func


def arguments(run: Interpreter, nodes: Sequence[cst.Arg]) -> Args:
    """The evaluated arguments of a call."""
    if not nodes:
        return NO_ARGS
    positional: list[Value] = []
    keywords: list[tuple[str, Value]] = []
    is_open = False
    spread: Value | None = None
    for arg in nodes:
        value = evaluate(run, arg.value)
        if not arg.star:
            if arg.keyword is not None:
                keywords.append((arg.keyword.value, value))
            elif not is_open:
                positional.append(value)
        elif arg.star == "*":
            items = containers.items_of(run, value)
            if isinstance(value, Encoder):
                positional.append(value)  # its layers, which stand for the whole
            elif items is None or items.rest:
                is_open, spread = True, spread or value
            else:
                positional.extend(items.known)
        else:
            keys = containers.dict_keys(run, value) if isinstance(value, Dict) else None
            if keys is None or keys.rest:
                is_open = True
            if keys is not None:
                keywords.extend((str(key), part) for key, part in keys.known)
    return Args(tuple(positional), tuple(keywords), is_open, spread)


HANDLERS: dict[type, Callable[[Interpreter, Any], Value]] = {
    cst.Name: name,
    cst.Attribute: attribute,
    cst.Call: call,
    cst.Subscript: subscript,
    cst.SimpleString: string,
    cst.ConcatenatedString: concatenated,
    cst.FormattedString: formatted,
    cst.Integer: number,
    cst.Float: number,
    cst.List: list_display,
    cst.Set: list_display,
    cst.Tuple: tuple_display,
    cst.Dict: dict_display,
    cst.BinaryOperation: binary,
    cst.BooleanOperation: boolean,
    cst.Comparison: comparison,
    cst.UnaryOperation: unary,
    cst.IfExp: conditional,
    cst.NamedExpr: named,
    cst.Await: awaited,
    cst.Yield: yielded,
    cst.Lambda: lambda_expression,
    cst.ListComp: comprehension,
    cst.SetComp: comprehension,
    cst.GeneratorExp: comprehension,
    cst.DictComp: dict_comprehension,
}
