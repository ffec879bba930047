"""Dataclasses that the type checker alone keeps frozen.

The analysis makes some millions of small values. ``dataclass(frozen=True)`` guards each of
their fields at run time too, which makes them three times as slow to make.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dataclasses import dataclass
else:
    import dataclasses

    def dataclass(*, frozen: bool, slots: bool, eq: bool = True) -> Any:
        """``dataclasses.dataclass`` without the guard; values are hashed as frozen ones are."""
        assert frozen

        def decorate(cls: type) -> type:
            own = "__hash__" in vars(cls)
            make = dataclasses.dataclass(slots=slots, eq=eq, unsafe_hash=eq and not own)
            return make(cls)

        return decorate


__all__ = ["dataclass"]
