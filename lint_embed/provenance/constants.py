"""Constants that can be computed from the text: names of models, paths, lengths."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from lint_embed.catalogue import spaces
from lint_embed.provenance import texts
from lint_embed.provenance.values.base import UNKNOWN, Value
from lint_embed.provenance.values.callables import Args, Method
from lint_embed.provenance.values.constants import NO_NAMES, Begun, Const, Given, Opened, names_of
from lint_embed.provenance.values.containers import Each, Items, Tuple

LONGEST = 4096
"""Longer strings are no names."""

MAX_PARENTS = 8
"""How many of a path's ``parents`` are known."""

# A template that asks for a thousand characters or more, or leaves the width open.
_WIDE = re.compile(r"%[-+ #0]*(?:\d{4}|\*)|%[-+ #0\d]*\.(?:\d{4}|\*)|\{[^{}]*:[^{}]*(?:\d{4}|\{)")


def binary(operator: str, left: Const, right: Const | Tuple) -> Value:
    """A binary operation of constants."""
    a = left.value
    weak = left.weak or (isinstance(right, Const) and right.weak)
    if operator == "Modulo" and isinstance(a, str):
        values = right.items if isinstance(right, Tuple) else (right,)
        known = [value for value in values if isinstance(value, Const)]
        if len(known) < len(values):
            return texts.percent(a, values)
        text = _formatted(a, tuple(value.value for value in known))
        return _like(text, [left, *known]) if text is not None else UNKNOWN
    if not isinstance(right, Const):
        return UNKNOWN
    b = right.value
    if isinstance(a, str) and isinstance(b, str):
        return put_together(operator, left, right) or UNKNOWN
    if isinstance(a, bool) or isinstance(b, bool):
        return UNKNOWN
    if isinstance(a, (int, float)) and isinstance(b, (int, float)):
        try:
            return _arithmetic(operator, a, b, weak)
        except OverflowError:
            return UNKNOWN
    return UNKNOWN


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


def _formatted(template: str, values: tuple[object, ...]) -> str | None:
    if _WIDE.search(template) or _too_long((template, *values)):
        return None
    try:
        text = template % values
    except (TypeError, ValueError, KeyError, IndexError, OverflowError):
        return None
    return text if len(text) <= LONGEST else None


def _too_long(parts: Iterable[object]) -> bool:
    return any(isinstance(part, str) and len(part) > LONGEST for part in parts)


def joined(parts: Sequence[Value]) -> Value:
    """An f-string or a concatenation of its parts."""
    return _concatenated(parts)


def _concatenated(parts: Sequence[Value]) -> Value:
    begins: list[str] = []
    for part in parts:
        if not isinstance(part, (Const, Given)):
            prompt = begun("".join(begins))
            return texts.text_of(parts) if prompt is UNKNOWN else prompt
        begins.append(str(part.value) if isinstance(part, Const) else part.text)
    return _together(parts, "".join)


def begun(text: str) -> Value:
    """A string that begins so and goes on unknown: only a prompt for a model says anything."""
    is_prompt = ":" in text and spaces.is_prompt(text)
    return Begun(text) if is_prompt else UNKNOWN


def _together(parts: Sequence[Value], join: Callable[[list[str]], str]) -> Value:
    """A text put together of constants and of what the environment gives."""
    texts: list[str] = []
    for part in parts:
        if isinstance(part, Given):
            texts.append(part.text)
        elif isinstance(part, Const):
            texts.append(str(part.value))
        else:
            return UNKNOWN
    text = join(texts)
    if len(text) > LONGEST:
        return UNKNOWN
    if any(isinstance(part, Given) for part in parts):
        return Given(text)
    return _like(text, [part for part in parts if isinstance(part, Const)])


def _like(text: object, parts: Iterable[Const]) -> Const:
    """A text that rests on the same as the constants that it is made of."""
    given = chosen = NO_NAMES
    weak = False
    for part in parts:
        weak = weak or part.weak
        given, chosen = given | part.given, chosen | part.chosen
    return Const(text, weak, given=given, chosen=chosen)


def put_together(operator: str, left: Value, right: Value) -> Value | None:
    """``+`` and ``/`` where a side is given by the environment; None for anything else."""
    if operator == "Add":
        return _together([left, right], "".join)
    if operator == "Divide":
        return _together([left, right], lambda parts: posixpath.join(*parts))
    return None


def given_attribute(value: Given, name: str) -> Value:
    """An attribute of a text that the environment gives."""
    if name == "parent":
        return Given(f"{value.text}/..")
    return Method(value, name) if name in STRING_METHODS or name == "joinpath" else UNKNOWN


def given_method(value: Given, name: str, args: Args) -> Value:
    """A method of a text that the environment gives: only what keeps it is followed."""
    if name == "joinpath":
        return fold("path-join", args.shifted(value)) or UNKNOWN
    return value if name in PATH_METHODS or name in KEEPING else UNKNOWN


def variable(name: object) -> Value:
    """What a variable of the environment holds; spellings of one name are one."""
    if not isinstance(name, str) or not name:
        return UNKNOWN
    return Given("$" + name.replace("_", "").upper())


STRING_METHODS = frozenset(
    {"lower", "upper", "strip", "lstrip", "rstrip", "replace", "removeprefix", "removesuffix",
     "title", "format", "startswith", "endswith", "join", "split", "rsplit", "partition",
     "rpartition", "casefold", "as_posix", "resolve",
     "absolute", "expanduser", "open", "read", "read_bytes", "read_text", "write", "write_bytes",
     "write_text", "unlink", "rmdir", "rename"}
)  # fmt: skip
READING = frozenset({"open", "read", "read_bytes", "read_text"})
"""Methods of a path that give the file, or what is in it."""

CONTENT = frozenset(
    {"decode", "lstrip", "readline", "readlines", "replace", "rstrip", "split", "splitlines",
     "strip"}
)  # fmt: skip
"""Methods of a file, or of what is in it, that give that, its lines, or one of them."""

LINES = frozenset({"readlines", "split", "splitlines"})
"""Those that give a list."""

WRITING = frozenset({"write", "write_bytes", "write_text"})
"""Methods of a path, or of the file that stands for it, that write what they are given."""

REMOVING = frozenset({"unlink", "rmdir", "rename"})
"""Methods of a path that delete what is there, or move it away."""

KEEPING = frozenset({"strip", "lstrip", "rstrip", "lower"})
"""Methods that leave a text what it is for our purposes: its name."""

PATH_METHODS = frozenset(
    {"as_posix", "resolve", "absolute", "expanduser", "open", "read", "read_bytes", "read_text"}
)


def string_method(receiver: Const, name: str, args: Args) -> Value:
    """A method of a constant string (paths are strings here)."""
    text = receiver.value
    if isinstance(text, Opened) and name in CONTENT:
        return Each(Items((), (receiver,))) if name in LINES else receiver
    if name in PATH_METHODS:
        return opened(receiver) if name in READING else receiver
    if name == "joinpath":
        return fold("path-join", args.shifted(receiver)) or UNKNOWN
    values: list[object] = []
    for value in args.positional:
        if isinstance(value, Tuple) and all(isinstance(item, Const) for item in value.items):
            values.append([str(item.value) for item in value.items if isinstance(item, Const)])
        elif isinstance(value, Const):
            values.append(value.value)
        else:
            return texts.formatted(text, args) if name == "format" else UNKNOWN
    keywords = {key: value.value for key, value in args.keywords if isinstance(value, Const)}
    if len(keywords) != len(args.keywords):
        return texts.formatted(text, args) if name == "format" else UNKNOWN
    flat = [part for value in values for part in (value if isinstance(value, list) else (value,))]
    if _too_long((text, *flat, *keywords.values())) or (name == "format" and _WIDE.search(text)):
        return UNKNOWN
    try:
        result = getattr(text, name)(*values, **keywords)
    except (TypeError, ValueError, KeyError, IndexError, AttributeError, OverflowError):
        return UNKNOWN
    rests_on = [receiver, *(v for v in args.everything() if isinstance(v, Const))]
    if isinstance(result, (list, tuple)):
        return Tuple(tuple(_like(part, rests_on) for part in result))
    if isinstance(result, str) and len(result) > LONGEST:
        return UNKNOWN
    return _like(result, rests_on)


def opened(path: Const) -> Const:
    """A path that stands for the file from now on."""
    return replace(path, value=Opened(path.value)) if isinstance(path.value, str) else path


def parent(path: str) -> str:
    """The folder of a path; of the folder that all paths start from, the one above."""
    if path in ("", ".") or path.endswith(".."):
        return posixpath.join(path, "..").removeprefix("./")
    return posixpath.dirname(path)


def string_attribute(receiver: Const, name: str) -> Value:
    """Attributes of a path: ``parent``, ``name``, ``stem``, ``value`` of an enum member."""
    text = receiver.value
    if name == "value":
        return receiver
    if not isinstance(text, str):
        return UNKNOWN
    if name == "parent":
        return Const(parent(text), receiver.weak)
    if name == "parents":
        ways = [text]
        for _ in range(MAX_PARENTS):
            ways.append(parent(ways[-1]))
        return Tuple(tuple(Const(way, receiver.weak) for way in ways[1:]))
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
        if default is None or (isinstance(default, Const) and not default.value):
            return variable(first.value) if isinstance(first, Const) else UNKNOWN
        if isinstance(default, Const):
            name = variable(first.value) if isinstance(first, Const) else UNKNOWN
            return replace(default, weak=True, given=names_of(name) or frozenset({"$"}))
        return default if isinstance(default, Given) else UNKNOWN
    if kind == "home":
        return variable("HOME")
    if kind == "here":
        return Const("")
    if kind in ("path", "str") and isinstance(first, Const):
        if len(args.positional) > 1:
            return fold("path-join", args)
        return Const(str(first.value), first.weak) if first.value is not None else UNKNOWN
    if kind == "path-join" or (kind == "path" and len(args.positional) > 1):
        if args.open or not args.positional:
            return UNKNOWN  # join(*parts)
        return _together(args.positional, lambda parts: posixpath.join(*parts))
    if kind == "absolute" and isinstance(first, Const):
        return Const(posixpath.isabs(str(first.value)), first.weak)
    if kind in ("file", "content") and isinstance(first, Const):
        known = kind == "file" or isinstance(first.value, Opened)
        return opened(first) if known else UNKNOWN
    if kind == "folder":
        return string_attribute(first, "parent") if isinstance(first, Const) else UNKNOWN
    return first if first is not None else UNKNOWN
