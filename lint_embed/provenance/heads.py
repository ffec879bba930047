"""Heads of networks: what stands behind the features, and what is left without it.

A classifier gives scores of classes, which are no vectors of a space. A program makes an encoder
of it by putting something without weights in the place of its head, by running all but its last
layers, or by putting layers without weights behind what gives features already.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lint_embed.catalogue import Entry
from lint_embed.provenance import api, containers
from lint_embed.provenance.values.base import UNKNOWN, Value
from lint_embed.provenance.values.callables import Args
from lint_embed.provenance.values.constants import Const
from lint_embed.provenance.values.containers import List, Tuple
from lint_embed.provenance.values.imports import Api
from lint_embed.provenance.values.vectors import Embedding, Encoder, Space

if TYPE_CHECKING:
    import libcst as cst

    from lint_embed.catalogue import Node
    from lint_embed.provenance.interpreter import Interpreter

HEADLESS = "headless"
"""Where an encoder's object keeps the interface that it has without its head."""

HOLDS = "holds"
"""Where a network that was made without layers keeps the encoder that was added to it."""


def set_head(run: Interpreter, holder: Value, piece: str, value: Value, node: cst.CSTNode) -> bool:
    """``model.fc = …``, ``model.classifier[6] = …``: whether that is a head of an encoder.

    ``holder`` is the encoder, or the part of it that holds the head; ``piece`` the edge to it.
    """
    encoder = holder.owner if isinstance(holder, Api) else holder
    place = holder.node if isinstance(holder, Api) else getattr(holder, "interface", None)
    edge = place.edges.get(piece) if place is not None else None
    if not isinstance(encoder, Encoder) or edge is None or "head" not in edge.facts:
        return False
    interface = edge.facts["head"].get("interface")
    left = Const(tuple(interface)) if _lets_pass(run, encoder, value, node) else Const(None)
    run.heap.set((encoder.token, HEADLESS), left)
    return True


def behead(run: Interpreter, value: Api, entry: Entry, args: Args, node: cst.CSTNode) -> Value:
    """``model.reset_classifier(0)``: a method that takes the head away, for some argument."""
    given = args.find(entry.get("argument"))
    if isinstance(value.owner, Encoder):
        gone = isinstance(given, Const) and given.value in entry.get("values")
        left = Const(tuple(entry.get("interface")) if gone else None)
        run.heap.set((value.owner.token, HEADLESS), left)
    return Const(None)


def without_head(run: Interpreter, encoder: Value) -> Node | None:
    """What an encoder whose head is gone can do, or None where it has one."""
    if not isinstance(encoder, Encoder):
        return None
    left = run.heap.get((encoder.token, HEADLESS))
    if not isinstance(left, Const) or not isinstance(left.value, tuple):
        return None
    return run.catalogue.interface(list(left.value))


def _lets_pass(run: Interpreter, encoder: Encoder, layer: Value, node: cst.CSTNode) -> bool:
    """Whether what goes into a layer behind an encoder comes out of it in the same space."""
    if isinstance(layer, Encoder):
        return layer.token == encoder.token  # what is left of its own layers
    space = api.space_of(run, encoder)
    given = Embedding(space, rows="many", trail=space.origin)
    found = run.call(layer, Args((given,)), node)
    return isinstance(found, Embedding) and found.space == space


def chain(
    run: Interpreter, value: Api, entry: Entry, args: Args, node: cst.CSTNode
) -> Value | None:
    """``Sequential(encoder, pooling)``: the encoder, where the layers behind it change nothing.

    Layers before it belong to its input. A second encoder, or a layer with weights behind the
    first, makes something of its own, which is unknown. None where all layers change nothing. To
    one without layers they may be added later.
    """
    if args.open:
        return UNKNOWN
    layers = args.positional
    found = args.find(entry.get("of", ()))
    if isinstance(found, Encoder):
        layers = (found,)
    elif isinstance(found, (List, Tuple)):
        items = containers.items_of(run, found)
        if items is None or items.rest:
            return UNKNOWN
        layers = items.known
    if not layers and (interface := run.catalogue.interface(entry.get("interface"))) is not None:
        token = run.token(node)
        return Encoder(Space(token, resolved=False), interface, token)
    if all(_keeps(layer) for layer in layers):
        return None
    first = next((place for place, one in enumerate(layers) if isinstance(one, Encoder)), None)
    if first is None:
        return UNKNOWN
    encoder = layers[first]
    assert isinstance(encoder, Encoder)
    behind = layers[first + 1 :]
    return encoder if all(_lets_pass(run, encoder, one, node) for one in behind) else UNKNOWN


def _keeps(layer: Value) -> bool:
    entry = layer.node.facts.get("array") if isinstance(layer, Api) else None
    return entry is not None and entry.get("effect") == "keep"


def add_behind(run: Interpreter, value: Api, entry: Entry, args: Args, node: cst.CSTNode) -> Value:
    """``model.add(layer)``: one with weights makes the network another one.

    The first encoder that is added to one without layers is what it gives the vectors of.
    """
    layer, owner = args.find(entry.get("of", (0,))), value.owner
    if not isinstance(owner, Encoder):
        return Const(None)
    is_empty = owner.space.model == owner.token and run.heap.get((owner.token, HOLDS)) is None
    if is_empty and isinstance(layer, Encoder):
        run.heap.set((owner.token, HOLDS), layer)
        run.heap.set((owner.token, HEADLESS), Const(tuple(entry.get("interface", ()))))
    elif not is_empty and (layer is None or not _lets_pass(run, owner, layer, node)):
        run.heap.set((owner.token, "replaced"), Const(True))
    return Const(None)
