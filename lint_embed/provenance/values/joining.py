"""The values of several ways joined into one, and told apart again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from lint_embed.provenance.values.base import BOTTOM, UNKNOWN, Bottom, OneOf, Symbol, Unknown
from lint_embed.provenance.values.constants import Const, Given, Length, Missing, Text
from lint_embed.provenance.values.imports import External
from lint_embed.provenance.values.stores import Store

if TYPE_CHECKING:
    from lint_embed.provenance.values.base import Value


MAX_ALTERNATIVES = 8
"""More alternatives than this at a join, and the value is unknown."""


def unite(values: Iterable[Value]) -> Value:
    """Joins the values of several ways into one.

    Constants None beside something else stay, so that ``None`` can be told from an
    encoder; too many alternatives, or an unknown one, make the result unknown.
    """
    found: list[Value] = []
    values = tuple(values)
    for value in values:
        for part in value.values if isinstance(value, OneOf) else (value,):
            if part is UNKNOWN:
                return UNKNOWN
            if isinstance(part, Store) and part in found:
                before = found[found.index(part)]
                if isinstance(before, Store):
                    found[found.index(part)] = _same_store(before, part)
            elif part is not BOTTOM and part not in found:
                found.append(part)
    if len(found) == 1:
        return found[0]
    if any(isinstance(part, Text) for part in found):
        return UNKNOWN
    if not found and BOTTOM in values:
        return BOTTOM
    if not found or len(found) > MAX_ALTERNATIVES:
        return UNKNOWN
    return OneOf(tuple(found))


def _same_store(store: Store, other: Store) -> Store:
    """A store as another way of the program has opened or made it as well."""
    if store.embedding == other.embedding:
        return store
    if store.created != other.created:
        made, opened = (store, other) if store.created else (other, store)
        return replace(opened, first=made.first or made.embedding)
    ways = [way for way in (store.embedding, other.embedding) if way is not None]
    return replace(store, embedding=unite(ways), bound=store.bound and other.bound)


def alternatives(value: Value) -> tuple[Value, ...]:
    """The alternatives of a value: itself, unless it is one of several."""
    return value.values if isinstance(value, OneOf) else (value,)


def is_opaque(value: Value) -> bool:
    """Whether the value tells a function nothing that its parameter would not."""
    if isinstance(value, Const):
        return not isinstance(value.value, str)
    if isinstance(value, Text):
        return all(isinstance(part, (Const, Length, Unknown)) for part in value.parts)
    return isinstance(value, (Unknown, Bottom, Symbol, Given, External, Length, Missing))
