"""Every entry of the catalogue agrees with the released package that it describes."""

from __future__ import annotations

import pytest
from hold import hold_table
from releases import Unavailable, pins_of, read_pins

from lint_embed.catalogue import FOLDER, NOT_A_TABLE

TABLES = sorted(path.stem for path in FOLDER.glob("*.toml") if path.stem not in NOT_A_TABLE)
MOST_USED = frozenset(read_pins()["most_used"])
PARAMETERS = [
    pytest.param(one, marks=[pytest.mark.most_used] if one in MOST_USED else [], id=one)
    for one in TABLES
]

pytestmark = pytest.mark.conformance


@pytest.mark.parametrize("table", PARAMETERS)
def test_table(table: str, reports: list[object]) -> None:
    try:
        report = hold_table(table)
    except Unavailable as error:
        pytest.fail(f"can't be downloaded: {error}", pytrace=False)
    reports.append(report)
    if report.problems:
        pytest.fail("\n".join(report.problems), pytrace=False)


def test_pins_are_of_tables() -> None:
    """A misspelt name in pins.toml would hold nothing."""
    known = {*TABLES}
    assert set(read_pins()["tables"]) <= known
    assert known >= MOST_USED
    assert len(MOST_USED) >= 20


def test_every_table_has_pins() -> None:
    missing = [one for one in TABLES if pins_of(one) is None]
    assert missing == []
