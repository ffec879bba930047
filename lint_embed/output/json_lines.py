"""One JSON object a line."""

from __future__ import annotations

import json
from collections.abc import Sequence

from lint_embed.findings import Finding
from lint_embed.output import Lines
from lint_embed.output.contract import as_object


def render(findings: Sequence[Finding], lines: Lines, color: bool) -> str:
    """The contract's objects, a line each."""
    return "".join(
        json.dumps(as_object(finding), ensure_ascii=False) + "\n" for finding in findings
    )
