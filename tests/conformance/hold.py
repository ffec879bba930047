"""Holds the entries of a catalogue table against released packages (see pins.toml).

An entry is held when every public name of it resolves, every member along its paths
exists, its arguments stand where the entry says, and its default is the package's. Where
annotations end, a path is open: that is allowed beside a path of the same entry that is
held, and else asks for ``unchecked`` with a reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import griffe
from arguments import Entry, arguments_of, mismatch, parameters, takes
from calls import body_has, constants, signatures
from releases import Pins, pins_of, release
from surface import World
from values import UNKNOWN, Follower, Values

from lint_embed.catalogue import listed, pieces_of, read_table

_WITHOUT = ("frame",)  # Its argument is looked for, but not all of its calls have it.
_EXEMPT = "array."
_WITHOUT = ("frame",)  # Its argument is looked for, but not all of its calls have it.
_EXEMPT = "array."
# Tables of which every argument stands on the last call of the path.
_ARGUMENTS = (
    "model", "input", "role_argument", "dimension_argument", "of", "axis", "subscripts", "axes",
    "function", "over", "path",
)  # fmt: skip


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


def hold_table(table: str) -> Report:
    """Holds all entries of one table. Raises releases.Unavailable."""
    return Holder(table, read_table(table), pins_of(table) or Pins(())).run()


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


class Holder:
    """One table at work."""

    def __init__(self, table: str, data: Mapping[str, Any], pins: Pins) -> None:
        self.report = Report(table)
        self.data = data
        self.pins = pins
        self._needed = tuple(one for name in pins.needs for one in needed_pins(name).releases)
        self._starts: dict[str, list[tuple[str, Values, Follower]]] = {}

    def run(self) -> Report:
        for kind, entries in self.data.items():
            if kind in ("interface", "requires", "imports") or not isinstance(entries, list):
                continue
            for number, entry in enumerate(entries, 1):
                self._entry(kind, f"{kind}[{number}]", entry)
        self._spread()
        for interface in self.data.get("interface", ()):
            for kind, entries in interface.items():
                if isinstance(entries, list):
                    for number, entry in enumerate(entries, 1):
                        label = f"interface {interface['name']}, {kind}[{number}]"
                        self._interface_entry(interface["name"], kind, label, entry)
        return self.report

    # --- Entries with full paths -----------------------------------------------------------

    def _followers(self, entry: Entry) -> list[Follower]:
        if "legacy" in entry:
            return [world_of((entry["legacy"], *self._needed))]
        found = [world_of((*self.pins.releases, *self._needed))] if self.pins.releases else []
        return found + [world_of((one, *self._needed)) for one in self.pins.older]

    def _entry(self, kind: str, label: str, entry: Entry) -> None:
        paths = [*listed(entry.get("call")), *listed(entry.get("at"))]
        paths = paths or listed(entry.get("name"))
        label = f"{label} {paths[0]}"
        if "unchecked" in entry:
            self.report.unchecked.append(f"{label}: {entry['unchecked']}")
            return
        if all(path.startswith(_EXEMPT) for path in paths):
            self.report.exempt += 1
            return
        followers = self._followers(entry)
        if not followers:
            self.report.problems.append(f"{label}: no release in pins.toml")
            return
        if kind == "alias":
            paths = [*paths, entry["is"]]
        troubles, open_paths, reached = [], [], False
        seen: set[str] = set(self.pins.keywords)
        for path in paths:
            found = self._held_path(kind, entry, path, followers, seen)
            if found is None:
                reached = True
            elif found.startswith("open"):
                open_paths.append(f"{label}: {path}: {found}")
            else:
                troubles.append(f"{label}: {path}: {found}")
        if reached and not troubles and kind not in _WITHOUT:
            troubles += [f"{label}: {one}" for one in self._stale(kind, entry, seen)]
        self._conclude(troubles, open_paths, reached)

    def _conclude(self, troubles: list[str], open_paths: list[str], reached: bool) -> None:
        if not reached and not troubles:
            troubles, open_paths = open_paths, []
        self.report.problems += troubles
        self.report.open_paths += open_paths
        self.report.held += not troubles

    def _held_path(
        self, kind: str, entry: Entry, path: str, followers: list[Follower], seen: set[str]
    ) -> str | None:
        if path.startswith(_EXEMPT):
            return None
        first: str | None = None
        pieces = pieces_of(path)
        for follower in followers:
            start = follower.start(pieces[0])
            way = walk(follower, start, pieces[1:])
            trouble: str | None = f"no package {pieces[0]!r}"
            if start:
                trouble = self._trouble(kind, entry, way, follower, seen)
            if trouble is None:
                if "interface" in entry:
                    self._begin(entry, way, path, follower)
                return None
            first = first or trouble
        return first

    def _trouble(
        self, kind: str, entry: Entry, way: Walk, follower: Follower, seen: set[str]
    ) -> str | None:
        if way.missing is not None:
            return f"no {way.missing!r} in {'/'.join(self._names(follower))}"
        taken = [] if kind in _WITHOUT else list(arguments_of(entry))
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
        if kind == "train":  # Looked up along all calls of the path.
            values = tuple(one for call in (*way.calls, way.end) for one in call)
        if not values or all(one is UNKNOWN for one in values):
            return "open: the types don't lead to the call"
        found = [one for value in values for one in signatures(follower.world, value)]
        if not found:
            return "open: the parameters are not written down"
        for one in found:
            seen.update(word for word in argument if isinstance(word, str) and takes(one, word))
        troubles = [mismatch(one, name, argument) for one in found]
        return None if None in troubles else troubles[0]

    def _stale(self, kind: str, entry: Entry, seen: set[str]) -> Iterator[str]:
        """Keywords that no callable of the entry takes, in no release."""
        for name, argument in arguments_of(entry):
            for word in argument:
                if isinstance(word, str) and word not in seen and not self._older(entry, word):
                    yield f"{name}: nothing takes the keyword {word!r}"

    def _older(self, entry: Entry, word: str) -> bool:
        seen: set[str] = set()
        paths = [*listed(entry.get("call")), *listed(entry.get("at"))]
        for follower in self._followers(entry)[1:]:
            for path in paths:
                pieces = pieces_of(path)
                way = walk(follower, follower.start(pieces[0]), pieces[1:])
                for value in (one for call in (*way.calls, way.end) for one in call):
                    for one in signatures(follower.world, value):
                        if takes(one, word):
                            seen.add(word)
        return word in seen

    # --- Defaults ----------------------------------------------------------------------------

    def _default(self, entry: Entry, values: Values, follower: Follower) -> str | None:
        world, stated = follower.world, entry["default"]
        real: set[Any] = set()
        for value in values:
            for signature in signatures(world, value):
                for parameter in parameters(signature, entry.get("model", ())):
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
                for parameter in parameters(signature, entry["model"]):
                    real = constants(follower.world, parameter.default or "", parameter.home)
                    if any(isinstance(one, str) and one for one in real):
                        place = listed(entry.get("call") or entry.get("at"))[0]
                        note = f"{place}: a default that is not stated: {sorted(map(str, real))}"
                        if note not in self.report.notes:
                            self.report.notes.append(note)

    # --- Interfaces --------------------------------------------------------------------------

    def _begin(self, entry: Entry, way: Walk, path: str, follower: Follower) -> None:
        made = walk(follower, way.end, ["()", *pieces_of(entry.get("result", ""))])
        for name in listed(entry.get("interface")):
            if made.end:
                self._starts.setdefault(name, []).append((path, made.end, follower))

    def _spread(self) -> None:
        """Interfaces also begin where another one leads, and at instances that are pinned."""
        for name, paths in self.pins.instances.items():
            for path in paths:
                for follower in self._followers({}):
                    pieces = pieces_of(path)
                    way = walk(follower, follower.start(pieces[0]), pieces[1:])
                    if way.end and way.missing is None:
                        self._starts.setdefault(name, []).append((path, way.end, follower))
        for interface in self.data.get("interface", ()):
            for same in interface.get("same", ()):
                for path, values, follower in list(self._starts.get(interface["name"], ())):
                    for place in listed(same["at"]):
                        way = walk(follower, values, pieces_of(place))
                        for name in listed(same.get("interface")):
                            if way.end and way.missing is None:
                                start = (f"{path}.{place}", way.end, follower)
                                self._starts.setdefault(name, []).append(start)

    def _interface_entry(self, name: str, kind: str, label: str, entry: Entry) -> None:
        paths = [*listed(entry.get("call")), *listed(entry.get("at"))]
        label = f"{label} {paths[0]}"
        if "unchecked" in entry:
            self.report.unchecked.append(f"{label}: {entry['unchecked']}")
            return
        starts = self._starts.get(name, [])
        if "legacy" in entry:
            starts = [one for one in starts if self._is_of(one[2], entry["legacy"])]
        if not starts:
            self.report.problems.append(f"{label}: no encoder that can be held has this interface")
            return
        troubles, open_paths, reached = [], [], False
        seen: set[str] = set(self.pins.keywords)
        for path in paths:
            found = self._on_any(kind, entry, path, starts, seen)
            if found is not None:
                found = self._on_any(kind, entry, path, self._older_starts(name), seen) and found
            if found is None:
                reached = True
            elif found.startswith("open"):
                open_paths.append(f"{label}: {path}: {found}")
            else:
                troubles.append(f"{label}: {path}: {found}")
        if reached and not troubles:
            troubles += self._stale_interface(label, entry, seen)
        self._conclude(troubles, open_paths, reached)

    def _older_starts(self, name: str) -> list[tuple[str, Values, Follower]]:
        """The encoders with this interface in older releases."""
        found = []
        for entry in self.data.get("encoder", ()):
            if name not in listed(entry.get("interface")) or "unchecked" in entry:
                continue
            for follower in self._followers(entry)[1:]:
                for path in listed(entry["call"]):
                    pieces = [*pieces_of(path), "()", *pieces_of(entry.get("result", ""))]
                    way = walk(follower, follower.start(pieces[0]), pieces[1:])
                    if way.end and way.missing is None:
                        found.append((path, way.end, follower))
        return found

    @staticmethod
    def _is_of(follower: Follower, requirement: str) -> bool:
        return any(one.requirement == requirement for one in follower.world.releases)

    @staticmethod
    def _stale_interface(label: str, entry: Entry, seen: set[str]) -> Iterator[str]:
        for name, argument in arguments_of(entry):
            for word in argument:
                if isinstance(word, str) and word not in seen:
                    yield f"{label}: {name}: nothing takes the keyword {word!r}"

    def _on_any(
        self,
        kind: str,
        entry: Entry,
        path: str,
        starts: Iterable[tuple[str, Values, Follower]],
        seen: set[str],
    ) -> str | None:
        held, left_open, missing, wrong = False, "", "", ""
        for start, values, follower in starts:
            way = walk(follower, values, pieces_of(path))
            if way.missing is not None:
                missing = f"no {way.missing!r} on {start}"
                continue
            if way.steps == 0:
                left_open = f"open: the types don't tell what {start} gives"
                continue
            trouble = self._trouble(kind, entry, way, follower, seen)
            if trouble is None:
                held = True
            elif trouble.startswith("open"):
                left_open = trouble
            else:
                wrong = f"{trouble} (on {start})"
        return wrong or (None if held else left_open or missing or "no encoder has it")


def needed_pins(table: str) -> Pins:
    """The pins of a table that another one names. Raises KeyError when it has none."""
    found = pins_of(table)
    if found is None:
        raise KeyError(f"pins.toml: a table needs {table!r}, which has no pins")
    return found


def _callable(kind: str, argument: str, way: Walk) -> Values:
    """The values that are called with an argument of this entry."""
    if kind != "vectors":
        return way.end
    if not way.calls:
        return ()
    return way.calls[0] if argument == "object_model" else way.calls[-1]


def _classes(value: Any) -> list[griffe.Class]:
    """The class that is made, with all its code; a method speaks for itself alone."""
    return [value.thing] if value.kind == "class" else []
