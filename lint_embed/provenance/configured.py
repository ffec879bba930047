"""Settings that a program reads from a configuration file of its project."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lint_embed.provenance import containers
from lint_embed.provenance.values.base import UNKNOWN, Trail, Value
from lint_embed.provenance.values.constants import Const
from lint_embed.provenance.values.containers import Keys, Tuple

if TYPE_CHECKING:
    import libcst as cst

    from lint_embed.provenance.interpreter import Interpreter
    from lint_embed.provenance.values.vectors import Space

LONGEST_TEXT = 400
"""Longer strings are texts, not settings."""

LONGEST_LIST = 8
"""Longer lists are data, not settings."""

DEEPEST = 8

_FILLED_IN = re.compile(r"\$\w|[$%]\(|\$\{|\{\{|<%|^<.*>$")
"""A place that is filled in when the program reads the file, or before it does."""


def load(run: Interpreter, place: Value | None, kind: str, node: cst.CSTNode) -> Value | None:
    """The settings in the file of a constant path; None when nothing is known of them."""
    from lint_embed.provenance import keys

    path = keys.constant(run, "location", place) if place is not None else None
    if not isinstance(path, str):
        return None
    reader = run.frame.module.path
    found = run.project.configurations.find(path, reader, kind)
    if found is None or not isinstance(found.data, dict):
        return None
    run.files.wanted.setdefault((("location", path),), set()).add(reader)
    return _Reading(run, node, found.name).value(found.data, ())


class _Reading:
    """One reading of a file: where, and how its values are traced."""

    def __init__(self, run: Interpreter, node: cst.CSTNode, name: str) -> None:
        self.run = run
        self.node = node
        self.name = name
        self.given = frozenset({f"={name}"})

    def value(self, data: object, way: tuple[object, ...]) -> Value:
        """A piece of the data; ``way`` are the keys that lead to it."""
        if isinstance(data, dict) and len(way) < DEEPEST:
            return self._mapping(data, way)
        if isinstance(data, list) and len(way) < DEEPEST and len(data) <= LONGEST_LIST:
            return Tuple(tuple(self.value(part, (*way, i)) for i, part in enumerate(data)))
        if isinstance(data, str) and (len(data) > LONGEST_TEXT or _FILLED_IN.search(data)):
            return UNKNOWN
        if data is None or isinstance(data, (str, bool, int, float)):
            named = ".".join(str(part) for part in way)
            words = f"is read here as `{named}` of {self.name}"
            trail = Trail(self.run.site(self.node), words)
            return Const(data, weak=True, trail=trail, given=self.given)
        return UNKNOWN

    def _mapping(self, data: dict[str, object], way: tuple[object, ...]) -> Value:
        many = len(data) > containers.MAX_KNOWN
        known = [(key, self.value(part, (*way, key))) for key, part in data.items() if not many]
        keys = Keys(tuple(known), (UNKNOWN,) if many else ())
        return containers.new_dict(self.run, (id(self.node), way), keys)


def configuration_of(space: Space) -> str | None:
    """The configuration file that names a model, or None."""
    return next((name[1:] for name in sorted(space.given) if name[0] == "="), None)
