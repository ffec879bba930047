"""Reads a Jupyter notebook (format 3 or 4) as cells of Python code."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from lint_embed.logical import split_lines
from lint_embed.magics import blank_lines, mask_cell
from lint_embed.source import Unreadable, without_form_feeds

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Cell:
    """A code cell: its number over all cells from 1, and the text that the user wrote.

    ``program`` is the cell as Python, with the same number of lines, each ended;
    ``line`` is where it starts in the joined program, ``shifts`` the columns that each of
    its lines (from 1) lost. ``problem`` says why the cell was left out, if it was.
    """

    number: int
    text: str
    line: int
    program: str
    shifts: dict[int, int] = field(default_factory=dict)
    problem: Unreadable | None = None

    @property
    def height(self) -> int:
        """The number of lines of the cell in the program; at least 1."""
        return len(split_lines(self.program))

    def left_out(self, problem: Unreadable) -> Cell:
        """The cell with empty lines in place of its code."""
        return replace(self, program=blank_lines(self.program), shifts={}, problem=problem)


def cells(text: str) -> tuple[Cell, ...]:
    """The code cells of a notebook's JSON; none when its language isn't Python.

    Raises Unreadable when the text is not the JSON of a notebook.
    """
    if not text.strip():
        return ()
    notebook = _load(text)
    found = []
    line = 1
    for number, source in _python_sources(notebook):
        cell = _cell(number, source, line)
        found.append(cell)
        line += cell.height
    return tuple(found)


def _cell(number: int, source: str, line: int) -> Cell:
    masked = mask_cell(source)
    program = without_form_feeds(masked.text, masked.shifts)
    if not source.endswith(("\n", "\r")):
        program += "\n"
    cell = Cell(number, source, line, program, masked.shifts)
    if masked.closed:
        return cell
    # Joined to the others, an open string or bracket would swallow the cells that follow.
    last = max(1, len(split_lines(source)))
    problem = Unreadable("syntax error: the cell ends within a string or bracket", last, 1, number)
    return cell.left_out(problem)


def _load(text: str) -> dict[str, Any]:
    try:
        # Python reads no integer of thousands of digits; a notebook's numbers tell nothing here.
        notebook = json.loads(text, parse_int=float)
    except json.JSONDecodeError as error:
        message = f"not a notebook: invalid JSON ({error.msg})"
        raise Unreadable(message, error.lineno, error.colno) from None
    except RecursionError:
        raise Unreadable("not a notebook: JSON that is nested too deeply") from None
    if not isinstance(notebook, dict):
        raise Unreadable("not a notebook: the JSON must be an object")
    return notebook


def _python_sources(notebook: dict[str, Any]) -> Iterator[tuple[int, str]]:
    """Number and text of each code cell whose language is Python."""
    all_cells = _all_cells(notebook)
    if not _is_python(_mapping(notebook.get("metadata"))):
        return
    for number, cell in enumerate(all_cells, 1):
        if not isinstance(cell, dict) or cell.get("cell_type") != "code":
            continue
        editor = _mapping(_mapping(cell.get("metadata")).get("vscode"))
        if all(_names_python(name) for name in (cell.get("language"), editor.get("languageId"))):
            yield number, _joined(cell.get("source", cell.get("input")))


def _all_cells(notebook: dict[str, Any]) -> list[object]:
    """All cells in order; those of format 3 lie in worksheets."""
    sheets = notebook.get("worksheets")
    if "cells" not in notebook and isinstance(sheets, list):
        parts = [_mapping(sheet).get("cells", []) for sheet in sheets]
    else:
        parts = [notebook.get("cells")]
    if not all(isinstance(part, list) for part in parts):
        raise Unreadable("not a notebook: it has no list of cells")
    return [cell for part in parts for cell in part]


def _is_python(metadata: dict[str, Any]) -> bool:
    language = _mapping(metadata.get("language_info")).get("name")
    return _names_python(language or _mapping(metadata.get("kernelspec")).get("language"))


def _names_python(language: object) -> bool:
    """Whether a language is Python; one that is not said is taken for it."""
    if not isinstance(language, str) or not language:
        return True
    return "python" in language.lower() or language.lower() == "pyspark"


def _joined(source: object) -> str:
    if isinstance(source, list):
        source = "".join(part for part in source if isinstance(part, str))
    # JSON can spell half a surrogate pair, which is no text that could be parsed or shown.
    return _LONE_SURROGATE.sub("\ufffd", source) if isinstance(source, str) else ""


def _mapping(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
