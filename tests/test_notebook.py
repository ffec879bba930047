"""Notebooks: cells joined into one program, magics masked, places within cells."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any

import libcst
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lint_embed.findings import Place
from lint_embed.logical import split_lines
from lint_embed.magics import mask_cell, mask_statements
from lint_embed.source import Source, Unreadable, from_text, read, salvage

PATH = Path("n.ipynb")


def code(source: object, **more: object) -> dict[str, object]:
    return {"cell_type": "code", "metadata": {}, "outputs": [], "source": source, **more}


def markdown(source: str) -> dict[str, object]:
    return {"cell_type": "markdown", "metadata": {}, "source": source}


def notebook(*cells: object, **metadata: object) -> Source:
    content = {"nbformat": 4, "nbformat_minor": 5, "metadata": metadata, "cells": list(cells)}
    return load(content)


def load(content: Any) -> Source:
    return read(PATH, "n.ipynb", json.dumps(content).encode())


def failure(data: bytes) -> Unreadable:
    with pytest.raises(Unreadable) as caught:
        read(PATH, "n.ipynb", data)
    return caught.value


def test_cells_are_joined_and_counted_with_markdown() -> None:
    source = notebook(markdown("# t"), code("a = 1"), code(["b = 2\n", "c = 3\n"]), code("d"))
    assert source.text == "a = 1\nb = 2\nc = 3\nd\n"
    assert source.place(1, 0, 1, 1) == Place("n.ipynb", 2, 1, 1, 1, 2)
    assert source.place(3, 4, 3, 5) == Place("n.ipynb", 3, 2, 5, 2, 6)
    assert source.place(4, 0, 4, 1) == Place("n.ipynb", 4, 1, 1, 1, 2)
    assert list(source.lines(3)) == ["b = 2", "c = 3"]
    assert list(source.lines(1)) == []
    assert source.problems == ()


def test_a_place_behind_the_text_is_the_end_of_the_last_cell() -> None:
    source = notebook(code("a = 1\nbc"))
    assert source.place(3, 0, 3, 0) == Place("n.ipynb", 1, 2, 3, 2, 3)


def test_empty_cells_and_odd_line_ends_keep_their_places() -> None:
    source = notebook(code(""), code("a\r"), code("\nb"), code("\n\n"), code("c\r\nd"))
    assert source.text == "\na\n\nb\n\n\nc\nd\n"
    assert [source.place(n, 0, n, 0).cell for n in range(1, 9)] == [1, 2, 3, 3, 4, 4, 5, 5]
    assert source.place(8, 0, 8, 1) == Place("n.ipynb", 5, 2, 1, 2, 2)


def test_format_3_has_worksheets() -> None:
    cells = [
        {"cell_type": "heading", "source": "t"},
        {"cell_type": "code", "language": "python", "input": ["a = 1\n", "b = 2"]},
    ]
    other = {"cell_type": "code", "language": "perl", "input": "$x"}
    last = {"cell_type": "code", "input": "c = 3"}
    content = {"nbformat": 3, "worksheets": [{"cells": cells}, {"cells": [other, last]}]}
    source = load(content)
    assert source.text == "a = 1\nb = 2\nc = 3\n"
    assert source.place(3, 0, 3, 1).cell == 4


@pytest.mark.parametrize(
    ("metadata", "python"),
    [
        ({}, True),
        ({"kernelspec": {"language": "python"}}, True),
        ({"language_info": {"name": "ipython"}}, True),
        ({"language_info": {"name": "pyspark"}, "kernelspec": {"language": "scala"}}, True),
        ({"kernelspec": {"language": "R", "name": "ir"}}, False),
        ({"language_info": {"name": "julia"}}, False),
        ({"language_info": None, "kernelspec": []}, True),
    ],
)
def test_only_python_kernels_have_a_program(metadata: dict[str, object], python: bool) -> None:
    source = notebook(code("x = 1"), **metadata)
    assert source.text == ("x = 1\n" if python else "")
    assert (source.cells != ()) is python


def test_cells_of_another_language_are_skipped() -> None:
    sql = code("select 1", metadata={"vscode": {"languageId": "sql"}})
    assert notebook(sql, code("x")).text == "x\n"


@pytest.mark.parametrize("data", [b"", b" \n", b'{"cells": []}', b'\xef\xbb\xbf{"cells": []}'])
def test_empty_notebooks_are_fine(data: bytes) -> None:
    source = read(PATH, "n.ipynb", data)
    assert (source.text, source.cells) == ("", ())


@pytest.mark.parametrize(
    ("data", "line", "column"),
    [
        (b'{"cells": [\n  {"a": }\n]}', 2, 9),
        (b"[]", 1, 1),
        (b"{}", 1, 1),
        (b'{"cells": 3}', 1, 1),
        (b'{"worksheets": [{"cells": null}]}', 1, 1),
        (b"<<<<<<< HEAD\n", 1, 1),
        (b"[" * 100_000, 1, 1),
    ],
)
def test_broken_notebooks_are_told(data: bytes, line: int, column: int) -> None:
    error = failure(data)
    assert error.message.startswith("not a notebook: ")
    assert (error.line, error.column, error.cell) == (line, column, None)


def test_bad_bytes_in_a_notebook() -> None:
    error = failure(b'{"cells":\n "\xe9"}')
    assert (error.line, error.column) == (2, 3)


def test_strange_cells_are_counted_but_not_read() -> None:
    source = notebook(None, 3, code(None), code([1, "x\n"]), {"cell_type": "raw"}, code("\ud800"))
    assert source.text == "\nx\n\ufffd\n"
    assert source.place(2, 0, 2, 1).cell == 4


@pytest.mark.parametrize(
    ("cell", "program"),
    [
        ("%matplotlib inline\nx", "pass\nx"),
        ("!pip install a \\\n  b\nx", "pass\n\nx"),
        ("!echo it's\nx", "pass\nx"),
        ("y = !ls -l 'it\nx", "y = None\nx"),
        ("y: int = %who_ls", "y: int = None"),
        ("a['b'] = !ls", "a['b'] = None"),
        ("a, *b = ! ls", "a, *b = None"),
        ("if a:\n    %load_ext b\n    !ls\nx", "if a:\n    pass\n    pass\nx"),
        ("foo?\n?bar\nx.y??\nx", "pass\npass\npass\nx"),
        ("f(a,\n  b)?", "pass\n"),
        ("pip install foo\nx", "pass\nx"),
        ("cd '/content/drive/MyDrive'\nx", "pass\nx"),
        ('ls -l "my data"\nx', "pass\nx"),
        ("pip -q install foo==1.2\nx", "pass\nx"),
        ("pip --quiet -U install foo\nx", "pass\nx"),
        ("ls -x\nls - y", "ls -x\nls - y"),
        ("ls -x if y else z", "ls -x if y else z"),
        ("cd ../data\nx", "pass\nx"),
        ("%%time\nx = 1", "pass\nx = 1"),
        ("\n%%capture out\n%pip install a\nx", "\npass\npass\nx"),
        ("%%bash\nls (\n'", "\n\n"),
        ("# on a server only\n\n# started anew\n%%sh\nsudo ls (\n", "\n\n\n\n\n"),
        ("# timed\n%%time\nx", "# timed\npass\nx"),
        ("x = 1  # none\n%%sh\ny", "x = 1  # none\npass\ny"),
        ("%%writefile a.py\nx = 1\n", "\n\n"),
        ("%md\n# it's", "\n"),
        ("%sql\nselect (", "\n"),
        ("%time x = f(1)", "x = f(1)"),
        ("%time x = f(1,", "pass"),
        ("%time -p x = 1", "pass"),
        ("%time", "pass"),
        ("  x = 1\n  if x:\n    y\n", "x = 1\nif x:\n  y\n"),
        (">>> x = 1\n>>> if x:\n...     y\n...\n", "x = 1\nif x:\n    y\n\n"),
    ],
)
def test_magics_become_python(cell: str, program: str) -> None:
    assert mask_cell(cell).text == program
    ast.parse(program)


@pytest.mark.parametrize(
    "cell",
    [
        "x = (y\n  % z)\n",
        "x = y \\\n  % z\n",
        "s = '''\n%foo\n!ls\na?\n'''\n",
        's = f"""\n%{x}\n!ls\n"""\n',
        "f(a,\n!b)",
        'x["= %d"] = 3\n',
        "x = '%s' % y  # why?\n",
        "# is it?\n# %time\nx != y\n",
        "await f(x)\n",
        "x = 'a?'\n",
        "ls -la\n",
        "cat in x\n",
        "lambda x: f'{x!r}'\n",
        "x = y if z else w  # a = !ls\n",
        "print(x, end='= !')\n",
    ],
)
def test_python_is_left_alone(cell: str) -> None:
    masked = mask_cell(cell)
    assert (masked.text, masked.shifts) == (cell, {})


PIECES = (
    *("x", " = ", "%time y", "%pip z", "!ls", "?", "'", '"""', "(", ")", "\\", "\n", "\r\n", "\r"),
    *("  ", "\t", "# c", "%%time", "%%bash", "\x0c", "é", "\u2028", ">>> ", "... ", "f'{"),
)
CELL = st.lists(st.sampled_from(PIECES), max_size=12).map("".join)


@given(CELL)
def test_masking_keeps_the_lines(text: str) -> None:
    for masked in (mask_cell(text), mask_statements(text)):
        ended, lines = text + "x", masked.text + "x"
        assert len(split_lines(lines)) == len(split_lines(ended))
        assert all(1 <= line <= len(split_lines(text)) for line in masked.shifts)


@given(st.lists(CELL, max_size=5))
def test_every_place_maps_back_to_its_text(texts: list[str]) -> None:
    source = notebook(*(code(text) for text in texts))
    program = split_lines(source.text)
    assert len(program) == sum(max(1, len(split_lines(text))) for text in texts)
    for number, line in enumerate(program, 1):
        indent = len(line) - len(line.lstrip(" \t\f"))
        place = source.place(number, indent, number, len(line))
        assert place.cell is not None
        written = [*split_lines(texts[place.cell - 1]), ""][place.line - 1]
        # A masked magic is text that the user did not write; anything else must be there.
        if not line.strip().endswith(("pass", "= None")):
            assert written[place.column - 1 : place.end_column - 1] == line[indent:]


def test_a_timed_statement_keeps_its_columns() -> None:
    source = notebook(code("if a:\n  %time emb = f(x)"))
    assert source.text == "if a:\n  emb = f(x)\n"
    place = source.place(2, 2, 2, 5)
    assert source.lines(1)[place.line - 1][place.column - 1 : place.end_column - 1] == "emb"


def broken(source: Source) -> tuple[Source, tuple[Unreadable, ...]]:
    with pytest.raises(libcst.ParserSyntaxError) as caught:
        libcst.parse_module(source.text)
    rest, problems = salvage(source, caught.value)
    assert rest is not None
    libcst.parse_module(rest.text)
    return rest, problems


def test_a_broken_cell_does_not_lose_the_others() -> None:
    source = notebook(code("a = 1"), markdown(""), code("x = 1\nb = = 2"), code("c"), code("d e"))
    rest, problems = broken(source)
    assert rest.text == "a = 1\n\n\nc\n\n"
    assert [(p.cell, p.line, p.column) for p in problems] == [(3, 2, 5), (5, 1, 3)]
    assert all(p.message == "syntax error: invalid syntax" for p in problems)
    assert rest.place(4, 0, 4, 1) == Place("n.ipynb", 4, 1, 1, 1, 2)
    assert list(rest.lines(3)) == ["x = 1", "b = = 2"]
    assert rest.problems == problems


def test_a_null_character_breaks_its_cell_only() -> None:
    rest, problems = broken(notebook(code("a = 1"), code("b\0 = 2"), code("c")))
    assert rest.text == "a = 1\n\nc\n"
    assert [p.cell for p in problems] == [2]


def test_an_error_in_a_dedented_cell_has_its_column() -> None:
    _, problems = broken(notebook(code("    a = = 1")))
    assert [(p.line, p.column) for p in problems] == [(1, 9)]


def test_an_unclosed_cell_does_not_swallow_the_next_ones() -> None:
    source = notebook(
        code("a = '''x"), code("b = 2"), code("c = '''"), code("d = (1,\n"), code("e")
    )
    assert source.text == "\nb = 2\n\n\ne\n"
    assert [(p.cell, p.line) for p in source.problems] == [(1, 1), (3, 1), (4, 1)]


def test_an_editors_notebook_text() -> None:
    content = {"cells": [code("a = 1")]}
    assert from_text(PATH, "n.ipynb", json.dumps(content)).text == "a = 1\n"
