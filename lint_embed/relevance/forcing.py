"""Where two vectors may be brought to a common length: that needs no model in sight."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from lint_embed.relevance.outline import Outline, Unit
from lint_embed.relevance.words import is_part

_LENGTH = r"\s*(?:len\s*\([^()]*\)|[\w.]+\.shape\b[^,()]*|([\w.]*(?:len|dim)\w*))\s*"
_COMMON = re.compile(rf"\s*\({_LENGTH},{_LENGTH}[,)]")
_SHORTER = ("min", "max", "minimum", "maximum")
_OPENING = tuple(f"{word}{space}(" for word in ("min", "max", "imum") for space in ("", " "))
_VECTORS = re.compile(r"\bemb|embed|vec(?:tor|s|\b|\d|_)|cosine|similar", re.IGNORECASE)
_COMPARES = re.compile(
    r"emb|vec|cos|sim|\b(?:norm|sqrt|hypot|v?dot|inner|[ct]?dist|pdist)\b|l2", re.IGNORECASE
)
"""What stands near a comparison of two vectors: its words, or what the vectors are called."""
_READ = r"\b[^=\n]*=(?!=)[^\n]*(?:\blen\s*\(|\.shape\b|\.size\b|\bdim\b)"


def forces_length(text: str) -> bool:
    """Whether a file may bring two vectors to a common length."""
    return next(_places(text, 0, len(text)), None) is not None and bool(_VECTORS.search(text))


def forcing(outline: Outline) -> set[str]:
    """The definitions that make lengths equal, and those of the file that lead to one."""
    names = set[str]()
    for unit in outline.units:
        if next(_places(outline.code, unit.start, unit.end), None) is not None and any(
            _COMPARES.search(outline.code, *span) for span in _around(outline, unit)
        ):
            names.update(unit.names or ("<module>",))
    before = 0
    while len(names) != before:
        before = len(names)
        for unit in outline.units:
            if _names(unit, names):
                names.update(unit.names or ("<module>",))
    return names


def _around(outline: Outline, unit: Unit) -> Iterator[tuple[int, int]]:
    """A definition, what it names, and what names it."""
    yield unit.start, unit.end
    own = frozenset(unit.names)
    for other in outline.units:
        if _names(unit, other.names) or _names(other, own):
            yield other.start, other.end


def _names(unit: Unit, names: Iterable[str]) -> bool:
    return not (unit.words.isdisjoint(names) and unit.members.isdisjoint(names))


def _places(code: str, start: int, end: int) -> Iterator[int]:
    """Where the lesser or the greater of two lengths is taken that were read before."""
    for opening in _OPENING:
        at = code.find(opening, start, end)
        while at != -1:
            head = at
            while head > start and is_part(code[head - 1]):
                head -= 1
            name = code[head : at + len(opening) - 1].rstrip()
            found = _COMMON.match(code, head + len(name), end) if name in _SHORTER else None
            if found is not None and all(_is_read(code, one) for one in found.groups() if one):
                yield head
            at = code.find(opening, at + 1, end)


def _is_read(code: str, name: str) -> bool:
    """Whether a variable or attribute holds a length that the file reads off something."""
    last = name.rpartition(".")[2]
    return re.search(rf"\b{last}{_READ}", code) is not None
