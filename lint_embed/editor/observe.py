"""Records which encoders and vectors the analysis saw at each expression."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from lint_embed.provenance.interpreter import Interpreter
from lint_embed.provenance.values import (
    Api,
    Composite,
    Embedding,
    Encoder,
    OneOf,
    Rows,
    Value,
    alternatives,
)

if TYPE_CHECKING:
    from lint_embed.catalogue import Catalogue
    from lint_embed.provenance.meetings import Aligned
    from lint_embed.provenance.modules import Project

_MOST = 4


class Observed(dict[int, Value]):
    """Values by the id of their node; of what is no encoder and no vector, none.

    A node that is walked several times (a function's body, once a call) keeps each
    different value, up to a few.
    """

    def __setitem__(self, key: int, value: Value) -> None:
        new = [part for part in alternatives(value) if has_space(part)]
        if not new:
            return
        old = self.get(key)
        found = list(alternatives(old)) if old is not None else []
        found += [part for part in new if part not in found]
        found = found[:_MOST]
        super().__setitem__(key, found[0] if len(found) == 1 else OneOf(tuple(found)))


def has_space(value: Value) -> bool:
    """Whether a value carries an embedding space."""
    if isinstance(value, Api):
        return isinstance(value.owner, Encoder | Embedding)
    return isinstance(value, Encoder | Embedding | Composite | Rows)


def spaced(value: Value) -> Iterator[Encoder | Embedding]:
    """The encoders and vectors in a value."""
    for part in alternatives(value):
        if isinstance(part, Encoder | Embedding):
            yield part
        elif isinstance(part, Rows):
            for each in part.each:
                yield from spaced(each)
        elif isinstance(part, Composite):
            for each in part.parts:
                yield from spaced(each)


class ObservedInterpreter(Interpreter):
    """An interpreter that always has an observer: ``observed``."""

    def __init__(self, project: Project, catalogue: Catalogue, aligned: Aligned) -> None:
        self.observed = Observed()
        super().__init__(project, catalogue, aligned)

    @property
    def observer(self) -> dict[int, Value] | None:
        """What it writes each expression's value into."""
        return self.observed

    @observer.setter
    def observer(self, other: dict[int, Value] | None) -> None:
        """The engine sets one for ``reveal``; ours serves for that too."""
