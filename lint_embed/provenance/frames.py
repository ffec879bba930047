"""Data frames and data sets: dicts of columns, with rows that a function may work on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lint_embed.provenance import containers
from lint_embed.provenance.values.base import UNKNOWN, OneOf, Value
from lint_embed.provenance.values.callables import Args, Function, Partial
from lint_embed.provenance.values.constants import Const
from lint_embed.provenance.values.containers import Dict, Each, Items, Keys, Tuple
from lint_embed.provenance.values.joining import unite
from lint_embed.provenance.values.vectors import Embedding

if TYPE_CHECKING:
    import libcst as cst

    from lint_embed.provenance.interpreter import Interpreter


def call_method(
    run: Interpreter, receiver: Dict, name: str, args: Args, node: cst.CSTNode
) -> Value:
    """Methods of data frames and data sets."""
    keys = containers.dict_keys(run, receiver)
    if name in ("merge", "join"):
        return joined(run, [receiver, args.find(["right", "other", 0]) or UNKNOWN], node)
    if name == "rename":
        return _renamed(run, receiver, args.keyword("columns"), node)
    if name == "to_dict" and args.find(["orient", 0]) == Const("records"):
        return Each(Items((), (row(run, receiver, node),)))
    if name == "pipe" and args.positional:
        rest = Args((receiver, *args.positional[1:]), args.keywords, args.open)
        return run.call(args.positional[0], rest, node)
    if name in KEEPING:
        return receiver
    if name == "assign":
        return _assigned(run, receiver, args, node)
    if name in ("iterrows", "itertuples"):
        one = row(run, receiver, node)
        return Each(Items((), (Tuple((UNKNOWN, one)) if name == "iterrows" else one,)))
    if name in ("apply", "map"):
        return _applied(run, receiver, name, args, node)
    if name in ("add_column", "rename_column") and len(args.positional) == 2:
        old, new = args.positional
        if name == "rename_column":
            old, new = new, keys.get(getattr(old, "value", None)) or UNKNOWN
        made = _copy(run, receiver, keys, node)
        containers.set_key(run, made, old, new)
        return made
    if name == "train_test_split":
        return containers.new_dict(run, node, Keys((("train", receiver), ("test", receiver))))
    return UNKNOWN


KEEPING = frozenset(
    {
        "reset_index", "set_index", "sort_values", "sort_index", "head", "tail", "sample",
        "dropna", "fillna", "drop_duplicates", "query", "astype", "explode", "filter", "drop",
        "nlargest", "nsmallest", "to_dict", "to_pandas", "compute", "with_columns", "select",
        "shuffle", "sort", "with_format", "remove_columns", "shard", "take", "skip",
        "select_columns",
    }
)  # fmt: skip
"""Methods that give back a frame with the same columns."""


def row(run: Interpreter, frame: Dict, node: object) -> Value:
    """Any one row of a frame, as a dict."""
    keys = containers.dict_keys(run, frame)
    known = tuple((name, _cell(run, value)) for name, value in keys.known)
    place = (node if isinstance(node, tuple) else id(node), "row")
    return containers.new_dict(run, place, Keys(known, keys.rest))


def _cell(run: Interpreter, column: Value) -> Value:
    """An element of a column. A data set may be a part of itself, so its rows stay unknown."""
    parts = column.values if isinstance(column, OneOf) else (column,)
    return unite(
        UNKNOWN if containers.frame_kind(run, part) == "rows" else containers.element(run, part)
        for part in parts
    )


def is_part(run: Interpreter, frame: Dict, name: object) -> bool:
    """Whether a name means a part of a data set (its training rows), which is like the whole."""
    parts = run.heap.get((frame.token, "parts"))
    return isinstance(parts, Const) and name in parts.value


def joined(run: Interpreter, frames: list[Value], node: cst.CSTNode) -> Value:
    """A frame with the columns of several; of two with one name either may be meant."""
    columns: dict[object, Value] = {}
    rest: tuple[Value, ...] = ()
    for frame in frames:
        if not isinstance(frame, Dict):
            rest = containers.add_rest(rest, (UNKNOWN,))
            continue
        keys = containers.dict_keys(run, frame)
        rest = containers.add_rest(rest, keys.rest)
        for name, value in keys.known:
            columns[name] = unite([columns[name], value]) if name in columns else value
    made = containers.new_dict(run, node, Keys(tuple(columns.items()), rest))
    kinds = [kind for frame in frames if (kind := containers.frame_kind(run, frame)) is not None]
    return containers.new_frame(run, made, kinds[0]) if kinds else made


def _copy(run: Interpreter, frame: Dict, keys: Keys, node: cst.CSTNode) -> Dict:
    """A frame of the same kind with other columns."""
    made = containers.new_dict(run, node, keys)
    if (kind := containers.frame_kind(run, frame)) is not None:
        containers.new_frame(run, made, kind)
    if isinstance(parts := run.heap.get((frame.token, "parts")), Const):
        run.heap.set((made.token, "parts"), parts)
    return made


def _renamed(run: Interpreter, frame: Dict, names: Value | None, node: cst.CSTNode) -> Value:
    if not isinstance(names, Dict):
        return frame
    given = containers.dict_keys(run, names)
    keys = containers.dict_keys(run, frame)
    known = []
    for name, value in keys.known:
        new = given.get(name)
        known.append((new.value if isinstance(new, Const) else name, value))
    return _copy(run, frame, Keys(tuple(known), keys.rest), node)


def _assigned(run: Interpreter, frame: Dict, args: Args, node: cst.CSTNode) -> Value:
    made = _copy(run, frame, containers.dict_keys(run, frame), node)
    for key, value in args.keywords:
        if isinstance(value, (Function, Partial)):
            value = run.call(value, Args((made,)), node)
        containers.set_key(run, made, Const(key), value)
    return made


def _applied(run: Interpreter, frame: Dict, name: str, args: Args, node: cst.CSTNode) -> Value:
    """``frame.apply(f, axis=1)`` gives a column, ``data.map(f)`` the data with what f adds."""
    function = args.find(["func", "function", 0])
    if not isinstance(function, (Function, Partial)):
        return frame if name == "map" else UNKNOWN
    batched = args.keyword("batched")
    whole = isinstance(batched, Const) and bool(batched.value)
    run.frame.loops += 1
    place = (id(node), "batch")
    given: Value = (
        containers.new_dict(run, place, containers.dict_keys(run, frame))
        if whole
        else row(run, frame, node)
    )
    result = run.call(function, Args((given,)), node)
    run.frame.loops -= 1
    if name == "apply":
        return Each(Items((), (result,)))
    made = _copy(run, frame, containers.dict_keys(run, frame), node)
    added = containers.dict_keys(run, result) if isinstance(result, Dict) else Keys((), (UNKNOWN,))
    for key, value in added.known:
        containers.set_key(run, made, Const(key), value if whole else _column(run, value, node))
    return made


def _column(run: Interpreter, value: Value, node: cst.CSTNode) -> Value:
    if isinstance(value, Embedding) or containers.items_of(run, value) is not None:
        return Each(Items((), (value,)))
    return containers.new_list(run, (id(node), "column"), Items((), (value,)))
