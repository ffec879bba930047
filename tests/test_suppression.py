"""Directives in comments: which statement they count for, and which are of no use."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lint_embed.suppression import parse

NAME = "cross-space-comparison"
KNOWN = {"VEC101": NAME, "VEC103": "stale-embeddings", "VEC301": "cross-space-arithmetic"}
ALL = {*KNOWN, *KNOWN.values()}


def silent_lines(text: str, code: str = "VEC101") -> list[int]:
    """The lines on which a finding of the rule would be silenced."""
    directives = parse(text)
    height = text.count("\n") + 1
    lines = range(1, height + 1)
    return [line for line in lines if directives.silenced(line, line, code, KNOWN[code])]


@pytest.mark.parametrize(
    ("comment", "silenced"),
    [
        ("# noqa", True),
        ("#noqa", True),
        ("# NoQA", True),
        ("# noqa: VEC101", True),
        ("# noqa:vec101", True),
        ("# noqa : VEC101", True),
        ("# noqa: E501,VEC101", True),
        ("# noqa: E501, VEC101", True),
        ("# noqa: E501 VEC101", True),
        ("# noqa: VEC1", True),
        ("# noqa: VEC", True),
        ("# noqa: VEC101 since both are aligned", True),
        ("# type: ignore  # noqa: VEC101", True),
        ("# noqa: E501  # noqa: VEC101", True),
        ("# noqa: VEC301", False),
        ("# noqa: E501", False),
        ("# noqa: VEC1011", False),
        ("# no qa", False),
        ("# see noqa", False),
        ("# lint-embed: ignore", True),
        ("#lint-embed:ignore", True),
        ("# Lint-Embed: Ignore", True),
        ("# lint-embed: ignore[cross-space-comparison]", True),
        ("# lint-embed: ignore[Cross-Space-Comparison]", True),
        ("# lint-embed: ignore[VEC101]", True),
        ("# lint-embed: ignore[vec1]", True),
        ("# lint-embed: ignore[stale-embeddings, VEC101]", True),
        ("# lint-embed: ignore [VEC301 VEC101]", True),
        ("# lint-embed: ignore -- both are aligned", True),
        ("# noqa: E501 # lint-embed: ignore", True),
        ("# lint-embed: ignore[cross-space]", False),
        ("# lint-embed: ignore[]", False),
        ("# lint-embed: ignore[VEC101", False),
        ("# lint-embed: ignored", False),
        ("# lint-embed: reveal", False),
        ("# about lint-embed: ignore", False),
        ("# lint-embed: ignore-file", False),
        ("# flake8: noqa", False),
    ],
)
def test_a_comment_on_the_line(comment: str, silenced: bool) -> None:
    assert silent_lines(f"a = f(x)  {comment}\nb\n") == ([1] if silenced else [])


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("a = f(\n  x,  # noqa\n  y,\n)\nb", [1, 2, 3, 4]),
        ("a = f(\n  x,\n)  # noqa\nb", [1, 2, 3]),
        ("a = '''\nx\n'''  # noqa\nb", [1, 2, 3]),
        ("a = b \\\n  + c  # noqa\nd", [1, 2]),
        ("a = f(\n  # lint-embed: ignore\n  x)\nb", [1, 2, 3]),
        ("a; b  # noqa\nc", [1]),
        ("if f(\n  x\n):  # noqa\n  a\n", [1, 2, 3]),
        ("if x: a  # noqa\n", [1]),
        ("with a:\n  b\n  c  # noqa\n", [3]),
        ("a\n# lint-embed: ignore\n\n# text\nb = f(\n  x)\nc", [5, 6]),
        ("# lint-embed: ignore\n@d(\n  x)\n@e\ndef f(\n  y):\n  a\n", [2, 3, 4, 5, 6]),
        ("@d  # noqa\ndef f(): pass\n", [1]),
        ("if x:\n  a\n  # lint-embed: ignore\nb", [4]),
        ("# noqa\na\n", [1]),
        ("a  # lint-embed: ignore\n\nb", [1]),
        ("a = '# noqa'\n", []),
        ("a = '''\n# noqa\n# lint-embed: ignore-file\n'''\n", []),
        ("a = f'{x['# noqa']}'\n", []),
        ("a = f'''{\nx  # noqa\n}'''\n", []),
        ("a\r\nb  # noqa\r\nc\rd  # noqa\r", [2]),
        ("a = '\x0c\u2028'  # noqa\nb", [1]),
    ],
)
def test_the_scope_is_the_statement(text: str, lines: list[int]) -> None:
    assert silent_lines(text) == lines


@pytest.mark.parametrize(
    ("comment", "code", "silenced"),
    [
        ("# lint-embed: ignore-file", "VEC101", True),
        ("# lint-embed: ignore-file[VEC3]", "VEC101", False),
        ("# lint-embed: ignore-file[VEC3]", "VEC301", True),
        ("# lint-embed: ignore-file[stale-embeddings]", "VEC103", True),
        ("# flake8: noqa", "VEC101", True),
        ("# ruff: noqa", "VEC101", True),
        ("# FLAKE8=NOQA", "VEC101", True),
        ("# flake8: noqa: VEC101", "VEC101", True),
        ("# flake8: noqa: VEC101", "VEC301", False),
        ("# ruff: noqa: E501", "VEC101", False),
        ("# flake8: noqa for now", "VEC101", False),
    ],
)
def test_the_whole_file(comment: str, code: str, silenced: bool) -> None:
    for text in (f"{comment}\na\nb", f"a\n\nif a:\n    b\n    {comment}\n"):
        directives = parse(text)
        assert directives.silenced(1, 1, code, KNOWN[code]) is silenced
        assert directives.silenced(4, 4, code, KNOWN[code]) is silenced


def test_spaces_and_reveals_count_for_all_lines_of_the_statement() -> None:
    directives = parse(
        "a = f(\n  x)  # lint-embed: space=org/model-v2\n"
        "# lint-embed: space = 'my space'\nb = g()\n"
        "c = d(  # lint-embed: reveal\n)\n"
    )
    assert directives.spaces == {1: "org/model-v2", 2: "org/model-v2", 4: "my space"}
    assert directives.reveals == {5, 6}
    assert not directives.silenced(1, 1, "VEC101", NAME)
    assert directives.spaces.get(5) is None
    assert directives.unused() == []
    assert directives.declarations() == [
        (1, 2, 6, "lint-embed: space=org/model-v2"),
        (4, 3, 0, "lint-embed: space = 'my space'"),
    ]


def test_unused_directives_are_named_with_their_place() -> None:
    directives = parse(
        "a  # lint-embed: ignore\n"
        "b  # x # noqa: E501, VEC101\n"
        "c  # noqa\n"
        "d  # noqa: E501\n"
        "e  # lint-embed: ignore[cross-space-comparison, VEC301]\n"
        "f  # lint-embed: ignore[VEC101]\n"
        "# lint-embed: ignore-file[VEC103]\n"
        "# flake8: noqa: VEC103\n"
        "g  # noqa: VEC901\n"
    )
    assert directives.silenced(5, 5, "VEC101", NAME)
    assert directives.silenced(6, 6, "VEC101", NAME)
    assert directives.unused() == [
        (1, 3, "lint-embed: ignore"),
        (2, 7, "noqa: E501, VEC101"),
        (5, 3, "VEC301"),
        (7, 0, "lint-embed: ignore-file[VEC103]"),
        (8, 0, "flake8: noqa: VEC103"),
    ]


def test_of_two_that_silence_the_same_none_is_unused() -> None:
    directives = parse("# lint-embed: ignore\na  # noqa: VEC101 # lint-embed: ignore[VEC1]\n")
    assert directives.silenced(2, 2, "VEC101", NAME)
    assert directives.unused() == []


def test_a_used_file_directive_is_not_unused() -> None:
    directives = parse("# lint-embed: ignore-file\na\n")
    assert directives.unused() == [(1, 0, "lint-embed: ignore-file")]
    assert directives.silenced(2, 2, "VEC101", NAME)
    assert directives.unused() == []


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("ignroe", "unknown directive 'ignroe': did you mean 'ignore'?"),
        ("nosuch", "unknown directive 'nosuch': one of ignore, ignore-file, space, reveal"),
        ("", "directive missing: one of ignore, ignore-file, space, reveal"),
        ("ignore[VEC999]", "unknown rule 'VEC999'"),
        (
            "ignore[VEC101, cross-space-comparisons]",
            "unknown rule 'cross-space-comparisons': did you mean 'cross-space-comparison'?",
        ),
        ("ignore[]", "no rule in the brackets"),
        ("ignore[VEC101", "bracket not closed"),
        ("ignore=VEC101", "'ignore' takes no value; rules go in brackets"),
        ("ignore-file", "'ignore-file' must stand on a line of its own"),
        ("space", "a space is declared by space=NAME"),
        ("space=", "a space is declared by space=NAME"),
        ("space=''", "a space is declared by space=NAME"),
        ("reveal[VEC101]", "'reveal' takes no rules"),
        ("reveal=x", "'reveal' takes no value"),
    ],
)
def test_invalid_directives_are_told(body: str, message: str) -> None:
    directives = parse(f"a  # lint-embed: {body}\n")
    assert directives.invalid(ALL) == [(1, 3, message)]


def test_valid_directives_are_not_told() -> None:
    directives = parse(
        "# lint-embed: ignore-file[VEC3]\na  # lint-embed: ignore[Stale-Embeddings,vec101]\n"
        "b  # noqa: VEC999\n# about lint-embed: nothing\nc = 1  # lint-embed: space=x\n"
    )
    assert directives.invalid(ALL) == []


def test_in_a_broken_program_the_findings_own_lines_count() -> None:
    directives = parse("a = (\nb  # noqa\n")
    assert not directives.silenced(1, 1, "VEC902", "unreadable")
    assert directives.silenced(1, 2, "VEC902", "unreadable")


def test_a_finding_on_a_compound_statement_is_not_silenced_from_its_body() -> None:
    assert not parse("def f():\n    a  # noqa\n").silenced(1, 2, "VEC203", "fallback-encoder")


def test_text_without_directives_is_not_scanned(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(text: str) -> None:
        raise AssertionError("scanned")

    monkeypatch.setattr("lint_embed.suppression.layout", fail)
    assert not parse("a = '''").silenced(1, 1, "VEC101", NAME)
    with pytest.raises(AssertionError, match="scanned"):
        parse("a  # NOQA")


PIECES = [
    "# noqa",
    "# lint-embed: ",
    "ignore",
    "[VEC101",
    "]",
    "space=",
    "'",
    "(",
    "\n",
    "a",
    "@",
    ":",
]


@given(st.lists(st.sampled_from(PIECES), max_size=20).map("".join))
def test_never_fails_and_places_are_in_the_text(text: str) -> None:
    directives = parse(text)
    directives.silenced(1, 3, "VEC101", NAME)
    lines = text.split("\n")
    for line, column, _ in directives.unused() + directives.invalid(ALL):
        assert lines[line - 1][column] == "#"
