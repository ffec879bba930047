"""``path:line: [VEC101] message``, the form that pylint's parsers read."""

from __future__ import annotations

from collections.abc import Sequence

from lint_embed.findings import Finding
from lint_embed.output import Lines
from lint_embed.output.physical import region
from lint_embed.output.style import one_line


def _line(finding: Finding, lines: Lines) -> str:
    spot = region(finding.place, lines)
    message = spot.cell + one_line(finding.message)
    return f"{finding.place.path}:{spot.line}: [{finding.code}] {message}\n"


def render(findings: Sequence[Finding], lines: Lines, color: bool) -> str:
    """One line a finding."""
    return "".join(_line(finding, lines) for finding in findings)
