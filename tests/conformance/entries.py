"""How one entry of a catalogue table is held against released packages (see pins.toml).

An entry is held when every public name of it resolves, every member along its paths
exists, its arguments stand where the entry says, and its default is the package's. Where
annotations end, a path is open: that is allowed beside a path of the same entry that is
held, and else asks for ``unchecked`` with a reason.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import griffe
from arguments import Entry, arguments_of, mismatch, parameters, seen_in
from calls import body_has, constants, signatures
from releases import Pins, pins_of, release
from surface import World
from values import UNKNOWN, Follower, Values

from lint_embed.catalogue import listed

WITHOUT_ARGUMENTS = ("frame",)  # Its argument is looked for, but not all of its calls have it.


@dataclass(slots=True)
class Report:
    """What came of a table: entries by outcome, and what deserves a look."""

    table: str
    held: int = 0
    exempt: int = 0
    unchecked: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    open_paths: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Walk:
    """A path as far as it can be followed: the values before each call and at its end."""

    end: Values
    calls: tuple[Values, ...]
    missing: str | None = None
    steps: int = 0


@cache
def world_of(requirements: tuple[str, ...]) -> Follower:
    """The follower over some releases, shared by the tables that need the same."""
    return Follower(World([release(one) for one in requirements]))


def walk(follower: Follower, values: Values, pieces: list[str]) -> Walk:
    """Follows the pieces of a path from some values."""
    calls: list[Values] = []
    for number, piece in enumerate(pieces):
        if piece == "()":
            calls.append(values)
        after = follower.step(values, piece)
        if not after:
            return Walk((), tuple(calls), piece, number)
        if after == (UNKNOWN,):
            rest = pieces[number + 1 :].count("()")
            return Walk(after, (*calls, *[after] * rest), None, number)
        values = after
    return Walk(values, tuple(calls), None, len(pieces))


class EntryHolder:
    """What holds single entries of a table, whatever its tables are."""

    def __init__(self, table: str, data: Mapping[str, Any], pins: Pins) -> None:
        self.report = Report(table)
        self.data = data
        self.pins = pins
        self._needed = tuple(one for name in pins.needs for one in needed_pins(name).releases)

    def followers(self, entry: Entry) -> list[Follower]:
        """The releases that an entry may be held against, the first choice first."""
        if "legacy" in entry:
            return [world_of((entry["legacy"], *self._needed))]
        found = [world_of((*self.pins.releases, *self._needed))] if self.pins.releases else []
        return found + [world_of((one, *self._needed)) for one in self.pins.older]

    def trouble(
        self, kind: str, entry: Entry, way: Walk, follower: Follower, seen: set[str]
    ) -> str | None:
        """What is wrong at the end of a path; ``open: …`` when it can't be told."""
        if way.missing is not None:
            return f"no {way.missing!r} in {'/'.join(self._names(follower))}"
        if kind == "constants":
            return _constants(entry, way, follower)
        taken = [] if kind in WITHOUT_ARGUMENTS else list(arguments_of(entry))
        if not taken and "default" not in entry:
            return None
        for name, argument in taken:
            trouble = self._argument(kind, name, argument, way, follower, seen)
            if trouble is not None:
                return trouble
        if "default" in entry:
            return self._default(entry, _callable(kind, "model", way), follower)
        self._note_default(kind, entry, way, follower)
        return None

    def _names(self, follower: Follower) -> list[str]:
        return [one.requirement for one in follower.world.releases][:3]

    # --- Arguments ---------------------------------------------------------------------------

    def _argument(
        self,
        kind: str,
        name: str,
        argument: list[Any],
        way: Walk,
        follower: Follower,
        seen: set[str],
    ) -> str | None:
        values = _callable(kind, name, way)
        along = kind == "train" or name == "server"
        along = along or (kind in ("fill", "query") and name in ("store", "embedding"))
        if along:  # Looked up on all calls of the path.
            values = tuple(one for call in (*way.calls, way.end) for one in call)
        if not values or all(one is UNKNOWN for one in values):
            return "open: the types don't lead to the call"
        found = [one for value in values for one in signatures(follower.world, value)]
        if not found:
            return "open: the parameters are not written down"
        for one in found:
            seen.update(seen_in(one, name, argument))
        troubles = [mismatch(one, name, argument) for one in found]
        return None if None in troubles else troubles[0]

    # --- Defaults ----------------------------------------------------------------------------

    def _default(self, entry: Entry, values: Values, follower: Follower) -> str | None:
        world, stated = follower.world, entry["default"]
        real: set[Any] = set()
        for value in values:
            for signature in signatures(world, value):
                for parameter in parameters(signature, entry):
                    real |= constants(world, parameter.default or "", parameter.home)
                if stated in real:
                    return None
                if not {one for one in real if isinstance(one, str) and one}:
                    bodies = [*signature.bodies, *_classes(value)]
                    if any(body_has(world, body, stated) for body in bodies):
                        return None
        return f"default: the package says {sorted(map(str, real)) or 'nothing that can be read'}"

    def _note_default(self, kind: str, entry: Entry, way: Walk, follower: Follower) -> None:
        if "model" not in entry:
            return
        for value in _callable(kind, "model", way):
            for signature in signatures(follower.world, value):
                for parameter in parameters(signature, entry):
                    real = constants(follower.world, parameter.default or "", parameter.home)
                    if any(isinstance(one, str) and one for one in real):
                        place = listed(entry.get("call") or entry.get("at"))[0]
                        note = f"{place}: a default that is not stated: {sorted(map(str, real))}"
                        if note not in self.report.notes:
                            self.report.notes.append(note)


def needed_pins(table: str) -> Pins:
    """The pins of a table that another one names. Raises KeyError when it has none."""
    found = pins_of(table)
    if found is None:
        raise KeyError(f"pins.toml: a table needs {table!r}, which has no pins")
    return found


def _constants(entry: Entry, way: Walk, follower: Follower) -> str | None:
    """What is wrong with the values of an enumeration's members."""
    for name, stated in entry.get("values", {}).items():
        found = [follower.world.class_member(one.thing, name) for one in way.end]
        values = [getattr(one, "value", None) for one in found if one is not None]
        if not any(str(one).strip("'\"") == stated for one in values):
            return f"{name}: the package says {', '.join(map(str, values)) or 'nothing'}"
    return None


def _callable(kind: str, argument: str, way: Walk) -> Values:
    """The values that are called with an argument of this entry."""
    if kind not in ("vectors", "read"):
        return way.end
    if not way.calls:
        return ()
    return way.calls[0] if argument == "object_model" else way.calls[-1]


def _classes(value: Any) -> list[griffe.Class]:
    """The class that is made, with all its code; a method speaks for itself alone."""
    return [value.thing] if value.kind == "class" else []
