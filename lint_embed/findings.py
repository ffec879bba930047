"""The one type of diagnostic that rules make, suppressions filter and renderers draw."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum


class Certainty(StrEnum):
    """How sure a finding is.

    ``DEFINITE``: on every path that reaches it, both models being resolved.
    ``LIKELY``: rests on a default argument, one of several branches, or a store or
    file matched by its literal name.
    """

    DEFINITE = "definite"
    LIKELY = "likely"


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A stretch of source: lines and columns count from 1, columns in code points.

    ``cell`` is the number of the notebook cell, counted over all cells from 1, or
    None outside of notebooks; ``line`` is then the line within that cell. The end is
    exclusive: ``end_column`` is the column after the last character.
    """

    path: str
    cell: int | None
    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(frozen=True, slots=True)
class SpaceNote:
    """One of the embedding spaces that met, as a finding shows it.

    ``model`` is spelled as the user wrote it, ``dimension`` the length of its vectors
    where it is known, ``place`` where the encoder was made or named.
    """

    model: str
    library: str | None
    dimension: int | None
    place: Place | None


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a trace: what happened to the value at a place."""

    place: Place
    message: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One place where embeddings meet that must not.

    ``silent`` is True when nothing fails at run time (vectors of one length), False
    when the lengths differ so that it will crash, None when a length is unknown.
    ``traces`` holds one tuple of steps per side, each ending in the meeting.
    """

    place: Place
    code: str
    name: str
    message: str
    certainty: Certainty = Certainty.DEFINITE
    silent: bool | None = None
    spaces: tuple[SpaceNote, ...] = ()
    traces: tuple[tuple[Step, ...], ...] = ()
    fingerprint: str = ""

    @property
    def trace(self) -> tuple[Step, ...]:
        """All sides' steps in order, each side's ending in the meeting."""
        return tuple(step for side in self.traces for step in side)


def fingerprint(finding: Finding, text: str, occurrence: int) -> str:
    """A name for a finding that survives edits elsewhere in the file.

    ``text`` is the source of the meeting, ``occurrence`` counts equal meetings of one
    file from 0. Returns 16 hexadecimal digits.
    """
    models = "\0".join(space.model for space in finding.spaces)
    parts = (finding.place.path, finding.code, " ".join(text.split()), models, str(occurrence))
    # A file name may hold bytes that are no text: they come as surrogates.
    whole = "\0".join(parts).encode("utf-8", "surrogatepass")
    return hashlib.sha256(whole).hexdigest()[:16]


def with_fingerprints(pairs: Iterable[tuple[Finding, str]]) -> list[Finding]:
    """Gives each finding of (finding, text of its meeting) its fingerprint."""
    seen: dict[str, int] = {}
    done = []
    for finding, text in pairs:
        base = fingerprint(finding, text, 0)
        count = seen.get(base, 0)
        seen[base] = count + 1
        name = base if count == 0 else fingerprint(finding, text, count)
        done.append(replace(finding, fingerprint=name))
    return done
