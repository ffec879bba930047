"""Old findings stay silent until their code changes."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

from lint_embed.baseline import BaselineError, Entry, entry, merged, read, split, stale, write
from lint_embed.findings import Finding, Place

FILE = Path("base.json")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def finding(line: int, end: int = 0, path: str = "a.py", cell: int | None = None) -> Finding:
    return Finding(Place(path, cell, line, 5, end or line, 12), "VEC101", "name", "message")


def source(text: str) -> Sequence[str]:
    return text.split("\n")


def test_an_entry_is_path_rule_and_the_text_of_the_meeting() -> None:
    lines = {
        ("a.py", None): source("x = f(a, b) + 1\n\ny = g(  \n    a)   , z"),
        ("n.ipynb", 3): source("z = f(a, b)"),
    }

    def of(found: Finding, file: Path = FILE) -> Entry:
        return entry(found, file, lambda path, cell: lines.get((path, cell), []))

    assert of(finding(1)) == Entry("a.py", "VEC101", "f(a, b)")
    assert of(finding(3, end=4)) == Entry("a.py", "VEC101", "g( a) ,")
    assert of(finding(1, path="n.ipynb", cell=3)) == Entry("n.ipynb", "VEC101", "f(a, b)")
    assert of(finding(1), Path("sub/base.json")).path == "../a.py"
    assert of(finding(1, path="gone.py")) == Entry("gone.py", "VEC101", "")


def test_lines_may_move_but_code_may_not_change() -> None:
    known = Counter({Entry("a.py", "VEC101", "f(a, b)"): 1})

    def new(text: str, line: int) -> int:
        return len(split([finding(line)], known, FILE, lambda path, cell: source(text))[0])

    assert new("x = f(a, b)", 1) == 0
    assert new("# more\n\nq = f(a, b)  # moved", 3) == 0
    assert new("x = f(a, c)", 1) == 1


def test_a_second_equal_finding_is_new_and_an_unused_entry_is_told() -> None:
    known = Counter({Entry("a.py", "VEC101", "f(a, b)"): 1, Entry("a.py", "VEC301", "old"): 2})
    lines = ["x = f(a, b)", "y = f(a, b)"]
    new, unused = split([finding(1), finding(2)], known, FILE, lambda path, cell: lines)
    assert new == [finding(2)]
    assert unused == Counter({Entry("a.py", "VEC301", "old"): 2})


def test_only_what_the_run_looked_for_can_be_stale() -> None:
    Path("a.py").touch()
    Path("other.py").touch()
    unused = Counter(
        {
            Entry("a.py", "VEC101", "x"): 1,
            Entry("a.py", "VEC301", "not selected"): 1,
            Entry("other.py", "VEC101", "not checked"): 1,
            Entry("removed.py", "VEC101", "y"): 1,
        }
    )
    told = stale(unused, {"a.py": frozenset({"VEC101"})}, FILE)
    assert told == [Entry("a.py", "VEC101", "x"), Entry("removed.py", "VEC101", "y")]


def test_a_new_baseline_keeps_what_the_run_did_not_judge() -> None:
    Path("a.py").touch()
    Path("other.py").touch()
    kept = Entry("other.py", "VEC101", "x")
    old = Counter(
        {kept: 3, Entry("a.py", "VEC101", "fixed"): 1, Entry("a.py", "VEC101", "f(a, b)"): 5}
    )
    judged = {"a.py": frozenset({"VEC101"})}
    new = merged([finding(1)], old, judged, FILE, lambda path, cell: ["x = f(a, b)"])
    assert new == Counter({kept: 3, Entry("a.py", "VEC101", "f(a, b)"): 1})


def test_files_are_sorted_and_read_back() -> None:
    counts = Counter({Entry("b.py", "VEC101", "é"): 1, Entry("a.py", "VEC301", "x"): 2})
    write(FILE, counts)
    assert read(FILE) == counts
    document = json.loads(FILE.read_text())
    assert document["version"] == 1
    assert [item["path"] for item in document["findings"]] == ["a.py", "b.py"]
    first = FILE.read_bytes()
    write(FILE, Counter(dict(reversed(counts.items()))))
    assert FILE.read_bytes() == first


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "base.json: cannot be read: No such file or directory"),
        ("{", "base.json: is no baseline of lint-embed: "),
        ("[]", "base.json: is no baseline of lint-embed: "),
        ('{"version": 2, "findings": []}', "base.json: version 2 is not known"),
        ('{"version": 1, "findings": [{"path": "a"}]}', "base.json: is no baseline"),
        (
            '{"version": 1, "findings": [{"path": 1, "code": "a", "text": "", "count": 1}]}',
            "base.json: is no baseline of lint-embed: an entry has a value of the wrong type",
        ),
    ],
)
def test_what_is_no_baseline_is_said_in_a_line(text: str | None, message: str) -> None:
    if text is not None:
        FILE.write_text(text)
    with pytest.raises(BaselineError) as error:
        read(FILE)
    assert str(error.value).startswith(message)
    assert "\n" not in str(error.value)
