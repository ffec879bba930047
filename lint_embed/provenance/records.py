"""Records: named tuples, their items, and the members of an enumeration."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from lint_embed.catalogue import Entry
from lint_embed.provenance.values.base import UNKNOWN, Value
from lint_embed.provenance.values.callables import Args, Class, Instance
from lint_embed.provenance.values.constants import Const
from lint_embed.provenance.values.containers import Dict, Items, Keys
from lint_embed.provenance.values.imports import Api, External

if TYPE_CHECKING:
    from lint_embed.provenance.interpreter import Interpreter


def make(run: Interpreter, value: Api, entry: Entry, args: Args, node: cst.CSTNode) -> Value | None:
    """``namedtuple("Doc", "text vector")``: the class that it makes, or None.

    Or ``replace(record, text=...)``: another record with some fields changed.

    The class is made as its statement would be: ``class Doc(namedtuple): text: ...``.
    """
    if (of := entry.get("changes")) is not None:
        record = value.owner if isinstance(value.owner, Instance) else args.find(of)
        return _changed(run, record, entry, args, node)
    if not entry.get("sequence") or len(args.positional) < 2:
        return None
    known = run.literals.get(id(node))
    if known is not None:
        return known
    title, names = args.positional[0], _field_names(run, args.positional[1])
    if names is None or not isinstance(title, Const) or not str(title.value).isidentifier():
        return UNKNOWN
    body = [
        cst.SimpleStatementLine(
            [cst.AnnAssign(cst.Name(name), cst.Annotation(cst.Name("object")))],
        )
        for name in names
    ]
    made = cst.ClassDef(cst.Name(str(title.value)), cst.IndentedBlock(body))
    cls = Class(made, run.frame.module, run.token(node), (Api(value.node),), names)
    run.literals[id(node)] = cls
    return cls


def _field_names(run: Interpreter, value: Value) -> tuple[str, ...] | None:
    from lint_embed.provenance import containers

    if isinstance(value, Const) and isinstance(value.value, str):
        names = value.value.replace(",", " ").split()
    else:
        items = containers.items_of(run, value)
        if items is None or items.rest:
            return None
        names = []
        for part in items.known:
            pair = containers.items_of(run, part)  # ("name", type)
            first = pair.known[0] if pair is not None and pair.known else part
            if not isinstance(first, Const):
                return None
            names.append(str(first.value))
    return tuple(names) if all(name.isidentifier() for name in names) else None


def items_of(run: Interpreter, value: Instance) -> Items | None:
    """The fields of a named tuple in their order; None for any other object."""
    from lint_embed.provenance.inheritance import lineage

    if value.cls.fields is None:
        return None
    bases = [base for cls in lineage(value.cls) for base in cls.bases]
    for base in bases:
        if isinstance(base, Api) and (entry := base.node.facts.get("record")) is not None:
            if entry.get("sequence"):
                known = [run.heap.get((value.token, name)) for name in value.cls.fields]
                return Items(tuple(v if isinstance(v, Value) else UNKNOWN for v in known))
    return None


def as_dict(run: Interpreter, value: Value, node: cst.CSTNode) -> Value:
    """The fields of a record as a dict; unknown for any other object."""
    from lint_embed.provenance import containers

    if not isinstance(value, Instance) or value.cls.fields is None:
        return UNKNOWN
    known = [(name, run.heap.get((value.token, name))) for name in value.cls.fields]
    keys = tuple((name, part) for name, part in known if isinstance(part, Value))
    return containers.new_dict(run, node, Keys(keys))


def _changed(
    run: Interpreter, value: Value | None, entry: Entry, args: Args, node: cst.CSTNode
) -> Value:
    """A copy of a record with some fields changed; of any other object nothing is known."""
    from lint_embed.provenance import containers, instances

    if not isinstance(value, Instance) or value.cls.fields is None or args.open:
        return UNKNOWN
    given = dict(args.keywords)
    if (spec := entry.get("update")) is not None:
        update = args.find(spec)
        keys = containers.dict_keys(run, update) if isinstance(update, Dict) else Keys()
        if keys.rest or not (update is None or isinstance(update, Dict)):
            return UNKNOWN
        given = {str(name): part for name, part in keys.known}
    for name in value.cls.fields:
        part = run.heap.get((value.token, name))
        if isinstance(part, Value):
            given.setdefault(name, part)
    made = Instance(value.cls, run.token(node))
    return instances.initialise(run, made, Args((), tuple(given.items())), node)


def is_enum(cls: Class) -> bool:
    """Whether a class is an enumeration: its members are their values here."""
    names = {base.name.rpartition(".")[2] for base in cls.bases if isinstance(base, External)}
    return bool(names & {"Enum", "StrEnum"})


def member(run: Interpreter, cls: Class, name: Value) -> Value:
    """``Kind["NAME"]``: a member of an enumeration by its name."""
    if not isinstance(name, Const) or name.weak:
        return UNKNOWN
    found = run.heap.get((cls.token, name.value))
    return found if isinstance(found, Value) else UNKNOWN


def members(run: Interpreter, cls: Class) -> Items:
    """The members of an enumeration, in their order."""
    names = [
        target.target.value
        for line in cls.node.body.body
        if isinstance(line, cst.SimpleStatementLine)
        for small in line.body
        if isinstance(small, cst.Assign)
        for target in small.targets
        if isinstance(target.target, cst.Name) and not target.target.value.startswith("_")
    ]
    found = [run.heap.get((cls.token, name)) for name in names]
    return Items(tuple(value if isinstance(value, Value) else UNKNOWN for value in found))
