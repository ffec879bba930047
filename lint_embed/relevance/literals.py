"""Strings and comments: where they are in a text, and the text without them."""

from __future__ import annotations

import re
from collections.abc import Iterator

_STRING = (
    r'"""[^"\\]*(?:(?:\\.|"(?!""))[^"\\]*)*"""|' + r"'''[^'\\]*(?:(?:\\.|'(?!''))[^'\\]*)*'''|"
    r'"(?:[^"\\\n]|\\.)*"|' + r"'(?:[^'\\\n]|\\.)*'"
)
_LITERAL = re.compile(rf"#[^\n]*|[rbfuRBFU]{{0,2}}(?:{_STRING})", re.DOTALL)
_CUT = re.compile(rf"(#[^\n]*|{_STRING})", re.DOTALL)
"""The same without the letters before a string, which are slow to look for."""
_LETTERS = frozenset("rbfuRBFU")
_TRIPLE = ('"""', "'''")
_INK = re.compile(r"[^\n]")
_EXPRESSION = re.compile(r"\{[^{}]*")
_SPACE = re.compile(r"\s")


def literals_in(text: str, start: int, end: int) -> Iterator[tuple[str, int]]:
    """The strings and comments of a part of a text that begins in none, with their offsets."""
    for match in _LITERAL.finditer(text, start, end):
        yield match[0], match.start()


def without_literals(text: str) -> tuple[str, str]:
    """The text with blanks for strings and comments; and for those that name nothing."""
    code = _CUT.split(text)  # what is between literals, and they themselves, in turns
    spoken = code[:]
    known: dict[str, tuple[str, str]] = {}
    for index in range(1, len(code), 2):
        before, literal = code[index - 1], code[index]
        if before and before[-1] in _LETTERS and literal[0] != "#":
            letters = 2 if before[-2:-1] in _LETTERS else 1
            before, literal = before[:-letters], before[-letters:] + literal
            code[index - 1] = spoken[index - 1] = before
        if (pair := known.get(literal)) is None:
            blank = _INK.sub(" ", literal) if "\n" in literal else " " * len(literal)
            pair = known[literal] = blank, _said(literal, blank)
        code[index], spoken[index] = pair
        if literal[-3:] in _TRIPLE and _is_docstring(before, index == 1):
            spoken[index] = pair[0]
    return "".join(code), "".join(spoken)


def _said(literal: str, blank: str) -> str:
    """What a literal may name: a word in quotes, the expressions of a string; else blanks."""
    if literal[0] == "#":
        return blank
    if _SPACE.search(literal) is None:
        return literal
    if "f" not in literal[: literal.index(literal[-1])].lower():
        return blank
    said = list(blank)
    for match in _EXPRESSION.finditer(literal):
        said[match.start() : match.end()] = match[0]
    return "".join(said)


def _is_docstring(before: str, is_first: bool) -> bool:
    """Whether nothing stands before a string on its line."""
    line = before.rpartition("\n")
    return not line[2].strip() and (bool(line[1]) or is_first)
