"""The parts that need no server: positions, carried findings, paths, configuration edits."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("pygls")

from hypothesis import given
from hypothesis import strategies as st
from lsprotocol import types

from lint_embed.editor.carry import carried, edited_lines
from lint_embed.editor.documents import document_path, notebook_path
from lint_embed.editor.lines import LineTable, width_of
from lint_embed.findings import Finding, Place, SpaceNote


@given(
    st.text(alphabet="a\té😀\f\u2028", max_size=12), st.sampled_from(["utf-8", "utf-16", "utf-32"])
)
def test_columns_there_and_back(line: str, encoding: str) -> None:
    table = LineTable(f"x\r\n{line}\ry", width_of(encoding))
    for column in range(len(line) + 1):
        position = table.position(2, column + 1)
        assert position.line == 1
        units = len(
            line[:column].encode(
                {"utf-16": "utf-16-le", "utf-32": "utf-32-le"}.get(encoding, encoding)
            )
        )
        assert position.character == units // {"utf-8": 1, "utf-16": 2, "utf-32": 4}[encoding]
        assert table.column(position) == (2, column)


def test_positions_outside_of_the_text() -> None:
    table = LineTable("ab\n", width_of(None))
    assert table.position(9, 9) == types.Position(0, 2)
    assert table.position(1, 99) == types.Position(0, 2)
    assert LineTable("", len).position(1, 1) == types.Position(0, 0)
    assert table.column(types.Position(7, 3)) == (8, 0)
    # In the middle of a surrogate pair: the character that it belongs to.
    assert LineTable("😀b", width_of("utf-16")).column(types.Position(0, 1)) == (1, 0)


@pytest.mark.parametrize(
    ("old", "new", "edit"),
    [
        ("abc", "abc", (3, 3, 3)),
        ("abc", "aXbc", (1, 1, 2)),
        ("abc", "ac", (1, 2, 1)),
        ("abc", "aXc", (1, 2, 2)),
        ("aa", "aaa", (2, 2, 3)),
        ("", "a", (0, 0, 1)),
    ],
)
def test_edited_lines(old: str, new: str, edit: tuple[int, int, int]) -> None:
    assert edited_lines(list(old), list(new)) == edit


@pytest.mark.parametrize(
    ("new", "line", "origin"),
    [
        ("XXabcd", 5, 3),
        ("abXcd", 4, 1),
        ("aXcd", 3, 1),
        ("abY", 3, 1),
        ("bcd", 2, None),
        ("ab", None, 1),
    ],
)
def test_findings_move_with_their_lines(new: str, line: int | None, origin: int | None) -> None:
    at = Place("f.py", None, 3, 1, 3, 5)
    space = SpaceNote("m", None, None, Place("f.py", None, 1, 1, 1, 2))
    other = SpaceNote("n", None, None, Place("g.py", None, 9, 1, 9, 2))
    finding = Finding(at, "VEC101", "x", "m", spaces=(space, other))
    moved = carried([finding], "f.py", lambda cell: list("abcd"), lambda cell: list(new))
    if line is None:
        assert moved == []
        return
    (found,) = moved
    assert (found.place.line, found.place.end_line) == (line, line)
    assert (found.spaces[0].place.line if found.spaces[0].place else None) == origin
    assert found.spaces[1] == other


@pytest.mark.parametrize(
    ("uri", "language", "path"),
    [
        ("file:///p/a%20b.py", "python", "/p/a b.py"),
        ("file:///p/x/../a.py", "python", "/p/a.py"),
        ("file:///p/script", "python", "/p/script.py"),
        ("file:///p/.virtual_documents/n/b.ipynb", "python", "/p/n/b.ipynb.py"),
        ("untitled:Untitled-1", "python", "/base/Untitled-1.py"),
        ("untitled:/../../etc/x.py", "python", "/base/etc-x.py"),
        ("file:///p/a.json", "json", None),
        ("git:/p/a.py?x", "python", None),
        ("file:///p/a.py", "", "/p/a.py"),
    ],
)
def test_paths_of_documents(uri: str, language: str, path: str | None) -> None:
    found = document_path(uri, language, Path("/base"))
    assert (str(found) if found else None) == path


def test_paths_of_notebooks() -> None:
    assert notebook_path("file:///p/n.ipynb", Path("/base")) == Path("/p/n.ipynb")
    assert notebook_path("untitled:Untitled-1.ipynb", Path("/base")) == Path("/base/untitled.ipynb")
    assert notebook_path("git:/p/n.ipynb", Path("/base")) is None


def test_only_the_editor_needs_pygls_and_the_server_no_parser() -> None:
    code = (
        "import sys, lint_embed.cli, lint_embed.engine, lint_embed.flake8\n"
        "assert 'pygls' not in sys.modules and 'lsprotocol' not in sys.modules\n"
        "import lint_embed.editor.server\n"
        "assert 'libcst' not in sys.modules, 'the server must answer before it is imported'\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
