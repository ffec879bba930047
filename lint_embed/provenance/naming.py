"""What the methods of a class name, told from the text: no more of an object matters to them.

A method names the members that follow a dot in it, and all that these name which are methods
or properties of its class. One that hands on the object itself may name anything.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from lint_embed.provenance.inheritance import lineage

if TYPE_CHECKING:
    from lint_embed.provenance.values.callables import Class
    from lint_embed.relevance.outline import Outline, Unit

Members = frozenset[str] | None
"""The members that something names; None: it may be any."""

_RECEIVER = re.compile(r"\b(?:self|cls)\b(?!\s*\.)")
_WHOLE = frozenset({"__dict__", "__class__"})


class Naming:
    """What the methods of some classes name; ``outlined`` gives a file's outline."""

    def __init__(self, outlined: Callable[[Path], Outline]) -> None:
        self._outlined = outlined
        self._direct: dict[Class, dict[str, Members] | None] = {}

    def may_name(self, cls: Class, method: str, members: Iterable[str]) -> bool:
        """Whether a method of a class, or one of its bases, may name one of some members."""
        if cls not in self._direct:
            self._direct[cls] = self._read(cls)
        direct = self._direct[cls]
        if direct is None or method not in direct:
            return True
        wanted, seen, queue = frozenset(members), {method}, [method]
        while queue:
            named = direct[queue.pop()]
            if named is None or not wanted.isdisjoint(named):
                return True
            more = (named & direct.keys()) - seen
            seen |= more
            queue += more
        return False

    def _read(self, cls: Class) -> dict[str, Members] | None:
        """What each member of a class names by itself; None where that is not known."""
        found: dict[str, Members] = {}
        for part in lineage(cls):
            if not any(node is part.node for node in part.module.tree.body):
                return None
            outline = self._outlined(part.module.path)
            for unit in outline.by_class.get(part.name, ()):
                named = None if unit.is_header else _named(outline, unit)
                for name in () if unit.is_header else unit.names:
                    known = found.get(name, frozenset())
                    found[name] = None if named is None or known is None else known | named
        return found


def _named(outline: Outline, unit: Unit) -> Members:
    if not unit.members.isdisjoint(_WHOLE):
        return None
    if unit.kind != "def":
        return unit.words | unit.members
    text = outline.text[unit.start : unit.end]
    if len(_RECEIVER.findall(text)) != ("staticmethod" not in unit.words):
        return None
    return unit.members
