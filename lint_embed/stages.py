"""Where the time of a run goes, by stage."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

_seconds: dict[str, float] = {}
_inner: list[float] = []


def begin() -> None:
    """Forgets what earlier runs took."""
    _seconds.clear()


def seconds() -> dict[str, float]:
    """The seconds that each stage took since the run began, in the order they first ended."""
    return dict(_seconds)


@contextmanager
def stage(name: str) -> Iterator[None]:
    """Measures the body of a ``with``; what stages within it take is theirs alone."""
    started = time.perf_counter()
    _inner.append(0.0)
    try:
        yield
    finally:
        spent = time.perf_counter() - started
        _seconds[name] = _seconds.get(name, 0.0) + spent - _inner.pop()
        if _inner:
            _inner[-1] += spent
