"""Access paths of the catalogue, and the tree that they make."""

from __future__ import annotations

import pytest

from lint_embed.catalogue import pieces_of


@pytest.mark.parametrize(
    ("path", "pieces"),
    [
        ("", []),
        ("a", ["a"]),
        ("a.b", ["a", "b"]),
        ("()", ["()"]),
        ("[0]", ["[0]"]),
        ("a.b().c[x][0][].d", ["a", "b", "()", "c", "x", "[0]", "[]", "d"]),
        ("a['x y'][-1]", ["a", "x y", "[-1]"]),
    ],
)
def test_a_path_falls_into_its_edges(path: str, pieces: list[str]) -> None:
    assert pieces_of(path) == pieces
