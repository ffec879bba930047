"""Places inside of arguments: where a store's call holds its vectors, texts and keys.

The notation is docs/catalogue.md's: keywords and positions, then paths such as
``[].vector`` (each item's attribute) or ``[*]`` (each item under a constant key).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from lint_embed.provenance import api, containers
from lint_embed.provenance.values import (
    UNKNOWN,
    Api,
    Args,
    Const,
    Dict,
    Each,
    Embedding,
    List,
    OneOf,
    Rows,
    Tuple,
    Value,
)

if TYPE_CHECKING:
    from lint_embed.provenance.interpreter import Interpreter

_PIECE = re.compile(r"\[(?P<item>[^\]]*)\]|\.(?P<name>\w+)")

COLUMN = "#"
"""Begins the name of a vector of which only the place among the columns is known."""

Found = tuple[Value, str | None]
"""A value and the constant key that it was found under, if ``[*]`` led to it."""


def is_unnamed(vector: str | None) -> bool:
    """Whether a store's vector has no name that its user knows it by."""
    return vector is None or vector.startswith(COLUMN)


def specs_of(spec: Any) -> list[list[str | int]]:
    """One or several argument places, as a list of them."""
    if not spec:
        return []
    return spec if isinstance(spec[0], list) else [spec]


def find(args: Args, spec: Sequence[str | int]) -> Value | None:
    """The argument of a place, without the paths inside of it."""
    return args.find([part for part in spec if not _is_path(part)])


def first(run: Interpreter, args: Args, spec: Any) -> Value | None:
    """The first of the places that is given, followed inside; UNKNOWN where that fails."""
    for place in specs_of(spec):
        given = find(args, place)
        if given is None or given == Const(None):
            continue
        if not any(_is_path(part) for part in place):
            return given
        inside = [value for value, _ in values_at(run, args, [place])]
        return inside[0] if inside else UNKNOWN
    return None


def _is_path(part: str | int) -> bool:
    return isinstance(part, str) and (part.startswith(("[", ".")) or part == "*")


def values_at(run: Interpreter, args: Args, spec: Any) -> list[Found]:
    """All values at the places of a call that were given."""
    found: list[Found] = []
    for place in specs_of(spec):
        if "*" in place:
            found.extend((value, key) for key, value in args.keywords)
        value = find(args, place)
        if value is None or value == Const(None):
            continue
        paths = [part for part in place if isinstance(part, str) and _is_path(part) and part != "*"]
        if not paths:
            found.append((value, None))
        for path in paths:
            found.extend(_walk(run, (value, None), path))
    return found


def _walk(run: Interpreter, start: Found, path: str) -> list[Found]:
    if path == ".":
        value = start[0]
        return [start] if not isinstance(value, (Dict, Const)) else []
    current = [start]
    for match in _PIECE.finditer(path):
        following: list[Found] = []
        for value, key in current:
            following.extend(_steps(run, value, key, match["item"], match["name"]))
        current = following
    return current


def _steps(
    run: Interpreter, value: Value, key: str | None, item: str | None, name: str | None
) -> Iterator[Found]:
    if isinstance(value, OneOf):
        for part in value.values:
            yield from _steps(run, part, key, item, name)
    elif name is not None:
        inner = _attribute(run, value, name)
        if inner is not None:
            yield inner, key
    elif item == "":
        yield from ((part, key) for part in _elements(run, value))
    elif item == "#":
        items = containers.items_of(run, value) if isinstance(value, (List, Tuple)) else None
        for index, part in enumerate(items.known if items is not None else ()):
            yield part, f"{COLUMN}{index}"
    elif item == "*":
        if isinstance(value, Dict):
            for known, part in containers.dict_keys(run, value).known:
                yield part, str(known)
    else:
        inner = _item(run, value, item or "")
        if inner is not None:
            yield inner, key


def _attribute(run: Interpreter, value: Value, name: str) -> Value | None:
    if isinstance(value, Dict):
        return containers.dict_keys(run, value).get(name)
    if isinstance(value, Api):
        return api.step(run, value, name)
    return None


def _elements(run: Interpreter, value: Value) -> Iterator[Value]:
    items = containers.items_of(run, value) if isinstance(value, (List, Tuple, Each)) else None
    if items is not None:
        yield from (*items.known, *items.rest)
    elif isinstance(value, (Embedding, Rows)):
        yield containers.element(run, value)
    elif isinstance(value, Dict):
        keys = containers.dict_keys(run, value)
        yield from (*(part for _, part in keys.known), *keys.rest)
    elif isinstance(value, Api):
        yield api.item(run, value, None)
    elif value is UNKNOWN:
        yield UNKNOWN


def _item(run: Interpreter, value: Value, item: str) -> Value | None:
    if item.lstrip("-").isdigit():
        items = containers.items_of(run, value) if isinstance(value, (Tuple, List)) else None
        found = containers.item_at(items, int(item)) if items is not None else None
        return None if found is UNKNOWN else found
    if isinstance(value, Dict):
        return containers.dict_keys(run, value).get(item)
    return api.step(run, value, item) if isinstance(value, Api) else None
