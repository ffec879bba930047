"""What a configuration or a directive says and nothing needs.

An alignment that keeps no meeting silent, and a declared space that tells nothing new or
meets nothing. That vectors meet nowhere is only known when the whole project was read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from lint_embed.findings import Finding, Place

if TYPE_CHECKING:
    from lint_embed.provenance.interpreter import Interpreter
    from lint_embed.provenance.modules import Module
    from lint_embed.source import Source
    from lint_embed.suppression import Directives

CODE, NAME = "VEC901", "unused-directive"
_ALIGNED = re.compile(r"(?m)^[ \t]*(?:[\w\".-]+\.)?aligned[ \t]*=[ \t]*\[")
_TOKEN = re.compile(r"#[^\n]*|\"\"\".*?\"\"\"|'''.*?'''|\"(?:\\.|[^\"\\])*\"|'[^']*'|[\[\]]", re.S)


def alignments(
    run: Interpreter, names: tuple[tuple[str, ...], ...], file: Path
) -> Iterator[tuple[int, Place]]:
    """The alignments that no meeting needed, by number, and their places without the path."""
    idle = [index for index in range(len(names)) if index not in run.aligned.used]
    if not idle:
        return
    try:
        places = entries(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError):
        return
    for index in idle:
        if index < len(places):
            yield index, places[index]


def alignment_finding(place: Place, names: tuple[str, ...]) -> Finding:
    """The finding on an alignment of these models."""
    listed = " and ".join(repr(name) for name in names)
    message = f"the alignment of {listed} is never used: no vectors of theirs meet; remove it"
    return Finding(place, CODE, NAME, message)


def entries(text: str) -> list[Place]:
    """Where each list within ``aligned = [...]`` of a TOML text stands, without the path."""
    start = _ALIGNED.search(text)
    found: list[Place] = []
    if start is None:
        return found
    depth, opened = 1, 0
    for token in _TOKEN.finditer(text, start.end()):
        if token[0] == "[":
            depth += 1
            opened = token.start() if depth == 2 else opened
        elif token[0] == "]":
            if depth == 2:
                found.append(_place(text, opened, token.end()))
            depth -= 1
            if not depth:
                break
    return found


def _place(text: str, start: int, end: int) -> Place:
    def line_and_column(offset: int) -> tuple[int, int]:
        before = text[:offset]
        return before.count("\n") + 1, offset - before.rfind("\n")

    return Place("", None, *line_and_column(start), *line_and_column(end))


def declarations(
    run: Interpreter, module: Module, directives: Directives, whole: bool
) -> Iterator[tuple[Finding, str]]:
    """The findings on ``space=`` directives of a module, each with the directive's text.

    ``whole``: all files of the project were walked.
    """
    assigned = module.declaring()
    told = {
        module.range_of(site.node)[0][0]: words
        for site, words in run.declarations.items()
        if site.module is module
    }
    for first, line, column, text in directives.declarations():
        if first not in assigned:
            message = "declares nothing: a space is declared on an assignment"
        elif first not in told:
            continue  # the analysis did not come there
        elif "new" not in told[first]:
            message = "tells nothing new: the analysis knows this space; remove it"
        elif whole and "met" not in told[first]:
            message = "is of no use: what it declares meets no other vectors; remove it"
        else:
            continue
        yield _on(module.source, line, column, text, f"{text.strip()!r} {message}"), text


def _on(source: Source, line: int, column: int, text: str, message: str) -> Finding:
    place = source.place(line, column, line, column + len(text))
    return Finding(place, CODE, NAME, message)
