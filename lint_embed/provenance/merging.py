"""Joining what several ways left in one container."""

from __future__ import annotations

from collections.abc import Sequence

from lint_embed.provenance.containers import add_rest
from lint_embed.provenance.values.base import UNKNOWN, Value
from lint_embed.provenance.values.containers import Items, Keys
from lint_embed.provenance.values.joining import unite


def merge_contents(versions: Sequence[object]) -> object:
    """The join of a container's contents (or of an encoder's versions) on several ways."""
    if all(isinstance(version, Items) for version in versions):
        return _merge_items([v for v in versions if isinstance(v, Items)])
    if all(isinstance(version, Keys) for version in versions):
        return _merge_keys([v for v in versions if isinstance(v, Keys)])
    return UNKNOWN


def _merge_items(versions: list[Items]) -> Items:
    count = min(len(items.known) for items in versions)
    known = tuple(unite(items.known[i] for items in versions) for i in range(count))
    rest: tuple[Value, ...] = ()
    for items in versions:
        rest = add_rest(rest, (*items.known[count:], *items.rest))
    return Items(known, rest)


def _merge_keys(versions: list[Keys]) -> Keys:
    names: dict[object, None] = {}
    rest: tuple[Value, ...] = ()
    for keys in versions:
        names.update((name, None) for name, _ in keys.known)
        rest = add_rest(rest, keys.rest)
    known = []
    for name in names:
        present = [value for keys in versions if (value := keys.get(name)) is not None]
        known.append((name, unite(present)))
    return Keys(tuple(known), rest)
