"""Findings under the name of their file."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from lint_embed.findings import Finding, Place
from lint_embed.output import Lines
from lint_embed.output.style import one_line, paint


def _within(place: Place) -> str:
    cell = f"cell {place.cell}:" if place.cell is not None else ""
    return f"{cell}{place.line}:{place.column}"


def render(findings: Sequence[Finding], lines: Lines, color: bool) -> str:
    """A heading a file, its findings below it with their places in one column."""
    blocks = []
    for path, group in groupby(findings, key=lambda finding: finding.place.path):
        members = list(group)
        width = max(len(_within(finding.place)) for finding in members)
        rows = [
            f"  {_within(f.place):<{width}}  {paint(f.code, 'red', color)} {one_line(f.message)}\n"
            for f in members
        ]
        blocks.append(f"{paint(path, 'bold', color)}:\n" + "".join(rows))
    return "\n".join(blocks)
