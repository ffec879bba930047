"""What carries embeddings: which values, objects and containers can matter at a call.

A call is only walked when something that it gets carries an encoder, vectors, a store or
a callable, or when the function works with these itself. All else is its summary.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from lint_embed.provenance import texts
from lint_embed.provenance.values.base import Bottom, OneOf, Symbol, Token, Unknown, Value
from lint_embed.provenance.values.callables import Builtin, Class, Function, Instance, Partial
from lint_embed.provenance.values.constants import Const, Given, Length, Missing
from lint_embed.provenance.values.containers import Dict, Each, Items, Keys, List, Tuple
from lint_embed.provenance.values.imports import Api, External
from lint_embed.provenance.values.stores import Store
from lint_embed.provenance.values.vectors import (
    Coerced,
    Composite,
    Embedding,
    Encoder,
    Filler,
    Pending,
    Rows,
    Score,
)

CARRYING = (Encoder, Embedding, Rows, Composite, Pending, Coerced, Store)
CALLABLE = (Function, Partial, Class)
INERT = frozenset(
    {Unknown, Bottom, Symbol, External, Const, Given, Length, Missing, Builtin, Filler}
)
"""What never matters by itself, asked for first, as most values are of these."""
MAX_VISITED = 200


class Carriers:
    """Which run-time objects hold, directly or in what they hold, something that matters.

    ``works`` tells of a callable whether it makes, compares or stores vectors; ``version``
    grows with everything of that kind that is put anywhere.
    """

    __slots__ = ("_direct", "_held", "_named", "_reaching", "_vain", "_works", "version")

    def __init__(self, works: Callable[[Value], bool]) -> None:
        self._works = works
        # What is put somewhere stays: who has once reached something always will.
        self._reaching: set[tuple[Token, bool]] = set()
        self._vain: set[tuple[Token, bool]] = set()
        self._direct: set[Token] = set()
        self._named: set[Token] = set()
        self._held: dict[Token, set[Token]] = {}
        self.version = 0

    def link(self, holder: Token, value: Value) -> None:
        """Notes that an object or container now holds a value."""
        for part in value.values if type(value) is OneOf else (value,):
            if type(part) is Const:
                if isinstance(part.value, str) and holder not in self._named:
                    self._named.add(holder)
                    self._vain.clear()
            elif type(part) in INERT:
                continue
            elif isinstance(part, (List, Dict, Instance)):
                held = self._held.setdefault(holder, set())
                if part.token not in held:
                    held.add(part.token)
                    self._vain.clear()
            elif isinstance(part, (Tuple, Each)):
                for inner in _inside(part):
                    self.link(holder, inner)
            elif isinstance(part, Api) and "field" in part.node.facts and part.calls is not None:
                for inner in part.calls.args.everything():
                    self.link(holder, inner)
            elif carries_itself(part) or self._works(part):
                if holder not in self._direct:
                    self._direct.add(holder)
                    self._vain.clear()
                self.version += 1

    def mark(self, holder: Token) -> None:
        """Notes that an object itself makes vectors."""
        if holder not in self._direct:
            self._direct.add(holder)
            self._vain.clear()
        self.version += 1

    def any_carries(self, values: Iterable[Value]) -> bool:
        """Whether any argument carries something that matters, or may be called back."""
        for value in values:
            if type(value) in INERT:
                continue
            if self._works(value) if isinstance(value, CALLABLE) else self.carries(value):
                return True
        return False

    def carries(self, value: Value) -> bool:
        """Whether a value carries something that matters."""
        if type(value) in INERT:
            return False
        if isinstance(value, Instance):
            return self._reaches(value.token, self._direct) or self._reaches(
                value.cls.token, self._direct
            )
        if isinstance(value, (List, Dict)):
            return self._reaches(value.token, self._direct)
        if isinstance(value, OneOf):
            return self.any_carries(value.values)
        if isinstance(value, (Tuple, Each)):
            return self.any_carries(_inside(value))
        return carries_itself(value)

    def has_text(self, value: Value) -> bool:
        """Whether an object or container holds strings, which may name models."""
        if isinstance(value, (List, Dict)):
            return self._reaches(value.token, self._named)
        if not isinstance(value, Instance):
            return False
        return self._reaches(value.token, self._named) or self._reaches(
            value.cls.token, self._named
        )

    def _reaches(self, token: Token, wanted: set[Token]) -> bool:
        key = (token, wanted is self._direct)
        if key in self._reaching:
            return True
        if key in self._vain:
            return False
        found = self._search(token, wanted)
        (self._reaching if found else self._vain).add(key)
        return found

    def _search(self, token: Token, wanted: set[Token]) -> bool:
        queue, seen = [token], {token}
        while queue and len(seen) < MAX_VISITED:
            current = queue.pop()
            if current in wanted:
                return True
            for inner in self._held.get(current, ()):
                if inner not in seen:
                    seen.add(inner)
                    queue.append(inner)
        return bool(queue)


def _inside(value: Tuple | Each) -> tuple[Value, ...]:
    return value.items if isinstance(value, Tuple) else (*value.items.known, *value.items.rest)


def carries_itself(value: Value) -> bool:
    """Whether a value matters without looking into what it holds."""
    if isinstance(value, Score):
        return bool(value.meetings)
    if isinstance(value, Api):
        return value.owner is not None or value.node.leads()
    return isinstance(value, CARRYING) or texts.carries(value)


def tokens_in(value: object) -> Iterator[Token]:
    """The objects and containers that something in the heap holds directly."""
    if isinstance(value, Items):
        parts: tuple[Value, ...] = (*value.known, *value.rest)
    elif isinstance(value, Keys):
        parts = (*(part for _, part in value.known), *value.rest)
    elif isinstance(value, Value):
        parts = (value,)
    else:
        return
    for part in parts:
        if isinstance(part, (List, Dict, Instance)):
            yield part.token
        elif isinstance(part, OneOf):
            for inner in part.values:
                yield from tokens_in(inner)
        elif isinstance(part, (Tuple, Each)):
            for inner in _inside(part):
                yield from tokens_in(inner)


def has_text(values: Iterable[Value]) -> bool:
    """Whether any value is a string, which may name a model, or a container of such."""
    for value in values:
        if type(value) is Const:
            if isinstance(value.value, str):
                return True
        elif type(value) not in INERT and _has_text(value):
            return True
    return False


def _has_text(value: Value) -> bool:
    if isinstance(value, OneOf):
        return has_text(value.values)
    if isinstance(value, (Tuple, Each)):
        return has_text(_inside(value))
    return isinstance(value, (List, Dict))
