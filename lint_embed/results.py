"""What the analysis found in one file, before directives and settings choose among it.

A result can be written down and read again: between processes, and from run to run.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from lint_embed.findings import Certainty, Finding, Place, SpaceNote, Step
from lint_embed.source import Unreadable


@dataclass(frozen=True, slots=True)
class Report:
    """What a run found in one file; ``parsed`` is false when its text alone decided.

    ``notes`` answer ``# lint-embed: reveal``: a place and what is known of the value there.
    """

    path: str
    findings: tuple[Finding, ...]
    parsed: bool
    seconds: float
    notes: tuple[tuple[Place, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Result:
    """The raw findings of a file, each with the text of its meeting.

    ``shared``: it fills, asks, writes or reads something that other files may, so that it
    says nothing without them. ``notes`` answer ``# lint-embed: reveal``. ``lasting`` is
    false where the work was broken off: another time it may come to its end.
    ``configurations`` are the configuration files that were looked at until then;
    ``configured``: one of them names a model, so that it matters who else writes it.
    """

    findings: tuple[tuple[Finding, str], ...] = ()
    problems: tuple[Unreadable, ...] = ()
    parsed: bool = False
    shared: bool = False
    seconds: float = 0.0
    notes: tuple[tuple[Place, str], ...] = ()
    lasting: bool = True
    configurations: tuple[str, ...] = ()
    configured: bool = False


def to_json(result: Result) -> dict[str, Any]:
    """A result as JSON can hold it; without its notes, which are made anew in each run."""
    return {
        "findings": [[asdict(finding), text] for finding, text in result.findings],
        "problems": [[p.message, p.line, p.column, p.cell] for p in result.problems],
        "parsed": result.parsed,
        "shared": result.shared,
    }


def from_json(data: Any) -> Result:
    """The result that ``to_json`` wrote. Raises KeyError, TypeError or ValueError."""
    return Result(
        tuple((finding_from(each), str(text)) for each, text in data["findings"]),
        tuple(Unreadable(*each) for each in data["problems"]),
        bool(data["parsed"]),
        bool(data["shared"]),
    )


def finding_from(data: Any) -> Finding:
    """The finding whose fields ``dataclasses.asdict`` gave."""
    return Finding(
        place=Place(**data["place"]),
        code=data["code"],
        name=data["name"],
        message=data["message"],
        certainty=Certainty(data["certainty"]),
        silent=data["silent"],
        spaces=tuple(
            SpaceNote(**{**space, "place": _place(space["place"])}) for space in data["spaces"]
        ),
        traces=tuple(
            tuple(Step(Place(**step["place"]), step["message"]) for step in side)
            for side in data["traces"]
        ),
        fingerprint=data["fingerprint"],
    )


def _place(data: Any) -> Place | None:
    return Place(**data) if data is not None else None
