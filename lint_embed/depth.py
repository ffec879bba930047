"""Finds, from the text alone, where a program nests deeper than the parser can follow.

The parser is native code: it recurses without a bound, and a stack that overflows ends the
process. Its time grows with the square of the depth long before. So depth is told first.
"""

from __future__ import annotations

import re
from itertools import pairwise

from lint_embed.logical import split_lines
from lint_embed.source import Source, Unreadable

MAX_BRACKETS = 400
"""Brackets nested deeper than this are not parsed; Python itself stops at 200."""

MAX_CHAIN = 3000
"""Operators, attributes, calls, elifs within each other; Python stops at about as many."""

# No expression goes on over the start of such a line.
_STATEMENT = re.compile(
    r"[\r\n][ \t]*(?=(?:def|class|return|import|raise|assert|with|try|while|async def)\b|@)"
)
_DEEPER = (
    *"([{.+-*/%@&|^~'\"",
    *("or ", "and ", "not ", "if ", "else ", "lambda", "for ", "await "),
)
_TOKEN = re.compile(
    r"""
      (?P<skip>\#[^\r\n]*|\\(?:\r\n|[\r\n]))
    | (?P<tight>\*\*|//|[*/%@~]|\.(?=[^\W\d]))
    | (?P<loose>'''(?:[^\\]|\\.)*?'''|\"\"\"(?:[^\\]|\\.)*?\"\"\"
        |'(?:[^'\\\r\n]|\\.)*'|"(?:[^"\\\r\n]|\\.)*"
        |<<|>>|[-+&|^]
        |\b(?:or|and|not|if|else|lambda|for|await)\b)
    | (?P<open>[(\[{])
    | (?P<close>[)\]}])
    | (?P<apart>[,;])
    | (?P<line>[\r\n])
    """,
    re.VERBOSE | re.DOTALL,
)
_LINE = re.compile(r"(?m)^([ \t]*)(elif\b)?(?:[^\s#])?")


def too_deep(text: str) -> int | None:
    """The offset at which a program has become too deep to be parsed, or None.

    An upper bound: each operator counts as one level more than the one before it, until a
    comma, a new statement, or an operator that binds less. A few passes over the text at
    the speed of a search; only suspicious stretches are looked at closely.
    """
    if text.count("elif") > MAX_CHAIN and (at := _long_elif(text)) is not None:
        return at
    if not _may_be_deep(text):
        return None
    starts = [0, *(found.start() for found in _STATEMENT.finditer(text)), len(text)]
    for start, end in pairwise(starts):
        if end - start > MAX_BRACKETS and _may_be_deep(text[start:end]):
            found = _deep_expression(text[start:end])
            if found is not None:
                return start + found
    return None


def _may_be_deep(text: str) -> bool:
    brackets = text.count("(") + text.count("[") + text.count("{")
    return brackets > MAX_BRACKETS or (
        len(text) > MAX_CHAIN and sum(map(text.count, _DEEPER)) > MAX_CHAIN
    )


def _deep_expression(text: str) -> int | None:
    chain = tight = 0  # levels within the innermost bracket, and those of its last operand
    outer: list[tuple[int, int]] = []  # the same for each bracket around it
    total = 0
    for token in _TOKEN.finditer(text):
        kind = token.lastgroup
        if kind == "tight":
            tight += 1
            chain += 1
            total += 1
        elif kind == "loose":
            total += 1 - tight
            chain += 1 - tight
            tight = 0
        elif kind == "open":
            outer.append((chain + 1, tight + 1))
            total += 1
            chain = tight = 0
        elif kind == "close":
            total -= chain
            chain, tight = outer.pop() if outer else (0, 0)
        elif kind == "apart" or (kind == "line" and not outer):
            total -= chain
            chain = tight = 0
        if total > MAX_CHAIN or len(outer) > MAX_BRACKETS:
            return token.start()
    return None


def _long_elif(text: str) -> int | None:
    """Where too many elifs follow each other at one indentation."""
    links: dict[int, int] = {}
    for line in _LINE.finditer(text):
        if line[2] is None:
            if line.end() > line.end(1):
                links = {n: links[n] for n in links if n < len(line[1])}
            continue
        indent = len(line[1])
        links[indent] = links.get(indent, 0) + 1
        if links[indent] > MAX_CHAIN:
            return line.start(2)
    return None


def too_deep_at(source: Source, offset: int) -> Unreadable:
    """What is told of a program that nests too deeply at an offset."""
    before = split_lines(source.text[:offset] + "x")
    line, column = len(before), len(before[-1]) - 1
    place = source.place(line, column, line, column)
    message = "is nested too deeply to be parsed"
    return Unreadable(message, place.line, place.column, place.cell)
