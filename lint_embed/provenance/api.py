"""Walking the catalogue's access paths: encoders and the vectors that they make."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from lint_embed.catalogue import Entry, Node, pieces_of, spaces
from lint_embed.provenance import constants, effects, opening, places, stores
from lint_embed.provenance.values import (
    NO_NAMES,
    ORIGINAL,
    UNKNOWN,
    Api,
    Args,
    Captured,
    Const,
    Each,
    Embedding,
    Encoder,
    Items,
    List,
    OneOf,
    Site,
    Space,
    Store,
    Token,
    Trail,
    Tuple,
    Value,
    alternatives,
    unite,
)

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


def _enter(run: Interpreter, root: Node | None, owner: Value, piece: str) -> Value:
    node = root.edges.get(piece) if root is not None else None
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
                return arrive(run, Api(edges[piece], root.owner, root.calls))
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
    if piece is None:
        return UNKNOWN
    return arrive(run, Api(piece, value, Captured(args, run.site(node))))


# encoders ------------------------------------------------------------------------------


def encoder(run: Interpreter, entry: Entry, calls: Captured, path: str = "") -> Value:
    """The encoder (or one of several) that a call of an access path makes."""
    run.pulse += 1
    args = calls.args
    if entry.get("identity") == "object" and _is_random(entry, args):
        return UNKNOWN  # its axes are not learned here
    token = run.token(calls.site.node)
    interface = run.catalogue.interface(entry.get("interface"))
    results: list[Value] = []
    for model in _models(run, entry, args, args):
        if isinstance(model, Encoder):
            results.append(replace(model, interface=interface or model.interface))
            continue
        space = _space(run, entry, args, model, token, calls.site, path)
        saved = run.heap.get(("saved", space.model))
        if isinstance(saved, Encoder):
            space = replace(saved.space, origin=space.origin, written=space.written)
        results.append(Encoder(space, interface, token))
        if isinstance(saved, Encoder):
            # from now on it has a training of its own
            run.heap.set((token, "version"), Const(saved.space.version or ORIGINAL))
    run.heap.set((token, "version"), Const(ORIGINAL))
    return unite(results)


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


def _models(run: Interpreter, entry: Entry, args: Args, first: Args) -> tuple[Value, ...]:
    """The argument that names the model, as alternatives; UNKNOWN when it is hidden."""
    spec = entry.get("model")
    if spec is None and entry.get("name") is None and "object_model" not in entry.data:
        return (UNKNOWN,)
    if entry.get("name") is not None:
        return (Const(entry.get("name")),)
    found = places.first(run, args, spec) if spec is not None else None
    if (found is None or found == Const(None)) and entry.get("object_model") is not None:
        found = first.find(entry.get("object_model"))
    if found is None or found == Const(None):
        default = entry.get("default")
        hidden = args.open or default is None
        return (UNKNOWN,) if hidden else (Const(default, weak=True),)
    return alternatives(found)


def _space(
    run: Interpreter,
    entry: Entry,
    args: Args,
    model: Value,
    token: Token,
    site: Site,
    path: str,
) -> Space:
    library, variant = entry.library, _variant(entry.get("variant"), args)
    identity = entry.get("identity", "model")
    made = Trail(site, "")
    dimension = entry.get("dimension")
    length = args.find(entry.get("dimension_argument", ()))
    if isinstance(length, Const) and isinstance(length.value, int):
        dimension = length.value
    if identity == "object":
        name = callable_name(path)
        return Space(
            token, own=True, variant=variant, written=name, library=library,
            dimension=dimension, origin=made,
        )  # fmt: skip
    if identity == "stateless":
        return _stateless(entry, args, token, made, path)
    written = model.value if isinstance(model, Const) else None
    if not isinstance(written, str) or _is_random(entry, args):
        return Space(
            token, resolved=False, variant=variant, library=library,
            dimension=dimension, origin=made,
        )  # fmt: skip
    for spec in entry.get("parts", {}).values():
        part = args.find(spec)
        if isinstance(part, Const) and part.value is not None:
            written = f"{written}/{part.value}"
        elif part is not None or args.open:
            return Space(token, resolved=False, variant=variant, library=library, origin=made)
    identifier = spaces.canonical(written, entry.get("hub"))
    is_default = entry.get("default") == written and args.find(entry.get("model") or ()) is None
    return Space(
        identifier,
        variant=variant,
        written=written,
        library=library,
        dimension=spaces.dimension(identifier) or dimension,
        origin=_named(model, made),
        weak=model.weak if isinstance(model, Const) else False,
        chosen=run.choice | (model.chosen if isinstance(model, Const) else NO_NAMES),
        default_of=callable_name(path) if is_default else None,
    )


def _named(model: Value, made: Trail) -> Trail:
    """Where the model was loaded, after the place of its name if that is elsewhere."""
    if isinstance(model, Const) and model.trail is not None:
        return Trail(made.site, made.message, replace(model.trail, message="is named here"))
    return made


def _stateless(entry: Entry, args: Args, token: Token, made: Trail, path: str) -> Space:
    name = callable_name(path)
    values = [*args.positional, *(value for _, value in args.keywords)]
    if args.open or not all(isinstance(value, Const) for value in values):
        return Space(token, resolved=False, library=entry.library, origin=made)
    keys = ["", *(key for key, _ in args.keywords)]
    settings = sorted(f"{key}={value}" for key, value in zip(keys, map(repr, values), strict=False))
    return Space(f"{name}({', '.join(settings)})", written=name, library=entry.library, origin=made)


def callable_name(path: str) -> str:
    """The short name of what an access path calls: ``TfidfVectorizer``, ``clip.load``."""
    names = [piece for piece in pieces_of(path.partition("(")[0]) if piece.isidentifier()]
    if not names:
        return path
    return names[-1] if names[-1][:1].isupper() or len(names) < 2 else ".".join(names[-2:])


def _is_random(entry: Entry, args: Args) -> bool:
    for condition in entry.get("random_if", {}).values():
        found = args.find(condition["argument"])
        values = condition["values"]
        if found == Const(None) and "missing" in values:
            return True
        if found is None:
            if "missing" in values and not args.open:
                return True
        elif not isinstance(found, Const) or found.value in [v for v in values if v != "missing"]:
            return True
    return False


def _variant(specs: Mapping[str, Any] | None, args: Args) -> frozenset[tuple[str, object]]:
    """The variants that a call's arguments choose; None stands for an unknown choice."""
    found: set[tuple[str, object]] = set()
    for name, spec in (specs or {}).items():
        value = args.find(spec)
        if value is None or value == Const(None):
            continue
        known = isinstance(value, Const) and not value.weak
        found.add((name, value.value if known and isinstance(value, Const) else None))
    return frozenset(found)


# vectors -------------------------------------------------------------------------------


def vectors(run: Interpreter, value: Api, entry: Entry) -> Value:
    """The vectors at the end of an access path."""
    run.pulse += 1
    calls = value.calls
    args = calls.args if calls is not None else Args()
    site = calls.site if calls is not None else None
    owner = value.owner
    if isinstance(owner, Store) and isinstance(owner.embedding, Encoder):
        owner = owner.embedding
    if isinstance(owner, Encoder):
        if site is not None and entry.get("trains"):
            train(run, owner, site)
        spaces_found = [space_of(run, owner)]
    elif calls is not None:
        token = run.token(calls.site.node)
        models = _models(run, entry, args, calls.first().args)
        spaces_found = [
            _space(run, entry, args, model, token, calls.site, value.node.path)
            for model in models
            if not isinstance(model, Encoder)
        ]
        spaces_found += [space_of(run, model) for model in models if isinstance(model, Encoder)]
    else:
        return UNKNOWN
    if run.handlers:
        spaces_found = [replace(space, fallback=True) for space in spaces_found]
    variant = _variant(entry.get("variant"), args) if isinstance(owner, Encoder) else frozenset()
    fixed = frozenset(dict(entry.get("fixed", {})).items())
    rows, role = _rows(run, entry, value, args), _role(entry, args)
    return unite(
        Embedding(
            _with_variant(space, variant | fixed),
            rows=rows,
            tokens=entry.get("level") == "tokens",
            trail=Trail(site, "is encoded here", space.origin) if site else space.origin,
            role=role,
            listed=entry.lists,
            at=value if value.node.edges else None,
        )
        for space in spaces_found
    )


def space_of(run: Interpreter, owner: Encoder) -> Space:
    """The space of an encoder as it is trained now."""
    version = run.heap.get((owner.token, "version"))
    known = version.value if isinstance(version, Const) else None
    if run.heap.get((owner.token, "replaced")) is not None:
        return replace(owner.space, model=owner.token, resolved=False, version=None)
    return owner.space if owner.space.version == known else replace(owner.space, version=known)


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
    text = args.find(entry.get("input", [0, "input", "inputs", "sentences", "texts"]))
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


def _role(entry: Entry, args: Args) -> str | None:
    if entry.get("role") is not None:
        return str(entry.get("role"))
    argument = entry.get("role_argument")
    found = args.find(argument) if argument is not None else None
    if isinstance(found, Const):
        for role, values in entry.get("role_values", {}).items():
            if found.value in values:
                return str(role)
    return None


def declared(run: Interpreter, value: Value, name: str, node: cst.CSTNode) -> Value:
    """A value whose space a directive names; what is unknown becomes vectors of it."""
    site = run.site(node)
    space = Space(
        spaces.canonical(name, None), written=name, origin=Trail(site, "is declared here")
    )
    if isinstance(value, Encoder):
        return replace(value, space=space)
    if isinstance(value, Embedding):
        return replace(value, space=space, trail=Trail(site, "is declared here"))
    return Embedding(space, trail=Trail(site, "is declared here"))


def remember(run: Interpreter, owner: Encoder, place: object) -> None:
    """Notes that an encoder's weights, as they are now, were written to a place."""
    if isinstance(place, str):
        identifier = spaces.canonical(place, "local")
        run.heap.set(("saved", identifier), replace(owner, space=space_of(run, owner)))


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
