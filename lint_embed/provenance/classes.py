"""Classes of the project: attributes, instances, inheritance and records."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import libcst as cst

from lint_embed.catalogue import spaces
from lint_embed.provenance import (
    api,
    columns,
    constants,
    containers,
    functions,
    records,
    sql,
    stores,
    targets,
)
from lint_embed.provenance.state import Frame
from lint_embed.provenance.values.base import UNKNOWN, Site, Token, Trail, Value
from lint_embed.provenance.values.callables import Args, Class, Function, Instance, Super
from lint_embed.provenance.values.constants import Const, names_of
from lint_embed.provenance.values.imports import Api
from lint_embed.provenance.values.joining import is_opaque
from lint_embed.provenance.values.stores import Store, Weights
from lint_embed.provenance.values.vectors import Embedding, Space

if TYPE_CHECKING:
    from lint_embed.provenance.interpreter import Interpreter

MAX_LINEAGE = 40
MAX_METHODS = 400
NOTHING_SET = (Const(None), Const(""))
ON_ITSELF = frozenset({"weights", "itself"})
"""Facts of methods that a class inherits from a library and that are about the instance."""
CALLABLE = ("__call__", "forward", "call")
"""What calling an instance runs; the latter two in networks only."""


# definitions ---------------------------------------------------------------------------


def define(run: Interpreter, node: cst.ClassDef) -> None:
    """``class``: evaluates the body in a namespace of its own."""
    frame = run.frame
    bases = tuple(run.evaluate(arg.value) for arg in node.bases)
    token = run.token(node)
    trainable = any(_is_trainable(base) for base in bases)
    cls = Class(node, frame.module, token, bases, None, trainable)
    cls = replace(cls, fields=_fields(run, cls))
    body = Frame(frame.module, closure=frame, context=frame.context)
    body.is_class, body.token, body.cls = True, token, cls
    run.frames.append(body)
    try:
        run.execute(node.body.body)
    finally:
        run.frames.pop()
    columns.settle(run, cls)
    frame.pending.append(cls)
    value: Value = cls
    for decorator in reversed(node.decorators):
        decorated = functions.decorate(run, decorator, value, node)
        value = decorated if isinstance(decorated, Class) else value
    targets.set_name(run, node.name.value, value)


def _is_trainable(base: Value) -> bool:
    if isinstance(base, Api):
        return "trainable" in base.node.facts
    return isinstance(base, Class) and base.trainable


def _fields(run: Interpreter, cls: Class) -> tuple[str, ...] | None:
    """The fields of a dataclass, named tuple or model, in the order of its constructor."""
    inherited: list[str] = []
    is_record = any(_is_record(run.evaluate(_called(d.decorator))) for d in cls.node.decorators)
    for base in cls.bases:
        is_record = is_record or _is_record(base)
        if isinstance(base, Class) and base.fields is not None:
            is_record = True
            inherited.extend(base.fields)
    if not is_record:
        return None
    own = [
        small.target.value
        for line in cls.node.body.body
        if isinstance(line, cst.SimpleStatementLine)
        for small in line.body
        if isinstance(small, cst.AnnAssign) and isinstance(small.target, cst.Name)
    ]
    return (*(name for name in inherited if name not in own), *own)


def _called(node: cst.BaseExpression) -> cst.BaseExpression:
    return node.func if isinstance(node, cst.Call) else node


def _is_record(value: Value) -> bool:
    return isinstance(value, Api) and "record" in value.node.facts


def _is_settings(cls: Class) -> bool:
    """Whether the environment may override a record's defaults."""
    bases = [base for part in lineage(cls) for base in part.bases]
    return any(
        isinstance(base, Api)
        and "record" in base.node.facts
        and base.node.facts["record"].get("weak")
        for base in bases
    )


# inheritance ---------------------------------------------------------------------------


def lineage(cls: Class) -> list[Class]:
    """A class and its bases of the project, nearest first."""
    found = _LINEAGES.get(cls.token)
    if found is None or found[0] is not cls:
        found = _LINEAGES[cls.token] = [cls, *_bases_of(cls)]
    return found


_LINEAGES: dict[Token, list[Class]] = {}


def _bases_of(cls: Class) -> list[Class]:
    found: list[Class] = []
    queue: list[Value] = list(cls.bases)
    while queue and len(found) < MAX_LINEAGE:
        part = queue.pop(0)
        if isinstance(part, Class) and part not in found:
            found.append(part)
            queue = [*part.bases, *queue]
    return found


def library_base(cls: Class) -> Api | None:
    """The first base that belongs to a library of the catalogue."""
    for part in lineage(cls):
        for base in part.bases:
            if isinstance(base, Api):
                return base
    return None


def _member(run: Interpreter, classes: list[Class], name: str) -> Value | None:
    for cls in classes:
        found = run.heap.get((cls.token, name))
        if isinstance(found, Value):
            from lint_embed.provenance.imports import resolve

            return resolve(run, found)
    return None


# attributes ----------------------------------------------------------------------------


def attribute(run: Interpreter, value: Instance, name: str, node: cst.CSTNode) -> Value:
    """``instance.name``."""
    found = run.heap.get((value.token, name))
    if isinstance(found, Value):
        return found
    member = _member(run, lineage(value.cls), name)
    if isinstance(member, Store) and member.library == sql.ENGINE:
        return stores.held(run, member, "one")
    if member is not None:
        return _bound(run, member, value, node)
    if name == "__class__":
        return value.cls
    if name == "__dict__":
        return records.as_dict(run, value, node)
    base = _library_part(run, value)
    if base is None:
        return UNKNOWN
    found = api.attribute(run, base, name)
    if isinstance(found, Api) and found.owner is None and ON_ITSELF & found.node.facts.keys():
        return replace(found, owner=value)
    return found


def _bound(run: Interpreter, member: Value, value: Value, node: cst.CSTNode) -> Value:
    if not isinstance(member, Function):
        return member
    if member.kind == "property":
        return run.call(replace(member, kind="plain", bound=value), Args(), node)
    if member.kind == "static":
        return member
    if member.kind == "class":
        return replace(member, bound=value.cls if isinstance(value, Instance) else value)
    return replace(member, bound=value)


def _library_part(run: Interpreter, value: Instance) -> Value | None:
    """What a library's base class makes of the instance: an encoder, a client."""
    made = run.heap.get((value.token, "@library"))
    if isinstance(made, Value):
        return made
    base = library_base(value.cls)
    if base is None:
        return None
    site = Site(value.cls.module, value.cls.node)
    return api.annotated(run, base, site)


def class_attribute(run: Interpreter, cls: Class, name: str) -> Value:
    """``Class.name``."""
    member = _member(run, lineage(cls), name)
    if isinstance(member, Function):
        return replace(member, bound=cls) if member.kind == "class" else member
    if member is not None:
        return member
    if name == "__name__":
        return Const(cls.name)
    table = _member(run, lineage(cls), columns.TABLE) if run.tables else None
    if isinstance(table, Store):
        return api.attribute(run, table, name)
    base = library_base(cls)
    if base is None:
        return UNKNOWN
    found = api.attribute(run, base, name)
    if isinstance(found, Api) and found.owner is None and "weights" in found.node.facts:
        return replace(found, owner=cls)
    return found


def super_attribute(run: Interpreter, value: Super, name: str) -> Value:
    """``super().name``."""
    receiver = value.receiver
    start = receiver.cls if isinstance(receiver, Instance) else value.cls
    order = lineage(start)
    after = order[order.index(value.cls) + 1 :] if value.cls in order else lineage(value.cls)[1:]
    member = _member(run, after, name)
    if member is not None:
        return _bound(run, member, receiver, value.cls.node)
    base = library_base(value.cls)
    if base is None or not isinstance(receiver, Instance):
        return UNKNOWN
    if name == "__init__":
        return LibraryInit(base, receiver)
    part = _library_part(run, receiver)
    return UNKNOWN if part is None else api.attribute(run, part, name)


def LibraryInit(base: Api, receiver: Instance) -> Value:
    """``super().__init__`` of a library's base class."""
    return Instance(receiver.cls, receiver.token, base)


# instances -----------------------------------------------------------------------------


def instantiate(run: Interpreter, cls: Class, args: Args, node: cst.CSTNode) -> Value:
    """``Class(...)``."""
    if records.is_enum(cls):
        return args.positional[0] if args.positional else UNKNOWN
    value = Instance(cls, run.token(node))
    return initialise(run, value, args, node)


def initialise(run: Interpreter, value: Instance, args: Args, node: cst.CSTNode) -> Value:
    """Runs the constructor on a new instance."""
    classes = lineage(value.cls)
    for name, part in args.keywords if run.tables else ():
        columns.fill(run, classes, name, part, node)
    constructor = _member(run, classes, "__init__")
    if isinstance(constructor, Function):
        run.call(replace(constructor, bound=value), args, node)
        return value
    if value.cls.fields is not None:
        _set_fields(run, value, args, node)
        return value
    base = library_base(value.cls)
    if base is not None and not value.cls.trainable:
        made = run.call(base, args, node)
        run.heap.set((value.token, "@library"), made)
        run.carriers.link(value.token, made)
    return value


def _set_fields(run: Interpreter, value: Instance, args: Args, node: cst.CSTNode) -> None:

    names = value.cls.fields or ()
    given = dict(zip(names, args.positional, strict=False)) | dict(args.keywords)
    for part in given.values():
        run.carriers.link(value.token, part)
    for name in names:
        if name in given:
            run.heap.set((value.token, name), given[name])
        elif args.open:
            run.heap.set((value.token, name), UNKNOWN)
        else:
            default = _member(run, lineage(value.cls), name)
            found = _field_default(run, default, node) if default is not None else None
            if _is_settings(value.cls):
                found = _setting(name, found)
            if found is not None:
                run.heap.set((value.token, name), found)
    for name in sorted(run.catalogue.after_fields):
        after = _member(run, lineage(value.cls), name)
        if isinstance(after, Function):
            run.call(replace(after, bound=value), Args(open=True), node)


def _setting(name: str, default: Value | None) -> Value:
    """A field that the environment may override, or must give."""
    if default is None or default is UNKNOWN or default in NOTHING_SET:
        return constants.variable(name)
    weak = containers.weakened(default)
    names = names_of(constants.variable(name))
    return replace(weak, given=names) if isinstance(weak, Const) else weak


def _field_default(run: Interpreter, default: Value, node: cst.CSTNode) -> Value:
    """``field(default=...)`` and ``field(default_factory=...)``."""
    if isinstance(default, Api) and default.calls is not None and "field" in default.node.facts:
        args = default.calls.args
        if (factory := args.keyword("default_factory")) is not None:
            return run.call(factory, Args(), node)
        return args.find(["default", 0]) or UNKNOWN
    return default


def call_method(
    run: Interpreter, value: Instance, name: str, node: cst.CSTNode, args: Args | None = None
) -> Value | None:
    """Calls a method of an instance, or None when its class has none of that name."""
    member = _member(run, lineage(value.cls), name)
    if not isinstance(member, Function):
        return None
    return run.call(_bound(run, member, value, node), args or Args(), node)


def call_instance(run: Interpreter, value: Instance, args: Args, node: cst.CSTNode) -> Value:
    """``instance(...)``."""
    if value.api is not None and _is_record(value.api):
        _set_fields(run, replace(value, api=None), args, node)
        return Const(None)
    if value.api is not None:
        # super().__init__ of a library's class: what it makes becomes part of the instance
        if not value.cls.trainable:
            made = run.call(value.api, args, node)
            run.heap.set((value.token, "@library"), made)
            run.carriers.link(value.token, made)
        return Const(None)
    for name in CALLABLE if value.cls.trainable else CALLABLE[:1]:
        found = call_method(run, value, name, node, args)
        if found is not None:
            return network_output(run, value, found, node)
    part = _library_part(run, value)
    return UNKNOWN if part is None else run.call(part, args, node)


def load_weights(run: Interpreter, value: Instance, source: Value, site: Site) -> None:
    """``network.load_state_dict(...)``: from here on the network is that checkpoint."""
    path = source.path if isinstance(source, Weights) else None
    if path is None and isinstance(source, Const) and isinstance(source.value, str):
        path = source.value
    run.heap.set((value.token, "weights"), UNKNOWN if path is None else Const(path))
    run.told += path is not None
    run.heap.set((value.token, "weights at"), Const(site))
    run.carriers.mark(value.token)


def network_output(run: Interpreter, value: Instance, found: Value, node: cst.CSTNode) -> Value:
    """What a network of the project gives once its weights are known by their file."""
    weights = run.heap.get((value.token, "weights"))
    if not isinstance(weights, Const) or not is_opaque(found):
        return found
    site = run.heap.get((value.token, "weights at"))
    made = Trail(site.value, "") if isinstance(site, Const) else None
    path = str(weights.value)
    run.told += 1
    space = Space(
        (spaces.canonical(path, "local"), value.cls.name),
        written=path,
        library=value.cls.name,
        origin=made,
        network=True,
    )
    return Embedding(space, trail=Trail(run.site(node), "is computed here", made))


# checking by itself --------------------------------------------------------------------


def generic_instance(run: Interpreter, cls: Class) -> Instance:
    """An instance of which only the class is known."""
    return Instance(cls, any_token(cls))


def assumed_instance(run: Interpreter, cls: Class) -> Instance:
    """An instance of which an annotation tells the class, as its constructor makes it."""
    value = generic_instance(run, cls)
    layer = run.assumed.get(value.token)
    if layer is None:
        run.assumed[value.token] = {}  # its constructor may be annotated with it
        with run.alone(), run.refuelled():
            run.frames = [cls.module.frame]
            run.heap.push()
            _construct(run, value)
            written = {key: part for key, part in run.heap.pop().items() if _is_of(key, value)}
        layer = {key: part for key, part in written.items() if functions.tells(run, part)}
        run.assumed[value.token] = layer
    run.heap.write({key: part for key, part in layer.items() if run.heap.get(key) is None})
    return value


def _is_of(key: object, value: Instance) -> bool:
    return isinstance(key, tuple) and key[0] == value.token


def _construct(run: Interpreter, value: Instance) -> None:
    """Runs the constructor of which no argument is known."""
    constructor = _member(run, lineage(value.cls), "__init__")
    if isinstance(constructor, Function):
        functions.walk(run, replace(constructor, bound=value), Args(), None, generic=True)
    elif value.cls.fields is not None:
        _generic_fields(run, value)


def any_token(cls: Class) -> Token:
    """The identity of the instance of which only the class is known."""
    return Token((id(cls.node), "any"))


def check(run: Interpreter, cls: Class) -> None:
    """Evaluates a class's methods on an instance made with unknown arguments.

    What any method leaves in the instance may be there when another one runs, so the
    methods are walked again with the attributes of all of them.
    """
    if cls.node in run.checked:
        return
    run.checked.add(cls.node)
    names = run.roots(cls.module.path).methods(cls.name) if run.roots is not None else None
    if names is not None and not names:
        return
    with run.alone(), run.refuelled():
        run.frames = [cls.module.frame]
        run.heap.push()
        value = generic_instance(run, cls)
        _construct(run, value)
        methods = [
            method for method in _methods(run, cls) if names is None or method.name in names
        ][:MAX_METHODS]
        layers = [_check_method(run, method, value) for method in methods]
        if any(_teaches(run, layer) for layer in layers):
            run.heap.join([{}, *layers])
            for method in methods:
                _check_method(run, method, value)


def _generic_fields(run: Interpreter, value: Instance) -> None:
    from lint_embed.provenance.containers import weakened

    for name in value.cls.fields or ():
        default = _member(run, lineage(value.cls), name)
        if default is not None:
            found = _field_default(run, default, value.cls.node)
            run.heap.set((value.token, name), weakened(found))


def _methods(run: Interpreter, cls: Class) -> Iterator[Function]:
    seen = set()
    for part in lineage(cls):
        for statement in part.node.body.body:
            if not isinstance(statement, cst.FunctionDef):
                continue
            name = statement.name.value
            member = run.heap.get((part.token, name))
            if name not in seen and name != "__init__":
                seen.add(name)
                yield member if isinstance(member, Function) else _plain(part, statement)


def _plain(cls: Class, node: cst.FunctionDef) -> Function:
    """A method under an unknown decorator: its body is still worth a look."""
    frame = Frame(cls.module)
    frame.is_module = True
    return Function(node, cls.module, frame, node.name.value, owner=cls)


def _check_method(run: Interpreter, method: Function, value: Instance) -> dict[object, object]:
    bound: Value | None = {"static": None, "class": value.cls}.get(method.kind, value)
    run.heap.push()
    with run.refuelled():
        functions.walk(run, replace(method, bound=bound), Args(), None, generic=True)
    return run.heap.pop()


def _teaches(run: Interpreter, layer: dict[object, object]) -> bool:
    """Whether a method leaves something that matters to the others."""
    return any(functions.tells(run, value) for value in layer.values())
