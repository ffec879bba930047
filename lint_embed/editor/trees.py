"""Syntax trees that follow a text through its edits: only what changed is parsed again.

A program is cut into pieces, one a top-level statement with the comments before it. After
an edit the pieces before and behind it keep their nodes; what lies between is parsed by
itself. When that fails for any reason, the whole text is parsed.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import libcst as cst
from libcst.metadata import MetadataWrapper, PositionProvider

from lint_embed.editor.pieces import LINE_END, LONE_BACKSLASH, Piece, cut, piece_of
from lint_embed.provenance.modules import Module

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from libcst.metadata import CodeRange

    from lint_embed.source import Source

Range = tuple[tuple[int, int], tuple[int, int]]

#: Below this many characters a whole parse costs less than it is worth to save.
SMALL = 2_000
_INDENTED = re.compile(r"(?m)^[ \t]+\S")


@dataclass(eq=False, slots=True)
class Tree:
    """A parsed text. ``pieces`` is empty where the text was not cut; ``head`` is what
    stands before the first piece."""

    text: str
    module: cst.Module
    head: str = ""
    pieces: tuple[Piece, ...] = ()
    starts: tuple[int, ...] = field(default=())


def parse(text: str, old: Tree | None = None, hasty: bool = False) -> Tree:
    """Parses a text, keeping what it shares with ``old``.

    Raises ``libcst.ParserSyntaxError`` when the text is no Python; ``hasty`` finds that out
    sooner, and tells less exactly where.
    """
    if old is not None and old.text == text:
        return old
    if old is not None and old.pieces:
        tree = _edited(old, text)
        if tree is not None:
            return tree
        line = _broken_at(old, text) if hasty else None
        if line is not None:
            lines = LINE_END.split(text)
            raise cst.ParserSyntaxError("syntax error", lines=lines, raw_line=line, raw_column=0)
    return _whole(text)


def _whole(text: str) -> Tree:
    module = cst.parse_module(text)
    return Tree(text, module) if len(text) < SMALL else _cut(text, module)


def _cut(text: str, module: cst.Module) -> Tree:
    """The tree of a whole text, cut into its statements."""
    head, pieces = cut(text, module)
    return _with_starts(Tree(text, module, head, pieces)) if pieces else Tree(text, module)


def _with_starts(tree: Tree) -> Tree:
    line = len(LINE_END.findall(tree.head))
    starts = []
    for piece in tree.pieces:
        starts.append(line)
        line += piece.lines
    tree.starts = tuple(starts)
    return tree


# --- After an edit -------------------------------------------------------------------


def _edited(old: Tree, text: str) -> Tree | None:
    """The tree of the edited text, or None when the edit can't be told apart."""
    front = common_prefix(old.text, text)
    back = common_suffix(old.text, text, front)
    before, start = _kept_before(old, front)
    after, end = _kept_after(old, len(old.text) - back, before)
    if not before and not after:
        return None
    tree = _spliced(old, text, before, start, after, end)
    if tree is None and after:
        # Comments at the end of the edit belong to the statement that follows.
        first, *rest = after
        tree = _spliced(old, text, before, start, tuple(rest), end + len(first.text))
    return tree


def _kept_before(old: Tree, front: int) -> tuple[tuple[Piece, ...], int]:
    """The pieces that end within the first ``front`` characters, and the offset behind."""
    offset = len(old.head)
    count = 0
    for piece in old.pieces:
        # The piece that touches the edit may go on in it.
        if offset + len(piece.text) > front or offset + len(piece.text) >= len(old.text):
            break
        offset += len(piece.text)
        count += 1
    return old.pieces[:count], offset if count else 0


def _kept_after(
    old: Tree, edit_end: int, before: tuple[Piece, ...]
) -> tuple[tuple[Piece, ...], int]:
    """The pieces that begin at or behind an offset of the old text, and where they begin."""
    offset = len(old.head)
    for index, piece in enumerate(old.pieces):
        if offset >= edit_end and index >= len(before):
            return old.pieces[index:], offset
        offset += len(piece.text)
    return (), len(old.text)


def _spliced(
    old: Tree,
    text: str,
    before: tuple[Piece, ...],
    start: int,
    after: tuple[Piece, ...],
    end: int,
) -> Tree | None:
    """Puts a new middle between kept pieces; ``start`` and ``end`` are offsets of the old
    text. None when the middle can't stand alone."""
    stop = len(text) - (len(old.text) - end) if after else len(text)
    middle = text[start:stop]
    if before and not before[-1].text.endswith("\n"):
        return None
    if after and middle and not middle.endswith("\n"):
        return None
    if LONE_BACKSLASH.search(middle):
        return None
    try:
        part = cst.parse_module(middle)
    except cst.ParserSyntaxError:
        return None
    if not _agree(old.module, part, middle) or (after and middle and part.footer):
        return None
    if not part.body and before and not after:
        return None  # only comments are left at the end: rare enough
    body = list(part.body)
    if before and part.header and body:
        first = body[0]
        body[0] = first.with_changes(leading_lines=[*part.header, *first.leading_lines])
    elif before and part.header:
        return None
    pieces = tuple(piece_of(part, node) for node in body)
    head = "".join(part.code_for_node(line) for line in part.header) if not before else old.head
    return _joined(old, text, part, head, (before, pieces, after))


def _broken_at(old: Tree, text: str) -> int | None:
    """The line of the edited statements, or of the next one, that Python refuses, if any.

    Told in a third of the time of a whole parse. An error elsewhere tells nothing: it may
    be syntax that is too new for this Python.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(text, "<text>", "exec", ast.PyCF_ONLY_AST)
    except SyntaxError as error:
        front = common_prefix(old.text, text)
        before, start = _kept_before(old, front)
        back = common_suffix(old.text, text, front)
        after, end = _kept_after(old, len(old.text) - back, before)
        stop = len(text) - (len(old.text) - end)
        first = len(LINE_END.findall(text, 0, start)) + 1
        last = first + len(LINE_END.findall(text, start, stop)) + (after[0].lines if after else 0)
        if error.lineno is not None and first <= error.lineno <= last:
            return error.lineno
    except (ValueError, RecursionError, MemoryError):
        pass
    return None


def _agree(module: cst.Module, part: cst.Module, text: str) -> bool:
    """Whether nodes of both mean the same where they leave indents and line ends open."""
    newline = part.default_newline == module.default_newline or "\n" not in text
    indent = part.default_indent == module.default_indent or not _INDENTED.search(text)
    return newline and indent


def _joined(
    old: Tree,
    text: str,
    part: cst.Module,
    head: str,
    groups: Sequence[tuple[Piece, ...]],
) -> Tree | None:
    before, _, after = groups
    pieces = tuple(piece for group in groups for piece in group)
    module = old.module.with_changes(
        body=tuple(piece.node for piece in pieces),
        header=old.module.header if before else part.header,
        footer=old.module.footer if after else part.footer,
        has_trailing_newline=(old.module if after else part).has_trailing_newline,
    )
    if not before and not part.body and part.footer:
        return None
    return _with_starts(Tree(text, module, head, pieces))


def common_prefix(a: str, b: str) -> int:
    """How many characters two texts have in common at their beginning."""
    low, high = 0, min(len(a), len(b))
    while low < high:
        half = (low + high + 1) // 2
        if a[low:half] == b[low:half]:
            low = half
        else:
            high = half - 1
    return low


def common_suffix(a: str, b: str, prefix: int = 0) -> int:
    """The same at their end, without the first ``prefix`` characters of either."""
    low, high = 0, min(len(a), len(b)) - prefix
    while low < high:
        half = (low + high + 1) // 2
        if a[len(a) - half : len(a) - low] == b[len(b) - half : len(b) - low]:
            low = half
        else:
            high = half - 1
    return low


# --- As a module of the analysis -----------------------------------------------------


class TreeModule(Module):
    """A module that computes positions for the statements that are asked about, once."""

    __slots__ = ("pieces_tree",)

    def __init__(self, path: Path, source: Source, tree: Tree) -> None:
        super().__init__(path, source, tree.module)
        self.pieces_tree = tree

    def range_of(self, node: cst.CSTNode) -> Range:
        """Start and end of a node: lines from 1, columns from 0 in code points."""
        for each, shift in zip(self.pieces_tree.pieces, self.pieces_tree.starts, strict=True):
            if each.holds(node):
                where = _positions(self.tree, each)[node]
                return (
                    (where.start.line + shift, where.start.column),
                    (where.end.line + shift, where.end.column),
                )
        return super().range_of(node)

    def node_ranges(self) -> Iterator[tuple[cst.CSTNode, Range]]:
        """All nodes with their places, in no particular order."""
        return self.node_ranges_at(None)

    def node_ranges_at(self, line: int | None) -> Iterator[tuple[cst.CSTNode, Range]]:
        """The nodes of the top-level statement on a line (None: of all) with their places."""
        tree = self.pieces_tree
        if not tree.pieces:
            super().range_of(self.tree)
            yield from ((node, _plain(where, 0)) for node, where in (self.positions or {}).items())
        for piece, shift in zip(tree.pieces, tree.starts, strict=True):
            if line is None or shift < line <= shift + piece.lines + 1:
                for node, where in _positions(self.tree, piece).items():
                    yield node, _plain(where, shift)


def _plain(where: CodeRange, shift: int) -> Range:
    start, end = where.start, where.end
    return (start.line + shift, start.column), (end.line + shift, end.column)


def _positions(module: cst.Module, piece: Piece) -> Mapping[cst.CSTNode, CodeRange]:
    if piece.positions is None:
        alone = cst.Module(
            body=[piece.node],
            default_indent=module.default_indent,
            default_newline=module.default_newline,
        )
        wrapper = MetadataWrapper(alone, unsafe_skip_copy=True)
        piece.positions = wrapper.resolve(PositionProvider)
    return piece.positions
