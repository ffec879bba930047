"""Meetings: the places where embeddings meet, and how two spaces are related.

The analysis makes meetings, rules judge them. A meeting is only kept when it brings
together spaces that are known to differ; whatever may be equal is silent.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from lint_embed.catalogue import spaces
from lint_embed.provenance.values.base import Site, Value
from lint_embed.provenance.values.callables import Function
from lint_embed.provenance.values.constants import is_nothing
from lint_embed.provenance.values.identities import Identity
from lint_embed.provenance.values.joining import alternatives
from lint_embed.provenance.values.vectors import (
    ORIGINAL,
    Coercion,
    Composite,
    Embedding,
    Filler,
    Space,
)

Group = tuple[Embedding, ...]
"""The embeddings that one value may be."""


class Relation(Enum):
    """How two embedding spaces are related."""

    SAME = "same"
    UNKNOWN = "unknown"
    MODEL = "different models"
    VARIANT = "different variants of one model"
    VERSION = "different trainings of one encoder"


DIFFERENT = frozenset({Relation.MODEL, Relation.VARIANT, Relation.VERSION})


class Alignments(tuple[frozenset[str], ...]):
    """The user's sets of aligned ids; ``used`` are those that two spaces were found in."""

    used: set[int]

    def __new__(cls, sets: Iterable[frozenset[str]] = ()) -> Alignments:
        made = super().__new__(cls, sets)
        made.used = set()
        return made


Aligned = Sequence[frozenset[str]]


SPARSE = ("kind", "sparse")
"""The variant of vectors whose axes are the words of a vocabulary: many models share one."""
LAYERED = frozenset({"layer", "pooling"})
"""Variants that are read off one pass through a model; their mixture is another such."""


def blended(groups: Iterable[Group]) -> Embedding | None:
    """The sum or mean of several layers or poolings of one model; None of anything else."""
    parts = [part for group in groups for part in group]
    stripped = [
        replace(
            part.space,
            variant=frozenset(each for each in part.space.variant if each[0] not in LAYERED),
        )
        for part in parts
    ]
    first = stripped[0]
    if any(space != first for space in stripped):
        return None
    variant = first.variant | {(name, None) for name in LAYERED}
    return replace(parts[0], space=replace(first, variant=variant))


def relate(a: Space, b: Space, aligned: Aligned = ()) -> Relation:
    """How two spaces are related; ``aligned`` are the user's own sets of aligned ids."""
    if a.model != b.model:
        return _relate_models(a, b, aligned)
    if a.version is not None and b.version is not None and a.version != b.version:
        return Relation.UNKNOWN if _are_two_trainings(a, b) else Relation.VERSION
    return _relate_variants(a, b)


def _are_two_trainings(a: Space, b: Space) -> bool:
    """Whether two objects that began as one model were each trained on: neither is the other's
    past, and what they have in common may well keep them comparable."""
    if ORIGINAL in (a.version, b.version) or a.origin is None or b.origin is None:
        return False
    return a.origin.site != b.origin.site


def _relate_models(a: Space, b: Space, aligned: Aligned) -> Relation:
    if not (a.resolved and b.resolved) or a.server != b.server or _is_one_setting(a, b):
        return Relation.UNKNOWN
    if SPARSE in a.variant and SPARSE in b.variant:
        return Relation.UNKNOWN
    if isinstance(a.model, str) and isinstance(b.model, str):
        if spaces.aligned(a.model, b.model) or _declared_aligned(a.model, b.model, aligned):
            towers = [dict(space.variant).get("tower") for space in (a, b)]
            return Relation.MODEL if any(towers) else Relation.SAME
        return Relation.MODEL
    return Relation.MODEL


def _is_one_setting(a: Space, b: Space) -> bool:
    """Whether two defaults stand for the same variables of the environment.

    Set, they name one model; which of them is left to its default, nobody knows.
    """
    return a.given == b.given and any(name[0] == "$" != name for name in a.given)


def _declared_aligned(a: str, b: str, aligned: Aligned) -> bool:
    found = [index for index, members in enumerate(aligned) if a in members and b in members]
    if isinstance(aligned, Alignments):
        aligned.used.update(found)
    return bool(found)


def _relate_variants(a: Space, b: Space) -> Relation:
    ours, theirs = dict(a.variant), dict(b.variant)
    for name in {*ours, *theirs}:
        mine, other = ours.get(name, ABSENT), theirs.get(name, ABSENT)
        if mine == other or None in (mine, other):
            continue
        if ABSENT in (mine, other):
            present = other if mine is ABSENT else mine
            if not _differs_from_default(a, name, present):
                continue
        return Relation.VARIANT
    return Relation.SAME


ABSENT = object()
COMPARED_WITH_DEFAULT = frozenset({"dimension", "tower"})
"""Variants whose absence means a known default; of others it says nothing."""


def _differs_from_default(space: Space, name: str, present: object) -> bool:
    if name == "dimension":
        native = space.dimension if not isinstance(space.model, str) else None
        if isinstance(space.model, str):
            native = spaces.dimension(space.model)
        return native is not None and isinstance(present, int) and present != native
    return name in COMPARED_WITH_DEFAULT


@dataclass(eq=False, slots=True)
class Meeting:
    """A place where embeddings meet.

    ``kind`` is ``compare``, ``mix`` (added, averaged), ``stack``, ``query`` or ``fill``;
    ``sides`` are one embedding of each side, ``relation`` how their spaces are related,
    ``how`` the words for the operation. ``site`` is the operation itself, ``calls`` the
    call sites that led there, the outermost first. ``excused`` is set when it turns out
    that the meeting is legitimate (training, an equivalence check). ``store``: whose it is, where
    a filter may tell its rows apart.
    """

    kind: str
    site: Site
    calls: tuple[Site, ...]
    sides: tuple[Embedding, Embedding]
    relation: Relation
    how: str
    weak: bool = False
    coercions: tuple[Coercion, ...] = ()
    excused: bool = False
    active: bool = True
    key: tuple[object, ...] = ()
    functions: tuple[Function, ...] = ()
    store: Identity | None = None

    @property
    def place(self) -> Site:
        """Where the finding stands: the call that made both spaces known."""
        return self.calls[0] if self.calls else self.site


def group_of(value: Value) -> Group | None:
    """The embeddings that a value may be, or None when it may be something unknown."""
    group = []
    for part in alternatives(value):
        if isinstance(part, Embedding):
            group.append(part)
        elif not is_neutral(part):
            return None
    return tuple(group) or None


def is_neutral(value: Value) -> bool:
    """Values that stand for "no vector" beside an embedding: None, fillers."""
    return isinstance(value, Filler) or is_nothing(value)


@dataclass(frozen=True, slots=True)
class Clash:
    """A pair of embeddings from spaces that differ, whichever way was taken."""

    left: Embedding
    right: Embedding
    relation: Relation
    weak: bool


def clash_of(left: Group, right: Group, aligned: Aligned) -> Clash | None:
    """The clash between two groups of alternatives, or None when any pair may agree."""
    found: Clash | None = None
    for a in left:
        for b in right:
            relation = relate(a.space, b.space, aligned)
            if relation not in DIFFERENT:
                return None
            if found is None:
                found = Clash(a, b, relation, False)
    if found is None:
        return None
    weak = any(part.space.weak for part in (*left, *right))
    return Clash(found.left, found.right, found.relation, weak)


def first_clash(left: Iterable[Group], right: Iterable[Group], aligned: Aligned) -> Clash | None:
    """The first clash between the rows of one side and those of the other."""
    others = list(right)
    for group in left:
        for other in others:
            if (clash := clash_of(group, other, aligned)) is not None:
                return clash
    return None


def inner_clash(groups: Sequence[Group], aligned: Aligned) -> Clash | None:
    """The first clash among the rows of one operand."""
    for index, group in enumerate(groups):
        for other in groups[index + 1 :]:
            if (clash := clash_of(group, other, aligned)) is not None:
                return clash
    return None


def composite_clash(left: Composite, right: Composite, aligned: Aligned) -> Clash | None:
    """The clash of two feature-wise concatenations, part by part in order."""
    if len(left.parts) != len(right.parts):
        return None
    for mine, other in zip(left.parts, right.parts, strict=True):
        ours, theirs = group_of(mine), group_of(other)
        if ours and theirs and (clash := clash_of(ours, theirs, aligned)) is not None:
            return clash
    return None
