"""What makes two handles the same store: its kind, and the pieces of its key."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING

from lint_embed.provenance.values.constants import NO_NAMES
from lint_embed.provenance.values.frozen import dataclass

if TYPE_CHECKING:
    from lint_embed.provenance.values.base import Token


RECORD = "record"
"""The piece that holds how a record's own key begins, None where that is not known."""

PIECES = ("location", "name", "part", RECORD, "vector")
PROCESS = ":process:"
"""The location of memory that the objects of one process share."""

Piece = tuple[str, object]


@dataclass(frozen=True, slots=True)
class Identity:
    """What makes two handles the same store: its kind and the pieces of its key.

    ``of`` is the object that the pieces belong to, where not all of them are known; None
    for a store that is the same wherever it is opened. ``single``: that object is made
    once in a run of the program, at the top level of a module. ``given``: the variables of
    the environment that the pieces depend on.
    """

    engine: str
    pieces: tuple[Piece, ...] = ()
    of: Token | None = None
    single: bool = False
    given: frozenset[str] = field(default=NO_NAMES, compare=False)

    def __getitem__(self, piece: str) -> object:
        """The value of a piece, or None."""
        return next((value for name, value in self.pieces if name == piece), None)

    def has(self, piece: str) -> bool:
        """Whether a piece belongs to the key, be it known or not."""
        return any(name == piece for name, _ in self.pieces)

    def with_pieces(self, further: tuple[Piece, ...], given: frozenset[str] = NO_NAMES) -> Identity:
        """The store that further pieces lead to; a location is kept once it is known."""
        known = dict(self.pieces)
        for name, value in further:
            if name != "location" or (name not in known and self.of is None):
                known[name] = value
        ordered = tuple((name, known[name]) for name in PIECES if name in known)
        return Identity(self.engine, ordered, self.of, self.single, self.given | given)

    def holds(self, other: Identity) -> bool:
        """Whether another store is this one or stands on this client."""
        mine = (self.engine, self.of) == (other.engine, other.of)
        return mine and set(self.pieces) <= set(other.pieces)

    @property
    def shared(self) -> bool:
        """Whether it is made of constants only."""
        return self.of is None

    @property
    def label(self) -> str:
        """The words for it in a message."""
        found = self["name"] or self["location"]
        return found if isinstance(found, str) and found != PROCESS else ""

    def texts(self) -> set[str]:
        """The strings that a file must hold to speak of it."""
        return {value for _, value in self.pieces if isinstance(value, str)}
