"""Calls of vector stores: what they fill them with, and what they ask them for."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from lint_embed.catalogue import Entry
from lint_embed.provenance import (
    containers,
    covers,
    embedders,
    filters,
    keys,
    places,
    store_contents,
    texts,
)
from lint_embed.provenance.comparing import check_roles, meet
from lint_embed.provenance.grouping import groups_of
from lint_embed.provenance.meetings import first_clash
from lint_embed.provenance.values.base import UNKNOWN, Value
from lint_embed.provenance.values.callables import Args, Class
from lint_embed.provenance.values.constants import Const
from lint_embed.provenance.values.containers import Dict
from lint_embed.provenance.values.identities import RECORD, Identity
from lint_embed.provenance.values.imports import Api
from lint_embed.provenance.values.stores import Store
from lint_embed.provenance.values.vectors import Encoder

if TYPE_CHECKING:
    import libcst as cst

    from lint_embed.provenance.interpreter import Interpreter


def fill(run: Interpreter, value: Api, entry: Entry, args: Args, node: cst.CSTNode) -> Value | None:
    """``store.add(...)``."""
    store = _target(run, value, entry, args)
    if store is None:
        return None
    if entry.get("empty"):
        store_contents.make_empty(run, store)
    if entry.get("column") and isinstance(value.owner, Dict):
        name = args.find(entry.get("column")) or UNKNOWN
        given = places.values_at(run, args, entry.get("vectors"))
        column = given[0][0] if given else containers.lookup(run, value.owner, name)
        store_contents.put(run, store, column, node)
        return value.owner
    if store.identity.has(RECORD):
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
        return store_contents.column_index(run, value, entry, args)
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
    return _narrowed(run, store_contents.settled(run, store), entry, args, named=False)


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
        if piece == RECORD:
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
    labels = filters.beside(run, entry, args)
    for value, vector in _brought(run, store, entry, args, node, "document"):
        named = replace(store, vector=vector or store.vector)
        store_contents.put(run, named, value, node, anew, labels)


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
    texts, vectors = (
        {places.given_at(args, place) for place in places.specs_of(entry.get(kind))}
        for kind in ("texts", "vectors")
    )
    return bool(texts & vectors - {None})


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
    names = filters.filter_of(run, entry, args)
    for vectors, name in _brought(run, store, entry, args, node, "query"):
        ask(run, replace(store, vector=name or store.vector), vectors, node, names)
    return None


def ask(
    run: Interpreter,
    store: Store,
    value: Value,
    node: cst.CSTNode,
    names: Collection[str | None] = (),
) -> None:
    """A store is asked for the neighbours of vectors, among the rows that a filter lets pass.

    ``names``: what that filters by; None among them for what can't be read.
    """
    filters.ask(run, store.identity, names, run.site(node))
    groups = groups_of(run, value)
    contents = store_contents.contents_of(run, store)
    if run.ledger is not None:
        run.ledger.use_store("ask", store, run.site(node), groups)
    if groups is None:
        return
    held = containers.new_each(contents) if contents is not None else None
    known = groups_of(run, held) if held is not None else None
    if held is not None:
        check_roles(run, node, value, held)
    run.encounters += bool(known)
    clash = first_clash(groups, known, run.aligned) if known else None
    if clash is not None:
        meet(run, node, "query", clash, store.describe(), store=store.identity)
    settled = contents is not None and bool(contents.rest)
    run.record(store_contents.event(run, "query", store, groups, node, settled))


def set_item(
    run: Interpreter, store: Store, name: str | None, value: Value, node: cst.CSTNode
) -> None:
    """``file["name"] = vectors``, where ``file["name"]`` reads them; or a part of one array."""
    edges = store.interface.edges if store.interface is not None else {}
    if "[]" in edges and "read" in edges["[]"].facts:
        vector = store.vector if store.vector is not None else name
        if vector is not None:
            store_contents.put(
                run, replace(store_contents.settled(run, store), vector=vector), value, node
            )


def read(run: Interpreter, value: Api, entry: Entry) -> Value:
    """The vectors that come out of a store."""
    store = value.owner
    if not isinstance(store, Store):
        return UNKNOWN
    args = value.calls.args if value.calls is not None else Args()
    narrowed = _narrowed(run, store_contents.settled(run, store), entry, args)
    return (
        store_contents.held(run, narrowed, entry.get("rows", "many"))
        if narrowed is not None
        else UNKNOWN
    )


def empty(
    run: Interpreter, value: Api, entry: Entry, args: Args, node: cst.CSTNode
) -> Value | None:
    """Deletes or re-creates a store, as far as a call does that with its arguments."""
    store: Store | None = None
    if isinstance(value.owner, Store) and _means_every(value.owner, entry, args):
        store = store_contents.settled(run, value.owner)
    elif _may_empty(run, entry, args):
        store = _target(run, value, entry, args) if value.owner else _named(run, entry, args)
    if store is not None:
        store_contents.make_empty(run, store, created=bool(entry.get("makes")))
    return None


def _named(run: Interpreter, entry: Entry, args: Args) -> Store | None:
    """The store that the arguments of a call alone lead to."""
    pieces = keys.pieces_of(run, entry, args, required=True)
    if not pieces:
        return None
    engine = str(entry.get("engine") or entry.library)
    return Store(Identity(engine).with_pieces(pieces), None, library=engine)


def _means_every(store: Store, entry: Entry, args: Args) -> bool:
    """Whether a call deletes each of the things that a store is asked for without a condition."""
    found = args.find(entry.get("every", ()))
    told = found.node.facts.get("every") if isinstance(found, Api) else None
    if told is None or not isinstance(found, Api) or found.owner != store:
        return False
    return found.calls is None or found.calls.args.find(told.get("unless", ())) is None


def _may_empty(run: Interpreter, entry: Entry, args: Args) -> bool:
    """Whether a call empties what its key leads to, where that depends on an argument."""
    condition = entry.get("only_if")
    if condition is None:
        return not entry.get("every") or bool(entry.get("key"))
    found = args.find(condition["argument"])
    return any(_is_written(run, found, plain) for plain in condition["values"])


def _is_written(run: Interpreter, value: Value | None, plain: object) -> bool:
    """Whether a value is a constant, or a dict of such."""
    if not isinstance(plain, Mapping):
        return isinstance(value, Const) and value.value == plain
    known = containers.dict_keys(run, value) if isinstance(value, Dict) else None
    if known is None or known.rest or {name for name, _ in known.known} != set(plain):
        return False
    return all(_is_written(run, known.get(name), part) for name, part in plain.items())


def merge(
    run: Interpreter, value: Api, entry: Entry, args: Args, node: cst.CSTNode
) -> Value | None:
    """Takes in the contents of another store."""
    other = args.find(entry.get("of", [0]))
    if isinstance(value.owner, Store) and isinstance(other, Store):
        contents = store_contents.contents_of(run, store_contents.settled(run, other))
        for part in contents.rest if contents is not None else ():
            store_contents.put(run, store_contents.settled(run, value.owner), part, node)
    return Const(None)
