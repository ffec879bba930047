"""Annotations of GitHub's workflows."""

from __future__ import annotations

from collections.abc import Sequence

from lint_embed.findings import Certainty, Finding
from lint_embed.output import Lines
from lint_embed.output.physical import region


def _text(value: str) -> str:
    return value.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(value: object) -> str:
    return _text(str(value)).replace(":", "%3A").replace(",", "%2C")


def _line(finding: Finding, lines: Lines) -> str:
    spot = region(finding.place, lines)
    properties: dict[str, object] = {
        "title": f"lint-embed ({finding.code})",
        "file": finding.place.path,
        "line": spot.line,
    }
    # Columns are only allowed within one line.
    if spot.column is not None and spot.line == spot.end_line:
        properties |= {"col": spot.column, "endLine": spot.end_line, "endColumn": spot.end_column}
    else:
        properties["endLine"] = spot.end_line
    kind = "error" if finding.certainty is Certainty.DEFINITE else "warning"
    words = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    return f"::{kind} {words}::{_text(f'{spot.cell}{finding.code} {finding.message}')}\n"


def render(findings: Sequence[Finding], lines: Lines, color: bool) -> str:
    """One workflow command a finding."""
    return "".join(_line(finding, lines) for finding in findings)
