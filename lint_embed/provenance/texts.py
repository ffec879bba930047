"""Texts that are put together: statements with vectors spelled out in them, keys that begin so.

``f"... <-> '{query}'"`` is a text with a hole; what stands in the hole is kept beside it.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterable, Sequence
from dataclasses import replace

from lint_embed.provenance.values.base import UNKNOWN, OneOf, Value
from lint_embed.provenance.values.callables import Args
from lint_embed.provenance.values.constants import Const, Given, Length, Opened, Text
from lint_embed.provenance.values.containers import Dict, List
from lint_embed.provenance.values.vectors import Embedding

LONGEST = 20_000
"""Longer texts are no statements."""

MAX_PARTS = 64
"""Texts of more parts are not followed."""

HOLE = "\0"
"""Stands on both sides of the number of a part that is not constant."""

_PERCENT = re.compile(r"%(?:\((?P<name>\w+)\))?[-+ #0\d.]*(?P<kind>[a-zA-Z%])")


def text_of(parts: Iterable[Value]) -> Value:
    """The text of some parts, one behind the other; UNKNOWN where nothing is known of it."""
    flat: list[Value] = []
    parts = list(parts)
    if len(parts) == 2 and isinstance(parts[0], (Dict, List)) and is_blank(parts[1]):
        return parts[0]  # what is written, and the end of its line
    for part in parts:
        for piece in part.parts if isinstance(part, Text) else (part,):
            kept = _kept(piece)
            before = flat[-1] if flat else None
            if isinstance(kept, Const) and isinstance(before, Const):
                flat[-1] = Const(before.value + kept.value)
            elif not (kept is UNKNOWN and before is UNKNOWN):
                flat.append(kept)
    told = [part for part in flat if part is not UNKNOWN]
    length = sum(len(part.value) for part in told if isinstance(part, Const))
    if not told or len(flat) > MAX_PARTS or length > LONGEST:
        return UNKNOWN
    return Text(tuple(flat))


def is_blank(part: Value) -> bool:
    """Whether a text is nothing but white space."""
    return isinstance(part, Const) and not str(part.value).strip()


def _kept(part: Value) -> Value:
    if isinstance(part, Const):
        return Const(str(part.value))
    if isinstance(part, Given):
        return Const(part.text)
    if isinstance(part, Embedding) and part.rows == "scalar":
        return replace(part, rows="one")  # its coordinates, one behind the other
    return part if isinstance(part, (Embedding, OneOf, Length)) else UNKNOWN


def spelled(value: Value) -> Value:
    """``str(value)`` of a vector, or of one of its coordinates."""
    if isinstance(value, Text):
        return value
    return text_of([value]) if isinstance(value, Embedding) else UNKNOWN


def together(items: Sequence[Value], rest: Sequence[Value]) -> Value:
    """``",".join(...)`` of the coordinates of a vector, spelled out one by one."""
    parts = [*items, *rest]
    if len(parts) != 1:
        return UNKNOWN
    whole = isinstance(parts[0], Const) and isinstance(parts[0].value, Opened)
    return parts[0] if whole or carries(parts[0]) else UNKNOWN


def begins(value: Value) -> str | None:
    """How a text surely begins, or None when nothing is known of that."""
    if isinstance(value, Const):
        return str(value.value) if isinstance(value.value, (str, int)) else None
    if isinstance(value, Given):
        return value.text
    first = value.parts[0] if isinstance(value, Text) else None
    return str(first.value) if isinstance(first, Const) else None


def carries(value: Value) -> bool:
    """Whether vectors may be spelled out in a text."""
    return isinstance(value, Text) and any(isinstance(p, (Embedding, OneOf)) for p in value.parts)


def with_holes(value: Value) -> str | None:
    """A text with marks in place of its parts that are not constant (see ``HOLE``)."""
    if isinstance(value, Const):
        return value.value if isinstance(value.value, str) else None
    if not isinstance(value, Text):
        return None
    pieces = [
        str(part.value) if isinstance(part, Const) else f"{HOLE}{index}{HOLE}"
        for index, part in enumerate(value.parts)
    ]
    return "".join(pieces)


# templates -----------------------------------------------------------------------------


def percent(template: str, values: Sequence[Value]) -> Value:
    """``template % values`` where not all of them are constants."""
    if len(template) > LONGEST:
        return UNKNOWN
    parts: list[Value] = []
    end, index = 0, 0
    for match in _PERCENT.finditer(template):
        parts.append(Const(template[end : match.start()]))
        end = match.end()
        if match["kind"] == "%":
            parts.append(Const("%"))
        elif match["name"] is not None or index >= len(values):
            return UNKNOWN
        else:
            parts.append(values[index])
            index += 1
    return text_of([*parts, Const(template[end:])])


def formatted(template: str, args: Args) -> Value:
    """``template.format(...)`` where not all arguments are constants."""
    if len(template) > LONGEST or args.open:
        return UNKNOWN
    parts: list[Value] = []
    index = 0
    try:
        for literal, name, spec, conversion in string.Formatter().parse(template):
            parts.append(Const(literal))
            if name is None:
                continue
            found = args.find([int(name) if name.isdigit() else name] if name else [index])
            index += not name
            parts.append(UNKNOWN if found is None or spec or conversion else found)
    except ValueError:
        return UNKNOWN
    return text_of(parts)


KEEPING = frozenset({"strip", "lstrip", "rstrip", "encode", "decode"})
"""Methods that leave a text as it is for our purposes."""


def method(value: Text, name: str) -> Value:
    """A method of a text of which not all is known."""
    return value if name in KEEPING else UNKNOWN
