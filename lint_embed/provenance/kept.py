"""Encoders whose weights are written to a folder, or to a hub, and loaded from there."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lint_embed.catalogue import Entry, spaces
from lint_embed.provenance import api, files, places, store_contents
from lint_embed.provenance.values.base import UNKNOWN, Token, Value
from lint_embed.provenance.values.callables import Args
from lint_embed.provenance.values.constants import Const
from lint_embed.provenance.values.imports import Api, Captured
from lint_embed.provenance.values.joining import alternatives
from lint_embed.provenance.values.vectors import Encoder, Space

if TYPE_CHECKING:
    import libcst as cst

    from lint_embed.provenance.interpreter import Interpreter


def write(run: Interpreter, value: Api, entry: Entry, args: Args, node: cst.CSTNode) -> Value:
    """Notes that an encoder's weights, as they are now, are written to a place.

    What is downloaded is only named: the call gives the place, or else stands for the model.
    """
    owner, place = _written(run, value, entry, args)
    if isinstance(place, Const) and isinstance(place.value, str):
        key = _key(place.value)
        if isinstance(owner, Encoder):
            owner = replace(owner, space=api.space_of(run, owner))
        if isinstance(owner, (Encoder, Const)):
            files.note(run, key, owner, node)
    if entry.get("model") is None:
        return Const(None)
    return place if place not in (None, Const(None)) else owner or UNKNOWN


def _written(
    run: Interpreter, value: Api, entry: Entry, args: Args
) -> tuple[Value | None, Value | None]:
    """What is written, and where; a trainer was told both when it was made."""
    place = places.first(run, args, entry.get("path", ()))
    spec = entry.get("of") or entry.get("model")
    if spec is None:
        return value.owner, place
    call: Captured | None = value.calls
    owner = args.find(spec) if call is None else None
    while call is not None:
        owner = owner or call.args.find(spec)
        place = place or places.first(run, call.args, entry.get("folder"))
        call = call.before
    return owner, place


def read(run: Interpreter, space: Space, token: Token) -> Space:
    """The space of an encoder that is loaded by a name; another's, if it was written there.

    So it may have been in another file of the project. Where several files write to the place,
    or one that has trained a model of its own, what is loaded is known by the place alone.
    """
    key = _key(space.written)
    here = run.heap.get(("file", key, store_contents.flow(run)))
    is_elsewhere = here is None
    if is_elsewhere and not spaces.is_known(str(space.model)):
        here = files.from_elsewhere(run, key)
    if not isinstance(here, Value) or here is UNKNOWN:
        return space
    found = alternatives(here)
    if isinstance(here, Const) and isinstance(here.value, str):
        model = spaces.canonical(here.value, "huggingface")
        length, weak = spaces.dimension(model), space.weak or here.weak
        return replace(space, model=model, dimension=length, weak=weak)
    if len(found) > 1 and is_elsewhere:
        return space
    if len(found) > 1 or not isinstance(found[0], Encoder):
        return replace(space, model=token, resolved=False)
    kept = found[0].space
    if kept.own and is_elsewhere:
        return space
    return replace(kept, origin=space.origin, written=space.written)


def correct(run: Interpreter) -> None:
    """Takes back what was found before it was known what is written where a model is loaded."""
    for key, meeting in list(run.meetings.items()):
        if any(_is_outdated(run, side.space) for side in meeting.sides):
            meeting.active = False
            del run.meetings[key]
    for index, event in enumerate(run.events):
        parts = (part for group in event.groups or () for part in group)
        if any(_is_outdated(run, part.space) for part in parts):
            run.events[index] = replace(event, groups=None)


def _is_outdated(run: Interpreter, space: Space) -> bool:
    writers = run.files.writers.get(_key(space.written)) if space.written else None
    if not writers or spaces.is_known(str(space.model)):
        return False
    kept = [writer.value for writer in writers]
    if any(isinstance(each, Encoder) and each.space.own for each in kept):
        return False
    known = {each.space.model for each in kept if isinstance(each, Encoder)}
    known |= {
        spaces.canonical(each.value, "huggingface") for each in kept if isinstance(each, Const)
    }
    return len(known) == 1 and space.model not in known


def _key(place: str) -> tuple[tuple[str, str], ...]:
    """A folder, or a name on a hub: what is written and loaded under one name is one."""
    return (("weights", spaces.canonical(place, "local").removeprefix("path:")),)
