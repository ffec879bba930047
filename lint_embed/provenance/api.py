"""Walking the catalogue's access paths: encoders and the vectors that they make."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from lint_embed.catalogue import Entry, Node, spaces
from lint_embed.provenance import (
    constants,
    containers,
    effects,
    embedders,
    heads,
    identity,
    kept,
    opening,
    stores,
)
from lint_embed.provenance.values.base import UNKNOWN, OneOf, Site, Token, Trail, Value
from lint_embed.provenance.values.callables import Args
from lint_embed.provenance.values.constants import Const
from lint_embed.provenance.values.containers import Each, Items, List, Tuple
from lint_embed.provenance.values.imports import Api, Captured
from lint_embed.provenance.values.joining import alternatives, unite
from lint_embed.provenance.values.stores import Store
from lint_embed.provenance.values.vectors import ORIGINAL, Embedding, Encoder, Space

if TYPE_CHECKING:
    import libcst as cst

    from lint_embed.provenance.interpreter import Interpreter

PASSING = frozenset({"model_dump", "to_dict", "dict", "json", "parse", "result", "unwrap"})
"""Methods of an API's answer that give its parts under the same names."""


# walking -------------------------------------------------------------------------------


def attribute(run: Interpreter, value: Value, name: str) -> Value:
    """``value.name`` for an API place, an encoder or an array."""
    if isinstance(value, Api):
        after = step(run, value, name)
        if after is None and value.calls is not None and name in PASSING:
            return Api(SAME_ANSWER, value)
        if after is None and value.calls is not None and name == "get":
            return Api(PART_OF_ANSWER, value)
        if after is None and (named := value.node.facts.get("constants")) is not None:
            return Const(named.get("values", {}).get(name, name))
        return UNKNOWN if after is None else after
    if isinstance(value, Embedding) and value.at is not None and name in value.at.node.edges:
        return step(run, value.at, name) or UNKNOWN
    if isinstance(value, Store):
        edges = value.interface.edges if value.interface is not None else {}
        opens = name not in edges and "[]" in edges and "store" in edges["[]"].facts
        # client.name is client["name"] where clients open stores so.
        return item(run, value, Const(name)) if opens else _enter(run, value.interface, value, name)
    if isinstance(value, Encoder):
        stored = run.heap.get((value.token, name))
        if isinstance(stored, Value):
            return stored
        return _enter(run, value.interface, value, name)
    return _enter(run, run.catalogue.array, value, name)


SAME_ANSWER = Node("the same answer")
PART_OF_ANSWER = Node("a part of the answer")


def _enter(run: Interpreter, root: Node | None, owner: Value, piece: str) -> Value:
    node = root.edges.get(piece) if root is not None else None
    if node is None and (left := heads.without_head(run, owner)) is not None:
        node = left.edges.get(piece)
    return UNKNOWN if node is None else arrive(run, Api(node, owner))


def step(run: Interpreter, value: Api, piece: str) -> Value | None:
    """One edge further, or None where the catalogue knows none."""
    node = value.node.edges.get(piece)
    return None if node is None else arrive(run, Api(node, value.owner, value.calls))


def item(run: Interpreter, value: Value, key: Value | None) -> Value:
    """``value[key]``; key None is any element of an iteration."""
    root, owner = value, value
    edges = None
    if isinstance(root, Api):
        edges = root.node.edges
    elif isinstance(root, (Encoder, Store)) and root.interface is not None:
        edges = root.interface.edges
    if not edges:
        return UNKNOWN
    for piece in _pieces(key):
        if piece in edges:
            if key is not None and (entry := edges[piece].facts.get("fold")) is not None:
                return constants.fold(entry.get("as"), Args((key,))) or UNKNOWN
            if (entry := edges[piece].facts.get("store")) is not None:
                return opening.open_item(run, Api(edges[piece], owner), entry, key)
            if isinstance(root, Store) and piece == "[]" and isinstance(key, Const):
                owner = replace(root, vector=str(key.value))
            if isinstance(root, Api):
                holder = root.owner
                if isinstance(holder, Store) and piece == "[]" and "read" in edges[piece].facts:
                    # The field of a record is one of its vectors, or none.
                    if isinstance(key, Const) and isinstance(key.value, str):
                        holder = replace(holder, vector=key.value)
                return arrive(run, Api(edges[piece], holder, root.calls))
            return arrive(run, Api(edges[piece], owner))
    return UNKNOWN


def _pieces(key: Value | None) -> Iterable[str]:
    if isinstance(key, Const):
        if isinstance(key.value, str):
            yield key.value
        else:
            yield f"[{key.value}]"
    yield "[]"


def arrive(run: Interpreter, value: Api) -> Value:
    """The value at a place: an encoder or vectors where the catalogue says so."""
    facts = value.node.facts
    if not facts:
        return value
    if (entry := facts.get("vectors")) is not None:
        return vectors(run, value, entry)
    if (entry := facts.get("encoder")) is not None and value.calls is not None:
        return encoder(run, entry, value.calls, value.node.path)
    if "setting" in facts:
        assigned = embedders.assigned(run, value.node.path)
        return assigned if isinstance(assigned, Value) else value
    if (entry := facts.get("read")) is not None:
        return stores.read(run, value, entry)
    if (entry := facts.get("same")) is not None and isinstance(value.owner, (Encoder, Store)):
        other = run.catalogue.interface(entry.get("interface"))
        return replace(value.owner, interface=other) if other is not None else value.owner
    return value


def call(run: Interpreter, value: Api, args: Args, node: cst.CSTNode) -> Value:
    """Calls a public name or method."""
    if value.node is SAME_ANSWER and value.owner is not None:
        return value.owner
    if value.node is PART_OF_ANSWER and value.owner is not None:
        return item(run, value.owner, args.find([0]) or UNKNOWN)
    result = effects.apply(run, value, args, node)
    if result is not None:
        return result
    piece = value.node.edges.get("()")
    if piece is None:
        return UNKNOWN
    captured = Captured(args, run.site(node), value.calls)
    return arrive(run, Api(piece, value.owner, captured))


def call_encoder(run: Interpreter, value: Encoder | Store, args: Args, node: cst.CSTNode) -> Value:
    """``encoder(...)``."""
    piece = value.interface.edges.get("()") if value.interface is not None else None
    if piece is None and (left := heads.without_head(run, value)) is not None:
        piece = left.edges.get("()")
    if piece is None:
        return UNKNOWN
    return arrive(run, Api(piece, value, Captured(args, run.site(node))))


# encoders ------------------------------------------------------------------------------


def encoder(run: Interpreter, entry: Entry, calls: Captured, path: str = "") -> Value:
    """The encoder (or one of several) that a call of an access path makes."""
    run.pulse += 1
    args = calls.args
    if entry.get("identity") == "object" and identity.is_random(entry, args):
        return UNKNOWN  # its axes are not learned here
    token = run.token(calls.site.node)
    interface = run.catalogue.interface(identity.interface_of(entry, args))
    results: list[Value] = []
    version: object = ORIGINAL
    for model in identity.models(run, entry, calls, path):
        if isinstance(model, Encoder):
            results.append(replace(model, interface=interface or model.interface))
            continue
        if entry.get("identity") == "wraps" and not (entry.get("hub") and _is_name(model)):
            # What gives these vectors, where the program says what becomes of an input.
            if isinstance(model, Embedding) and not model.tokens:
                results.append(Encoder(model.space, interface, token))
            else:
                results.append(UNKNOWN)
            continue
        space = identity.space_named(run, entry, calls, model, token, path)
        if space.written:
            space = kept.read(run, space, token)
        results.append(Encoder(space, interface, token))
        if run.ledger is not None:
            run.ledger.made(space)
        version = space.version or ORIGINAL  # from now on it has a training of its own
    run.heap.set((token, "version"), Const(version))
    return unite(results)


def _is_name(value: Value) -> bool:
    return isinstance(value, Const) and isinstance(value.value, str)


def annotated(run: Interpreter, value: Api, site: Site) -> Value:
    """A value of which only the class is known, from an annotation."""
    node = value.node.edges.get("()")
    if node is None:
        return UNKNOWN
    if (entry := node.facts.get("encoder")) is not None:
        token = Token(id(site.node), run.frame.context)
        space = Space(token, resolved=False, library=entry.library)
        return Encoder(space, run.catalogue.interface(entry.get("interface")), token)
    return Api(node, None, Captured(Args(open=True), site))


# vectors -------------------------------------------------------------------------------


def vectors(run: Interpreter, value: Api, entry: Entry) -> Value:
    """The vectors at the end of an access path."""
    run.pulse += 1
    calls = value.calls
    args = calls.args if calls is not None else Args()
    site = calls.site if calls is not None else None
    owner = value.owner
    if owner is None and (own := _rewritten(run, value, entry)) is not None:
        return own
    if isinstance(owner, Store) and isinstance(owner.embedding, Encoder):
        owner = owner.embedding
    if isinstance(owner, Encoder):
        if site is not None and entry.get("trains"):
            train(run, owner, site)
        spaces_found = [space_of(run, owner)]
    elif calls is not None:
        token = run.token(calls.site.node)
        models = identity.models(run, entry, calls, value.node.path)
        spaces_found = [
            identity.space_named(run, entry, calls, model, token, value.node.path)
            for model in models
            if not isinstance(model, Encoder)
        ]
        spaces_found += [space_of(run, model) for model in models if isinstance(model, Encoder)]
        if run.ledger is not None:
            for space in spaces_found:
                run.ledger.made(space)
    else:
        return UNKNOWN
    if run.handlers:
        spaces_found = [replace(space, fallback=True) for space in spaces_found]
    variant: frozenset[tuple[str, object]] = frozenset()
    if isinstance(owner, Encoder) and calls is not None:
        variant = identity.variants(run, entry.get("variant"), calls)
    fixed = frozenset(dict(entry.get("fixed", {})).items())
    rows = _rows(run, entry, value, args)
    return unite(
        Embedding(
            _with_variant(space, variant | fixed),
            rows=rows,
            tokens=entry.get("level") == "tokens",
            trail=Trail(site, "is encoded here", space.origin) if site else space.origin,
            role=identity.role_of(run, entry, calls, space.model) if calls is not None else None,
            listed=entry.lists,
            at=value if value.node.edges else None,
        )
        for space in spaces_found
    )


def put(run: Interpreter, value: Api, name: str, new: Value) -> None:
    """``value[name] = new``: from now on the program's own data stands there."""
    if value.calls is not None:
        # A row's own value is one of the column's.
        column = Each(Items((), (new,))) if value.node.path.endswith("[]") else new
        run.heap.set((("column", id(value.calls.first().site.node)), name), column)


def _rewritten(run: Interpreter, value: Api, entry: Entry) -> Value | None:
    """What the program itself has put in the place of published vectors."""
    if value.calls is None:
        return None
    name = value.node.path.rpartition(".")[2]
    new = run.heap.get((("column", id(value.calls.first().site.node)), name))
    if not isinstance(new, Value):
        return None
    return containers.element(run, new) if entry.get("rows") == "one" else new


def space_of(run: Interpreter, owner: Encoder) -> Space:
    """The space of an encoder as it is trained now."""
    version = run.heap.get((owner.token, "version"))
    known = version.value if isinstance(version, Const) else None
    if run.heap.get((owner.token, "replaced")) is not None:
        return replace(owner.space, model=owner.token, resolved=False, version=None)
    held = run.heap.get((owner.token, heads.HOLDS))
    if isinstance(held, Encoder) and held.token != owner.token:
        return space_of(run, held)
    return owner.space if owner.space.version == known else replace(owner.space, version=known)


def own_vectors(run: Interpreter, owner: Encoder, site: Site) -> Embedding:
    """The vectors that a model holds itself, one for each word or text that it was trained on."""
    space = space_of(run, owner)
    return Embedding(space, rows="many", trail=Trail(site, "holds vectors", space.origin))


def _with_variant(space: Space, variant: frozenset[tuple[str, object]]) -> Space:
    if not variant:
        return space
    names = {name for name, _ in variant}
    kept = frozenset(pair for pair in space.variant if pair[0] not in names)
    return replace(space, variant=kept | variant)


def _rows(run: Interpreter, entry: Entry, value: Api, args: Args) -> str | None:
    rows = entry.get("rows", "input")
    if rows in ("one", "many"):
        return str(rows)
    text = args.find(entry.get("input", identity.TEXTS))
    if text is None:
        return None
    kinds = {_shape(part) for part in alternatives(text)}
    return kinds.pop() if len(kinds) == 1 else None


def _shape(text: Value) -> str | None:
    if isinstance(text, Const) and isinstance(text.value, str):
        return "one"
    if isinstance(text, (List, Tuple, Each, Items)):
        return "many"
    return None


def declared(run: Interpreter, value: Value, name: str, node: cst.CSTNode) -> Value:
    """A value whose space a directive names; what is unknown becomes vectors of it."""
    site = run.site(node)
    space = Space(
        spaces.canonical(name, None), written=name, origin=Trail(site, "is declared here")
    )
    words = run.declarations.setdefault(site, set())
    known = value.space if isinstance(value, (Encoder, Embedding)) else None
    if known is None or known.weak or replace(known, version=None) != space:
        words.add("new")
    if isinstance(value, Encoder):
        return replace(value, space=space)
    if isinstance(value, Embedding):
        return replace(value, space=space, trail=Trail(site, "is declared here"))
    return Embedding(space, trail=Trail(site, "is declared here"))


def train(run: Interpreter, owner: Value, site: Site) -> None:
    """Gives an encoder a new version: its vectors of before no longer fit."""
    for part in alternatives(owner):
        if isinstance(part, Encoder):
            version = Const((id(site.node), run.frame.context))
            weak = isinstance(owner, OneOf)
            old = run.heap.get((part.token, "version"))
            joined = unite([old, version]) if weak and isinstance(old, Value) else version
            run.heap.set((part.token, "version"), joined)
            run.carriers.version += 1
            run.trainings[version.value] = site
