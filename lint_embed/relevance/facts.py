"""What is known of the names, kinds and definitions of a project's files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from lint_embed.relevance.imports import Import
from lint_embed.relevance.origins import Origin
from lint_embed.relevance.outline import Outline, Unit

Kind = tuple[str, int, str]
"""``("lib", -1, top)``, ``("class", file, name)`` or ``("module", file, "")``.

A file stands in a kind by its number.
"""


@dataclass(slots=True)
class Fact:
    """What a name of a module leads to."""

    reaches: bool = False
    kinds: frozenset[Kind] = frozenset()

    def joined(self, other: Fact) -> Fact:
        """Both together."""
        return Fact(self.reaches or other.reaches, self.kinds | other.kinds)


NOTHING = Fact()


def add(facts: dict[str, Fact], name: str, fact: Fact) -> None:
    """Adds what a name leads to."""
    if fact.reaches or fact.kinds:
        old = facts.get(name)
        facts[name] = fact if old is None else old.joined(fact)


@dataclass(frozen=True, slots=True)
class Bound:
    """A name that an import binds: a member of a file, or a file (``member`` is None)."""

    alias: str
    path: Path
    member: str | None


@dataclass(frozen=True, slots=True)
class Scan:
    """What the text of a file tells by itself: see ``File``."""

    text: str
    imported: list[Import]
    outline: Callable[[], Outline]
    bound: list[Bound]
    libraries: dict[str, str]
    origin: Origin | None
    forced: bool


@dataclass(eq=False, slots=True)
class File:
    """What is known of one file.

    ``libraries`` are the aliases of libraries with clients; ``origin`` tells the units that
    make encoders, ``speaks`` whether it names any, or a store; ``forced`` says that lengths
    may be made equal in it; ``writes`` are the files of which it changes what their
    variables hold.
    """

    path: Path
    number: int
    text: str
    outline: Callable[[], Outline]
    bound: list[Bound]
    libraries: dict[str, str]
    origin: Origin | None
    speaks: bool = False
    forced: bool = False
    facts: dict[str, Fact] = field(default_factory=dict)
    members: dict[str, set[str]] = field(default_factory=dict)
    kinds_of: dict[tuple[str, str], frozenset[Kind]] = field(default_factory=dict)
    inherits: dict[str, frozenset[Kind]] = field(default_factory=dict)
    inherited: dict[str, tuple[int, int, int]] = field(default_factory=dict)
    reaching: set[Unit] = field(default_factory=set)
    changed: set[str] = field(default_factory=set)
    writes: set[Path] = field(default_factory=set)
    roots: Roots | None = None


@dataclass(frozen=True, slots=True)
class Roots:
    """The definitions of a file to be checked by themselves.

    ``names`` are functions; ``members`` are the methods by class, ``classes`` all classes.
    ``alone``: it makes lengths equal and reaches no vectors, so that other files tell nothing.
    """

    names: frozenset[str] = frozenset()
    members: dict[str, frozenset[str]] = field(default_factory=dict)
    classes: frozenset[str] = frozenset()
    any: bool = False
    alone: bool = False

    def __bool__(self) -> bool:
        return self.any

    def has(self, unit: Unit) -> bool:
        """Whether a function or method is among them."""
        if unit.owner is None:
            return not self.names.isdisjoint(unit.names)
        return not self.members.get(unit.owner, frozenset()).isdisjoint(unit.names)

    def methods(self, cls: str) -> frozenset[str] | None:
        """The methods of a class to check; None for all, when it is no class of the module."""
        if not self.any:
            return frozenset()
        return self.members.get(cls, frozenset()) if cls in self.classes else None
