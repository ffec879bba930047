"""Which files a run finds."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from lint_embed import files
from lint_embed.files import Discovery, File, Sources, decode, discover, from_stdin, split_lines
from lint_embed.settings import ConfigError, Finder, Settings


@pytest.fixture(autouse=True)
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory that is no git repository."""
    folder = tmp_path / "tree"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    return folder


def make(*names: str) -> None:
    for name in names:
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x = 1\n")


def git(*arguments: str, cwd: str = ".") -> None:
    if shutil.which("git") is None:
        pytest.skip("needs git")
    identity = ["-c", "user.name=x", "-c", "user.email=x@example.org"]
    subprocess.run(["git", *identity, *arguments], cwd=cwd, check=True, capture_output=True)


def shown(*paths: str, **overrides: object) -> list[str]:
    found = discover(paths or (".",), Finder(overrides=overrides))
    assert found.problems == []
    return [file.shown for file in found.files]


def test_python_stubs_and_notebooks_in_order_of_path(tree: Path) -> None:
    make("b.py", "a/z.pyi", "a/b/c.ipynb", "a.txt", "a-b.py", "a/x.pyc")
    assert shown() == ["a/b/c.ipynb", "a/z.pyi", "a-b.py", "b.py"]
    assert discover((".",), Finder()).files[0].path == tree / "a/b/c.ipynb"


def test_each_file_once_in_the_order_of_the_paths() -> None:
    make("a.py", "b/c.py")
    assert shown("b", "./a.py", ".", "b/c.py") == ["b/c.py", "a.py"]


def test_paths_are_shown_relative_to_the_working_directory_or_as_given(
    tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make("a/b.py", "w/x.py")
    assert shown(str(tree / "a")) == ["a/b.py"]
    monkeypatch.chdir(tree / "w")
    assert shown("../a/b.py") == ["../a/b.py"]
    assert shown(str(tree / "a/b.py")) == [(tree / "a/b.py").as_posix()]
    assert shown("../a") == ["../a/b.py"]


def test_usual_folders_are_left_out_unless_they_are_asked_for() -> None:
    make("venv/a.py", "x/node_modules/b.py", ".tox/c.py", "build/d.py", "builder/e.py")
    assert shown() == ["builder/e.py"]
    assert shown("build") == ["build/d.py"]
    assert shown("venv/a.py") == ["venv/a.py"]
    assert shown("venv/a.py", "build", force_exclude=True) == []


def test_exclude_replaces_and_extend_exclude_adds() -> None:
    make("build/a.py", "gen/b.py", "gen/sub/c.py", "x_pb2.py", "keep/x.py")
    assert shown(extend_exclude=("gen", "*_pb2.py")) == ["keep/x.py"]
    assert shown(extend_exclude=("gen/sub",)) == ["gen/b.py", "keep/x.py", "x_pb2.py"]
    assert shown(exclude=("gen/*.py", "x_pb2.py")) == ["build/a.py", "keep/x.py"]


def test_a_nested_configuration_excludes_in_its_own_folder() -> None:
    make("in/a.py", "in/old/b.py", "old/c.py")
    Path("in/pyproject.toml").write_text("[tool.lint-embed]\nextend-exclude = ['old']\n")
    assert shown() == ["in/a.py", "old/c.py"]


def test_links_to_folders_are_not_followed_and_loops_end(tree: Path) -> None:
    make("a/b.py")
    os.symlink(tree, "a/loop")
    os.symlink("a", "link")
    os.symlink("nowhere.py", "dangling.py")
    os.symlink("b.py", "a/linked.py")
    assert shown() == ["a/b.py", "a/linked.py"]
    assert shown("link") == ["link/b.py", "link/linked.py"]


def test_gitignore_counts_in_a_repository() -> None:
    git("init", "-q")
    make("a.py", "ignored.py", "gen/b.py", "tracked_ignored.py", "sub/c.py", "venv/v.py")
    Path(".gitignore").write_text("*ignored.py\ngen/\n")
    git("add", "-f", "tracked_ignored.py")
    assert shown() == ["a.py", "sub/c.py", "tracked_ignored.py"]
    assert shown("sub") == ["sub/c.py"]
    assert shown("ignored.py") == ["ignored.py"]
    assert shown("gen") == ["gen/b.py"], "an ignored folder that is asked for is walked"


def test_files_deleted_but_not_committed_are_no_files() -> None:
    git("init", "-q")
    make("a.py", "gone.py")
    git("add", ".")
    Path("gone.py").unlink()
    assert shown() == ["a.py"]


def test_repositories_within_a_repository_have_their_own_ignores() -> None:
    git("init", "-q")
    make("a.py", "nested.d/b.py", "nested.d/skip.py", "module.d/c.py")
    git("init", "-q", cwd="nested.d")
    Path("nested.d/.gitignore").write_text("skip.py\n")
    git("init", "-q", cwd="module.d")
    git("add", ".", cwd="module.d")
    git("commit", "-qm", "x", cwd="module.d")
    git("add", "module.d")
    assert shown() == ["a.py", "module.d/c.py", "nested.d/b.py"]


def test_variables_of_a_git_hook_mean_another_repository(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    git("init", "-q")
    make("a.py")
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    monkeypatch.setenv("GIT_INDEX_FILE", "nope")
    assert shown() == ["a.py"]


def test_without_git_folders_are_walked(monkeypatch: pytest.MonkeyPatch) -> None:
    git("init", "-q")
    make("a.py", "ignored.py")
    Path(".gitignore").write_text("ignored.py\n")
    monkeypatch.setenv("PATH", "")
    assert shown() == ["a.py", "ignored.py"]


def test_file_names_that_are_no_text_and_odd_ones() -> None:
    git("init", "-q")
    odd = os.fsdecode(b"\xff.py")
    make("a b.py", "new\nline.py", odd)
    assert set(shown()) == {"a b.py", "new\nline.py", odd}


def test_large_files_are_left_out_unless_named(monkeypatch: pytest.MonkeyPatch) -> None:
    make("a.py", "big.py")
    Path("big.py").write_text("#" * 100)
    monkeypatch.setattr(files, "LARGE", 99)
    found = discover((".",), Finder())
    assert ([f.shown for f in found.files], found.large) == (["a.py"], ["big.py"])
    assert shown("big.py") == ["big.py"]


def test_problems_do_not_hide_other_files() -> None:
    make("a.py", "bad/b.py", "bad/c.py")
    Path("bad/pyproject.toml").write_text("[tool.lint-embed]\nnope = 1\n")
    found = discover(("missing.py", "bad", "a.py"), Finder())
    assert [file.shown for file in found.files] == ["a.py"]
    assert found.problems == [
        "missing.py: no such file or directory",
        "bad/pyproject.toml:2: unknown key 'nope'",
    ]


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may read everything")
def test_a_folder_that_cannot_be_read_is_a_problem() -> None:
    make("a.py", "locked/b.py")
    os.chmod("locked", 0)
    try:
        found = discover((".",), Finder())
    finally:
        os.chmod("locked", 0o700)
    assert found.problems == ["locked: cannot be read: Permission denied"]
    assert [file.shown for file in found.files] == ["a.py"]


def test_standard_input_has_a_name_and_its_settings(tree: Path) -> None:
    Path("pyproject.toml").write_text("[tool.lint-embed]\nforce-exclude = true\n")
    found = from_stdin("pkg/a.py", b"x", Finder())
    settings = Finder().settings(tree)
    assert found == Discovery([File(tree / "pkg/a.py", "pkg/a.py", settings, b"x")])
    assert from_stdin(None, b"x", Finder()).files[0].shown == "-"
    assert from_stdin("venv/a.py", b"x", Finder()).files == []
    Path("pyproject.toml").write_text("[tool.lint-embed]\nx = true\n")
    with pytest.raises(ConfigError):
        from_stdin(None, b"x", Finder())


def test_lines_of_files_cells_and_standard_input(tree: Path) -> None:
    Path("a.py").write_bytes(b"# coding: latin-1\r\nx = '\xe9\x0c'\ry\n")
    cells = [{"source": "# text"}, {"source": ["a\n", "b"]}]
    Path("n.ipynb").write_text(json.dumps({"cells": cells}))
    Path("v3.ipynb").write_text(json.dumps({"worksheets": [{"cells": [{"input": "z"}]}]}))
    Path("broken.ipynb").write_text('{"cells": [1]}')
    stdin = File(tree / "s.py", "s.py", Settings(), b"from stdin")
    sources = Sources([stdin])
    assert sources("a.py", None) == ["# coding: latin-1", "x = 'é\x0c'", "y", ""]
    assert sources("n.ipynb", 2) == ["a", "b"]
    assert sources("n.ipynb", 3) == []
    assert sources("n.ipynb", None)[0].startswith('{"cells"')
    assert sources("v3.ipynb", 1) == ["z"]
    assert sources("broken.ipynb", 1) == []
    assert sources("s.py", None) == ["from stdin"]
    assert sources("missing.py", None) == []


def test_decoding_and_lines_are_pythons() -> None:
    assert decode(b"\xef\xbb\xbfx") == "x"
    assert split_lines("a\x0cb\u2028c\r\nd\re\n") == ["a\x0cb\u2028c", "d", "e", ""]
    with pytest.raises(SyntaxError):
        decode(b"# coding: nonsense\n")
