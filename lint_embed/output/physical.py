"""Where a finding stands in the file as it lies on the disk.

Tools that show findings beside a diff know no cells: for a notebook they need the line of
its JSON that holds the source line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from lint_embed.findings import Place
from lint_embed.output import Lines

_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[{}\[\],:]|[^\s{}\[\],:"]+', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Region:
    """Lines and columns of the file, from 1; columns are None where the file's own have no
    meaning (within JSON). ``cell`` says in words where a notebook's reader finds it, and is
    empty elsewhere."""

    line: int
    end_line: int
    column: int | None
    end_column: int | None
    cell: str = ""


def region(place: Place, lines: Lines) -> Region:
    """The place as lines of the file itself."""
    if place.cell is None:
        return Region(place.line, place.end_line, place.column, place.end_column)
    words = f"cell {place.cell}, line {place.line}: "
    known = _source_lines("\n".join(lines(place.path, None))).get(place.cell, [])
    if not known:
        return Region(1, 1, None, None, words)
    first, last = (known[min(n, len(known)) - 1] for n in (place.line, place.end_line))
    return Region(first, last, None, None, words)


# A notebook is asked for once per place of each of its findings.
@lru_cache(maxsize=4)
def _source_lines(text: str) -> dict[int, list[int]]:
    """For each cell the lines of the JSON that hold its source lines."""
    found: dict[int, list[int]] = {}
    for path, token, line in _strings(text):
        # Format 4 has cells at the top, format 3 in its one worksheet, as "input".
        match path[2:] if path[:1] == ["worksheets"] else path:
            case ["cells", int(cell), "source" | "input"]:
                breaks = len(re.findall(r"(?<!\\)(?:\\\\)*\\n", token))
                found[cell + 1] = [line] * (breaks + 1)
            case ["cells", int(cell), "source" | "input", int()]:
                found.setdefault(cell + 1, []).append(line)
    return found


def _strings(text: str) -> Iterator[tuple[list[str | int], str, int]]:
    """The strings that are values: the keys and indices that lead there, the string as it
    is written, and its line. Asks for nothing but the nesting to be right."""
    path: list[str | int] = []
    line, position = 1, 0
    for match in _TOKEN.finditer(text):
        line += text.count("\n", position, match.start())
        position = match.start()
        token = match[0]
        if token == "{":
            path.append("")
        elif token == "[":
            path.append(0)
        elif token in "}]":
            if path:
                path.pop()
        elif token == ",":
            if path:
                last = path[-1]
                path[-1] = last + 1 if isinstance(last, int) else ""
        elif token.startswith('"'):
            if path and path[-1] == "":
                path[-1] = token[1:-1]
            else:
                yield path, token, line
