"""``# lint-embed: reveal``: what the analysis knows of a line's values, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import libcst as cst

from lint_embed.provenance.values.base import OneOf, Value
from lint_embed.provenance.values.constants import Const
from lint_embed.provenance.values.containers import Dict, Each, List, Tuple
from lint_embed.provenance.values.stores import Store
from lint_embed.provenance.values.vectors import (
    Composite,
    Embedding,
    Encoder,
    Filler,
    Rows,
    Score,
    Space,
)

if TYPE_CHECKING:
    from lint_embed.provenance.modules import Module


def revealed(
    module: Module, observed: Mapping[int, Value], lines: set[int]
) -> Iterator[tuple[int, str]]:
    """The program line and the words for the value of each statement on the given lines."""

    class Statements(cst.CSTVisitor):
        def __init__(self) -> None:
            self.found: list[cst.BaseExpression] = []

        def visit_Assign(self, node: cst.Assign) -> None:
            self.found.append(node.value)

        def visit_AnnAssign(self, node: cst.AnnAssign) -> None:
            if node.value is not None:
                self.found.append(node.value)

        def visit_AugAssign(self, node: cst.AugAssign) -> None:
            self.found.append(node.value)

        def visit_Expr(self, node: cst.Expr) -> None:
            self.found.append(node.value)

        def visit_Return(self, node: cst.Return) -> None:
            if node.value is not None:
                self.found.append(node.value)

    statements = Statements()
    module.tree.visit(statements)
    for node in statements.found:
        line = module.range_of(node)[0][0]
        if line in lines:
            value = observed.get(id(node))
            yield line, "is not reached" if value is None else in_words(value)


def in_words(value: Value) -> str:
    """One line on a value, as a reader of the code would say it."""
    if isinstance(value, Embedding):
        rows = {"one": "one vector", "many": "vectors", "scalar": "a coordinate"}
        kind = rows.get(value.rows or "", "vectors")
        if value.tokens:
            kind = "token vectors, not yet pooled"
        turned = ", transposed" if value.transposed else ""
        return f"{kind} of {_space(value.space)}{turned}"
    if isinstance(value, Encoder):
        return f"an encoder: {_space(value.space)}"
    if isinstance(value, Store):
        return f"{value.describe()}"
    if isinstance(value, Rows):
        return f"rows of several spaces: {'; '.join(map(in_words, value.each))}"
    if isinstance(value, Composite):
        return f"features side by side: {'; '.join(map(in_words, value.parts))}"
    if isinstance(value, OneOf):
        return f"one of: {'; '.join(map(in_words, value.values))}"
    if isinstance(value, Const):
        return f"the constant {value.value!r}" + (" (a default)" if value.weak else "")
    if isinstance(value, Score):
        return "a score or number: it carries no space"
    if isinstance(value, Filler):
        return "an array of constants"
    if isinstance(value, (Tuple, List, Dict, Each)):
        return "a container"
    return "nothing is known"


def _space(space: Space) -> str:
    name = space.written or (f"an encoder of {space.library}" if space.library else "an encoder")
    details = [f"{key} {choice}" for key, choice in sorted(space.variant, key=str)]
    if space.dimension is not None:
        details.insert(0, f"{space.dimension} dimensions")
    if not space.resolved:
        details.append("id unknown")
    if space.weak:
        details.append("by default")
    return f"'{name}'" + (f" ({', '.join(details)})" if details else "")
