"""Rows that a SELECT gives back: the vectors that were put into the columns of a table.

What a cursor's last statement gave is kept under the name of the cursor, as most connections are
of libraries that nobody described.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import libcst as cst

from lint_embed.catalogue import Entry
from lint_embed.provenance import containers, store_contents, targets
from lint_embed.provenance.syntax import dotted_name
from lint_embed.provenance.values.base import UNKNOWN, Value
from lint_embed.provenance.values.constants import Const
from lint_embed.provenance.values.containers import Each, Items, Tuple
from lint_embed.provenance.values.vectors import Embedding

if TYPE_CHECKING:
    from lint_embed.provenance.interpreter import Interpreter
    from lint_embed.provenance.values.callables import Args
    from lint_embed.provenance.values.imports import Api
    from lint_embed.provenance.values.stores import Store

_SELECT = re.compile(r"\s*select\s+(?:distinct\s+)?(.*?)\sfrom\s", re.IGNORECASE | re.DOTALL)
_SEVERAL = re.compile(
    r"\bjoin\b|\bunion\b|\bwith\b|\bfrom\s*\(|\bfrom\s+[\w.\"]+\s*,", re.IGNORECASE
)
_COLUMN = re.compile(r'(?:[\w"]+\.)?"?(\w+)"?(?:\s+(?:as\s+)?"?(\w+)"?)?', re.IGNORECASE)
_TELLING = re.compile(r"emb|vec|encod|feat", re.IGNORECASE)
"""Columns of whose vectors other files may tell; those of the same flow may have any name."""


def columns_of(text: str) -> list[tuple[str, str]] | None:
    """The columns that a SELECT over one table gives, each with the name that it has then; of
    an expression the first is empty. None where that is not plain."""
    found = _SELECT.match(text)
    if found is None or _SEVERAL.search(text) is not None:
        return None
    columns = []
    for part in _parts(found[1]):
        plain = _COLUMN.fullmatch(part.strip())
        columns.append((plain[1].lower(), (plain[2] or plain[1]).lower()) if plain else ("", ""))
    return columns


def _parts(text: str) -> list[str]:
    depth, parts = 0, [""]
    for character in text:
        depth += (character == "(") - (character == ")")
        if character == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += character
    return parts


def rows_of(run: Interpreter, columns: list[tuple[str, str]], store: Store) -> Value:
    """The rows of a table, with the vectors that its columns are known to hold."""
    parts = [_held(run, name, store) for name, _ in columns]
    if all(part is UNKNOWN for part in parts):
        return UNKNOWN
    return Each(Items((), (Tuple(tuple(parts), tuple(name for _, name in columns)),)))


def tells(run: Interpreter, columns: list[tuple[str, str]], store: Store) -> bool:
    """Whether any of the columns may hold vectors."""
    return any(_may_hold(run, name, store) for name, _ in columns)


def _may_hold(run: Interpreter, name: str, store: Store) -> bool:
    contents = run.heap.get(store_contents.cell(run, replace(store, vector=name)))
    here = isinstance(contents, Items) and bool(contents.rest)
    return bool(name) and (here or _TELLING.search(name) is not None)


def _held(run: Interpreter, name: str, store: Store) -> Value:
    column = replace(store, vector=name)
    if not _may_hold(run, name, store):
        return UNKNOWN
    held = store_contents.held(run, column, "one")
    return held if isinstance(held, Embedding) else UNKNOWN


# cursors ---------------------------------------------------------------------------------


def keep(run: Interpreter, cursor: cst.BaseExpression, rows: Value) -> None:
    """What a cursor gives from now on."""
    name = dotted_name(cursor)
    if name and (rows is not UNKNOWN or run.selects):
        run.selects = True
        targets.bind(run, run.frame, f"rows of {name}", rows)


def kept(run: Interpreter, cursor: cst.BaseExpression) -> Value:
    """What a cursor gives, or UNKNOWN."""
    from lint_embed.provenance.lookup import lookup

    name = dotted_name(cursor) if run.selects else ""
    return lookup(run, f"rows of {name}") if name else UNKNOWN


def fetch(
    run: Interpreter, value: Api, entry: Entry, args: Args, node: cst.CSTNode
) -> Value | None:
    """``rows.fetchall()``, ``rows.fetchone()``."""
    rows = args.positional[0] if args.positional else UNKNOWN
    return fetched(run, rows, entry) if isinstance(rows, Each) else None


def fetched(run: Interpreter, rows: Value, entry: Entry) -> Value:
    """All rows, one, or its first column."""
    if entry.get("gives") == "rows" or rows is UNKNOWN:
        return rows
    row = containers.element(run, rows)
    return row if entry.get("gives") == "row" else containers.lookup(run, row, Const(0))
