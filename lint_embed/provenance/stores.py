"""Vector stores: opening, filling, querying; and what is known of their contents.

A store whose key is made of constants is one store for the whole project: its fills and
queries are kept as events too, and matched when all files were walked (``matching``).
Any other store is its object.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from lint_embed.catalogue import Entry
from lint_embed.provenance import api, containers, places
from lint_embed.provenance.comparing import check_roles, fallback_of, groups_of, meet
from lint_embed.provenance.meetings import Clash, Group, first_clash
from lint_embed.provenance.values import (
    UNKNOWN,
    Api,
    Args,
    Captured,
    Const,
    Dict,
    Embedding,
    Encoder,
    Function,
    Instance,
    Items,
    OneOf,
    Site,
    Store,
    Token,
    Trail,
    Value,
    alternatives,
    unite,
)

if TYPE_CHECKING:
    import libcst as cst

    from lint_embed.provenance.interpreter import Interpreter

PIECES = ("location", "name", "part", "vector")
NEEDED = frozenset({"location", "name"})
EMBEDDERS = ("embed_documents", "embed_query", "__call__", "encode", "get_text_embedding")


@dataclass(frozen=True, slots=True)
class Event:
    """A fill or query of a store that the whole project shares.

    ``groups`` is None when the vectors' spaces are not known; ``known`` is true for a
    query of contents that were known in its own flow, so that it is judged already.
    ``flow`` is the module or function whose walk it belongs to, ``fresh`` whether that
    has emptied the store before.
    """

    kind: str
    key: tuple[object, ...]
    vector: str | None
    groups: tuple[Group, ...] | None
    site: Site
    calls: tuple[Site, ...]
    store: Store
    known: bool = False
    flow: object = None
    fresh: bool = False


# opening -------------------------------------------------------------------------------


def open_store(
    run: Interpreter, value: Api, entry: Entry, args: Args, node: cst.CSTNode
) -> Value | None:
    """Opens a store or a client of stores; fills it with what the call brings along."""
    parent = value.owner if isinstance(value.owner, Store) else None
    over = places.find(args, entry.get("over", ())) if entry.get("over") else None
    under = (
        next((part for part in alternatives(over) if isinstance(part, Store)), None)
        if over
        else None
    )
    if over is not None and under is None and over != Const(None):
        return UNKNOWN if _encoder_itself(value) is None else None
    base = under or parent
    pieces = _pieces(run, entry, args, required=under is None)
    token = run.token(node)
    location = dict(pieces).get("location") if pieces is not None else None
    if pieces is None or location in entry.get("memory", ()):
        identity: object = (base.identity, token) if base is not None else token
    elif location == ":process:":
        identity = ("process", run.frame.module.path, *pieces)
    elif base is not None:
        identity = (base.identity, *pieces) if pieces else base.identity
    else:
        identity = (entry.library, *pieces) if pieces else token
    interface = run.catalogue.interface(entry.get("interface"))
    embedding = _embedding(run, entry, args, base, node)
    if (itself := _encoder_itself(value)) is not None:
        embedding = api.encoder(run, itself, Captured(args, run.site(node)))
    label = dict(pieces or ()).get("name") or dict(pieces or ()).get("location")
    store = Store(
        identity,
        interface,
        embedding,
        label=str(label) if label not in (None, ":process:") else "",
        library=entry.library,
        site=run.site(node),
        kept_since=entry.get("embedding_kept"),
        bound=places.find(args, (places.specs_of(entry.get("embedding")) or [[]])[0]) is not None,
    )
    if entry.get("empty") or _is_emptied(entry, args):
        _empty(run, store)
    elif not is_shared(identity) and under is None and run.heap.get(cell(run, store)) is None:
        run.heap.set(cell(run, store), Items())
    _fill(run, store, entry, args, node)
    return store


def _encoder_itself(value: Api) -> Entry | None:
    """The encoder that a call makes which also opens a store."""
    made = value.node.edges.get("()")
    return made.facts.get("encoder") if made is not None else None


def _pieces(
    run: Interpreter, entry: Entry, args: Args, required: bool
) -> tuple[tuple[str, object], ...] | None:
    """The constant pieces of a key, or None when a needed one is not known."""
    found: list[tuple[str, object]] = []
    defaults: Mapping[str, Any] = entry.get("key_default", {})
    for piece, spec in entry.get("key", {}).items():
        value = places.first(run, args, spec)
        if isinstance(value, Const) and value.value is not None:
            found.append((piece, normalised(value.value) if piece == "location" else value.value))
        elif value is None or value == Const(None):
            if args.open and value is None:
                return None
            default = defaults.get(piece)
            if default is not None:
                found.append((piece, normalised(default) if piece == "location" else default))
            elif piece in NEEDED and required:
                return None
        else:
            return None
    return tuple(found)


def normalised(place: object) -> object:
    """A path or address in one spelling."""
    if not isinstance(place, str) or place.startswith(":"):
        return place
    return place.removeprefix("./").rstrip("/") or place


def is_shared(identity: object) -> bool:
    """Whether a store's identity is made of constants only."""
    if isinstance(identity, Token):
        return False
    if isinstance(identity, tuple):
        return all(is_shared(part) for part in identity)
    return True


def _is_emptied(entry: Entry, args: Args) -> bool:
    condition = entry.get("empty_if")
    if condition is None:
        return False
    found = args.find(condition["argument"])
    return isinstance(found, Const) and found.value in condition["values"]


def settled(run: Interpreter, store: Store) -> Store:
    """The store that an object stands for now: what it was loaded from last."""
    moved = run.heap.get(("moved", store.identity))
    if not isinstance(moved, Store):
        return store
    return replace(store, identity=moved.identity, label=moved.label)


def move(run: Interpreter, store: Store, key: tuple[object, ...] | None, node: object) -> None:
    """A store takes the contents of a file: from now on it is the store kept there."""
    if key is None:
        run.heap.set(cell(run, store), Items((), (UNKNOWN,)))
        return
    label = str(key[0][1]) if key and isinstance(key[0], tuple) else ""
    target = replace(store, identity=(store.library, *key), label=label)
    run.heap.set(("moved", store.identity), target)


def cell(run: Interpreter, store: Store) -> tuple[object, ...]:
    """Where the heap keeps a store's contents; a shared store's are those of one flow."""
    return ("store", store.identity, store.vector, _flow_of(run, store))


def _flow_of(run: Interpreter, store: Store) -> object:
    return flow(run) if is_shared(store.identity) else None


def flow(run: Interpreter) -> object:
    """What is walked now: a function by itself, or a module's top level with all it calls."""
    for frame in run.frames[:2]:
        if frame.function is not None and frame.site is None:
            return id(frame.function.node)
    return run.frames[0].module.path


# the bound encoder ---------------------------------------------------------------------


def _embedding(
    run: Interpreter, entry: Entry, args: Args, base: Store | None, node: cst.CSTNode
) -> Value | None:
    """The encoder that embeds a store's texts."""
    for place in places.specs_of(entry.get("embedding")):
        value = places.find(args, place)
        if value is not None:
            return UNKNOWN if value == Const(None) else value
    if args.open:
        return UNKNOWN
    default = entry.get("embedding_default")
    if default is None:
        return base.embedding if base is not None else None
    ledger, run.ledger = run.ledger, None  # what nobody asked for is loaded when it is needed
    try:
        return default_encoder(run, default, node)
    finally:
        run.ledger = ledger


def default_encoder(run: Interpreter, default: Any, node: cst.CSTNode) -> Value:
    """The encoder that a library takes when none is given."""
    if isinstance(default, dict):
        entry = Entry("encoder", "", {"model": [0], "hub": default.get("hub"), "call": ["default"]})
        args = Args((Const(default.get("name"), weak=True),))
        return api.encoder(run, entry, Captured(args, run.site(node)))
    assigned = run.heap.get(("setting", default))
    if isinstance(assigned, Value):
        return assigned
    run.catalogue.load_import(str(default).split(".")[0])
    found = run.catalogue.lookup(str(default))
    if found is None:
        return UNKNOWN
    if (setting := found.facts.get("setting")) is not None:
        if isinstance(flow(run), int):
            return UNKNOWN  # whoever calls this function may have set it
        return default_encoder(run, setting.get("is"), node)
    made = api.call(run, Api(found), Args(), node)
    return containers.weakened(made)


def vectors_of(run: Interpreter, encoder: Value | None, node: cst.CSTNode, role: str) -> Value:
    """What an encoder makes of texts that it is given inside of a store."""
    if encoder is None:
        return UNKNOWN
    if isinstance(encoder, OneOf):
        return unite(vectors_of(run, part, node, role) for part in encoder.values)
    if isinstance(encoder, Encoder):
        space = api.space_of(run, encoder)
        trail = Trail(run.site(node), "is encoded here by the store's encoder", space.origin)
        return Embedding(space, trail=trail, role=role)
    if isinstance(encoder, Instance):
        from lint_embed.provenance import classes

        for name in EMBEDDERS:
            made = classes.call_method(run, encoder, name, node, Args((UNKNOWN,)))
            if made is not None:
                return made
    if isinstance(encoder, (Function, Api)):
        return run.call(encoder, Args((UNKNOWN,)), node)
    if isinstance(encoder, Const) and isinstance(encoder.value, str):
        return vectors_of(run, default_encoder(run, {"name": encoder.value}, node), node, role)
    return UNKNOWN


# filling, querying ---------------------------------------------------------------------


def fill(run: Interpreter, value: Api, entry: Entry, args: Args, node: cst.CSTNode) -> Value | None:
    """``store.add(...)``."""
    store = _target(run, value, entry, args)
    if store is None:
        return None
    if entry.get("empty"):
        _empty(run, store)
    if entry.get("column") and isinstance(value.owner, Dict):
        put(run, store, containers.lookup(run, value.owner, Const(store.label)), node)
        return value.owner
    _fill(run, store, entry, args, node)
    made = value.node.edges.get("()")
    if made is not None and "vectors" in made.facts:
        return None  # it gives back what it keeps
    return store if entry.get("returns") else Const(None)


def _target(run: Interpreter, value: Api, entry: Entry, args: Args) -> Store | None:
    """The store that a call is about: its receiver or an argument, with further pieces."""
    if entry.get("column"):
        return _column_index(run, value, entry, args)
    store = value.owner if isinstance(value.owner, Store) else None
    if entry.get("store") is not None:
        found = args.find(entry.get("store"))
        call = value.calls
        while found is None and call is not None:
            found, call = call.args.find(entry.get("store")), call.before
        store = found if isinstance(found, Store) else None
    if store is None:
        return None
    return _narrowed(run, settled(run, store), entry, args)


def _column_index(run: Interpreter, value: Api, entry: Entry, args: Args) -> Store | None:
    """The index over a column of a data set, which the data set itself searches."""
    name = args.find(entry.get("column"))
    if not isinstance(value.owner, Dict) or not isinstance(name, Const):
        return None
    token = Token((value.owner.token, "index", name.value))
    return Store(token, None, label=str(name.value), library=entry.library)


def _narrowed(run: Interpreter, store: Store, entry: Entry, args: Args) -> Store | None:
    further: list[tuple[str, object]] = []
    vector = store.vector
    for piece, spec in entry.get("key", {}).items():
        if piece == "vector":
            names = [v for v, _ in places.values_at(run, args, spec) if isinstance(v, Const)]
            vector = str(names[0].value) if names else vector
            continue
        value = places.first(run, args, spec)
        if isinstance(value, Const) and value.value is not None:
            further.append((piece, value.value))
        elif piece in NEEDED or (value is not None and value != Const(None)):
            return None
    if not further:
        return replace(store, vector=vector)
    label = dict(further).get("name")
    return replace(
        store,
        identity=(store.identity, *further),
        vector=vector,
        label=str(label) if label is not None else store.label,
    )


def _fill(run: Interpreter, store: Store, entry: Entry, args: Args, node: cst.CSTNode) -> None:
    for value, vector in _brought(run, store, entry, args, node, "document"):
        put(run, replace(store, vector=vector or store.vector), value, node)


def _brought(
    run: Interpreter, store: Store, entry: Entry, args: Args, node: cst.CSTNode, role: str
) -> list[tuple[Value, str | None]]:
    """The vectors that a call brings: given ones, or texts that the store embeds."""
    found = places.values_at(run, args, entry.get("vectors"))
    if found:
        vectors = [pair for pair in found if groups_of(run, pair[0]) is not None]
        if vectors or not entry.get("texts"):
            return vectors or [(UNKNOWN, None)]
    texts = places.values_at(run, args, entry.get("texts"))
    if texts:
        encoder = store.embedding
        for place in places.specs_of(entry.get("embedding")):
            inner = [v for v, _ in places.values_at(run, args, [place]) if isinstance(v, Encoder)]
            encoder = inner[0] if inner else encoder
        return [(vectors_of(run, encoder, node, role), None)]
    return [(UNKNOWN, None)] if args.open and (entry.get("vectors") or entry.get("texts")) else []


def put(run: Interpreter, store: Store, value: Value, node: cst.CSTNode) -> None:
    """Vectors come into a store."""
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
        for group in groups:
            if (fallback := fallback_of(group, run.aligned)) is not None:
                meet(run, node, "fallback", fallback, store.describe())
        values = [group[0] if len(group) == 1 else OneOf(group) for group in groups]
    run.heap.set(place, Items((), containers.add_rest(before.rest, values)))
    if store.vector is not None:
        _note_vector(run, store)
    run.carriers.version += 1
    run.record(_event(run, "fill", store, groups, node, False))


def _note_vector(run: Interpreter, store: Store) -> None:
    """Keeps which names of vectors a store is known to have."""
    place = ("vectors", store.identity, _flow_of(run, store))
    names = run.heap.get(place)
    before = names.rest if isinstance(names, Items) else ()
    run.heap.set(place, Items((), containers.add_rest(before, [Const(store.vector)])))


def _filled(run: Interpreter, part: Embedding, node: cst.CSTNode) -> Embedding:
    return replace(part, trail=Trail(run.site(node), "fills the store here", part.trail))


def _event(
    run: Interpreter,
    kind: str,
    store: Store,
    groups: list[Group] | None,
    node: cst.CSTNode,
    known: bool,
) -> Event | None:
    if not isinstance(store.identity, tuple) or not is_shared(store.identity):
        return None
    return Event(
        kind, store.identity, store.vector, tuple(groups) if groups is not None else None,
        run.site(node), run.calls(), store, known, flow(run),
        run.heap.get(("emptied", store.identity, flow(run))) is not None,
    )  # fmt: skip


def query(
    run: Interpreter, value: Api, entry: Entry, args: Args, node: cst.CSTNode
) -> Value | None:
    """``store.search(...)``: its answer carries no space, but its vectors can be read."""
    store = _target(run, value, entry, args)
    if store is None:
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
    run.record(_event(run, "query", store, groups, node, settled))


def _contents(run: Interpreter, store: Store) -> Items | None:
    """What a store holds; an unnamed vector is the only one that it is known to have."""
    found = run.heap.get(cell(run, store))
    if store.vector is None and not (isinstance(found, Items) and found.rest):
        names = run.heap.get(("vectors", store.identity, _flow_of(run, store)))
        if isinstance(names, Items) and len(names.rest) == 1 and isinstance(names.rest[0], Const):
            return _contents(run, replace(store, vector=str(names.rest[0].value)))
    return found if isinstance(found, Items) else None


def read(run: Interpreter, value: Api, entry: Entry) -> Value:
    """The vectors that come out of a store."""
    store = value.owner
    if not isinstance(store, Store):
        return UNKNOWN
    args = value.calls.args if value.calls is not None else Args()
    narrowed = _narrowed(run, settled(run, store), entry, args)
    contents = _contents(run, narrowed) if narrowed is not None else None
    if contents is None or not contents.rest:
        return UNKNOWN
    rows = entry.get("rows", "many")
    return unite(
        replace(part, rows=rows) if isinstance(part, Embedding) else part for part in contents.rest
    )


def empty(
    run: Interpreter, value: Api, entry: Entry, args: Args, node: cst.CSTNode
) -> Value | None:
    """Deletes or re-creates a store."""
    store = _target(run, value, entry, args)
    if store is not None:
        _empty(run, store)
    return None


def _empty(run: Interpreter, store: Store) -> None:
    run.heap.set(cell(run, store), Items())
    names = run.heap.get(("vectors", store.identity, _flow_of(run, store)))
    for name in names.rest if isinstance(names, Items) else ():
        if isinstance(name, Const):
            run.heap.set(cell(run, replace(store, vector=str(name.value))), Items())
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


def texts_of(key: object) -> set[str]:
    """The strings in a store's key that tell it from others."""
    if isinstance(key, tuple):
        if len(key) == 2 and key[0] in PIECES:
            return {str(key[1])} if isinstance(key[1], str) else set()
        return {text for part in key for text in texts_of(part)}
    return set()


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
