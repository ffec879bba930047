"""Moves findings from one text of a file to the next, while the new one can't be parsed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from lint_embed.findings import Finding, Place

Lines = Callable[[int | None], Sequence[str]]
Mover = Callable[[Place], Place | None]


def carried(findings: Sequence[Finding], path: str, old: Lines, new: Lines) -> list[Finding]:
    """The findings of a file at the places where their lines are now.

    ``old`` and ``new`` give the lines of the file, or of one of its cells. Findings whose
    lines are gone are left out; those on the edited lines stay there.
    """
    move = _mover(path, old, new)
    moved = []
    for finding in findings:
        place = move(finding.place)
        if place is not None:
            moved.append(_with_places(replace(finding, place=place), move))
    return moved


def _with_places(finding: Finding, move: Mover) -> Finding:
    spaces = tuple(
        replace(space, place=move(space.place) if space.place else None) for space in finding.spaces
    )
    traces = tuple(
        tuple(replace(step, place=place) for step in side if (place := move(step.place)))
        for side in finding.traces
    )
    return replace(finding, spaces=spaces, traces=traces)


def _mover(path: str, old: Lines, new: Lines) -> Mover:
    known: dict[int | None, tuple[int, int, int]] = {}

    def edit(cell: int | None) -> tuple[int, int, int]:
        if cell not in known:
            known[cell] = edited_lines(old(cell), new(cell))
        return known[cell]

    def move(place: Place) -> Place | None:
        if place.path != path:
            return place
        first, old_end, new_end = edit(place.cell)
        line = _moved(place.line, first, old_end, new_end)
        if line is None:
            return None
        last = _moved(place.end_line, first, old_end, new_end) or line
        return replace(place, line=line, end_line=max(line, last))

    return move


def _moved(line: int, first: int, old_end: int, new_end: int) -> int | None:
    if line <= first:
        return line
    if line > old_end:
        return line + new_end - old_end
    return min(line, new_end) if new_end > first else None


def edited_lines(old: Sequence[str], new: Sequence[str]) -> tuple[int, int, int]:
    """What an edit replaced: the lines before it, and those up to its end in both texts."""
    most = min(len(old), len(new))
    first = 0
    while first < most and old[first] == new[first]:
        first += 1
    after = 0
    while after < most - first and old[-1 - after] == new[-1 - after]:
        after += 1
    return first, len(old) - after, len(new) - after
