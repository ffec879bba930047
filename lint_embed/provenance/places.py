"""Places inside of arguments: where a store's call holds its vectors, texts and keys.

The notation is docs/catalogue.md's: keywords and positions, then paths such as
``[].vector`` (each item's attribute) or ``[*]`` (each item under a constant key).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from lint_embed.provenance import api, containers
from lint_embed.provenance.values.base import UNKNOWN, OneOf, Value
from lint_embed.provenance.values.callables import Args, Class
from lint_embed.provenance.values.constants import Const
from lint_embed.provenance.values.containers import Dict, Each, List, Tuple
from lint_embed.provenance.values.imports import Api
from lint_embed.provenance.values.vectors import Embedding, Rows

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


def given_at(args: Args, spec: Sequence[str | int]) -> str | int | None:
    """The keyword or position that gives the argument of a place, or None."""
    keywords = {name for name, _ in args.keywords}
    for part in spec:
        if part in keywords if isinstance(part, str) else part < len(args.positional):
            return part
    return None


def first(run: Interpreter, args: Args, spec: Any) -> Value | None:
    """The first of the places that is given, followed inside; UNKNOWN where that fails.

    What a dict with known keys doesn't have counts as not given.
    """
    for place in specs_of(spec):
        given = find(args, place)
        if given is None or given == Const(None):
            continue
        if not any(_is_path(part) for part in place):
            return given
        inside = [value for value, _ in values_at(run, args, [place])]
        if inside:
            return inside[0]
        if not (isinstance(given, Dict) and not containers.dict_keys(run, given).rest):
            return UNKNOWN
    return None


def leads_on(spec: Sequence[str | int]) -> bool:
    """Whether a place goes on inside of its argument."""
    return any(_is_path(part) for part in spec)


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


@dataclass(frozen=True, slots=True)
class Brought:
    """A value that a call brings, and the name of the vector that it belongs to.

    ``certain`` is false where there is such a name, but nothing is known of it.
    """

    value: Value
    name: str | None = None
    certain: bool = True


def brought(run: Interpreter, args: Args, spec: Any, names: Any) -> list[Brought]:
    """The values at places, each with the name that stands beside it.

    Places of names in the same argument speak of the same item: ``[].using`` names the
    vector of ``[].query``. A name in an argument of its own is that of all values.
    """
    found: list[Brought] = []
    for place in specs_of(spec):
        paths = [str(part) for part in place if _is_path(part) and part != "*"]
        outers = [value for value in (find(args, place),) if value not in (None, Const(None))]
        if "*" in place and paths:
            outers += [value for _, value in args.keywords]
        elif "*" in place:
            found.extend(Brought(value, key) for key, value in args.keywords)
        for outer in outers:
            found += _brought_in(run, args, names, outer, paths)
    return found


def _brought_in(
    run: Interpreter, args: Args, names: Any, outer: Value | None, paths: list[str]
) -> list[Brought]:
    """The values at the paths inside of one argument."""
    if outer is None:
        return []
    beside, apart = _names_of(run, args, names, outer)
    here = [] if paths else [Brought(outer)]
    for path in paths:
        here += _beside(run, outer, path, beside) if beside else _at(run, outer, path)
    if beside or apart is None:
        return here
    return [replace(one, name=one.name or apart.name, certain=apart.certain) for one in here]


def _at(run: Interpreter, outer: Value, path: str) -> list[Brought]:
    return [Brought(value, key) for value, key in _walk(run, (outer, None), path)]


def _names_of(
    run: Interpreter, args: Args, names: Any, outer: Value
) -> tuple[list[str], Brought | None]:
    """The paths of names in the same argument, and the name in an argument of its own."""
    beside: list[str] = []
    apart = None
    for place in specs_of(names):
        given = find(args, place)
        paths = [str(part) for part in place if _is_path(part) and part != "*"]
        anywhere = "*" in place and any(value is outer for _, value in args.keywords)
        if given is outer or anywhere:
            beside += paths
        elif given is not None and given != Const(None) and not paths and apart is None:
            apart = _named([given])
    return beside, apart


def _named(values: list[Value]) -> Brought:
    """The name that one of some values gives."""
    known = [value for value in values if isinstance(value, Const) and value.value is not None]
    given = [value for value in values if value != Const(None)]
    if known:
        return Brought(UNKNOWN, str(known[0].value))
    return Brought(UNKNOWN, None, certain=not given)


def _beside(run: Interpreter, outer: Value, path: str, beside: list[str]) -> list[Brought]:
    """The values at a path, each with the name at the path that shares most of its way."""
    pieces = _pieces_of(path)
    ways = [_pieces_of(other) for other in beside]
    alike = [way for way in ways if way.count("[]") == pieces.count("[]")] or ways
    way = max(alike, key=lambda way: _common(pieces, way))
    shared = _common(pieces, way)
    found: list[Brought] = []
    for item, key in _follow(run, (outer, None), pieces[:shared]):
        values = _follow(run, (item, key), pieces[shared:])
        named = _named([value for value, _ in _follow(run, (item, None), way[shared:])])
        found += [Brought(value, own or named.name, named.certain) for value, own in values]
    return found


def _follow(run: Interpreter, start: Found, pieces: list[str]) -> list[Found]:
    return _walk(run, start, "".join(pieces)) if pieces else [start]


def _pieces_of(path: str) -> list[str]:
    return [match[0] for match in _PIECE.finditer(path)]


def _common(left: list[str], right: list[str]) -> int:
    count = 0
    for one, other in zip(left, right, strict=False):
        if one != other:
            break
        count += 1
    return count


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
        elif isinstance(value, Class):
            from lint_embed.provenance import columns

            for known in columns.assigned(value.node):
                if isinstance(kept := run.heap.get((value.token, known)), Value):
                    yield kept, known
        elif isinstance(value, Api):
            for known in value.node.edges:
                if (inner := api.step(run, value, known)) is not None:
                    yield inner, known
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
