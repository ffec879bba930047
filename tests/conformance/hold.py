"""Holds a whole table of the catalogue against released packages: entries, interfaces."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from arguments import Entry, unseen
from entries import WITHOUT_ARGUMENTS, EntryHolder, Report, Walk, walk, world_of
from releases import Pins, pins_of
from values import Follower, Values

from lint_embed.catalogue import interfaces_named, listed, pieces_of, read_table

_EXEMPT = "array."
Start = tuple[str, Values, Follower]


def hold_table(table: str) -> Report:
    """Holds all entries of one table. Raises releases.Unavailable."""
    return Holder(table, read_table(table), pins_of(table) or Pins(())).run()


NO_ENTRIES = frozenset({"interface", "requires", "imports", "keys"})


class Holder(EntryHolder):
    """One table at work."""

    def __init__(self, table: str, data: Mapping[str, Any], pins: Pins) -> None:
        super().__init__(table, data, pins)
        self._starts: dict[str, list[Start]] = {}

    def run(self) -> Report:
        """Holds everything and tells what came of it."""
        for kind, entries in self.data.items():
            if kind in NO_ENTRIES or not isinstance(entries, list):
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

    def _entry(self, kind: str, label: str, entry: Entry) -> None:
        inside = [] if kind == "artefact" else listed(entry.get("at"))  # of the data themselves
        paths = [*listed(entry.get("call")), *inside] or listed(entry.get("name"))
        label = f"{label} {paths[0]}"
        if "unchecked" in entry:
            self.report.unchecked.append(f"{label}: {entry['unchecked']}")
            return
        if all(path.startswith(_EXEMPT) for path in paths):
            self.report.exempt += 1
            return
        followers = self.followers(entry)
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
        if reached and not troubles and kind not in WITHOUT_ARGUMENTS and any(unseen(entry, seen)):
            for path in paths:  # What is missing may be of an older release.
                self._held_path(kind, entry, path, followers[1:], seen)
            troubles += [f"{label}: {one}" for one in unseen(entry, seen)]
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
                trouble = self.trouble(kind, entry, way, follower, seen)
            if trouble is None:
                if "interface" in entry:
                    self._begin(entry, way, path, follower)
                return None
            first = first or trouble
        return first

    # --- Interfaces --------------------------------------------------------------------------

    def _begin(self, entry: Entry, way: Walk, path: str, follower: Follower) -> None:
        made = walk(follower, way.end, ["()", *pieces_of(entry.get("result", ""))])
        for name in interfaces_named(entry):
            if made.end:
                self._starts.setdefault(name, []).append((path, made.end, follower))

    def _spread(self) -> None:
        """Interfaces also begin where another one leads, and at instances that are pinned."""
        for name, paths in self.pins.instances.items():
            for path in paths:
                for follower in self.followers({}):
                    pieces = pieces_of(path)
                    way = walk(follower, follower.start(pieces[0]), pieces[1:])
                    if way.end and way.missing is None:
                        self._starts.setdefault(name, []).append((path, way.end, follower))
        for _ in range(3):  # An interface may lead to one that stands before it.
            for interface in self.data.get("interface", ()):
                for edge in (*interface.get("same", ()), *interface.get("store", ())):
                    self._spread_along(interface["name"], edge)

    def _spread_along(self, name: str, edge: Entry) -> None:
        places = [*listed(edge.get("at")), *(f"{one}()" for one in listed(edge.get("call")))]
        for path, values, follower in list(self._starts.get(name, ())):
            for place in places:
                way = walk(follower, values, pieces_of(place))
                for after in listed(edge.get("interface")):
                    known = self._starts.setdefault(after, [])
                    label = f"{path}.{place}"
                    new = all(one[0] != label for one in known)
                    if new and way.end and way.missing is None:
                        known.append((label, way.end, follower))

    def _interface_entry(self, name: str, kind: str, label: str, entry: Entry) -> None:
        paths = [*listed(entry.get("call")), *listed(entry.get("at"))]
        label = f"{label} {paths[0]}"
        if "unchecked" in entry:
            self.report.unchecked.append(f"{label}: {entry['unchecked']}")
            return
        starts = self._starts.get(name, [])
        if "legacy" in entry:
            starts = self._starts_in(name, [world_of((entry["legacy"], *self._needed))])
        reasons = [one.get("unchecked") for one in self._makers(name)]
        if not starts and reasons and all(reasons):
            self.report.unchecked.append(f"{label}: {reasons[0]}")
            return
        if not starts:
            self.report.problems.append(f"{label}: no encoder that can be held has this interface")
            return
        troubles, open_paths, reached = [], [], False
        seen: set[str] = set(self.pins.keywords)
        for path in paths:
            found = self._on_any(kind, entry, path, starts, seen)
            if found is not None or any(unseen(entry, seen)):
                older = self._on_any(kind, entry, path, self._starts_in(name), seen)
                found = older and found
            if found is None:
                reached = True
            elif found.startswith("open"):
                open_paths.append(f"{label}: {path}: {found}")
            else:
                troubles.append(f"{label}: {path}: {found}")
        if reached and not troubles:
            troubles += [f"{label}: {one}" for one in unseen(entry, seen)]
        self._conclude(troubles, open_paths, reached)

    def _makers(self, name: str) -> list[Entry]:
        """The entries whose call gives something with this interface."""
        found = [*self.data.get("encoder", ()), *self.data.get("store", ())]
        for interface in self.data.get("interface", ()):
            found += [*interface.get("same", ()), *interface.get("store", ())]
        return [one for one in found if name in interfaces_named(one)]

    def _starts_in(self, name: str, followers: list[Follower] | None = None) -> list[Start]:
        """Encoders and stores with this interface, in some releases or in the older ones."""
        found: list[Start] = []
        for entry in (*self.data.get("encoder", ()), *self.data.get("store", ())):
            if name not in interfaces_named(entry) or "unchecked" in entry:
                continue
            for follower in followers or self.followers(entry)[1:]:
                for path in listed(entry["call"]):
                    pieces = [*pieces_of(path), "()", *pieces_of(entry.get("result", ""))]
                    way = walk(follower, follower.start(pieces[0]), pieces[1:])
                    if way.end and way.missing is None:
                        found.append((path, way.end, follower))
        return found

    def _on_any(
        self,
        kind: str,
        entry: Entry,
        path: str,
        starts: Iterable[Start],
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
            trouble = self.trouble(kind, entry, way, follower, seen)
            if trouble is None:
                held = True
            elif trouble.startswith("open"):
                left_open = trouble
            else:
                wrong = f"{trouble} (on {start})"
        return wrong or (None if held else left_open or missing or "no encoder has it")
