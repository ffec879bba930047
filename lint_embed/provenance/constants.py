"""Constants that can be computed from the text: names of models, paths, lengths."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Sequence

from lint_embed.catalogue import spaces
from lint_embed.provenance.values import UNKNOWN, Args, Begun, Const, Tuple, Value

LONGEST = 4096
"""Longer strings are no names."""

# A template that asks for a thousand characters or more, or leaves the width open.
_WIDE = re.compile(r"%[-+ #0]*(?:\d{4}|\*)|%[-+ #0\d]*\.(?:\d{4}|\*)|\{[^{}]*:[^{}]*(?:\d{4}|\{)")


def binary(operator: str, left: Const, right: Const | Tuple) -> Value:
    """A binary operation of constants."""
    a = left.value
    weak = left.weak or (isinstance(right, Const) and right.weak)
    if operator == "Modulo" and isinstance(a, str):
        values = right.items if isinstance(right, Tuple) else (right,)
        if not all(isinstance(value, Const) for value in values):
            return UNKNOWN
        given = tuple(value.value for value in values if isinstance(value, Const))
        return _formatted(a, given, weak)
    if not isinstance(right, Const):
        return UNKNOWN
    b = right.value
    if operator == "Divide" and isinstance(a, str) and isinstance(b, str):
        return _text(posixpath.join(a, b), weak)
    if isinstance(a, bool) or isinstance(b, bool):
        return UNKNOWN
    if operator == "Add" and isinstance(a, str) and isinstance(b, str):
        return _text(a + b, weak)
    if isinstance(a, (int, float)) and isinstance(b, (int, float)):
        try:
            return _arithmetic(operator, a, b, weak)
        except OverflowError:
            return UNKNOWN
    return UNKNOWN


def _text(text: str, weak: bool) -> Value:
    """A string that was put together; one that keeps growing is given up."""
    return Const(text, weak) if len(text) <= LONGEST else UNKNOWN


def _arithmetic(operator: str, a: float, b: float, weak: bool) -> Value:
    if operator == "Add":
        return Const(a + b, weak)
    if operator == "Subtract":
        return Const(a - b, weak)
    if operator == "Multiply" and abs(a) < 1e9 and abs(b) < 1e9:
        return Const(a * b, weak)
    if operator == "FloorDivide" and b:
        return Const(a // b, weak)
    if operator == "Divide" and b:
        return Const(a / b, weak)
    return UNKNOWN


def _formatted(template: str, values: tuple[object, ...], weak: bool) -> Value:
    if _WIDE.search(template) or _too_long((template, *values)):
        return UNKNOWN
    try:
        return _text(template % values, weak)
    except (TypeError, ValueError, KeyError, IndexError, OverflowError):
        return UNKNOWN


def _too_long(parts: Iterable[object]) -> bool:
    return any(isinstance(part, str) and len(part) > LONGEST for part in parts)


def joined(parts: Sequence[Value]) -> Value:
    """An f-string or a concatenation of its parts."""
    text, weak = "", False
    for part in parts:
        if not isinstance(part, Const):
            return begun(text)
        text += str(part.value)
        weak = weak or part.weak
    return _text(text, weak)


def begun(text: str) -> Value:
    """A string that begins so and goes on unknown: only a prompt for a model says anything."""
    is_prompt = ":" in text and spaces.is_prompt(text)
    return Begun(text) if is_prompt else UNKNOWN


STRING_METHODS = frozenset(
    {"lower", "upper", "strip", "lstrip", "rstrip", "replace", "removeprefix", "removesuffix",
     "title", "format", "join", "split", "as_posix", "resolve", "absolute", "expanduser",
     "open", "read_bytes", "read_text"}
)  # fmt: skip
PATH_METHODS = frozenset(
    {"as_posix", "resolve", "absolute", "expanduser", "open", "read_bytes", "read_text"}
)


def string_method(receiver: Const, name: str, args: Args) -> Value:
    """A method of a constant string (paths are strings here)."""
    text = receiver.value
    if name in PATH_METHODS:
        return receiver
    if name == "joinpath":
        return fold("path-join", args.shifted(receiver)) or UNKNOWN
    values: list[object] = []
    for value in args.positional:
        if isinstance(value, Tuple) and all(isinstance(item, Const) for item in value.items):
            values.append([str(item.value) for item in value.items if isinstance(item, Const)])
        elif isinstance(value, Const):
            values.append(value.value)
        else:
            return UNKNOWN
    keywords = {key: value.value for key, value in args.keywords if isinstance(value, Const)}
    if len(keywords) != len(args.keywords):
        return UNKNOWN
    flat = [part for value in values for part in (value if isinstance(value, list) else (value,))]
    if _too_long((text, *flat, *keywords.values())) or (name == "format" and _WIDE.search(text)):
        return UNKNOWN
    try:
        result = getattr(text, name)(*values, **keywords)
    except (TypeError, ValueError, KeyError, IndexError, AttributeError, OverflowError):
        return UNKNOWN
    if isinstance(result, list):
        return Tuple(tuple(Const(part, receiver.weak) for part in result))
    return _text(result, receiver.weak) if isinstance(result, str) else Const(result, receiver.weak)


def string_attribute(receiver: Const, name: str) -> Value:
    """Attributes of a path: ``parent``, ``name``, ``stem``, ``value`` of an enum member."""
    text = receiver.value
    if name == "value":
        return receiver
    if name == "parent":
        return Const(posixpath.dirname(text), receiver.weak)
    if name == "name":
        return Const(posixpath.basename(text), receiver.weak)
    if name == "stem":
        return Const(posixpath.splitext(posixpath.basename(text))[0], receiver.weak)
    return UNKNOWN


def fold(kind: str, args: Args) -> Value | None:
    """What a function of constants returns, by its kind in the catalogue."""
    first = args.positional[0] if args.positional else None
    if kind == "getenv":
        default = args.find(["default", 1])
        return Const(default.value, weak=True) if isinstance(default, Const) else UNKNOWN
    if kind in ("path", "str") and isinstance(first, Const):
        if len(args.positional) > 1:
            return fold("path-join", args)
        return Const(str(first.value), first.weak) if first.value is not None else UNKNOWN
    if kind == "path-join":
        if not args.positional or not all(isinstance(part, Const) for part in args.positional):
            return UNKNOWN
        parts = [str(part.value) for part in args.positional if isinstance(part, Const)]
        weak = any(part.weak for part in args.positional if isinstance(part, Const))
        return _text(posixpath.join(*parts), weak)
    return first if first is not None else UNKNOWN
