"""Files: vectors and weights that are written in one place and read in another.

A file is followed by its constant path. In one flow the last value written is what a
load gives; between flows a load gives what the one known writer wrote.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lint_embed.catalogue import Entry
from lint_embed.provenance import api, containers, stores
from lint_embed.provenance.values import (
    UNKNOWN,
    Api,
    Args,
    Const,
    Dict,
    Each,
    Embedding,
    Encoder,
    Items,
    Keys,
    List,
    Rows,
    Store,
    Tuple,
    Value,
    unite,
)

if TYPE_CHECKING:
    from pathlib import Path

    import libcst as cst

    from lint_embed.provenance.interpreter import Interpreter

MAX_DEPTH = 4


@dataclass(frozen=True, slots=True)
class Frozen(Value):
    """What a container held when it was written: it no longer changes."""

    items: Items | None = None
    keys: Keys | None = None


@dataclass(frozen=True, slots=True)
class Writer:
    """One place that writes a file: what, where, on which way, in which flow."""

    value: Value
    name: str
    site: Site
    calls: tuple[Site, ...]
    flow: object


@dataclass(slots=True)
class Files:
    """What all flows wrote by path, and which modules still wait for a writer."""

    written: dict[tuple[object, ...], list[Value]] = field(default_factory=dict)
    wanted: dict[tuple[object, ...], set[Path]] = field(default_factory=dict)
    writers: dict[tuple[object, ...], list[Writer]] = field(default_factory=dict)


def save(run: Interpreter, value: Api, entry: Entry, args: Args, node: cst.CSTNode) -> Value | None:
    """Writes vectors, a container of them, a store or an encoder's weights."""
    key = _key(run, entry, args)
    if isinstance(value.owner, Encoder):
        place = args.find(entry.get("path", [0]))
        if isinstance(place, Const):
            api.remember(run, value.owner, place.value)
        return Const(None)
    if key is None:
        return Const(None)
    if isinstance(value.owner, Store):
        _copy_store(run, value.owner, key, node)
        return Const(None)
    given = args.find(entry.get("value", ())) if entry.get("value") else None
    if isinstance(given, Store):
        _copy_store(run, given, key, node)
        return Const(None)
    written = _written(run, value, entry, args)
    if written is not None and not _says_nothing(written):
        run.heap.set(("file", key), written)
        known = run.files.written.setdefault(key, [])
        if written not in known:
            known.append(written)
    return Const(None)


def _key(run: Interpreter, entry: Entry, args: Args) -> tuple[object, ...] | None:
    specs = entry.get("key") or {"location": entry.get("path", [0])}
    defaults = entry.get("key_default", {})
    pieces = []
    for piece, spec in specs.items():
        found = args.find(spec)
        if isinstance(found, Const) and found.value is not None:
            pieces.append((piece, stores.normalised(str(found.value))))
        elif (found is None or found == Const(None)) and piece in defaults:
            pieces.append((piece, stores.normalised(defaults[piece])))
        else:
            return None
    return tuple(pieces)


def _written(run: Interpreter, value: Api, entry: Entry, args: Args) -> Value | None:
    if entry.get("value") is None:
        return freeze(run, value.owner) if value.owner is not None else None
    if entry.get("value") == ["*"]:
        known = [(key, freeze(run, part)) for key, part in args.keywords]
        known += [(f"arr_{i}", freeze(run, part)) for i, part in enumerate(args.positional[1:])]
        return Frozen(keys=Keys(tuple(known)))
    found = args.find(entry.get("value"))
    return freeze(run, found) if found is not None else None


def _copy_store(run: Interpreter, store: Store, key: tuple[object, ...], node: cst.CSTNode) -> None:
    """A store written to a place is the store that is opened from there."""
    contents = run.heap.get(("store", store.identity, store.vector))
    if not isinstance(contents, Items):
        return
    from dataclasses import replace

    target = replace(store, identity=(store.library, *key), label=str(key[0][1]))  # type: ignore[index]
    run.heap.set(("store", target.identity, target.vector), Items())
    for part in contents.rest:
        stores.put(run, target, part, node)


def _says_nothing(value: Value) -> bool:
    if isinstance(value, Frozen):
        parts: list[Value] = []
        if value.items is not None:
            parts += [*value.items.known, *value.items.rest]
        if value.keys is not None:
            parts += [*(part for _, part in value.keys.known), *value.keys.rest]
        return all(_says_nothing(part) for part in parts)
    return not isinstance(value, (Embedding, Rows, Encoder))


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


def load(run: Interpreter, value: Api, entry: Entry, args: Args, node: cst.CSTNode) -> Value | None:
    """Reads what was written to a path, where that is known."""
    key = _key(run, entry, args)
    found: Value = UNKNOWN
    if key is not None:
        here = run.heap.get(("file", key))
        if isinstance(here, Value):
            found = here
        else:
            found = _from_elsewhere(run, key)
    if found is UNKNOWN:
        frame = entry.get("frame")
        return containers.new_dict(run, node, Keys()) if frame else None
    return thaw(run, unite([found]), node)


def _from_elsewhere(run: Interpreter, key: tuple[object, ...]) -> Value:
    writers = run.files.written.get(key, [])
    if len(writers) == 1:
        return _weakened(writers[0])
    run.files.wanted.setdefault(key, set()).add(run.frame.module.path)
    return UNKNOWN


def _weakened(value: Value) -> Value:
    """What another flow wrote is matched by its path only."""
    if isinstance(value, Frozen):
        keys, items = value.keys, value.items
        if keys is not None:
            known = tuple((key, _weakened(part)) for key, part in keys.known)
            keys = Keys(known, tuple(_weakened(part) for part in keys.rest))
        if items is not None:
            items = Items(
                tuple(_weakened(part) for part in items.known),
                tuple(_weakened(part) for part in items.rest),
            )
        return Frozen(items, keys)
    return containers.weakened(value)
