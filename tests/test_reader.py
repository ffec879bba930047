"""The reader of the catalogue's files gives what tomllib gives, or leaves the file to it."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lint_embed.catalogue import FOLDER, reader

FILES = sorted(FOLDER.glob("*.toml"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_each_file_is_read_alike_without_the_slow_reader(path: Path) -> None:
    text = path.read_text("utf-8")
    assert reader._read(text) == tomllib.loads(text)


PARTS = [
    "", "# words = 'none'", "a = 1", "a = -1", "b = true", "c = 'it'", 'c = "it\'s"', "d = []",
    'd = ["x", "y"]', 'd = [\n    "x", # one\n    ["y", 0],\n]', "e = {}", 'e = { f = ["g", 1] }',
    'e = { "f.g" = "h", i = { j = 1 } }', "[t]", "[t.u]", "[[v]]", "[[v.w]]", "[v.x]", "k.l = 1",
    '"m.n".o = 2', "p = 1.5", "q = 1979-05-27", 'r = "\\t"', 's = """\nwords\n"""', "t = 0x1f",
    "s = \'\'\'x\'\'\'", "= 1", "u = ", "v = [1", "[[v]", "w = 1 2", 'x = "',
]  # fmt: skip


@given(st.lists(st.sampled_from(PARTS), max_size=8).map("\n".join))
def test_any_file_is_read_as_tomllib_reads_it(text: str) -> None:
    try:
        expected = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return  # what is shipped has no mistakes: see above
    assert reader.read(text) == expected
