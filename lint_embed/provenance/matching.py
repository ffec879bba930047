"""Matching what different flows did to one store: ingest and query, file by file."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from lint_embed.provenance import stores
from lint_embed.provenance.meetings import Clash, Meeting, first_clash
from lint_embed.provenance.stores import Event

if TYPE_CHECKING:
    from lint_embed.provenance.interpreter import Interpreter


def match_events(run: Interpreter) -> None:
    """Makes the meetings of stores that several flows share; each is only likely."""
    by_store: dict[object, list[Event]] = defaultdict(list)
    for event in _telling(run.events):
        by_store[event.key, event.vector].append(event)
    for events in by_store.values():
        fills = [event for event in events if event.kind == "fill"]
        for event in events:
            if event.kind == "query" and not event.known and fills:
                _match_query(run, event, fills)
        _match_fills(run, fills, [event for event in events if event.kind == "query"])


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
    clash = stores.clash_of_events(event, fills, run.aligned)
    if clash is not None and not (event.store.bound is False and run.keeps_encoder(event.store)):
        _meet(run, event, "query", clash)


def _match_fills(run: Interpreter, fills: list[Event], queries: list[Event]) -> None:
    """Two flows that fill one store with different models, which somebody reads."""
    if not queries:
        return
    for index, event in enumerate(fills):
        for other in fills[:index]:
            if event.groups is None or other.groups is None:
                continue
            if event.site.node is other.site.node or event.flow == other.flow:
                continue  # within one flow it is judged already
            clash = first_clash(event.groups, other.groups, run.aligned)
            if clash is not None:
                _meet(run, event, "fill", clash)
                return


def _meet(run: Interpreter, event: Event, kind: str, clash: Clash) -> None:
    run.note_late(
        Meeting(
            kind, event.site, event.calls, (clash.left, clash.right), clash.relation,
            event.store.describe(), weak=True,
        )
    )  # fmt: skip
