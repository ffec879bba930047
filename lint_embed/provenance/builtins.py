"""Python's own names and functions: what each gives."""

from __future__ import annotations

import builtins as python
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import libcst as cst

from lint_embed.provenance import containers, records, texts
from lint_embed.provenance.iterables import OVER_ITERABLES, first
from lint_embed.provenance.syntax import dotted_name
from lint_embed.provenance.values.base import UNKNOWN, Value
from lint_embed.provenance.values.callables import Args, Builtin, Class, Instance, Super
from lint_embed.provenance.values.constants import Const, Given, Length
from lint_embed.provenance.values.containers import Tuple
from lint_embed.provenance.values.imports import Api
from lint_embed.provenance.values.vectors import Pending, Score

if TYPE_CHECKING:
    from lint_embed.provenance.interpreter import Interpreter


NAMES = frozenset(name for name in dir(python) if not name.startswith("_"))


def lookup(run: Interpreter, name: str) -> Value:
    """A builtin by its name; the catalogue may know more of it."""
    if name not in NAMES:
        return Const("__main__", weak=True) if name == "__name__" else UNKNOWN
    if (known := _SURE.get(name)) is not None:
        return known
    node = run.catalogue.root.find(["builtins", name])
    return Api(node) if node is not None else Builtin(name)


CONSTANTS = {"None": Const(None), "True": Const(True), "False": Const(False)}
PLAIN = frozenset({"property", "staticmethod", "classmethod", "object", "super", "isinstance"})


def special_form(run: Interpreter, node: cst.Call) -> Value | None:
    """Calls that need the syntax of their arguments: ``len(a)``, ``super()``."""
    if type(node.func) is not cst.Name:
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
    if type(node.value) is not cst.Attribute or node.value.attr.value != "shape":
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


def _getattr(run: Interpreter, args: Args, node: cst.CSTNode) -> Value:
    from lint_embed.provenance.lookup import attribute_of

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
    from lint_embed.provenance.lookup import attribute_of

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


def _type(run: Interpreter, args: Args, node: cst.CSTNode) -> Value:
    value = first(args)
    return value.cls if isinstance(value, Instance) else UNKNOWN


def _new(run: Interpreter, args: Args, node: cst.CSTNode) -> Value:
    """``object.__new__(cls)``: an object that no constructor has seen yet."""
    value = first(args)
    return Instance(value, run.token(node)) if isinstance(value, Class) else value


def _str(run: Interpreter, args: Args, node: cst.CSTNode) -> Value:
    value = first(args)
    if isinstance(value, Const) and isinstance(value.value, (str, int)):
        return Const(str(value.value), value.weak)
    return value if isinstance(value, Given) else texts.spelled(value)


def _int(run: Interpreter, args: Args, node: cst.CSTNode) -> Value:
    value = first(args)
    if isinstance(value, Const) and isinstance(value.value, str) and value.value.isdecimal():
        return replace(value, value=int(value.value[:18]))
    return value if isinstance(value, (Const, Given, Score, Length)) else UNKNOWN


def _score(run: Interpreter, args: Args, node: cst.CSTNode) -> Value:
    value = first(args)
    return value if isinstance(value, (Score, Const, Pending)) else UNKNOWN


CALLS: dict[str, Callable[[Interpreter, Args, cst.CSTNode], Value]] = {
    **OVER_ITERABLES,
    "getattr": _getattr,
    "@item": lambda run, args, node: _getter(run, args, node, True),
    "@attribute": lambda run, args, node: _getter(run, args, node, False),
    "@new": _new,
    "vars": lambda run, args, node: records.as_dict(run, first(args), node),
    "setattr": _setattr,
    "type": _type,
    "str": _str,
    "int": _int,
    "float": _score,
    "abs": _score,
    "round": _score,
    "pow": _score,
}
_SURE: dict[str, Value] = {**{name: Builtin(name) for name in (*CALLS, *PLAIN)}, **CONSTANTS}
"""The builtins that no catalogue knows more of."""
