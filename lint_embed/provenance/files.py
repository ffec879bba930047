"""Files: vectors and weights that are written in one place and read in another.

A file is followed by its constant path. In one flow the last value written is what a
load gives; between flows a load gives what the one known writer wrote.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol, TypeVar

import libcst as cst

from lint_embed.catalogue import Entry
from lint_embed.provenance import configured, containers, kept, keys, store_contents
from lint_embed.provenance.frozen_contents import Frozen, either, freeze, spaced, thaw, weakened
from lint_embed.provenance.values.base import UNKNOWN, Site, Value
from lint_embed.provenance.values.callables import Args
from lint_embed.provenance.values.constants import Const, Opened
from lint_embed.provenance.values.containers import Dict, Items, Keys, List
from lint_embed.provenance.values.identities import Piece
from lint_embed.provenance.values.imports import Api
from lint_embed.provenance.values.joining import alternatives, unite
from lint_embed.provenance.values.stores import Store, Weights
from lint_embed.provenance.values.vectors import Embedding, Encoder, Rows

if TYPE_CHECKING:
    from pathlib import Path

    from lint_embed.provenance.interpreter import Interpreter

READ = "read"
"""Under this name the heap keeps that this flow has read a file."""

MAPPED = "mapped"
"""Under this name the heap keeps the file that an array stands for."""


class Placed(Protocol):
    """What was done at a place, in a flow."""

    @property
    def site(self) -> Site: ...

    @property
    def flow(self) -> object: ...


Done = TypeVar("Done", bound=Placed)


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
    """What all flows wrote by path, who reads it, and who still waits for a writer.

    A flow that writes anew what it has read only keeps the file: it is no reader of others.
    ``seen``: what had been written to a place, near to a file, when that file was reached from
    another and read it.
    ``columns`` are those that tables of databases are made with.
    """

    written: dict[tuple[Piece, ...], list[Value]] = field(default_factory=dict)
    wanted: dict[tuple[Piece, ...], set[Path]] = field(default_factory=dict)
    readers: dict[tuple[Piece, ...], set[tuple[Path, object]]] = field(default_factory=dict)
    writers: dict[tuple[Piece, ...], list[Writer]] = field(default_factory=dict)
    columns: dict[str, set[tuple[str, ...]]] = field(default_factory=dict)
    seen: dict[tuple[tuple[Piece, ...], Path, Path], frozenset[Value]] = field(default_factory=dict)

    def outdated(self) -> dict[Path, bool]:
        """The files whose walks read something that other files have written since, or as well;
        and whether they had read a part of it."""
        found: dict[Path, bool] = {}
        for (key, reader, root), seen in self.seen.items():
            now = frozenset(one.value for one in nearest(reader, self.writers.get(key, [])))
            if now and now != seen:
                found[root] = found.get(root, False) or bool(seen)
        return found


def save(run: Interpreter, value: Api, entry: Entry, args: Args, node: cst.CSTNode) -> Value | None:
    """Writes vectors, a container of them, a store or an encoder's weights."""
    if isinstance(value.owner, Encoder) or entry.get("of") or entry.get("model"):
        return kept.write(run, value, entry, args, node)
    key = _key(run, entry, args)
    if key is None:
        return Const(None)
    key = _ended(key, entry.get("ending", ""))
    given = args.find(entry.get("value", ())) if entry.get("value") else value.owner
    if entry.get("column"):
        given = store_contents.column_index(run, value, entry, args)
    if isinstance(given, Store):
        written: Value | None = _copy_store(run, store_contents.settled(run, given), key, node)
    else:
        written = _written(run, value, entry, args)
    if written is not None and not _says_nothing(written):
        note(run, key, written, node)
    return Const(None)


def note(run: Interpreter, key: tuple[Piece, ...], written: Value, node: cst.CSTNode) -> None:
    """Keeps what was written to a place, for this flow and for others."""
    run.awake = run.awake or _tells(run, written)
    if run.ledger is not None and key[0][0] != "store":
        run.ledger.use_file("fill", key, run.site(node), spaced(run, written))
    flow = store_contents.flow(run)
    if run.heap.get((READ, key, flow)) is not None:
        run.files.readers.get(key, set()).discard((run.frame.module.path, flow))
    run.encounters += 1
    known = run.files.written.setdefault(key, [])
    writers = run.files.writers.setdefault(key, [])
    name = str(key[0][1])
    writer = Writer(written, name, run.site(node), run.calls(), flow)
    last = writers[-1] if writers else None
    if isinstance(written, Frozen) and last is not None and last.site == writer.site:
        # The rows that a loop writes one by one: any of them is what is read.
        writer = replace(writer, value=either(last.value, written))
        known[:] = [value for value in known if value != last.value]
        writers.pop()
    run.heap.set(("file", key, flow), writer.value)
    if writer.value not in known:
        known.append(writer.value)
    writers.append(writer)


def _tells(run: Interpreter, written: Value) -> bool:
    """Whether what is written is more than vectors of unknown models, or a store of such."""
    if not isinstance(written, (Embedding, Store)):
        return True
    return any(part.space.resolved for part in spaced(run, written))


def _key(run: Interpreter, entry: Entry, args: Args) -> tuple[Piece, ...] | None:
    specs = entry.get("key") or {"location": entry.get("path", [0])}
    defaults = entry.get("key_default", {})
    pieces: list[Piece] = []
    for piece, spec in specs.items():
        found = args.find(spec)
        known = keys.constant(run, piece, found) if found is not None else None
        if known is not None:
            pieces.append((piece, known))
        elif (found is None or found == Const(None)) and piece in defaults:
            pieces.append((piece, keys.normalised(run, piece, defaults[piece])))
        else:
            return None
    return tuple(pieces)


def _ended(key: tuple[Piece, ...], ending: str) -> tuple[Piece, ...]:
    """The place with the ending that the call gives to names without it."""
    name, path = key[0]
    if not ending or not isinstance(path, str) or path.endswith(ending):
        return key
    return ((name, path + ending), *key[1:])


def write(run: Interpreter, place: Const, value: Value, node: cst.CSTNode) -> None:
    """``path.write_text(json.dumps(value))``: a value that is written as it is."""
    path = keys.constant(run, "location", place)
    written = freeze(run, value)
    if path is not None and not _says_nothing(written):
        note(run, (("location", path),), written, node)


def _written(run: Interpreter, value: Api, entry: Entry, args: Args) -> Value | None:
    if entry.get("value") is None:
        return freeze(run, value.owner) if value.owner is not None else None
    if entry.get("value") == ["*"]:
        known = [(key, freeze(run, part)) for key, part in args.keywords]
        known += [(f"arr_{i}", freeze(run, part)) for i, part in enumerate(args.positional[1:])]
        return Frozen(keys=Keys(tuple(known)))
    found = args.find(entry.get("value"))
    return freeze(run, found) if found is not None else None


def _copy_store(
    run: Interpreter, store: Store, key: tuple[Piece, ...], node: cst.CSTNode
) -> Store | None:
    """A store written to a place is the store that is opened from there, which is replaced."""
    contents = run.heap.get(store_contents.cell(run, store))
    if not isinstance(contents, Items):
        return None
    target = store_contents.kept_at(store, key)
    if target.identity != store.identity:
        run.heap.set(store_contents.cell(run, target), Items())
        for part in contents.rest:
            store_contents.put(run, target, part, node, anew=True)
    return target


def _says_nothing(value: Value) -> bool:
    if isinstance(value, Frozen):
        parts: list[Value] = []
        if value.items is not None:
            parts += [*value.items.known, *value.items.rest]
        if value.keys is not None:
            parts += [*(part for _, part in value.keys.known), *value.keys.rest]
        return all(_says_nothing(part) for part in parts)
    return not isinstance(value, (Embedding, Rows, Encoder, Store))


def write_rows(run: Interpreter, array: List, value: Value, node: cst.Subscript) -> bool:
    """``array[rows] = value``; returns whether the array is a file that was just made."""
    place = run.heap.get((array.token, MAPPED))
    if not isinstance(place, Const):
        return False
    contents = containers.list_items(run, array)
    parts = list(alternatives(value))
    rows = [replace(part, rows="one") for part in parts if isinstance(part, Embedding)]
    before = () if _is_whole(node) else contents.rest
    rest = containers.add_rest(before, rows if len(rows) == len(parts) else [UNKNOWN])
    run.heap.set((array.token, "[]"), Items((), rest))
    run.carriers.link(array.token, value)
    if rows:
        note(run, place.value, unite(replace(row, rows="many") for row in rows), node)
    return True


def _is_whole(node: cst.Subscript) -> bool:
    """Whether ``array[:]`` or ``array[...]`` means all rows."""
    part = node.slice[0].slice
    if isinstance(part, cst.Slice):
        return part.lower is None and part.upper is None
    return isinstance(part, cst.Index) and isinstance(part.value, cst.Ellipsis)


def _is_made(entry: Entry, args: Args) -> bool:
    condition = entry.get("made_if")
    found = args.find(condition["argument"]) if condition is not None else None
    return isinstance(found, Const) and found.value in condition["values"]


def _content(entry: Entry, args: Args) -> object:
    found = args.find(entry.get("path", [0]))
    return found.value if isinstance(found, Const) else None


def load(run: Interpreter, value: Api, entry: Entry, args: Args, node: cst.CSTNode) -> Value | None:
    """Reads what was written to a path, where that is known."""
    key = _key(run, entry, args)
    if entry.get("content") and not isinstance(_content(entry, args), Opened):
        return None
    index = (
        store_contents.column_index(run, value, entry, args) if entry.get("column") else value.owner
    )
    if isinstance(index, Store):
        store_contents.move(run, index, key)
        return None
    if key is not None and _is_made(entry, args):
        array = containers.new_list(run, node, Items())
        run.heap.set((array.token, MAPPED), Const(key))
        return array
    found: Value = UNKNOWN
    if key is not None:
        if run.ledger is not None:
            run.ledger.use_file("read", key, run.site(node))
        here = run.heap.get(("file", key, store_contents.flow(run)))
        found = here if isinstance(here, Value) else from_elsewhere(run, key)
    if found is UNKNOWN:
        if (kind := entry.get("settings")) is not None:
            return configured.load(run, args.find(entry.get("path", [0])), kind, node)
        if entry.get("frame"):
            return containers.new_frame(run, containers.new_dict(run, node, Keys()))
        pieces: dict[object, object] = dict(key) if key is not None else {}
        place = pieces.get("location")
        return Weights(str(place)) if entry.get("weights") and place is not None else None
    thawed = thaw(run, unite([found]), node)
    if entry.get("frame") and isinstance(thawed, Dict):
        return containers.new_frame(run, thawed)
    return thawed


def from_elsewhere(run: Interpreter, key: tuple[Piece, ...]) -> Value:
    """What the nearest files that write to a place are known to have written."""
    reader = run.frame.module.path
    flow = store_contents.flow(run)
    run.files.readers.setdefault(key, set()).add((reader, flow))
    run.heap.set((READ, key, flow), Const(True))
    near = nearest(reader, run.files.writers.get(key, []))
    root = run.frames[0].module.path
    run.files.seen[key, reader, root] = frozenset(writer.value for writer in near)
    if near:
        return unite(weakened(writer.value) for writer in near)
    run.files.wanted.setdefault(key, set()).add(reader)
    return UNKNOWN


def nearest(reader: Path, done: Sequence[Done]) -> list[Done]:
    """Those of several events whose files share the longest folder with another file."""
    folders = dict.fromkeys(one.site.module.path.parent for one in done)
    depths = {folder: _shared(reader.parent, folder) for folder in folders}
    most = max(depths.values(), default=0)
    return [one for one in done if depths[one.site.module.path.parent] == most]


def _shared(one: Path, other: Path) -> int:
    """How many parts two folders have in common."""
    depth = 0
    for left, right in zip(one.parts, other.parts, strict=False):
        if left != right:
            break
        depth += 1
    return depth
