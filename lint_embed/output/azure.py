"""Issues of Azure Pipelines."""

from __future__ import annotations

from collections.abc import Sequence

from lint_embed.findings import Certainty, Finding
from lint_embed.output import Lines
from lint_embed.output.physical import region


def _text(value: str) -> str:
    return value.replace("%", "%AZP25").replace("\r", "%0D").replace("\n", "%0A")


def _property(value: object) -> str:
    return _text(str(value)).replace(";", "%3B").replace("]", "%5D")


def _line(finding: Finding, lines: Lines) -> str:
    spot = region(finding.place, lines)
    properties: dict[str, object] = {
        "type": "error" if finding.certainty is Certainty.DEFINITE else "warning",
        "sourcepath": finding.place.path,
        "linenumber": spot.line,
    }
    if spot.column is not None:
        properties["columnnumber"] = spot.column
    properties["code"] = finding.code
    words = "".join(f"{key}={_property(value)};" for key, value in properties.items())
    return f"##vso[task.logissue {words}]{_text(f'{spot.cell}{finding.message}')}\n"


def render(findings: Sequence[Finding], lines: Lines, color: bool) -> str:
    """One logging command a finding."""
    return "".join(_line(finding, lines) for finding in findings)
