"""The interpreter: walks modules, functions and classes and collects their meetings.

It holds the state (heap, frames, meetings); how each syntax is read stands in
``statements``, ``expressions``, ``functions``, ``classes``, ``api`` and ``arrays``.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import libcst as cst

from lint_embed.provenance import (
    calling,
    expressions,
    files,
    filters,
    functions,
    statements,
    store_contents,
    summaries,
)
from lint_embed.provenance.carrying import Carriers
from lint_embed.provenance.meetings import Aligned, Alignments, Meeting
from lint_embed.provenance.modules import Module, Project
from lint_embed.provenance.state import Frame, Layer, Layers
from lint_embed.provenance.values.base import Site, Token, Value
from lint_embed.provenance.values.constants import FAILURE, NO_NAMES
from lint_embed.provenance.values.identities import Identity, Piece
from lint_embed.provenance.values.stores import Store
from lint_embed.provenance.values.vectors import ORIGINAL

if TYPE_CHECKING:
    from lint_embed.catalogue import Catalogue
    from lint_embed.provenance.ledger import Ledger
    from lint_embed.provenance.naming import Naming
    from lint_embed.relevance import Roots


FUEL = 2_000
"""How many statements one function may lead to; calls beyond them are unknown."""

MODULE_FUEL = 20_000
"""The same for a module's top level."""

BASE_CREDIT = 3_000
CHARACTERS_PER_STATEMENT = 12
"""A file may lead to the walk of ``BASE_CREDIT`` statements and of about three times its own.

Beyond that calls are answered from summaries, so that the work follows the size of the code.
"""

BASE_SPARE = 50
CHARACTERS_PER_SPARE = 320
"""So much of that may be in vain: ``BASE_SPARE`` statements and one for about eight of the file.

In vain are calls of functions that are given no vectors themselves but objects that have some,
or strings that may name a model, where nothing is learnt and nothing is changed that matters.
Beyond it a function that was walked in vain once is not walked for such any more.
"""

SECONDS = 30.0
"""The time that one file may take."""


class OutOfFuel(Exception):
    """The work on one file exceeded its bound."""


class Interrupted(BaseException):
    """Somebody asked to stop; what was being worked on tells nothing."""


class Interpreter:
    """Abstract interpretation of a project's modules.

    ``meetings`` collects the places where spaces clash, by (site, calls). ``roots`` tells
    the definitions of a file that can lead to vectors; the others are walked when called.
    ``leads`` tells those that can also lead to stores, which nobody may fill: ``awake`` is
    true from when known vectors are in a store or a file.
    """

    def __init__(self, project: Project, catalogue: Catalogue, aligned: Aligned = ()) -> None:
        self.project = project
        self.catalogue = catalogue
        self.aligned = Alignments(aligned)
        self.assumed: dict[Token, Layer] = {}
        self.declarations: dict[Site, set[str]] = {}
        self.heap = Layers()
        self.frames: list[Frame] = []
        self.meetings: dict[Hashable, Meeting] = {}
        self.checked: set[cst.ClassDef] = set()
        self.summaries: dict[Hashable, summaries.Summary] = {}
        self.burnt = 0
        self.fuel_until = self.credit_until = 0  # in statements burnt
        self.spare = 0
        self.paid = 0
        self.vain: dict[cst.CSTNode, int] = {}
        self.provisional: dict[Path, list[Hashable]] = {}
        self.literals: dict[int, Value] = {}
        self.ways: dict[tuple[int, object], int] = {}
        self.carriers = Carriers(lambda value: summaries.works(self, value))
        self.memo: dict[Hashable, calling.Memo] = {}
        self.pulse = 0
        self.deadline = 0.0
        self.events: list[store_contents.Event] = []
        self.covered: dict[Identity, None] = {}
        self.cells: dict[store_contents.Near, dict[store_contents.Cell, Path]] = {}
        self.fills: dict[tuple[object, Piece], list[int]] = {}
        self.handlers = 0
        self.decided = NO_NAMES
        self.outside = NO_NAMES
        self.copies = 1
        self.tables = False
        self.by_module: dict[Path, list[Meeting]] = {}
        self.files = files.Files()
        self.trainings: dict[object, Site] = {}
        self.trained: dict[frozenset[object], set[Path]] = {}
        self.rows: dict[Identity, filters.Rows] = {}
        self.selects = False
        self.observer: dict[int, Value] | None = None
        self.roots: Callable[[Path], Roots] | None = None
        self.leads: Callable[[Path], Roots] | None = None
        self.awake = True
        self.exports: Callable[[Path], dict[str, None] | None] | None = None
        self.naming: Naming | None = None
        self.chains: dict[tuple[int, int], int] = {}
        self.idle: dict[cst.CSTNode, bool] = {}
        self.stays = False
        self.births = 0
        self.encounters = 0
        self.born: dict[Token, int] = {}
        self.ledger: Ledger | None = None
        self.interrupted: Callable[[], bool] | None = None

    # state ---------------------------------------------------------------------------

    @property
    def frame(self) -> Frame:
        return self.frames[-1]

    def site(self, node: cst.CSTNode) -> Site:
        """The node as a place in the current module."""
        return Site(self.frames[-1].module, node)

    def token(self, node: object) -> Token:
        """The identity of an object made here, now."""
        token = Token(node if isinstance(node, tuple) else id(node), self.frames[-1].context)
        self.births += 1
        self.born[token] = self.births
        return token

    def is_born_since(self, place: object, births: int) -> bool:
        """Whether a place of the heap is of an object that was made since so many were."""
        return isinstance(place, tuple) and self.born.get(place[0], 0) > births

    def within(self, context: int, step: object) -> int:
        """The number of a way that leads one call or iteration further."""
        return self.ways.setdefault((context, step), len(self.ways) + 1)

    def calls(self) -> tuple[Site, ...]:
        """The call sites that led here, the outermost first."""
        return tuple(frame.site for frame in self.frames if frame.site is not None)

    def burn(self) -> None:
        """Counts one statement of work; raises OutOfFuel when a file takes too long."""
        self.burnt = burnt = self.burnt + 1
        if burnt & 63:
            return
        if not burnt & 1023 and time.thread_time() > self.deadline:
            raise OutOfFuel
        if self.interrupted is not None and self.interrupted():
            raise Interrupted

    @property
    def is_exhausted(self) -> bool:
        """Whether the work at hand has led to as many statements as it may."""
        return self.burnt > self.fuel_until

    @property
    def is_in_debt(self) -> bool:
        """Whether the file has led to as many statements as it may."""
        return self.burnt > self.credit_until

    @property
    def choice(self) -> frozenset[str]:
        """What led to what is walked now: a failure, or variables of the environment."""
        return self.decided | FAILURE if self.handlers else self.decided

    def push(self) -> None:
        """Opens a layer for one alternative way."""
        self.frames[-1].names.push()
        self.heap.push()

    @contextmanager
    def refuelled(self, fuel: int = FUEL) -> Iterator[None]:
        """Work with a budget of its own: a module, a function checked by itself."""
        left = self.fuel_until - self.burnt
        self.fuel_until = self.burnt + fuel
        try:
            yield
        finally:
            self.fuel_until = self.burnt + left

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Work that belongs to no way taken now: a lazily loaded module, a summary."""
        layers, frames, copies = self.heap.aside(), self.frames, self.copies
        failures = self.handlers
        self.frames, self.copies = [], 1
        try:
            yield
        finally:
            self.frames, self.copies, self.handlers = frames, copies, failures
            self.heap.restore(layers)

    # work ----------------------------------------------------------------------------

    # Asked for more often than anything else, so they are no calls of calls.
    evaluate = expressions.evaluate
    execute = statements.execute
    call = functions.call

    def run_module(self, module: Module) -> None:
        """Evaluates a module's top level once."""
        if module.state != "new":
            return
        module.state = "running"
        with self.alone(), self.refuelled(MODULE_FUEL):
            self.frames.append(module.frame)
            self.execute(module.tree.body)
            self.frames.pop()
        module.state = "done"
        for key in self.provisional.pop(module.path, ()):
            self.summaries.pop(key, None)

    def check_module(self, module: Module) -> None:
        """Evaluates a module, and each of its functions and classes by itself."""
        self.deadline = time.thread_time() + SECONDS
        self.stays = self.roots is not None and self.roots(module.path).alone
        self.vain.clear()
        credit = BASE_CREDIT + len(module.source.text) // CHARACTERS_PER_STATEMENT
        self.credit_until = self.burnt + credit
        self.spare = BASE_SPARE + len(module.source.text) // CHARACTERS_PER_SPARE
        self.run_module(module)
        pending = list(module.frame.pending)
        functions.check_pending(self, module.frame)
        if functions.share_writes(self, pending):
            # What one function leaves in the module's variables, another one finds there.
            module.frame.pending = pending
            functions.check_pending(self, module.frame)

    def member(self, module: Module, name: str) -> Value | None:
        """A module's attribute, evaluating the module first; None when it has none."""
        self.run_module(module)
        value = self.heap.get((id(module), name))
        return value if isinstance(value, Value) else None

    # meetings ------------------------------------------------------------------------

    def note(self, meeting: Meeting) -> Meeting:
        """Keeps a meeting; the same meeting on the same way is kept once."""
        meeting.key = (id(meeting.site.node), meeting.kind)
        meeting.functions = tuple(f.function for f in self.frames if f.function is not None)
        key = self._key(meeting)
        known = self.meetings.get(key)
        if known is not None:
            return known
        self.meetings[key] = meeting
        self.by_module.setdefault(meeting.place.module.path, []).append(meeting)
        return meeting

    def note_late(self, meeting: Meeting) -> None:
        """Keeps a meeting that was found when all flows were known."""
        meeting.key = (id(meeting.site.node), meeting.kind)
        key = self._key(meeting)
        if key not in self.meetings:
            self.meetings[key] = meeting
            self.by_module.setdefault(meeting.place.module.path, []).append(meeting)

    def record(self, event: store_contents.Event | None) -> None:
        """Keeps what happened to a store that other flows may share."""
        if event is not None:
            for piece in event.key.pieces if event.kind == "fill" else ():
                self.fills.setdefault((event.flow, piece), []).append(len(self.events))
            self.events.append(event)
            parts = (part for group in event.groups or () for part in group)
            self.awake = self.awake or any(part.space.resolved for part in parts)

    def shared(self) -> tuple[int, ...]:
        """Grows whenever something happens to a store or file that other flows may share."""
        files = self.files
        return (
            len(self.events), *(
                sum(map(len, table.values()))
                for table in (files.written, files.wanted, files.readers, files.writers)
            ),
        )  # fmt: skip

    def found(self) -> tuple[int, ...]:
        """Grows whenever something is found, or may be with other vectors, or at last, when
        all flows are known.

        ``encounters`` counts how often known vectors got to others, or to a file.
        """
        return (
            self.encounters, len(self.meetings), len(self.events), len(self.files.wanted),
            len(self.files.readers),
        )  # fmt: skip

    def keeps_encoder(self, store: Store) -> bool:
        """Whether the project's requirements ensure that a store keeps its own encoder."""
        return store.kept_since is not None and self.project.requires_since(store.kept_since)

    def open_names(self) -> set[str]:
        """The names of stores and files that other programs may fill, ask or read as well."""
        names = {text for event in self.events for text in event.key.texts()}
        for place in (*self.files.wanted, *self.files.writers):
            names |= {value for name, value in place if name != "vector" and isinstance(value, str)}
            for _, value in place:
                names |= value.texts() if isinstance(value, Identity) else set()
        return names

    def drop(self, path: Path) -> None:
        """Drops the meetings whose findings stand in a file."""
        for meeting in self.by_module.pop(path, ()):
            self.meetings.pop(self._key(meeting), None)

    def forget(self, module: Module) -> None:
        """Makes a module new, so that it can be walked again."""
        module.state = "new"
        module.frame.pending.clear()
        store_contents.forget(self, module.path)
        self.summaries.clear()
        self.memo.clear()
        self.checked.clear()

    def meetings_of(self, module: Module) -> list[Meeting]:
        """The meetings whose findings stand in a module, in the order of discovery."""
        return self.by_module.get(module.path, [])

    def train_together(self, meeting: Meeting) -> None:
        """Notes that a meeting is what two encoders are trained on."""
        meeting.excused = True
        pair = frozenset(side.space.model for side in meeting.sides)
        self.trained.setdefault(pair, set()).add(meeting.place.module.path)

    def are_trained_together(self, meeting: Meeting) -> bool:
        """Whether two encoders that meet were trained on each other.

        That holds in the file that trains them, and wherever their trained objects get to.
        """
        spaces = [side.space for side in meeting.sides]
        paths = self.trained.get(frozenset(space.model for space in spaces))
        if paths is None:
            return False
        is_trained = any(space.version not in (None, ORIGINAL) for space in spaces)
        return is_trained or meeting.place.module.path in paths

    def is_told_elsewhere(self, meeting: Meeting) -> bool:
        """Whether a meeting is found without its outermost calls.

        It then stands where the spaces first meet with both known, and is not repeated
        for each caller.
        """
        if not meeting.calls:
            return False
        for function in meeting.functions:
            functions.check_function(self, function)
        for chain in self._chains(meeting)[:-1]:
            other = self.meetings.get((*meeting.key, chain))
            if other is not None and other.active and not other.excused:
                return True
        return False

    def _key(self, meeting: Meeting) -> tuple[object, ...]:
        return (*meeting.key, self._chains(meeting)[-1])

    def _chains(self, meeting: Meeting) -> list[int]:
        """Numbers for the calls that lead to a meeting: for none, the last, the last two..."""
        found = [0]
        for call in reversed(meeting.calls):
            step = (id(call.node), found[-1])
            found.append(self.chains.setdefault(step, len(self.chains) + 1))
        return found

    def reset(self) -> None:
        """Back to rest after the work on a file was broken off."""
        self.heap.restore([])
        self.frames.clear()
        self.handlers, self.copies = 0, 1
        self.decided = NO_NAMES
