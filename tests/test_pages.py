"""Every case of every page in ``tests/pages`` finds what its comments say, and no more."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest
from pages_runner import (
    Case,
    Expected,
    Found,
    Spot,
    cells_of,
    difference,
    expected_of,
    notebook,
    parse_page,
    read_pages,
    run_case,
)

CASES = read_pages(Path(__file__).parent / "pages")


@pytest.mark.parametrize("case", CASES, ids=[case.id for case in CASES])
def test_case(case: Case, tmp_path: Path) -> None:
    lines = difference(expected_of(case), run_case(case, tmp_path))
    if lines:
        pytest.fail("\n".join([case.id, *lines]), pytrace=False)


@pytest.mark.parametrize("case", CASES, ids=[case.id for case in CASES])
def test_case_is_python(case: Case) -> None:
    """A slip in a page must not pass for silence: what can't be parsed must ask for VEC902."""
    unreadable = {one.spot.path for one in expected_of(case) if one.spot.code == "VEC902"}
    for name, text in case.files.items():
        if name.endswith(".py") and name not in unreadable:
            ast.parse(text, name)


PAGE = """\
# A page

Prose.

## First

```python
x = 1  # error: VEC101 (likely), VEC302
```

## Second

```python title="pkg/a.py"
## no heading
```

```text
no file
```

```python title="b.ipynb"
# %% [markdown]
# Words

# %%
y = 1
z = 2  # error: VEC301
```
"""


def test_a_page_is_read() -> None:
    first, second = parse_page("p.md", PAGE)
    assert first.id == "p.md::First"
    assert list(second.files) == ["pkg/a.py", "b.ipynb"]
    assert expected_of(first) == [
        Expected(Spot("main.py", None, 1, "VEC101"), "likely"),
        Expected(Spot("main.py", None, 1, "VEC302"), None),
    ]
    assert expected_of(second) == [Expected(Spot("b.ipynb", 2, 2, "VEC301"), None)]


def test_a_notebook_is_made() -> None:
    text = "# %% [markdown]\n# Words\n\n# %%\ny = 1\nz = 2\n"
    assert cells_of(text) == [("markdown", ["# Words"]), ("code", ["y = 1", "z = 2"])]
    cells = json.loads(notebook(text))["cells"]
    assert [cell["cell_type"] for cell in cells] == ["markdown", "code"]
    assert cells[1]["source"] == ["y = 1\n", "z = 2"]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("## A\n```python\n", "p.md:2: the fence is never closed"),
        ("## A\n## A\n", "p.md:2: the heading 'A' stands twice"),
        ("```python\n```\n", "p.md:1: a file before the first ## heading"),
        ("## A\n```python\n```\n```python\n```\n", "p.md:4: the file 'main.py' stands twice"),
    ],
)
def test_slips_in_a_page_are_told(text: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        list(parse_page("p.md", text))


def test_an_unreadable_expectation_is_told() -> None:
    case = Case("p.md", "A", {"main.py": "x = 1  # error: VEC10\n"})
    with pytest.raises(ValueError, match="not an expectation: 'VEC10'"):
        expected_of(case)


def test_differences_are_told() -> None:
    here, there = Spot("a.py", None, 1, "VEC101"), Spot("a.py", None, 2, "VEC301")
    assert difference([Expected(here, None)], [Found(here, "likely", "m")]) == []
    assert difference([Expected(here, None)], []) == ["missing     a.py:1: VEC101"]
    assert difference([], [Found(there, "definite", "adds")]) == [
        "unexpected  a.py:2: VEC301 (definite) adds"
    ]
    assert difference([Expected(here, "definite")], [Found(here, "likely", "m")]) == [
        "certainty   a.py:1: VEC101 is likely, not definite"
    ]
    twice = [Expected(here, None), Expected(here, None)]
    assert difference(twice, [Found(here, "likely", "m")]) == ["missing     a.py:1: VEC101"]
