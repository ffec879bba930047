"""Conditions: which are decided already, and what a branch knows by being taken."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import libcst as cst

from lint_embed.provenance import guards, targets
from lint_embed.provenance.values.base import UNKNOWN, OneOf, Value
from lint_embed.provenance.values.callables import Builtin, Class, Function, Instance
from lint_embed.provenance.values.constants import (
    FAILURE,
    NONE,
    Const,
    Given,
    names_of,
    tells_failure,
)
from lint_embed.provenance.values.containers import Dict, List, Tuple
from lint_embed.provenance.values.imports import Api, External
from lint_embed.provenance.values.joining import alternatives, unite
from lint_embed.provenance.values.vectors import Embedding, Encoder

if TYPE_CHECKING:
    from lint_embed.provenance.interpreter import Interpreter


DECIDING = frozenset({OneOf, Const, Given})
"""The values by which the environment may decide about a way."""


def truth(run: Interpreter, test: cst.BaseExpression) -> bool | None:
    """Evaluates a condition once: surely true or false; None when either is possible."""
    kind = type(test)
    if kind is cst.UnaryOperation and type(test.operator) is cst.Not:  # type: ignore[attr-defined]
        inner = truth(run, test.expression)  # type: ignore[attr-defined]
        return None if inner is None else not inner
    if kind is cst.BooleanOperation:
        left, right = truth(run, test.left), truth(run, test.right)  # type: ignore[attr-defined]
        if type(test.operator) is cst.And:  # type: ignore[attr-defined]
            return False if False in (left, right) else (True if left and right else None)
        return True if True in (left, right) else (None if None in (left, right) else False)
    if kind is cst.Comparison and len(test.comparisons) == 1:  # type: ignore[attr-defined]
        return _compare(run, test)  # type: ignore[arg-type]
    if kind is cst.Call and (known := _isinstance(run, test)) is not None:  # type: ignore[arg-type]
        return known
    return truth_of(asked(run, test))


def asked(run: Interpreter, node: cst.BaseExpression) -> Value:
    """A value that a way depends on; noted when the environment decides about it."""
    value = run.evaluate(node)
    if type(value) not in DECIDING:
        return value
    parts = alternatives(value)
    if len(parts) == 2:
        flags = {part.value for part in parts if isinstance(part, Const)}
        if flags == {True, False}:
            run.outside |= {"flag"}  # as after ``try: import`` ``except ImportError``
    for part in parts:
        run.outside |= names_of(part)
        if type(part) is Const and part.value is None:
            run.outside |= part.chosen - FAILURE  # there is a client if there is a key
    return value


def _isinstance(run: Interpreter, test: cst.Call) -> bool | None:
    """What ``isinstance(x, C)`` gives, where that is known of each alternative."""
    if not (type(test.func) is cst.Name and test.func.value == "isinstance"):
        return None
    if len(test.args) != 2:
        return None
    wanted = run.evaluate(test.args[1].value)
    classes = wanted.items if isinstance(wanted, Tuple) else (wanted,)
    results = set()
    for part in alternatives(run.evaluate(test.args[0].value)):
        answers = [_is_of_class(part, cls) for cls in classes]
        results.add(True if True in answers else None if None in answers else False)
    return results.pop() if len(results) == 1 else None


def _is_of_class(value: Value, cls: Value) -> bool | None:
    if isinstance(cls, Class):
        if isinstance(value, Instance):
            return _inherits(value, cls)
        return False if isinstance(value, (Encoder, Const, List, Dict, Tuple)) else None
    if isinstance(cls, Builtin) and cls.name == "str":
        if isinstance(value, Const):
            return isinstance(value.value, str)
        return False if isinstance(value, (List, Tuple, Dict, Encoder, Instance)) else None
    return None


def _inherits(value: Instance, cls: Class) -> bool | None:
    """Whether an object's class has another among its bases.

    Unknown where it may be an heir's, where a base is unknown, and for protocols, which ask
    for methods.
    """
    from lint_embed.provenance.class_checking import any_token
    from lint_embed.provenance.inheritance import lineage

    order = lineage(value.cls)
    if cls in order:
        return True
    bases = [base for part in (*order, *lineage(cls)) for base in part.bases]
    closed = all(isinstance(base, (Class, Api, External)) for base in bases)
    structural = any(isinstance(b, External) and b.name.endswith("Protocol") for b in bases)
    if not closed or structural or value.token == any_token(value.cls):
        return None
    return False


def truth_of(value: Value) -> bool | None:
    """Whether a value is surely true or false; None when either is possible."""
    if type(value) is OneOf:
        results = {_truth_of(part) for part in value.values}
        return results.pop() if len(results) == 1 else None
    return _truth_of(value)


def _truth_of(value: Value) -> bool | None:
    if isinstance(value, Const):
        return None if value.weak else bool(value.value)
    if isinstance(value, (Encoder, Function, Class, Instance)):
        return True
    return None


def _compare(run: Interpreter, test: cst.Comparison) -> bool | None:
    left = asked(run, test.left)
    target = test.comparisons[0]
    operator, right = target.operator, run.evaluate(target.comparator)
    guards.note_told(run, test.left, right)
    guards.note_told(run, target.comparator, left)
    if type(operator) in (cst.Is, cst.IsNot) and right == NONE:
        results = {_is_none(part) for part in alternatives(left)}
        known = results.pop() if len(results) == 1 else None
        return None if known is None else known == (type(operator) is cst.Is)
    if type(operator) in (cst.Equal, cst.NotEqual):
        if isinstance(left, Const) and left.value == "__main__":
            return None
        results = {targets.same_constant(part, right) for part in alternatives(left)}
        known = results.pop() if len(results) == 1 else None
        return None if known is None else known == (type(operator) is cst.Equal)
    if type(operator) in (cst.In, cst.NotIn):
        known = _contains(run, left, right)
        return None if known is None else known == (type(operator) is cst.In)
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
    handler = NARROWING.get(type(test))
    if handler is not None:
        handler(run, test, holds)


def rests_on_failure(run: Interpreter, test: cst.BaseExpression) -> bool:
    """Whether what is tested, as the taken way knows it, is None because something has failed.

    Vectors beside that None would have been taken for true.
    """
    while type(test) is cst.UnaryOperation:
        test = test.expression
    if type(test) is cst.Comparison:
        if type(test.comparisons[0].operator) not in (cst.Is, cst.IsNot):
            return False
        test = test.left
    if type(test) is not cst.Name and type(test) is not cst.Attribute:
        return False
    parts = alternatives(run.evaluate(test))
    return any(tells_failure(part) for part in parts) and all(
        tells_failure(part) or isinstance(part, Embedding) for part in parts
    )


def _narrow_not(run: Interpreter, test: cst.UnaryOperation, holds: bool) -> None:
    if type(test.operator) is cst.Not:
        narrow(run, test.expression, not holds)


def _narrow_boolean(run: Interpreter, test: cst.BooleanOperation, holds: bool) -> None:
    if (type(test.operator) is cst.And) == holds:
        narrow(run, test.left, holds)
        narrow(run, test.right, holds)


def _narrow_name(run: Interpreter, test: cst.BaseExpression, holds: bool) -> None:
    _keep(run, test, lambda part: _truth_of(part) is not (not holds))


def _narrow_walrus(run: Interpreter, test: cst.NamedExpr, holds: bool) -> None:
    narrow(run, test.target, holds)


def _narrow_comparison(run: Interpreter, test: cst.Comparison, holds: bool) -> None:
    target = test.comparisons[0]
    operator = target.operator
    if len(test.comparisons) != 1 or guards.narrow(run, test, holds):
        return
    if type(test.left) not in (cst.Name, cst.Attribute):
        return
    if len(alternatives(run.evaluate(test.left))) < 2:
        return
    right = run.evaluate(target.comparator)
    if type(operator) in (cst.Is, cst.IsNot) and right == NONE:
        wanted = (type(operator) is cst.Is) == holds
        _keep(run, test.left, lambda part: _is_none(part) is not (not wanted))
    elif type(operator) in (cst.Equal, cst.NotEqual) and isinstance(right, Const):
        wanted = (type(operator) is cst.Equal) == holds
        _keep(run, test.left, lambda part: targets.same_constant(part, right) is not (not wanted))


def _narrow_isinstance(run: Interpreter, test: cst.Call, holds: bool) -> None:
    if not (type(test.func) is cst.Name and test.func.value == "isinstance"):
        return
    if len(test.args) != 2 or not isinstance(test.args[0].value, (cst.Name, cst.Attribute)):
        return
    cls = run.evaluate(test.args[1].value)

    def fits(part: Value) -> bool | None:
        if isinstance(part, Instance) and isinstance(cls, Class):
            from lint_embed.provenance.inheritance import lineage

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


NARROWING: dict[type, Callable[[Interpreter, Any, bool], None]] = {
    cst.UnaryOperation: _narrow_not,
    cst.BooleanOperation: _narrow_boolean,
    cst.Comparison: _narrow_comparison,
    cst.Name: _narrow_name,
    cst.Attribute: _narrow_name,
    cst.NamedExpr: _narrow_walrus,
    cst.Call: _narrow_isinstance,
}
