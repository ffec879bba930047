"""Turns a file's bytes into one program of Python, and program positions into places.

A program is what the parser gets: the text of a plain file, or the code cells of a
notebook joined in order. It has a line for each line that the user wrote.
"""

from __future__ import annotations

import codecs
import re
import symtable
import warnings
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from lint_embed.disk import contents
from lint_embed.findings import Place
from lint_embed.logical import split_lines, statement_end

if TYPE_CHECKING:
    from lint_embed.notebook import Cell

_DATABRICKS = "# Databricks notebook source"
_TOP = 4000
_MAYBE_MAGIC = re.compile(r"(?m)^[ \t]*(?:[%!?]|pip |conda )|=[ \t]*[!%]|\?[ \t\r]*$")
_FORM_FEED_INDENT = re.compile(r"(?:\A|[\r\n])[ \t]*\f[ \t\f]*[^\s#]")
_HEAD = re.compile(rb"[^\r\n]*(?:\r\n|\r|\n)?[^\r\n]*")
_PARSER_PLACE = re.compile(r"error at (\d+):(\d+)")


class Unreadable(Exception):
    """A file, or one cell of a notebook, that cannot be read as Python.

    ``line`` and ``column`` count from 1; within the cell when ``cell`` is given.
    """

    def __init__(
        self, message: str, line: int = 1, column: int = 1, cell: int | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        self.column = column
        self.cell = cell


@dataclass(frozen=True, slots=True)
class Source:
    """One program, and the way back from its positions to what the user sees.

    ``path`` is the path as shown, ``text`` what the parser gets, ``cells`` the code cells
    of a notebook and None for a plain file. ``written`` is the user's text where it is
    not the program itself; ``shifts`` gives for program lines that lost characters at
    their front how many columns to add.
    """

    path: str
    text: str
    cells: tuple[Cell, ...] | None = None
    written: str | None = None
    shifts: dict[int, int] = field(default_factory=dict)

    def place(self, line: int, column: int, end_line: int, end_column: int) -> Place:
        """The place of a stretch of the program.

        Lines count from 1 and columns from 0 in code points, the end being exclusive. A
        stretch that leaves its cell (an error at the end of the text) ends with it.
        """
        if not self.cells:
            start = column + self.shifts.get(line, 0) + 1
            end = end_column + self.shifts.get(end_line, 0) + 1
            return Place(self.path, None, line, start, end_line, end)
        cell = self._cell_at(line)
        start_line, start = _within(cell, line, column)
        last_line, end = _within(cell, end_line, end_column)
        return Place(self.path, cell.number, start_line, start, last_line, end)

    def lines(self, cell: int | None = None) -> Sequence[str]:
        """The lines that the user wrote, in the file or in the cell of that number."""
        if self.cells is None:
            return split_lines(self.text if self.written is None else self.written)
        return next((split_lines(one.text) for one in self.cells if one.number == cell), ())

    def segment(self, line: int, column: int, end_line: int, end_column: int) -> str:
        """The program's text between two positions, counted as for ``place``."""
        found = list(split_lines(self.text)[line - 1 : end_line])
        if not found:
            return ""
        if len(found) > end_line - line:
            found[-1] = found[-1][:end_column]
        found[0] = found[0][column:]
        return "\n".join(found)

    @property
    def problems(self) -> tuple[Unreadable, ...]:
        """Why cells of a notebook were left out of the program, in order."""
        return tuple(cell.problem for cell in self.cells or () if cell.problem)

    def without(self, problems: Sequence[Unreadable]) -> Source:
        """The notebook without the cells that the problems name; lines stay where they are."""
        named = {problem.cell: problem for problem in problems}
        cells = tuple(
            cell.left_out(named[cell.number]) if cell.number in named else cell
            for cell in self.cells or ()
        )
        return replace(self, text="".join(cell.program for cell in cells), cells=cells)

    def _cell_at(self, line: int) -> Cell:
        cells = self.cells or ()
        return cells[max(0, bisect_right(cells, line, key=lambda cell: cell.line) - 1)]


def _within(cell: Cell, line: int, column: int) -> tuple[int, int]:
    """Line and column (from 1) within a cell; what lies behind it becomes its end."""
    inner = line - cell.line + 1
    if inner <= cell.height:
        return inner, column + cell.shifts.get(inner, 0) + 1
    lines = split_lines(cell.text) or ("",)
    return len(lines), len(lines[-1]) + 1


def read(path: Path, shown: str, data: bytes | None = None) -> Source:
    """Reads a file, or the bytes given in its place, as a program.

    ``path`` decides by its suffix whether it is a notebook, ``shown`` is how messages name
    it. Raises Unreadable when there is no such file, when it cannot be decoded, or when
    it is no notebook; never for a syntax error.
    """
    if data is None:
        data = _bytes(path)
    notebook = path.suffix.lower() == ".ipynb"
    return from_text(path, shown, _utf_8(data) if notebook else _decoded(data))


def from_text(path: Path, shown: str, text: str) -> Source:
    """The same for text that is decoded already, such as an editor's."""
    if path.suffix.lower() == ".ipynb":
        from lint_embed import notebook

        cells = notebook.cells(text)
        return Source(shown, "".join(cell.program for cell in cells), cells)
    at = text.find("\0")
    if at >= 0:
        raise Unreadable("not Python: it contains a null character", *_position(text, at))
    return _plain(shown, text)


def _plain(shown: str, text: str) -> Source:
    program, shifts = text, {}
    # Only the top of the file is looked at: a search of it all takes longer than decoding.
    top = text[:_TOP]
    marked = top.startswith(_DATABRICKS) or "# %%" in top or "#%%" in top
    if marked and _MAYBE_MAGIC.search(text):
        from lint_embed.magics import mask_statements

        masked = mask_statements(text)
        program, shifts = masked.text, masked.shifts
    program = without_form_feeds(program, shifts)
    return Source(shown, program, None, None if program is text else text, shifts)


def _bytes(path: Path) -> bytes:
    try:
        return contents(path)
    except OSError as error:
        reason = (error.strerror or "the system gave no reason").lower()
        raise Unreadable(f"cannot be read: {reason}") from None


def _decoded(data: bytes) -> str:
    """Decodes Python source as Python does: UTF-8, unless a coding comment says otherwise."""
    head = _HEAD.match(data)
    if head is None or b"coding" not in head[0]:
        return _utf_8(data)
    import tokenize

    lines = iter(head[0].splitlines(keepends=True))
    try:
        encoding, _ = tokenize.detect_encoding(lambda: next(lines, b""))
        text = data.decode(encoding).removeprefix("\ufeff")
        text.encode("utf-8")  # some codecs make half surrogate pairs
        return text
    except UnicodeDecodeError as error:
        raise _bad_byte(error) from None
    except (SyntaxError, LookupError, ValueError) as error:
        _utf_8(head[0])
        raise Unreadable(f"cannot be decoded: {error}") from None


def _utf_8(data: bytes) -> str:
    try:
        return data.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise _bad_byte(error) from None


def _bad_byte(error: UnicodeDecodeError) -> Unreadable:
    data = error.object
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return Unreadable("encoded as UTF-16: save the file as UTF-8")
    before = data[: error.start].decode(error.encoding, "replace").removeprefix("\ufeff")
    line, column = _position(before, len(before))
    value = data[error.start]
    return Unreadable(f"byte 0x{value:02x} is not valid {error.encoding}", line, column)


def _position(text: str, offset: int) -> tuple[int, int]:
    """Line and column (both from 1) of an offset."""
    lines = split_lines(text[:offset] + "x")
    return len(lines), len(lines[-1])


def without_form_feeds(text: str, shifts: dict[int, int]) -> str:
    """Takes form feeds out of indentation, where parsers drop them or count them as width.

    Python starts to count the indentation anew behind one. Adds to ``shifts``.
    """
    if "\f" not in text or not _FORM_FEED_INDENT.search(text):
        return text
    pieces: list[str] = []
    position, line = 0, 1
    while position < len(text):
        end = statement_end(text, position)[0]
        piece = text[position:end]
        indent = len(piece) - len(piece.lstrip(" \t\f"))
        cut = piece.rfind("\f", 0, indent) + 1
        if cut and piece[indent : indent + 1] not in ("", "#", "\r", "\n"):
            shifts[line] = shifts.get(line, 0) + cut
            piece = piece[cut:]
        pieces.append(piece)
        line += len(split_lines(piece))
        position = end
    return "".join(pieces)


def salvage(source: Source, error: Exception) -> tuple[Source | None, tuple[Unreadable, ...]]:
    """What is left of a program that the parser refused with ``error``.

    A plain file is lost as a whole: None and one problem. In a notebook each cell is
    parsed on its own; the result is the notebook without the cells that fail, and a
    problem for each of them. What only the parser refuses, and Python takes, is not lost.
    """
    if source.cells is None and (text := _evenly_indented(source.text)) is not None:
        written = source.text if source.written is None else source.written
        return replace(source, text=text, written=written), ()
    if not source.cells:
        message, line, column = _explain(source.text, error)
        line = min(line, max(1, len(split_lines(source.text))))
        place = source.place(line, column, line, column)
        return None, (Unreadable(message, place.line, place.column),)
    problems = [problem for cell in source.cells if (problem := _cell_problem(cell))]
    if problems:
        return source.without(problems), tuple(problems)
    return None, (Unreadable(_explain(source.text, error)[0]),)


def _evenly_indented(text: str) -> str | None:
    """The program with one space for each tab of its indentation, if that makes it readable.

    Python lets tabs be deeper than the spaces around them, where they are so at any width;
    the parser wants the indentation around to be repeated. At width one columns stay.
    """
    import ast
    import warnings

    import libcst

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(text)
        pieces = []
        position = 0
        while position < len(text):
            end = statement_end(text, position)[0]
            piece = text[position:end]
            body = piece.lstrip(" \t")
            pieces.append(" " * (len(piece) - len(body)) + body)
            position = end
        made = "".join(pieces)
        libcst.parse_module(made)
    except (SyntaxError, ValueError, RecursionError, MemoryError, libcst.ParserSyntaxError):
        return None
    return made


def _cell_problem(cell: Cell) -> Unreadable | None:
    import libcst

    try:
        libcst.parse_module(cell.program)
    except libcst.ParserSyntaxError as error:
        message, line, column = _explain(cell.program, error)
        line, column = _within(cell, line + cell.line - 1, column)
        return Unreadable(message, line, column, cell.number)
    return None


def _explain(text: str, error: Exception) -> tuple[str, int, int]:
    """Message, line (from 1) and column (from 0) of a syntax error.

    Python's own parser says it best; the other one is asked where Python sees no error.
    """
    import ast
    import warnings

    line, column = getattr(error, "raw_line", 1), getattr(error, "raw_column", 0)
    if place := _PARSER_PLACE.search(str(error)):
        line, column = int(place[1]), int(place[2])
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(text)
    except SyntaxError as found:
        at = found.lineno or 1
        # An earlier, nameless error may be syntax that is only too new for this Python.
        if found.msg != "invalid syntax" or at >= line:
            return f"syntax error: {found.msg}", at, max(0, (found.offset or 1) - 1)
    except (ValueError, RecursionError, MemoryError):
        pass
    return "syntax error", line, column


def compiles(text: str) -> bool:
    """Whether this Python accepts a text; a good deal faster than libcst can tell."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            symtable.symtable(text, "<file>", "exec")  # no tree of Python's own objects is made
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return False
    return True
