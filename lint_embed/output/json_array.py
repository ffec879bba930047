"""All findings as one JSON array."""

from __future__ import annotations

import json
from collections.abc import Sequence

from lint_embed.findings import Finding
from lint_embed.output import Lines
from lint_embed.output.contract import as_object


def render(findings: Sequence[Finding], lines: Lines, color: bool) -> str:
    """An array of the contract's objects."""
    objects = [as_object(finding) for finding in findings]
    return json.dumps(objects, indent=2, ensure_ascii=False) + "\n"
