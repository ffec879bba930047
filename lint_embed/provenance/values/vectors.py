"""Spaces, the encoders that make vectors of them, and what becomes of the vectors."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING

from lint_embed.provenance.values.base import Symbol, Value
from lint_embed.provenance.values.constants import NO_NAMES
from lint_embed.provenance.values.frozen import dataclass

if TYPE_CHECKING:
    from lint_embed.catalogue import Node
    from lint_embed.provenance.meetings import Meeting
    from lint_embed.provenance.values.base import Site, Token, Trail
    from lint_embed.provenance.values.imports import Api


@dataclass(frozen=True, slots=True)
class Filler(Value):
    """An array of constants or random numbers: it carries no space.

    ``axes``: how many it has, None when that is not known.
    """

    axes: int | None = field(default=None, compare=False)


FILLER = Filler()


@dataclass(frozen=True, slots=True)
class Space:
    """What makes two vectors comparable.

    ``model`` is the canonical id, or the token of an object that was fitted in the code
    (then ``own`` is true). ``resolved`` is false when the model's id is not known: the
    space then is only comparable with other versions and variants of the same object.
    ``version`` is the site of the last training, ``ORIGINAL`` before any, None when
    unknown. Fields that only describe are not compared; ``fallback``: made where another
    way had failed; ``chosen``: what decided that it is this model, a failure or variables
    of the environment; ``network``: the output of a network of the project, which may be
    scores as well; ``given``: as for the constant that names it; ``server``: answers in the
    vendor's place, so that the name of the vendor's model may stand for any other; ``called``:
    the parameter that names it, or ``ITS_KEY`` where a dict keeps it under its own name.
    """

    model: object
    resolved: bool = True
    own: bool = False
    variant: frozenset[tuple[str, object]] = frozenset()
    version: object = None
    written: str = field(default="", compare=False)
    library: str | None = field(default=None, compare=False)
    dimension: int | None = field(default=None, compare=False)
    origin: Trail | None = field(default=None, compare=False)
    weak: bool = field(default=False, compare=False)
    default_of: str | None = field(default=None, compare=False)
    fallback: bool = field(default=False, compare=False)
    chosen: frozenset[str] = field(default=NO_NAMES, compare=False)
    network: bool = field(default=False, compare=False)
    owner: Token | None = field(default=None, compare=False)
    given: frozenset[str] = field(default=NO_NAMES, compare=False)
    server: str | None = field(default=None, compare=False)
    called: Symbol | None = field(default=None, compare=False)


ORIGINAL = "original"
ITS_KEY = Symbol("its key")


@dataclass(frozen=True, slots=True)
class Encoder(Value):
    """Something that turns input into vectors of a space.

    ``interface`` is the catalogue's description of what it can do, ``token`` the object
    whose training changes the space.
    """

    space: Space
    interface: Node | None = field(compare=False, hash=False, repr=False)
    token: Token = field(compare=False)


@dataclass(frozen=True, slots=True)
class Coercion:
    """Vectors were cut or padded: where, how (``cut``, ``pad``), to which length.

    ``common`` names the expressions when the length was computed from several of them.
    """

    site: Site
    how: str
    length: int | None = None
    common: frozenset[str] = frozenset()
    source: str = ""
    sure: bool = True
    features: bool = False


@dataclass(frozen=True, slots=True)
class Embedding(Value):
    """Vectors of a space.

    ``rows`` is ``"one"`` for a single vector, ``"many"`` for a matrix, ``"scalar"`` for
    one coordinate, None if unknown; ``listed``: a Python list, so that ``+`` joins;
    ``at``: the place in the library's surface, where more can be reached from there;
    ``transposed``: the features stand first; ``tokens``: rows are tokens, not yet pooled.
    """

    space: Space
    rows: str | None = None
    transposed: bool = False
    tokens: bool = False
    trail: Trail | None = field(default=None, compare=False)
    coercion: Coercion | None = field(default=None, compare=False)
    listed: bool = field(default=False, compare=False)
    at: Api | None = field(default=None, compare=False)
    role: str | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Coerced(Value):
    """Something unknown that was cut or padded to a length computed from several."""

    coercion: Coercion


@dataclass(frozen=True, slots=True)
class Rows(Value):
    """A matrix whose rows come from several spaces, every one being present."""

    each: tuple[Value, ...]
    stack: Meeting | None = field(default=None, compare=False, hash=False)


@dataclass(frozen=True, slots=True)
class Composite(Value):
    """Features of several spaces side by side, in order."""

    parts: tuple[Value, ...]
    rows: str | None = None
    transposed: bool = False


@dataclass(frozen=True, slots=True)
class Pending(Value):
    """An element-wise mix of two spaces that may still become a distance.

    ``op`` is ``subtract``, ``add`` or ``multiply``.
    """

    meeting: Meeting = field(hash=False)
    op: str


@dataclass(frozen=True, slots=True)
class Score(Value):
    """The result of a comparison: it carries no space.

    ``meetings`` made it; a loss that it reaches excuses them as training.
    """

    meetings: tuple[Meeting, ...] = field(default=(), hash=False)


SCORE = Score()


def are_by_name(values: tuple[Value, ...]) -> bool:
    """Whether all values were put under their own names.

    Under another one such a dict has nothing yet, or what a call for it would make.
    """
    return all(isinstance(part, Encoder) and part.space.called is ITS_KEY for part in values)
