"""The source with the meeting and both encoders marked, then the trace.

VEC101 compares vectors of 'a' (line 4) with 'b' (line 5): ...
  --> search.py:6:1
   |
 4 | a = SentenceTransformer("a").encode(text)
   |     ------------------------ 'a' (384 dimensions)
 6 | util.cos_sim(a, b)
   | ^^^^^^^^^^^^^^^^^^ here they meet
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from lint_embed.findings import Certainty, Finding, Place, SpaceNote
from lint_embed.output import Lines
from lint_embed.output.style import one_line, paint, where

MEETING = "red"
SIDES = ("cyan", "yellow")

#: Wider lines are cut around what is marked.
WIDTH = 120
#: Longer stretches are marked on their first lines only.
TALL = 8


@dataclass(frozen=True, slots=True)
class _Mark:
    """A stretch to underline, with its words. ``style`` is ``MEETING`` or that of a side."""

    place: Place
    label: str
    style: str


def render(findings: Sequence[Finding], lines: Lines, color: bool) -> str:
    """Each finding with its picture, an empty line between two."""
    return "\n".join(_finding(finding, lines, color) for finding in findings)


def _finding(finding: Finding, lines: Lines, color: bool) -> str:
    marks = _marks(finding)
    gutter = len(str(max(mark.place.end_line for mark in marks)))
    bar = " " * gutter + " " + paint("|", "blue", color)
    out = [f"{paint(finding.code, 'red', color)} {paint(finding.message, 'bold', color)}"]
    for number, ((path, cell), group) in enumerate(_by_source(finding, marks)):
        members = list(group)
        start = finding.place if number == 0 else min(mark.place for mark in members)
        arrow = paint("-->" if number == 0 else ":::", "blue", color)
        out.append(f"{' ' * gutter}{arrow} {where(start)}")
        source = lines(path, cell)
        picture = _picture(members, source, gutter, bar, color)
        if picture:
            out += [bar, *picture]
    out.append(bar)
    equals = " " * gutter + " " + paint("=", "blue", color)
    out += _trace(finding, equals, gutter, color)
    out += [f"{equals} {paint(word, 'bold', color)}: {text}" for word, text in _notes(finding)]
    return "\n".join(out) + "\n"


def _by_source(
    finding: Finding, marks: Iterable[_Mark]
) -> Iterable[tuple[tuple[str, int | None], Iterable[_Mark]]]:
    """Marks by file and cell: the meeting's first, the others in order."""

    def source(mark: _Mark) -> tuple[str, int]:
        return mark.place.path, mark.place.cell or 0

    own = finding.place.path, finding.place.cell or 0
    ordered = sorted(marks, key=lambda mark: (source(mark) != own, source(mark)))
    for key, group in groupby(ordered, key=source):
        yield (key[0], key[1] or None), group


def _marks(finding: Finding) -> list[_Mark]:
    primary = _Mark(finding.place, "here they meet" if finding.spaces else "here", MEETING)
    labels: dict[Place, list[str]] = {}
    styles: dict[Place, str] = {}
    for number, space in enumerate(finding.spaces):
        if space.place is not None and space.place != finding.place:
            words = labels.setdefault(space.place, [])
            styles.setdefault(space.place, SIDES[number % len(SIDES)])
            if _label(space) not in words:
                words.append(_label(space))
    return [primary, *(_Mark(at, " / ".join(words), styles[at]) for at, words in labels.items())]


def _label(space: SpaceNote) -> str:
    if space.dimension is None:
        return f"'{space.model}'"
    return f"'{space.model}' ({space.dimension} dimensions)"


def _notes(finding: Finding) -> Iterable[tuple[str, str]]:
    if finding.certainty is Certainty.LIKELY:
        yield (
            "note",
            "likely, not certain: it rests on a default, one of several branches or a name",
        )
    yield "help", f"`lint-embed rule {finding.code}` explains it"


def _trace(finding: Finding, equals: str, gutter: int, color: bool) -> Iterable[str]:
    """The steps of each side, under the name of its model where the sides have one each."""
    named = len(finding.spaces) == len(finding.traces)
    for number, side in enumerate(finding.traces):
        name = f"of '{finding.spaces[number].model}'" if named else f"{number + 1}"
        side_name = paint(name, SIDES[number % len(SIDES)], color)
        yield f"{equals} {paint('trace', 'bold', color)} {side_name}:"
        for step in side:
            yield f"{' ' * (gutter + 5)}{where(step.place)}  {one_line(step.message)}"


# --- The picture of one file ---------------------------------------------------------


def _picture(
    marks: Sequence[_Mark], source: Sequence[str], gutter: int, bar: str, color: bool
) -> list[str]:
    """The marked lines with their underlines, gaps shown as dots; [] without source."""
    rows: dict[int, list[tuple[int, int, str, str]]] = {}
    for mark in marks:
        for line, begin, end, label in _stretches(mark, source):
            rows.setdefault(line, []).append((begin, end, label, mark.style))
    out: list[str] = []
    previous = None
    for line in sorted(rows):
        if previous is not None and line == previous + 2 and source[previous].strip():
            out.append(_numbered(line - 1, _clip(source[line - 2], 0, 0)[0], gutter, color))
        elif previous is not None and line > previous + 1:
            out.append(paint("." * 3, "blue", color))
        previous = line
        begin = min(stretch[0] for stretch in rows[line])
        end = max(stretch[1] for stretch in rows[line])
        text, shift = _clip(source[line - 1], begin, end)
        out.append(_numbered(line, text, gutter, color))
        # The meeting's underline stands nearest to the code.
        for stretch in sorted(rows[line], key=lambda row: (row[3] != MEETING, row[0])):
            out.append(f"{bar} {_underline(source[line - 1], stretch, shift, color)}")
    return out


def _numbered(line: int, text: str, gutter: int, color: bool) -> str:
    number = paint(f"{line:>{gutter}} |", "blue", color)
    return f"{number} {text}".rstrip()


def _stretches(mark: _Mark, source: Sequence[str]) -> Iterable[tuple[int, int, int, str]]:
    """(line, first column, column after the last, label) for each line of a mark, columns
    from 0; the label stands at its last line."""
    place = mark.place
    last = min(place.end_line, place.line + TALL - 1, len(source))
    for line in range(place.line, last + 1):
        text = source[line - 1]
        indent = len(text) - len(text.lstrip())
        begin = place.column - 1 if line == place.line else indent
        end = place.end_column - 1 if line == place.end_line else len(text.rstrip())
        if end > begin or line == last:
            yield line, begin, max(end, begin + 1), mark.label if line == last else ""


def _underline(text: str, stretch: tuple[int, int, str, str], shift: int, color: bool) -> str:
    begin, end, label, style = stretch
    start = _width(text[:begin]) - shift
    length = max(min(_width(text[:end]) - shift, WIDTH) - start, 1)
    drawn = ("^" if style == MEETING else "-") * length + (f" {label}" if label else "")
    return " " * max(start, 0) + paint(drawn, style, color)


_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\x80-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def _visible(text: str) -> str:
    """Tabs as four spaces; control characters, which could rewrite the terminal, as ``?``."""
    return _UNSEEN.sub("?", text).replace("\t", "    ")


def _width(text: str) -> int:
    """The columns that a terminal needs for the text."""
    shown = _visible(text)
    if shown.isascii():
        return len(shown)
    wide = sum(unicodedata.east_asian_width(character) in "WF" for character in shown)
    return len(shown) + wide - sum(map(bool, map(unicodedata.combining, shown)))


def _clip(text: str, begin: int, end: int) -> tuple[str, int]:
    """The part of a line to show, and how far it is moved to the left."""
    shown = _visible(text.rstrip())
    if len(shown) <= WIDTH:
        return shown, 0
    first = len(_visible(text[:begin]))
    start = max(0, min(first - 20, len(shown) - WIDTH)) if end > WIDTH - 10 else 0
    if start == 0:
        return shown[: WIDTH - 1] + "…", 0
    tail = "…" if start + WIDTH < len(shown) else ""
    return "…" + shown[start + 1 : start + WIDTH] + tail, _width(shown[:start])
