"""Simple statements: assignments, definitions, imports, and what leaves a function."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import libcst as cst

from lint_embed.provenance import api, classes, functions, imports, targets, type_hints
from lint_embed.provenance.carrying import INERT
from lint_embed.provenance.narrowing import narrow
from lint_embed.provenance.values.base import UNKNOWN, Value
from lint_embed.provenance.values.callables import Class, Function, Instance, Partial
from lint_embed.provenance.values.constants import FAILED, NONE, Const, Missing
from lint_embed.provenance.values.containers import Tuple
from lint_embed.provenance.values.joining import alternatives, is_opaque

if TYPE_CHECKING:
    from lint_embed.provenance.interpreter import Interpreter
    from lint_embed.provenance.state import Frame


def assign(run: Interpreter, node: cst.Assign) -> None:
    value = run.evaluate(node.value)
    if run.handlers and value == NONE:
        value = FAILED
    module = run.frames[-1].module
    if module.declares and (name := module.declared_space(node)) is not None:
        value = api.declared(run, value, name, node)
    for target in node.targets:
        targets.assign(run, target.target, value)


def annotated_assign(run: Interpreter, node: cst.AnnAssign) -> None:
    if node.value is not None:
        value = run.evaluate(node.value)
        if is_opaque(value) and not isinstance(value, (Const, Missing)):
            value = type_hints.annotated(run, node.annotation, value)
    else:
        value = type_hints.annotated(run, node.annotation, UNKNOWN)
        if value is UNKNOWN and run.frame.module.declared_space(node) is None:
            return
    if (name := run.frame.module.declared_space(node)) is not None:
        value = api.declared(run, value, name, node)
    targets.assign(run, node.target, value)


def augmented_assign(run: Interpreter, node: cst.AugAssign) -> None:
    targets.augment(run, node)


def return_statement(run: Interpreter, node: cst.Return) -> bool:
    value = run.evaluate(node.value) if node.value is not None else NONE
    if run.handlers and value == NONE:
        value = FAILED
    frame, heap = run.frames[-1], run.heap
    # On no way within the function, what it wrote still stands when the function ends.
    is_last = heap.depth == frame.heap_depth + 1
    if not is_last and type(value) not in INERT and _closes_over(frame, value):
        frame.end_way()
    frame.returns.append((value, None if is_last else heap.since(frame.heap_depth)))
    return False


def _closes_over(frame: Frame, value: Value) -> bool:
    """Whether a value is a function or class that was made in a frame, or an object of one."""
    for part in alternatives(value):
        if isinstance(part, Function):
            found = part.frame is frame
        elif isinstance(part, Partial):
            found = _closes_over(frame, part.function)
        elif isinstance(part, Tuple):
            found = any(_closes_over(frame, item) for item in part.items)
        else:
            cls = part.cls if isinstance(part, Instance) else part
            found = isinstance(cls, Class) and cls in frame.pending
        if found:
            return True
    return False


def raise_statement(run: Interpreter, node: cst.Raise) -> bool:
    if node.exc is not None:
        run.evaluate(node.exc)
    return False


def expression_statement(run: Interpreter, node: cst.Expr) -> None:
    if type(node.value) is not cst.SimpleString:  # a docstring
        run.evaluate(node.value)


def delete(run: Interpreter, node: cst.Del) -> None:
    parts = node.target.elements if isinstance(node.target, cst.Tuple) else [node.target]
    for part in parts:
        target = part.value if isinstance(part, cst.Element) else part
        if isinstance(target, cst.Name):
            targets.assign(run, target, UNKNOWN)


def assert_statement(run: Interpreter, node: cst.Assert) -> None:
    run.evaluate(node.test)
    narrow(run, node.test, True)


def global_statement(run: Interpreter, node: cst.Global) -> None:
    run.frame.global_names.update(item.name.value for item in node.names)


def nonlocal_statement(run: Interpreter, node: cst.Nonlocal) -> None:
    run.frame.nonlocal_names.update(item.name.value for item in node.names)


def function_definition(run: Interpreter, node: cst.FunctionDef) -> None:
    functions.define(run, node)


def class_definition(run: Interpreter, node: cst.ClassDef) -> None:
    classes.define(run, node)


SIMPLE: dict[type, Callable[[Interpreter, Any], bool | None]] = {
    cst.Assign: assign,
    cst.AnnAssign: annotated_assign,
    cst.AugAssign: augmented_assign,
    cst.Expr: expression_statement,
    cst.Return: return_statement,
    cst.Raise: raise_statement,
    cst.Del: delete,
    cst.Assert: assert_statement,
    cst.Global: global_statement,
    cst.Nonlocal: nonlocal_statement,
    cst.Import: imports.import_statement,
    cst.ImportFrom: imports.from_statement,
    cst.FunctionDef: function_definition,
    cst.ClassDef: class_definition,
}
