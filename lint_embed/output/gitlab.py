"""GitLab's code quality report."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Any

from lint_embed.findings import Certainty, Finding
from lint_embed.output import Lines
from lint_embed.output.physical import region


def _issue(finding: Finding, lines: Lines, taken: set[str]) -> dict[str, Any]:
    spot = region(finding.place, lines)
    # GitLab drops a second issue with the same fingerprint.
    name, count = finding.fingerprint, 0
    while not name or name in taken:
        count += 1
        parts = (finding.fingerprint, finding.place.path, finding.code, str(count))
        name = hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()[:16]
    taken.add(name)
    return {
        "type": "issue",
        "check_name": finding.code,
        "description": f"{spot.cell}{finding.code} {finding.message}",
        "categories": ["Bug Risk"],
        "severity": "major" if finding.certainty is Certainty.DEFINITE else "minor",
        "fingerprint": name,
        "location": {
            "path": finding.place.path.removeprefix("./"),
            "lines": {"begin": spot.line, "end": spot.end_line},
        },
    }


def render(findings: Sequence[Finding], lines: Lines, color: bool) -> str:
    """An array of issues with unique fingerprints."""
    taken: set[str] = set()
    issues = [_issue(finding, lines, taken) for finding in findings]
    return json.dumps(issues, indent=2, ensure_ascii=False) + "\n"
