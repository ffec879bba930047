"""Python's own functions: what each does to containers, vectors and callables."""

from __future__ import annotations

import builtins as python
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import libcst as cst

from lint_embed.provenance import (
    applying,
    arrays,
    comparing,
    containers,
    products,
    records,
    sql,
    texts,
)
from lint_embed.provenance.imports import dotted_name
from lint_embed.provenance.values.base import UNKNOWN, Value
from lint_embed.provenance.values.callables import (
    Args,
    Builtin,
    Class,
    Function,
    Instance,
    Method,
    Partial,
    Super,
)
from lint_embed.provenance.values.constants import Const, Given, Length
from lint_embed.provenance.values.containers import Dict, Each, Items, Keys, Tuple
from lint_embed.provenance.values.imports import Api
from lint_embed.provenance.values.joining import alternatives, unite
from lint_embed.provenance.values.vectors import (
    SCORE,
    Coercion,
    Composite,
    Embedding,
    Encoder,
    Pending,
    Rows,
    Score,
)

if TYPE_CHECKING:
    from lint_embed.provenance.interpreter import Interpreter

NAMES = frozenset(name for name in dir(python) if not name.startswith("_"))


def lookup(run: Interpreter, name: str) -> Value:
    """A builtin by its name; the catalogue may know more of it."""
    if name in CONSTANTS:
        return CONSTANTS[name]
    if name == "__name__":
        return Const("__main__", weak=True)
    if name == "__file__":
        return UNKNOWN
    if name not in NAMES:
        return UNKNOWN
    if name in CALLS or name in PLAIN:
        return Builtin(name)
    node = run.catalogue.root.find(["builtins", name])
    return Api(node) if node is not None else Builtin(name)


CONSTANTS = {"None": Const(None), "True": Const(True), "False": Const(False)}
PLAIN = frozenset({"property", "staticmethod", "classmethod", "object", "super", "isinstance"})


def special_form(run: Interpreter, node: cst.Call) -> Value | None:
    """Calls that need the syntax of their arguments: ``len(a)``, ``super()``."""
    if not isinstance(node.func, cst.Name):
        return None
    name = node.func.value
    if name == "len" and len(node.args) == 1:
        source = dotted_name(node.args[0].value)
        value = run.evaluate(node.args[0].value)
        if isinstance(value, Const) and isinstance(value.value, str):
            return Const(len(value.value), value.weak)
        items = containers.items_of(run, value)
        if items is not None and not items.rest:
            return Const(len(items.known))
        return Length(frozenset({source})) if source else UNKNOWN
    if name == "super":
        frame = run.frame
        while frame.closure is not None and frame.receiver is None:
            frame = frame.closure
        function = frame.function
        if frame.receiver is not None and function is not None and function.owner is not None:
            return Super(function.owner, frame.receiver)
    return None


def length_of(node: cst.Subscript) -> Length | None:
    """``a.shape[-1]``: the length of ``a`` along an axis."""
    if not (isinstance(node.value, cst.Attribute) and node.value.attr.value == "shape"):
        return None
    source = dotted_name(node.value.value)
    if not source or len(node.slice) != 1:
        return None
    part = node.slice[0].slice
    features = isinstance(part, cst.Index) and not (
        isinstance(part.value, cst.Integer) and part.value.value == "0"
    )
    return Length(frozenset({source}), features)


def call(run: Interpreter, name: str, args: Args, node: cst.CSTNode) -> Value:
    """Calls a builtin."""
    handler = CALLS.get(name)
    return UNKNOWN if handler is None else handler(run, args, node)


def _first(args: Args) -> Value:
    return args.positional[0] if args.positional else UNKNOWN


def _list(run: Interpreter, args: Args, node: cst.CSTNode) -> Value:
    if not args.positional:
        return containers.new_list(run, node, Items())
    value = _first(args)
    if isinstance(value, (Embedding, Rows, Composite, Api, Score, Pending)):
        return value
    if isinstance(value, Encoder):  # list(model.parameters())
        return containers.new_list(run, node, Items((), (value,)))
    items = containers.items_of(run, value)
    return UNKNOWN if items is None else containers.new_list(run, node, items)


def _tuple(run: Interpreter, args: Args, node: cst.CSTNode) -> Value:
    value = _first(args)
    items = containers.items_of(run, value)
    if items is None:
        return value if isinstance(value, (Embedding, Rows)) else UNKNOWN
    return Each(items) if items.rest else Tuple(items.known)


def _dict(run: Interpreter, args: Args, node: cst.CSTNode) -> Value:
    value = containers.new_dict(run, node, Keys())
    for given in args.positional:
        pairs = containers.items_of(run, given) if not isinstance(given, Dict) else None
        if pairs is None:
            containers.update(run, value, Args((given,)))
            continue
        for pair in (*pairs.known, *pairs.rest):
            if isinstance(pair, Tuple) and len(pair.items) == 2:
                containers.set_key(run, value, pair.items[0], pair.items[1])
    containers.update(run, value, Args((), args.keywords))
    return value


def _zip(run: Interpreter, args: Args, node: cst.CSTNode) -> Value:
    contents = [containers.items_of(run, part) for part in args.positional]
    if contents and all(items is not None and not items.rest for items in contents):
        rows = zip(*(items.known for items in contents if items is not None), strict=False)
        return Each(Items(tuple(Tuple(row) for row in rows)))
    row = [_zipped(run, part, node) for part in args.positional]
    counted = [items.known for items in contents if items is not None and not items.rest]
    if not counted:
        return Each(Items((), (Tuple(tuple(row)),)))
    tuples: list[Value] = []
    for index in range(min(len(known) for known in counted)):
        picked = [
            containers.item_at(items, index) if items is not None else part
            for items, part in zip(contents, row, strict=True)
        ]
        tuples.append(Tuple(tuple(picked)))
    return Each(Items(tuple(tuples)))


def _zipped(run: Interpreter, iterable: Value, node: cst.CSTNode) -> Value:
    """An element of an iterable in zip: of a vector, a coordinate.

    Where it is one, the longer vector is cut without a word.
    """
    value = containers.element(run, iterable)
    if isinstance(iterable, Embedding) and iterable.rows != "many" and isinstance(value, Embedding):
        return replace(value, coercion=Coercion(run.site(node), "zip", sure=False))
    return value


def _enumerate(run: Interpreter, args: Args, node: cst.CSTNode) -> Value:
    items = containers.items_of(run, _first(args))
    if items is None:
        return Each(Items((), (Tuple((UNKNOWN, containers.element(run, _first(args)))),)))
    known = tuple(Tuple((Const(index), part)) for index, part in enumerate(items.known))
    return Each(Items(known, tuple(Tuple((UNKNOWN, part)) for part in items.rest)))


def _reversed(run: Interpreter, args: Args, node: cst.CSTNode) -> Value:
    items = containers.items_of(run, _first(args))
    if items is None:
        return _first(args) if isinstance(_first(args), (Embedding, Rows)) else UNKNOWN
    known = () if items.rest else tuple(reversed(items.known))
    rest = containers.add_rest(items.rest, items.known) if items.rest else ()
    return Each(Items(known, rest))


def _sorted(run: Interpreter, args: Args, node: cst.CSTNode) -> Value:
    value, key = _first(args), args.keyword("key")
    element = containers.element(run, value)
    if key is not None:
        frame = run.frame
        frame.loops += 1
        run.call(key, Args((element,)), node)
        frame.loops -= 1
    items = containers.items_of(run, value)
    if items is None:
        return value if isinstance(value, (Embedding, Rows, Score, Api)) else UNKNOWN
    return Each(Items((), containers.add_rest((), (*items.known, *items.rest))))


def _sum(run: Interpreter, args: Args, node: cst.CSTNode) -> Value:
    value = _first(args)
    items = containers.items_of(run, value)
    if items is None:
        return arrays.reduced(run, value, Const(0), "sum", node)
    values = (*items.known, *items.rest)
    if not values:
        return UNKNOWN
    pending = [part for part in values if isinstance(part, Pending)]
    if pending:
        how = "dot product" if pending[0].op == "multiply" else "distance"
        return products.united_score([arrays.distance(part, how) for part in pending])
    if any(isinstance(part, Score) for part in values):
        return products.united_score(values)
    if isinstance(values[0], Embedding) and values[0].rows == "scalar":
        return SCORE
    return arrays.reduced(run, comparing.rows_of(run, node, values), Const(0), "sum", node)


def _extreme(run: Interpreter, args: Args, node: cst.CSTNode) -> Value:
    values = args.positional
    lengths = [part for part in values if isinstance(part, Length)]
    if lengths and len(lengths) == len(values):
        features = any(part.features for part in lengths)
        return Length(frozenset().union(*(part.of for part in lengths)), features)
    if key := args.keyword("key"):
        run.call(key, Args((containers.element(run, _first(args)),)), node)
    if len(values) == 1:
        return containers.element(run, values[0])
    return (
        unite(values) if values and all(isinstance(v, (Score, Const)) for v in values) else UNKNOWN
    )


def _map(run: Interpreter, args: Args, node: cst.CSTNode) -> Value:
    if len(args.positional) < 2:
        return UNKNOWN
    return applying.map_over(run, args.positional[0], list(args.positional[1:]), node)


def _filter(run: Interpreter, args: Args, node: cst.CSTNode) -> Value:
    if len(args.positional) < 2:
        return UNKNOWN
    function, iterable = args.positional[:2]
    if is_callable(function):
        run.frame.loops += 1
        run.call(function, Args((containers.element(run, iterable),)), node)
        run.frame.loops -= 1
    items = containers.items_of(run, iterable)
    if items is None:
        return iterable
    return Each(Items((), containers.add_rest((), (*items.known, *items.rest))))


def _next(run: Interpreter, args: Args, node: cst.CSTNode) -> Value:
    value = _first(args)
    items = containers.items_of(run, value)
    if items is not None and items.known and not items.rest:
        return items.known[0]
    return containers.element(run, value)


def _getattr(run: Interpreter, args: Args, node: cst.CSTNode) -> Value:
    from lint_embed.provenance.expressions import attribute_of

    if len(args.positional) < 2:
        return UNKNOWN
    name = args.positional[1]
    if not (isinstance(name, Const) and isinstance(name.value, str)):
        return UNKNOWN
    found = attribute_of(run, args.positional[0], name.value, node)
    if found is UNKNOWN and len(args.positional) > 2:
        return UNKNOWN
    return found


def _getter(run: Interpreter, args: Args, node: cst.CSTNode, is_item: bool) -> Value:
    """What ``itemgetter("a", "b")`` or ``attrgetter("a")`` does with its last argument."""
    from lint_embed.provenance.expressions import attribute_of

    *names, receiver = args.positional
    found: list[Value] = []
    for name in names:
        if is_item:
            found.append(containers.lookup(run, receiver, name))
        elif isinstance(name, Const) and isinstance(name.value, str):
            found.append(attribute_of(run, receiver, name.value, node))
        else:
            found.append(UNKNOWN)
    return found[0] if len(found) == 1 else Tuple(tuple(found))


def _setattr(run: Interpreter, args: Args, node: cst.CSTNode) -> Value:
    from lint_embed.provenance import targets

    if len(args.positional) == 3:
        receiver, name, value = args.positional
        if isinstance(name, Const) and isinstance(name.value, str):
            targets.set_attribute(run, receiver, name.value, value, node)
    return Const(None)


def _range(run: Interpreter, args: Args, node: cst.CSTNode) -> Value:
    numbers = [part.value for part in args.positional if isinstance(part, Const)]
    if len(numbers) == len(args.positional) and all(type(n) is int for n in numbers):
        if 0 < len(numbers) < 4 and (len(numbers) < 3 or numbers[2]):
            values = range(*numbers)
            if len(values) <= containers.MAX_UNROLLED:
                return Each(Items(tuple(Const(value) for value in values)))
    if len(args.positional) == 1 and isinstance(args.positional[0], Length):
        return Each(Items((), (args.positional[0],)))
    return Each(Items((), (Length(frozenset()),)))  # some whole number


def _type(run: Interpreter, args: Args, node: cst.CSTNode) -> Value:
    value = _first(args)
    return value.cls if isinstance(value, Instance) else UNKNOWN


def _str(run: Interpreter, args: Args, node: cst.CSTNode) -> Value:
    value = _first(args)
    if isinstance(value, Const) and isinstance(value.value, (str, int)):
        return Const(str(value.value), value.weak)
    return value if isinstance(value, Given) else texts.spelled(value)


def _int(run: Interpreter, args: Args, node: cst.CSTNode) -> Value:
    value = _first(args)
    if isinstance(value, Const) and isinstance(value.value, str) and value.value.isdecimal():
        return replace(value, value=int(value.value[:18]))
    return value if isinstance(value, (Const, Given, Score, Length)) else UNKNOWN


def _score(run: Interpreter, args: Args, node: cst.CSTNode) -> Value:
    value = _first(args)
    return value if isinstance(value, (Score, Const, Pending)) else UNKNOWN


def _iter(run: Interpreter, args: Args, node: cst.CSTNode) -> Value:
    return _first(args)


CALLS: dict[str, Callable[[Interpreter, Args, cst.CSTNode], Value]] = {
    "list": _list,
    "set": _list,
    "frozenset": _list,
    "tuple": _tuple,
    "dict": _dict,
    "zip": _zip,
    "enumerate": _enumerate,
    "reversed": _reversed,
    "sorted": _sorted,
    "sum": _sum,
    "min": _extreme,
    "max": _extreme,
    "map": _map,
    "filter": _filter,
    "next": _next,
    "iter": _iter,
    "aiter": _iter,
    "anext": _next,
    "getattr": _getattr,
    "@item": lambda run, args, node: _getter(run, args, node, True),
    "@attribute": lambda run, args, node: _getter(run, args, node, False),
    "vars": lambda run, args, node: records.as_dict(run, _first(args), node),
    "setattr": _setattr,
    "range": _range,
    "type": _type,
    "str": _str,
    "int": _int,
    "float": _score,
    "abs": _score,
    "round": _score,
    "pow": _score,
}


def unknown_method(
    run: Interpreter, receiver: Value, name: str, args: Args, node: cst.CSTNode
) -> Value:
    """A method of something unknown: it may still call back with each of its elements.

    Or it may execute a statement that says itself what it does with its parameters.
    """
    entry = run.catalogue.array.edges.get(name)
    if entry is not None and (statement := entry.facts.get("sql")) is not None:
        sql.execute(run, Api(entry), statement, args.shifted(receiver), node)
    if entry is not None and (found := entry.facts.get("apply")) is not None:
        function = args.shifted(receiver).find(found.get("function", [1]))
        if function is not None and is_callable(function):
            return applying.map_over(run, function, [receiver], node)
    for value in args.everything():
        for part in alternatives(value):
            if isinstance(part, (Function, Partial)):
                run.frame.loops += 1
                run.call(part, Args(open=True), node)
                run.frame.loops -= 1
    return UNKNOWN


def is_callable(value: Value) -> bool:
    """Whether calling a value may give vectors."""
    if isinstance(value, Api):
        return True
    return isinstance(value, (Function, Partial, Encoder, Class, Instance, Method))
