"""``path:line:column: VEC101 message``, one line a finding."""

from __future__ import annotations

from collections.abc import Sequence

from lint_embed.findings import Finding
from lint_embed.output import Lines
from lint_embed.output.style import one_line, paint, where


def render(findings: Sequence[Finding], lines: Lines, color: bool) -> str:
    """One line a finding, as flake8 writes it."""
    return "".join(
        f"{paint(where(finding.place), 'bold', color)}: "
        f"{paint(finding.code, 'red', color)} {one_line(finding.message)}\n"
        for finding in findings
    )
