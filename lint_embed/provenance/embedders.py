"""The encoder that a store embeds its texts with: a given one, a default, a setting."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lint_embed.catalogue import Entry
from lint_embed.provenance import api, containers, places, store_contents
from lint_embed.provenance.state import setting
from lint_embed.provenance.values.base import UNKNOWN, OneOf, Trail, Value
from lint_embed.provenance.values.callables import Args, Function, Instance
from lint_embed.provenance.values.constants import Const
from lint_embed.provenance.values.imports import Api, Captured
from lint_embed.provenance.values.joining import unite
from lint_embed.provenance.values.stores import Store
from lint_embed.provenance.values.vectors import Embedding, Encoder

if TYPE_CHECKING:
    import libcst as cst

    from lint_embed.provenance.interpreter import Interpreter

EMBEDDERS = ("embed_documents", "embed_query", "__call__", "encode", "get_text_embedding")
MAX_IMPORTS = 100
"""Among so many modules a program's settings are looked for."""


def bound_encoder(
    run: Interpreter, entry: Entry, args: Args, base: Store | None, node: cst.CSTNode
) -> Value | None:
    """The encoder that embeds a store's texts."""
    for place in places.specs_of(entry.get("embedding")):
        value = places.find(args, place)
        if value is not None and value != Const(None) and places.leads_on(place):
            inside = [one for one, _ in places.values_at(run, args, [place])]
            value = next((one for one in inside if isinstance(one, (Encoder, Instance))), value)
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


def bind(run: Interpreter, value: Api, entry: Entry, args: Args, node: cst.CSTNode) -> Value | None:
    """``client.set_model(name)``: from now on the store embeds its texts with another encoder."""
    if isinstance(value.owner, Store):
        found = places.first(run, args, entry.get("embedding")) or UNKNOWN
        if isinstance(found, Const) and isinstance(found.value, str):
            named = {"name": found.value, "hub": entry.get("hub")}
            found = default_encoder(run, named, node)
        run.heap.set(("embeds", value.owner.site), found)
    return None


def encoder_of(run: Interpreter, store: Store) -> Value | None:
    """The encoder that a store embeds its texts with now."""
    bound = run.heap.get(("embeds", store.site))
    return bound if isinstance(bound, Value) else store.embedding


def default_encoder(run: Interpreter, default: Any, node: cst.CSTNode) -> Value:
    """The encoder that a library takes when none is given."""
    if isinstance(default, dict):
        entry = Entry("encoder", "", {"model": [0], "hub": default.get("hub"), "call": ["default"]})
        args = Args((Const(default.get("name"), weak=True),))
        return api.encoder(run, entry, Captured(args, run.site(node)))
    value = assigned(run, default)
    if value is not None:
        return value
    run.catalogue.load_import(str(default).split(".")[0])
    found = run.catalogue.lookup(str(default))
    if found is None:
        return UNKNOWN
    if (fact := found.facts.get("setting")) is not None:
        if isinstance(store_contents.flow(run), int):
            return UNKNOWN  # whoever calls this function may have set it
        return default_encoder(run, fact.get("is"), node)
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
        from lint_embed.provenance import instances

        for name in EMBEDDERS:
            made = instances.call_method(run, encoder, name, node, Args((UNKNOWN,)))
            if made is not None:
                return made
    if isinstance(encoder, (Function, Api)):
        return run.call(encoder, Args((UNKNOWN,)), node)
    if isinstance(encoder, Const) and isinstance(encoder.value, str):
        return vectors_of(run, default_encoder(run, {"name": encoder.value}, node), node, role)
    return UNKNOWN


def assigned(run: Interpreter, path: str) -> Value | None:
    """What this program, or a module that it imports, has assigned to a setting."""
    name = path.rpartition(".")[2]
    queue = [run.frames[0].module]
    seen = {queue[0].path}
    while queue:
        module = queue.pop(0)
        assigned = run.heap.get(setting(path, module.path))
        if isinstance(assigned, Value):
            return assigned
        for imported in [found for found in module.imports if found not in seen]:
            seen.add(imported)
            other = run.project.module(imported) if len(seen) < MAX_IMPORTS else None
            if other is not None:
                if name in other.source.text:
                    run.run_module(other)
                queue.append(other)
    return None
