"""What can be called, the project's classes and their instances, and a call's arguments."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import field
from typing import TYPE_CHECKING

from lint_embed.provenance.values.base import Value
from lint_embed.provenance.values.frozen import dataclass

if TYPE_CHECKING:
    import libcst as cst

    from lint_embed.provenance.modules import Module
    from lint_embed.provenance.state import Frame
    from lint_embed.provenance.values.base import Token
    from lint_embed.provenance.values.imports import Api


@dataclass(frozen=True, slots=True)
class Args:
    """The evaluated arguments of a call.

    ``open`` is true when a starred argument of unknown length hides further ones;
    ``spread`` is that argument.
    """

    positional: tuple[Value, ...] = ()
    keywords: tuple[tuple[str, Value], ...] = ()
    open: bool = False
    spread: Value | None = None

    def keyword(self, name: str) -> Value | None:
        """The keyword argument of that name, or None."""
        for key, value in self.keywords:
            if key == name:
                return value
        return None

    def find(self, spec: Iterable[str | int]) -> Value | None:
        """The first argument present of a catalogue argument (keywords and positions)."""
        for place in spec:
            if isinstance(place, int):
                if place < len(self.positional):
                    return self.positional[place]
            elif place == "*":
                return self.spread
            elif (value := self.keyword(place)) is not None:
                return value
        return None

    def everything(self) -> Iterator[Value]:
        """All argument values."""
        yield from self.positional
        for _, value in self.keywords:
            yield value

    def shifted(self, receiver: Value) -> Args:
        """The same call with the receiver as first argument."""
        return Args((receiver, *self.positional), self.keywords, self.open)


NO_ARGS = Args()


@dataclass(frozen=True, slots=True)
class Function(Value):
    """A function, lambda or method of the project.

    ``frame`` is where it was defined; ``bound`` the receiver of a bound method, ``kind``
    ``plain``, ``static``, ``class``, ``property`` or ``unknown`` (an unknown decorator).
    """

    node: cst.FunctionDef | cst.Lambda = field(hash=False)
    module: Module = field(compare=False, hash=False, repr=False)
    frame: Frame = field(compare=False, hash=False, repr=False)
    name: str = ""
    kind: str = "plain"
    bound: Value | None = None
    owner: Class | None = field(default=None, compare=False, hash=False, repr=False)
    defaults: tuple[tuple[str, Value], ...] = field(default=(), compare=False, hash=False)

    def __hash__(self) -> int:
        return id(self.node)

    def bound_to(self, receiver: Value | None, kind: str | None = None) -> Function:
        """The same with a receiver; written out, as ``replace`` takes several times as long."""
        return Function(
            self.node,
            self.module,
            self.frame,
            self.name,
            self.kind if kind is None else kind,
            receiver,
            self.owner,
            self.defaults,
        )


@dataclass(frozen=True, slots=True)
class Builtin(Value):
    """One of Python's own functions."""

    name: str


NEW = Builtin("@new")
"""``object.__new__``."""


@dataclass(frozen=True, slots=True)
class Partial(Value):
    """``functools.partial``: a callable with its first arguments."""

    function: Value
    args: Args


@dataclass(frozen=True, slots=True)
class Class(Value):
    """A class of the project. Its attributes live in the heap under ``token``."""

    node: cst.ClassDef = field(hash=False)
    module: Module = field(compare=False, hash=False, repr=False)
    token: Token = field(compare=False)
    bases: tuple[Value, ...] = field(compare=False, hash=False, default=())
    fields: tuple[str, ...] | None = field(compare=False, hash=False, default=None)
    trainable: bool = field(compare=False, default=False)

    @property
    def name(self) -> str:
        return self.node.name.value

    def __hash__(self) -> int:
        return id(self.node)


@dataclass(frozen=True, slots=True)
class Instance(Value):
    """An object of a project's class. Its attributes live in the heap."""

    cls: Class
    token: Token
    api: Api | None = field(default=None, compare=False, hash=False)


@dataclass(frozen=True, slots=True)
class Super(Value):
    """``super()`` within a method: the receiver seen as an object of the bases."""

    cls: Class
    receiver: Value


@dataclass(frozen=True, slots=True)
class Method(Value):
    """A built-in method of a container or string, bound to its receiver."""

    receiver: Value
    name: str
