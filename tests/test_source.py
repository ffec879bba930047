"""Reading plain files: decoding, line ends, places, and what cannot be read."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import libcst
import pytest
from hypothesis import given
from hypothesis import strategies as st
from libcst.metadata import MetadataWrapper, PositionProvider

from lint_embed.findings import Place
from lint_embed.logical import layout, split_lines
from lint_embed.source import Source, Unreadable, from_text, read, salvage

PY = Path("a.py")


def load(data: bytes) -> Source:
    return read(PY, "a.py", data)


def failure(data: bytes) -> tuple[str, int, int]:
    with pytest.raises(Unreadable) as caught:
        load(data)
    assert caught.value.cell is None
    return caught.value.message, caught.value.line, caught.value.column


def parse_error(text: str) -> libcst.ParserSyntaxError:
    with pytest.raises(libcst.ParserSyntaxError) as caught:
        libcst.parse_module(text)
    return caught.value


def names(source: Source) -> dict[str, Place]:
    """The place of each name, as the real parser's positions give it."""
    wrapper = MetadataWrapper(libcst.parse_module(source.text), unsafe_skip_copy=True)
    found = {}
    for node, at in wrapper.resolve(PositionProvider).items():
        if isinstance(node, libcst.Name):
            found[node.value] = source.place(
                at.start.line, at.start.column, at.end.line, at.end.column
            )
    return found


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"", ""),
        (b"x = 1", "x = 1"),
        (b"\xef\xbb\xbfx = 1\n", "x = 1\n"),
        (b"x = 1\r\ny = 2\r\n", "x = 1\r\ny = 2\r\n"),
        ("x = 'é'\n".encode(), "x = 'é'\n"),
        (b"# -*- coding: latin-1 -*-\nx = '\xe9'\n", "# -*- coding: latin-1 -*-\nx = 'é'\n"),
        (b"#!/x\r# vim: set fileencoding=cp1252 :\rx = '\x80'", None),
        (b"\n\n# coding: latin-1 comes too late\n", "\n\n# coding: latin-1 comes too late\n"),
        (b"coding = 1\n", "coding = 1\n"),
        ("# coding: shift_jis\nx = '表'\n".encode("shift_jis"), "# coding: shift_jis\nx = '表'\n"),
    ],
)
def test_decodes_as_python_does(data: bytes, text: str | None) -> None:
    expected = "#!/x\r# vim: set fileencoding=cp1252 :\rx = '€'" if text is None else text
    assert load(data).text == expected


@pytest.mark.parametrize(
    ("data", "line", "column"),
    [
        (b"x = '\xe9'\n", 1, 6),
        (b"x = 1\ny = '\xc3\xa9\xff'\n", 2, 7),
        (b"\xef\xbb\xbfx\xff", 1, 2),
        (b"a\r\nb\rc\xff", 3, 2),
        (b"# coding: ascii\nx = '\xc3\xa9'", 2, 6),
        (b"# coding: utf-8\nx = '\xe9'", 2, 6),
        (b"\xef\xbb\xbf# coding: utf-8\nx\xff", 2, 2),
    ],
)
def test_bad_byte_has_its_place(data: bytes, line: int, column: int) -> None:
    message, *place = failure(data)
    assert "is not valid" in message
    assert place == [line, column]


def test_null_character_has_its_place() -> None:
    assert failure(b"x = 1\ny\0") == ("not Python: it contains a null character", 2, 2)


@pytest.mark.parametrize("name", [b"nonsense", b"rot13", b"hex", b"undefined"])
def test_unknown_encodings_are_told(name: bytes) -> None:
    assert failure(b"# coding: " + name + b"\nx = 1\n")[0].startswith("cannot be decoded: ")


def test_utf_16_is_told() -> None:
    assert failure("x = 1".encode("utf-16"))[0] == "encoded as UTF-16: save the file as UTF-8"


def test_files_that_cannot_be_opened(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match=r"^cannot be read: no such file or directory$"):
        read(tmp_path / "none.py", "none.py")
    with pytest.raises(Unreadable, match=r"^cannot be read: is a directory$"):
        read(tmp_path, "dir")


def test_file_without_permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "secret.py"
    path.write_text("")

    def refuse(*_: object) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(Unreadable, match=r"^cannot be read: permission denied$"):
        read(path, "secret.py")


def test_reads_from_disk(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_bytes(b"x = 1\r\n")
    source = read(path, "shown/a.py")
    assert (source.path, source.text, source.cells) == ("shown/a.py", "x = 1\r\n", None)
    assert source.place(1, 0, 1, 1) == Place("shown/a.py", None, 1, 1, 1, 2)
    assert list(source.lines()) == ["x = 1"]


def test_an_editors_text_ignores_the_coding_comment() -> None:
    text = "# coding: latin-1\nx = 'é'\n"
    assert from_text(PY, "a.py", text).text == text


def test_only_python_line_ends_split() -> None:
    text = "a\x0cb\x0bc\x1cd\x85e\u2028f\ng\r\nh\ri"
    assert split_lines(text) == ("a\x0cb\x0bc\x1cd\x85e\u2028f", "g", "h", "i")
    assert split_lines("") == ()
    assert split_lines("a\n\n") == ("a", "")


@pytest.mark.parametrize(
    "text",
    [
        "é = '\U0001f600'; target\n",
        "s = '''\r\r\n\n'''; target",
        "a\n\x0ctarget\n",
        "if a:\n    b\n    \x0c    target\n",
        "if a:\n \x0c  b\n \x0c  target\n",
        "if a:\n    b\n\x0c\n    target\n",
        "s = '''\n\x0c'''; target\n",
        "x = (1,\n\x0c target)\n",
        "# c\x0c\n\x0c# d\n\x0c  \ntarget",
        "x = '\u2028\x85\x0b'; target",
        "\x0c\x0c\ntarget",
    ],
)
def test_places_point_at_the_name(text: str) -> None:
    source = from_text(PY, "a.py", text)
    place = names(source)["target"]
    line = source.lines()[place.line - 1]
    assert line[place.column - 1 : place.end_column - 1] == "target"


@given(
    st.lists(st.sampled_from(["x", " = ", "'a\u2028'", "\x0c", "\t", "é", "😀", "\n", "\r", "#"]))
)
def test_every_place_maps_back_to_its_text(parts: list[str]) -> None:
    text = "".join(parts)
    source = from_text(PY, "a.py", text)
    program, written = split_lines(source.text), source.lines()
    assert len(program) == len(written)
    for number, line in enumerate(program, 1):
        for column, char in enumerate(line):
            place = source.place(number, column, number, column + 1)
            assert written[place.line - 1][place.column - 1 : place.end_column - 1] == char


@given(st.text(alphabet="ab\n\r\x0c", max_size=30), st.data())
def test_segment_is_the_text_between(text: str, data: st.DataObject) -> None:
    source = Source("a.py", text)
    ends = [(i, j) for i, line in enumerate(split_lines(text), 1) for j in range(len(line) + 1)]
    if not ends:
        assert source.segment(1, 0, 1, 0) == ""
        return
    start, end = sorted(data.draw(st.tuples(st.sampled_from(ends), st.sampled_from(ends))))
    piece = source.segment(*start, *end)
    normal = "\n".join(split_lines(text))
    offset = {
        at: sum(len(one) + 1 for one in split_lines(text)[: at[0] - 1]) + at[1] for at in ends
    }
    assert piece == normal[offset[start] : offset[end]]


@pytest.mark.parametrize(
    "header", ["# Databricks notebook source\n", "# %% [markdown]\n# text\n\n# %%\n", "#%%\n"]
)
def test_bare_magics_in_marked_scripts(header: str) -> None:
    text = header + "%pip install x\nif 1:\n    %time y = f()\nz = !ls\nlast\n"
    source = from_text(PY, "a.py", text)
    assert source.cells is None
    assert len(split_lines(source.text)) == len(split_lines(text))
    assert "".join(source.lines()) == text.replace("\n", "")
    place = names(source)["y"]
    assert source.lines()[place.line - 1][place.column - 1 : place.end_column - 1] == "y"
    assert place.column == 11


def test_magics_in_a_script_without_marks_stay() -> None:
    assert from_text(PY, "a.py", "%pip install x\n").text == "%pip install x\n"


@pytest.mark.parametrize(
    ("text", "line", "column", "message"),
    [
        ("x = 1\ny = (1,\nz = 2\n", 2, 5, "'(' was never closed"),
        ("x = 1\ny = $\n", 2, 5, "invalid syntax"),
        ("x = 'é'; y = = 1\n", 1, 14, "invalid syntax"),
        ("a\n\x0cb c\n", 2, 4, "invalid syntax"),
        ("print 'x'\n", 1, 1, "Missing parentheses in call to 'print'. Did you mean print(...)?"),
        ("def f():\n", 1, 9, "expected an indented block after function definition on line 1"),
    ],
)
def test_a_syntax_error_is_explained(text: str, line: int, column: int, message: str) -> None:
    source = from_text(PY, "a.py", text)
    rest, problems = salvage(source, parse_error(source.text))
    assert rest is None
    (problem,) = problems
    assert (problem.line, problem.column) == (line, column)
    assert problem.message == f"syntax error: {message}"


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="needs syntax that is too new")
def test_newer_syntax_is_not_blamed() -> None:
    text = "type A = int\nx = 1\ny = = 2\n"
    _, (problem,) = salvage(from_text(PY, "a.py", text), parse_error(text))
    assert problem.line == 3


def test_reading_a_plain_file_imports_no_parser_and_no_json() -> None:
    code = (
        "import sys, pathlib, lint_embed.source as s\n"
        "s.read(pathlib.Path('a.py'), 'a.py', b'x = 1')\n"
        "sys.exit(bool({'libcst', 'json', 'lint_embed.notebook'} & set(sys.modules)))"
    )
    # Without site, nothing but the code under test imports anything.
    root = str(Path(__file__).parent.parent)
    done = subprocess.run([sys.executable, "-S", "-c", code], cwd=root, check=False)
    assert done.returncode == 0


def statements(text: str) -> list[tuple[int, int]]:
    found = layout(text)
    assert found.complete
    return list(found.statements)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\nb", [(1, 1), (2, 2)]),
        ("\n# c\na = (1,\n  # d\n  2)\n\nb", [(3, 5), (7, 7)]),
        ("if x:\n  a; b\n", [(1, 1), (2, 2)]),
        ("a = '''\n#\n'''\nb", [(1, 3), (4, 4)]),
        ("a = 'x\\\ny'\nb", [(1, 2), (3, 3)]),
        ("a \\\n + b\r\nc\rd", [(1, 2), (3, 3), (4, 4)]),
        ("f'{a['b']}{x:{'('}}' # (\nb", [(1, 1), (2, 2)]),
        ("f'''{\na}''' + rf\"\\{x!r:>{w}}\"\nb", [(1, 2), (3, 3)]),
        ("f'{{' + f'}}' + '{'\nb", [(1, 1), (2, 2)]),
        ("f'\\N{LEFT PARENTHESIS}{x:%H:%M}'\nb", [(1, 1), (2, 2)]),
        ("x = 1 if'{'else 2\nb", [(1, 1), (2, 2)]),
        ("r'\\'' + b'\\\\'\nb", [(1, 1), (2, 2)]),
        ("'''a\\'''b'''\nb", [(1, 1), (2, 2)]),
    ],
)
def test_logical_lines(text: str, expected: list[tuple[int, int]]) -> None:
    assert statements(text) == expected


@pytest.mark.parametrize("text", ["x = (1\ny\n", "'''a\nb\n", "x = 'a\ny\n", ")\ny\n"])
def test_unclosed_text_falls_back_to_lines(text: str) -> None:
    found = layout("a\n" + text + "z # c\n")
    assert not found.complete
    assert [first for first, _ in found.statements] == [1, 2, 3, 4]
    assert [comment.text for comment in found.comments] == ["# c"]


@given(st.text(alphabet="'\"#()[]{}\\\n\rf: x", max_size=60))
def test_layout_never_fails_and_covers_the_text(text: str) -> None:
    found = layout(text)
    lines = split_lines(text)
    last = 0
    for first, end in found.statements:
        assert last < first <= end <= len(lines)
        last = end
    for comment in found.comments:
        assert lines[comment.line - 1][comment.column :] == comment.text
