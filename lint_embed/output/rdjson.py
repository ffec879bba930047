"""reviewdog's diagnostic format; its columns count the bytes of UTF-8."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from lint_embed.findings import Certainty, Finding, Place
from lint_embed.output import Lines
from lint_embed.output.physical import region


def _position(path: str, line: int, column: int | None, lines: Lines) -> dict[str, int]:
    if column is None:
        return {"line": line}
    source = lines(path, None)
    before = source[line - 1][: column - 1] if line <= len(source) else ""
    extra = len(before.encode("utf-8", "replace")) - len(before)
    return {"line": line, "column": column + extra}


def _location(place: Place, lines: Lines) -> dict[str, Any]:
    spot = region(place, lines)
    return {
        "path": place.path,
        "range": {
            "start": _position(place.path, spot.line, spot.column, lines),
            "end": _position(place.path, spot.end_line, spot.end_column, lines),
        },
    }


def _diagnostic(finding: Finding, lines: Lines) -> dict[str, Any]:
    definite = finding.certainty is Certainty.DEFINITE
    related = [
        {"message": f"'{space.model}'", "location": _location(space.place, lines)}
        for space in finding.spaces
        if space.place is not None
    ]
    return {
        "message": region(finding.place, lines).cell + finding.message,
        "location": _location(finding.place, lines),
        "severity": "ERROR" if definite else "WARNING",
        "code": {"value": finding.code},
        "related_locations": related,
    }


def render(findings: Sequence[Finding], lines: Lines, color: bool) -> str:
    """One object with all diagnostics."""
    report = {
        "source": {"name": "lint-embed"},
        "severity": "WARNING",
        "diagnostics": [_diagnostic(finding, lines) for finding in findings],
    }
    return json.dumps(report, indent=2, ensure_ascii=False) + "\n"
