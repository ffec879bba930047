"""The plugin in the real flake8, with flake8-bugbear beside it."""

from __future__ import annotations

import importlib.metadata
import os
import subprocess
import sys
import tokenize
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from pages_runner import parse_page

import lint_embed.engine
import lint_embed.flake8
import lint_embed.reading
from lint_embed.cli import main
from lint_embed.files import discover
from lint_embed.flake8 import Plugin
from lint_embed.settings import Finder, Options

pytest.importorskip("flake8", reason="flake8 comes with the extra test")
pytest.importorskip("bugbear", reason="flake8-bugbear comes with the extra test")

ROOT = Path(__file__).parent.parent

MISTAKE = """\
from sentence_transformers import SentenceTransformer, util

one = SentenceTransformer("all-MiniLM-L6-v2").encode("x")
two = SentenceTransformer("paraphrase-MiniLM-L6-v2").encode("y")
print("é", util.cos_sim(one, two))
"""
FOUND = "a.py:5:12: VEC101 compares vectors of 'all-MiniLM-L6-v2' (line 3) with "


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to work in, and the package as if it had been installed."""
    document = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    name, version = document["name"], document["version"]
    installed = tmp_path / "installed"
    meta = installed / f"lint_embed-{version}.dist-info"
    meta.mkdir(parents=True)
    (meta / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    rows = [
        f"[{group}]\n" + "".join(f"{key} = {value}\n" for key, value in points.items())
        for group, points in document["entry-points"].items()
    ]
    (meta / "entry_points.txt").write_text("\n".join(rows))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), str(installed)]))
    folder = tmp_path / "project"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def flake8(*arguments: str, stdin: str | None = None) -> list[str]:
    """The lines that flake8 prints, which must be findings only."""
    done = subprocess.run(
        [sys.executable, "-m", "flake8", "--jobs=1", *arguments],
        input=stdin, capture_output=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert done.stderr == ""
    assert done.returncode == bool(done.stdout)
    return done.stdout.splitlines()


def codes(*arguments: str, stdin: str | None = None) -> list[str]:
    """``line:code`` of each finding."""
    rows = (row.split(":", 3) for row in flake8(*arguments, stdin=stdin))
    return [f"{line}:{text.split()[0]}" for _, line, _, text in rows]


def test_flake8_knows_the_plugin() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "flake8", "--version"], capture_output=True, text=True, check=True
    )
    version = importlib.metadata.version("flake8-bugbear")
    assert f"flake8-bugbear: {version}" in done.stdout.replace("\n", " ")
    assert f"lint-embed: {Plugin.version}" in done.stdout.replace("\n", " ")


def test_findings_stand_among_those_of_other_plugins() -> None:
    Path("a.py").write_text(MISTAKE + "\n\ndef f(x=[]):\n    return x\n", encoding="utf-8")
    rows = flake8("a.py")
    assert len(rows) == 2
    assert rows[0].startswith(FOUND)
    assert rows[1].startswith("a.py:8:9: B006 ")


def test_noqa_is_flake8s_own() -> None:
    text = MISTAKE.replace("util.cos_sim(one, two))", "util.cos_sim(\n    one, two,\n))")
    Path("a.py").write_text(text, encoding="utf-8")
    assert codes("a.py") == ["5:VEC101"]
    here = text.replace("util.cos_sim(\n", "util.cos_sim(  # noqa: VEC101\n")
    Path("a.py").write_text(here, encoding="utf-8")
    assert codes("a.py") == []
    assert codes("--disable-noqa", "a.py") == ["5:VEC101"]
    # flake8 looks at the reported line alone, and knows nothing of unused comments.
    elsewhere = text.replace("two,\n", "two,  # noqa: VEC101\n")
    Path("a.py").write_text("import os  # noqa: F401, VEC301\n" + elsewhere, encoding="utf-8")
    assert codes("a.py") == ["6:VEC101"]
    Path("a.py").write_text("# flake8: noqa: VEC101\n" + text, encoding="utf-8")
    assert codes("a.py") == []
    Path("a.py").write_text("# ruff: noqa\n" + text, encoding="utf-8")
    assert codes("a.py") == ["6:VEC101"]


def test_comments_that_lint_embed_adds_silence_flake8_too() -> None:
    text = MISTAKE.replace("util.cos_sim(one, two))", "util.cos_sim(\n    one, two,\n))")
    Path("a.py").write_text(text, encoding="utf-8")
    result = CliRunner().invoke(main, ["--add-noqa", "--no-cache", "a.py"])
    assert (result.exit_code, codes("a.py")) == (0, [])
    assert CliRunner().invoke(main, ["--no-cache", "a.py"]).output == ""


def test_lint_embeds_own_comments_count() -> None:
    ignore = "# lint-embed: ignore[cross-space-comparison]"
    text = MISTAKE.replace("two))", f"two,\n    {ignore}\n))")
    Path("a.py").write_text(text, encoding="utf-8")
    assert codes("--select=VEC", "a.py") == []
    Path("a.py").write_text(f"import os  {ignore}\n\nprint(os)\n")
    assert codes("a.py") == ["1:VEC901"]


def test_selection_and_per_file_ignores_are_flake8s_own() -> None:
    Path("a.py").write_text("import os\n" + MISTAKE, encoding="utf-8")
    # What lint-embed's own table selects is for its own command line.
    Path("pyproject.toml").write_text(
        "[tool.lint-embed]\nselect = ['VEC2']\nignore = ['VEC101']\nexclude = ['a.py']\n"
        "per-file-ignores = {'a.py' = ['VEC1']}\n"
    )
    assert codes("a.py") == ["1:F401", "6:VEC101"]
    assert codes("--select", "VEC", "a.py") == codes("--select", "VEC1", "a.py") == ["6:VEC101"]
    assert codes("--select", "VEC2", "a.py") == []
    assert codes("--extend-ignore", "VEC1", "a.py") == ["1:F401"]
    assert codes("--per-file-ignores", "a.py:VEC101", "a.py") == ["1:F401"]
    assert codes("--exclude", "a.py", ".") == []


def test_the_project_around_the_file_is_read() -> None:
    Path("models.py").write_text(
        "from sentence_transformers import SentenceTransformer\n\n"
        "first = SentenceTransformer('all-MiniLM-L6-v2')\n"
    )
    Path("pkg").mkdir()
    Path("pkg/b.py").write_text(
        "from models import first\nfrom sentence_transformers import SentenceTransformer, util\n\n"
        "second = SentenceTransformer('paraphrase-MiniLM-L6-v2')\n"
        "util.cos_sim(first.encode('x'), second.encode('y'))\n"
    )
    Path("pyproject.toml").write_text("[tool.lint-embed]\n")
    (row,) = flake8(str(Path("pkg/b.py")))
    assert "VEC101 compares vectors of 'all-MiniLM-L6-v2' (models.py:3) with " in row
    assert [line.split(":")[0] for line in flake8("--jobs=2", ".")] == ["./pkg/b.py"]


def test_settings_about_the_code_count() -> None:
    Path("a.py").write_text(MISTAKE, encoding="utf-8")
    Path("pyproject.toml").write_text(
        "[tool.lint-embed]\naligned = [['all-MiniLM-L6-v2', 'paraphrase-MiniLM-L6-v2']]\n"
    )
    assert codes("a.py") == []


def test_a_configuration_that_cannot_be_used_is_a_finding() -> None:
    Path("a.py").write_text(MISTAKE, encoding="utf-8")
    Path("pyproject.toml").write_text("[tool.lint-embed]\nselct = []\n")
    assert flake8("a.py") == [
        "a.py:1:1: VEC902 not checked: pyproject.toml:2: unknown key 'selct' "
        "(did you mean 'select'?)"
    ]


def test_standard_input() -> None:
    (row,) = flake8("-", stdin=MISTAKE)
    assert row.startswith(FOUND.replace("a.py", "stdin"))
    (row,) = flake8("--stdin-display-name", "a.py", "-", stdin=MISTAKE)
    assert row.startswith(FOUND)


@pytest.mark.parametrize("coding", ["latin-1", "utf-8-sig", "utf-8"])
def test_encodings_are_read_as_flake8_reads_them(coding: str) -> None:
    Path("a.py").write_bytes(f"# coding: {coding}\n{MISTAKE}".encode(coding))
    (row,) = flake8("a.py")
    assert row.startswith("a.py:6:12: VEC101 ")


def test_no_parser_is_imported_for_files_that_cannot_matter() -> None:
    Path("a.py").write_text("import os  # noqa\n\nprint(os.name)\n")
    Path("b.py").write_text(MISTAKE, encoding="utf-8")
    program = (
        "import sys; from flake8.main.cli import main\n"
        "main(['--jobs=1', sys.argv[1]]); print('libcst' in sys.modules)"
    )

    def imports(file: str) -> str:
        done = subprocess.run(
            [sys.executable, "-c", program, file], capture_output=True, text=True, check=True
        )
        return done.stdout.splitlines()[-1]

    assert [imports("a.py"), imports("b.py")] == ["False", "True"]


# --- What the files of one process share ---------------------------------------------


def plugged(name: str) -> list[str]:
    """``line:code`` of each finding, the plugin being called as flake8 does."""
    with tokenize.open(name) as file:
        lines = file.readlines()
    return [f"{row[0]}:{row[2].split()[0]}" for row in Plugin(None, name, lines).run()]


def sample_projects() -> Iterator[tuple[str, dict[str, str]]]:
    """The test pages' cases with several Python files: name, and texts by path."""
    for page in sorted((ROOT / "tests" / "pages").rglob("*.md")):
        for case in parse_page(page.name, page.read_text("utf-8")):
            names = [name for name in case.files if name.endswith(".py")]
            if len(names) > 1 and len(names) == len(case.files):
                yield f"{page.stem}: {case.heading}", case.files


def test_the_order_of_the_files_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a process knows from earlier files neither adds findings nor loses any; and all
    of them are found when each file is checked by itself, as by a hook in batches."""
    count = 0
    for number, (heading, files) in enumerate(sample_projects()):
        folder = Path(f"case-{number}")
        for name, text in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8")
        (folder / "pyproject.toml").write_text("[tool.lint-embed]\n")
        monkeypatch.chdir(folder)
        found = []
        for names in (sorted(files), sorted(files, reverse=True)):
            lint_embed.flake8._workspaces.clear()
            found.append({name: plugged(name) for name in names})
        single = {}
        for name in files:
            lint_embed.flake8._workspaces.clear()
            single[name] = plugged(name)
        whole = {name: [] for name in files}
        given = discover(sorted(files), Finder()).files
        for report in lint_embed.engine.check(given, Options()):
            for finding in report.findings:
                whole[report.path].append(f"{finding.place.line}:{finding.code}")
        assert found == [single, single], heading
        assert single == whole, heading
        count += 1
        monkeypatch.chdir("..")
    assert count > 30


def test_the_project_is_read_once_in_a_process(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("pyproject.toml").write_text("[tool.lint-embed]\n")
    Path("models.py").write_text(MISTAKE, encoding="utf-8")
    for number in range(5):
        Path(f"a{number}.py").write_text("from models import one, two\nprint(one @ two)\n")
    read: list[str] = []
    original = lint_embed.reading.read

    def counted(path: Path, *rest: Any) -> Any:
        read.append(path.name)
        return original(path, *rest)

    monkeypatch.setattr(lint_embed.reading, "read", counted)
    lint_embed.flake8._workspaces.clear()
    assert [plugged(f"a{number}.py") for number in range(5)] == [["2:VEC101"]] * 5
    assert plugged("models.py") == ["5:VEC101"]
    assert read.count("models.py") == 1


def test_a_file_that_changes_is_read_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("pyproject.toml").write_text("[tool.lint-embed]\n")
    same = MISTAKE.replace("paraphrase", "all").replace("print(", "print(0, ")
    Path("models.py").write_text(same.split("print")[0], encoding="utf-8")
    Path("b.py").write_text("from models import one, two\nprint(one @ two)\n")
    lint_embed.flake8._workspaces.clear()
    assert plugged("b.py") == []
    Path("models.py").write_text(MISTAKE.split("print")[0], encoding="utf-8")
    # It is handed over itself: then its text is known to be another one.
    assert plugged("models.py") == []
    assert plugged("b.py") == ["2:VEC101"]
    # Or time has gone by.
    Path("models.py").write_text(same.split("print")[0], encoding="utf-8")
    monkeypatch.setattr(lint_embed.flake8, "IDLE", -1.0)
    assert plugged("b.py") == []


def test_standard_input_is_no_context_of_other_files() -> None:
    Path("pyproject.toml").write_text("[tool.lint-embed]\n")
    Path("models.py").write_text("one = two = None\n")
    Path("b.py").write_text("from models import one, two\nprint(one @ two)\n")
    lint_embed.flake8._workspaces.clear()
    lines = MISTAKE.splitlines(keepends=True)
    assert [row[0] for row in Plugin(None, "models.py", lines).run()] == [5]
    assert plugged("b.py") == []


def test_noqa_stays_flake8s_own_in_a_file_that_was_context(tmp_path: Path) -> None:
    Path("pyproject.toml").write_text("[tool.lint-embed]\n")
    text = MISTAKE.replace("print(", "scores = (").replace("two))", "two))  # noqa: VEC101")
    Path("models.py").write_text(text, encoding="utf-8")
    Path("b.py").write_text("from models import one, scores\nprint(one @ one, scores)\n")
    lint_embed.flake8._workspaces.clear()
    assert plugged("b.py") == []
    assert plugged("models.py") == ["5:VEC101"]
