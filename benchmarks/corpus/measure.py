"""One run of the linter over one folder, in a process of its own."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import processes

_PARSED = re.compile(r"\((\d+) parsed\)")


@dataclass(frozen=True, slots=True)
class Run:
    """What a run gave: ``parsed`` files, processor ``seconds``, peak memory in MB
    (of the largest process), the findings as JSON has them. ``failure`` says why there are
    none, None when the run came to its end."""

    parsed: int
    seconds: float
    memory: float
    findings: list[dict[str, Any]]
    failure: str | None


def lint(folder: Path, limit: float, jobs: int) -> Run:
    """Lints a folder without cache and configuration; ends the run after ``limit`` seconds."""
    options = ["--no-cache", "--jobs", str(jobs), "--output-format", "json", "-v", "."]
    done = processes.run([*processes.LINTER, *options], folder, limit)
    failure = None
    if done.late:
        failure = f"not finished after {limit:.0f} s"
    elif done.status not in (0, 1):
        said = done.err.strip().splitlines()
        failure = said[-1] if said else f"ended with status {done.status}"
    parsed = _PARSED.search(done.err)
    return Run(
        int(parsed[1]) if parsed else 0,
        done.processor,
        done.memory,
        json.loads(done.out) if failure is None else [],
        failure,
    )
