"""The conformance tests run when they are asked for: ``pytest -m conformance``.

For the first time they need the package index. ``-m most_used`` holds the tables of the
most used libraries only. What does the holding is tested in every run, on a small package.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

VARIABLE = "LINT_EMBED_CONFORMANCE"
REPORTS = pytest.StashKey[list[object]]()


def asked(config: pytest.Config) -> bool:
    """Whether this run asks for the conformance tests."""
    markers = config.getoption("markexpr", "") or ""
    wanted = re.search(r"(?<!not )\b(?:conformance|most_used)\b", markers)
    return bool(os.environ.get(VARIABLE)) or wanted is not None


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "conformance: holds the catalogue against real packages")
    config.addinivalue_line("markers", "most_used: the tables of the most used libraries")
    config.stash[REPORTS] = []


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Releases are downloaded only when asked for."""
    if collection_path.name != "test_conformance.py":
        return None
    return None if asked(config) else True


@pytest.fixture(scope="session")
def reports(pytestconfig: pytest.Config) -> Iterator[list[object]]:
    """Where the tests leave what they found, for the summary."""
    yield pytestconfig.stash[REPORTS]


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Prints how many entries were held, and each one that was not, with its reason."""
    reports = config.stash[REPORTS]
    if not reports:
        return
    write = terminalreporter.write_line
    terminalreporter.section("catalogue")
    counts = {
        name: sum(_size(getattr(one, name)) for one in reports)
        for name in ("held", "exempt", "unchecked", "problems", "open_paths")
    }
    write(
        "{held} entries held, {exempt} of arrays and builtins exempt, {unchecked} unchecked, "
        "{problems} problems; {open_paths} further paths of held entries end in "
        "code without types".format(**counts)
    )
    shown = ["unchecked", "open_paths", "notes"] if config.get_verbosity() > 0 else ["unchecked"]
    for name in shown:
        for report in reports:
            for line in getattr(report, name):
                write(f"{name}: {getattr(report, 'table', '')}: {line}")


def _size(value: int | list[str]) -> int:
    return value if isinstance(value, int) else len(value)
