"""Functions that have nothing to do with vectors, told by their names and their length."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import libcst as cst

if TYPE_CHECKING:
    from pathlib import Path

    from lint_embed.provenance.interpreter import Interpreter
    from lint_embed.provenance.values.callables import Function
    from lint_embed.relevance import Roots

CHEAP = 30
"""A function of no more statements is walked for a string that may name a model."""
SETTINGS = 200
"""The same for a function that makes an object or a dict of strings: options, settings."""
MAX_BLOCKS = 3
"""How many compound statements such a function may have."""


def is_idle(run: Interpreter, function: Function) -> bool:
    """Whether a long function has nothing to do with vectors, by all that it names.

    A short one may still choose the name of a model.
    """
    if run.leads is None or type(function.node) is cst.Lambda:
        return False
    known = run.idle.get(function.node)
    if known is None:
        known = run.idle[function.node] = is_long(function) and not is_root(function, run.leads)
    return known


def is_root(function: Function, roots: Callable[[Path], Roots] | None) -> bool:
    """Whether a function leads to vectors, or changes what others work with; by its names."""
    if roots is None:
        return True
    if function.owner is not None:
        names = roots(function.module.path).methods(function.owner.name)
        return names is None or function.name in names
    if not function.frame.is_module:
        return True
    return function.name in roots(function.module.path).names


def is_long(function: Function) -> bool:
    """Whether a function has more than ``CHEAP`` statements, or ``SETTINGS`` in a few blocks.

    A long list of plain statements is how options and settings are put together.
    """
    assert isinstance(function.node, cst.FunctionDef)
    abridged = function.module.abridged
    size = abridged.size(function.node.body) if abridged is not None else None
    if size is not None:
        return size[0] > (CHEAP if size[1] > MAX_BLOCKS else SETTINGS)
    count = blocks = 0
    stack: list[cst.CSTNode] = [function.node.body]
    while stack:
        block = stack.pop()
        for line in getattr(block, "body", ()):
            count += 1
            body = getattr(line, "body", None)
            if isinstance(body, cst.BaseSuite):
                blocks += 1
                stack.append(body)
            if count > (CHEAP if blocks > MAX_BLOCKS else SETTINGS):
                return True
            stack.extend(_further(line))
    return False


def _further(line: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """The other branches of a compound statement."""
    orelse = getattr(line, "orelse", None)
    if isinstance(orelse, cst.If):
        yield cst.IndentedBlock([orelse])
    elif orelse is not None:
        yield orelse.body
    for part in (*getattr(line, "handlers", ()), *getattr(line, "cases", ())):
        yield part.body
    final = getattr(line, "finalbody", None)
    if final is not None:
        yield final.body
