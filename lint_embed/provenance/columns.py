"""Vectors in the columns of a project's own models: a class that stands for a table.

``embedding = mapped_column(Vector(384))`` makes the attribute ``embedding`` of the class the
store of that table's column: objects fill it, comparisons with the attribute ask it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import libcst as cst

from lint_embed.catalogue import Entry
from lint_embed.provenance import sql, store_contents
from lint_embed.provenance.values.base import Site, Value
from lint_embed.provenance.values.callables import Args, Class
from lint_embed.provenance.values.constants import Const
from lint_embed.provenance.values.identities import Identity
from lint_embed.provenance.values.imports import Api
from lint_embed.provenance.values.stores import Column, Store

if TYPE_CHECKING:
    from lint_embed.provenance.interpreter import Interpreter

TABLE = "@table"
NAME = "__tablename__"


def column(
    run: Interpreter, value: Api, entry: Entry, args: Args, node: cst.CSTNode
) -> Value | None:
    """The description of a column of vectors, or a call around it."""
    if entry.get("of") is None:
        return Column(str(entry.get("interface")), str(entry.get("model_interface")))
    places = [args.find([place]) for place in entry.get("of")]
    inner = next((part for part in places if isinstance(part, Column)), None)
    name = args.find(entry.get("name", ()))
    if inner is not None and isinstance(name, Const) and isinstance(name.value, str):
        return replace(inner, name=name.value)
    return inner


def settle(run: Interpreter, cls: Class) -> None:
    """Makes the columns of a class that was just defined stores of its table."""
    found = []
    for name in assigned(cls.node):
        value = run.heap.get((cls.token, name))
        if isinstance(value, Column):
            found.append((name, value))
    if not found:
        return
    table = run.heap.get((cls.token, NAME))
    site = Site(cls.module, cls.node)
    if isinstance(table, Const) and isinstance(table.value, str):
        identity = Identity(sql.ENGINE, (("name", table.value.lower()),))
    else:
        place = run.project.place_of(cls.module.path)
        identity = Identity(sql.ENGINE, (("name", cls.name), ("part", place)))
    store = Store(identity, None, label=identity.label, library=sql.ENGINE, site=site)
    for name, each in found:
        interface = run.catalogue.interface(each.interface)
        made = replace(store, interface=interface, vector=(each.name or name).lower())
        run.heap.set((cls.token, name), made)
    interface = run.catalogue.interface(found[0][1].model)
    run.heap.set((cls.token, TABLE), replace(store, interface=interface))
    run.tables = True


def assigned(node: cst.ClassDef) -> list[str]:
    """The names that stand on the left of assignments in a class's body."""
    names = []
    for line in node.body.body:
        for small in line.body if isinstance(line, cst.SimpleStatementLine) else ():
            targets = (
                [part.target for part in small.targets] if isinstance(small, cst.Assign) else []
            )
            if isinstance(small, cst.AnnAssign):
                targets = [small.target]
            names += [target.value for target in targets if isinstance(target, cst.Name)]
    return names


def member(run: Interpreter, lineage: list[Class], name: str) -> Value | None:
    """What a class or its bases keep under a name, if columns are kept there at all."""
    for cls in lineage:
        found = run.heap.get((cls.token, name))
        if isinstance(found, Value):
            return found
    return None


def fill(
    run: Interpreter, lineage: list[Class], name: str, value: Value, node: cst.CSTNode
) -> bool:
    """An object's attribute gets a value; returns whether it is a column of vectors."""
    if not run.tables or member(run, lineage, TABLE) is None:
        return False
    store = member(run, lineage, name)
    if not isinstance(store, Store):
        return False
    store_contents.put(run, store, value, node)
    return True
