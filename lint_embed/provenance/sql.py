"""Vectors in SQL: a statement's table and column make the store, its parameters the vectors."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lint_embed.catalogue import Entry
from lint_embed.provenance import api, containers, filters, selecting, store_contents, stores, texts
from lint_embed.provenance.grouping import groups_of
from lint_embed.provenance.values.base import UNKNOWN, Value
from lint_embed.provenance.values.callables import Args
from lint_embed.provenance.values.constants import Const, Opened, Text
from lint_embed.provenance.values.containers import Dict, Each, List, Tuple
from lint_embed.provenance.values.identities import Identity
from lint_embed.provenance.values.imports import Api
from lint_embed.provenance.values.stores import Store

if TYPE_CHECKING:
    import libcst as cst

    from lint_embed.provenance.interpreter import Interpreter

ENGINE = "SQL"
LONGEST = 20_000

# A whole name: what stands beside a hole is only a part of one.
_NAME = r'(?<![\w."`\[\]\0])[\w."`\[\]]+(?![\w."`\[\]\0])'
_HOLE = re.compile(
    r"%\((?P<percent>\w+)\)s|%s|(?<![:\w]):(?P<colon>[A-Za-z_]\w*)|\$(?P<number>\d+)|\?|\0(?P<hole>\d+)\0"
)
_INSERT = re.compile(
    rf"\b(?:insert|replace)\s+(?:or\s+\w+\s+)?into\s+({_NAME})\s*\(([^()]*)\)\s*(?:values|select)",
    re.IGNORECASE,
)
_WHOLE_ROW = re.compile(
    rf"\b(?:insert|replace)\s+(?:or\s+\w+\s+)?into\s+({_NAME})\s*values", re.IGNORECASE
)
_CREATED = re.compile(
    rf"\bcreate\s+(?:\w+\s+)?table\s+(?:if\s+not\s+exists\s+)?({_NAME})"
    r"\s*(?:using\s+\w+\s*)?\((.*)",
    re.IGNORECASE | re.DOTALL,
)
_COPIED = re.compile(rf"\bcopy\s+({_NAME})\s*\(([^()]*)\)\s*from\s+stdin", re.IGNORECASE)
_UPDATE = re.compile(rf"\bupdate\s+({_NAME})\s+set\s", re.IGNORECASE)
_FROM = re.compile(rf"\bfrom\s+({_NAME})", re.IGNORECASE)
_EMPTIED = re.compile(
    rf"^\s*(?:truncate\s+(?:table\s+)?|drop\s+table\s+(?:if\s+exists\s+)?|delete\s+from\s+)"
    rf"({_NAME})\s*(?:cascade\s*)?;?\s*$",
    re.IGNORECASE,
)
_UNNAMED = re.compile(r"\b(?:from|into|update)\s+[\w.\"`\[\]]*\0", re.IGNORECASE)
"""The table is not known: nothing is said of such a statement."""
_OPERATOR = r"<->|<=>|<#>|<\+>|<\*>"
_MEASURE = r"\w*(?:distance|similarity|product|vss_search)\w*"
_WRAPPED = r"(?:\w+\s*\(\s*)*(?:array\s*)?'?[\[{(]?"
_COMPARED = (
    re.compile(rf"({_NAME})(?:::\w+)?\s*(?:{_OPERATOR})\s*{_WRAPPED}$", re.IGNORECASE),
    re.compile(rf"{_MEASURE}\s*\(\s*({_NAME})\s*,\s*{_WRAPPED}$", re.IGNORECASE),
    re.compile(rf"({_NAME})\s+match\s+{_WRAPPED}$", re.IGNORECASE),
)  # fmt: skip
_BEHIND = re.compile(
    rf"[\]}})]?'?\s*(?:as\s+\w+\s*\)|(?:::\w+(?:\(\d+\)|\[\])?)?\s*\)?)\s*(?:{_OPERATOR})\s*({_NAME})",
    re.IGNORECASE,
)
_WHERE = re.compile(
    r"\bwhere\b(.*?)(?:\b(?:order|group)\s+by\b|\blimit\b|\boffset\b|$)", re.IGNORECASE | re.DOTALL
)
_CONDITION = re.compile(
    rf"({_NAME})(?:::\w+)?\s*(?:=|<>|!=|[<>]=?(?!=?>)|\bi?like\b|\bin\b|\bbetween\b)"
    rf"\s*(?:\0\d+\0)?", re.IGNORECASE,
)  # fmt: skip
_LITERAL = re.compile(r"'([^'\0]*)'|(\d+(?:\.\d+)?)")
_ASSIGNED = re.compile(rf"({_NAME})\s*=\s*{_WRAPPED}$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Use:
    """A parameter of a statement that is put into a column or compared with it."""

    kind: str
    table: str
    column: str
    parameter: int | str | Hole


@dataclass(frozen=True, slots=True)
class Hole:
    """A part of the statement's own text that is not constant."""

    index: int


def execute(
    run: Interpreter, value: Api, entry: Entry, args: Args, node: cst.CSTNode
) -> Value | None:
    """``cursor.execute(statement, parameters)``."""
    statement, given = args.find(entry.get("statement")), args.find(entry.get("parameters", ()))
    text = texts.with_holes(statement) if statement is not None else None
    if text is None or len(text) > LONGEST:
        return None
    if (emptied := _EMPTIED.match(text)) is not None:
        store_contents.make_empty(run, _store(run, _bare(emptied[1]), None, node))
    if entry.get("file"):
        _copy(run, text, entry, args, node)
        return None
    if (created := _CREATED.search(text)) is not None:
        run.files.columns.setdefault(_bare(created[1]), set()).add(_columns_of(created[2]))
    text = _with_columns(run, text)
    rows = _rows(run, given, args, entry) if given is not None else []
    inside = statement.parts if isinstance(statement, Text) else ()
    for use in uses(text):
        hole = use.parameter if isinstance(use.parameter, Hole) else None
        for row in rows if hole is None else [Tuple(inside)]:
            found = _parameter(run, row, hole.index if hole else use.parameter)
            if found is None or groups_of(run, found) is None:
                continue
            run.pulse += 1
            store = _store(run, use.table, use.column, node)
            if use.kind == "query":
                stores.ask(run, store, found, node, _filtered(text) - {use.column})
                continue
            if _tells_model(run, found, row, inside):
                found = UNKNOWN  # rows of several models, each known by its name
            labels = _labels(run, text, row, Tuple(inside), use.column)
            store_contents.put(run, store, found, node, labels=[labels])
    return _selected(run, text, node)


def _selected(run: Interpreter, text: str, node: cst.CSTNode) -> Value | None:
    """What a SELECT gives; None for other statements."""
    table = _FROM.search(text)
    if table is None:
        return None
    columns = selecting.columns_of(text)
    if columns is None or _UNNAMED.search(text):
        return UNKNOWN
    store = _store(run, _bare(table[1]), None, node)
    if selecting.tells(run, columns, store):
        filters.ask(run, store.identity, _filtered(text), run.site(node))
    return selecting.rows_of(run, columns, store)


def _labels(
    run: Interpreter, text: str, row: Value, inside: Value, column: str
) -> filters.Labels | None:
    """What an INSERT writes beside the vectors of a column; None for other statements."""
    insert = _INSERT.search(text)
    if insert is None:
        return None
    columns = [_bare(name.strip()) for name in insert[2].split(",")]
    found: dict[str, object] = dict.fromkeys(columns)
    for name, literal in zip(columns, _split(text[insert.end() :]), strict=False):
        if (constant := _LITERAL.fullmatch(literal.strip())) is not None:
            found[name] = constant[1] if constant[1] is not None else float(constant[2])
    for name, place in _columns_filled(text, insert, _holes(text)):
        if isinstance(place, Hole):
            part = _parameter(run, inside, place.index)
        else:
            part = _parameter(run, row, place)
        found[name] = filters.constant(part) if part is not None else None
    found.pop(column, None)
    return found


def _filtered(text: str) -> set[str | None]:
    """The columns that a SELECT chooses its rows by; None among them for what can't be read."""
    clause = _WHERE.search(text)
    if clause is None:
        return set()
    names: set[str | None] = {_bare(each[1]) for each in _CONDITION.finditer(clause[1])}
    if "\0" in _CONDITION.sub("", clause[1]):
        names.add(None)
    return names


def _tells_model(run: Interpreter, found: Value, *rows: Value | tuple[Value, ...]) -> bool:
    """Whether a row names the model of its vector, as those of a cache do."""
    names = {
        name
        for group in groups_of(run, found) or ()
        for part in group
        for name in (part.space.written, part.space.model)
    }
    told: list[Value] = []
    for row in rows:
        items = containers.items_of(run, row) if isinstance(row, Value) else None
        told += items.known if items is not None else row if isinstance(row, tuple) else ()
        if isinstance(row, Dict):
            told += [value for _, value in containers.dict_keys(run, row).known]
    return any(isinstance(part, Const) and part.value in names for part in told)


def _columns_of(described: str) -> tuple[str, ...]:
    """The names of the columns in the body of a CREATE TABLE."""
    ends = [-1, *_ends(described)]
    parts = [described[end + 1 :].split() for end in ends]
    return tuple(_bare(part[0].strip("(),;")) for part in parts if part)


def _with_columns(run: Interpreter, text: str) -> str:
    """An INSERT that names no columns, with those that its table was made with."""
    insert = _WHOLE_ROW.search(text)
    known = run.files.columns.get(_bare(insert[1]), ()) if insert is not None else ()
    if insert is None or len(known) != 1:
        return text
    end = insert.end(1)
    return f"{text[:end]} ({', '.join(*known)}){text[end:]}"


def _copy(run: Interpreter, text: str, entry: Entry, args: Args, node: cst.CSTNode) -> None:
    """``COPY table (columns) FROM STDIN``, from a file whose columns have the same names."""
    given, reader = args.find(entry.get("file")), str(entry.get("reader"))
    copied = _COPIED.search(text)
    if copied is None or not (isinstance(given, Const) and isinstance(given.value, Opened)):
        return
    run.catalogue.load_import(reader.split(".")[0])
    if (call := run.catalogue.lookup(reader)) is None:
        return
    frame = run.call(Api(call), Args((given,)), node)
    for name in copied[2].split(","):
        column = Const(_bare(name.strip()))
        whole = isinstance(frame, Api)
        found = api.item(run, frame, column) if whole else containers.lookup(run, frame, column)
        if groups_of(run, found) is not None:
            run.pulse += 1
            store_contents.put(run, _store(run, _bare(copied[1]), column.value, node), found, node)


def _store(run: Interpreter, table: str, column: str | None, node: cst.CSTNode) -> Store:
    identity = Identity(ENGINE, (("name", table),))
    return Store(identity, None, vector=column, label=table, library=ENGINE, site=run.site(node))


def _rows(run: Interpreter, given: Value, args: Args, entry: Entry) -> list[Value]:
    """The rows of parameters: one, the further arguments, or each of a list of them."""
    if entry.get("each"):
        items = containers.items_of(run, given) if not isinstance(given, Dict) else None
        return [*items.known, *items.rest] if items is not None else []
    if isinstance(given, (Tuple, List, Each, Dict)):
        return [given]
    start = next((at for at, value in enumerate(args.positional) if value is given), None)
    return [Tuple(args.positional[start:])] if start is not None else []


def _parameter(run: Interpreter, row: Value, place: int | str | Hole) -> Value | None:
    if isinstance(place, str):
        return containers.dict_keys(run, row).get(place) if isinstance(row, Dict) else None
    items = containers.items_of(run, row) if isinstance(row, (Tuple, List, Each)) else None
    if items is None or isinstance(place, Hole) or place >= len(items.known):
        return None
    found = items.known[place]
    return None if found is UNKNOWN else found


# statements ----------------------------------------------------------------------------


Placed = tuple[re.Match[str], int | str | Hole]
"""A parameter or hole in a statement, and which one it is."""


def uses(text: str) -> Iterator[Use]:
    """What a statement does with its parameters, as far as that is plain from the text."""
    if _UNNAMED.search(text):
        return
    holes = _holes(text)
    if (insert := _INSERT.search(text)) is not None:
        yield from _inserted(text, insert, holes)
    elif (update := _UPDATE.search(text)) is not None:
        for match, place in holes:
            if (assigned := _ASSIGNED.search(text, 0, match.start())) is not None:
                yield Use("fill", _bare(update[1]), _bare(assigned[1]), place)
    if (source := _FROM.search(text)) is None:
        return
    for match, place in holes:
        for pattern in _COMPARED:
            if (compared := pattern.search(text, 0, match.start())) is not None:
                break
        else:
            compared = _BEHIND.match(text, match.end())
        if compared is not None:
            yield Use("query", _bare(source[1]), _bare(compared[1]), place)


def _holes(text: str) -> list[Placed]:
    matches = list(_HOLE.finditer(text))
    asked = [match for match in matches if match["hole"] is None]
    return [(match, _place(match, asked)) for match in matches]


def _place(match: re.Match[str], asked: list[re.Match[str]]) -> int | str | Hole:
    if match["hole"] is not None:
        return Hole(int(match["hole"]))
    if match["number"] is not None:
        return int(match["number"]) - 1
    return match["percent"] or match["colon"] or asked.index(match)


def _inserted(text: str, insert: re.Match[str], holes: list[Placed]) -> Iterator[Use]:
    """The columns of an INSERT in the order of its values."""
    for column, place in _columns_filled(text, insert, holes):
        yield Use("fill", _bare(insert[1]), column, place)


def _columns_filled(
    text: str, insert: re.Match[str], holes: list[Placed]
) -> Iterator[tuple[str, int | str | Hole]]:
    columns = [_bare(name.strip()) for name in insert[2].split(",")]
    values = text[insert.end() :]
    if re.match(r"\s*%s\s*(?:$|on\b|returning\b)", values, re.IGNORECASE):
        # Rows as a whole, as execute_values takes them.
        for index, column in enumerate(columns):
            yield column, index
        return
    ends = _ends(values)
    for match, place in holes:
        position = match.start() - insert.end()
        if position < 0:
            continue
        index = sum(end <= position for end in ends)
        if index < len(columns):
            yield columns[index], place


def _split(values: str) -> list[str]:
    """The parts of a row ``(a, b)`` between its commas; the last may reach beyond its end."""
    ends = _ends(values)
    starts = [values.find("("), *ends]
    parts = [values[start + 1 : end] for start, end in zip(starts, [*ends, None], strict=True)]
    return [*parts[:-1], parts[-1].partition(")")[0]]


def _ends(values: str) -> list[int]:
    """Where the commas between a row's values stand."""
    depth, ends, quoted = 0, [], False
    for index, character in enumerate(values):
        if character == "'":
            quoted = not quoted
        elif quoted:
            continue
        elif character == "(":
            depth += 1
        elif character == ")":
            depth -= 1
            if depth == 0:
                break
        elif character == "," and depth <= 1:
            ends.append(index)
    return ends


def _bare(name: str) -> str:
    """A name without schema, alias and quotes."""
    return name.rpartition(".")[2].strip('"`[]').lower()
