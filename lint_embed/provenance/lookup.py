"""What names and attributes stand for: in frames, modules, objects and libraries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lint_embed.provenance import api, builtins, constants, containers, imports, instances
from lint_embed.provenance.values.base import BOTTOM, STATE, UNKNOWN, OneOf, Symbol, Token, Value
from lint_embed.provenance.values.callables import (
    NEW,
    Args,
    Builtin,
    Class,
    Instance,
    Method,
    Super,
)
from lint_embed.provenance.values.constants import Const, Given, Opened, Text, is_nothing
from lint_embed.provenance.values.containers import Dict, Each, List, Tuple
from lint_embed.provenance.values.imports import Api, External, Imported, ModuleValue
from lint_embed.provenance.values.joining import unite
from lint_embed.provenance.values.stores import Store
from lint_embed.provenance.values.vectors import (
    Coerced,
    Composite,
    Embedding,
    Encoder,
    Filler,
    Pending,
    Rows,
    Score,
)

if TYPE_CHECKING:
    import libcst as cst

    from lint_embed.provenance.interpreter import Interpreter
    from lint_embed.provenance.state import Frame


def lookup(run: Interpreter, name: str) -> Value:
    """What a name is bound to: locals, enclosing functions, globals, builtins."""
    first = run.frames[-1]
    module = first.module
    if name not in first.global_names:
        frame: Frame | None = first
        while frame is not None:
            found = frame.names.get(name)
            if found is None and frame.is_class and frame is first:
                found = run.heap.get((frame.token, name))
            if found is not None:
                return _resolved(run, found) if type(found) in INDIRECT else found  # type: ignore[return-value]
            frame = frame.closure
    found = run.heap.get((id(module), name))
    if found is not None:
        return _resolved(run, found) if type(found) in INDIRECT else found  # type: ignore[return-value]
    if name == "__file__":
        return Const(run.project.place_of(module.path))
    return builtins.lookup(run, name)


INDIRECT = frozenset({Imported, OneOf, Api})
"""What a name holds that may stand for something else."""


def _resolved(run: Interpreter, value: object) -> Value:
    kind = type(value)
    if kind is Imported or kind is OneOf:
        value = imports.resolve(run, value)  # type: ignore[arg-type]
    return _kept_by(run, value) if type(value) is Api else value  # type: ignore[return-value]


def _kept_by(run: Interpreter, value: Value) -> Value:
    """A library's place for a program's state, as the dict that it is; else the value.

    Each file has its own: which of them runs before another, nobody knows.
    """
    if isinstance(value, Api) and "state" in value.node.facts:
        return Dict(Token((STATE, str(run.frame.module.path), value.node.path)))
    return value


def settle(run: Interpreter, value: Value, node: cst.CSTNode) -> Value:
    """An array's attribute that is not called (``x.T``) takes effect by itself."""
    if type(value) not in INDIRECT:
        return value
    if isinstance(value, OneOf):
        return unite(settle(run, part, node) for part in value.values)
    value = _kept_by(run, value)
    if isinstance(value, Api) and value.owner is not None and "array" in value.node.facts:
        if isinstance(value.owner, (Encoder, Store)):
            return value
        effect = value.node.facts["array"].get("effect")
        if effect in ("transpose", "keep"):
            return api.call(run, value, Args(), node)
    return value


def attribute_of(run: Interpreter, value: Value, name: str, node: cst.CSTNode) -> Value:
    """``value.name``."""
    if value is UNKNOWN or value is BOTTOM:
        return value
    if isinstance(
        value, (Api, Encoder, Store, Embedding, Rows, Composite, Pending, Score, Coerced)
    ):
        return _array_attribute(run, value, name)
    if isinstance(value, Instance):
        return instances.attribute(run, value, name, node)
    if isinstance(value, Class):
        return instances.class_attribute(run, value, name)
    if isinstance(value, Super):
        return instances.super_attribute(run, value, name)
    if isinstance(value, ModuleValue):
        return _module_attribute(run, value, name)
    if isinstance(value, OneOf):
        parts = [part for part in value.values if not is_nothing(part)]
        return unite(attribute_of(run, part, name, node) for part in parts)
    if isinstance(value, Symbol):
        return Symbol(f"{value.name}.{name}", value.origin)
    if isinstance(value, External):
        return External(f"{value.name}.{name}")
    if isinstance(value, Given):
        return constants.given_attribute(value, name)
    if isinstance(value, Text):
        return Method(value, name)
    if isinstance(value, Const) and isinstance(value.value, str):
        known = constants.STRING_METHODS
        if isinstance(value.value, Opened):
            known |= constants.CONTENT
        if name in known or name == "joinpath":
            return Method(value, name)
        return constants.string_attribute(value, name)
    return _container_attribute(run, value, name)


def _array_attribute(run: Interpreter, value: Value, name: str) -> Value:
    if name in ("shape", "size", "ndim", "dtype", "device") and not isinstance(
        value, (Api, Encoder)
    ):
        return Method(value, name)
    if name == "__dict__" and isinstance(value, Api) and value.owner is None:
        return Method(value, name)  # a module's names, to choose from by a string
    return api.attribute(run, value, name)


ON_FRAMES = frozenset({"save", "load", "fill", "query"})
"""Facts of methods that a data frame has beside those of a dict."""


def _container_attribute(run: Interpreter, value: Value, name: str) -> Value:
    if isinstance(value, Dict):
        if name in ("loc", "iloc", "at", "iat"):
            return value
        found = containers.dict_keys(run, value).get(name)
        if found is not None:
            return found
        node = run.catalogue.array.edges.get(name)
        if node is not None and ON_FRAMES & node.facts.keys():
            return Api(node, value)
        return Method(value, name)
    if isinstance(value, Tuple) and name in value.names:
        return containers.named_item(value, name)
    if isinstance(value, (List, Tuple, Each)):
        node = run.catalogue.array.edges.get(name)
        if node is not None and (isinstance(value, Each) or "apply" in node.facts):
            return Api(node, value)
        return Method(value, name)
    if isinstance(value, Filler):
        return Method(value, name)
    return NEW if name == "__new__" and isinstance(value, Builtin) else UNKNOWN


def _module_attribute(run: Interpreter, value: ModuleValue, name: str) -> Value:
    if name == "__dict__":
        return Method(value, name)
    if value.name:
        node = run.catalogue.lookup(f"{value.name}.{name}")
        if node is not None and node.facts:
            return Api(node)
    found = imports.member_at(run, value.path, name)
    if found is None:
        return UNKNOWN
    if isinstance(found, ModuleValue) and value.name:
        found = ModuleValue(found.path, f"{value.name}.{name}")
    return imports.resolve(run, found)
