"""Annotations: what they tell of values of which nothing else is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from lint_embed.provenance import api, class_checking
from lint_embed.provenance.values.base import UNKNOWN, Value
from lint_embed.provenance.values.callables import Class
from lint_embed.provenance.values.imports import Api

if TYPE_CHECKING:
    from lint_embed.provenance.interpreter import Interpreter


def annotated(run: Interpreter, annotation: cst.Annotation, value: Value) -> Value:
    """What an annotation tells of a value of which nothing else is known."""
    cls = _annotated_class(run, annotation.annotation)
    if isinstance(cls, Api):
        found = api.annotated(run, cls, run.site(annotation))
        return value if found is UNKNOWN else found
    if isinstance(cls, Class):
        return class_checking.assumed_instance(run, cls)
    return value


def _annotated_class(run: Interpreter, node: cst.BaseExpression) -> Value:
    """The class named by an annotation; ``X | None`` and ``Optional[X]`` are ``X``."""
    if type(node) is cst.Name or type(node) is cst.Attribute:
        value = run.evaluate(node)
        return value if isinstance(value, (Api, Class)) else UNKNOWN
    if type(node) is cst.BinaryOperation:
        left = _annotated_class(run, node.left)
        return left if isinstance(left, (Api, Class)) else _annotated_class(run, node.right)
    if type(node) is cst.Subscript:
        base = node.value
        name = base.attr.value if type(base) is cst.Attribute else getattr(base, "value", "")
        if name in ("Optional", "Annotated", "ClassVar", "Final") and node.slice:
            part = node.slice[0].slice
            return _annotated_class(run, part.value) if isinstance(part, cst.Index) else UNKNOWN
        return UNKNOWN
    if type(node) is cst.SimpleString:
        name = node.value.strip("'\"")
        return run.evaluate(cst.Name(name)) if name.isidentifier() else UNKNOWN
    return UNKNOWN
