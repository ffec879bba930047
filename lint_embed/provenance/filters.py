"""Filters: what tells the rows of a store apart, beside the vectors themselves.

Rows of several models may stand in one table or collection where each row says whose it is, in a
column or in its metadata, and a search asks for the rows of one. Where what stands there is not
known, nor what is asked for, nobody can tell which rows a search compares: nothing is said.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lint_embed.catalogue import Entry
from lint_embed.provenance import containers, places
from lint_embed.provenance.values.callables import Args
from lint_embed.provenance.values.constants import Const
from lint_embed.provenance.values.containers import Dict

if TYPE_CHECKING:
    from lint_embed.provenance.interpreter import Interpreter
    from lint_embed.provenance.meetings import Group, Meeting
    from lint_embed.provenance.values.base import Site, Value
    from lint_embed.provenance.values.identities import Identity

MOST = 20
"""So many kinds of rows of one model are looked at."""

MISSING = object()
"""The value of a column that a row does not have."""

Labels = Mapping[str, object]
"""What stands in a row beside its vector: constants by their names, None for unknown values."""


@dataclass(slots=True)
class Rows:
    """What is known of a store's rows and of the searches among them.

    ``labels``: those of the rows, by the model of their vectors; None for rows of which nothing
    is known. ``names`` are what searches filter by, None where that can't be read; ``sites``,
    where such searches stand.
    """

    labels: dict[object, list[Labels | None]] = field(default_factory=dict)
    names: set[str | None] = field(default_factory=set)
    sites: set[Site] = field(default_factory=set)

    def are_apart(self, one: object, other: object) -> bool:
        """Whether a filter may keep the rows of two models apart."""
        left, right = self.labels.get(one), self.labels.get(other)
        if not left or not right:
            return False
        pairs = [(a, b) for a in left for b in right]
        return any(all(_differ(a, b, name) for a, b in pairs) for name in self.names)


def _differ(one: Labels | None, other: Labels | None, name: str | None) -> bool:
    if one is None or other is None:
        return True
    names = one.keys() | other.keys() if name is None else {name}
    values = [(one.get(each, MISSING), other.get(each, MISSING)) for each in names]
    return any(None in pair or pair[0] != pair[1] for pair in values)


def put(
    run: Interpreter,
    store: Identity,
    groups: Iterable[Group],
    labels: Iterable[Labels | None],
) -> None:
    """Notes what stands beside the vectors that come into a store."""
    rows = run.rows.setdefault(store, Rows())
    for model in {part.space.model for group in groups for part in group}:
        known = rows.labels.setdefault(model, [])
        if len(known) < MOST:
            known += [each for each in labels if each not in known][:MOST]


def ask(run: Interpreter, store: Identity, names: Collection[str | None], site: Site) -> None:
    """Notes that a search asks only for some of the rows, if it does."""
    if names:
        rows = run.rows.setdefault(store, Rows())
        rows.names.update(names)
        rows.sites.add(site)


def are_apart(run: Interpreter, meeting: Meeting) -> bool:
    """Whether the rows of a store that meet at a place may never be compared."""
    rows = run.rows.get(meeting.store) if meeting.store is not None else None
    if rows is None or not rows.names:
        return False
    if meeting.kind == "query" and meeting.site not in rows.sites:
        return False
    one, other = (side.space.model for side in meeting.sides)
    return rows.are_apart(one, other)


# what a call says ----------------------------------------------------------------------


def beside(run: Interpreter, entry: Entry, args: Args) -> list[Labels | None]:
    """What a call that fills a store writes beside the vectors."""
    spec = entry.get("beside")
    if spec is None:
        return [None]
    found = [value for value, _ in places.values_at(run, args, spec)]
    if not found:
        return [None if args.open or _is_given(args, spec) else {}]
    return [labels_of(run, value) for value in found]


def _is_given(args: Args, spec: object) -> bool:
    values = (places.find(args, place) for place in places.specs_of(spec))
    return any(value is not None and value != Const(None) for value in values)


def labels_of(run: Interpreter, value: Value) -> Labels | None:
    """A dict of metadata, as far as it is known."""
    keys = containers.dict_keys(run, value) if isinstance(value, Dict) else None
    if keys is None or keys.rest:
        return None
    return {str(name): constant(part) for name, part in keys.known}


def constant(value: Value) -> object:
    """A constant as it stands in a row; None where it is unknown, or only a default."""
    return value.value if isinstance(value, Const) and not value.weak else None


def filter_of(run: Interpreter, entry: Entry, args: Args) -> set[str | None]:
    """The names that a search filters by; None among them for what can't be read."""
    found = [value for value, _ in places.values_at(run, args, entry.get("filter"))]
    names: set[str | None] = set()
    for value in found:
        keys = containers.dict_keys(run, value) if isinstance(value, Dict) else None
        if isinstance(value, Const) and not value.value:
            continue
        if keys is None or keys.rest:
            names.add(None)
        else:
            names.update(None if str(name).startswith("$") else str(name) for name, _ in keys.known)
    return names
