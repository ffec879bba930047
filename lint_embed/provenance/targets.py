"""Targets: assigning to names, attributes, items and patterns."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import libcst as cst

from lint_embed.provenance import (
    api,
    arrays,
    columns,
    containers,
    heads,
    indexing,
    inheritance,
    shapes,
)
from lint_embed.provenance.state import setting
from lint_embed.provenance.values.base import UNKNOWN, OneOf, Value
from lint_embed.provenance.values.callables import Class, Function, Instance
from lint_embed.provenance.values.constants import Const
from lint_embed.provenance.values.containers import Dict, Items, List, Tuple
from lint_embed.provenance.values.imports import Api, ModuleValue
from lint_embed.provenance.values.joining import alternatives, unite
from lint_embed.provenance.values.stores import Store
from lint_embed.provenance.values.vectors import Embedding, Encoder, Filler, Pending, Rows

if TYPE_CHECKING:
    from lint_embed.provenance.interpreter import Interpreter
    from lint_embed.provenance.state import Frame


def assign(run: Interpreter, target: cst.CSTNode, value: Value) -> None:
    """Assigns a value to any assignment target."""
    kind = type(target)  # to ask for a class costs more: those of libcst are abstract
    if kind is cst.Name:
        set_name(run, target.value, value)  # type: ignore[attr-defined]
    elif kind is cst.Attribute:
        _set_attribute_of(run, target, value)  # type: ignore[arg-type]
    elif kind is cst.Subscript:
        set_item(run, target, value)  # type: ignore[arg-type]
    elif isinstance(target, (cst.Tuple, cst.List)):
        unpack(run, list(target.elements), value)
    elif isinstance(target, cst.StarredElement):
        assign(run, target.value, value)


def _set_attribute_of(run: Interpreter, target: cst.Attribute, value: Value) -> None:
    set_attribute(run, run.evaluate(target.value), target.attr.value, value, target)


def set_name(run: Interpreter, name: str, value: Value) -> None:
    """Binds a name in the scope that Python would bind it in."""
    frame = run.frames[-1]
    if name in frame.global_names:
        run.heap.set((id(frame.module), name), value)
        return
    if name in frame.nonlocal_names:
        outer = frame.closure
        while outer is not None and outer.names.get(name) is None:
            outer = outer.closure
        if outer is not None:
            outer.names.set(name, value)
        return
    bind(run, frame, name, value)


def bind(run: Interpreter, frame: Frame, name: str, value: Value) -> None:
    """Binds a name in a frame: of modules and classes, in the heap."""
    if frame.is_module:
        frame.module.names[name] = None
        run.heap.set((id(frame.module), name), value)
    elif frame.is_class:
        run.heap.set((frame.token, name), value)
        if frame.token is not None and not isinstance(value, Function):
            run.carriers.link(frame.token, value)
    else:
        frame.names.set(name, value)


def set_attribute(
    run: Interpreter, receiver: Value, name: str, value: Value, node: cst.CSTNode
) -> None:
    """Sets an attribute; of one of several objects, weakly."""
    parts = alternatives(receiver)
    for part in parts:
        if isinstance(part, (Api, Encoder)) and heads.set_head(run, part, name, value, node):
            continue
        if isinstance(part, Instance) and run.tables:
            columns.fill(run, inheritance.lineage(part.cls), name, value, node)
        if isinstance(part, (Instance, Class)):
            if isinstance(part, Instance) and part.cls.trainable and isinstance(value, Encoder):
                value = replace(value, space=replace(value.space, owner=part.token))
            key = (part.token, name)
            run.carriers.link(part.token, value)
            old = run.heap.get(key)
            weak = len(parts) > 1 and isinstance(old, Value)
            run.heap.set(key, unite([old, value]) if weak else value)  # type: ignore[list-item]
        elif isinstance(part, ModuleValue):
            module = run.project.module(part.path)
            if module is not None:
                run.run_module(module)
                run.heap.set((id(module), name), value)
        elif isinstance(part, Dict):
            containers.set_key(run, part, Const(name), value)
        elif isinstance(part, Api):
            here = run.frames[0].module.path
            run.heap.set(setting(f"{part.node.path}.{name}", here), value)
        elif isinstance(part, Encoder):
            run.heap.set((part.token, name), value)
            _replace_vectors(run, part, name)


def _replace_vectors(run: Interpreter, encoder: Value, name: str) -> None:
    """Vectors that an encoder holds are set: they may be mapped, or another model's, now."""
    if not isinstance(encoder, Encoder) or encoder.interface is None:
        return
    if name in encoder.interface.edges:
        run.heap.set((encoder.token, "replaced"), Const(True))


def set_item(run: Interpreter, target: cst.Subscript, value: Value) -> None:
    """``receiver[key] = value``."""
    receiver = run.evaluate(target.value)
    keys = [element.slice for element in target.slice]
    if isinstance(value, Embedding) and (
        isinstance(receiver, Filler) or (isinstance(receiver, Rows) and receiver.stack is None)
    ):
        assign(run, target.value, indexing.written(run, receiver, value, target))
        return
    if isinstance(receiver, Embedding) and isinstance(target.value, cst.Attribute):
        for part in alternatives(run.evaluate(target.value.value)):
            _replace_vectors(run, part, target.value.attr.value)
    from lint_embed.provenance import files, stores

    if isinstance(receiver, List) and files.write_rows(run, receiver, value, target):
        return
    if isinstance(receiver, Store) and receiver.vector is not None:
        stores.set_item(run, receiver, None, value, target)
        return
    if len(keys) != 1 or not isinstance(keys[0], cst.Index):
        if len(keys) == 2 and isinstance(keys[1], cst.Index) and isinstance(receiver, Dict):
            # frame.loc[rows, "column"] = value
            containers.set_key(run, receiver, run.evaluate(keys[1].value), value)
        return
    key = run.evaluate(keys[0].value)
    for part in alternatives(receiver):
        if isinstance(part, (Dict, List)):
            containers.set_key(run, part, key, value)
        elif isinstance(part, Api) and heads.set_head(run, part, "[]", value, target):
            continue
        elif isinstance(part, Api) and isinstance(key, Const):
            api.put(run, part, str(key.value), value)
        elif isinstance(part, Store) and isinstance(key, Const):
            stores.set_item(run, part, str(key.value), value, target)
        else:
            _replace_vectors(run, part, "[]")


def unpack(run: Interpreter, parts: list[cst.BaseElement], value: Value, dry: bool = False) -> None:
    """``a, *b = value``."""
    star = next((i for i, p in enumerate(parts) if isinstance(p, cst.StarredElement)), None)
    if isinstance(value, OneOf) and all(isinstance(v, Tuple) for v in value.values):
        value = _zipped(value, len(parts)) if star is None else UNKNOWN
    items = containers.items_of(run, value)
    for index, part in enumerate(parts):
        if items is None:
            picked = shapes.row_of(run, value) if isinstance(value, Embedding) else UNKNOWN
            if isinstance(value, Api):
                picked = api.item(run, value, Const(index))
            if isinstance(part, cst.StarredElement):
                picked = value if isinstance(value, Embedding) else UNKNOWN
        elif star is None or index < star:
            picked = containers.item_at(items, index)
        elif index == star:
            after = len(parts) - star - 1
            end = len(items.known) - after if not items.rest else len(items.known)
            picked = containers.new_list(run, part, Items(items.known[star:end], items.rest))
        else:
            picked = containers.item_at(items, index - len(parts)) if not items.rest else UNKNOWN
        assign(run, part.value, picked)


def _zipped(value: OneOf, count: int) -> Value:
    rows = [part.items for part in value.values if isinstance(part, Tuple)]
    if any(len(row) != count for row in rows):
        return UNKNOWN
    return Tuple(tuple(unite(column) for column in zip(*rows, strict=True)))


def augment(run: Interpreter, node: cst.AugAssign) -> None:
    """``target op= value``: lists are extended in place, the rest is a binary operation."""
    left = run.evaluate(node.target)
    right = run.evaluate(node.value)
    if isinstance(left, List) and isinstance(node.operator, cst.AddAssign):
        containers.extend(run, left, right)
        return
    operator = type(node.operator).__name__.removesuffix("Assign")
    if (
        operator == "Add"
        and isinstance(right, Pending)
        and not isinstance(left, Pending)
        and arrays.is_coordinate(right)
    ):
        # an accumulator: dot += x * y
        right = arrays.distance(right, "dot product" if right.op == "multiply" else "distance")
    found = None
    if type(left) is Instance or type(right) is Instance:
        from lint_embed.provenance.operators import overloaded

        found = overloaded(run, operator, left, right, node, in_place=True)
    if found is None:
        found = arrays.binary(run, operator, left, right, node)
    assign(run, node.target, found)


# match ---------------------------------------------------------------------------------


def bind_pattern(
    run: Interpreter, pattern: cst.MatchPattern, subject: Value, dry: bool = False
) -> bool | None:
    """Whether a pattern fits (None: unknown); binds its names unless ``dry``."""
    if isinstance(pattern, cst.MatchValue):
        return same_constant(subject, run.evaluate(pattern.value))
    if isinstance(pattern, cst.MatchSingleton):
        return same_constant(subject, run.evaluate(pattern.value))
    if isinstance(pattern, cst.MatchAs):
        fits = True if pattern.pattern is None else bind_pattern(run, pattern.pattern, subject, dry)
        if pattern.name is not None and not dry:
            assign(run, pattern.name, subject)
        return fits
    if isinstance(pattern, cst.MatchOr):
        results = [bind_pattern(run, part.pattern, subject, dry) for part in pattern.patterns]
        if True in results:
            return True
        return False if all(result is False for result in results) else None
    if isinstance(pattern, (cst.MatchList, cst.MatchTuple)) and not dry:
        _bind_sequence(run, pattern, subject)
    elif isinstance(pattern, (cst.MatchMapping, cst.MatchClass)) and not dry:
        _bind_parts(run, pattern, subject)
    return None


def _bind_sequence(
    run: Interpreter, pattern: cst.MatchList | cst.MatchTuple, subject: Value
) -> None:
    items = containers.items_of(run, subject)
    for index, element in enumerate(pattern.patterns):
        if isinstance(element, cst.MatchSequenceElement):
            part = containers.item_at(items, index) if items is not None else UNKNOWN
            bind_pattern(run, element.value, part)
        elif element.name is not None:
            assign(run, element.name, UNKNOWN)


def _bind_parts(
    run: Interpreter, pattern: cst.MatchMapping | cst.MatchClass, subject: Value
) -> None:
    if isinstance(pattern, cst.MatchMapping):
        for entry in pattern.elements:
            bind_pattern(
                run, entry.pattern, containers.lookup(run, subject, run.evaluate(entry.key))
            )
        return
    from lint_embed.provenance.lookup import attribute_of

    for part in pattern.kwds:
        bind_pattern(run, part.pattern, attribute_of(run, subject, part.key.value, part))
    for positional in pattern.patterns:
        bind_pattern(run, positional.value, UNKNOWN)


def same_constant(a: Value, b: Value) -> bool | None:
    """Whether two values are the same constant, or None when that is not known."""
    if isinstance(a, Const) and isinstance(b, Const) and not (a.weak or b.weak):
        return bool(a.value == b.value)
    return None
