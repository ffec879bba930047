"""The committed table of findings that people have judged, and what has changed against it."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TABLE = Path(__file__).with_name("findings.toml")
VERDICTS = ("true", "false")
_FIELDS = {"package", "file", "line", "code", "verdict", "reason"}


@dataclass(frozen=True, slots=True, order=True)
class Spot:
    """What tells a finding from all others: a package (name-version), a file in it, the
    notebook cell (0: none) and line, a rule's code."""

    package: str
    file: str
    cell: int
    line: int
    code: str

    def __str__(self) -> str:
        cell = f"cell {self.cell}:" if self.cell else ""
        return f"{self.package}: {self.file}:{cell}{self.line}: {self.code}"


@dataclass(frozen=True, slots=True)
class Judged:
    """A finding that was read in its code: whether it is right, and why, in one line."""

    spot: Spot
    verdict: str
    reason: str


def judged() -> list[Judged]:
    """All rows of the table. Raises ValueError for a row that is none."""
    rows = tomllib.loads(TABLE.read_text(encoding="utf-8")).get("finding", [])
    return [_judged(row) for row in rows]


def _judged(row: dict[str, Any]) -> Judged:
    if missing := _FIELDS - set(row):
        raise ValueError(f"{TABLE.name}: {row}: without {', '.join(sorted(missing))}")
    if row["verdict"] not in VERDICTS:
        raise ValueError(f"{TABLE.name}: {row}: the verdict is one of {', '.join(VERDICTS)}")
    spot = Spot(row["package"], row["file"], row.get("cell", 0), row["line"], row["code"])
    return Judged(spot, row["verdict"], row["reason"])


def spots(package: str, findings: Iterable[dict[str, Any]]) -> list[Spot]:
    """The findings of one package, given as JSON has them."""
    return [
        Spot(package, row["path"], row["cell"] or 0, row["line"], row["code"]) for row in findings
    ]


def changes(package: str, found: Sequence[Spot], table: Sequence[Judged]) -> list[str]:
    """What differs between the findings of a package and its rows of the table, a line each."""
    expected = Counter(row.spot for row in table if row.spot.package == package)
    now = Counter(found)
    lines = [f"unknown: {spot}" for spot in sorted((now - expected).elements())]
    return lines + [f"vanished: {spot}" for spot in sorted((expected - now).elements())]
