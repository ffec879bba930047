"""What all rules say in the same words: models, lengths, traces, certainty."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from lint_embed.findings import Certainty, Finding, Place, SpaceNote, Step
from lint_embed.provenance.meetings import Meeting
from lint_embed.provenance.values.base import Site
from lint_embed.provenance.values.vectors import Embedding, Space

MOST_CALLS = 12
"""Of more calls in a row the first and the last are told."""

Locate = Callable[[Site], Place]


@dataclass(frozen=True, slots=True)
class Judge:
    """What a rule needs besides the meeting: where sites are, which file reports."""

    locate: Locate

    def finding(
        self,
        code: str,
        name: str,
        meeting: Meeting,
        message: str,
        *,
        site: Site | None = None,
        certainty: Certainty | None = None,
        silent: bool | None = None,
    ) -> Finding:
        """A finding about a meeting, with both sides' spaces and traces."""
        place = self.locate(site or meeting.place)
        sure = Certainty.LIKELY if meeting.weak else Certainty.DEFINITE
        return Finding(
            place,
            code,
            name,
            message,
            certainty or sure,
            silent,
            tuple(self.note(side) for side in meeting.sides),
            tuple(tuple(self.steps(side, meeting)) for side in meeting.sides),
        )

    def note(self, side: Embedding) -> SpaceNote:
        """One side's space as a finding shows it."""
        space = side.space
        place = self.locate(space.origin.site) if space.origin is not None else None
        return SpaceNote(model_name(space), space.library or None, length_of(side), place)

    def steps(self, side: Embedding, meeting: Meeting) -> Iterator[Step]:
        """The way of one side's vectors, from the model's name to the meeting."""
        name = model_name(side.space)
        trail = side.trail or side.space.origin
        told: list[Step] = []
        for site, message in trail.steps() if trail is not None else ():
            step = Step(self.locate(site), message or f"{name} is loaded here")
            if told and message != told[-1].message and _same_line(told[-1], step):
                if told[-1].message == NAMED:
                    told.pop()  # named where it is loaded
            if told and told[-1].place == step.place:
                told.pop()  # one call that both names the model and encodes
            told.append(step)
        yield from told
        if side.coercion is not None:
            words = {
                "cut": "is cut here",
                "index": "is cut here",
                "pad": "is padded here",
                "zip": "is cut by zip here",
            }
            yield Step(self.locate(side.coercion.site), words[side.coercion.how])
        left_out = len(meeting.calls) - MOST_CALLS
        for number, call in enumerate(meeting.calls):
            if left_out <= 0 or not 0 <= number - MOST_CALLS // 2 < left_out:
                yield Step(self.locate(call), "goes on in this call")
            elif number == MOST_CALLS // 2:
                yield Step(self.locate(call), f"goes on through {left_out} calls, this and others")
        yield Step(self.locate(meeting.site), f"meets the other vectors here ({meeting.how})")

    def model(self, side: Embedding, meeting: Meeting) -> str:
        """``'all-MiniLM-L6-v2' (line 4)``; with the file where it is another one."""
        space = side.space
        name = model_name(space)
        quoted = f"'{name}'" if not space.own and space.resolved else name
        if space.default_of is not None:
            quoted += f", the default of {space.default_of}"
        if space.origin is None:
            return quoted
        return f"{quoted} ({self.position(_telling_site(space, meeting), meeting)})"

    def position(self, site: Site, meeting: Meeting) -> str:
        """``line 4``, ``cell 2, line 1`` or ``models.py:4``, as seen from the meeting."""
        here, there = self.locate(meeting.place), self.locate(site)
        if there.path != here.path:
            return f"{there.path}:{there.line}"
        if there.cell is not None and there.cell != here.cell:
            return f"cell {there.cell}, line {there.line}"
        return f"line {there.line}"


NAMED = "is named here"


def _same_line(one: Step, other: Step) -> bool:
    ours, theirs = one.place, other.place
    return (ours.path, ours.cell, ours.line) == (theirs.path, theirs.cell, theirs.line)


def _telling_site(space: Space, meeting: Meeting) -> Site:
    """Where a model was loaded; where it was named, if both came through one call."""
    assert space.origin is not None
    sites = {side.space.origin.site for side in meeting.sides if side.space.origin is not None}
    if len(sites) == 1 and space.origin.before is not None:
        return space.origin.before.site
    return space.origin.site


def model_name(space: Space) -> str:
    """The model as the user wrote it, or what is known instead."""
    if space.written:
        return space.written
    return f"an encoder of {space.library}" if space.library else "an encoder"


def length_of(side: Embedding) -> int | None:
    """The length of a side's vectors, where it is known."""
    for name, value in side.space.variant:
        if name == "dimension":
            return value if isinstance(value, int) else None
    if side.coercion is not None and side.coercion.sure:
        return side.coercion.length
    return side.space.dimension


def is_silent(meeting: Meeting) -> bool | None:
    """Whether nothing will fail: equal lengths, or lengths that were forced to be equal."""
    if meeting.coercions:
        return True
    first, second = (length_of(side) for side in meeting.sides)
    if first is None or second is None:
        return None
    return first == second


def consequence(meeting: Meeting) -> str:
    """What happens at run time, in words."""
    first, second = (length_of(side) for side in meeting.sides)
    silent = is_silent(meeting)
    if silent and first is not None and first == second:
        return f"both have {first} dimensions, so nothing will fail, but their axes are unrelated"
    if silent:
        return "their lengths are made equal, so nothing will fail, but their axes are unrelated"
    if silent is False:
        return f"their axes are unrelated, and with {first} and {second} dimensions it will fail"
    return "their axes are unrelated, whether or not their lengths agree"
