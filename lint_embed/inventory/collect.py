"""Gathers an inventory: runs the analysis with a ledger and numbers what it saw.

What the analysis walks several times, once for each way that leads there, comes once here:
spaces are told apart by their model, variant and training, all else by its place.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import TYPE_CHECKING

from lint_embed.catalogue import spaces as catalogue
from lint_embed.engine import undisturbed
from lint_embed.findings import Finding, Place
from lint_embed.inventory import Encoder, Holder, Inventory, Meeting, Space, Use, Verdict
from lint_embed.judging import configurations, judged, locate
from lint_embed.provenance import ledger
from lint_embed.provenance.meetings import DIFFERENT, Relation, relate
from lint_embed.provenance.values.base import Site, Token
from lint_embed.provenance.values.stores import Store
from lint_embed.provenance.values.vectors import ORIGINAL
from lint_embed.provenance.values.vectors import Space as Seen
from lint_embed.rules.wording import model_name
from lint_embed.workspace import Workspace

if TYPE_CHECKING:
    from lint_embed.files import File
    from lint_embed.provenance.interpreter import Interpreter
    from lint_embed.settings import Settings

Key = tuple[object, ...]


def inventory(files: Sequence[File]) -> Inventory:
    """The inventory of these files; the project around them is read for context.

    What stands elsewhere is part of it as far as something in the files has to do with it.
    """
    given = {file.shown for file in files}
    shelf = _Shelf(given)
    workspaces: dict[Settings, Workspace] = {}
    with undisturbed():
        for file in files:
            workspace = workspaces.get(file.settings)
            if workspace is None:
                workspace = workspaces[file.settings] = Workspace(file.settings, files)
                workspace.keep_ledger()
            workspace.walk(file)
        for workspace in workspaces.values():
            workspace.match(context=True)
        for workspace in workspaces.values():
            if (run := workspace.walked_by) is not None and run.ledger is not None:
                _Gatherer(run, run.ledger, shelf).gather()
        for file in files:
            _gather_findings(workspaces[file.settings], file, shelf)
    return shelf.inventory()


# --- Findings ------------------------------------------------------------------------


def _gather_findings(workspace: Workspace, file: File, shelf: _Shelf) -> None:
    report = workspace.report(file)
    told = {(finding.place, finding.code): finding for finding in report.findings}
    for finding in report.findings:
        if finding.code == "VEC902":
            shelf.unread.append((file.shown, finding.message))
    run, module = workspace.walked_by, workspace.load(file.path).module
    if run is None or module is None:
        return
    keys = _Keys(run)
    rewritten = workspace.rewritten(configurations(run, module))
    for finding, meeting in judged(run, module, rewritten):
        # Of two vectors that are cut to one length the models may not be known.
        known = [side.space for side in meeting.sides if side.space.resolved]
        pair = tuple(dict.fromkeys(shelf.add(keys.of(space), space, keys) for space in known))
        kept = told.get((finding.place, finding.code))
        verdict = Verdict.MISTAKE if kept is not None else Verdict.SILENCED
        shelf.mistakes[finding.place, finding.code] = _mistake(
            kept or finding, meeting.how, pair, verdict
        )
        shelf.judged.add((id(meeting.site.node), frozenset(pair)))


def _mistake(
    finding: Finding, how: str, spaces: tuple[Key, ...], verdict: Verdict
) -> tuple[tuple[Key, ...], Meeting]:
    meeting = Meeting(
        finding.place, how, (), verdict, finding.code, finding.message, finding.fingerprint
    )
    return spaces, meeting


# --- What the ledger holds -----------------------------------------------------------


@dataclass(slots=True)
class _Keys:
    """Tells spaces of one interpreter apart."""

    run: Interpreter

    def of(self, space: Seen) -> Key:
        """Equal for spaces that are one in an inventory."""
        return self.model(space), variant_of(space), self.trained(space)

    def model(self, space: Seen) -> object:
        """The model's id; of what the code makes, the place where it does."""
        model = space.model
        return ("made", model.site) if isinstance(model, Token) else model

    def trained(self, space: Seen) -> Site | None:
        """Where the encoder was trained last, if it was."""
        if space.version in (None, ORIGINAL):
            return None
        return self.run.trainings.get(space.version)


def variant_of(space: Seen) -> tuple[tuple[str, str], ...]:
    """The choices that make another space of one model, as far as they are known."""
    native = catalogue.dimension(space.model) if isinstance(space.model, str) else None
    chosen = [(n, v) for n, v in space.variant if v is not None and (n, v) != ("dimension", native)]
    return tuple(sorted((name, str(value)) for name, value in chosen))


@dataclass(slots=True)
class _Gatherer:
    """Puts what one interpreter saw onto the shelf."""

    run: Interpreter
    book: ledger.Ledger
    shelf: _Shelf
    keys: _Keys = field(init=False)
    resolved: set[int] = field(default_factory=set)
    excused: set[int] = field(default_factory=set)
    met: set[int] = field(default_factory=set)

    def gather(self) -> None:
        """Everything but the mistakes."""
        self.keys = _Keys(self.run)
        for meeting in self.run.meetings.values():
            node = id(meeting.site.node)
            self.met.add(node)
            if meeting.excused:
                self.excused.add(node)
        for space in self.book.encoders:
            if space.resolved and space.origin is not None:
                self.resolved.add(id(space.origin.site.node))
        for space in self.book.encoders:
            self._known([space])
        for use in self.book.stores:
            self._store(use)
        for file in self.book.files:
            self._file(file)
        for met in self.book.met:
            self._met(met)

    def _known(self, spaces: Iterable[Seen]) -> list[Key] | None:
        """The spaces' keys; None where one is not known, or is known on another way."""
        keys = []
        for space in spaces:
            made = space.origin.site.node if space.origin is not None else None
            if not space.resolved and (made is None or id(made) in self.resolved):
                return None
            keys.append(self.shelf.add(self.keys.of(space), space, self.keys))
        return list(dict.fromkeys(keys))

    def _store(self, use: ledger.StoreUse) -> None:
        keys = self._known(use.spaces)
        if keys is None:
            return
        store = use.store
        shared = store.identity.shared and store.label
        at = id(store.site.node) if store.site is not None else store.identity
        key = ("store", store.library, store.identity if shared else at, store.vector)
        shelf = self.shelf.holders.setdefault(key, _Held("store", *_named(store)))
        shelf.note(use.act, keys, locate(use.site))

    def _file(self, use: ledger.FileUse) -> None:
        keys = self._known(use.spaces)
        if keys is not None:
            key = ("file", *use.key)
            held = self.shelf.holders.setdefault(key, _Held("file", use.name, "", None))
            held.note(use.act, keys, locate(use.site))

    def _met(self, met: ledger.Met) -> None:
        keys = self._known(met.spaces)
        if not keys:
            return
        verdict = self._verdict(met, len(keys))
        if verdict is Verdict.SAME:
            # Whether an encoder is trained by then may not be known: it is one all the same.
            keys = sorted(keys, key=lambda key: self.shelf.spaces[key].trained is None)[:1]
        if verdict is not None:
            key = (id(met.site.node), frozenset(keys))
            self.shelf.met.setdefault(
                key, (tuple(keys), Meeting(locate(met.site), met.how, (), verdict))
            )

    def _verdict(self, met: ledger.Met, count: int) -> Verdict | None:
        """Why spaces may meet here; None where that is judged or not known."""
        if count == 1:
            return Verdict.SAME
        aligned = self.run.aligned
        relations = {relate(a, b, aligned) for a, b in combinations(met.spaces, 2)}
        if relations == {Relation.SAME}:
            models = {self.keys.model(space) for space in met.spaces}
            return Verdict.ALIGNED if len(models) > 1 else Verdict.SAME
        node = id(met.site.node)
        if node in self.excused:
            return Verdict.TRAINED
        if Relation.UNKNOWN in relations or node in self.met or not relations & DIFFERENT:
            return None
        return Verdict.EITHER


def _named(store: Store) -> tuple[str, str, Place | None]:
    name = f"{store.label}/{store.vector}" if store.vector and store.label else store.label
    return name, store.library, locate(store.site) if store.site is not None else None


# --- The shelf -----------------------------------------------------------------------


@dataclass(slots=True)
class _Held:
    """A holder in the making."""

    kind: str
    name: str
    library: str
    place: Place | None
    filled: dict[tuple[Key, Place], None] = field(default_factory=dict)
    asked: dict[tuple[Key, Place], None] = field(default_factory=dict)
    read: dict[Place, None] = field(default_factory=dict)

    def note(self, act: str, keys: Iterable[Key], place: Place) -> None:
        """One use of it."""
        if act == ledger.READ:
            self.read[place] = None
        uses = {ledger.FILL: self.filled, ledger.ASK: self.asked}.get(act, {})
        uses.update(dict.fromkeys((key, place) for key in keys))

    def places(self) -> set[str]:
        """The files in which it is used."""
        uses = [place for _, place in (*self.filled, *self.asked)]
        return {place.path for place in (*uses, *self.read)}


@dataclass(slots=True)
class _Shelf:
    """All that was seen, by keys."""

    given: set[str]
    spaces: dict[Key, Space] = field(default_factory=dict)
    encoders: dict[Key, dict[Encoder, None]] = field(default_factory=dict)
    holders: dict[Key, _Held] = field(default_factory=dict)
    met: dict[tuple[int, frozenset[Key]], tuple[tuple[Key, ...], Meeting]] = field(
        default_factory=dict
    )
    mistakes: dict[tuple[Place, str], tuple[tuple[Key, ...], Meeting]] = field(default_factory=dict)
    judged: set[tuple[int, frozenset[Key]]] = field(default_factory=set)
    unread: list[tuple[str, str]] = field(default_factory=list)

    def add(self, key: Key, space: Seen, keys: _Keys) -> Key:
        """Keeps a space and the place of its encoder; returns its key."""
        if key not in self.spaces:
            trained = keys.trained(space)
            checkpoint = space.model if isinstance(space.model, str) else None
            self.spaces[key] = Space(
                model_name(space),
                checkpoint if space.resolved else None,
                space.own,
                _length(space),
                space.library,
                variant_of(space),
                locate(trained) if trained is not None else None,
                space.weak,
            )
        if space.origin is not None:
            encoder = Encoder(locate(space.origin.site), space.library)
            self.encoders.setdefault(key, {})[encoder] = None
        return key

    def inventory(self) -> Inventory:
        """What has to do with the given files, in the order of the sources."""
        holders = [held for held in self.holders.values() if held.places() & self.given]
        holders = [held for held in holders if held.filled or held.asked]
        met = [pair for key, pair in self.met.items() if key not in self.judged]
        met = [pair for pair in met if pair[1].place.path in self.given]
        met += self.mistakes.values()
        used = {key for keys, _ in met for key in keys}
        used |= {key for held in holders for key, _ in (*held.filled, *held.asked)}
        used |= {
            key
            for key, encoders in self.encoders.items()
            if any(encoder.place.path in self.given for encoder in encoders)
        }
        ordered = sorted(used - self._outdone(used, met, holders), key=self._order)
        numbers = {key: number for number, key in enumerate(ordered)}
        return Inventory(
            tuple(self._space(key) for key in ordered),
            tuple(sorted((_finished(held, numbers) for held in holders), key=_holder_order)),
            tuple(sorted((_numbered(pair, numbers) for pair in met), key=_meeting_order)),
            tuple(dict.fromkeys(self.unread)),
        )

    def _outdone(
        self,
        used: set[Key],
        met: Sequence[tuple[tuple[Key, ...], Meeting]],
        holders: Sequence[_Held],
    ) -> set[Key]:
        """Spaces of encoders with which nothing was made before a training, or but in a
        variant: they stand beside the space of which there are vectors."""
        busy = {key for keys, _ in met for key in keys}
        busy |= {key for held in holders for key, _ in (*held.filled, *held.asked)}
        return {
            key
            for key in used - busy
            if any(self._refines(other, key) for other in used if other != key)
        }

    def _refines(self, key: Key, plain: Key) -> bool:
        """Whether one space is a variant or a training of what the same encoders make."""
        one, other = self.spaces[key], self.spaces[plain]
        return (
            key[0] == plain[0]
            and set(other.variant) <= set(one.variant)
            and other.trained in (None, one.trained)
            and self.encoders.get(plain, {}).keys() <= self.encoders.get(key, {}).keys()
        )

    def _order(self, key: Key) -> tuple[object, ...]:
        space, places = self.spaces[key], [e.place for e in self.encoders.get(key, ())]
        return (not places, *_at(min(places, key=_at, default=None)), space.model, space.variant)

    def _space(self, key: Key) -> Space:
        found = sorted(self.encoders.get(key, ()), key=lambda e: (_at(e.place), e.library or ""))
        return replace(self.spaces[key], encoders=tuple(found))


def _length(space: Seen) -> int | None:
    chosen = dict(space.variant).get("dimension")
    return chosen if isinstance(chosen, int) else space.dimension


def _at(place: Place | None) -> tuple[str, int, int, int]:
    return (place.path, place.cell or 0, place.line, place.column) if place else ("", 0, 0, 0)


def _finished(held: _Held, numbers: dict[Key, int]) -> Holder:
    filled, asked = (
        sorted(
            (Use(numbers[key], place) for key, place in uses), key=lambda u: (_at(u.place), u.space)
        )
        for uses in (held.filled, held.asked)
    )
    return Holder(
        held.kind, held.name, held.library, held.place,
        tuple(filled), tuple(asked), tuple(sorted(held.read, key=_at)),
    )  # fmt: skip


def _numbered(pair: tuple[tuple[Key, ...], Meeting], numbers: dict[Key, int]) -> Meeting:
    return replace(pair[1], spaces=tuple(sorted(numbers[key] for key in pair[0])))


def _holder_order(holder: Holder) -> tuple[object, ...]:
    return holder.kind == "file", holder.library, holder.name, _at(holder.place)


def _meeting_order(meeting: Meeting) -> tuple[object, ...]:
    return list(Verdict).index(meeting.verdict), _at(meeting.place), meeting.how, meeting.spaces
