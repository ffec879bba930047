"""Constants and texts, and what decided between several of them."""

from __future__ import annotations

import re
from dataclasses import field
from typing import TYPE_CHECKING, Any

from lint_embed.provenance.values.base import Value
from lint_embed.provenance.values.frozen import dataclass

if TYPE_CHECKING:
    from lint_embed.provenance.values.base import Trail


NO_NAMES: frozenset[str] = frozenset()
MEASURED = frozenset({"len"})
"""What names of stores depend on that hold the length of their vectors."""
_VARIABLE = re.compile(r"\$\w+")


@dataclass(frozen=True, slots=True)
class Const(Value):
    """A constant. ``weak`` when it is only a default that somebody may override.

    ``given``: the environment's variables that may override it (``$NAME``), or the
    configuration file that it stands in (``=PLACE``); ``chosen``: what decided
    that it is this one, a failure or such variables.
    """

    value: Any
    weak: bool = False
    trail: Trail | None = field(default=None, compare=False)
    given: frozenset[str] = field(default=NO_NAMES, compare=False)
    chosen: frozenset[str] = field(default=NO_NAMES, compare=False)


NONE = Const(None)
FAILURE = frozenset({"failure"})
FAILED = Const(None, chosen=FAILURE)
"""None where it stands for something that has failed."""


def tells_failure(value: Value) -> bool:
    """Whether a value is None because something has failed."""
    return type(value) is Const and value.value is None and value.chosen == FAILURE


@dataclass(frozen=True, slots=True)
class Missing(Value):
    """What a dict gives for a key that it was not seen to get: None, or what nobody saw put in.

    Of several values it is the one that stands for nothing, as None is; by itself unknown.
    """


MISSING = Missing()


def is_nothing(value: Value) -> bool:
    """Whether a value stands for nothing beside others."""
    return type(value) is Missing or (type(value) is Const and value.value is None)


@dataclass(frozen=True, slots=True)
class OnEachWay(Value):
    """What is true after several ways only if it became so on each of them."""

    value: bool


class Opened(str):
    """The path of a file that stands for what is in the file, or for one of its lines."""

    __slots__ = ()


@dataclass(frozen=True, slots=True, eq=False)
class Begun(Value):
    """A string of which only the beginning is known: a prompt that asks for a role."""

    value: str


@dataclass(frozen=True, slots=True)
class Text(Value):
    """A text put together, not all of it of constants: vectors may be spelled out in it.

    ``parts`` are constant strings, vectors and what is unknown, in order (see ``texts.py``).
    """

    parts: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Given(Value):
    """A text that the environment gives: unknown, but the same wherever it is asked for.

    ``text`` holds the variables' names as ``$NAME``.
    """

    text: str

    @property
    def names(self) -> frozenset[str]:
        """The variables that it is made of."""
        return frozenset(_VARIABLE.findall(self.text))


def names_of(value: Value) -> frozenset[str]:
    """The environment's variables that a constant depends on, or that it depends on a length."""
    if isinstance(value, Length) or (isinstance(value, Text) and any(map(names_of, value.parts))):
        return MEASURED
    if isinstance(value, Given):
        return value.names
    return value.given if isinstance(value, Const) else NO_NAMES


@dataclass(frozen=True, slots=True)
class Length(Value):
    """The length of named expressions: ``len(a)``, or ``min`` over several of them."""

    of: frozenset[str]
    features: bool = False
