"""Matching what different flows did to one store or file: ingest and query, file by file.

Only the nearest count: of several scripts that fill a store of one name, those whose files
share the longest folder with the file of the query.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from lint_embed.provenance import covers, places, store_contents
from lint_embed.provenance.comparing import role_clash
from lint_embed.provenance.files import Done, Writer, nearest
from lint_embed.provenance.frozen_contents import places_in
from lint_embed.provenance.grouping import groups_of
from lint_embed.provenance.meetings import Clash, Meeting, first_clash
from lint_embed.provenance.store_contents import Event
from lint_embed.provenance.values.base import Site, Token, Value
from lint_embed.provenance.values.containers import Each, Items
from lint_embed.provenance.values.identities import Identity

if TYPE_CHECKING:
    from pathlib import Path

    from lint_embed.provenance.interpreter import Interpreter


ROUNDS = 3
"""So often files are walked again for what others were found to write."""


def outdated(run: Interpreter) -> list[Path]:
    """The files to be walked again, as what they read from other files is known now.

    What was found with a part of that is dropped.
    """
    found = run.files.outdated()
    for path in (path for path, partly in found.items() if partly):
        run.drop(path)
    return sorted(found)


def match_events(run: Interpreter) -> None:
    """Makes the meetings of stores and files that several flows share; each is only likely."""
    by_store: dict[object, list[Event]] = defaultdict(list)
    # By their files, so that it does not matter which of them were asked for.
    for event in sorted(covers.routed(_telling(run.events)), key=_program):
        by_store[event.key].append(event)
    importers: dict[Path, set[Path]] | None = None
    for key, events in by_store.items():
        if isinstance(key, Identity) and isinstance(key["location"], tuple):
            importers = run.project.importers() if importers is None else importers
            for part in _by_process(events, importers):
                _match_store(run, part)
        else:
            _match_store(run, events)
    _match_files(run)


def _by_process(events: list[Event], importers: Mapping[Path, set[Path]]) -> Iterator[list[Event]]:
    """What happens to a store in memory, by the programs that it may happen in: files of which
    none imports another, and that no third one imports, run by themselves."""
    programs: dict[Path, dict[Path, None]] = {}
    for path in dict.fromkeys(map(_program, events)):
        leading = sorted(_leading(path, importers))
        tops = [each for each in leading if not importers.get(each)]
        for top in tops or leading[:1]:  # those of a circle of imports lead to each other
            programs.setdefault(top, {})[path] = None
    for paths in dict.fromkeys(map(tuple, programs.values())):
        yield [event for event in events if _program(event) in paths]


def _leading(path: Path, importers: Mapping[Path, set[Path]]) -> set[Path]:
    """A file, and those that lead to it by their imports."""
    found, queue = {path}, [path]
    while queue:
        for other in importers.get(queue.pop(), ()):
            if other not in found:
                found.add(other)
                queue.append(other)
    return found


def _match_store(run: Interpreter, events: list[Event]) -> None:
    """Matches what happens to one store; the fills near to one folder are looked for once."""
    by_vector: dict[str | None, list[Event]] = {}
    for event in events:
        if event.kind == "fill":
            by_vector.setdefault(event.vector, []).append(event)
    asking = {_program(event) for event in events if event.kind == "query"}
    complete = {path for path in asking if path.suffix == ".ipynb"}
    kinds: dict[object, list[Event]] = {}
    for event in events:
        if event.kind != "query" or not (filled := _meant(event, by_vector)):
            continue
        key = (event.site.module.path.parent, filled[0].vector)
        if key not in kinds:
            near = nearest(event.site.module.path, filled)
            kinds[key] = list({one.groups: one for one in reversed(near)}.values())[::-1]
            _match_fills(run, near, complete)
        if not event.known:
            _match_query(run, event, kinds[key])
            _match_roles(run, event, kinds[key])


def _match_files(run: Interpreter) -> None:
    for key, readers in run.files.readers.items():
        if key[0][0] == "store":
            continue  # its fills are matched above
        writers = sorted(run.files.writers.get(key, []), key=_program)
        for reader in sorted({path.parent: path for path, _ in sorted(readers, key=str)}.values()):
            _match_writers(run, nearest(reader, writers))


def _meant(query: Event, fills: Mapping[str | None, list[Event]]) -> list[Event]:
    """The fills of the vector that a query asks for; without a name, of the only one."""
    if query.vector in fills:
        return fills[query.vector]
    # A side that names no vector means the only one that there is.
    unnamed = query.vector is None or any(places.is_unnamed(name) for name in fills)
    return next(iter(fills.values())) if len(fills) == 1 and unnamed else []


def _telling(events: list[Event]) -> list[Event]:
    """The events without those that another walk of the same place knows more about."""
    resolved = {id(event.site.node) for event in events if _is_resolved(event)}
    kept: dict[object, Event] = {}
    for event in events:
        if _is_resolved(event) or id(event.site.node) not in resolved:
            key = (event.kind, id(event.site.node), tuple(id(c.node) for c in event.calls))
            kept.setdefault((*key, event.groups), event)
    return list(kept.values())


def _is_resolved(event: Event) -> bool:
    return event.groups is not None and all(
        part.space.resolved for group in event.groups for part in group
    )


def _match_query(run: Interpreter, event: Event, fills: list[Event]) -> None:
    clash = store_contents.clash_of_events(event, fills, run.aligned)
    if clash is not None and not (event.store.bound is False and run.keeps_encoder(event.store)):
        what = event.store.describe()
        _meet(run, event.site, event.calls, "query", clash, what, event.key)


def _match_roles(run: Interpreter, event: Event, fills: list[Event]) -> None:
    """A query that has the other side's role, whoever has filled the store."""
    clashes = [
        role_clash(asked, held)
        for asked in event.groups or ()
        for fill in fills
        for held in fill.groups or ((),)
    ]
    if clashes and clashes[0] is not None and None not in clashes:
        _meet(run, event.site, event.calls, "role", clashes[0], "search")


def _program(event: Event | Writer) -> Path:
    """The file from which a store or file was reached."""
    return (event.calls[0] if event.calls else event.site).module.path


def _match_fills(run: Interpreter, fills: list[Event], complete: set[Path]) -> None:
    """Two flows that fill one store with different models, which somebody reads.

    Notebooks that each fill and ask it are complete in themselves, as the lessons of a course.
    """
    known = [event for event in sorted(fills, key=_rests_on_defaults) if event.groups is not None]

    def clash_of(event: Event, other: Event) -> Clash | None:
        if event.fresh and other.fresh:
            return None  # each of a store made anew
        return first_clash(other.groups or (), event.groups or (), run.aligned)

    for event, other, clash in _clashing(known, lambda one: (one.groups, one.fresh), clash_of):
        programs = {_program(event), _program(other)}
        if _is_apart(event, other) or (len(programs) == 2 and programs <= complete):
            continue
        if not _is_one_line(event, other, clash):
            what = event.store.describe()
            _meet(run, event.site, event.calls, "fill", clash, what, event.key)
            return


def _clashing(
    done: Iterable[Done],
    kind_of: Callable[[Done], Hashable],
    clash_of: Callable[[Done, Done], Clash | None],
) -> Iterator[tuple[Done, Done, Clash]]:
    """What different flows put in one place, each with something earlier that it clashes with.

    What is of one kind clashes with the same others: a flow's first counts, and kinds are
    compared once, so that the time follows the number of flows where all is well.
    """
    earlier: dict[Hashable, dict[object, Done]] = {}
    harmless: set[tuple[Hashable, Hashable]] = set()
    for each in done:
        kind = kind_of(each)
        for other_kind, flows in earlier.items():
            if (kind, other_kind) in harmless:
                continue
            for flow, other in flows.items():
                if flow == each.flow:
                    continue
                clash = clash_of(each, other)
                if clash is None:
                    harmless.add((kind, other_kind))
                    break
                yield each, other, clash
        earlier.setdefault(kind, {}).setdefault(each.flow, each)


def _rests_on_defaults(event: Event) -> bool:
    """Whether a call may say otherwise: such a fill is only told of when no other is."""
    return any(part.space.weak for group in event.groups or () for part in group)


def _is_apart(one: Event | Writer, other: Event | Writer) -> bool:
    """Whether two fills need no matching: of one call, or of a notebook once more."""
    return _is_one_call(one, other) or _is_export(_program(one), _program(other))


def _is_one_call(one: Event | Writer, other: Event | Writer) -> bool:
    """Whether one line does both for one caller, or once by itself: then for a caller that may
    be the other one."""
    alone = not (one.calls and other.calls)
    return one.site.node is other.site.node and (alone or one.calls == other.calls)


def _is_one_line(one: Event | Writer, other: Event | Writer, clash: Clash) -> bool:
    """Whether one line writes what one line has fitted, walked by itself and for a caller."""
    made = [side.space.model for side in (clash.left, clash.right)]
    places = {model.site if isinstance(model, Token) else model for model in made}
    return one.site.node is other.site.node and len(places) == 1


def _is_export(one: Path, other: Path) -> bool:
    """Whether a script is a notebook once more, as exporting it leaves it beside."""
    return one.suffix != other.suffix and one.with_suffix("") == other.with_suffix("")


def _match_writers(run: Interpreter, writers: list[Writer]) -> None:
    """Two flows that write one file with different models, which somebody reads."""

    def clash_of(writer: Writer, other: Writer) -> Clash | None:
        return _clash_of_writers(run, other, writer)

    for writer, other, clash in _clashing(writers, lambda one: one.value, clash_of):
        if not _is_apart(writer, other) and not _is_one_line(writer, other, clash):
            what = f"the file '{writer.name}'"
            _meet(run, writer.site, writer.calls, "fill", clash, what)
            return


def _clash_of_writers(run: Interpreter, one: Writer, other: Writer) -> Clash | None:
    """The clash of what two writers put under the same keys of a file."""
    sides: tuple[dict[object, list[Value]], ...] = (defaultdict(list), defaultdict(list))
    for side, writer in zip(sides, (one, other), strict=True):
        for path, value in places_in(writer.value):
            side[path].append(value)
    for path in [path for path in sides[0] if path in sides[1]]:
        left, right = (groups_of(run, Each(Items((), tuple(side[path])))) for side in sides)
        clash = first_clash(left, right, run.aligned) if left and right else None
        if clash is not None:
            return clash
    return None


def _meet(
    run: Interpreter,
    site: Site,
    calls: Iterable[Site],
    kind: str,
    clash: Clash,
    what: str,
    store: Identity | None = None,
) -> None:
    sides = (clash.left, clash.right)
    run.note_late(
        Meeting(kind, site, tuple(calls), sides, clash.relation, what, weak=True, store=store)
    )
