"""String literals side by side, made one: each nests the parser one level deeper, and nothing
keeps a program from having thousands of them, as data often lie in it.

Lines stay where they are, and so do the columns of all that follows the strings.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from typing import NamedTuple

from lint_embed.logical import string_end

LONG = 8
"""Fewer strings side by side are left as they are."""

_TOKEN = re.compile(
    r"""
      (?P<string>(?:(?<!\w)[A-Za-z]{1,2})?['"])
    | (?P<between>\#[^\r\n]*|\\(?:\r\n|[\r\n]))
    | (?P<open>[(\[{])
    | (?P<close>[)\]}])
    | (?P<line>[\r\n])
    | (?P<other>\w+|[^\w\s'"\#()\[\]{}\\]+|\\)
    """,
    re.VERBOSE,
)
_BREAK = re.compile(r"[ \t\f]*\\?[\r\n]")
_COMMENT = re.compile(r"[ \t\f]*#")
_FIRST_LINE = re.compile(r"\A[^\r\n]*")
_SEEN = re.compile(r"[^\r\n]")


class Literal(NamedTuple):
    """Where a string literal starts, with its prefix, and where it ends."""

    start: int
    end: int


def united(text: str) -> str:
    """The program with one literal in place of many; itself where there are none."""
    pieces: list[str] = []
    position = 0
    for literals, is_inside in _rows(text):
        whole = _united(text, literals, is_inside)
        if whole is not None:
            pieces += (text[position : literals[0].start], whole)
            position = literals[-1].end
    return "".join((*pieces, text[position:])) if pieces else text


def _rows(text: str) -> list[tuple[list[Literal], bool]]:
    """The long rows of strings without fields, and whether each lies within brackets."""
    found: list[tuple[list[Literal], bool]] = []
    row: list[Literal] = []
    depth = position = 0
    while token := _TOKEN.search(text, position):
        position = token.end()
        kind = token.lastgroup
        prefix = token[0][:-1].lower()
        if kind == "string" and "f" not in prefix and "t" not in prefix:
            position, is_closed = string_end(text, position - 1)
            if not is_closed:
                return found
            row.append(Literal(token.start(), position))
            continue
        if kind == "between" or (kind == "line" and depth):
            continue
        if len(row) > LONG:
            found.append((row, depth > 0))
        row = []
        if kind == "string":
            position, _ = string_end(text, position - 1)
        depth = max(0, depth + (kind == "open") - (kind == "close"))
    if len(row) > LONG:
        found.append((row, depth > 0))
    return found


def _united(text: str, literals: Sequence[Literal], is_inside: bool) -> str | None:
    """What stands for a row of literals: as many lines, the last of them as long."""
    parts = [text[each.start : each.end] for each in literals]
    if not is_inside and any("\n" in part or "\r" in part for part in parts):
        return None  # without the string the statement would end there
    try:
        values = [ast.literal_eval(part) for part in parts]
        whole = repr(values[0][:0].join(values))
    except (SyntaxError, ValueError, TypeError):
        return None
    starts = [each.start for each in literals[1:]]
    between = [text[each.end : start] for each, start in zip(literals, starts, strict=False)]
    host = _host(parts, between)
    if host is None:
        length = literals[-1].end - literals[0].start
        return whole.ljust(length) if len(whole) <= length else None
    made = [_SEEN.sub(" ", part) for part in parts]
    made[host] = _FIRST_LINE.sub(lambda line: whole, made[host], count=1)
    return "".join(piece for pair in zip(made, [*between, ""], strict=True) for piece in pair)


def _host(parts: Sequence[str], between: Sequence[str]) -> int | None:
    """The literal that the whole may stand for, as nothing behind it on its line has a column
    (but for a comment, if need be); None where all stand on one line."""
    for ending in (_BREAK, _COMMENT):
        for number, (part, gap) in enumerate(zip(parts, between, strict=False)):
            if "\n" in part or "\r" in part or ending.match(gap):
                return number
    return None
