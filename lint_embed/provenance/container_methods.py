"""Methods of lists, dicts and data frames."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lint_embed.provenance import frames
from lint_embed.provenance.containers import (
    NO_KEYS,
    NOTHING,
    add_rest,
    append,
    dict_keys,
    element,
    extend,
    items_of,
    list_items,
    lookup,
    new_dict,
    new_list,
    set_key,
    update,
)
from lint_embed.provenance.values.base import UNKNOWN, OneOf, Value
from lint_embed.provenance.values.callables import Args, Method
from lint_embed.provenance.values.constants import MISSING, NONE, Const
from lint_embed.provenance.values.containers import Dict, Each, Items, Keys, List, Tuple
from lint_embed.provenance.values.joining import alternatives, unite
from lint_embed.provenance.values.vectors import are_by_name

if TYPE_CHECKING:
    import libcst as cst

    from lint_embed.provenance.interpreter import Interpreter


def call_method(run: Interpreter, method: Method, args: Args, node: cst.CSTNode) -> Value:
    """A method of a list, dict, tuple, set, generator or data frame."""
    receiver = method.receiver
    if isinstance(receiver, OneOf):
        return unite(
            call_method(run, Method(part, method.name), args, node)
            for part in alternatives(receiver)
        )
    if isinstance(receiver, Dict):
        return _dict_method(run, receiver, method.name, args, node)
    if isinstance(receiver, List):
        return _list_method(run, receiver, method.name, args, node)
    if isinstance(receiver, Each) and method.name == "__next__":
        return element(run, receiver)
    return UNKNOWN


def _list_method(
    run: Interpreter, receiver: List, name: str, args: Args, node: cst.CSTNode
) -> Value:
    first = args.positional[0] if args.positional else UNKNOWN
    if name in ("append", "add", "appendleft", "put", "put_nowait"):
        append(run, receiver, first)
    elif name in ("extend", "update", "extendleft"):
        extend(run, receiver, first)
    elif name == "insert" and len(args.positional) == 2:
        items = list_items(run, receiver)
        run.heap.set(
            (receiver.token, "[]"),
            Items((), add_rest(items.rest, (*items.known, args.positional[1]))),
        )
    elif name == "clear":
        run.heap.set((receiver.token, "[]"), NOTHING)
    elif name in ("popleft", "get", "get_nowait") and not args.positional:
        return element(run, receiver)  # which have been taken before, is not counted
    elif name in ("pop", "popleft", "get", "get_nowait"):
        return lookup(run, receiver, first if args.positional else Const(-1))
    elif name == "sort":
        if (key := args.keyword("key")) is not None:
            run.frame.loops += 1
            run.call(key, Args((element(run, receiver),)), node)
            run.frame.loops -= 1
    elif name == "copy":
        return new_list(run, node, list_items(run, receiver))
    else:
        return UNKNOWN
    return Const(None)


def _dict_method(
    run: Interpreter, receiver: Dict, name: str, args: Args, node: cst.CSTNode
) -> Value:
    keys = dict_keys(run, receiver)
    same = run.heap.get((receiver.token, "same"))
    if isinstance(same, Const) and name in same.value:
        return receiver
    if name in ("get", "pop"):
        return _asked_for(run, receiver, keys, args, is_kept=name == "get")
    if name == "setdefault" and args.positional:
        key, default = args.positional[0], args.find(["default", 1]) or Const(None)
        present = keys.get(key.value) if isinstance(key, Const) else None
        if present is not None:
            return present
        set_key(run, receiver, key, default)
        return default if isinstance(key, Const) else unite(dict_keys(run, receiver).rest)
    if name == "items":
        known = tuple(Tuple((Const(key), value)) for key, value in keys.known)
        return Each(Items(known, tuple(Tuple((UNKNOWN, value)) for value in keys.rest)))
    if name == "values":
        return Each(Items(tuple(value for _, value in keys.known), keys.rest))
    if name == "keys":
        return Each(items_of(run, receiver) or NOTHING)
    if name == "copy":
        return new_dict(run, node, keys)
    if name == "update":
        update(run, receiver, args)
        return Const(None)
    if name == "clear":
        run.heap.set((receiver.token, "{}"), NO_KEYS)
        return Const(None)
    return frames.call_method(run, receiver, name, args, node)


def _asked_for(run: Interpreter, receiver: Dict, keys: Keys, args: Args, is_kept: bool) -> Value:
    """``d.get(key, default)``, and ``d.pop`` with the same arguments, which fails without one."""
    key = args.positional[0] if args.positional else UNKNOWN
    found = lookup(run, receiver, key)
    default = args.find(["default", 1])
    is_absent = _surely_absent(args, keys)
    if is_kept and is_absent and (default is None or default == NONE):
        if are_by_name(keys.rest) and (found is UNKNOWN or keys.rest):
            return MISSING
    if found is UNKNOWN and not keys.rest and is_absent:
        return found if default is None else default
    if is_kept and default is None and not _is_there(key, keys):
        return unite((found, NONE))  # under this key nothing may have been put yet
    return found


def _is_there(key: Value, keys: Keys) -> bool:
    """Whether a dict has a key, which may be one of several."""
    parts = alternatives(key)
    return all(isinstance(part, Const) and keys.get(part.value) is not None for part in parts)


def _surely_absent(args: Args, keys: Keys) -> bool:
    key = args.positional[0] if args.positional else None
    return isinstance(key, Const) and not key.weak and keys.get(key.value) is None
