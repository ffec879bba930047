"""Operators: arithmetic, boolean and conditional expressions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from lint_embed.provenance import arrays, containers, instances
from lint_embed.provenance.lookup import attribute_of
from lint_embed.provenance.narrowing import narrow, truth, truth_of
from lint_embed.provenance.values.base import UNKNOWN, Symbol, Value
from lint_embed.provenance.values.callables import Args, Instance
from lint_embed.provenance.values.constants import (
    MISSING,
    NO_NAMES,
    NONE,
    Const,
    Given,
    is_nothing,
    tells_failure,
)
from lint_embed.provenance.values.containers import Dict
from lint_embed.provenance.values.joining import alternatives, unite
from lint_embed.provenance.values.stores import Store
from lint_embed.provenance.values.vectors import SCORE, Pending, Score

if TYPE_CHECKING:
    from lint_embed.provenance.interpreter import Interpreter


def binary(run: Interpreter, node: cst.BinaryOperation) -> Value:
    """A binary operation; long chains are walked without nesting."""
    spine: list[cst.BinaryOperation] = []
    left: cst.BaseExpression = node
    while type(left) is cst.BinaryOperation:
        spine.append(left)
        left = left.left
    value = run.evaluate(left)
    for part in reversed(spine):
        right = run.evaluate(part.right)
        if type(part.operator) is cst.Power:
            value = value if isinstance(value, (Pending, Score)) else UNKNOWN
        else:
            if isinstance(value, (Store, Dict)) and type(part.operator) is cst.BitOr:
                _piped(run, value, right, part)
            operator = type(part.operator).__name__
            found = None
            if type(value) is Instance or type(right) is Instance:
                found = overloaded(run, operator, value, right, part)
            if found is None:
                found = arrays.binary(run, operator, value, right, part)
            value = found
    return value


METHODS = {
    "Add": "add",
    "Subtract": "sub",
    "Multiply": "mul",
    "MatrixMultiply": "matmul",
    "Divide": "truediv",
    "FloorDivide": "floordiv",
    "Modulo": "mod",
    "BitOr": "or",
    "BitAnd": "and",
    "BitXor": "xor",
    "LeftShift": "lshift",
    "RightShift": "rshift",
}
"""What the methods of operators are called: ``__add__``, ``__radd__``, ``__iadd__``."""


def overloaded(
    run: Interpreter,
    operator: str,
    left: Value,
    right: Value,
    node: cst.CSTNode,
    in_place: bool = False,
) -> Value | None:
    """What the class of an operand makes of an operator, or None when it has no method for it."""
    name = METHODS.get(operator)
    if name is None:
        return None
    given: list[tuple[Value, str, Value]] = [(left, "", right), (right, "r", left)]
    if in_place:
        given.insert(0, (left, "i", right))
    for receiver, kind, other in given:
        if isinstance(receiver, Instance):
            method = f"__{kind}{name}__"
            found = instances.call_method(run, receiver, method, node, Args((other,)))
            if found is not None:
                return found
    return None


def _piped(run: Interpreter, value: Value, right: Value, node: cst.CSTNode) -> None:
    """``retriever | prompt``, ``{"context": retriever} | prompt``: a chain that asks stores."""
    parts = [value]
    if isinstance(value, Dict):
        parts = [part for _, part in containers.dict_keys(run, value).known]
    for part in parts:
        if isinstance(part, Store):
            run.call(attribute_of(run, part, "__or__", node), Args((right,)), node)


def boolean(run: Interpreter, node: cst.BooleanOperation) -> Value:
    left = run.evaluate(node.left)
    known = truth_of(left)
    is_or = type(node.operator) is cst.Or
    if known is not None:
        return left if known == is_or else run.evaluate(node.right)
    failed = is_or and any(tells_failure(part) for part in alternatives(left))
    run.handlers += failed
    right = run.evaluate(node.right)
    run.handlers -= failed
    if is_or:
        kept = [part for part in alternatives(left) if not is_nothing(part)]
        if left is MISSING and not isinstance(right, Const):
            return unite([left, right])
        if left is MISSING or isinstance(left, (Symbol, Given)):
            return containers.weakened(right) if isinstance(right, Const) else UNKNOWN
        return unite([*kept, right])
    return unite([left, right])


def comparison(run: Interpreter, node: cst.Comparison) -> Value:
    run.evaluate(node.left)
    for part in node.comparisons:
        run.evaluate(part.comparator)
    return SCORE


def unary(run: Interpreter, node: cst.UnaryOperation) -> Value:
    value = run.evaluate(node.expression)
    if type(node.operator) is cst.Minus:
        if isinstance(value, Const) and isinstance(value.value, (int, float)):
            return Const(-value.value, value.weak)
        return value
    return value if type(node.operator) is cst.Plus else UNKNOWN


def conditional(run: Interpreter, node: cst.IfExp) -> Value:
    run.outside = NO_NAMES
    known = truth(run, node.test)
    if known is not None:
        return run.evaluate(node.body if known else node.orelse)
    values = []
    decided = run.decided
    run.decided |= run.outside
    for way, holds in ((node.body, True), (node.orelse, False)):
        run.push()
        narrow(run, node.test, holds)
        value = run.evaluate(way)
        none_by_choice = run.decided and value == NONE
        values.append(Const(None, chosen=run.decided) if none_by_choice else value)
        run.frame.names.pop()
        run.heap.keep()
    run.decided = decided
    return unite(values)
