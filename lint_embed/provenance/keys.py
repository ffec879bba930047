"""Keys of stores and files: what makes two handles the same thing for the user."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from lint_embed.catalogue import Entry
from lint_embed.provenance import places
from lint_embed.provenance.values.base import Value
from lint_embed.provenance.values.callables import Args
from lint_embed.provenance.values.constants import NO_NAMES, Const, Given, names_of
from lint_embed.provenance.values.containers import Dict, List, Tuple

if TYPE_CHECKING:
    from lint_embed.provenance.interpreter import Interpreter

if TYPE_CHECKING:
    from lint_embed.provenance.values.identities import Piece


NEEDED = frozenset({"location", "name"})

_SCHEME = re.compile(r"^(?:https?|grpc|tcp|milvus)://")


def pieces_of(
    run: Interpreter, entry: Entry, args: Args, required: bool
) -> tuple[Piece, ...] | None:
    """The constant pieces of a key, or None when a needed one is not known."""
    defaults: Mapping[str, Any] = entry.get("key_default", {})
    specs: Mapping[str, Any] = entry.get("key", {})
    found = [(piece, value) for piece, value in defaults.items() if piece not in specs]
    for piece, spec in specs.items():
        value = places.first(run, args, spec)
        if value is None or value == Const(None):
            if args.open and value is None:
                return None
            if (default := defaults.get(piece)) is not None:
                found.append((piece, normalised(run, piece, default)))
            elif piece in NEEDED and required:
                return None
        elif (known := constant(run, piece, value)) is not None:
            found.append((piece, known))
        else:
            return None
    return tuple(found)


def given_by(args: Args, entry: Entry) -> frozenset[str]:
    """The variables of the environment that a call's pieces depend on."""
    names = NO_NAMES
    for spec in entry.get("key", {}).values():
        for place in places.specs_of(spec):
            value = places.find(args, place)
            names |= names_of(value) if value is not None else NO_NAMES
    return names


def constant(run: Interpreter, piece: str, value: Value) -> object | None:
    """A piece's value where it is the same in every run, or None."""
    if isinstance(value, Given):
        return normalised(run, piece, value.text)
    if isinstance(value, Const) and value.value is not None:
        return normalised(run, piece, value.value)
    if piece == "location" and isinstance(value, (List, Tuple, Dict)):
        return _written_out(run, value)
    return None


def _written_out(run: Interpreter, value: Value) -> str | None:
    """A list of addresses, or the parts of one, as one text: ``[{"host": ..., "port": ...}]``."""
    from lint_embed.provenance import containers

    parts: list[object] = []
    if isinstance(value, Dict):
        known = containers.dict_keys(run, value)
        if known.rest:
            return None
        for name, part in sorted(known.known, key=lambda pair: str(pair[0])):
            parts += [name, constant(run, "location", part)]
    else:
        items = containers.items_of(run, value)
        if items is None or items.rest:
            return None
        parts += [constant(run, "location", part) for part in items.known]
    return None if not parts or None in parts else ",".join(map(str, parts))


def normalised(run: Interpreter, piece: str, value: object) -> object:
    """A path or address in one spelling; the other pieces are names and stay."""
    if piece != "location" or not isinstance(value, str) or value.startswith(":"):
        return value
    if (address := _SCHEME.sub("", value)) != value:
        return address.rstrip("/") or value
    place = posixpath.normpath(value.replace("\\", "/")) if value else value
    root = run.project.root
    if root is not None and place.startswith(f"{root.as_posix()}/"):
        place = place[len(root.as_posix()) + 1 :]
    return place
