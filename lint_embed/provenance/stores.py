"""Vector stores: opening, filling, querying; and what is known of their contents.

A store whose key is made of constants is one store for the whole project: its fills and
queries are kept as events too, and matched when all files were walked (``matching``).
Any other store is its object.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from lint_embed.catalogue import Entry
from lint_embed.provenance import containers, covers, embedders, files, keys, places, texts
from lint_embed.provenance.comparing import check_roles, fallback_of, meet, switch_of
from lint_embed.provenance.grouping import groups_of
from lint_embed.provenance.keys import Identity, Piece
from lint_embed.provenance.meetings import Clash, Group, first_clash
from lint_embed.provenance.values.base import UNKNOWN, OneOf, Site, Trail, Value
from lint_embed.provenance.values.callables import Args, Class
from lint_embed.provenance.values.constants import Const
from lint_embed.provenance.values.containers import Dict, Items
from lint_embed.provenance.values.imports import Api
from lint_embed.provenance.values.joining import unite
from lint_embed.provenance.values.stores import Store
from lint_embed.provenance.values.vectors import Embedding, Encoder

if TYPE_CHECKING:
    import libcst as cst

    from lint_embed.provenance.covers import Cover
    from lint_embed.provenance.interpreter import Interpreter


Cell = tuple[str, Identity, str | None, object]
"""The key under which the heap keeps a store's contents."""


@dataclass(frozen=True, slots=True)
class Event:
    """A fill or query of a store that the whole project shares.

    ``groups`` is None when the vectors' spaces are not known; ``known`` is true for a
    query of contents that were known in its own flow, so that it is judged already.
    ``flow`` is the module or function whose walk it belongs to, ``fresh`` whether that
    has emptied the store before. ``cover``: what the index holds that is made here.
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


def cell(run: Interpreter, store: Store) -> Cell:
    """Where the heap keeps a store's contents; a shared store's are those of one flow."""
    place = ("store", store.identity, store.vector, _flow_of(run, store))
    run.cells.setdefault((store.identity.engine, store.identity.of), {})[place] = None
    return place


def cells_near(run: Interpreter, identity: Identity) -> Iterator[Cell]:
    """The places of the contents of a store, and of those that stand on the same object."""
    for place in tuple(run.cells.get((identity.engine, identity.of), ())):
        if run.heap.get(place) is not None:
            yield place


def _flow_of(run: Interpreter, store: Store) -> object:
    return flow(run) if store.identity.shared else None


def flow(run: Interpreter) -> object:
    """What is walked now: a function by itself, or a module's top level with all it calls."""
    for frame in run.frames[:2]:
        if frame.function is not None and frame.site is None:
            return id(frame.function.node)
    return run.frames[0].module.path


# filling, querying ---------------------------------------------------------------------


def fill(run: Interpreter, value: Api, entry: Entry, args: Args, node: cst.CSTNode) -> Value | None:
    """``store.add(...)``."""
    store = _target(run, value, entry, args)
    if store is None:
        return None
    if entry.get("empty"):
        make_empty(run, store)
    if entry.get("column") and isinstance(value.owner, Dict):
        name = args.find(entry.get("column")) or UNKNOWN
        given = places.values_at(run, args, entry.get("vectors"))
        column = given[0][0] if given else containers.lookup(run, value.owner, name)
        put(run, store, column, node)
        return value.owner
    if store.identity.has(keys.RECORD):
        covers.fill(run, store, entry, args, node)
        return Const(None)
    take_in(run, store, entry, args, node)
    made = value.node.edges.get("()")
    if made is not None and "vectors" in made.facts:
        return None  # it gives back what it keeps
    return store if entry.get("returns") else Const(None)


def _target(run: Interpreter, value: Api, entry: Entry, args: Args) -> Store | None:
    """The store that a call is about: its receiver or an argument, with further pieces."""
    if entry.get("column"):
        return column_index(run, value, entry, args)
    store = value.owner if isinstance(value.owner, Store) else None
    if entry.get("store") is not None:
        found = args.find(entry.get("store"))
        call = value.calls
        while found is None and call is not None:
            found, call = call.args.find(entry.get("store")), call.before
        if isinstance(found, Class):
            table = run.heap.get((found.token, "@table"))
            found = table if isinstance(table, Store) else None
        store = found if isinstance(found, Store) else None
    if store is None:
        return None
    return _narrowed(run, settled(run, store), entry, args, named=False)


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


def _narrowed(
    run: Interpreter, store: Store, entry: Entry, args: Args, named: bool = True
) -> Store | None:
    """The store that further pieces of a call's key lead to, or None where they are hidden."""
    further: list[tuple[str, object]] = []
    vector = store.vector
    for piece, spec in entry.get("key", {}).items():
        if piece == "vector" and not named:
            continue
        if piece == "vector":
            names = [v for v, _ in places.values_at(run, args, spec) if isinstance(v, Const)]
            vector = str(names[0].value) if names else vector
            continue
        value = places.first(run, args, spec)
        if piece == keys.RECORD:
            further.append((piece, texts.begins(value) if value is not None else None))
            continue
        known = keys.constant(run, piece, value) if value is not None else None
        if known is not None:
            further.append((piece, known))
        elif piece in keys.NEEDED or (value is not None and value != Const(None)):
            return None
    identity = store.identity.with_pieces(tuple(further))
    label = identity.label if further else store.label
    return replace(store, identity=identity, vector=vector, label=label)


def take_in(run: Interpreter, store: Store, entry: Entry, args: Args, node: cst.CSTNode) -> None:
    """Puts what a call brings along into a store."""
    anew = bool(entry.get("empty")) and not store.identity.shared
    for value, vector in _brought(run, store, entry, args, node, "document"):
        put(run, replace(store, vector=vector or store.vector), value, node, anew)


def _brought(
    run: Interpreter, store: Store, entry: Entry, args: Args, node: cst.CSTNode, role: str
) -> list[tuple[Value, str | None]]:
    """The vectors that a call brings: given ones, or texts that the store embeds."""
    names = entry.get("key", {}).get("vector")
    found = places.brought(run, args, entry.get("vectors"), names)
    if found:
        vectors = [one for one in found if groups_of(run, one.value) is not None]
        if vectors or not _may_be_texts(args, entry):
            return [(one.value, one.name) for one in vectors if one.certain] or [(UNKNOWN, None)]
    texts = places.values_at(run, args, entry.get("texts"))
    if texts:
        encoder = embedders.encoder_of(run, store)
        if store.first is not None and (role == "document" or _keeps(run, store)):
            encoder = store.first
        for place in places.specs_of(entry.get("embedding")):
            inner = [v for v, _ in places.values_at(run, args, [place]) if isinstance(v, Encoder)]
            encoder = inner[0] if inner else encoder
        return [(embedders.vectors_of(run, encoder, node, role), None)]
    return [(UNKNOWN, None)] if args.open and (entry.get("vectors") or entry.get("texts")) else []


def _keeps(run: Interpreter, store: Store) -> bool:
    """Whether a store that was opened without an encoder uses the one it was made with."""
    return not store.bound and run.keeps_encoder(store)


def _may_be_texts(args: Args, entry: Entry) -> bool:
    """Whether one argument of a call may hold vectors or texts."""
    texts = [places.find(args, place) for place in places.specs_of(entry.get("texts"))]
    vectors = [places.find(args, place) for place in places.specs_of(entry.get("vectors"))]
    return any(one is other for one in vectors if one is not None for other in texts)


def put(
    run: Interpreter, store: Store, value: Value, node: cst.CSTNode, anew: bool = False
) -> None:
    """Vectors come into a store; ``anew``: it holds nothing else, before or afterwards."""
    groups = groups_of(run, value)
    if run.ledger is not None:
        run.ledger.use_store("fill", store, run.site(node), groups)
    place = cell(run, store)
    contents = run.heap.get(place)
    before = contents if isinstance(contents, Items) else Items()
    values: list[Value] = [UNKNOWN]
    if groups is not None:
        groups = [tuple(_filled(run, part, node) for part in group) for group in groups]
        known = groups_of(run, containers.new_each(before)) if before.rest else None
        clash = first_clash(known, groups, run.aligned) if known else None
        if clash is not None:
            meet(run, node, "fill", clash, store.describe())
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
        clash = fallback_of(group, run.aligned)
        if clash is None and _outlives(run, store):
            clash = switch_of(group, store.identity.given, run.aligned)
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
    """Whether this flow has emptied the store, or the client that it stands on."""
    client = replace(store.identity, pieces=store.identity.pieces[:1])
    places = [("emptied", identity, flow(run)) for identity in (store.identity, client)]
    return any(run.heap.get(place) is not None for place in places)


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


def query(
    run: Interpreter, value: Api, entry: Entry, args: Args, node: cst.CSTNode
) -> Value | None:
    """``store.search(...)``: its answer carries no space, but its vectors can be read."""
    store = _target(run, value, entry, args)
    if store is None:
        return None
    if entry.get("statement"):
        covers.ask(run, store, entry, args, node)
        return None
    for vectors, name in _brought(run, store, entry, args, node, "query"):
        ask(run, replace(store, vector=name or store.vector), vectors, node)
    return None


def ask(run: Interpreter, store: Store, value: Value, node: cst.CSTNode) -> None:
    """A store is asked for the neighbours of vectors."""
    groups = groups_of(run, value)
    contents = _contents(run, store)
    if run.ledger is not None:
        run.ledger.use_store("ask", store, run.site(node), groups)
    if groups is None:
        return
    held = containers.new_each(contents) if contents is not None else None
    known = groups_of(run, held) if held is not None else None
    if held is not None:
        check_roles(run, node, value, held)
    clash = first_clash(groups, known, run.aligned) if known else None
    if clash is not None:
        meet(run, node, "query", clash, store.describe())
    settled = contents is not None and bool(contents.rest)
    run.record(event(run, "query", store, groups, node, settled))


def _contents(run: Interpreter, store: Store) -> Items | None:
    """What a store holds; an unnamed vector is the only one that it is known to have."""
    found = run.heap.get(cell(run, store))
    if not (isinstance(found, Items) and found.rest):
        names = run.heap.get(("vectors", store.identity, _flow_of(run, store)))
        if isinstance(names, Items) and len(names.rest) == 1 and isinstance(names.rest[0], Const):
            only = str(names.rest[0].value)
            if only != store.vector and (store.vector is None or places.is_unnamed(only)):
                return _contents(run, replace(store, vector=only))
    return found if isinstance(found, Items) else None


def set_item(
    run: Interpreter, store: Store, name: str | None, value: Value, node: cst.CSTNode
) -> None:
    """``file["name"] = vectors``, where ``file["name"]`` reads them; or a part of one array."""
    edges = store.interface.edges if store.interface is not None else {}
    if "[]" in edges and "read" in edges["[]"].facts:
        vector = store.vector if store.vector is not None else name
        if vector is not None:
            put(run, replace(settled(run, store), vector=vector), value, node)


def read(run: Interpreter, value: Api, entry: Entry) -> Value:
    """The vectors that come out of a store."""
    store = value.owner
    if not isinstance(store, Store):
        return UNKNOWN
    args = value.calls.args if value.calls is not None else Args()
    narrowed = _narrowed(run, settled(run, store), entry, args)
    return held(run, narrowed, entry.get("rows", "many")) if narrowed is not None else UNKNOWN


def held(run: Interpreter, store: Store, rows: str) -> Value:
    """The vectors that a store is known to hold."""
    contents = _contents(run, store)
    if contents is None or not contents.rest:
        return files.from_elsewhere(run, _as_file(store)) if store.identity.shared else UNKNOWN
    return unite(
        replace(part, rows=rows) if isinstance(part, Embedding) else part for part in contents.rest
    )


def empty(
    run: Interpreter, value: Api, entry: Entry, args: Args, node: cst.CSTNode
) -> Value | None:
    """Deletes or re-creates a store."""
    store = _target(run, value, entry, args)
    if store is not None:
        make_empty(run, store)
    return None


def make_empty(run: Interpreter, store: Store) -> None:
    """Nothing is left in a store, its named vectors and the stores of a client."""
    run.heap.set(cell(run, store), Items())
    here = _flow_of(run, store)
    for place in cells_near(run, store.identity):
        _, identity, _, where = place
        if where == here and store.identity.holds(identity):
            run.heap.set(place, Items())
    run.heap.set(("emptied", store.identity, flow(run)), Const(True))


def merge(
    run: Interpreter, value: Api, entry: Entry, args: Args, node: cst.CSTNode
) -> Value | None:
    """Takes in the contents of another store."""
    other = args.find(entry.get("of", [0]))
    if isinstance(value.owner, Store) and isinstance(other, Store):
        contents = _contents(run, settled(run, other))
        for part in contents.rest if contents is not None else ():
            put(run, settled(run, value.owner), part, node)
    return Const(None)


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
