"""Settings and declared spaces that serve nothing: what is told, and when it is known."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from lint_embed.cli import main
from lint_embed.leftovers import entries

CONFIG = """\
[tool.lint-embed]
aligned = [["acme/text", "acme/image"], ["acme/text", "acme/audio"]]
"""
TEXT = """\
from sentence_transformers import SentenceTransformer, util

text = SentenceTransformer("acme/text").encode("a red bicycle")
util.cos_sim(text, SentenceTransformer("acme/image").encode("bicycle.jpg"))
"""
SOUND = """\
import numpy as np
from sentence_transformers import SentenceTransformer, util

sounds = np.load("sounds.npy")  # lint-embed: space=acme/audio
"""
HEARD = """
util.cos_sim(sounds, SentenceTransformer("acme/text").encode("a bell"))
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "pyproject.toml").write_text(CONFIG)
    (tmp_path / "text.py").write_text(TEXT)
    (tmp_path / "sound.py").write_text(SOUND)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def found(*arguments: str) -> list[tuple[str, int, int, str]]:
    result = CliRunner().invoke(
        main, ["check", *arguments, "--output-format", "json", "--no-cache", "--jobs", "1"]
    )
    assert result.exit_code in (0, 1), result.output
    return [
        (Path(each["path"]).name, each["line"], each["column"], each["code"])
        for each in json.loads(result.stdout)
    ]


def test_a_run_over_the_project_tells_what_serves_nothing(project: Path) -> None:
    assert found(".") == [
        ("sound.py", 4, 33, "VEC901"),
        ("pyproject.toml", 2, 41, "VEC901"),
    ]


def test_all_that_is_needed_is_silent(project: Path) -> None:
    (project / "sound.py").write_text(SOUND + HEARD)
    assert found(".") == []


@pytest.mark.parametrize("paths", [("text.py",), ("sound.py",)])
def test_some_files_cannot_tell(project: Path, paths: tuple[str, ...]) -> None:
    assert found(*paths) == []


def test_excluded_or_unreadable_files_may_need_it(project: Path) -> None:
    assert found(".", "--exclude", "text.py") == []
    (project / "sound.py").write_text(SOUND + "def broken(:\n")
    assert [code for *_, code in found(".")] == ["VEC902"]


def test_the_rule_can_be_ignored(project: Path) -> None:
    assert found(".", "--ignore", "VEC901") == []


@pytest.mark.parametrize("form", ["full", "grouped", "sarif", "github", "junit", "concise"])
def test_every_format_can_show_the_configuration(project: Path, form: str) -> None:
    result = CliRunner().invoke(main, ["check", ".", "--output-format", form, "--no-cache"])
    assert result.exit_code == 1
    assert "acme/audio" in result.output and "pyproject.toml" in result.output


def test_a_baseline_holds_it(project: Path) -> None:
    run = CliRunner().invoke(main, ["check", ".", "--baseline", "base.json", "--write-baseline"])
    assert run.exit_code == 0, run.output
    assert found(".", "--baseline", "base.json") == []


def test_entries_are_found_in_any_layout() -> None:
    text = (
        "[tool.lint-embed]\n# aligned = [[1]]\nselect = []\n"
        'aligned = [ # [no]\n  ["a]", \'b"[\'],\n  [\n    "c",\n    "d",\n  ],\n]\nsrc = ["x"]\n'
    )
    places = entries(text)
    assert [(p.line, p.column, p.end_line, p.end_column) for p in places] == [
        (5, 3, 5, 16),
        (6, 3, 9, 4),
    ]


def test_no_entries_without_the_setting() -> None:
    assert entries("[tool.lint-embed]\nselect = []\n") == []
    assert entries("aligned = [") == []
