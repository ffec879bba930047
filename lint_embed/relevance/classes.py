"""The classes of a project: which of their members reach vectors, with those of their bases."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from lint_embed.relevance.facts import Fact, File, Kind, add
from lint_embed.relevance.outline import Outline, Unit

IMPLICIT = frozenset(
    "__init__ __new__ __post_init__ __call__ __enter__ __aenter__ __getitem__ __iter__ __next__ "
    "forward".split()
)
"""The methods that run without being named: by a constructor, a call, a loop."""
LAYERS = frozenset({"Layer", "Model"})
"""Bases of networks which run ``call`` when they are called."""
MAX_LINEAGE = 40
"""So many bases of a class are looked at."""


class Classes:
    """The classes of the files that were taken in, each a *kind* with its members.

    ``words_of`` gives the vocabulary of a library's kind.
    """

    def __init__(self, words_of: Callable[[str], frozenset[str]]) -> None:
        self._words_of = words_of
        self._files: dict[int, File] = {}
        self._members: dict[tuple[int, str], set[str]] = {}

    def take_in(self, file: File) -> None:
        """From now on the classes of a file are known."""
        self._files[file.number] = file

    def drop(self, files: Iterable[File]) -> None:
        """Forgets the classes of some files."""
        for file in files:
            del self._files[file.number]
            self._members.clear()

    def set_bases(self, file: File, name: str, bases: frozenset[Kind]) -> None:
        """Adds bases to those of a class."""
        known = file.inherits.get(name, frozenset())
        if not bases <= known:
            file.inherits[name] = known | bases
            self._members.clear()

    def inherit(self, file: File, outline: Outline) -> None:
        """Makes kinds of the classes: of their own members, and those of their bases."""
        for name, units in outline.by_class.items():
            members = set(file.members.get(name, ()))
            bases = file.inherits.get(name, frozenset())
            if not members and not bases:
                continue
            known = self.members(file, name)
            state = (len(members), len(bases), len(known))
            if file.inherited.get(name) == state:
                continue
            file.inherited[name] = state
            if members and bases:
                # A method of a base may call what is defined here.
                for kind in self.lineage(bases):
                    for part in self.body(kind):
                        if part.names and not members.isdisjoint(part.members):
                            members.update(part.names)
                self.learn(file, name, members)
                known = self.members(file, name)
            if not known:
                continue
            made = not IMPLICIT.isdisjoint(known) or (
                "call" in known and any(u.is_header and LAYERS & u.words for u in units)
            )
            fact = Fact(made, frozenset({("class", file.number, name)}))
            add(file.facts, name, fact)

    def body(self, kind: Kind) -> Iterable[Unit]:
        """The statements and methods of a class."""
        other = self.file_of(kind)
        if other is None:
            return ()
        return other.outline().by_class.get(kind[2], ())

    def lineage(self, kinds: Iterable[Kind]) -> list[Kind]:
        """Classes with their bases, the nearest first; no more than are followed at all."""
        seen, queue = dict[Kind, None](), list(kinds)
        while queue and len(seen) < MAX_LINEAGE:
            kind = queue.pop(0)
            if kind not in seen:
                seen[kind] = None
                other = self.file_of(kind)
                queue += other.inherits.get(kind[2], ()) if other is not None else ()
        return list(seen)

    def members(self, file: File, name: str) -> set[str]:
        """The members of a class that reach vectors, with those of its bases."""
        known = self._members.get((file.number, name))
        if known is None:
            known = set(file.members.get(name, ()))
            for kind in self.lineage(file.inherits.get(name, ())):
                other = self.file_of(kind)
                if other is not None:
                    known |= other.members.get(kind[2], set())
            self._members[file.number, name] = known
        return known

    def learn(self, file: File, name: str, members: Iterable[str]) -> None:
        """Adds members to those of a class that reach vectors."""
        own = file.members.setdefault(name, set())
        before = len(own)
        own.update(members)
        if len(own) != before:
            self._members.clear()

    def file_of(self, kind: Kind) -> File | None:
        """The file of a class or module, if it is known."""
        return self._files.get(kind[1])

    def is_reaching(self, kind: Kind, unit: Unit) -> bool:
        """Whether a statement or method of a class leads to vectors."""
        file = self.file_of(kind)
        return file is not None and unit in file.reaching

    def vocabulary(self, kind: Kind) -> Iterable[str]:
        """The names that lead on from a kind to vectors."""
        if kind[0] == "lib":
            return self._words_of(kind[2])
        other = self.file_of(kind)
        return self.members(other, kind[2]) if other is not None else ()
