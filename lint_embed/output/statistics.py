"""How often each rule was broken, for ``--statistics``."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence

from lint_embed.findings import Finding


def render(findings: Sequence[Finding], machine: bool) -> str:
    """A line a rule, most frequent first; with ``machine`` a JSON array instead."""
    counts = Counter((finding.code, finding.name) for finding in findings)
    rows = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    if machine:
        objects = [{"code": code, "name": name, "count": n} for (code, name), n in rows]
        return json.dumps(objects, indent=2) + "\n"
    width = max((len(str(n)) for _, n in rows), default=0)
    return "".join(f"{n:>{width}}  {code}  {name}\n" for (code, name), n in rows)
