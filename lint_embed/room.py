"""Room for recursion on Python's own stack."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

SLOTS = 1 << 20
"""As many slots of eight bytes; the same again is free behind them for the frames of calls."""


def with_room(function: Callable[P, R]) -> Callable[P, R]:
    """The same function, with room behind its frame for the frames of what it calls.

    CPython keeps frames in chunks of 16 kB. A call that crosses the end of the last one maps
    another, and returning from it unmaps it; what recurses crosses it all the time, which
    takes an eighth of the time of a large run. A frame that asks for much room gets a large
    chunk once. Memory that nobody writes to costs nothing.
    """

    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        return function(*args, **kwargs)

    with suppress(ValueError, OverflowError):  # no other Python is known to refuse, but may
        call.__code__ = call.__code__.replace(co_stacksize=SLOTS)
    return call
