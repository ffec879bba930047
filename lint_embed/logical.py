"""Where statements begin and end, and where comments stand, found from the text alone.

The standard tokenizer stops at notebook magics and at syntax that is newer than the
running Python. All that is needed here is to tell strings, comments, brackets and line
ends apart, which this small scanner does for every version of the language.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import NamedTuple

_LINE_END = re.compile(r"\r\n|\r|\n")
# Character classes: the regular expression engine searches for those fastest.
_PLAIN_LINE = re.compile(r"[^'\"#()\[\]{}\\\r\n]*(?:\r\n|\r|\n)")
_STOP = re.compile(r"['\"#()\[\]{}\\\r\n]")
_STOP_IN_BRACKETS = re.compile(r"['\"#()\[\]{}]")
_STOP_IN_FIELD = re.compile(r"['\"#()\[\]{}:]")
_FORMAT_PREFIX = re.compile(r"(?<!\w)(?:[fFtT][rR]?|[rR][fFtT])\Z")

_DEEPEST_FORMAT = 20


@cache
def _closing(quote: str) -> re.Pattern[str]:
    """Matches the rest of a plain string, from behind its opening quote."""
    # A backslash hides the quote after it in raw strings too.
    if len(quote) == 1:
        plain = rf"[^{quote}\\\r\n]*"
        return re.compile(rf"{plain}(?:\\(?:\r\n|.){plain})*{quote}", re.DOTALL)
    one = quote[0]
    plain = rf"[^{one}\\]*"
    return re.compile(rf"{plain}(?:(?:\\.|{one}(?!{one}{one})){plain})*{quote}", re.DOTALL)


@cache
def _format_stop(quote: str) -> re.Pattern[str]:
    """Finds, in an f-string, a brace (group 1), the closing quote (group 2), or what to skip."""
    escape = r"\\(?:N\{[^}'\"\r\n]*\}|\r\n|[^{}])"
    line_end = r"|[\r\n]" if len(quote) == 1 else ""
    return re.compile(rf"{escape}|\{{\{{|([{{}}])|({quote}){line_end}", re.DOTALL)


class Comment(NamedTuple):
    """A comment: ``line`` from 1, ``column`` from 0, its text with the hash.

    ``alone`` says that nothing but white space stands before it on its line.
    """

    line: int
    column: int
    text: str
    alone: bool


@dataclass(frozen=True, slots=True)
class Layout:
    """The statements of a program as (first line, last line), in order, and its comments.

    A compound statement counts with its header only. ``complete`` is False when a string
    or bracket was never closed; from there on each line counts as one statement.
    """

    statements: tuple[tuple[int, int], ...]
    comments: tuple[Comment, ...]
    complete: bool


@lru_cache(maxsize=16)
def split_lines(text: str) -> tuple[str, ...]:
    """The lines of a text without their ends, split as Python does.

    Only ``\\n``, ``\\r\\n`` and ``\\r`` end a line; a form feed or U+2028 does not. Text
    after the last line end is a line, an empty rest is not.
    """
    lines = _LINE_END.split(text) if "\r" in text else text.split("\n")
    if not lines[-1]:
        lines.pop()
    return tuple(lines)


def line_span(text: str, start: int) -> tuple[int, int]:
    """The end of the line that begins at ``start``: before and after its line end."""
    found = _LINE_END.search(text, start)
    return found.span() if found else (len(text), len(text))


def statement_end(
    text: str, start: int, comments: list[tuple[int, str]] | None = None
) -> tuple[int, bool]:
    """Finds the end of the logical line that begins at the offset ``start``.

    Returns the offset behind its line end, and whether all strings and brackets in it
    were closed. Appends each comment in it to ``comments`` as (offset, text).
    """
    if plain := _PLAIN_LINE.match(text, start):
        return plain.end(), True
    depth, position, closed, stop = 0, start, True, _STOP
    while found := stop.search(text, position):
        at, position = found.start(), found.end()
        char = text[at]
        if char in "([{":
            depth += 1
            stop = _STOP_IN_BRACKETS
        elif char in ")]}":
            closed = closed and depth > 0
            depth = max(0, depth - 1)
            stop = _STOP_IN_BRACKETS if depth else _STOP
        elif char in "'\"":
            position, ended = string_end(text, at)
            closed = closed and ended
        elif char == "#":
            position = line_span(text, at)[0]
            if comments is not None:
                comments.append((at, text[at:position]))
        elif char == "\\":
            position += _line_end_length(text, position)
        else:
            return at + _line_end_length(text, at), closed
    return len(text), closed and depth == 0


def _line_end_length(text: str, position: int) -> int:
    """How many characters of a line end stand at the position: 0, 1 or 2."""
    if text.startswith("\r\n", position):
        return 2
    return 1 if text.startswith(("\n", "\r"), position) else 0


def string_end(text: str, start: int, depth: int = 0) -> tuple[int, bool]:
    """The offset behind the string whose opening quote is at ``start``, and if it closed."""
    quote = text[start]
    if text.startswith(quote * 3, start):
        quote *= 3
    position = start + len(quote)
    if depth < _DEEPEST_FORMAT and _FORMAT_PREFIX.search(text[max(0, start - 3) : start]):
        end = _formatted_end(text, position, quote, depth)
        if end is not None:
            return end, True
    if found := _closing(quote).match(text, position):
        return found.end(), True
    return (len(text) if len(quote) == 3 else line_span(text, position)[0]), False


def _formatted_end(text: str, position: int, quote: str, depth: int) -> int | None:
    """The offset behind an f-string's closing quote; None when it is not well formed."""
    stop = _format_stop(quote)
    while found := stop.search(text, position):
        position = found.end()
        if found[2]:
            return position
        if found[1] == "{":
            inner = _field_end(text, position, quote, depth)
            if inner is None:
                return None
            position = inner
        elif not found[1] and found[0] in "\r\n":
            return None
    return None


def _field_end(text: str, position: int, quote: str, depth: int) -> int | None:
    """The offset behind the brace that closes a replacement field, nested ones included."""
    brackets = 0
    while found := _STOP_IN_FIELD.search(text, position):
        at, position = found.start(), found.end()
        char = text[at]
        if char in "'\"":
            position, ended = string_end(text, at, depth + 1)
            if not ended:
                return None
        elif char == "#":
            position = line_span(text, at)[0]
        elif char in "([{":
            brackets += 1
        elif char in ")]}":
            if brackets == 0:
                return position if char == "}" else None
            brackets -= 1
        elif brackets == 0:
            return _format_spec_end(text, position, quote, depth)
    return None


def _format_spec_end(text: str, position: int, quote: str, depth: int) -> int | None:
    """The offset behind the brace that ends a field's format specification."""
    stop = _format_stop(quote)
    while found := stop.search(text, position):
        position = found.end()
        if found[1] == "}":
            return position
        if not found[1]:
            if found[2] or found[0] in "\r\n":
                return None
            continue
        if depth >= _DEEPEST_FORMAT:
            return None
        inner = _field_end(text, position, quote, depth + 1)
        if inner is None:
            return None
        position = inner
    return None


def layout(text: str) -> Layout:
    """Finds all statements and comments of a program. Never raises."""
    statements: list[tuple[int, int]] = []
    comments: list[Comment] = []
    position, line, complete = 0, 1, True
    while position < len(text):
        found: list[tuple[int, str]] = []
        end, closed = statement_end(text, position, found)
        piece = text[position:end]
        if not closed:
            complete = False
            break
        last = line + _line_ends(piece) - (piece[-1] in "\r\n")
        _add(piece, line, last, found, position, statements, comments)
        position, line = end, last + 1
    # Behind an unclosed string or bracket nothing can be told apart: a line, a statement.
    for number, piece in enumerate(_LINE_END.split(text[position:]), line) if not complete else ():
        found = []
        statement_end(piece, 0, found)
        _add(piece, number, number, found, 0, statements, comments)
    return Layout(tuple(statements), tuple(comments), complete)


def _line_ends(text: str) -> int:
    count = text.count("\n")
    return count + text.count("\r") - text.count("\r\n") if "\r" in text else count


def _add(
    piece: str,
    line: int,
    last: int,
    found: list[tuple[int, str]],
    start: int,
    statements: list[tuple[int, int]],
    comments: list[Comment],
) -> None:
    """Records one logical line and its comments, whose offsets count from ``start``."""
    stripped = piece.lstrip(" \t\f\r\n")
    if stripped and not stripped.startswith("#"):
        statements.append((line, last))
    begin = 0
    for offset, comment in found:
        before = _LINE_END.split(piece[begin : offset - start])
        line += len(before) - 1
        begin = offset - start - len(before[-1])
        alone = not before[-1].strip(" \t\f")
        comments.append(Comment(line, len(before[-1]), comment, alone))
