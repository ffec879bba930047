"""Conditions: which are decided already, and what a branch knows by being taken."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from lint_embed.provenance import targets
from lint_embed.provenance.values import (
    UNKNOWN,
    Api,
    Class,
    Const,
    Dict,
    Embedding,
    Encoder,
    Function,
    Instance,
    List,
    Tuple,
    Value,
    alternatives,
    unite,
)

if TYPE_CHECKING:
    from lint_embed.provenance.interpreter import Interpreter


def truth(run: Interpreter, test: cst.BaseExpression) -> bool | None:
    """Whether a condition is surely true or false; None when either is possible."""
    if isinstance(test, cst.UnaryOperation) and isinstance(test.operator, cst.Not):
        inner = truth(run, test.expression)
        return None if inner is None else not inner
    if isinstance(test, cst.BooleanOperation):
        left, right = truth(run, test.left), truth(run, test.right)
        if isinstance(test.operator, cst.And):
            return False if False in (left, right) else (True if left and right else None)
        return (
            True if True in (left, right) else (False if (left, right) == (False, False) else None)
        )
    if isinstance(test, cst.Comparison) and len(test.comparisons) == 1:
        return _compare(run, test)
    value = run.evaluate(test)
    results = {_truth_of(part) for part in alternatives(value)}
    return results.pop() if len(results) == 1 else None


def _truth_of(value: Value) -> bool | None:
    if isinstance(value, Const):
        return None if value.weak else bool(value.value)
    if isinstance(value, (Encoder, Function, Class, Instance)):
        return True
    return None


def _compare(run: Interpreter, test: cst.Comparison) -> bool | None:
    left = run.evaluate(test.left)
    target = test.comparisons[0]
    operator, right = target.operator, run.evaluate(target.comparator)
    if isinstance(operator, (cst.Is, cst.IsNot)) and right == Const(None):
        results = {_is_none(part) for part in alternatives(left)}
        known = results.pop() if len(results) == 1 else None
        return None if known is None else known == isinstance(operator, cst.Is)
    if isinstance(operator, (cst.Equal, cst.NotEqual)):
        if isinstance(left, Const) and left.value == "__main__":
            return None
        results = {targets.same_constant(part, right) for part in alternatives(left)}
        known = results.pop() if len(results) == 1 else None
        return None if known is None else known == isinstance(operator, cst.Equal)
    if isinstance(operator, (cst.In, cst.NotIn)):
        known = _contains(run, left, right)
        return None if known is None else known == isinstance(operator, cst.In)
    return None


def _is_none(value: Value) -> bool | None:
    if isinstance(value, Const):
        return None if value.weak else value.value is None
    known = (Encoder, Embedding, Function, Class, Instance, List, Dict, Tuple, Api)
    return False if isinstance(value, known) else None


def _contains(run: Interpreter, left: Value, right: Value) -> bool | None:
    from lint_embed.provenance import containers

    if not isinstance(left, Const) or left.weak:
        return None
    if isinstance(right, Const) and isinstance(right.value, str) and isinstance(left.value, str):
        return None if right.weak else left.value in right.value
    keys = containers.constants_of(run, right)
    return None if keys is None else left.value in keys


def narrow(run: Interpreter, test: cst.BaseExpression, holds: bool) -> None:
    """Keeps, of the values of the tested names, those for which the test can hold."""
    if isinstance(test, cst.UnaryOperation) and isinstance(test.operator, cst.Not):
        narrow(run, test.expression, not holds)
    elif isinstance(test, cst.BooleanOperation):
        if isinstance(test.operator, cst.And) == holds:
            narrow(run, test.left, holds)
            narrow(run, test.right, holds)
    elif isinstance(test, cst.Comparison) and len(test.comparisons) == 1:
        _narrow_comparison(run, test, holds)
    elif isinstance(test, (cst.Name, cst.Attribute)):
        _keep(run, test, lambda part: _truth_of(part) is not (not holds))
    elif isinstance(test, cst.NamedExpr):
        narrow(run, test.target, holds)
    elif isinstance(test, cst.Call):
        _narrow_isinstance(run, test, holds)


def _narrow_comparison(run: Interpreter, test: cst.Comparison, holds: bool) -> None:
    target = test.comparisons[0]
    operator = target.operator
    if not isinstance(test.left, (cst.Name, cst.Attribute)):
        return
    right = run.evaluate(target.comparator)
    if isinstance(operator, (cst.Is, cst.IsNot)) and right == Const(None):
        wanted = isinstance(operator, cst.Is) == holds
        _keep(run, test.left, lambda part: _is_none(part) is not (not wanted))
    elif isinstance(operator, (cst.Equal, cst.NotEqual)) and isinstance(right, Const):
        wanted = isinstance(operator, cst.Equal) == holds
        _keep(run, test.left, lambda part: targets.same_constant(part, right) is not (not wanted))


def _narrow_isinstance(run: Interpreter, test: cst.Call, holds: bool) -> None:
    if not (isinstance(test.func, cst.Name) and test.func.value == "isinstance"):
        return
    if len(test.args) != 2 or not isinstance(test.args[0].value, (cst.Name, cst.Attribute)):
        return
    cls = run.evaluate(test.args[1].value)

    def fits(part: Value) -> bool | None:
        if isinstance(part, Instance) and isinstance(cls, Class):
            from lint_embed.provenance.classes import lineage

            return cls in lineage(part.cls)
        if isinstance(part, Encoder) and isinstance(cls, Class):
            return False
        return None

    _keep(run, test.args[0].value, lambda part: fits(part) is not (not holds))


def _keep(run: Interpreter, node: cst.BaseExpression, possible: object) -> None:
    value = run.evaluate(node)
    parts = alternatives(value)
    if len(parts) < 2:
        return
    kept = [part for part in parts if possible(part)]  # type: ignore[operator]
    if kept and len(kept) < len(parts):
        targets.assign(run, node, unite(kept) if kept else UNKNOWN)
