"""What imports bring: places in a library's surface, modules of the project, unknown names."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING

from lint_embed.provenance.values.base import Value
from lint_embed.provenance.values.frozen import dataclass

if TYPE_CHECKING:
    from pathlib import Path

    from lint_embed.catalogue import Node
    from lint_embed.provenance.values.base import Site
    from lint_embed.provenance.values.callables import Args


@dataclass(frozen=True, slots=True)
class Captured:
    """A call that an access path went through: its arguments and its place."""

    args: Args
    site: Site
    before: Captured | None = None

    def first(self) -> Captured:
        """The first call of the path."""
        call = self
        while call.before is not None:
            call = call.before
        return call


@dataclass(frozen=True, slots=True)
class Api(Value):
    """A place in a library's public surface, reached by an access path.

    ``owner`` is the encoder, the array or the store that the path starts at (None: a
    public name); ``calls`` are the calls that it went through, the newest first.
    """

    node: Node = field(hash=False)
    owner: Value | None = None
    calls: Captured | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class ModuleValue(Value):
    """A module of the project by its file, and the absolute name it was imported under."""

    path: Path
    name: str = ""


@dataclass(frozen=True, slots=True)
class Imported(Value):
    """A name imported from a file of the project, which is not evaluated until needed."""

    path: Path
    name: str


@dataclass(frozen=True, slots=True)
class External(Value):
    """A name of a library that the catalogue does not know."""

    name: str
