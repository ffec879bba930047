"""Expressions: the value of each, by dispatch on the type of its node."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import libcst as cst

from lint_embed.provenance import (
    api,
    arrays,
    builtins,
    classes,
    constants,
    containers,
    functions,
    imports,
    indexing,
    records,
    several,
    targets,
)
from lint_embed.provenance.comprehensions import comprehension, dict_comprehension
from lint_embed.provenance.narrowing import narrow, truth, truth_of
from lint_embed.provenance.values.base import (
    BOTTOM,
    STATE,
    UNKNOWN,
    OneOf,
    Symbol,
    Token,
    Trail,
    Value,
)
from lint_embed.provenance.values.callables import Args, Class, Instance, Method, Super
from lint_embed.provenance.values.constants import NO_NAMES, Const, Given, Opened, Text
from lint_embed.provenance.values.containers import Dict, Each, Items, Keys, List, Tuple
from lint_embed.provenance.values.imports import Api, External, Imported, ModuleValue
from lint_embed.provenance.values.joining import alternatives, unite
from lint_embed.provenance.values.stores import Store, Weights
from lint_embed.provenance.values.vectors import (
    SCORE,
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
    from lint_embed.provenance.interpreter import Interpreter
    from lint_embed.provenance.state import Frame


MAX_DIGITS = 20
FRAME_FACTS = frozenset({"save", "nearest"})
"""What a method of a data frame may do beside those that every frame has."""


def evaluate(run: Interpreter, node: cst.BaseExpression) -> Value:
    """The value of an expression."""
    handler = HANDLERS.get(type(node))
    value = UNKNOWN if handler is None else handler(run, node)
    if run.observer is not None and (value is not UNKNOWN or id(node) not in run.observer):
        run.observer[id(node)] = value
    return value


# names and attributes ------------------------------------------------------------------


def name(run: Interpreter, node: cst.Name) -> Value:
    return lookup(run, node.value)


def lookup(run: Interpreter, name: str) -> Value:
    """What a name is bound to: locals, enclosing functions, globals, builtins."""
    frame: Frame | None = run.frame
    module = run.frame.module
    if frame is not None and name not in frame.global_names:
        first = frame
        while frame is not None:
            found = frame.names.get(name)
            if found is None and frame.is_class and frame is first:
                found = run.heap.get((frame.token, name))
            if isinstance(found, Value):
                return _resolved(run, found)
            frame = frame.closure
    found = run.heap.get((id(module), name))
    if isinstance(found, Value):
        return _resolved(run, found)
    if name == "__file__":
        return Const(run.project.place_of(module.path))
    return builtins.lookup(run, name)


def _resolved(run: Interpreter, value: Value) -> Value:
    found = imports.resolve(run, value) if isinstance(value, (Imported, OneOf)) else value
    return _kept_by(run, found)


def _kept_by(run: Interpreter, value: Value) -> Value:
    """A library's place for a program's state, as the dict that it is; else the value.

    Each file has its own: which of them runs before another, nobody knows.
    """
    if isinstance(value, Api) and "state" in value.node.facts:
        return Dict(Token((STATE, str(run.frame.module.path), value.node.path)))
    return value


def attribute(run: Interpreter, node: cst.Attribute) -> Value:
    value = attribute_of(run, evaluate(run, node.value), node.attr.value, node)
    return settle(run, value, node)


def settle(run: Interpreter, value: Value, node: cst.CSTNode) -> Value:
    """An array's attribute that is not called (``x.T``) takes effect by itself."""
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
        return classes.attribute(run, value, name, node)
    if isinstance(value, Class):
        return classes.class_attribute(run, value, name)
    if isinstance(value, Super):
        return classes.super_attribute(run, value, name)
    if isinstance(value, ModuleValue):
        return _module_attribute(run, value, name)
    if isinstance(value, OneOf):
        parts = [
            part for part in value.values if not (isinstance(part, Const) and part.value is None)
        ]
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
    if isinstance(value, (List, Tuple, Each)):
        node = run.catalogue.array.edges.get(name)
        if node is not None and (isinstance(value, Each) or "apply" in node.facts):
            return Api(node, value)
        return Method(value, name)
    if isinstance(value, Filler):
        return Method(value, name)
    return UNKNOWN


def _module_attribute(run: Interpreter, value: ModuleValue, name: str) -> Value:
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


# constants and displays ----------------------------------------------------------------


def string(run: Interpreter, node: cst.SimpleString) -> Value:
    known = run.literals.get(id(node))
    if known is None:
        known = run.literals[id(node)] = _string(run, node)
    if (choice := run.choice) and isinstance(known, Const):
        return replace(known, chosen=choice)
    return known


def _string(run: Interpreter, node: cst.SimpleString) -> Value:
    text = node.value
    if "\\" not in text and text[0] in "'\"" and text[:3] not in ('"""', "'''"):
        return Const(text[1:-1], trail=Trail(run.site(node), ""))
    try:
        value = ast.literal_eval(text)
        if isinstance(value, str):
            value.encode()  # half a surrogate pair can be neither compared nor shown
        return Const(value, trail=Trail(run.site(node), ""))
    except (ValueError, SyntaxError):
        return UNKNOWN


def concatenated(run: Interpreter, node: cst.ConcatenatedString) -> Value:
    return constants.joined([evaluate(run, node.left), evaluate(run, node.right)])


def formatted(run: Interpreter, node: cst.FormattedString) -> Value:
    parts: list[Value] = []
    for part in node.parts:
        if isinstance(part, cst.FormattedStringText):
            parts.append(Const(_plain(part.value, "r" in node.start.lower())))
        elif isinstance(part, cst.FormattedStringExpression):
            value = evaluate(run, part.expression)
            parts.append(value if part.conversion is None and part.format_spec is None else UNKNOWN)
    if len(parts) == 2 or any(isinstance(part, OneOf) for part in parts):
        return _joined_ways(parts)
    return constants.joined(parts)


def _plain(text: str, is_raw: bool) -> str:
    """What a piece of an f-string's source stands for."""
    text = text.replace("{{", "{").replace("}}", "}")
    if "\\" not in text or is_raw:
        return text
    try:
        value = ast.literal_eval('"""' + text.replace('"', '\\"') + '"""')
        value.encode()
    except (ValueError, SyntaxError):
        return text
    return str(value)


def _joined_ways(parts: list[Value]) -> Value:
    choices = [index for index, part in enumerate(parts) if isinstance(part, OneOf)]
    if len(choices) != 1:
        return constants.joined(parts)
    index = choices[0]
    ways = alternatives(parts[index])
    return unite(constants.joined([*parts[:index], way, *parts[index + 1 :]]) for way in ways)


def number(run: Interpreter, node: cst.Integer | cst.Float) -> Value:
    known = run.literals.get(id(node))
    if known is None:
        # Longer numbers count nothing, and Python refuses to spell the longest.
        short = len(node.value) <= MAX_DIGITS
        known = Const(node.evaluated_value) if short else UNKNOWN
        run.literals[id(node)] = known
    return known


def list_display(run: Interpreter, node: cst.List | cst.Set) -> Value:
    return containers.new_list(run, node, _items(run, node.elements))


def tuple_display(run: Interpreter, node: cst.Tuple) -> Value:
    items = _items(run, node.elements)
    if len(items.known) > max(len(node.elements), containers.MAX_KNOWN):
        items = containers.bounded(items)  # starred tuples may double
    return Tuple(items.known) if not items.rest else Each(items)


def _items(run: Interpreter, elements: Iterable[cst.BaseElement]) -> Items:
    known: list[Value] = []
    rest: tuple[Value, ...] = ()
    for element in elements:
        value = evaluate(run, element.value)
        if not isinstance(element, cst.StarredElement):
            if rest:
                rest = containers.add_rest(rest, (value,))
            else:
                known.append(value)
            continue
        inner = containers.items_of(run, value) or Items((), (UNKNOWN,))
        if rest or inner.rest:
            rest = containers.add_rest(rest, (*inner.known, *inner.rest))
        else:
            known.extend(inner.known)
    return Items(tuple(known), rest)


def dict_display(run: Interpreter, node: cst.Dict) -> Value:
    value = containers.new_dict(run, node, Keys())
    for element in node.elements:
        if isinstance(element, cst.DictElement):
            key = evaluate(run, element.key)
            containers.set_key(run, value, key, evaluate(run, element.value))
        elif isinstance(element, cst.StarredDictElement):
            containers.update(run, value, Args((evaluate(run, element.value),)))
    return value


# subscripts ----------------------------------------------------------------------------


def subscript(run: Interpreter, node: cst.Subscript) -> Value:
    if (length := builtins.length_of(node)) is not None:
        return length
    value = evaluate(run, node.value)
    if value is BOTTOM:
        return BOTTOM
    if value is UNKNOWN or isinstance(value, Symbol):
        return indexing.cut_unknown(run, value, node)
    if isinstance(value, OneOf):
        parts = [part for part in value.values if not _has_no_items(run, part)]
        return unite(_subscript_of(run, part, node) for part in parts)
    return _subscript_of(run, value, node)


def _has_no_items(run: Interpreter, value: Value) -> bool:
    """Whether any index into a value fails: of ``config or {}`` the second."""
    if isinstance(value, Dict):
        return containers.dict_keys(run, value) == Keys() and not _is_made(run, value)
    return isinstance(value, Const) and value.value is None


def _is_made(run: Interpreter, value: Dict) -> bool:
    """Whether a dict makes what is missing, or is a data frame."""
    return any(run.heap.get((value.token, what)) is not None for what in ("factory", "rows"))


def _subscript_of(run: Interpreter, value: Value, node: cst.Subscript) -> Value:
    if isinstance(value, Embedding) and value.at is not None:
        index = node.slice[0].slice
        if isinstance(index, cst.Index) and isinstance(index.value, cst.SimpleString):
            return api.item(run, value.at, evaluate(run, index.value))
    if isinstance(value, (Embedding, Rows, Composite, Pending, Score, Filler, Coerced)):
        return indexing.subscript(run, value, node)
    if isinstance(value, Class) and records.is_enum(value):
        index = node.slice[0].slice
        key = evaluate(run, index.value) if isinstance(index, cst.Index) else UNKNOWN
        return records.member(run, value, key)
    if isinstance(value, (Class, Weights)):
        return value
    parts = node.slice
    if len(parts) == 2 and isinstance(parts[1].slice, cst.Index) and isinstance(value, Dict):
        return containers.lookup(run, value, evaluate(run, parts[1].slice.value))
    if len(parts) != 1:
        return UNKNOWN
    part = parts[0].slice
    if isinstance(part, cst.Slice):
        return _sliced(run, value, part, node)
    key = evaluate(run, part.value) if isinstance(part, cst.Index) else UNKNOWN
    if isinstance(value, (Api, Encoder, Store)):
        return api.item(run, value, key)
    if isinstance(value, Instance):
        found = classes.call_method(run, value, "__getitem__", node, Args((key,)))
        return containers.lookup(run, value, key) if found is None else found
    if isinstance(value, Method):
        return UNKNOWN
    return containers.lookup(run, value, key)


def _sliced(run: Interpreter, value: Value, part: cst.Slice, node: cst.Subscript) -> Value:
    if isinstance(value, Api):
        return value
    items = containers.items_of(run, value)
    if isinstance(value, Const) and isinstance(value.value, str):
        return _sliced_text(run, value, part)
    if items is None or isinstance(value, Dict):
        return value if isinstance(value, Dict) else UNKNOWN
    bounds: list[int | None] = []
    for bound in (part.lower, part.upper, part.step):
        index = evaluate(run, bound) if bound is not None else Const(None)
        if not (isinstance(index, Const) and (index.value is None or type(index.value) is int)):
            everything = (*items.known, *items.rest)
            return Each(Items((), containers.add_rest((), everything)))
        bounds.append(index.value)
    if bounds[2] == 0:
        return UNKNOWN
    chosen = items.known[slice(*bounds)]
    if isinstance(value, Tuple):
        return Tuple(chosen)
    return containers.new_list(run, node, Items(chosen, items.rest))


def _sliced_text(run: Interpreter, value: Const, part: cst.Slice) -> Value:
    """``name[:8]``, ``name[len("models/"):]``."""
    bounds = []
    for bound in (part.lower, part.upper, part.step):
        index = evaluate(run, bound) if bound is not None else Const(None)
        if not (isinstance(index, Const) and (index.value is None or type(index.value) is int)):
            return UNKNOWN
        bounds.append(index.value)
    if bounds[2] == 0:
        return UNKNOWN
    return replace(value, value=value.value[slice(*bounds)])


# operators -----------------------------------------------------------------------------


def binary(run: Interpreter, node: cst.BinaryOperation) -> Value:
    """A binary operation; long chains are walked without nesting."""
    spine: list[cst.BinaryOperation] = []
    left: cst.BaseExpression = node
    while isinstance(left, cst.BinaryOperation):
        spine.append(left)
        left = left.left
    value = evaluate(run, left)
    for part in reversed(spine):
        right = evaluate(run, part.right)
        if isinstance(part.operator, cst.Power):
            value = value if isinstance(value, (Pending, Score)) else UNKNOWN
        else:
            if isinstance(part.operator, cst.BitOr) and isinstance(value, (Store, Dict)):
                _piped(run, value, right, part)
            value = arrays.binary(run, type(part.operator).__name__, value, right, part)
    return value


def _piped(run: Interpreter, value: Value, right: Value, node: cst.CSTNode) -> None:
    """``retriever | prompt``, ``{"context": retriever} | prompt``: a chain that asks stores."""
    parts = [value]
    if isinstance(value, Dict):
        parts = [part for _, part in containers.dict_keys(run, value).known]
    for part in parts:
        if isinstance(part, Store):
            run.call(attribute_of(run, part, "__or__", node), Args((right,)), node)


def boolean(run: Interpreter, node: cst.BooleanOperation) -> Value:
    left = evaluate(run, node.left)
    known = truth_of(left)
    is_or = isinstance(node.operator, cst.Or)
    if known is not None:
        return left if known == is_or else evaluate(run, node.right)
    right = evaluate(run, node.right)
    if is_or:
        kept = [part for part in alternatives(left) if part != Const(None)]
        if left is UNKNOWN or isinstance(left, (Symbol, Given)):
            return containers.weakened(right) if isinstance(right, Const) else UNKNOWN
        return unite([*kept, right])
    return unite([left, right])


def comparison(run: Interpreter, node: cst.Comparison) -> Value:
    evaluate(run, node.left)
    for part in node.comparisons:
        evaluate(run, part.comparator)
    return SCORE


def unary(run: Interpreter, node: cst.UnaryOperation) -> Value:
    value = evaluate(run, node.expression)
    if isinstance(node.operator, cst.Minus):
        if isinstance(value, Const) and isinstance(value.value, (int, float)):
            return Const(-value.value, value.weak)
        return value
    return value if isinstance(node.operator, cst.Plus) else UNKNOWN


def conditional(run: Interpreter, node: cst.IfExp) -> Value:
    run.outside = NO_NAMES
    known = truth(run, node.test)
    if known is not None:
        return evaluate(run, node.body if known else node.orelse)
    values = []
    decided = run.decided
    run.decided |= run.outside
    for way, holds in ((node.body, True), (node.orelse, False)):
        run.push()
        narrow(run, node.test, holds)
        values.append(evaluate(run, way))
        run.frame.names.pop()
        run.heap.write(run.heap.pop())
    run.decided = decided
    return unite(values)


def named(run: Interpreter, node: cst.NamedExpr) -> Value:
    value = evaluate(run, node.value)
    targets.assign(run, node.target, value)
    return value


def awaited(run: Interpreter, node: cst.Await) -> Value:
    return evaluate(run, node.expression)


def yielded(run: Interpreter, node: cst.Yield) -> Value:
    frame = run.frame
    if node.value is None:
        return UNKNOWN
    if isinstance(node.value, cst.From):
        value = containers.element(run, evaluate(run, node.value.item))
    else:
        value = evaluate(run, node.value)
    if frame.yields is None:
        frame.yields = []
    if value not in frame.yields:
        frame.yields.append(value)
    return UNKNOWN


def lambda_expression(run: Interpreter, node: cst.Lambda) -> Value:
    return functions.make_lambda(run, node)


# comprehensions ------------------------------------------------------------------------


# calls ---------------------------------------------------------------------------------


def call(run: Interpreter, node: cst.Call) -> Value:
    special = builtins.special_form(run, node)
    if special is not None:
        return special
    if isinstance(node.func, cst.Attribute):
        receiver = evaluate(run, node.func.value)
        args = arguments(run, node.args)
        return call_attribute(run, receiver, node.func.attr.value, args, node)
    function = evaluate(run, node.func)
    return functions.call(run, function, arguments(run, node.args), node)


def call_attribute(
    run: Interpreter, receiver: Value, name: str, args: Args, node: cst.Call
) -> Value:
    """``receiver.name(...)``, on each alternative by itself."""
    if isinstance(receiver, OneOf):
        parts = [p for p in receiver.values if not (isinstance(p, Const) and p.value is None)]
        if several.are_stores(parts):
            return several.on_each(
                run, parts, lambda part: call_attribute(run, part, name, args, node)
            )
        return unite(call_attribute(run, part, name, args, node) for part in parts)
    function = attribute_of(run, receiver, name, node.func)
    if function is UNKNOWN or isinstance(function, (Symbol, External)):
        return builtins.unknown_method(run, receiver, name, args, node)
    return functions.call(run, function, args, node)


def arguments(run: Interpreter, nodes: Iterable[cst.Arg]) -> Args:
    """The evaluated arguments of a call."""
    positional: list[Value] = []
    keywords: list[tuple[str, Value]] = []
    is_open = False
    spread: Value | None = None
    for arg in nodes:
        value = evaluate(run, arg.value)
        if arg.star == "*":
            items = containers.items_of(run, value)
            if items is None or items.rest:
                is_open, spread = True, spread or value
            else:
                positional.extend(items.known)
        elif arg.star == "**":
            keys = containers.dict_keys(run, value) if isinstance(value, Dict) else None
            if keys is None or keys.rest:
                is_open = True
            if keys is not None:
                keywords.extend((str(key), part) for key, part in keys.known)
        elif arg.keyword is not None:
            keywords.append((arg.keyword.value, value))
        elif not is_open:
            positional.append(value)
    return Args(tuple(positional), tuple(keywords), is_open, spread)


HANDLERS: dict[type, Callable[[Interpreter, Any], Value]] = {
    cst.Name: name,
    cst.Attribute: attribute,
    cst.Call: call,
    cst.Subscript: subscript,
    cst.SimpleString: string,
    cst.ConcatenatedString: concatenated,
    cst.FormattedString: formatted,
    cst.Integer: number,
    cst.Float: number,
    cst.List: list_display,
    cst.Set: list_display,
    cst.Tuple: tuple_display,
    cst.Dict: dict_display,
    cst.BinaryOperation: binary,
    cst.BooleanOperation: boolean,
    cst.Comparison: comparison,
    cst.UnaryOperation: unary,
    cst.IfExp: conditional,
    cst.NamedExpr: named,
    cst.Await: awaited,
    cst.Yield: yielded,
    cst.Lambda: lambda_expression,
    cst.ListComp: comprehension,
    cst.SetComp: comprehension,
    cst.GeneratorExp: comprehension,
    cst.DictComp: dict_comprehension,
}
