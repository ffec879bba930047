"""What all abstract values share: identity, place, origin; what is unknown, and alternatives."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING, NamedTuple

from lint_embed.provenance.values.frozen import dataclass

if TYPE_CHECKING:
    import libcst as cst

    from lint_embed.provenance.modules import Module


class Value:
    """Base of all abstract values."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Unknown(Value):
    """Nothing is known: never reported."""


UNKNOWN = Unknown()


@dataclass(frozen=True, slots=True)
class Bottom(Value):
    """No value: what a call returns that is cut off because it recurs."""


BOTTOM = Bottom()


@dataclass(frozen=True, slots=True)
class Site:
    """A node of a module's syntax tree; its position is computed only for findings."""

    module: Module = field(repr=False)
    node: cst.CSTNode = field(repr=False)

    def __hash__(self) -> int:
        return id(self.node)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Site) and self.node is other.node


@dataclass(frozen=True, slots=True)
class Trail:
    """The steps that a value came through, the newest first."""

    site: Site
    message: str
    before: Trail | None = None

    def steps(self) -> list[tuple[Site, str]]:
        """Returns (site, message), the oldest first."""
        steps = []
        trail: Trail | None = self
        while trail is not None:
            steps.append((trail.site, trail.message))
            trail = trail.before
        return steps[::-1]


class Token(NamedTuple):
    """The identity of one run-time object: where it was made, and on which way there.

    ``context`` numbers the way (see ``Interpreter.within``).
    """

    site: object
    context: int = 0


STATE = "state"
"""Begins the site of what is always there: a library's place for a program's state."""


@dataclass(frozen=True, slots=True)
class Symbol(Value):
    """A parameter of unknown origin, or an attribute path of one."""

    name: str
    origin: Site | None = None


@dataclass(frozen=True, slots=True)
class OneOf(Value):
    """One of several values, depending on the way that was taken."""

    values: tuple[Value, ...]
