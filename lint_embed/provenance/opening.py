"""Opening stores and clients of stores, and what makes each the same as others."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lint_embed.catalogue import Entry
from lint_embed.provenance import api, embedders, keys, places, store_contents, stores
from lint_embed.provenance.values.base import UNKNOWN, Value
from lint_embed.provenance.values.callables import Args
from lint_embed.provenance.values.constants import Const, names_of
from lint_embed.provenance.values.containers import Items
from lint_embed.provenance.values.identities import PROCESS, Identity
from lint_embed.provenance.values.imports import Api, Captured
from lint_embed.provenance.values.joining import alternatives
from lint_embed.provenance.values.stores import Store

if TYPE_CHECKING:
    import libcst as cst

    from lint_embed.provenance.interpreter import Interpreter


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
    identity = _identity(run, entry, args, base, under is None, node)
    interface = run.catalogue.interface(entry.get("interface"))
    embedding = embedders.bound_encoder(run, entry, args, base, node)
    if (itself := _encoder_itself(value)) is not None:
        embedding = api.encoder(run, itself, Captured(args, run.site(node)))
    vector = identity["vector"]
    if isinstance(vector, str):  # a part of the store, not another one
        pieces = tuple(piece for piece in identity.pieces if piece[0] != "vector")
        identity = replace(identity, pieces=pieces)
    store = Store(
        identity,
        interface,
        embedding,
        vector if isinstance(vector, str) else None,
        label=identity.label,
        library=identity.engine,
        site=run.site(node),
        kept_since=entry.get("embedding_kept"),
        created=bool(entry.get("empty")),
        bound=places.find(args, (places.specs_of(entry.get("embedding")) or [[]])[0]) is not None,
    )
    if entry.get("empty") or _is_emptied(entry, args):
        store_contents.make_empty(run, store, created=True)
    elif (
        not identity.shared
        and under is None
        and run.heap.get(store_contents.cell(run, store)) is None
    ):
        run.heap.set(store_contents.cell(run, store), Items())
    stores.take_in(run, store, entry, args, node)
    return store


def open_item(run: Interpreter, value: Api, entry: Entry, key: Value | None) -> Value:
    """``client["name"]``, where that opens a store."""
    base = value.owner
    if not isinstance(base, Store) or key is None:
        return UNKNOWN
    pieces = keys.pieces_of(run, entry, Args((key,)), required=False)
    if not pieces:
        return UNKNOWN
    identity = base.identity.with_pieces(pieces, names_of(key))
    interface = run.catalogue.interface(entry.get("interface"))
    return Store(identity, interface, label=identity.label, library=identity.engine, site=base.site)


def _encoder_itself(value: Api) -> Entry | None:
    """The encoder that a call makes which also opens a store."""
    made = value.node.edges.get("()")
    return made.facts.get("encoder") if made is not None else None


def _identity(
    run: Interpreter,
    entry: Entry,
    args: Args,
    base: Store | None,
    required: bool,
    node: cst.CSTNode,
) -> Identity:
    """What makes the store that a call opens the same as others."""
    pieces = keys.pieces_of(run, entry, args, required)
    given = keys.given_by(args, entry)
    token = run.token(node)
    frame = run.frame
    single = frame.is_module and len(run.frames) == 1 and not frame.loops
    engine = str(entry.get("engine") or entry.library)
    if pieces is not None and base is not None:
        return base.identity.with_pieces(pieces, given)
    location = dict(pieces).get("location") if pieces is not None else None
    if not pieces or location in entry.get("memory", ()):
        return Identity(base.identity.engine if base else engine, (), token, single, given)
    if location == PROCESS:
        pieces = tuple((name, value) for name, value in pieces if name != "location")
        return Identity(engine).with_pieces((("location", (PROCESS,)), *pieces), given)
    return Identity(engine).with_pieces(pieces, given)


def _is_emptied(entry: Entry, args: Args) -> bool:
    condition = entry.get("empty_if")
    if condition is None:
        return False
    found = args.find(condition["argument"])
    return isinstance(found, Const) and found.value in condition["values"]
