"""Strings, numbers, and displays of lists, tuples and dicts."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

import libcst as cst

from lint_embed.provenance import constants, containers
from lint_embed.provenance.values.base import UNKNOWN, OneOf, Trail, Value
from lint_embed.provenance.values.callables import Args
from lint_embed.provenance.values.constants import Const
from lint_embed.provenance.values.containers import Each, Items, Keys, Tuple
from lint_embed.provenance.values.joining import alternatives, unite
from lint_embed.provenance.values.vectors import Encoder

if TYPE_CHECKING:
    from lint_embed.provenance.interpreter import Interpreter


MAX_DIGITS = 20


def string(run: Interpreter, node: cst.SimpleString) -> Value:
    known = run.literals.get(id(node))
    if known is None:
        known = run.literals[id(node)] = _string(run, node)
    if (run.handlers or run.decided) and isinstance(known, Const):
        return replace(known, chosen=run.choice)
    return known


def _string(run: Interpreter, node: cst.SimpleString) -> Value:
    text = node.value
    if "\\" not in text and text[0] in "'\"" and text[:3] not in ('"""', "'''"):
        return Const(text[1:-1], trail=Trail(run.site(node), ""))
    if "\\" not in text and "\r" not in text and text[:3] in ('"""', "'''"):
        return Const(text[3:-3], trail=Trail(run.site(node), ""))
    try:
        value = ast.literal_eval(text)
        if isinstance(value, str):
            value.encode()  # half a surrogate pair can be neither compared nor shown
        return Const(value, trail=Trail(run.site(node), ""))
    except (ValueError, SyntaxError):
        return UNKNOWN


def concatenated(run: Interpreter, node: cst.ConcatenatedString) -> Value:
    return constants.joined([run.evaluate(node.left), run.evaluate(node.right)])


def formatted(run: Interpreter, node: cst.FormattedString) -> Value:
    parts: list[Value] = []
    for part in node.parts:
        if type(part) is cst.FormattedStringText:
            parts.append(Const(_plain(part.value, "r" in node.start.lower())))
        elif isinstance(part, cst.FormattedStringExpression):
            value = run.evaluate(part.expression)
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
        read = float if type(node) is cst.Float else _whole
        known = Const(read(node.value)) if short else UNKNOWN
        run.literals[id(node)] = known
    return known


def _whole(text: str) -> int:
    return int(text, 0)


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
        value = run.evaluate(element.value)
        if type(element) is not cst.StarredElement:
            if rest:
                rest = containers.add_rest(rest, (value,))
            else:
                known.append(value)
            continue
        whole = value if isinstance(value, Encoder) else UNKNOWN  # its layers, its parameters
        inner = containers.items_of(run, value) or Items((), (whole,))
        if rest or inner.rest:
            rest = containers.add_rest(rest, (*inner.known, *inner.rest))
        else:
            known.extend(inner.known)
    return Items(tuple(known), rest)


def dict_display(run: Interpreter, node: cst.Dict) -> Value:
    value = containers.new_dict(run, node, Keys())
    pairs: list[tuple[Value, Value]] = []
    for element in node.elements:
        if type(element) is cst.DictElement:
            pairs.append((run.evaluate(element.key), run.evaluate(element.value)))
        elif isinstance(element, cst.StarredDictElement):
            containers.set_keys(run, value, pairs)
            pairs.clear()
            containers.update(run, value, Args((run.evaluate(element.value),)))
    if pairs:
        containers.set_keys(run, value, pairs)
    return value
