"""Trees that follow edits equal those of a whole parse, nodes and places alike."""

from __future__ import annotations

import random
from pathlib import Path

import libcst as cst
import pytest
from libcst.metadata import MetadataWrapper, PositionProvider

pytest.importorskip("pygls")

from lint_embed.editor import trees
from lint_embed.source import Source

WHOLE = [
    "x = 1\n",
    "# c\n",
    "\n",
    "if a:\n    b\nelse:\n    c\n",
    "@d\ndef f():\n    # q\n    pass\n    # tail\n",
    's = """\nq\n"""\n',
    "class A:\n  def f(self):\n    return (1,\n2)\n",
    'é = "😀"\n',
    "y = 3; z = 4\n",
]
ODD = ["    y\n", '"""', "(", ")", "\\\n", "else:\n    c\n", "@d\n", "\t", "a", "\r\n", " ", "\r"]


@pytest.mark.parametrize("seed", range(8))
def test_random_edits(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trees, "SMALL", 0)
    rnd = random.Random(seed)
    text = "".join(rnd.choice(WHOLE) for _ in range(15))
    tree, shared = trees.parse(text), 0
    for _ in range(150):
        at = rnd.randrange(len(text) + 1)
        end = min(len(text), at + rnd.choice([0, 0, 1, 5]))
        new = text[:at] + (rnd.choice(WHOLE + ODD) if rnd.random() < 0.7 else "") + text[end:]
        try:
            expected = cst.parse_module(new)
        except cst.ParserSyntaxError:
            with pytest.raises(cst.ParserSyntaxError):
                trees.parse(new, tree)
            continue
        found = trees.parse(new, tree)
        assert found.module.code == expected.code
        _same_places(found)
        shared += bool({id(piece) for piece in tree.pieces} & {id(p) for p in found.pieces})
        text, tree = new, found
    assert shared > 20, "the edits never kept a piece"


def _same_places(tree: trees.Tree) -> None:
    module = trees.TreeModule(Path("x.py"), Source("x.py", tree.text), tree)
    positions = MetadataWrapper(tree.module, unsafe_skip_copy=True).resolve(PositionProvider)
    for node, where in positions.items():
        if isinstance(node, cst.Name | cst.SimpleString | cst.Call):
            start, end = module.range_of(node)
            assert start == (where.start.line, where.start.column)
            assert end == (where.end.line, where.end.column)


def test_only_the_edited_statement_is_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "".join(f"def f{n}(a):\n    return a + {n}\n\n\n" for n in range(200))
    tree = trees.parse(text)
    parsed: list[str] = []
    parse_module = cst.parse_module
    monkeypatch.setattr(cst, "parse_module", lambda code: parsed.append(code) or parse_module(code))
    new = text.replace("a + 100", "a + b")
    found = trees.parse(new, tree)
    assert found.module.code == new
    assert len(parsed) == 1 and parsed[0].strip() == "def f100(a):\n    return a + b"


@pytest.mark.parametrize(
    ("a", "b", "front", "back"),
    [
        ("", "", 0, 0),
        ("abc", "abc", 3, 0),
        ("aXc", "aYc", 1, 1),
        ("aa", "aaa", 2, 0),
        ("x", "", 0, 0),
    ],
)
def test_common_ends(a: str, b: str, front: int, back: int) -> None:
    assert trees.common_prefix(a, b) == front
    assert trees.common_suffix(a, b, front) == back
