"""Function bodies that are parsed when they are first walked.

Most functions of a large program have nothing to do with vectors. Their bodies are left out
of the text that is parsed, which saves most of the time and the memory of a file; whoever
calls such a function after all gets its body parsed then, by itself.
"""

from __future__ import annotations

import functools
import gc
import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import libcst as cst

from lint_embed.relevance.literals import literals_in, without_literals
from lint_embed.relevance.outline import lines_of
from lint_embed.source import compiles
from lint_embed.stages import stage

if TYPE_CHECKING:
    from libcst.metadata import CodeRange

    from lint_embed.relevance.outline import Outline, Unit

MARK = "__left_out_"
"""A body that is left out is this name, with the number of the body."""
WORTH = 200
"""Bodies of fewer characters are not worth the bother."""
_MARKED = re.compile(rf"{MARK}(\d+)\Z")
_WORD = re.compile(r"[ \t\n]*([^\W\d]\w*|[^\s])")
_BLOCKS = frozenset("if elif for while with try def class async match".split())
_BRANCHES = frozenset("else except finally case @".split())
_DEFINITION = re.compile(r"^[ \t]*(?:async[ \t]+)?def\b", re.MULTILINE)
_BRACKET = re.compile(r"[()\[\]{}:]")
_NOTHING = f"if 1:\n    return {MARK}"

Statements = Sequence[cst.BaseStatement | cst.BaseSmallStatement]
Range = tuple[tuple[int, int], tuple[int, int]]


@dataclass(slots=True)
class Body:
    """A body that was left out: its offsets in the program, and the line it starts on."""

    start: int
    end: int
    line: int
    size: tuple[int, int] | None = None
    tree: cst.Module | None = None
    statements: Statements = ()
    positions: Mapping[cst.CSTNode, CodeRange] | None = None


@dataclass(slots=True)
class Abridged:
    """A program without the bodies of some functions.

    ``after`` and ``lines`` tell how many lines are missing after which of its lines.
    """

    outline: Outline
    text: str
    bodies: list[Body]
    after: list[int] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)

    def line(self, line: int) -> int:
        """The line of the program that a line of the abridged text is."""
        index = bisect_left(self.after, line)
        return line + (self.lines[index - 1] if index else 0)

    def statements(self, suite: cst.BaseSuite) -> Statements:
        """The statements of a body, parsed now if they were left out."""
        body = self._left_out(suite)
        if body is None:
            return suite.body
        if body.tree is None:
            with stage("parsing"):
                body.tree = _parsed(self.outline.text[body.start : body.end])
            block = body.tree.body[0]
            assert isinstance(block, cst.If)
            body.statements = block.body.body
        return body.statements

    def size(self, suite: cst.BaseSuite) -> tuple[int, int] | None:
        """About how many statements and blocks a body has that was left out, from its text."""
        body = self._left_out(suite)
        if body is None:
            return None
        if body.size is None:
            code, _ = without_literals(self.outline.text[body.start : body.end])
            heads = [_WORD.match(line) for line, _ in lines_of(code, code)]
            words = [head[1] for head in heads if head is not None]
            blocks = sum(word in _BLOCKS for word in words)
            body.size = (sum(word not in _BRANCHES for word in words), blocks)
        return body.size

    def range_of(self, node: cst.CSTNode) -> Range | None:
        """Start and end of a node of a body that was parsed by itself, or None."""
        for body in self.bodies:
            if body.tree is None:
                continue
            if body.positions is None:
                body.positions = positions_in(body.tree)
            where = body.positions.get(node)
            if where is not None:
                # The line before the body stands for the header of its function.
                return _moved(where, functools.partial(int.__add__, body.line - 2))
        return None

    def is_sound(self) -> bool:
        """Whether Python accepts the bodies that were left out."""
        bodies = (self.outline.text[body.start : body.end] for body in self.bodies)
        return compiles("".join(f"def _():\n{body}" for body in bodies))

    def moved(self, where: CodeRange) -> Range:
        """A range of the abridged text in the program."""
        return _moved(where, self.line)

    def _left_out(self, suite: cst.BaseSuite) -> Body | None:
        if not isinstance(suite, cst.SimpleStatementSuite) or len(suite.body) != 1:
            return None
        only = suite.body[0]
        if not isinstance(only, cst.Expr) or not isinstance(only.value, cst.Name):
            return None
        found = _MARKED.match(only.value.value)
        return self.bodies[int(found[1])] if found is not None else None


def positions_in(tree: cst.Module) -> Mapping[cst.CSTNode, CodeRange]:
    """Where the nodes of a tree stand in its text."""
    from libcst.metadata import MetadataWrapper, PositionProvider

    wrapper = MetadataWrapper(tree, unsafe_skip_copy=True)
    return wrapper.resolve(PositionProvider)


def abridge(outline: Outline, is_kept: Callable[[Unit], bool]) -> Abridged | None:
    """A program without the bodies of the functions that are not kept; None if all stay."""
    code, program = outline.code, outline.text
    if MARK in program:
        return None
    found = Abridged(outline, "", [])
    parts: list[str] = []
    at = written = read = 0
    for colon, start, end in _bodies(outline, is_kept):
        number = len(found.bodies)
        parts += (program[at:colon], f" {MARK}{number}\n")
        kept = code.count("\n", at, start)
        written += kept
        found.bodies.append(Body(start, end, read + kept + 1))
        read += kept + code.count("\n", start, end)
        found.after.append(written)
        found.lines.append(read - written)
        at = end
    if not found.bodies:
        return None
    found.text = "".join((*parts, program[at:]))
    return found


def _bodies(outline: Outline, is_kept: Callable[[Unit], bool]) -> Iterator[tuple[int, int, int]]:
    """The ends of the headers, the starts and the ends of the bodies that are to be left out."""
    code = outline.code
    for unit in sorted(outline.units, key=lambda unit: unit.start):
        if unit.kind != "def" or unit.end - unit.start < WORTH or is_kept(unit):
            continue
        colon = _header_end(code, unit)
        start = code.find("\n", colon, unit.end) + 1 if colon else 0
        # What stands behind the colon is a body of one line; a comment is blank in ``code``.
        if start and unit.end - start >= WORTH and not code[colon:start].strip():
            yield colon, start, _body_end(outline, unit, start)


def _body_end(outline: Outline, unit: Unit, start: int) -> int:
    """Where a body ends; a string that stands behind it by itself is blank in the code."""
    code, text = outline.code, outline.text
    last = start + len(code[start : unit.end].rstrip())
    line = code.find("\n", last, unit.end)
    for literal, at in literals_in(text, last, unit.end) if line != -1 else ():
        # One that begins in the last line of the body is a part of it, however long.
        head = text.rfind("\n", 0, at) + 1
        if line < at and literal[0] != "#" and at - head <= _indent(code, unit):
            return head
    return unit.end


def _indent(code: str, unit: Unit) -> int:
    """How far the head of a function is indented."""
    head = code[unit.start : code.find("\n", unit.start)]
    return len(head) - len(head.lstrip())


def _header_end(code: str, unit: Unit) -> int:
    """The offset behind the colon that ends ``def name(...) -> ...:``, or 0."""
    start = _DEFINITION.search(code, unit.start, unit.end)
    depth = 0
    for match in _BRACKET.finditer(code, start.end(), unit.end) if start is not None else ():
        if match[0] in "([{":
            depth += 1
        elif match[0] in ")]}":
            depth -= 1
        elif depth == 0:
            return match.end()
    return 0


def _parsed(body: str) -> cst.Module:
    """A body as the body of an ``if``; one that returns the unknown where it can't be parsed."""
    try:
        return parse_text("if 1:\n" + body)
    except (cst.ParserSyntaxError, RecursionError):
        return parse_text(_NOTHING)


def parse_text(text: str) -> cst.Module:
    """Parses a program without the garbage collector, which makes it half as fast.

    Raises ``libcst.ParserSyntaxError`` where it is no Python.
    """
    paused = gc.isenabled()
    gc.disable()
    try:
        return cst.parse_module(text)
    finally:
        if paused:
            gc.enable()


def _moved(where: CodeRange, line: Callable[[int], int]) -> Range:
    start, end = where.start, where.end
    return (line(start.line), start.column), (line(end.line), end.column)
