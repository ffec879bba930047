"""Turns what IPython adds to the language into plain Python of the same lines.

``%magic``, ``!command``, ``name?`` and the like become ``pass`` where a statement could
stand, ``x = !command`` becomes ``x = None``. Only the start of a statement is looked at,
so a ``%`` inside of a string or on a continuation line is left alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from lint_embed.logical import line_span, statement_end

# Cell magics whose body is Python that runs in the notebook.
_PYTHON_CELLS = frozenset("capture time timeit prun python python3 pypy debug memit wandb".split())
# Notebooks that come from Databricks switch the language with one percent sign.
_FOREIGN_LINE = re.compile(r"%(?:md|md-sandbox|scala|sh|r|fs)(?:\s|$)|%sql\s*$")
# Some notebook servers let comments stand above the magic of a cell.
_CELL_MAGIC = re.compile(r"(?:[ \t]*(?:#[^\n]*)?\n)*%%([\w.-]*)")
_TIMED = re.compile(r"%time[ \t]+(?![-\s])")
_TARGET = r"(?:[\w.,:* \t()\[\]]|'[^'\n]*'|\"[^\"\n]*\")+"
_ASSIGNED = re.compile(rf"{_TARGET}=[ \t]*(?:!|%[ \t]*[A-Za-z_])")
# Commands that IPython takes without a percent sign; none of these lines is valid Python.
_BARE_COMMAND = re.compile(
    r"(?:pip3?|conda|mamba|micromamba|uv|cd|ls|mkdir|cat|cp|mv|rm|rmdir|matplotlib|load_ext)"
    r"[ \t]+(?:--?[\w-]+[ \t]+)*(?!(?:in|is|and|or|not|if|for)\b)[\w~/.'\"$]"
)
_LINE_END = re.compile(r"\r\n|\r|\n")
_ESCAPES = frozenset("%!?,;/")
_PASTED_PROMPT = re.compile(r"(?:>>>|\.\.\.)(?:[ ]|(?=[\r\n]|\Z))")
_INDENT = " \t\f"


@dataclass(frozen=True, slots=True)
class Masked:
    """Python text with as many lines as the text it was made from.

    ``shifts`` gives, for lines (from 1) that lost characters at their front, how many
    columns to add to find the place in the original. ``closed`` is False when the text
    ends within a string or a bracket.
    """

    text: str
    shifts: dict[int, int] = field(default_factory=dict)
    closed: bool = True


def mask_cell(text: str) -> Masked:
    """Masks one notebook cell; a cell that isn't Python becomes empty lines.

    All lines of the result end in a line feed, so that cells can be joined.
    """
    text = _LINE_END.sub("\n", text)
    start = len(text) - len(text.lstrip(" \t\f\r\n"))
    first = text[start : line_span(text, start)[0]]
    magic = _CELL_MAGIC.match(text, start)
    if (magic and magic[1] not in _PYTHON_CELLS) or _FOREIGN_LINE.match(first):
        return Masked(blank_lines(text))
    plain, dedented = _without_indent(text)
    masked = mask_statements(plain)
    for line, width in masked.shifts.items():
        dedented[line] = dedented.get(line, 0) + width
    return Masked(masked.text, dedented, masked.closed)


def mask_statements(text: str) -> Masked:
    """Masks magics, shell lines and help lines wherever a statement starts."""
    pieces: list[str] = []
    shifts: dict[int, int] = {}
    position, line, closed = 0, 1, True
    while position < len(text):
        end, after = line_span(text, position)
        first = text[position:end]
        stripped = first.lstrip(_INDENT)
        if not stripped or stripped[0] == "#":
            pieces.append(text[position:after])
        else:
            indent = first[: len(first) - len(stripped)]
            timed = _TIMED.match(stripped)
            if timed and _is_statement(stripped[timed.end() :]):
                pieces.append(indent + stripped[timed.end() :] + text[end:after])
                shifts[line] = timed.end()
            elif replacement := _replacement(stripped):
                after = _continued(text, position)
                pieces.append(indent + replacement + blank_lines(text[position:after]))
            else:
                comments: list[tuple[int, str]] = []
                after, whole = statement_end(text, position, comments)
                closed = closed and whole
                piece = text[position:after]
                if _is_help(piece, position, comments):
                    piece = indent + "pass" + blank_lines(piece)
                pieces.append(piece)
        line += _line_ends(text[position:after])
        position = after
    return Masked("".join(pieces), shifts, closed)


def blank_lines(text: str) -> str:
    """As many empty lines as a text has line ends."""
    # Two ends that come to stand side by side must not become one \r\n: all are \n.
    return "\n" * _line_ends(text)


def _line_ends(text: str) -> int:
    return len(_LINE_END.findall(text))


def _replacement(stripped: str) -> str | None:
    """What takes the place of a line that is no Python; None when it may be Python."""
    if stripped[0] in _ESCAPES or _BARE_COMMAND.match(stripped):
        return "pass"
    if assigned := _ASSIGNED.match(stripped):
        return stripped[: stripped.rindex("=", 0, assigned.end()) + 1] + " None"
    return None


def _is_statement(text: str) -> bool:
    """Whether the rest of a ``%time`` line is a statement that ends on that line."""
    if not text or text[0] in _ESCAPES or text.endswith("\\"):
        return False
    return statement_end(text, 0)[1]


def _is_help(piece: str, start: int, comments: list[tuple[int, str]]) -> bool:
    """Whether a logical line ends in a question mark that is not part of a comment."""
    code = piece.rstrip()
    if not code.endswith("?"):
        return False
    return not comments or comments[-1][0] + len(comments[-1][1].rstrip()) != start + len(code)


def _continued(text: str, position: int) -> int:
    """The offset behind a magic's last line: a backslash joins the next line to it."""
    while True:
        end, after = line_span(text, position)
        if after >= len(text) or not text[position:end].endswith("\\"):
            return after
        position = after


def _without_indent(text: str) -> tuple[str, dict[int, int]]:
    """Takes the first line's indentation, or pasted prompts, off the lines that have them.

    IPython does so before it runs a cell. Returns the columns taken by line (from 1).
    """
    start = len(text) - len(text.lstrip(" \t\f\r\n"))
    line_start = text.rfind("\n", 0, start) + 1
    if text.startswith(">>>", start):
        front = _PASTED_PROMPT
    elif line_start < start < len(text):
        front = re.compile(re.escape(text[line_start:start]))
    else:
        return text, {}
    pieces: list[str] = []
    shifts: dict[int, int] = {}
    position = 0
    while position < len(text):
        after = line_span(text, position)[1]
        piece = text[position:after]
        if found := front.match(piece):
            piece = piece[found.end() :]
            shifts[len(pieces) + 1] = found.end()
        pieces.append(piece)
        position = after
    return "".join(pieces), shifts
