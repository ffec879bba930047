"""The ledger: what a walk saw of encoders, stores, files and meetings, wrong or right.

The rules need the meetings of spaces that differ only; an inventory needs the others too.
An interpreter keeps a ledger when it is given one; without one nothing is recorded.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lint_embed.provenance.values.base import Site
from lint_embed.provenance.values.stores import Store
from lint_embed.provenance.values.vectors import Embedding, Space

if TYPE_CHECKING:
    from lint_embed.provenance.meetings import Group

FILL, ASK, READ = "fill", "ask", "read"


@dataclass(frozen=True, slots=True)
class Met:
    """An operation on vectors whose spaces are known: a comparison or a sum.

    ``spaces`` are those of all sides, each once.
    """

    how: str
    site: Site
    spaces: tuple[Space, ...]


@dataclass(frozen=True, slots=True)
class StoreUse:
    """A store is filled (``fill``) with vectors of these spaces, or asked (``ask``)."""

    act: str
    store: Store
    site: Site
    spaces: tuple[Space, ...]


@dataclass(frozen=True, slots=True)
class FileUse:
    """A file of this name gets vectors of these spaces (``fill``), or is ``read``."""

    act: str
    key: tuple[object, ...]
    name: str
    site: Site
    spaces: tuple[Space, ...]


@dataclass(slots=True)
class Ledger:
    """What was seen, in order and possibly several times."""

    encoders: list[Space] = field(default_factory=list)
    met: list[Met] = field(default_factory=list)
    stores: list[StoreUse] = field(default_factory=list)
    files: list[FileUse] = field(default_factory=list)

    def made(self, space: Space) -> None:
        """An encoder is loaded, or called where none is loaded before."""
        self.encoders.append(space)

    def meet(self, how: str, site: Site, *sides: Sequence[Group]) -> None:
        """Vectors meet; each side is given by its rows (see ``grouping.groups_of``)."""
        spaces = spaces_of(group for side in sides for group in side)
        self.met.append(Met(how, site, spaces))

    def use_store(self, act: str, store: Store, site: Site, groups: Sequence[Group] | None) -> None:
        """A store is filled or asked; ``groups`` None: with unknown vectors."""
        if groups is not None:
            self.stores.append(StoreUse(act, store, site, spaces_of(groups)))

    def use_file(
        self, act: str, key: tuple[object, ...], site: Site, values: Iterable[Embedding] = ()
    ) -> None:
        """A file is written, with these values, or read."""
        found = dict.fromkeys(part.space for part in values)
        if found or act == READ:
            name = str(key[0][1]) if key and isinstance(key[0], tuple) else ""
            self.files.append(FileUse(act, key, name, site, tuple(found)))


def spaces_of(groups: Iterable[Group]) -> tuple[Space, ...]:
    """The spaces of all rows, each once."""
    return tuple(dict.fromkeys(part.space for group in groups for part in group))
