"""The hooks, installed and run by the real pre-commit and the real prek.

The hooks come from a tagged repository with a copy of this working tree. Its installation
takes hatchling, libcst and click from the package index; without it the tests are skipped.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from lint_embed.cli import main

ROOT = Path(__file__).parent.parent
TREE = ("lint_embed", "pyproject.toml", "README.md", "LICENSE", ".pre-commit-hooks.yaml")
RUNNERS = {"pre-commit": "pre_commit", "prek": "prek"}

SHARED = """\
from sentence_transformers import SentenceTransformer

passages = SentenceTransformer("all-MiniLM-L6-v2").encode(["x"])
"""
SEARCH = """\
from models import passages
from sentence_transformers import SentenceTransformer, util

query = SentenceTransformer("all-MiniLM-L6-v2").encode("y")
print(util.cos_sim(query, passages))
"""
OTHER = "paraphrase-MiniLM-L6-v2"
FOUND = (
    f"search.py:5:7: VEC101 compares vectors of '{OTHER}' (line 4) "
    "with 'all-MiniLM-L6-v2' (models.py:3)"
)


def succeed(*command: str, **more: str) -> str:
    """Runs a command that must not fail; gives its stdout."""
    done = subprocess.run(
        command, capture_output=True, encoding="utf-8", check=False, env={**os.environ, **more}
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def commit_all(message: str) -> None:
    succeed("git", "add", "-A")
    succeed("git", "commit", "-q", "--no-verify", "-m", message)


@pytest.fixture(scope="module", autouse=True)
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A clean machine: own caches, git without the user's configuration, a package index."""
    home = tmp_path_factory.mktemp("machine")
    identity = {f"GIT_{who}_{what}": "x@example.org" for who in ("AUTHOR", "COMMITTER")
                for what in ("NAME", "EMAIL")}  # fmt: skip
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("GIT_")]:
            if name != "GIT_SSL_CAINFO":
                patch.delenv(name)
        settings = {
            "GIT_CONFIG_GLOBAL": str(home / "gitconfig"),
            "GIT_CONFIG_NOSYSTEM": "1",
            "PRE_COMMIT_HOME": str(home / "pre-commit"),
            "PREK_HOME": str(home / "prek"),
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
            **_index_for_uv(),
            **identity,
        }
        for name, value in settings.items():
            patch.setenv(name, value)
        _skip_without_index(home)
        yield home


def _index_for_uv() -> dict[str, str]:
    """How uv, which prek installs hooks with, reaches the index that pip reaches.

    Where no variable says so, pip takes it from its own configuration and from the system's
    certificates; uv looks at neither.
    """
    listed = succeed(sys.executable, "-m", "pip", "config", "list").splitlines()
    told = dict(row.split("=", 1) for row in listed if "=" in row)
    known = {name.rpartition(".")[2]: value.strip("'\"") for name, value in told.items()}
    found = {"UV_SYSTEM_CERTS": "true", "UV_NATIVE_TLS": "true"}
    if "cert" in known:
        found["SSL_CERT_FILE"] = known["cert"]
    if "index-url" in known:
        found["UV_DEFAULT_INDEX"] = known["index-url"]
    return {name: value for name, value in found.items() if name not in os.environ}


def _skip_without_index(home: Path) -> None:
    command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--retries=0"]
    done = subprocess.run(
        [*command, "--timeout=10", "-d", str(home / "index"), "hatchling"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        pytest.skip("the package index can't be reached, from which the hooks are installed")


@pytest.fixture(scope="module")
def hooks(machine: Path) -> Path:
    """A repository with the hooks, tagged v1."""
    repository = machine / "hooks"
    repository.mkdir()
    for name in TREE:
        if (ROOT / name).is_dir():
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(ROOT / name, repository / name, ignore=ignored)
        else:
            shutil.copy(ROOT / name, repository / name)
    succeed("git", "init", "-q", "-b", "main", str(repository))
    succeed("git", "-C", str(repository), "add", "-A")
    succeed("git", "-C", str(repository), "commit", "-q", "-m", "hooks")
    succeed("git", "-C", str(repository), "tag", "v1")
    return repository


@pytest.fixture(params=RUNNERS)
def runner(request: pytest.FixtureRequest) -> str:
    """The module of pre-commit or prek."""
    name: str = request.param
    pytest.importorskip(RUNNERS[name], reason=f"{name} comes with the extra test")
    return RUNNERS[name]


@pytest.fixture
def project(hooks: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository that uses the hooks, without a mistake so far."""
    monkeypatch.chdir(tmp_path)
    succeed("git", "init", "-q", "-b", "main", ".")
    configure(hooks, "lint-embed")
    Path("models.py").write_text(SHARED)
    Path("search.py").write_text(SEARCH)
    commit_all("no mistake")
    return tmp_path


def configure(hooks: Path, *rows: str) -> None:
    listed = "".join(f"      - id: {row}\n" for row in rows)
    Path(".pre-commit-config.yaml").write_text(
        f"repos:\n  - repo: {hooks.as_uri()}\n    rev: v1\n    hooks:\n{listed}"
    )


def run(runner: str, *arguments: str) -> tuple[int, list[str]]:
    """The status of a run and the findings that it prints, sorted."""
    done = subprocess.run(
        [sys.executable, "-m", runner, "run", "--color=never", *arguments],
        capture_output=True, encoding="utf-8", check=False,
    )  # fmt: skip
    rows = (row.strip() for row in done.stdout.splitlines())
    found = sorted(row for row in rows if ": VEC" in row)
    assert bool(found) == bool(done.returncode), done.stdout + done.stderr
    return done.returncode, found


def test_a_mistake_over_two_files_is_found_when_one_is_staged(
    hooks: Path, project: Path, runner: str
) -> None:
    assert run(runner, "--all-files") == (0, [])
    # The other model is staged where the vectors meet; the first one stands in a file that
    # the hook is not given.
    Path("search.py").write_text(SEARCH.replace("all-MiniLM-L6-v2", OTHER))
    succeed("git", "add", "search.py")
    status, found = run(runner)
    assert (status, len(found)) == (1, 1)
    assert found[0].startswith(FOUND)
    assert run(runner, "--all-files") == (1, found)

    succeed(sys.executable, "-m", runner, "install")
    refused = subprocess.run(
        ["git", "commit", "-m", "mistake"], capture_output=True, encoding="utf-8", check=False
    )
    assert refused.returncode == 1
    assert FOUND in refused.stdout + refused.stderr


def test_the_project_hook_looks_beyond_the_files_staged(
    hooks: Path, project: Path, runner: str
) -> None:
    configure(hooks, "lint-embed", "lint-embed-project")
    commit_all("both hooks")
    # The file in which the vectors meet stays as it is.
    Path("models.py").write_text(SHARED.replace("all-MiniLM-L6-v2", OTHER))
    succeed("git", "add", "models.py")
    assert run(runner, "lint-embed") == (0, [])
    status, found = run(runner, "lint-embed-project")
    assert (status, [row.partition(" compares")[0] for row in found]) == (
        1,
        ["search.py:5:7: VEC101"],
    )


def test_batches_change_nothing(
    hooks: Path, project: Path, runner: str, capfd: pytest.CaptureFixture[str]
) -> None:
    Path("notes.txt").write_text("not for the hook\n")
    Path("pyproject.toml").write_text("[tool.lint-embed]\nextend-exclude = ['old.py']\n")
    wrong = SEARCH.replace("all-MiniLM-L6-v2", OTHER)
    names = [f"search_{number}.py" for number in range(9)]
    for name in (*names, "old.py"):
        Path(name).write_text(wrong)
    commit_all("mistakes")
    status, found = run(runner, "--all-files")
    assert (status, [row.split(":")[0] for row in found]) == (1, names)
    configure(hooks, "lint-embed\n        require_serial: false")
    succeed("git", "add", "-A")
    assert run(runner, "--all-files") == (1, found)

    with pytest.raises(SystemExit):
        main(["--no-cache", "."], prog_name="lint-embed")
    assert sorted(capfd.readouterr().out.splitlines()) == found
    single = []
    for name in names:
        with pytest.raises(SystemExit):
            main(["--no-cache", name], prog_name="lint-embed")
        single += capfd.readouterr().out.splitlines()
    assert sorted(single) == found
