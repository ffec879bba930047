"""What was written to a place, as it was then: containers that no longer change."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lint_embed.provenance import containers
from lint_embed.provenance.grouping import groups_of
from lint_embed.provenance.values.base import UNKNOWN, Value
from lint_embed.provenance.values.containers import Dict, Each, Items, Keys, List, Tuple
from lint_embed.provenance.values.joining import unite
from lint_embed.provenance.values.vectors import Embedding

if TYPE_CHECKING:
    from lint_embed.provenance.interpreter import Interpreter

MAX_DEPTH = 4
"""Containers nested deeper than this are unknown."""


@dataclass(frozen=True, slots=True)
class Frozen(Value):
    """What a container held when it was written: it no longer changes."""

    items: Items | None = None
    keys: Keys | None = None


def either(one: Value, other: Value) -> Value:
    """One of two things that were written, joined key by key."""
    if not (isinstance(one, Frozen) and isinstance(other, Frozen)):
        return unite([one, other])
    mine, theirs = one.keys, other.keys
    if mine is None or theirs is None or [k for k, _ in mine.known] != [k for k, _ in theirs.known]:
        return other
    pairs = zip(mine.known, theirs.known, strict=True)
    known = tuple((key, either(left, right)) for (key, left), (_, right) in pairs)
    return Frozen(keys=Keys(known, containers.add_rest(mine.rest, theirs.rest)))


def places_in(value: Value, path: tuple[object, ...] = ()) -> Iterator[tuple[object, Value]]:
    """What was written, by the keys that lead to it."""
    if not isinstance(value, Frozen):
        yield path, value
    elif value.keys is not None:
        for key, part in value.keys.known:
            yield from places_in(part, (*path, key))
        for part in value.keys.rest:
            yield from places_in(part, (*path, None))
    elif value.items is not None:
        for part in (*value.items.known, *value.items.rest):
            yield from places_in(part, path)


def spaced(run: Interpreter, value: Value) -> Iterator[Embedding]:
    """The vectors in what was written."""
    for _, part in places_in(value):
        for group in groups_of(run, part) or ():
            yield from group


def freeze(run: Interpreter, value: Value, depth: int = 0) -> Value:
    """A value with the contents of its containers as they are now."""
    if depth > MAX_DEPTH:
        return UNKNOWN
    if isinstance(value, Dict):
        keys = containers.dict_keys(run, value)
        known = tuple((key, freeze(run, part, depth + 1)) for key, part in keys.known)
        return Frozen(keys=Keys(known, tuple(freeze(run, part, depth + 1) for part in keys.rest)))
    if isinstance(value, (List, Tuple, Each)):
        items = containers.items_of(run, value) or Items((), (UNKNOWN,))
        return Frozen(
            items=Items(
                tuple(freeze(run, part, depth + 1) for part in items.known),
                tuple(freeze(run, part, depth + 1) for part in items.rest),
            )
        )
    return value


def thaw(run: Interpreter, value: Value, node: object, path: tuple[object, ...] = ()) -> Value:
    """A frozen value as new containers."""
    if not isinstance(value, Frozen):
        return value
    if value.keys is not None:
        known = tuple((key, thaw(run, part, node, (*path, key))) for key, part in value.keys.known)
        rest = tuple(thaw(run, part, node, (*path, "rest")) for part in value.keys.rest)
        return containers.new_dict(run, (id(node), path), Keys(known, rest))
    items = value.items or Items()
    return Each(
        Items(
            tuple(thaw(run, part, node, (*path, i)) for i, part in enumerate(items.known)),
            tuple(thaw(run, part, node, (*path, "rest")) for part in items.rest),
        )
    )


def weakened(value: Value) -> Value:
    """What another flow wrote is matched by its path only."""
    if isinstance(value, Frozen):
        keys, items = value.keys, value.items
        if keys is not None:
            known = tuple((key, weakened(part)) for key, part in keys.known)
            keys = Keys(known, tuple(weakened(part) for part in keys.rest))
        if items is not None:
            items = Items(
                tuple(weakened(part) for part in items.known),
                tuple(weakened(part) for part in items.rest),
            )
        return Frozen(items, keys)
    return containers.weakened(value)
