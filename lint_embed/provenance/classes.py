"""Classes of the project: what a definition makes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import libcst as cst

from lint_embed.provenance import columns, functions, targets
from lint_embed.provenance.inheritance import is_record
from lint_embed.provenance.state import Frame
from lint_embed.provenance.values.base import Value
from lint_embed.provenance.values.callables import Class
from lint_embed.provenance.values.imports import Api

if TYPE_CHECKING:
    from lint_embed.provenance.interpreter import Interpreter


def define(run: Interpreter, node: cst.ClassDef) -> None:
    """``class``: evaluates the body in a namespace of its own."""
    frame = run.frame
    bases = tuple(run.evaluate(arg.value) for arg in node.bases)
    token = run.token(node)
    trainable = any(_is_trainable(base) for base in bases)
    cls = Class(node, frame.module, token, bases, None, trainable)
    cls = replace(cls, fields=_fields(run, cls))
    body = Frame(frame.module, closure=frame, context=frame.context)
    body.is_class, body.token, body.cls = True, token, cls
    failures = run.handlers
    run.frames.append(body)
    try:
        run.execute(node.body.body)
    finally:
        run.handlers = failures
        run.frames.pop()
    columns.settle(run, cls)
    frame.pending.append(cls)
    value: Value = cls
    for decorator in reversed(node.decorators):
        decorated = functions.decorate(run, decorator, value, node)
        value = decorated if isinstance(decorated, Class) else value
    targets.set_name(run, node.name.value, value)


def _is_trainable(base: Value) -> bool:
    if isinstance(base, Api):
        return "trainable" in base.node.facts
    return isinstance(base, Class) and base.trainable


def _fields(run: Interpreter, cls: Class) -> tuple[str, ...] | None:
    """The fields of a dataclass, named tuple or model, in the order of its constructor."""
    inherited: list[str] = []
    recorded = any(is_record(run.evaluate(_called(d.decorator))) for d in cls.node.decorators)
    for base in cls.bases:
        recorded = recorded or is_record(base)
        if isinstance(base, Class) and base.fields is not None:
            recorded = True
            inherited.extend(base.fields)
    if not recorded:
        return None
    own = [
        small.target.value
        for line in cls.node.body.body
        if isinstance(line, cst.SimpleStatementLine)
        for small in line.body
        if isinstance(small, cst.AnnAssign) and isinstance(small.target, cst.Name)
    ]
    return (*(name for name in inherited if name not in own), *own)


def _called(node: cst.BaseExpression) -> cst.BaseExpression:
    return node.func if isinstance(node, cst.Call) else node
