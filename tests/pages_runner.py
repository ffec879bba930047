"""Reads test pages (docs/test-pages.md), runs their cases and compares the findings.

A page is Markdown. Every ``##`` heading opens a case, the fenced blocks below it are the
files of a small project, and ``# error: VEC101`` comments hold what must be found.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import traceback
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from click.testing import CliRunner

_FENCE = re.compile(r"^(?P<ticks>`{3,})(?P<language>[\w+-]*)\s*(?P<attributes>.*?)\s*$")
_TITLE = re.compile(r'\btitle="([^"]+)"')
_EXPECTED = re.compile(r"#\s*error:\s*(?P<codes>.*?)\s*$")
_CODE = re.compile(r"(VEC\d{3})(?:\s+\((definite|likely)\))?")
_CELL = re.compile(r"^# %%\s*(\[markdown\])?")


@dataclass(frozen=True, slots=True, order=True)
class Spot:
    """Where a finding begins and what it is: all that a page can hold."""

    path: str
    cell: int | None
    line: int
    code: str

    def __str__(self) -> str:
        cell = "" if self.cell is None else f"cell {self.cell}:"
        return f"{self.path}:{cell}{self.line}: {self.code}"


@dataclass(frozen=True, slots=True)
class Expected:
    """A finding that a page asks for; ``certainty`` is None when it does not matter."""

    spot: Spot
    certainty: str | None


@dataclass(frozen=True, slots=True)
class Found:
    """A finding that the linter reported."""

    spot: Spot
    certainty: str
    message: str


@dataclass(frozen=True, slots=True)
class Case:
    """One ``##`` section of a page: its files by name, as the page writes them."""

    page: str
    heading: str
    files: Mapping[str, str]

    @property
    def id(self) -> str:
        return f"{self.page}::{self.heading}"


def read_pages(root: Path) -> list[Case]:
    """All cases of the pages below ``root``, in the order of their paths."""
    cases: list[Case] = []
    for path in sorted(root.rglob("*.md")):
        text = path.read_text(encoding="utf-8")
        cases.extend(parse_page(path.relative_to(root).as_posix(), text))
    return cases


def parse_page(page: str, text: str) -> Iterator[Case]:
    """The cases of one page that have files; ``page`` is the name used in their ids.

    Raises ValueError, naming page and line, for what can only be a slip of the pen: an
    unclosed fence, a heading or file that stands twice, a file before the first heading.
    """
    sections: dict[str, dict[str, str]] = {}
    files: dict[str, str] | None = None
    lines = enumerate(text.splitlines(), start=1)
    for number, line in lines:
        if line.startswith("## "):
            heading = line.removeprefix("## ").strip()
            if heading in sections:
                raise ValueError(f"{page}:{number}: the heading {heading!r} stands twice")
            files = sections[heading] = {}
        elif fence := _FENCE.match(line):
            body = _fenced(page, number, fence["ticks"], lines)
            name = _file_name(fence["language"], fence["attributes"])
            if name is None:
                continue
            if files is None:
                raise ValueError(f"{page}:{number}: a file before the first ## heading")
            if name in files:
                raise ValueError(f"{page}:{number}: the file {name!r} stands twice in a case")
            files[name] = body
    for heading, section in sections.items():
        if section:
            yield Case(page, heading, section)


def _fenced(page: str, start: int, ticks: str, lines: Iterator[tuple[int, str]]) -> str:
    body: list[str] = []
    for _, line in lines:
        if line.startswith(ticks) and not line.strip("` "):
            return "".join(f"{part}\n" for part in body)
        body.append(line)
    raise ValueError(f"{page}:{start}: the fence is never closed")


def _file_name(language: str, attributes: str) -> str | None:
    """The file that a block stands for, or None when it only illustrates the prose."""
    if title := _TITLE.search(attributes):
        return title[1]
    return "main.py" if language == "python" else None


def expected_of(case: Case) -> list[Expected]:
    """What the comments of a case ask for. Raises ValueError for an unreadable one."""
    wanted: list[Expected] = []
    for name, text in case.files.items():
        for cell, line, source in _numbered(name, text):
            if comment := _EXPECTED.search(source):
                for code, certainty in _codes(case, name, comment["codes"]):
                    wanted.append(Expected(Spot(name, cell, line, code), certainty))
    return wanted


def _codes(case: Case, name: str, codes: str) -> Iterator[tuple[str, str | None]]:
    for part in codes.split(","):
        match = _CODE.fullmatch(part.strip())
        if match is None:
            raise ValueError(f"{case.id}: {name}: not an expectation: {part.strip()!r}")
        yield match[1], match[2]


def _numbered(name: str, text: str) -> Iterator[tuple[int | None, int, str]]:
    """Cell (None outside of notebooks), line and source of each line that may be reported."""
    if name.endswith(".ipynb"):
        for number, (_, lines) in enumerate(cells_of(text), start=1):
            for line, source in enumerate(lines, start=1):
                yield number, line, source
    elif name.endswith((".py", ".pyi", ".toml")):
        for line, source in enumerate(text.splitlines(), start=1):
            yield None, line, source


def cells_of(text: str) -> list[tuple[str, list[str]]]:
    """The cells of a notebook written with ``# %%`` lines, as (type, lines)."""
    cells: list[tuple[str, list[str]]] = []
    for line in text.splitlines():
        if mark := _CELL.match(line):
            cells.append(("markdown" if mark[1] else "code", []))
        elif cells:
            cells[-1][1].append(line)
        elif line.strip():
            raise ValueError(f"a notebook starts with '# %%', not with {line!r}")
    for _, lines in cells:
        while lines and not lines[-1].strip():
            lines.pop()
    return cells


def notebook(text: str) -> str:
    """The JSON of the notebook that ``# %%`` lines describe."""
    cells = []
    for kind, lines in cells_of(text):
        cell: dict[str, object] = {"cell_type": kind, "metadata": {}}
        if kind == "code":
            cell |= {"execution_count": None, "outputs": []}
        cell["source"] = "\n".join(lines).splitlines(keepends=True)
        cells.append(cell)
    metadata = {"language_info": {"name": "python"}}
    return json.dumps(
        {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}, indent=1
    )


def write_case(case: Case, root: Path) -> None:
    """Writes the files of a case below ``root``."""
    for name, text in case.files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(notebook(text) if name.endswith(".ipynb") else text, encoding="utf-8")


def run_case(case: Case, root: Path) -> list[Found]:
    """Writes a case below ``root``, lints that directory and returns what was found.

    The linter runs through its command line and JSON output, the contract that other
    tools depend on too. Raises AssertionError when it fails or its exit status and its
    findings disagree.
    """
    from lint_embed.cli import main

    write_case(case, root)
    arguments = ["check", ".", "--output-format", "json", "--no-cache", "--jobs", "1"]
    if "pyproject.toml" not in case.files:
        arguments.append("--isolated")
    with contextlib.chdir(root):
        result = CliRunner().invoke(main, arguments)
    if result.exit_code not in (0, 1) or not isinstance(result.exception, SystemExit | None):
        error = result.exception
        trace = "".join(traceback.format_exception(error)) if error else ""
        raise AssertionError(f"exit status {result.exit_code}\n{result.output}\n{trace}")
    found = [_found(item, root) for item in json.loads(result.stdout)]
    assert result.exit_code == bool(found), f"exit status {result.exit_code} with {found}"
    return found


def _found(item: Mapping[str, object], root: Path) -> Found:
    path, cell, line = item["path"], item["cell"], item["line"]
    assert isinstance(path, str) and isinstance(line, int)
    assert cell is None or isinstance(cell, int)
    shown = Path(os.path.normpath(os.path.relpath(root / path, root))).as_posix()
    spot = Spot(shown, cell, line, str(item["code"]))
    return Found(spot, str(item["certainty"]), str(item["message"]))


def difference(expected: Iterable[Expected], found: Iterable[Found]) -> list[str]:
    """What is missing, unexpected or of another certainty, one line each; empty if equal.

    Two equal findings on one line count twice.
    """
    open_found = sorted(found, key=lambda one: one.spot)
    lines = []
    for wish in sorted(expected, key=lambda one: (one.spot, one.certainty is None)):
        same = [one for one in open_found if one.spot == wish.spot]
        if not same:
            lines.append(f"missing     {wish.spot}")
            continue
        exact = [one for one in same if wish.certainty in (None, one.certainty)]
        taken = (exact or same)[0]
        open_found.remove(taken)
        if not exact:
            lines.append(f"certainty   {wish.spot} is {taken.certainty}, not {wish.certainty}")
    lines.extend(f"unexpected  {one.spot} ({one.certainty}) {one.message}" for one in open_found)
    return lines
