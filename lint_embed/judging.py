"""From the meetings of a module to its findings, and what directives say of those."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from typing import TYPE_CHECKING

from lint_embed import suppression
from lint_embed.findings import Finding, Place
from lint_embed.rules import RULES
from lint_embed.source import Source, Unreadable

if TYPE_CHECKING:
    from lint_embed.provenance.interpreter import Interpreter
    from lint_embed.provenance.meetings import Meeting
    from lint_embed.provenance.modules import Module
    from lint_embed.provenance.values.base import Site, Value


def reveal_lines(source: Source) -> set[int]:
    """The program lines that a ``# lint-embed: reveal`` asks for."""
    if "lint-embed:" not in source.text or "reveal" not in source.text:
        return set()
    return suppression.parse(source.text).reveals


def notes_of(
    module: Module, observed: Mapping[int, Value], lines: set[int]
) -> Iterator[tuple[Place, str]]:
    """What is known of the values on the given program lines."""
    from lint_embed.provenance.reveal import revealed

    for line, words in revealed(module, observed, lines):
        yield module.source.place(line, 0, line, 0), words


# judging -------------------------------------------------------------------------------


def judge(
    run: Interpreter, module: Module, rewritten: Set[str] = frozenset()
) -> list[tuple[Finding, str]]:
    """The findings of one module, each with the text of its meeting; see ``judged``."""
    found = judged(run, module, rewritten)
    return [(finding, text_of(meeting.place)) for finding, meeting in found]


def judged(
    run: Interpreter, module: Module, rewritten: Set[str] = frozenset()
) -> list[tuple[Finding, Meeting]]:
    """The findings of one module, each with its meeting.

    ``rewritten``: configuration files that the project writes, so that they say nothing.
    """
    from lint_embed.provenance import filters
    from lint_embed.rules.wording import Judge

    found: dict[tuple[str, Place], tuple[Finding, Meeting]] = {}
    bench = Judge(locate)
    for meeting in run.meetings_of(module):
        if not meeting.active or meeting.excused or run.are_trained_together(meeting):
            continue
        if filters.are_apart(run, meeting):
            continue
        if not rewritten.isdisjoint(configurations_of(meeting)):
            continue
        if run.is_told_elsewhere(meeting):
            continue
        for rule in RULES:
            finding = rule.check(meeting, bench) if rule.check is not None else None
            if finding is None:
                continue
            key = (finding.code, finding.place)
            old = found.get(key)
            if old is None or (old[0].certainty, finding.certainty) == ("likely", "definite"):
                found[key] = (finding, meeting)
    return [pair for pair in found.values() if pair[0].place.path == module.source.path]


def configurations(run: Interpreter, module: Module) -> set[str]:
    """The configuration files that name models which meet in a module."""
    return {name for each in run.meetings_of(module) for name in configurations_of(each)}


def configurations_of(meeting: Meeting) -> set[str]:
    """The configuration files that name the models of a meeting."""
    from lint_embed.provenance.configured import configuration_of

    return {name for side in meeting.sides if (name := configuration_of(side.space)) is not None}


def locate(site: Site) -> Place:
    """Where a site stands; positions are computed for modules with findings only."""
    start, end = site.module.range_of(site.node)
    return site.module.source.place(start[0], start[1], end[0], end[1])


def text_of(site: Site) -> str:
    """The source of a site."""
    start, end = site.module.range_of(site.node)
    return site.module.source.segment(start[0], start[1], end[0], end[1])


def unreadable(path: str, problem: Unreadable) -> Finding:
    place = Place(path, problem.cell, problem.line, problem.column, problem.line, problem.column)
    return Finding(place, "VEC902", "unreadable", problem.message)


def _program_line(source: Source, cell: int | None, line: int) -> int:
    if cell is None:
        return line
    return next((one.line + line - 1 for one in source.cells or () if one.number == cell), line)


def silenced(directives: suppression.Directives, finding: Finding, source: Source) -> bool:
    place = finding.place
    first = _program_line(source, place.cell, place.line)
    last = _program_line(source, place.cell, place.end_line)
    return directives.silenced(first, last, finding.code, finding.name)


def directive_findings(
    directives: suppression.Directives, source: Source
) -> Iterator[tuple[Finding, str]]:
    known = {rule.code for rule in RULES} | {rule.name for rule in RULES}
    invalid = directives.invalid(known)
    told = {(line, column) for line, column, _ in invalid}
    for line, column, text in directives.unused():
        if (line, column) in told:
            continue
        place = source.place(line, column, line, column + len(text))
        message = f"'{text.strip()}' silences nothing; remove it"
        yield Finding(place, "VEC901", "unused-directive", message), text
    for line, column, message in invalid:
        place = source.place(line, column, line, column)
        yield Finding(place, "VEC901", "unused-directive", message), message
