"""Facts about libraries as data: the loader of the catalogue's tables.

The tables become one tree of access paths (see docs/catalogue.md). A node holds the facts
of one place in a library's public surface; the analysis walks the tree, edge by edge, as
the program does. A table is read only when a file imports its library.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from lint_embed.catalogue.reader import read

FOLDER = Path(__file__).parent
NOT_A_TABLE = frozenset({"spaces"})
ALWAYS = ("arrays", "python")
OWN = "this project"
"""The library of the tables that a project brings itself."""

QUIET = frozenset(
    {"fold", "transparent", "partial", "option", "options", "object", "apply", "record", "field",
     "trainable", "frame", "constants", "combine", "itself", "state", "remove", "database"}
)  # fmt: skip
"""Facts that say nothing of vectors by themselves."""

Table = Mapping[str, Any]

_PIECE = re.compile(r"\(\)|\[(?P<item>[^\]]*)\]|\.?(?P<name>[^.()\[\]]+)")
_INTERFACE = re.compile(r'^\[\[interface\]\]\s+name\s*=\s*"([^"]+)"', re.MULTILINE)
_HEAD = re.compile(r"^imports\s*=\s*(\[[^\]]*\])", re.MULTILINE)


class Entry:
    """One table of the catalogue: its kind, the library that it describes, its keys."""

    __slots__ = ("data", "kind", "library", "lists")

    def __init__(self, kind: str, library: str, data: Table, lists: bool = False) -> None:
        self.kind = kind
        self.library = library
        self.data = data
        self.lists = bool(data.get("lists", lists))

    def get(self, key: str, default: Any = None) -> Any:
        """The value of a key of the table, or the default."""
        return self.data.get(key, default)

    def __repr__(self) -> str:
        return f"Entry({self.kind}, {self.data.get('call') or self.data.get('at')})"


class Node:
    """A place in a library's public surface: its edges and the facts known of it."""

    __slots__ = ("_leads", "edges", "facts", "path")

    def __init__(self, path: str = "") -> None:
        self.path = path
        self._leads: bool | None = None
        self.edges: dict[str, Node] = {}
        self.facts: dict[str, Entry] = {}

    def at(self, pieces: Iterable[str]) -> Node:
        """The node at the end of a path from here, made where it is missing."""
        node = self
        for piece in pieces:
            after = node.edges.get(piece)
            if after is None:
                dot = "" if not node.path or piece.startswith(("(", "[")) else "."
                after = node.edges[piece] = Node(f"{node.path}{dot}{piece}")
            node = after
        return node

    def find(self, pieces: Iterable[str]) -> Node | None:
        """The node at the end of a path from here, or None."""
        node: Node | None = self
        for piece in pieces:
            if node is None:
                return None
            node = node.edges.get(piece)
        return node

    def leads(self) -> bool:
        """Whether vectors, encoders or stores can be reached from here."""
        if self._leads is None:
            seen, queue = {id(self)}, [self]
            self._leads = False
            while queue:
                node = queue.pop()
                if not QUIET.issuperset(node.facts):
                    self._leads = True
                    break
                for after in node.edges.values():
                    if id(after) not in seen:
                        seen.add(id(after))
                        queue.append(after)
        return self._leads

    def absorb(self, other: Node, seen: set[tuple[int, int]] | None = None) -> None:
        """Adds another node's facts and edges to this one's."""
        seen = set() if seen is None else seen
        if other is self or (id(self), id(other)) in seen:
            return
        seen.add((id(self), id(other)))
        for kind, entry in other.facts.items():
            self.facts.setdefault(kind, entry)
        for piece, node in other.edges.items():
            mine = self.edges.get(piece)
            if mine is None:
                self.edges[piece] = node
            else:
                mine.absorb(node, seen)


def pieces_of(path: str) -> list[str]:
    """The edges of an access path: ``"a.b()[x][0]"`` is ``a``, ``b``, ``()``, ``x``, ``[0]``."""
    if "(" not in path and "[" not in path:
        return path.split(".") if path else []
    pieces = []
    for match in _PIECE.finditer(path):
        item = match["item"]
        if match["name"]:
            pieces.append(match["name"])
        elif item is None:
            pieces.append("()")
        elif item in ("", ":") or item.lstrip("-").isdigit():
            pieces.append(f"[{item}]")
        else:
            pieces.append(item.strip("'\""))
    return pieces


def listed(value: Any) -> list[Any]:
    """A key that may hold one thing or a list of them, as a list."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def interfaces_named(entry: Mapping[str, Any]) -> list[str]:
    """All interfaces that what an entry makes may have, whatever an argument chooses."""
    chosen = entry.get("interface_by", {}).get("values", {}).values()
    return [name for one in (entry.get("interface"), *chosen) for name in listed(one)]


class Catalogue:
    """All tables that are loaded, as one tree of access paths.

    ``user`` are a project's own tables of ``[tool.lint-embed]``, by kind.
    """

    def __init__(self, user: Mapping[str, Sequence[Table]] | None = None) -> None:
        self.root = Node()
        self.array = self.root.at(["array"])
        self.interfaces: dict[str, Node] = {}
        self._artefacts: dict[tuple[str, str], Node] = {}
        self._merged: dict[tuple[str, ...], Node] = {}
        self._loaded: set[str] = set()
        self.after_fields: set[str] = set()
        for name in ALWAYS:
            self.load(name)
        if user:
            for kind in user:
                for place in _paths_of(user[kind]):
                    self.load_import(pieces_of(place)[0])
            self._add({"library": OWN, **user})

    def load_import(self, top: str) -> None:
        """Loads the tables that a file needs that imports the top-level name."""
        for name in tables_by_import().get(top, ()):
            self.load(name)

    def load(self, name: str) -> None:
        """Loads one table, by its file's name without ``.toml``."""
        if name in self._loaded:
            return
        self._loaded.add(name)
        data = read_table(name)
        for other in data.get("requires", ()):
            self.load(other)
        self._add(data)

    def lookup(self, dotted: str) -> Node | None:
        """The node of a dotted public name, or None."""
        return self.root.find(dotted.split("."))

    def interface(self, names: str | list[str] | None) -> Node | None:
        """The tree of what an encoder with these interfaces can do."""
        key = tuple(listed(names))
        if not key:
            return None
        merged = self._merged.get(key)
        if merged is None:
            merged = Node()
            for name in key:
                if name not in self.interfaces and name in tables_by_interface():
                    self.load(tables_by_interface()[name])
                if name in self.interfaces:
                    merged.absorb(_copied(self.interfaces[name]))
            self._merged[key] = merged
        return merged

    def _add(self, data: Table) -> None:
        library, lists = data.get("library", ""), bool(data.get("lists"))
        for interface in data.get("interface", ()):
            self._add_interface(library, interface, lists)
        for kind, tables in data.items():
            if kind in ("interface", "alias") or not isinstance(tables, list):
                continue
            for table in tables:
                if isinstance(table, dict):
                    self._add_entry(Entry(kind, library, table, lists))
        for alias in data.get("alias", ()):
            self._add_alias(alias)

    def _add_entry(self, entry: Entry) -> None:
        if entry.kind == "record":
            self.after_fields.update(entry.get("after", ()))
        suffix = pieces_of("()" + entry.get("result", "")) if entry.kind == "encoder" else []
        for path in _paths_of([entry.data]):
            facts = self.root.at(pieces_of(path) + suffix).facts
            if entry.kind == "artefact":
                known = facts.get("artefact")
                tables = [*(known.get("all", ()) if known is not None else ()), entry.data]
                facts["artefact"] = Entry("artefact", entry.library, {"all": tables})
            else:
                facts[entry.kind] = entry

    def artefact(self, library: str, table: Table) -> Node:
        """The tree of published data: where its vectors are, and of which model."""
        key = (str(listed(table["value"])[0]), table["model"])
        root = self._artefacts.get(key)
        if root is None:
            root = self._artefacts[key] = Node(key[0])
            for path in listed(table["at"]):
                rows = "one" if "[]" in path else "many"
                facts = {"name": table["model"], "rows": rows}
                facts.update((one, table[one]) for one in ("hub", "fixed") if one in table)
                root.at(pieces_of(path)).facts["vectors"] = Entry("vectors", library, facts)
        return root

    def _add_interface(self, library: str, interface: Table, lists: bool) -> None:
        root = self.interfaces.setdefault(interface["name"], Node())
        self._merged.clear()
        for kind, tables in interface.items():
            if isinstance(tables, list):
                for table in tables:
                    for path in _paths_of([table]):
                        root.at(pieces_of(path)).facts[kind] = Entry(kind, library, table, lists)

    def _add_alias(self, alias: Table) -> None:
        target = self.root.at(pieces_of(alias["is"]))
        for name in listed(alias["name"]):
            *before, last = pieces_of(name)
            holder = self.root.at(before)
            present = holder.edges.get(last)
            if present is not None and present is not target:
                target.absorb(present)
            holder.edges[last] = target


def _copied(node: Node) -> Node:
    copy = Node(node.path)
    copy.facts = dict(node.facts)
    copy.edges = {piece: _copied(after) for piece, after in node.edges.items()}
    return copy


def _paths_of(tables: Iterable[Table]) -> Iterator[str]:
    for table in tables:
        for key in ("call", "at"):
            yield from listed(table.get(key))
        if "call" not in table and "at" not in table:
            yield from listed(table.get("name"))


@cache
def read_table(name: str) -> Table:
    """Reads one of the catalogue's files, by its name without ``.toml``."""
    return read((FOLDER / f"{name}.toml").read_text("utf-8"))


@cache
def tables_by_import() -> Mapping[str, tuple[str, ...]]:
    """Which tables serve which top-level import; reads only the head of each file."""
    found: dict[str, list[str]] = {}
    for path in sorted(FOLDER.glob("*.toml")):
        if path.stem in NOT_A_TABLE:
            continue
        with path.open(encoding="utf-8") as file:
            head = _HEAD.search(file.read(2000))
        for top in re.findall(r"[\"']([^\"']+)[\"']", head[1]) if head else ():
            found.setdefault(top.split(".")[0], []).append(path.stem)
    return {top: tuple(names) for top, names in found.items()}


@cache
def tables_by_interface() -> Mapping[str, str]:
    """Which table describes which interface, for entries elsewhere that name it."""
    return {
        name: path.stem
        for path in sorted(FOLDER.glob("*.toml"))
        for name in _INTERFACE.findall(path.read_text("utf-8"))
    }
