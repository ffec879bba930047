"""Files and folders that are deleted or moved away: with them goes what stores keep there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lint_embed.catalogue import Entry
from lint_embed.provenance import containers, keys, sql, store_contents
from lint_embed.provenance.values.base import Value
from lint_embed.provenance.values.callables import Args
from lint_embed.provenance.values.constants import Const
from lint_embed.provenance.values.containers import Items
from lint_embed.provenance.values.identities import Identity
from lint_embed.provenance.values.imports import Api
from lint_embed.provenance.values.stores import Store

if TYPE_CHECKING:
    import libcst as cst

    from lint_embed.provenance.interpreter import Interpreter

CONNECTED = "connected"
"""Under this name the heap keeps to which files of tables a flow has connected."""


def remove(
    run: Interpreter, value: Api, entry: Entry, args: Args, node: cst.CSTNode
) -> Value | None:
    """``shutil.rmtree(folder)``."""
    place = args.find(entry.get("path"))
    if place is not None:
        removed(run, place)
    return None


def removed(run: Interpreter, place: Value) -> None:
    """Nothing is left at a place, nor in the tables if they are kept there.

    Which table is in which of several files is not known: it may be any.
    """
    path = _path(run, place)
    if path is None:
        return
    run.pulse += 1
    store_contents.clear(run, path)
    known = run.heap.get((CONNECTED, store_contents.flow(run)))
    files = known.rest if isinstance(known, Items) else ()
    if any(
        isinstance(file, Const) and store_contents.is_within(("location", file.value), path)
        for file in files
    ):
        _empty_tables(run)


def connect(
    run: Interpreter, value: Api, entry: Entry, args: Args, node: cst.CSTNode
) -> Value | None:
    """``sqlite3.connect(file)``: what is executed from now on may be about its tables."""
    place = args.find(entry.get("path"))
    path = _path(run, place) if place is not None else None
    if path is None:
        return None
    known = (CONNECTED, store_contents.flow(run))
    before = run.heap.get(known)
    files = before.rest if isinstance(before, Items) else ()
    run.heap.set(known, Items((), containers.add_rest(files, [Const(path)])))
    if not files and store_contents.is_cleared(run, path):
        _empty_tables(run)
    return None


def _path(run: Interpreter, place: Value) -> str | None:
    """A place's path, where it is known and not all that there is."""
    path = keys.constant(run, "location", place)
    return path if isinstance(path, str) and path not in ("", ".") else None


def _empty_tables(run: Interpreter) -> None:
    tables = Identity(sql.ENGINE)
    store_contents.make_empty(run, Store(tables, None, library=sql.ENGINE))
