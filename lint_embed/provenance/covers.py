"""Records that lie under keys of their own, and the indexes over keys that begin in some way.

What is written to the record ``doc:1`` is in each index over ``doc:``. Index and records may
be made in any order and by different programs, so that fills are also brought to their
indexes when all are known (``routed``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from lint_embed.catalogue import Entry
from lint_embed.provenance import containers, places, store_contents, stores, texts
from lint_embed.provenance.grouping import groups_of
from lint_embed.provenance.values.base import UNKNOWN, Value
from lint_embed.provenance.values.callables import Args
from lint_embed.provenance.values.constants import Const
from lint_embed.provenance.values.containers import Dict, Items
from lint_embed.provenance.values.identities import RECORD, Identity
from lint_embed.provenance.values.imports import Api
from lint_embed.provenance.values.stores import Store

if TYPE_CHECKING:
    import libcst as cst

    from lint_embed.provenance.interpreter import Interpreter
    from lint_embed.provenance.store_contents import Event

_ASKED = (
    re.compile(r"@\$?\.?(?P<field>[\w.]+)\s+\$(?P<parameter>\w+)"),
    re.compile(r"@(?P<field>[\w.]+)\s*:\s*\[\s*VECTOR_RANGE\s+\S+\s+\$(?P<parameter>\w+)", re.I),
)
"""A field of vectors and the parameter that it is compared with, in the text of a query."""


@dataclass(frozen=True, slots=True)
class Cover(Value):
    """What an index holds: records whose keys begin in one of some ways.

    ``renamed`` are fields that the index knows by another name than the records do.
    """

    index: Identity
    beginnings: tuple[str, ...]
    renamed: tuple[tuple[str, str], ...] = ()

    def field(self, name: str | None) -> str | None:
        """The records' name of a field."""
        return dict(self.renamed).get(name, name) if name is not None else None

    def holds(self, record: Identity) -> bool | None:
        """Whether a record is in the index; None when its key does not tell."""
        rest = tuple(piece for piece in record.pieces if piece[0] != RECORD)
        mine = tuple(piece for piece in self.index.pieces if piece[0] != "name")
        if (record.engine, record.of, rest) != (self.index.engine, self.index.of, mine):
            return False
        begins = record[RECORD]
        if any(isinstance(begins, str) and begins.startswith(one) for one in self.beginnings):
            return True
        if "" in self.beginnings:
            return True
        known = isinstance(begins, str) and not any(o.startswith(begins) for o in self.beginnings)
        return False if known else None


def cover(
    run: Interpreter, value: Api, entry: Entry, args: Args, node: cst.CSTNode
) -> Value | None:
    """``index.create_index(fields, definition)``: from now on it is known what it holds."""
    store = value.owner
    beginnings = _beginnings(run, entry, args)
    if not isinstance(store, Store) or beginnings is None:
        return None
    made = Cover(store.identity, beginnings, tuple(_renamed(run, entry, args)))
    run.heap.set((Cover, store.identity), made)
    run.covered[store.identity] = None
    for place in store_contents.cells_near(run, store.identity):
        _, identity, vector, where = place
        if (
            where == store_contents.cell(run, store)[-1]
            and identity.has(RECORD)
            and made.holds(identity)
        ):
            target = store_contents.cell(run, replace(store, vector=vector))
            if run.heap.get(target) is None:
                run.heap.set(target, run.heap.get(place))
    run.record(store_contents.event(run, "cover", store, None, node, False, made))
    return Const(None)


def _beginnings(run: Interpreter, entry: Entry, args: Args) -> tuple[str, ...] | None:
    """The beginnings of keys that a call names, or None when one is not known."""
    found = places.first(run, args, entry.get("beginnings"))
    if found is None or found == Const(None):
        return ("",)
    items = containers.items_of(run, found)
    if items is None or items.rest:
        return None
    known = [part.value for part in items.known if isinstance(part, Const)]
    if len(known) < len(items.known):
        return None
    return tuple(str(part) for part in known) or ("",)


def _renamed(run: Interpreter, entry: Entry, args: Args) -> Iterator[tuple[str, str]]:
    for described, _ in places.values_at(run, args, entry.get("columns")):
        if isinstance(described, Dict):
            keys = containers.dict_keys(run, described)
            name, other = keys.get("name"), keys.get("as_name")
            if isinstance(name, Const) and isinstance(other, Const) and other.value is not None:
                yield str(other.value), plain(str(name.value))


def plain(name: str) -> str:
    """A field's name, of which JSON has a path."""
    return name.removeprefix("$.")


def fill(run: Interpreter, store: Store, entry: Entry, args: Args, node: cst.CSTNode) -> None:
    """A record is written: into each index over it, and kept for those made later."""
    held = (run.heap.get((Cover, identity)) for identity in run.covered)
    known = [value for value in held if isinstance(value, Cover)]
    for one in places.brought(run, args, entry.get("vectors"), entry.get("key", {}).get("vector")):
        if one.name is None or isinstance(one.value, Const):
            continue
        record = replace(store, vector=plain(one.name))
        groups = groups_of(run, one.value) if one.certain else None
        run.pulse += groups is not None
        found = [(made, made.holds(record.identity)) for made in known]
        for made, holds in found:
            if holds is not False:
                index = replace(record, identity=made.index, label=made.index.label)
                store_contents.put(run, index, one.value if holds and groups else UNKNOWN, node)
        if any(holds for _, holds in found):
            continue
        if groups is not None:
            place = store_contents.cell(run, record)
            before = run.heap.get(place)
            contents = before if isinstance(before, Items) else containers.NOTHING
            rest = containers.add_rest(contents.rest, [one.value])
            run.heap.set(place, Items((), rest))
        run.record(store_contents.event(run, "fill", record, groups, node, False))


def ask(run: Interpreter, store: Store, entry: Entry, args: Args, node: cst.CSTNode) -> None:
    """``index.search("... @field $parameter ...", {"parameter": vectors})``."""
    given = args.find(entry.get("parameters"))
    if not isinstance(given, Dict):
        return
    made = run.heap.get((Cover, store.identity))
    for statement, _ in places.values_at(run, args, entry.get("statement")):
        text = texts.with_holes(statement)
        for pattern in _ASKED if text is not None else ():
            for match in pattern.finditer(text or ""):
                found = containers.dict_keys(run, given).get(match["parameter"])
                if found is not None:
                    field = made.field(match["field"]) if isinstance(made, Cover) else None
                    stores.ask(run, replace(store, vector=field or match["field"]), found, node)


def routed(events: Iterable[Event]) -> Iterator[Event]:
    """The events of stores, those of records as events of the indexes that hold them."""
    events = list(events)
    covers: dict[Identity, Cover | None] = {}
    for event in events:
        if event.cover is not None:
            same = covers.get(event.key, event.cover) == event.cover
            covers[event.key] = event.cover if same else None
    for event in events:
        made = covers.get(event.key)
        if event.key.has(RECORD):
            for over in covers.values():
                holds = over.holds(event.key) if over is not None else False
                if over is not None and holds is not False:
                    store = replace(event.store, identity=over.index, label=over.index.label)
                    groups = event.groups if holds else None
                    yield replace(event, key=over.index, groups=groups, store=store)
        elif event.kind == "query" and made is not None:
            yield replace(event, vector=made.field(event.vector))
        elif event.kind != "cover":
            yield event
