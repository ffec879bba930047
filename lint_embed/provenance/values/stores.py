"""Vector stores, the columns of tables, and files of weights."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING

from lint_embed.catalogue import OWN
from lint_embed.provenance.values.base import Value
from lint_embed.provenance.values.frozen import dataclass

if TYPE_CHECKING:
    from lint_embed.catalogue import Node
    from lint_embed.provenance.values.base import Site
    from lint_embed.provenance.values.identities import Identity

EMPTIED = "emptied"
"""Under this name the heap keeps which stores, and what places, a flow has emptied."""


@dataclass(frozen=True, slots=True)
class Store(Value):
    """A vector store, a client of stores or a retriever over one.

    ``identity`` is what makes two handles the same store: constants, or the object's
    token; ``vector`` names one of several vectors. ``embedding`` is the encoder bound to
    it, ``bound`` whether the user gave one; ``kept_since`` names the release from which a
    store remembers its own encoder when it is opened without one. ``created``: it did not
    exist before. ``first`` is the encoder that a store is made with which is opened with
    ``embedding`` in later runs of the program.
    """

    identity: Identity
    interface: Node | None = field(compare=False, hash=False, repr=False)
    embedding: Value | None = field(default=None, compare=False, hash=False)
    vector: str | None = None
    label: str = field(default="", compare=False)
    library: str = field(default="", compare=False)
    site: Site | None = field(default=None, compare=False)
    bound: bool = field(default=False, compare=False)
    kept_since: str | None = field(default=None, compare=False)
    created: bool = field(default=False, compare=False)
    first: Value | None = field(default=None, compare=False, hash=False)

    def describe(self) -> str:
        """The store in a message."""
        kind = f"{self.library} store" if self.library not in ("", OWN) else "store"
        return f"the {kind} '{self.label}'" if self.label else f"a {kind}"


@dataclass(frozen=True, slots=True)
class Column(Value):
    """The description of a column of vectors, before it has a table.

    ``interface`` and ``model`` name what the column and its class can do; ``name`` is the
    column's own, where it is not the attribute's.
    """

    interface: str
    model: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Weights(Value):
    """What was read from a file of which nothing else is known: maybe a network's weights."""

    path: str
