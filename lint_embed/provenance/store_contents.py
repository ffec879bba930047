"""What a store holds: putting vectors in, reading them back, emptying it.

A store whose key is made of constants is one store for the whole project: its fills and
queries are kept as events too, and matched when all files were walked (``matching``).
Any other store is its object.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import TYPE_CHECKING, Any

from lint_embed.catalogue import Entry
from lint_embed.provenance import containers, files, filters, guards, places
from lint_embed.provenance.comparing import fallback_of, meet, switch_of
from lint_embed.provenance.grouping import groups_of
from lint_embed.provenance.meetings import Clash, Group, first_clash
from lint_embed.provenance.values.base import UNKNOWN, OneOf, Site, Trail, Value
from lint_embed.provenance.values.callables import Args
from lint_embed.provenance.values.constants import MEASURED, NO_NAMES, Const, OnEachWay, names_of
from lint_embed.provenance.values.containers import Dict, Emptied, Items
from lint_embed.provenance.values.identities import Identity, Piece
from lint_embed.provenance.values.imports import Api
from lint_embed.provenance.values.joining import unite
from lint_embed.provenance.values.stores import EMPTIED, Store
from lint_embed.provenance.values.vectors import Embedding

if TYPE_CHECKING:
    from pathlib import Path

    import libcst as cst

    from lint_embed.provenance.covers import Cover
    from lint_embed.provenance.interpreter import Interpreter


Cell = tuple[str, Identity, str | None, object]
"""The key under which the heap keeps a store's contents."""

Near = tuple[str, object, Piece | None]
"""What stores have in common: their engine, object, and a piece of their keys, or None."""


@dataclass(frozen=True, slots=True)
class Event:
    """A fill or query of a store that the whole project shares.

    ``groups`` is None when the vectors' spaces are not known; ``known`` is true for a
    query of contents that were known in its own flow, so that it is judged already.
    ``flow`` is the module or function whose walk it belongs to, ``fresh`` whether that
    has emptied the store before. A fill is ``gone`` once its flow empties the store.
    ``cover``: what the index holds that is made here.
    """

    kind: str
    key: Identity
    vector: str | None
    groups: tuple[Group, ...] | None
    site: Site
    calls: tuple[Site, ...]
    store: Store
    known: bool = False
    flow: object = None
    fresh: bool = False
    cover: Cover | None = None


def settled(run: Interpreter, store: Store) -> Store:
    """The store that an object stands for now: what it was loaded from last."""
    moved = run.heap.get(("moved", store.identity))
    if not isinstance(moved, Store):
        return store
    return replace(store, identity=moved.identity, label=moved.label)


def move(run: Interpreter, store: Store, key: tuple[Piece, ...] | None) -> None:
    """A store takes the contents of a file: from now on it is the store kept there."""
    if key is None:
        run.heap.set(cell(run, store), Items((), (UNKNOWN,)))
        return
    run.heap.set(("moved", store.identity), kept_at(store, key))


def kept_at(store: Store, key: tuple[Piece, ...]) -> Store:
    """The store that a file holds."""
    identity = Identity(store.identity.engine).with_pieces(key)
    return replace(store, identity=identity, label=identity.label)


def column_index(run: Interpreter, value: Api, entry: Entry, args: Args) -> Store | None:
    """The index over a column of a data set, which the data set itself searches."""
    name = args.find(entry.get("index", ()))
    if name is None or name == Const(None):
        name = args.find(entry.get("column"))
    if not isinstance(value.owner, Dict) or not isinstance(name, Const):
        return None
    engine = str(entry.get("engine") or entry.library)
    identity = Identity(engine, (("name", name.value),), value.owner.token)
    store = Store(identity, None, label=str(name.value), library=engine)
    return settled(run, store)


def cell(run: Interpreter, store: Store) -> Cell:
    """Where the heap keeps a store's contents; a shared store's are those of one flow."""
    identity = store.identity
    place = ("store", identity, store.vector, _flow_of(run, store))
    near = run.cells.setdefault((identity.engine, identity.of, None), {})
    if place not in near:
        walked = run.frames[0].module.path
        near[place] = walked
        for piece in identity.pieces:
            run.cells.setdefault((identity.engine, identity.of, piece), {})[place] = walked
    return place


def cells_near(run: Interpreter, identity: Identity, held: bool = False) -> Iterator[Cell]:
    """The places of the contents of a store, and of those that stand on the same object.

    ``held``: only of those that the store holds, or that it is the client of; they share all
    its pieces, so that one of these tells which may be.
    """
    pieces = identity.pieces if held and identity.pieces else (None,)
    near = [run.cells.get((identity.engine, identity.of, piece), {}) for piece in pieces]
    fewest = min(near, key=len)
    for place in tuple(fewest):
        if run.heap.get(place) is not None and (not held or identity.holds(place[1])):
            yield place


def forget(run: Interpreter, path: Path) -> None:
    """What the walk of a file left in stores is forgotten: it is walked again."""
    for near, cells in run.cells.items():
        for place, walked in cells.items() if near[2] is None else ():
            if walked == path and run.heap.get(place) is not None:
                run.heap.set(place, Items())
    for index, each in enumerate(run.events):
        outermost = each.calls[0] if each.calls else each.site
        if outermost.module.path == path:
            run.events[index] = replace(each, kind="gone")


def _flow_of(run: Interpreter, store: Store) -> object:
    return flow(run) if store.identity.shared else None


def flow(run: Interpreter) -> object:
    """What is walked now: a function by itself, or a module's top level with all it calls."""
    for frame in run.frames[:2]:
        if frame.function is not None and frame.site is None:
            return id(frame.function.node)
    return run.frames[0].module.path


def put(
    run: Interpreter,
    store: Store,
    value: Value,
    node: cst.CSTNode,
    anew: bool = False,
    labels: Sequence[filters.Labels | None] = (None,),
) -> None:
    """Vectors come into a store; ``anew``: it holds nothing else, before or afterwards.

    ``labels``: what stands beside them.
    """
    groups = groups_of(run, value)
    if run.ledger is not None:
        run.ledger.use_store("fill", store, run.site(node), groups)
    place = cell(run, store)
    contents = run.heap.get(place)
    before = contents if isinstance(contents, Items) else Items()
    values: list[Value] = [UNKNOWN]
    if groups is not None:
        filters.put(run, store.identity, groups, labels)
        groups = [tuple(_filled(run, part, node) for part in group) for group in groups]
        known = groups_of(run, containers.new_each(before)) if before.rest else None
        run.encounters += bool(known)
        clash = first_clash(known, groups, run.aligned) if known else None
        if clash is not None:
            meet(run, node, "fill", clash, store.describe(), store=store.identity)
        if not (anew and isinstance(value, OneOf)):  # came whole from one of the models
            _check_choice(run, store, groups, node)
        values = [group[0] if len(group) == 1 else OneOf(group) for group in groups]
    run.heap.set(place, Items((), containers.add_rest(before.rest, values)))
    if store.identity.shared and values != [UNKNOWN]:
        for part in values:
            files.note(run, _as_file(store), part, node)
    if store.vector is not None:
        _note_vector(run, store)
    run.carriers.version += 1
    run.record(event(run, "fill", store, groups, node, False))


def _check_choice(run: Interpreter, store: Store, groups: list[Group], node: cst.CSTNode) -> None:
    """Vectors that a failure, or the environment, takes from one model or from another."""
    for group in groups:
        lengths = [guards.length(part, True) for part in group]
        if store.identity.given >= MEASURED and len({*lengths, None}) > len(group):
            continue  # each has the store that its length names
        clash = fallback_of(group, run.aligned)
        if clash is None and _outlives(run, store):
            told = run.heap.get(("told", store.identity))
            known = names_of(told) if isinstance(told, Const) else NO_NAMES
            clash = switch_of(group, store.identity.given | known, run.aligned)
        if clash is not None:
            meet(run, node, "fallback", clash, store.describe())


def _note_vector(run: Interpreter, store: Store) -> None:
    """Keeps which names of vectors a store is known to have."""
    place = ("vectors", store.identity, _flow_of(run, store))
    names = run.heap.get(place)
    before = names.rest if isinstance(names, Items) else ()
    run.heap.set(place, Items((), containers.add_rest(before, [Const(store.vector)])))


def _as_file(store: Store) -> tuple[Piece, ...]:
    """The place of what a store holds, for those who read it elsewhere."""
    return (("store", store.identity), ("vector", store.vector))


def _outlives(run: Interpreter, store: Store) -> bool:
    """Whether a store holds what earlier runs of the program have put there."""
    if not store.identity.shared or isinstance(store.identity["location"], tuple):
        return False
    return not _is_fresh(run, store)


def _is_fresh(run: Interpreter, store: Store) -> bool:
    """Whether this flow has emptied the store, a client that it stands on, or its place."""
    here, pieces = flow(run), store.identity.pieces
    clients = (part for count in range(len(pieces) + 1) for part in combinations(pieces, count))
    emptied = any(
        run.heap.get((EMPTIED, replace(store.identity, pieces=part), here)) is not None
        for part in clients
    )
    return emptied or is_cleared(run, store.identity["location"])


def clear(run: Interpreter, path: str) -> None:
    """A file or folder is deleted here, and the stores that are kept there with it."""
    here = flow(run)
    run.heap.set((EMPTIED, path, here), Const(True))
    for (_, of, piece), cells in run.cells.items():
        if of is None and piece is not None and is_within(piece, path):
            for place in cells:
                if place[3] == here:
                    run.heap.set(place, Emptied())
    for (flow_of, piece), fills in run.fills.items():
        if flow_of == here and is_within(piece, path):
            _forget(run, fills)


def is_cleared(run: Interpreter, place: object) -> bool:
    """Whether this flow has deleted a file or folder, or one that it is in."""
    if not isinstance(place, str):
        return False
    here, parts = flow(run), place.split("/")
    around = ("/".join(parts[:count]) for count in range(1, len(parts) + 1))
    return any(run.heap.get((EMPTIED, path, here)) is not None for path in around)


def is_within(piece: Piece, path: str) -> bool:
    """Whether a piece of a key is the place, or one in the folder."""
    name, value = piece
    return name == "location" and isinstance(value, str) and f"{value}/".startswith(f"{path}/")


def _filled(run: Interpreter, part: Embedding, node: cst.CSTNode) -> Embedding:
    return replace(part, trail=Trail(run.site(node), "fills the store here", part.trail))


def event(
    run: Interpreter,
    kind: str,
    store: Store,
    groups: list[Group] | None,
    node: cst.CSTNode,
    known: bool,
    cover: Cover | None = None,
) -> Event | None:
    """What happens here to a store, where others may meet it; None for an object of its own."""
    if not (store.identity.shared or store.identity.single):
        return None
    return Event(
        kind, store.identity, store.vector, tuple(groups) if groups is not None else None,
        run.site(node), run.calls(), store, known, flow(run),
        _is_fresh(run, store), cover,
    )  # fmt: skip


def contents_of(run: Interpreter, store: Store) -> Items | None:
    """What a store holds; an unnamed vector is the only one that it is known to have."""
    found = run.heap.get(cell(run, store))
    if not (isinstance(found, Items) and found.rest):
        names = run.heap.get(("vectors", store.identity, _flow_of(run, store)))
        if isinstance(names, Items) and len(names.rest) == 1 and isinstance(names.rest[0], Const):
            only = str(names.rest[0].value)
            if only != store.vector and (store.vector is None or places.is_unnamed(only)):
                return contents_of(run, replace(store, vector=only))
    return found if isinstance(found, Items) else None


def held(run: Interpreter, store: Store, rows: str) -> Value:
    """The vectors that a store is known to hold."""
    contents = contents_of(run, store)
    if contents is None or not contents.rest:
        return files.from_elsewhere(run, _as_file(store)) if store.identity.shared else UNKNOWN
    return unite(
        replace(part, rows=rows) if isinstance(part, Embedding) else part for part in contents.rest
    )


def make_empty(run: Interpreter, store: Store, created: bool = False) -> None:
    """Nothing is left in a store, its named vectors and the stores of a client.

    ``created``: as it is made here. On one of several ways that tells nothing of the others,
    where it may have been there already, full; what is deleted before it is filled mostly is
    if it was there.
    """
    nothing = Items() if created else Emptied()
    run.heap.set(cell(run, store), nothing)
    here = _flow_of(run, store)
    for place in cells_near(run, store.identity, held=True):
        if place[3] == here:
            run.heap.set(place, nothing)
    mark = OnEachWay(True) if created else Const(True)
    run.heap.set((EMPTIED, store.identity, flow(run)), mark)
    if store.identity.pieces or store.identity.shared:
        _forget(run, _fills_of(run, store.identity))


def _fills_of(run: Interpreter, identity: Identity) -> list[int]:
    """Which events are this flow's fills of a store, and of what stands on it as a client."""
    here = flow(run)
    if identity.pieces:
        near = min((run.fills.get((here, piece), []) for piece in identity.pieces), key=len)
    else:
        mine = (fills for (owner, _), fills in run.fills.items() if owner == here)
        near = [index for fills in mine for index in fills]
    return [index for index in near if identity.holds(run.events[index].key)]


def _forget(run: Interpreter, fills: Iterable[int]) -> None:
    """What this flow had put into a store, and takes out again, others do not find there."""
    for index in fills:
        if run.events[index].kind == "fill":
            run.events[index] = replace(run.events[index], kind="gone")


def clash_of_events(asked: Event, filled: list[Event], aligned: Any) -> Clash | None:
    """The clash of a query with all fills of its store, or None when any may agree."""
    found: Clash | None = None
    for event in filled:
        if event.groups is None or asked.groups is None:
            return None
        clash = first_clash(asked.groups, event.groups, aligned)
        if clash is None:
            return None
        found = found or clash
    return found
