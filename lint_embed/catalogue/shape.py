"""What a description of catalogue tables is made of: keys, inner tables, rules."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from lint_embed.catalogue.checks import Check, release, text

# A rule looks at a whole entry and gives (key, trouble), or None.
Rule = Callable[[Mapping[str, object]], tuple[str, str] | None]

# Where a fact comes from, for the conformance test: allowed in every entry.
ORIGIN: Mapping[str, Check] = {
    "unchecked": text,
    "legacy": release,
}


@dataclass(frozen=True, slots=True)
class Table:
    """What one kind of entry may hold.

    ``required`` keys must be there; ``inner`` are arrays of tables within the entry;
    ``rules`` look at the entry as a whole once each key has passed its own check.
    """

    keys: Mapping[str, Check]
    required: tuple[str, ...] = ()
    inner: Mapping[str, Table] = field(default_factory=dict)
    rules: tuple[Rule, ...] = ()


def table(
    keys: Mapping[str, Check],
    required: tuple[str, ...],
    *rules: Rule,
    inner: Mapping[str, Table] | None = None,
) -> Table:
    """A kind of entry that may also say where its fact comes from."""
    return Table({**keys, **ORIGIN}, required, inner or {}, rules)


def needs(key: str, *others: str) -> Rule:
    """Where ``key`` stands, one of ``others`` must stand too."""

    def rule(entry: Mapping[str, object]) -> tuple[str, str] | None:
        if key not in entry or any(other in entry for other in others):
            return None
        return key, f"needs {' or '.join(others)} beside it"

    return rule


def excludes(key: str, other: str) -> Rule:
    """``key`` and ``other`` may not stand in one entry."""

    def rule(entry: Mapping[str, object]) -> tuple[str, str] | None:
        return (key, f"can't stand beside {other}") if key in entry and other in entry else None

    return rule
