"""README.md, docs/ and examples/ hold what they promise.

Every command is run, and what stands between ``<!-- generated: NAME -->`` and
``<!-- end -->`` is what the linter says today. These parts and docs/rules.md are written
anew by ``PYTHONPATH=. python tests/test_readme.py``.
"""

from __future__ import annotations

import contextlib
import json
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result
from pages_runner import Case, difference, expected_of, parse_page, run_case

from lint_embed import __version__
from lint_embed.cli import check, main, picture, spaces
from lint_embed.output import FORMATS
from lint_embed.rules import RULES
from lint_embed.settings import CATALOGUE_TABLES, Finder, Settings, to_toml

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
DOCS = ROOT / "docs"
EXAMPLES = ROOT / "examples"
DOCUMENTS = (README, EXAMPLES / "README.md", *sorted(DOCS.glob("*.md")))
MAP = DOCS / "map.svg"

_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_GENERATED = re.compile(r"(<!-- generated: (\w+) -->\n)(.*?)(<!-- end -->)", re.DOTALL)
_COMMAND = re.compile(r"^\s*(?:- )?(?:run: )?(lint-embed .*)$")
_LINK = re.compile(r"\]\((?!https?://)([^)#]+)")


def blocks(document: Path, language: str) -> list[str]:
    """The fenced blocks of a document in one language."""
    return [body for name, body in _BLOCK.findall(document.read_text("utf-8")) if name == language]


def run(folder: Path, *arguments: str, stdin: str | None = None) -> Result:
    """Runs the command line in a folder."""
    with contextlib.chdir(folder):
        return CliRunner().invoke(main, arguments, input=stdin, env={"COLUMNS": "80"})


def workshop(folder: Path) -> Path:
    """A project as the README imagines its reader's: examples/, src/ and search.py."""
    shutil.copytree(EXAMPLES, folder / "examples")
    shutil.copytree(EXAMPLES / "retrieval", folder / "src")
    (folder / "search.py").write_text(blocks(README, "python")[0], encoding="utf-8")
    (folder / "lint.toml").write_text('certainty = "likely"\n', encoding="utf-8")
    (folder / "pyproject.toml").write_text('[project]\nname = "reader"\n', encoding="utf-8")
    return folder


# --- What is generated ---------------------------------------------------------------


def _said(*arguments: str) -> str:
    """A command and its output, as a console shows them."""
    with tempfile.TemporaryDirectory() as folder:
        cache = () if arguments[0] == "spaces" else ("--no-cache",)
        result = run(workshop(Path(folder)), *arguments, *cache)
    assert result.exit_code in (0, 1), result.output
    return f"```console\n$ lint-embed {shlex.join(arguments)}\n{result.stdout.rstrip()}\n```\n"


def _revealed() -> str:
    """What lint-embed says, on standard error, of the example for ``reveal``."""
    examples = blocks(DOCS / "configuration.md", "python")
    (source,) = (block for block in examples if "# lint-embed: reveal" in block)
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "search.py").write_text(source, encoding="utf-8")
        result = run(Path(folder), "search.py", "--no-cache")
    assert result.exit_code == 0, result.output
    return f"```console\n$ lint-embed search.py\n{result.output.rstrip()}\n```\n"


def _rules() -> str:
    rows = [
        f"| [{rule.code}](docs/rules.md#{rule.name}-{rule.code.lower()}) | {rule.name} "
        f"| {rule.summary.rstrip('.')} |\n"
        for rule in RULES
    ]
    return "| code | name | what is found |\n| --- | --- | --- |\n" + "".join(rows)


def _tables() -> str:
    return "".join(f"- `[[tool.lint-embed.{name}]]`\n" for name in CATALOGUE_TABLES)


def _map() -> str:
    """The picture of the examples, as it lies in docs/."""
    with tempfile.TemporaryDirectory() as folder:
        run(workshop(Path(folder)), "map", "examples", "--extend-exclude", "fixed", "-o", "m.svg")
        text = Path(folder, "m.svg").read_text("utf-8")
    return text.replace('href="examples/', 'href="../examples/')


GENERATORS: dict[str, Callable[[], str]] = {
    "finding": partial(_said, "search.py", "--output-format", "full"),
    "examples": partial(_said, "examples", "--exit-zero"),
    "spaces": partial(_said, "spaces", "examples"),
    "reveal": _revealed,
    "rules": _rules,
    "defaults": lambda: f"```toml\n{to_toml(Settings())}```\n",
    "tables": _tables,
}


def written_anew(document: Path) -> str:
    """The text of a document as it should be. Raises KeyError for an unknown generator."""
    if document == DOCS / "rules.md":
        return run(ROOT, "rule", "--all").stdout
    if document == MAP:
        return _map()
    text = document.read_text("utf-8")
    return _GENERATED.sub(lambda m: m[1] + GENERATORS[m[2]]() + m[4], text)


@pytest.mark.parametrize("document", (*DOCUMENTS, MAP), ids=lambda d: str(d.relative_to(ROOT)))
def test_generated_parts_are_up_to_date(document: Path) -> None:
    advice = "run: PYTHONPATH=. python tests/test_readme.py"
    assert document.read_text("utf-8") == written_anew(document), advice


def test_every_generator_is_used() -> None:
    used = {m[2] for document in DOCUMENTS for m in _GENERATED.finditer(document.read_text())}
    assert used == set(GENERATORS)


# --- The set-up commands -------------------------------------------------------------


def _set_up() -> list[str]:
    """The blocks of the README with a set-up command, which are more than lint-embed's."""
    return [block for block in blocks(README, "sh") if not block.startswith("lint-embed")]


def test_two_commands_set_everything_up() -> None:
    install, test = _set_up()
    assert all(command.count("\n") == 1 for command in (install, test))
    assert install.rstrip().endswith("&& lint-embed examples --exit-zero")
    assert test.rstrip().endswith("&& python -m pytest")
    assert f"<!-- test-command -->\n```sh\n{test}```\n" in README.read_text("utf-8")


def test_the_set_up_commands_name_extras_that_exist() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    named = re.findall(r"\.\[(\w+)\]", "".join(_set_up()))
    assert named == ["test"]
    assert set(named) <= set(project["optional-dependencies"])


# --- Every other command -------------------------------------------------------------


def _commands() -> Iterator[tuple[str, str]]:
    for document in DOCUMENTS:
        for language, body in _BLOCK.findall(document.read_text("utf-8")):
            if language not in ("sh", "yaml"):
                continue
            for line in body.splitlines():
                part = line.rpartition("&& ")[2] if "&& lint-embed" in line else line
                if command := _COMMAND.match(part):
                    yield document.name, command[1]


def test_the_documents_have_commands() -> None:
    """So that a change of the documents' form doesn't empty the test below."""
    assert {"README.md", "configuration.md", "integrations.md"} <= {d for d, _ in _commands()}
    assert len(list(_commands())) > 20


@pytest.mark.parametrize(("document", "command"), list(_commands()))
def test_commands_run(document: str, command: str, tmp_path: Path) -> None:
    folder = workshop(tmp_path)
    words = shlex.split(command, comments=True)[1:]
    stdin = None
    if "<" in words:
        at = words.index("<")
        stdin = (folder / words[at + 1]).read_text("utf-8")
        words = words[:at]
    if "--baseline" in words and "--write-baseline" not in words:
        run(folder, *words, "--write-baseline")
        result = run(folder, *words)
        assert (result.exit_code, result.stdout) == (0, ""), "the baseline does not hold"
        return
    result = run(folder, *words, stdin=stdin)
    expected = 0 if words[0] in ("rule", "spaces", "map") or _finds_nothing(words) else 1
    assert result.exit_code == expected, result.output
    for option in {"--output-file", "-o"} & set(words):
        assert (folder / words[words.index(option) + 1]).stat().st_size > 100


def _finds_nothing(words: list[str]) -> bool:
    """Whether a command succeeds in the workshop, whose src/ has one likely VEC101."""
    quiet = {
        "--exit-zero", "--help", "--write-baseline", "--add-noqa", "--show-settings",
        "--show-files",
    }  # fmt: skip
    return bool(quiet & set(words)) or any("definite" in word for word in words)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda d: str(d.relative_to(ROOT)))
def test_options_that_are_named_exist(document: Path) -> None:
    # Options of uvx, of editors, of Jupyter and of pip.
    elsewhere = {"--from", "--install-extension", "--health", "--paths", "--no-deps"}
    elsewhere |= {"--only-binary"}
    known = {"--help", "--version", "--all"} | elsewhere
    for command in (check, spaces, picture):
        known |= {name for p in command.params if isinstance(p, click.Option) for name in p.opts}
    text = re.sub(r"<!--.*?-->", "", document.read_text("utf-8"), flags=re.DOTALL)
    assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", text)) <= known


def test_all_formats_are_named() -> None:
    assert f"Output formats: {', '.join(FORMATS)}." in " ".join(README.read_text("utf-8").split())


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda d: str(d.relative_to(ROOT)))
def test_links_lead_somewhere(document: Path) -> None:
    targets = _LINK.findall(document.read_text("utf-8"))
    assert [t for t in targets if not (document.parent / t).exists()] == []


# --- Configuration -------------------------------------------------------------------


@pytest.mark.parametrize("document", [README, DOCS / "configuration.md"], ids=lambda d: d.name)
def test_configurations_are_accepted(document: Path, tmp_path: Path) -> None:
    ours = [block for block in blocks(document, "toml") if "tool.lint-embed" in block]
    assert ours
    for number, block in enumerate(ours):
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / "pyproject.toml").write_text(block, encoding="utf-8")
        (folder / "empty.py").touch()
        assert Finder().settings(folder).source == folder / "pyproject.toml"
        result = run(folder, "empty.py", "--no-cache")
        assert (result.exit_code, result.output) == (0, "")


def test_every_setting_is_described() -> None:
    described = re.findall(
        r"^## `([\w-]+)`$", (DOCS / "configuration.md").read_text("utf-8"), re.MULTILINE
    )
    assert described == list(tomllib.loads(to_toml(Settings()))["tool"]["lint-embed"])


def test_the_tables_of_the_example_are_understood(tmp_path: Path) -> None:
    """The library that the configuration page describes is known afterwards."""
    config = next(b for b in blocks(DOCS / "configuration.md", "toml") if "[[" in b)
    (tmp_path / "pyproject.toml").write_text(config, encoding="utf-8")
    (tmp_path / "main.py").write_text(
        "import company_ml\n"
        "a = company_ml.Embedder('all-MiniLM-L6-v2').embed('a')\n"
        "b = company_ml.Embedder('thenlper/gte-small').embed('b')\n"
        "company_ml.similarity(a, a)\n"
        "company_ml.similarity(a, b)\n",
        encoding="utf-8",
    )
    result = run(tmp_path, "main.py", "--no-cache")
    assert result.stdout.startswith("main.py:5:1: VEC101 "), result.output
    assert result.stdout.count("\n") == 1


@pytest.mark.parametrize("document", [README, DOCS / "integrations.md"], ids=lambda d: d.name)
def test_ruff_leaves_our_codes_alone_when_it_is_told(document: Path, tmp_path: Path) -> None:
    pytest.importorskip("ruff", reason="ruff comes with the extra test")
    (tmp_path / "a.py").write_text("x = 1  # noqa: VEC101\n")
    (block,) = (block for block in blocks(document, "toml") if "[tool.ruff" in block)
    statuses = []
    for config in ("", block):
        (tmp_path / "pyproject.toml").write_text(config)
        command = [sys.executable, "-m", "ruff", "check", "--no-cache", "--preview"]
        done = subprocess.run(
            [*command, "--select=RUF102", "a.py"], cwd=tmp_path, capture_output=True, text=True
        )
        statuses.append((done.returncode, "VEC101" in done.stdout))
    assert statuses == [(1, True), (0, False)]


# --- Limits --------------------------------------------------------------------------

LIMITS = [
    case
    for name in ("limits.md", "evidence.md")
    for case in parse_page(name, (DOCS / name).read_text("utf-8"))
]


@pytest.mark.parametrize("case", LIMITS, ids=[case.id for case in LIMITS])
def test_limits_are_as_described(case: Case, tmp_path: Path) -> None:
    assert difference(expected_of(case), run_case(case, tmp_path)) == []


# --- Examples ------------------------------------------------------------------------


@dataclass(frozen=True)
class Mistake:
    """A finding of the examples: its file and cell, and the source of its line."""

    path: str
    cell: int | None
    source: str
    code: str = "VEC101"


MISTAKES = (
    Mistake("notebook.ipynb", 10, "    scores = util.cos_sim(vector, archive)[0]"),
    Mistake("retrieval/search.py", None, "        scores = self.vectors @ query"),
    Mistake("script.py", None, "    scores = cosine_similarity(article_vectors, ticket_vector)"),
)


def source_lines(file: Path, cell: int | None) -> list[str]:
    """The lines of a file, or of a cell of a notebook."""
    text = file.read_text("utf-8")
    if cell is None:
        return text.splitlines()
    return "".join(json.loads(text)["cells"][cell - 1]["source"]).splitlines()


def test_the_mistakes_of_the_examples_are_found() -> None:
    result = run(EXAMPLES, ".", "--isolated", "--no-cache", "--output-format", "json")
    found = json.loads(result.stdout)
    lines = [source_lines(EXAMPLES / f["path"], f["cell"])[f["line"] - 1] for f in found]
    got = tuple(
        Mistake(f["path"], f["cell"], line, f["code"]) for f, line in zip(found, lines, strict=True)
    )
    assert got == MISTAKES
    assert all(finding["silent"] for finding in found)


def test_each_mistake_has_its_correction() -> None:
    fixed = EXAMPLES / "fixed"
    names = {p.relative_to(fixed) for p in fixed.rglob("*") if p.suffix in (".py", ".ipynb")}
    wrong = {p.relative_to(EXAMPLES) for p in EXAMPLES.rglob("*") if p.suffix in (".py", ".ipynb")}
    assert names == {path for path in wrong if path.parts[0] != "fixed"}
    for mistake in MISTAKES:
        assert (fixed / mistake.path).read_bytes() != (EXAMPLES / mistake.path).read_bytes()


def test_the_corrections_are_silent() -> None:
    result = run(EXAMPLES, "fixed", "--isolated", "--no-cache", "-q")
    assert (result.exit_code, result.output) == (0, "")


@pytest.mark.parametrize("path", ["notebook.ipynb", "fixed/notebook.ipynb"])
def test_the_notebooks_are_valid(path: str) -> None:
    notebook = json.loads((EXAMPLES / path).read_text("utf-8"))
    assert (notebook["nbformat"], notebook["nbformat_minor"]) == (4, 5)
    ids = [cell["id"] for cell in notebook["cells"]]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[\w-]{1,64}", each) for each in ids)
    for cell in notebook["cells"]:
        extra = {"execution_count", "outputs"} if cell["cell_type"] == "code" else set()
        assert set(cell) == {"cell_type", "id", "metadata", "source"} | extra


# --- The change log ------------------------------------------------------------------


def test_the_changelog_knows_the_version() -> None:
    headings = re.findall(r"^## \[(.+?)\]", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert headings[0] == "Unreleased" or headings[0] == __version__


if __name__ == "__main__":
    for file in (*DOCUMENTS, MAP):
        text = written_anew(file)
        if not file.exists() or text != file.read_text("utf-8"):
            file.write_text(text, encoding="utf-8")
