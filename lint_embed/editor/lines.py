"""Positions: from lines and columns of the analysis to those of the protocol, and back.

The analysis counts lines and columns from 1 and columns in code points. The protocol
counts from 0, and columns in the units that client and server agreed on.
"""

from __future__ import annotations

from collections.abc import Callable

from lsprotocol import types

from lint_embed.findings import Place
from lint_embed.logical import split_lines

Width = Callable[[str], int]


def _utf_8(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))


def _utf_16(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


_WIDTHS: dict[str, Width] = {"utf-8": _utf_8, "utf-16": _utf_16, "utf-32": len}


def width_of(encoding: types.PositionEncodingKind | str | None) -> Width:
    """How many units of a position encoding a text takes; UTF-16 unless it is known."""
    name = encoding.value if isinstance(encoding, types.PositionEncodingKind) else encoding
    return _WIDTHS.get(name or "utf-16", _utf_16)


class LineTable:
    """The lines of one text, split as Python and the protocol split them.

    A form feed or U+2028 ends no line.
    """

    def __init__(self, text: str, width: Width) -> None:
        self.lines = split_lines(text)
        self._width = width

    def position(self, line: int, column: int) -> types.Position:
        """The protocol's position of a line and column, both from 1.

        What lies behind a line's end becomes its end, behind the text the text's end.
        """
        if line > len(self.lines):
            last = self.lines[-1] if self.lines else ""
            return types.Position(max(0, len(self.lines) - 1), self._width(last))
        text = self.lines[line - 1]
        if text.isascii():
            return types.Position(line - 1, min(column - 1, len(text)))
        return types.Position(line - 1, self._width(text[: column - 1]))

    def range(self, place: Place) -> types.Range:
        """The protocol's range of a place."""
        start = self.position(place.line, place.column)
        end = self.position(place.end_line, place.end_column)
        return types.Range(start, max(start, end, key=lambda at: (at.line, at.character)))

    def column(self, position: types.Position) -> tuple[int, int]:
        """Line from 1 and column from 0, in code points, of the protocol's position."""
        if position.line >= len(self.lines):
            return position.line + 1, 0
        text = self.lines[position.line]
        if text.isascii():
            return position.line + 1, min(position.character, len(text))
        low, high = 0, len(text)
        while low < high:
            half = (low + high + 1) // 2
            if self._width(text[:half]) <= position.character:
                low = half
            else:
                high = half - 1
        return position.line + 1, low
