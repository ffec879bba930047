"""Bodies that are parsed by themselves stand where they stand in the whole program."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import libcst as cst
import pytest

import lint_embed
from lint_embed.files import File
from lint_embed.provenance.bodies import MARK, Abridged, abridge, positions_in
from lint_embed.provenance.modules import Module, parse
from lint_embed.relevance import outline
from lint_embed.settings import Settings
from lint_embed.source import Source
from lint_embed.workspace import Workspace

FILES = sorted(Path(lint_embed.__file__).parent.rglob("*.py"))
LONG = [path for path in FILES if path.stat().st_size > 9000 and path.stem != "bodies"]
HEADERS = '''\
class Store:
    @property
    async def size(self) -> dict[str, int]:  # how much there is
        """Long enough to be left out, with a colon: and brackets ( in it."""
        found = {"a": 1, "b": 2}
        found["c"] = sum(found.values())  # what is left ( in a comment that goes on for long
        found["d"] = "a string that makes this body long enough to be worth leaving out"
        return found

def plain(
    first: dict[str, int] = {"a": 1},
    *rest: "int",
) -> int:
    if first:
        return 1
    # a comment stands in the body and belongs to it, which makes it longer by some characters
    return len(rest) + len("a rather long string that makes this body worth leaving out")


"""A string that stands by itself behind a function."""


class Last:
    def method(self) -> int:
        total = sum(range(100)) + len("a rather long string that makes this body worth it")
        total += len("and another one, so that there are more than two hundred characters in it")
        return total

    """A string in the body of a class.
at the margin"""
    field = 1


class Cited:
    @property
    def citation(self) -> str:
        # The body of a function may end within a string that goes on at the margin.
        return """
@inproceedings{long-enough,
  title={A title that makes this body long enough to be worth leaving out, if it is found whole},
  year={2018},
}
"""

    def told(self) -> None:
        """A body that is a string only, and goes on for so long that it would be worth it to
leave it out: one line at the margin, one that is not. There is nothing in it to be followed,
        and what stands behind it begins where it ends."""

    """Another string in the body of a class."""


def short(): return 1

after = plain({})
'''


def abridged_of(text: str) -> Abridged:
    found = abridge(outline.read(text), lambda unit: False)
    assert found is not None
    return found


def places(module: Module, text: str) -> Counter[tuple[str, object]]:
    """The statements of all functions, with where they stand."""
    found: Counter[tuple[str, object]] = Counter()
    queue: list[cst.CSTNode] = [*module.tree.body]
    while queue:
        node = queue.pop()
        if isinstance(node, cst.FunctionDef):
            found[node.name.value, module.range_of(node.name)] += 1
            for statement in module.statements_of(node.body):
                found[type(statement).__name__, module.range_of(statement)] += 1
                queue += [statement] if isinstance(statement, cst.BaseCompoundStatement) else []
        elif isinstance(body := getattr(node, "body", None), cst.BaseSuite):
            queue += body.body
    return found


def both(text: str) -> tuple[Module, Module]:
    source = Source("a.py", text)
    return parse(Path("a.py"), source), parse(Path("a.py"), source, abridged_of(text))


@pytest.mark.parametrize("path", LONG, ids=lambda p: p.stem)
def test_statements_stand_where_they_stood(path: Path) -> None:
    text = path.read_text("utf-8")
    whole, parts = both(text)
    assert len(parts.tree.code) < len(text)
    assert places(parts, text) == places(whole, text)


def test_headers_stay_and_bodies_go() -> None:
    whole, parts = both(HEADERS)
    assert parts.tree.code.count(MARK) == 5
    assert parts.abridged is not None
    assert parts.abridged.is_sound()
    assert "def short(): return 1" in parts.tree.code
    assert "found" not in parts.tree.code
    assert places(parts, HEADERS) == places(whole, HEADERS)


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_bodies_go_whatever_ends_the_lines(end: str, tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_bytes(
        (f"import faiss\n{HEADERS}faiss.IndexFlatIP(plain({{}}))\n").replace("\n", end).encode()
    )
    workspace = Workspace(Settings(root=tmp_path), [File(path, "a.py", Settings(root=tmp_path))])
    module = workspace.project.module(path)
    assert module is not None
    assert module.abridged is not None
    assert MARK in module.tree.code


def test_what_follows_a_body_keeps_its_line() -> None:
    whole, parts = both(HEADERS)
    assert parts.range_of(parts.tree.body[-1]) == whole.range_of(whole.tree.body[-1])


def test_a_program_that_uses_the_mark_stays_whole() -> None:
    assert abridge(outline.read(HEADERS + f"{MARK}0 = 1\n"), lambda unit: False) is None


def test_sizes_are_those_of_the_statements() -> None:
    parts = both(HEADERS)[1]
    plain = next(s for s in parts.tree.body if isinstance(s, cst.FunctionDef))
    assert parts.abridged is not None
    assert plain.name.value == "plain"
    assert parts.abridged.size(plain.body) == (3, 1)


def test_positions_are_those_of_the_text() -> None:
    tree = cst.parse_module("a = 1\n")
    assert positions_in(tree)[tree.body[0]].start.line == 1
