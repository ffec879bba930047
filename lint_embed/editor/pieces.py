"""Cuts a parsed text into its top-level statements."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import libcst as cst

if TYPE_CHECKING:
    from collections.abc import Mapping

    from libcst.metadata import CodeRange

Statement = cst.SimpleStatementLine | cst.BaseCompoundStatement

LINE_END = re.compile(r"\r\n|\r|\n")
# A backslash alone on its line joins lines in ways on which parsers differ.
LONE_BACKSLASH = re.compile(r"(?m)^[ \t]*\\\r?$")
# Where lines are counted in different ways.
_UNSURE = re.compile(r"[\r\f\x00]|\\\n[ \t]*\\\n")
#: Fields of nodes that hold no expressions and no statements.
_BARE = re.compile(r"whitespace|par$|lines|^(?:header|footer|semicolon|comma|newline|dot|colon)$")


@dataclass(eq=False, slots=True)
class Piece:
    """One top-level statement: its node, and its text with the comments before it.

    ``positions`` are those of its nodes when the piece stands alone, and ``nodes`` the ids
    of its expressions and statements, once asked for.
    """

    node: Statement
    text: str
    lines: int
    positions: Mapping[cst.CSTNode, CodeRange] | None = None
    nodes: frozenset[int] | None = None

    def holds(self, node: cst.CSTNode) -> bool:
        """Whether an expression or a statement stands in it."""
        if self.nodes is None:
            self.nodes = nodes_in(self.node)
        return id(node) in self.nodes


def piece_of(module: cst.Module, node: Statement) -> Piece:
    """A statement as a piece."""
    code = module.code_for_node(node)
    return Piece(node, code, len(LINE_END.findall(code)))


def cut(text: str, module: cst.Module) -> tuple[str, tuple[Piece, ...]]:
    """What stands before the first statement, and the statements of a whole text.

    There are none when the text can't be put together from them.
    """
    found = _cut_by_lines(text, module)
    if found is not None:
        return found
    head = "".join(module.code_for_node(line) for line in module.header)
    foot = "".join(module.code_for_node(line) for line in module.footer)
    pieces = tuple(piece_of(module, node) for node in module.body)
    made = head + "".join(each.text for each in pieces) + foot
    if made != text and made != text + module.default_newline:
        return "", ()
    return head, pieces


def _cut_by_lines(text: str, module: cst.Module) -> tuple[str, tuple[Piece, ...]] | None:
    """The same from the lines that Python's own parser tells, which is a good deal faster.

    None when they can't be trusted.
    """
    if _UNSURE.search(text) is not None or LONE_BACKSLASH.search(text) is not None:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            starts = _starts(ast.parse(text).body, module.body)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    if starts is None:
        return None
    lines = text.splitlines(keepends=True) if text.isascii() else _lines(text)
    ends = [*starts[1:], len(lines) - len(module.footer)]
    if not starts or starts[0] != len(module.header) or ends[-1] <= starts[-1]:
        return None
    pieces = []
    for node, start, end in zip(module.body, starts, ends, strict=True):
        code = "".join(lines[start:end])
        count = end - start
        if not code.endswith("\n"):
            if end != len(lines):
                return None
            code += module.default_newline
        pieces.append(Piece(node, code, count))
    return "".join(lines[: starts[0]]), tuple(pieces)


def _lines(text: str) -> list[str]:
    """The lines with their ends, as parsers count them."""
    parts = text.split("\n")
    lines = [part + "\n" for part in parts[:-1]]
    return [*lines, parts[-1]] if parts[-1] else lines


def _starts(plain: Sequence[ast.stmt], body: Sequence[Statement]) -> list[int] | None:
    """The line (from 0) on which each statement begins, with the comments before it."""
    starts, at = [], 0
    for node in body:
        if at >= len(plain):
            return None
        first = plain[at]
        decorators = getattr(first, "decorator_list", ())
        line = min(first.lineno, *(each.lineno for each in decorators), first.lineno)
        starts.append(line - 1 - len(node.leading_lines))
        at += len(node.body) if isinstance(node, cst.SimpleStatementLine) else 1
    return starts if at == len(plain) and starts == sorted(set(starts)) else None


_known: dict[type[cst.CSTNode], tuple[str, ...]] = {}


def nodes_in(node: cst.CSTNode) -> frozenset[int]:
    """The ids of the expressions and statements in a node, itself among them."""
    found = set()
    stack: list[object] = [node]
    while stack:
        here = stack.pop()
        if isinstance(here, cst.CSTNode):
            found.add(id(here))
            kind = here.__class__
            names = _known.get(kind)
            if names is None:
                every = (field.name for field in fields(kind))
                names = _known[kind] = tuple(name for name in every if not _BARE.search(name))
            stack += [getattr(here, name) for name in names]
        elif isinstance(here, tuple | list):
            stack += here
    return frozenset(found)
