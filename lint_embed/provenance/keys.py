"""Keys of stores and files: what makes two handles the same thing for the user."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from lint_embed.catalogue import Entry
from lint_embed.provenance import places
from lint_embed.provenance.values.base import Token, Value
from lint_embed.provenance.values.callables import Args
from lint_embed.provenance.values.constants import NO_NAMES, Const, Given, names_of

if TYPE_CHECKING:
    from lint_embed.provenance.interpreter import Interpreter

RECORD = "record"
"""The piece that holds how a record's own key begins, None where that is not known."""

PIECES = ("location", "name", "part", RECORD, "vector")
NEEDED = frozenset({"location", "name"})
PROCESS = ":process:"
"""The location of memory that the objects of one process share."""

Piece = tuple[str, object]

_SCHEME = re.compile(r"^(?:https?|grpc|tcp|milvus)://")


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


def pieces_of(
    run: Interpreter, entry: Entry, args: Args, required: bool
) -> tuple[Piece, ...] | None:
    """The constant pieces of a key, or None when a needed one is not known."""
    defaults: Mapping[str, Any] = entry.get("key_default", {})
    specs: Mapping[str, Any] = entry.get("key", {})
    found = [(piece, value) for piece, value in defaults.items() if piece not in specs]
    for piece, spec in specs.items():
        value = places.first(run, args, spec)
        if value is None or value == Const(None):
            if args.open and value is None:
                return None
            if (default := defaults.get(piece)) is not None:
                found.append((piece, normalised(run, piece, default)))
            elif piece in NEEDED and required:
                return None
        elif (known := constant(run, piece, value)) is not None:
            found.append((piece, known))
        else:
            return None
    return tuple(found)


def given_by(args: Args, entry: Entry) -> frozenset[str]:
    """The variables of the environment that a call's pieces depend on."""
    names = NO_NAMES
    for spec in entry.get("key", {}).values():
        for place in places.specs_of(spec):
            value = places.find(args, place)
            names |= names_of(value) if value is not None else NO_NAMES
    return names


def constant(run: Interpreter, piece: str, value: Value) -> object | None:
    """A piece's value where it is the same in every run, or None."""
    if isinstance(value, Given):
        return normalised(run, piece, value.text)
    if isinstance(value, Const) and value.value is not None:
        return normalised(run, piece, value.value)
    return None


def normalised(run: Interpreter, piece: str, value: object) -> object:
    """A path or address in one spelling; the other pieces are names and stay."""
    if piece != "location" or not isinstance(value, str) or value.startswith(":"):
        return value
    if (address := _SCHEME.sub("", value)) != value:
        return address.rstrip("/") or value
    place = posixpath.normpath(value.replace("\\", "/")) if value else value
    root = run.project.root
    if root is not None and place.startswith(f"{root.as_posix()}/"):
        place = place[len(root.as_posix()) + 1 :]
    return place
