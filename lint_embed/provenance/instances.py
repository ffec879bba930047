"""Attributes of the project's classes and instances; making an instance, and calling one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lint_embed.catalogue import spaces
from lint_embed.provenance import api, columns, constants, containers, records, sql, store_contents
from lint_embed.provenance.grouping import groups_of
from lint_embed.provenance.idle import is_root
from lint_embed.provenance.inheritance import (
    is_record,
    is_settings,
    library_base,
    lineage,
    member_of,
)
from lint_embed.provenance.values.base import UNKNOWN, Site, Trail, Value
from lint_embed.provenance.values.callables import (
    NEW,
    NO_ARGS,
    Args,
    Class,
    Function,
    Instance,
    Super,
)
from lint_embed.provenance.values.constants import Const, names_of
from lint_embed.provenance.values.imports import Api
from lint_embed.provenance.values.joining import alternatives, is_opaque, unite
from lint_embed.provenance.values.stores import Store, Weights
from lint_embed.provenance.values.vectors import Embedding, Space

if TYPE_CHECKING:
    import libcst as cst

    from lint_embed.provenance.interpreter import Interpreter


NOTHING_SET = (Const(None), Const(""))
ON_ITSELF = frozenset({"weights", "itself", "record"})
"""Facts of methods that a class inherits from a library and that are about the instance."""
CALLABLE = ("__call__", "forward", "call")
"""What calling an instance runs; the latter two in networks only."""


def attribute(run: Interpreter, value: Instance, name: str, node: cst.CSTNode) -> Value:
    """``instance.name``."""
    found = run.heap.get((value.token, name))
    if isinstance(found, Value):
        return found
    member = member_of(run, lineage(value.cls), name)
    if isinstance(member, Store) and member.library == sql.ENGINE:
        return store_contents.held(run, member, "one")
    if member is not None:
        return _bound_to(run, member, value, node)
    if name == "__class__":
        return value.cls
    if name == "__dict__":
        return records.as_dict(run, value, node)
    base = _library_part(run, value)
    if base is None:
        return UNKNOWN
    found = api.attribute(run, base, name)
    if found is UNKNOWN and (itself := library_base(value.cls)) is not None:
        site = Site(value.cls.module, value.cls.node)
        found = api.attribute(run, api.annotated(run, itself, site), name)
    if isinstance(found, Api) and found.owner is None and ON_ITSELF & found.node.facts.keys():
        return replace(found, owner=value)
    return found


def _bound_to(run: Interpreter, member: Value, value: Value, node: cst.CSTNode) -> Value:
    if not isinstance(member, Function):
        return member
    if member.kind == "property":
        return run.call(member.bound_to(value, "plain"), NO_ARGS, node)
    if member.kind == "static":
        return member
    if member.kind == "class":
        return member.bound_to(value.cls if isinstance(value, Instance) else value)
    return member.bound_to(value)


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
    member = member_of(run, lineage(cls), name)
    if isinstance(member, Function):
        return member.bound_to(cls) if member.kind == "class" else member
    if member is not None:
        return member
    if name == "__name__":
        return Const(cls.name)
    if name == "__new__":
        return NEW
    table = member_of(run, lineage(cls), columns.TABLE) if run.tables else None
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
    member = member_of(run, after, name)
    if member is not None:
        return _bound_to(run, member, receiver, value.cls.node)
    base = library_base(value.cls)
    if name == "__new__":
        return NEW
    if base is None or not isinstance(receiver, Instance):
        return UNKNOWN
    if name == "__init__":
        return Instance(receiver.cls, receiver.token, base)
    part = _library_part(run, receiver)
    return UNKNOWN if part is None else api.attribute(run, part, name)


def instantiate(run: Interpreter, cls: Class, args: Args, node: cst.CSTNode) -> Value:
    """``Class(...)``."""
    if records.is_enum(cls):
        return args.positional[0] if args.positional else UNKNOWN
    maker = member_of(run, lineage(cls), "__new__")
    if isinstance(maker, Function) and is_root(maker, run.leads):
        made = run.call(maker.bound_to(cls), args, node)
        if all(isinstance(part, Instance) and part.cls == cls for part in alternatives(made)):
            return unite(initialise(run, part, args, node) for part in alternatives(made))  # type: ignore[arg-type]
        if not is_opaque(made):
            return made
    value = Instance(cls, run.token(node))
    return initialise(run, value, args, node)


def initialise(run: Interpreter, value: Instance, args: Args, node: cst.CSTNode) -> Value:
    """Runs the constructor on a new instance."""
    classes = lineage(value.cls)
    for name, part in args.keywords if run.tables else ():
        columns.fill(run, classes, name, part, node)
    constructor = member_of(run, classes, "__init__")
    if isinstance(constructor, Function):
        run.call(constructor.bound_to(value), args, node)
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
            default = member_of(run, lineage(value.cls), name)
            found = field_default(run, default, node) if default is not None else None
            if is_settings(value.cls):
                found = _setting(name, found)
            if found is not None:
                run.heap.set((value.token, name), found)
    for name in sorted(run.catalogue.after_fields):
        after = member_of(run, lineage(value.cls), name)
        if isinstance(after, Function):
            run.call(after.bound_to(value), Args(open=True), node)


def _setting(name: str, default: Value | None) -> Value:
    """A field that the environment may override, or must give."""
    if default is None or default is UNKNOWN or default in NOTHING_SET:
        return constants.variable(name)
    weak = containers.weakened(default)
    names = names_of(constants.variable(name))
    return replace(weak, given=names) if isinstance(weak, Const) else weak


def field_default(run: Interpreter, default: Value, node: cst.CSTNode) -> Value:
    """``field(default=...)`` and ``field(default_factory=...)``."""
    if isinstance(default, Api) and default.calls is not None and "field" in default.node.facts:
        args = default.calls.args
        if (factory := args.keyword("default_factory")) is not None:
            return run.call(factory, NO_ARGS, node)
        return args.find(["default", 0]) or UNKNOWN
    return default


def call_method(
    run: Interpreter, value: Instance, name: str, node: cst.CSTNode, args: Args | None = None
) -> Value | None:
    """Calls a method of an instance, or None when its class has none of that name."""
    member = member_of(run, lineage(value.cls), name)
    if not isinstance(member, Function):
        return None
    return run.call(_bound_to(run, member, value, node), args or NO_ARGS, node)


def call_instance(run: Interpreter, value: Instance, args: Args, node: cst.CSTNode) -> Value:
    """``instance(...)``."""
    if value.api is not None and is_record(value.api):
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
            return network_output(run, value, found, args, node)
    part = _library_part(run, value)
    return UNKNOWN if part is None else run.call(part, args, node)


def load_weights(run: Interpreter, value: Instance, source: Value, site: Site) -> None:
    """``network.load_state_dict(...)``: from here on the network is that checkpoint."""
    path = source.path if isinstance(source, Weights) else None
    if path is None and isinstance(source, Const) and isinstance(source.value, str):
        path = source.value
    run.heap.set((value.token, "weights"), UNKNOWN if path is None else Const(path))
    run.heap.set((value.token, "weights at"), Const(site))
    run.carriers.mark(value.token)


def network_output(
    run: Interpreter, value: Instance, found: Value, args: Args, node: cst.CSTNode
) -> Value:
    """What a network of the project gives once its weights are known by their file.

    One that is given vectors maps them; into which space, only its training knows.
    """
    if any(groups_of(run, given) for given in args.everything()):
        return found
    weights = run.heap.get((value.token, "weights"))
    if not isinstance(weights, Const) or not is_opaque(found):
        return found
    site = run.heap.get((value.token, "weights at"))
    made = Trail(site.value, "") if isinstance(site, Const) else None
    path = str(weights.value)
    space = Space(
        (spaces.canonical(path, "local"), value.cls.name),
        written=path,
        library=value.cls.name,
        origin=made,
        network=True,
    )
    return Embedding(space, trail=Trail(run.site(node), "is computed here", made))
