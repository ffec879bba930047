"""What a call of a library does to vectors, as the catalogue's tables say."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from lint_embed.catalogue import QUIET, Entry, listed
from lint_embed.provenance import (
    api,
    applying,
    columns,
    constants,
    containers,
    covers,
    embedders,
    files,
    frames,
    heads,
    instances,
    opening,
    options,
    pipelines,
    records,
    removal,
    selecting,
    sql,
    stores,
    summaries,
)
from lint_embed.provenance.array_effects import apply_array
from lint_embed.provenance.comparing import check_roles, compare, compare_rows, excuse, united
from lint_embed.provenance.values.base import UNKNOWN, Value
from lint_embed.provenance.values.callables import Args, Class, Function, Instance
from lint_embed.provenance.values.constants import Const
from lint_embed.provenance.values.containers import Dict, Each, Items, Keys, List, Tuple
from lint_embed.provenance.values.imports import Api, Captured
from lint_embed.provenance.values.joining import alternatives
from lint_embed.provenance.values.stores import Store
from lint_embed.provenance.values.vectors import SCORE, Encoder

if TYPE_CHECKING:
    import libcst as cst

    from lint_embed.provenance.interpreter import Interpreter


MAX_GROUPS = 4
"""Parameters in lists nested deeper than this are not looked for."""


def apply(run: Interpreter, value: Api, args: Args, node: cst.CSTNode) -> Value | None:
    """The result of a call with an effect, or None when the catalogue knows none."""
    facts = value.node.facts
    if not facts:
        return None
    given = args
    if value.owner is not None and not isinstance(value.owner, (Encoder, Store, Instance, Class)):
        given = args.shifted(value.owner)
    for kind, handler in HANDLERS.items():
        if (entry := facts.get(kind)) is not None:
            if kind not in QUIET and not entry.get("quiet"):
                run.pulse += 1
            result = handler(run, value, entry, given, node)
            if result is not None:
                return result
    return None


def _compare(run: Interpreter, value: Api, entry: Entry, args: Args, node: cst.CSTNode) -> Value:
    operands = [args.find(spec) for spec in entry.get("between", ())]
    present = [operand for operand in operands if operand is not None]
    if entry.get("own") and isinstance(value.owner, Encoder):
        present.append(api.own_vectors(run, value.owner, run.site(node)))
    how, metric = entry.get("how", "similarity"), entry.get("metric", "other")
    if entry.get("loss"):
        for index, operand in enumerate(present):
            excuse(run, operand)
            for other in present[index + 1 :]:  # what it draws together, or apart
                excuse(run, compare(run, node, operand, other, how, metric))
        return SCORE
    if len(present) == 2 and str(entry.get("between")[0][0]).startswith("query"):
        check_roles(run, node, present[0], present[1])
    scores: list[Value] = []
    if len(present) == 1 and entry.get("alone"):
        scores.append(compare_rows(run, node, present[0], how))
    for index, left in enumerate(present):
        for right in present[index + 1 :]:
            scores.append(compare(run, node, left, right, how, metric, bool(entry.get("paired"))))
    return united(scores)


def _loss(run: Interpreter, value: Api, entry: Entry, args: Args, node: cst.CSTNode) -> Value:
    for operand in args.everything():
        if isinstance(operand, Function):
            operand = summaries.summary(run, operand).returns  # what is derived
        excuse(run, operand)
    return SCORE


def _train(run: Interpreter, value: Api, entry: Entry, args: Args, node: cst.CSTNode) -> Value:
    site = run.site(node)
    of = entry.get("of")
    if of is None:
        if value.owner is not None:
            api.train(run, value.owner, site)
        return value.owner or Const(None)
    found = args.find(of)
    call: Captured | None = value.calls
    while found is None and call is not None:
        found, call = call.args.find(of), call.before
    for part in _encoders(run, found) if found is not None else ():
        api.train(run, part, site)
    return Const(None)


def _encoders(run: Interpreter, value: Value, depth: int = 0) -> list[Value]:
    """The encoders in an argument: itself, or the parts of a list of parameters."""
    found: list[Value] = []
    if depth > MAX_GROUPS:  # a list may hold itself
        return found
    for part in alternatives(value):
        if isinstance(part, Encoder):
            found.append(part)
        elif isinstance(part, (List, Tuple, Each)):
            items = containers.items_of(run, part) or Items()
            for inner in dict.fromkeys((*items.known, *items.rest)):
                found.extend(_encoders(run, inner, depth + 1))
        elif isinstance(part, Dict):
            inner = containers.lookup(run, part, Const("params"))
            found.extend(_encoders(run, inner, depth + 1))
    return found


def _transparent(
    run: Interpreter, value: Api, entry: Entry, args: Args, node: cst.CSTNode
) -> Value | None:
    """A wrapper gives back what it got; called with settings, it is a decorator itself."""
    first = args.positional[0] if args.positional else None
    if first is None or isinstance(first, Const):
        return value if first is None or args.keywords or not args.positional else first
    return first


def _fold(
    run: Interpreter, value: Api, entry: Entry, args: Args, node: cst.CSTNode
) -> Value | None:
    return constants.fold(entry.get("as"), args)


def _frame(run: Interpreter, value: Api, entry: Entry, args: Args, node: cst.CSTNode) -> Value:
    """A data frame: a dict of columns, of which the given ones are known."""
    first = args.find(entry.get("of", ())) if entry.get("of") else None
    if entry.get("joins"):
        return _joined_frames(run, entry, args, node)
    if isinstance(first, Instance):
        first = records.as_dict(run, first, node)
    keys = containers.dict_keys(run, first) if isinstance(first, Dict) else Keys()
    made = containers.new_dict(run, node, keys)
    factory = args.find(entry.get("factory", ()))
    if factory is not None:
        run.heap.set((made.token, "factory"), factory)
    if (kind := entry.get("rows")) is not None:
        containers.new_frame(run, made, kind)
    if (parts := entry.get("parts")) is not None:
        run.heap.set((made.token, "parts"), Const(tuple(parts)))
    named = tuple((key, part) for key, part in args.keywords if entry.get("keywords"))
    if named:
        run.heap.set((made.token, "{}"), Keys((*keys.known, *named), keys.rest))
    return made


def _joined_frames(run: Interpreter, entry: Entry, args: Args, node: cst.CSTNode) -> Value:
    """A frame with the columns of those in the arguments, which may be lists of them."""
    found: list[Value] = []
    for spec in entry.get("joins"):
        value = args.find(spec)
        items = containers.items_of(run, value) if isinstance(value, (List, Tuple, Each)) else None
        found.extend((*items.known, *items.rest) if items is not None else [value or UNKNOWN])
    return frames.joined(run, found, node)


def _object(run: Interpreter, value: Api, entry: Entry, args: Args, node: cst.CSTNode) -> Value:
    """A plain object of a library, with its arguments as attributes."""
    named = dict(zip(entry.get("fields", ()), args.positional, strict=False)) | dict(args.keywords)
    made = containers.new_dict(run, node, Keys(tuple(named.items())))
    if (same := entry.get("same")) is not None:
        run.heap.set((made.token, "same"), Const(tuple(same)))
    return made


def _weights(
    run: Interpreter, value: Api, entry: Entry, args: Args, node: cst.CSTNode
) -> Value | None:
    """A network gets its weights from a file."""
    found = args.find(entry.get("of", [0]))
    if isinstance(value.owner, Class):
        if not entry.get("makes"):
            return None
        made = instances.instantiate(run, value.owner, Args(open=True), node)
        if isinstance(made, Instance) and found is not None:
            instances.load_weights(run, made, found, run.site(node))
        return made
    if isinstance(value.owner, Instance) and found is not None:
        instances.load_weights(run, value.owner, found, run.site(node))
    if isinstance(value.owner, Encoder):  # which model it is from now on, the file knows
        run.heap.set((value.owner.token, "replaced"), Const(True))
    return Const(None)


def _itself(
    run: Interpreter, value: Api, entry: Entry, args: Args, node: cst.CSTNode
) -> Value | None:
    """An inherited method that gives its object back, or what some of its own methods do."""
    names = entry.get("runs", ())
    if not names or not isinstance(value.owner, Instance):
        return value.owner
    for name in names[:-1]:
        instances.call_method(run, value.owner, name, node, args)
    return instances.call_method(run, value.owner, names[-1], node, Args(args.positional[:1]))


def _artefact(
    run: Interpreter, value: Api, entry: Entry, args: Args, node: cst.CSTNode
) -> Value | None:
    """Published data that ships with its vectors."""
    for table in entry.get("all", ()):
        found = args.find(table["argument"])
        if not (isinstance(found, Const) and isinstance(found.value, str)):
            continue
        wanted = listed(table["value"])
        if any(found.value == one or found.value.endswith(f"/{one}") for one in wanted):
            root = run.catalogue.artefact(entry.library, table)
            return Api(root, None, Captured(args, run.site(node)))
    return None


HANDLERS: dict[str, Callable[[Interpreter, Api, Entry, Args, cst.CSTNode], Value | None]] = {
    "artefact": _artefact,
    "load": files.load,
    "compare": _compare,
    "loss": _loss,
    "train": _train,
    "array": apply_array,
    "apply": applying.apply,
    "fold": _fold,
    "partial": applying.partial,
    "frame": _frame,
    "option": lambda run, value, entry, args, node: options.add(run, value, args),
    "options": lambda run, value, entry, args, node: options.parsed(run, value),
    "save": files.save,
    "store": opening.open_store,
    "fill": stores.fill,
    "query": stores.query,
    "empty": stores.empty,
    "remove": removal.remove,
    "database": removal.connect,
    "cover": covers.cover,
    "bind": embedders.bind,
    "merge": stores.merge,
    "part": pipelines.add_part,
    "column": columns.column,
    "sql": sql.execute,
    "fetched": selecting.fetch,
    "wire": pipelines.wire,
    "object": _object,
    "weights": _weights,
    "chain": heads.chain,
    "behead": heads.behead,
    "behind": heads.add_behind,
    "itself": _itself,
    "combine": applying.combine,
    "record": records.make,
    "transparent": _transparent,
}
