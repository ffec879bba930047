"""Files that are given one by one have the findings that the whole project has."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from pages_runner import Case, parse_page, write_case

from lint_embed.cli import main

FOLDER = Path(__file__).parent / "pages" / "stores"
PAGES = ("keys.md", "databases.md", "files-of-two-scripts.md", "two-scripts.md")
CODE = (".py", ".ipynb")


def programs(case: Case) -> list[str]:
    return [name for name in case.files if name.endswith(CODE)]


CASES = [
    case
    for page in PAGES
    for case in parse_page(page, (FOLDER / page).read_text("utf-8"))
    if len(programs(case)) > 1
]


def found(arguments: list[str]) -> set[tuple[str, int | None, int, str]]:
    command = [*arguments, "--output-format", "json", "--no-cache"]
    findings = json.loads(CliRunner().invoke(main, command).stdout)
    return {(one["path"], one["cell"], one["line"], one["code"]) for one in findings}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_one_by_one(case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".git").mkdir()
    write_case(case, tmp_path)
    monkeypatch.chdir(tmp_path)
    single = [found([name]) for name in programs(case)]
    assert set().union(*single) == found(["."])
