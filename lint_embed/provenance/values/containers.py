"""Tuples, lists, dicts and iterables, and what the heap keeps of their items."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING

from lint_embed.provenance.values.base import UNKNOWN, OneOf, Value
from lint_embed.provenance.values.callables import Partial
from lint_embed.provenance.values.frozen import dataclass

if TYPE_CHECKING:
    from lint_embed.provenance.values.base import Token


MAX_SIZE = 1_000
"""Tuples of tuples that hold more than this are not followed."""


@dataclass(frozen=True, slots=True)
class Tuple(Value):
    """A tuple with known items; ``size`` counts all that nests in it, up to a bound.

    ``names``: what its items are called as well, in a row of a table.
    """

    items: tuple[Value, ...]
    names: tuple[str, ...] = field(default=(), compare=False)
    size: int = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        nested = sum(map(_size, self.items))
        object.__setattr__(self, "size", len(self.items) + nested)
        if nested and self.size > MAX_SIZE:
            object.__setattr__(self, "items", (UNKNOWN,) * len(self.items))
            object.__setattr__(self, "size", len(self.items))


@dataclass(frozen=True, slots=True)
class List(Value):
    """A list, set or deque; its ``Items`` live in the heap."""

    token: Token


@dataclass(frozen=True, slots=True)
class Dict(Value):
    """A dict, a data frame or another thing with keys; its ``Keys`` live in the heap."""

    token: Token


@dataclass(frozen=True, slots=True)
class Items:
    """What a list holds: known items in order, then any number of each of ``rest``."""

    known: tuple[Value, ...] = ()
    rest: tuple[Value, ...] = ()


@dataclass(frozen=True, slots=True)
class Emptied(Items):
    """What is left of what was emptied, also after a way on which it was not there to empty."""


@dataclass(frozen=True, slots=True)
class Keys:
    """What a dict holds: values by constant key, then any number of each of ``rest``."""

    known: tuple[tuple[object, Value], ...] = ()
    rest: tuple[Value, ...] = ()

    def get(self, key: object) -> Value | None:
        for name, value in self.known:
            if name == key and type(name) is type(key):
                return value
        return None


@dataclass(frozen=True, slots=True)
class Each(Value):
    """An iterable without identity (generator, zip, map): elements, then a rest."""

    items: Items
    size: int = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        nested = sum(map(_size, (*self.items.known, *self.items.rest)))
        object.__setattr__(self, "size", len(self.items.known) + nested)
        if nested and self.size > MAX_SIZE:
            object.__setattr__(self, "items", Items((), (UNKNOWN,)))
            object.__setattr__(self, "size", 0)


def _size(value: Value) -> int:
    """How much a value without identity holds: tuples may share parts and double."""
    if isinstance(value, (Tuple, Each)):
        return value.size
    if isinstance(value, OneOf):
        return sum(map(_size, value.values))
    if isinstance(value, Partial):
        return 1 + _size(value.function) + sum(map(_size, value.args.everything()))
    return 0
