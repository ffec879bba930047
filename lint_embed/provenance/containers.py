"""Containers: what lists, dicts, tuples, sets, generators and data frames hold."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from lint_embed.provenance import frames, records, shapes
from lint_embed.provenance.values.base import BOTTOM, UNKNOWN, OneOf, Token, Value
from lint_embed.provenance.values.callables import Args, Builtin, Class, Instance
from lint_embed.provenance.values.constants import Const, Opened, is_nothing
from lint_embed.provenance.values.containers import Dict, Each, Items, Keys, List, Tuple
from lint_embed.provenance.values.joining import is_opaque, unite
from lint_embed.provenance.values.vectors import (
    ITS_KEY,
    Composite,
    Embedding,
    Encoder,
    Filler,
    Rows,
    are_by_name,
)

if TYPE_CHECKING:
    from lint_embed.provenance.interpreter import Interpreter

MAX_UNROLLED = 8
"""Longer literals are not followed element by element."""
MAX_COPIES = 64
"""Loops in loops are followed element by element up to so many walks of the innermost."""
MAX_REST = 8
MAX_KNOWN = 64

NOTHING = Items()
NO_KEYS = Keys()


# making --------------------------------------------------------------------------------


def new_list(run: Interpreter, node: object, items: Items) -> List:
    """A new list made at a node."""
    value = List(run.token(node))
    for part in (*items.known, *items.rest):
        run.carriers.link(value.token, part)
    run.heap.set((value.token, "[]"), bounded(items))
    return value


def new_dict(run: Interpreter, node: object, keys: Keys) -> Dict:
    """A new dict made at a node."""
    value = Dict(run.token(node))
    for part in (*(part for _, part in keys.known), *keys.rest):
        run.carriers.link(value.token, part)
    run.heap.set((value.token, "{}"), keys)
    return value


def new_each(items: Items) -> Each:
    """An iterable with the given items."""
    return Each(items)


def bounded(items: Items) -> Items:
    """The same items with not more of them than the analysis follows."""
    if len(items.known) > MAX_KNOWN:
        items = Items((), add_rest(items.rest, items.known))
    return items


def add_rest(rest: tuple[Value, ...], values: Iterable[Value]) -> tuple[Value, ...]:
    """The rest of a container with further values; too many make it unknown."""
    found = list(rest)
    for value in values:
        if value not in found:
            found.append(value)
            if len(found) > MAX_REST:
                break  # each further value would be compared with all of them
    return tuple(found) if len(found) <= MAX_REST else (UNKNOWN,)


def list_items(run: Interpreter, value: List) -> Items:
    items = run.heap.get((value.token, "[]"))
    return items if isinstance(items, Items) else Items((), (UNKNOWN,))


def dict_keys(run: Interpreter, value: Dict) -> Keys:
    keys = run.heap.get((value.token, "{}"))
    return keys if isinstance(keys, Keys) else Keys((), (UNKNOWN,))


# reading -------------------------------------------------------------------------------


def items_of(run: Interpreter, value: Value) -> Items | None:
    """What an iteration over a value yields, or None when it is not a known container."""
    if isinstance(value, Tuple):
        return Items(value.items)
    if isinstance(value, List):
        return list_items(run, value)
    if isinstance(value, Each):
        return value.items
    if isinstance(value, Dict):
        if frame_kind(run, value) == "rows":
            return Items((), (frames.row(run, value, value.token),))
        keys = dict_keys(run, value)
        if keys.rest:
            return Items((), (UNKNOWN,))
        return Items(tuple(Const(name) for name, _ in keys.known))
    if isinstance(value, Instance):
        return records.items_of(run, value)
    if isinstance(value, Class) and records.is_enum(value):
        return records.members(run, value)
    return None


def short_items(run: Interpreter, value: Value) -> tuple[Value, ...] | None:
    """The elements of a short literal, when an iteration may follow each of them."""
    items = items_of(run, value)
    if items is None or items.rest or len(items.known) > MAX_UNROLLED:
        return None
    return items.known if len(items.known) * run.copies <= MAX_COPIES else None


def frame_kind(run: Interpreter, value: Value) -> str | None:
    """Of a data frame what an iteration gives: ``columns`` or ``rows``; None for a dict."""
    kind = run.heap.get((value.token, "rows")) if isinstance(value, Dict) else None
    return str(kind.value) if isinstance(kind, Const) else None


def new_frame(run: Interpreter, value: Dict, kind: str = "columns") -> Dict:
    """Marks a dict as a data frame; ``kind`` is what an iteration gives."""
    run.heap.set((value.token, "rows"), Const(kind))
    return value


def element(run: Interpreter, value: Value) -> Value:
    """Any one element of an iteration over a value."""
    if isinstance(value, OneOf):
        return unite(element(run, part) for part in value.values if not is_empty(run, part))
    if isinstance(value, Instance) and (found := iterated(run, value)) is not None:
        return found
    items = items_of(run, value)
    if items is not None:
        everything = (*items.known, *items.rest)
        return unite(everything) if everything else UNKNOWN
    if isinstance(value, (Embedding, Rows, Composite, Filler)):
        return shapes.row_of(run, value)
    if isinstance(value, Const) and isinstance(value.value, Opened):
        return value  # a line of the file
    from lint_embed.provenance import api

    return api.item(run, value, None)


def is_empty(run: Interpreter, value: Value) -> bool:
    """Whether an iteration over a value yields nothing: what stands for "not there yet"."""
    if isinstance(value, (List, Tuple, Each)):
        return items_of(run, value) == NOTHING
    if isinstance(value, Dict):
        return dict_keys(run, value) == NO_KEYS and frame_kind(run, value) is None
    return is_nothing(value)


def iterated(run: Interpreter, value: Instance) -> Value | None:
    """An element of an object whose class says how it is iterated or indexed, or None."""
    from lint_embed.provenance import instances

    node = value.cls.node
    found = instances.call_method(run, value, "__iter__", node)
    if found is not None:
        return UNKNOWN if found == value else element(run, found)
    return instances.call_method(run, value, "__getitem__", node, Args((UNKNOWN,)))


def item_at(items: Items, index: int) -> Value:
    """The item at a constant index."""
    if -len(items.known) <= index < len(items.known) and (index >= 0 or not items.rest):
        return items.known[index]
    if items.rest:
        return unite((*items.rest, *(items.known if index < 0 else ())))
    return UNKNOWN


def lookup(run: Interpreter, value: Value, key: Value) -> Value:
    """``value[key]``."""
    if isinstance(value, OneOf):
        return unite(lookup(run, part, key) for part in value.values)
    if isinstance(value, Dict):
        return _lookup_key(run, value, key)
    if isinstance(value, Tuple) and value.names and isinstance(key, Const):
        if isinstance(key.value, str):
            return named_item(value, key.value)
    items = items_of(run, value)
    if items is not None:
        if isinstance(key, Const) and isinstance(key.value, int) and not key.weak:
            return item_at(items, int(key.value))
        return unite((*items.known, *items.rest)) if items.known or items.rest else UNKNOWN
    return UNKNOWN


def named_item(row: Tuple, name: str) -> Value:
    """A column of a row, by its name."""
    return row.items[row.names.index(name)] if name in row.names else UNKNOWN


def _lookup_key(run: Interpreter, value: Dict, key: Value) -> Value:
    keys = dict_keys(run, value)
    kind = frame_kind(run, value)
    if kind is not None and not isinstance(key, (Const, OneOf)):
        return value  # some of its rows
    if isinstance(key, Const):
        found = keys.get(key.value)
        if found is not None:
            return weakened(found) if key.weak else found
        if kind is not None and frames.is_part(run, value, key.value):
            return value
        if kind == "rows" and isinstance(key.value, int):
            return frames.row(run, value, value.token)
        if (made := _made_on_demand(run, value, key)) is not None:
            return made
        if kind is None and run.frames[-1].seeks and are_by_name(keys.rest):
            return BOTTOM  # that fails, and its failure is caught
        return unite(keys.rest) if keys.rest else UNKNOWN
    if isinstance(key, OneOf) and all(isinstance(part, Const) for part in key.values):
        return unite(_lookup_key(run, value, part) for part in key.values)
    if isinstance(key, List):
        # frame[["a", "b"]]: the same frame with fewer columns
        return value
    everything = (*(part for _, part in keys.known), *keys.rest)
    if everything:
        return unite(everything)
    made = _made_on_demand(run, value, key)
    return UNKNOWN if made is None else made


def _made_on_demand(run: Interpreter, value: Dict, key: Value) -> Value | None:
    """What a ``defaultdict`` makes for a key that it does not have yet."""
    factory = run.heap.get((value.token, "factory"))
    if not isinstance(factory, Builtin) or factory.name not in ("list", "set", "dict"):
        return None
    token = Token((value.token, key.value if isinstance(key, Const) else "any"))
    made: Value
    if factory.name == "dict":
        made = Dict(token)
        run.heap.set((token, "{}"), NO_KEYS)
    else:
        made = List(token)
        run.heap.set((token, "[]"), NOTHING)
    set_key(run, value, key, made)
    return made


def weakened(value: Value) -> Value:
    """The same value, resting on a default that somebody may override."""
    if isinstance(value, Const):
        return replace(value, weak=True)
    if isinstance(value, (Encoder, Embedding)):
        return replace(value, space=replace(value.space, weak=True))
    if isinstance(value, OneOf):
        return OneOf(tuple(weakened(part) for part in value.values))
    return value


def constants_of(run: Interpreter, value: Value) -> list[object] | None:
    """The constants of a container that holds nothing else, or None."""
    items = items_of(run, value)
    if items is None or items.rest:
        return None
    found = []
    for part in items.known:
        if not isinstance(part, Const):
            return None
        found.append(part.value)
    return found


def is_of_numbers(items: Items) -> bool:
    """Whether a container is empty or holds constant numbers only."""
    return all(
        isinstance(part, Const) and isinstance(part.value, (int, float))
        for part in (*items.known, *items.rest)
    )


# writing -------------------------------------------------------------------------------


def set_key(run: Interpreter, target: Dict | List, key: Value, value: Value) -> None:
    """``target[key] = value``."""
    if isinstance(target, List):
        run.carriers.link(target.token, value)
        _set_index(run, target, key, value)
    else:
        set_keys(run, target, [(key, value)])


def set_keys(run: Interpreter, target: Dict, pairs: Iterable[tuple[Value, Value]]) -> None:
    """``target[key] = value`` of several keys, one after the other."""
    keys = dict_keys(run, target)
    known, rest = dict(keys.known), keys.rest
    for key, value in pairs:
        run.carriers.link(target.token, value)
        if isinstance(key, Const) and _hashable(key.value):
            known.pop(key.value, None)  # the new value stands last
            if len(known) < MAX_KNOWN:
                known[key.value] = value
                continue
            known.clear()
        elif isinstance(value, Encoder) and value.space.called is key:
            value = replace(value, space=replace(value.space, called=ITS_KEY))
        rest = add_rest(rest, (value,))
    run.heap.set((target.token, "{}"), Keys(tuple(known.items()), rest))


def _hashable(value: object) -> bool:
    return value is None or isinstance(value, (str, int, float, bool, bytes))


def _set_index(run: Interpreter, target: List, key: Value, value: Value) -> None:
    items = list_items(run, target)
    index = key.value if isinstance(key, Const) and isinstance(key.value, int) else None
    if index is not None and -len(items.known) <= index < len(items.known):
        known = list(items.known)
        known[index] = value
        items = Items(tuple(known), items.rest)
    else:
        items = Items(items.known, add_rest(items.rest, (value,)))
    run.heap.set((target.token, "[]"), items)


def append(run: Interpreter, target: List, value: Value) -> None:
    """Adds an item at the end; within a loop of unknown length, any number of times."""
    run.carriers.link(target.token, value)
    items = list_items(run, target)
    if run.frames[-1].loops:
        if value in items.known:
            items = Items(items.known, add_rest(items.rest, ()))
        items = Items(items.known, add_rest(items.rest, (value,)))
    elif items.rest:
        items = Items(items.known, add_rest(items.rest, (value,)))
    else:
        items = bounded(Items((*items.known, value)))
    run.heap.set((target.token, "[]"), items)


def extend(run: Interpreter, target: List, value: Value) -> None:
    """Adds all items of another container."""
    items = list_items(run, target)
    added = items_of(run, value)
    if added is None:
        row = shapes.row_of(run, value) if isinstance(value, (Embedding, Rows)) else UNKNOWN
        added = Items((), (row,))
    for part in (*added.known, *added.rest):
        run.carriers.link(target.token, part)
    if run.frame.loops or items.rest:
        items = Items(items.known, add_rest(items.rest, (*added.known, *added.rest)))
    else:
        items = bounded(Items((*items.known, *added.known), added.rest))
    run.heap.set((target.token, "[]"), items)


def update(run: Interpreter, target: Dict, args: Args) -> None:
    """``dict.update``."""
    for value in args.positional:
        if isinstance(value, Dict):
            other = dict_keys(run, value)
            for name, part in other.known:
                set_key(run, target, Const(name), part)
            if other.rest:
                keys = dict_keys(run, target)
                for part in other.rest:
                    run.carriers.link(target.token, part)
                rest = add_rest(keys.rest, other.rest)
                run.heap.set((target.token, "{}"), Keys(keys.known, rest))
        elif not is_opaque(value) or value is UNKNOWN:
            set_key(run, target, UNKNOWN, UNKNOWN)
    for name, part in args.keywords:
        set_key(run, target, Const(name), part)


# methods -------------------------------------------------------------------------------
