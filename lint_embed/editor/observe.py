"""Records which encoders and vectors the analysis saw at each expression."""

from __future__ import annotations

from collections.abc import Iterator

from lint_embed.provenance.values.base import OneOf, Value
from lint_embed.provenance.values.imports import Api
from lint_embed.provenance.values.joining import alternatives
from lint_embed.provenance.values.vectors import Composite, Embedding, Encoder, Rows

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
