"""Calls on one of several stores: what holds for one of them only is silent."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from lint_embed.provenance.values.base import Value
from lint_embed.provenance.values.joining import unite
from lint_embed.provenance.values.stores import Store

if TYPE_CHECKING:
    from lint_embed.provenance.interpreter import Interpreter


def are_stores(parts: Sequence[Value]) -> bool:
    """Whether alternatives are stores with contents of their own."""
    stores = [part for part in parts if isinstance(part, Store)]
    return len(stores) == len(parts) and len({store.identity for store in stores}) > 1


def on_each(run: Interpreter, parts: Sequence[Value], work: Callable[[Value], Value]) -> Value:
    """Does the same with each of several stores, and keeps the meetings that all of them have.

    What comes into one of several stores may as well not have come into it.
    """
    known, results, found = run.meetings, [], []
    events = len(run.events)
    for part in parts:
        run.meetings = {}
        try:
            results.append(work(part))
        finally:
            found.append(run.meetings)
            run.meetings = known
    certain = all(found)
    for meetings in found:
        for key, meeting in meetings.items():
            if certain and key not in known:
                known[key] = meeting
            else:
                meeting.active = False
    run.events[events:] = [replace(event, groups=None) for event in run.events[events:]]
    return unite(results)
