"""What is known of the names, kinds and definitions of a project's files."""

from __future__ import annotations

import re
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from pathlib import Path

from lint_embed.relevance.outline import Import, Outline, Unit

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


@dataclass(frozen=True, slots=True)
class Bound:
    """A name that an import binds: a member of a file, or a file (``member`` is None)."""

    alias: str
    path: Path
    member: str | None


CHECKPOINT = re.compile(
    r"[\w})\]]\.(?:pt|pth|pt2|bin|ckpt|safetensors|pkl|pickle|h5|hdf5|keras|tar|t7|model|npz|weights)"
    r"[\"']"
)
"""Finds the written-out name of a file that may hold the weights of a network."""


FAR = 200
"""No access path is longer, in characters, with the white space in it."""


@dataclass(frozen=True, slots=True)
class Spelled:
    """Finds access paths in some code; each ends with one of some names."""

    ends: frozenset[str]
    pattern: re.Pattern[str]

    def found(self, names: AbstractSet[str], members: AbstractSet[str], code: str) -> bool:
        """Whether code with these names, and members of names, has one of the paths."""
        if self.ends.isdisjoint(members) and self.ends.isdisjoint(names):
            return False
        return self.pattern.search(code) is not None

    def stands_in(self, text: str) -> bool:
        """Whether a file has one of the paths; looks only where one may end."""
        for end in self.ends:
            at = text.find(end)
            while at != -1:
                after = at + len(end)
                if self.pattern.search(text, max(0, at - FAR), after + 1) is not None:
                    return True
                at = text.find(end, after)
        return False


@dataclass(frozen=True, slots=True)
class Origin:
    """Tells in which parts of a file encoders are made.

    ``direct`` are names that make one; ``through`` are names of clients and of classes,
    with the members that do; ``anywhere`` are members that do it for any object; ``below``
    finds what does it in a module that was imported as one of ``modules``; ``values`` finds
    strings that name published vectors. ``read`` finds what reads a checkpoint: that makes
    an encoder where a network takes it by one of the methods ``taken_by``, or where a file
    is named, if by a variable that is among ``named``.
    """

    direct: frozenset[str] = frozenset()
    through: tuple[tuple[str, frozenset[str]], ...] = ()
    anywhere: frozenset[str] = frozenset()
    below: Spelled | None = None
    modules: frozenset[str] = frozenset()
    values: tuple[re.Pattern[str], ...] = ()
    read: Spelled | None = None
    taken_by: frozenset[str] = frozenset()
    named: frozenset[str] = frozenset()

    def found(
        self,
        names: AbstractSet[str],
        members: AbstractSet[str],
        code: str,
        text: str,
        used: Callable[[], AbstractSet[str]] | None = None,
    ) -> bool:
        """Whether a part with these names, and members of names, makes an encoder.

        ``used`` tells those of the names that do more than to say what something is.
        """
        return (
            (
                not self.direct.isdisjoint(names)
                and (used is None or not self.direct.isdisjoint(used()))
            )
            or not self.anywhere.isdisjoint(members)
            or any(name in names and not words.isdisjoint(members) for name, words in self.through)
            or (
                self.below is not None
                and not self.modules.isdisjoint(names)
                and self.below.found(names, members, code)
            )
            or any(pattern.search(text) is not None for pattern in self.values)
            or (
                self.read is not None
                and self.read.found(names, members, code)
                and (
                    not self.taken_by.isdisjoint(members)
                    or not self.named.isdisjoint(names)
                    or CHECKPOINT.search(text) is not None
                )
            )
        )

    def stands_in(self, text: str) -> bool:
        """Whether anything of it stands in a file."""
        return (
            bool(self.direct or self.through)
            or any(word in text for word in self.anywhere)
            or any(spelled.stands_in(text) for spelled in (self.below, self.read) if spelled)
            or any(values.search(text) is not None for values in self.values)
        )


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
