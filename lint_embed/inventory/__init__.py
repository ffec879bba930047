"""The inventory of a program: its encoders, their spaces, what holds their vectors, where
they meet. ``lint-embed spaces`` and ``lint-embed map`` draw it; ``collect`` gathers it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from lint_embed.findings import Place


class Verdict(StrEnum):
    """What a meeting is: a mistake, one that is silenced, or one of the ways to be right."""

    MISTAKE = "mistake"
    SILENCED = "silenced"
    ALIGNED = "aligned"
    TRAINED = "trained"
    EITHER = "either"
    SAME = "same"


#: What the verdicts mean, in words.
MEANING = {
    Verdict.MISTAKE: "spaces meet that must not",
    Verdict.SILENCED: "a mistake that a comment or a setting silences",
    Verdict.ALIGNED: "different models that share a space by design",
    Verdict.TRAINED: "different models that are being trained to fit, or checked for equality",
    Verdict.EITHER: "one of several models, maybe the same on both sides",
    Verdict.SAME: "vectors of one space",
}


@dataclass(frozen=True, slots=True)
class Encoder:
    """A place where an encoder is loaded (or called, where nothing is loaded before)."""

    place: Place
    library: str | None


@dataclass(frozen=True, slots=True)
class Space:
    """An embedding space and the encoders that make it.

    ``model`` is spelled as the user wrote it, ``checkpoint`` the resolved id; it is None
    for what is fitted in the code (``fitted``) and for a model whose name is not known.
    ``variant`` are the choices that make another space of one model, ``trained`` is the
    place of the training that it comes from, ``default`` says that the name is only a
    default, which somebody may override.
    """

    model: str
    checkpoint: str | None
    fitted: bool
    dimension: int | None
    library: str | None
    variant: tuple[tuple[str, str], ...] = ()
    trained: Place | None = None
    default: bool = False
    encoders: tuple[Encoder, ...] = ()


@dataclass(frozen=True, slots=True)
class Use:
    """A place at which vectors of a space (its number) come into a holder, or ask it."""

    space: int
    place: Place


@dataclass(frozen=True, slots=True)
class Holder:
    """A store or a file with vectors. ``kind`` is ``store`` or ``file``; a store that has
    no name is told by ``place``, where it is opened."""

    kind: str
    name: str
    library: str
    place: Place | None
    filled: tuple[Use, ...] = ()
    asked: tuple[Use, ...] = ()
    read: tuple[Place, ...] = ()

    @property
    def held(self) -> tuple[int, ...]:
        """The spaces whose vectors it holds, each once."""
        return tuple(dict.fromkeys(use.space for use in self.filled))

    @property
    def spaces(self) -> tuple[int, ...]:
        """The spaces that it has to do with, each once."""
        return tuple(dict.fromkeys(use.space for use in (*self.filled, *self.asked)))


@dataclass(frozen=True, slots=True)
class Meeting:
    """A place where vectors meet: the spaces (their numbers), how, and what it is.

    There are no spaces where vectors of models that are not known are made to fit.
    ``code``, ``message`` and ``fingerprint`` are those of the finding, empty where the
    meeting is no mistake.
    """

    place: Place
    how: str
    spaces: tuple[int, ...]
    verdict: Verdict
    code: str = ""
    message: str = ""
    fingerprint: str = ""


@dataclass(frozen=True, slots=True)
class Inventory:
    """All of it. A space's number is its index; ``unread`` are files that could not be
    followed, with the reason."""

    spaces: tuple[Space, ...] = ()
    holders: tuple[Holder, ...] = ()
    meetings: tuple[Meeting, ...] = ()
    unread: tuple[tuple[str, str], ...] = ()

    @property
    def mistakes(self) -> tuple[Meeting, ...]:
        """The meetings that are reported."""
        return tuple(m for m in self.meetings if m.verdict is Verdict.MISTAKE)
