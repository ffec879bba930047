"""What the catalogue tells of a file by its text: libraries, and the words of their encoders."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from lint_embed.relevance.words import stands_in

Table = Mapping[str, Any]
MAKERS = ("encoder", "vectors", "store", "artefact")
_MAKERS = re.compile(
    r"^\[\[(?:encoder|vectors|store|artefact)\]\]|^(?:weights|makes) = true$", re.M
)

_PARTS = ("mbed", "ector")
"""Parts of so many words that a look for them first saves looks for each."""


@cache
def encoder_libraries() -> frozenset[str]:
    """The top-level names whose import can bring encoders, vectors or stores into a file."""
    from lint_embed.catalogue import FOLDER, tables_by_import

    makers = set()
    for top, tables in tables_by_import().items():
        for table in tables:
            text = (FOLDER / f"{table}.toml").read_text("utf-8")
            if _MAKERS.search(text):
                makers.add(top)
    return frozenset(makers)


@cache
def store_libraries() -> frozenset[str]:
    """The top-level names of libraries that keep vectors where other files may find them."""
    from lint_embed.catalogue import FOLDER, tables_by_import

    found = set()
    for top, tables in tables_by_import().items():
        for table in tables:
            if "[[store]]" in (FOLDER / f"{table}.toml").read_text("utf-8"):
                found.add(top)
    return frozenset(found)


def speaks_of(top: str, text: str, stores: bool = True) -> bool:
    """Whether a text has one of the names that stand in every file that makes vectors with a
    library; ``stores``: or that keeps vectors from elsewhere in one."""
    found = _words_of(top, stores)
    return any(stands_in(word, text) for part, words in found if part in text for word in words)


@cache
def _words_of(top: str, stores: bool) -> list[tuple[str, list[str]]]:
    """The words of a library, by a part that they have in common."""
    read = {path.rpartition(".")[2] for path in checkpoints_of(top)}
    found: dict[str, list[str]] = {}
    for word in sorted({*names_of(top, stores), *read, *_published(top), *_keys_of(top)}):
        found.setdefault(next((part for part in _PARTS if part in word), ""), []).append(word)
    return list(found.items())


@cache
def names_of(top: str, stores: bool = True) -> frozenset[str]:
    """The identifiers among the words of a library."""
    return frozenset(_telling(top, stores))


@cache
def components_of(top: str) -> frozenset[str]:
    """All names in the access paths of a library's encoders and stores."""
    from lint_embed.catalogue import listed

    return frozenset(
        name
        for entry in _entries(top)
        for path in (*listed(entry.get("call")), *listed(entry.get("at")))
        for name in re.findall(r"[A-Za-z_]\w*", path)
    )


@cache
def weights_of(top: str) -> frozenset[str]:
    """The methods that read a checkpoint into a network of the project."""
    from lint_embed.catalogue import listed, read_table, tables_by_import

    return frozenset(
        str(path).rpartition(".")[2]
        for table in tables_by_import().get(top, ())
        for entry in read_table(table).get("weights", ())
        # Where a state is passed, it was read from a file before.
        if entry.get("makes") or "filepath" in listed(entry.get("of"))
        for path in listed(entry.get("call"))
    )


@cache
def callables_of(top: str, stores: bool = True) -> frozenset[str]:
    """The access paths, from the package's name on, of what makes a library's encoders."""
    return frozenset(path.partition("()")[0] for path in _paths(_entries(top, stores)))


@cache
def checkpoints_of(top: str) -> frozenset[str]:
    """The access paths of the functions that read a network's weights from a file."""
    return frozenset(path.partition("()")[0] for path in _paths(_loads(top)))


@cache
def takers_of(top: str) -> frozenset[str]:
    """The methods of networks that show that what was read from a file are their weights."""
    return frozenset(name for entry in _loads(top) for name in entry.get("taken_by", ()))


def spelled(path: str, module: str, alias: str) -> str | None:
    """A pattern for an access path in a file that imports ``module`` under a name, or None."""
    if path != module and not path.startswith(f"{module}."):
        return None
    rest = path[len(module) :].split(".")
    return r"\s*\.\s*".join((rf"\b{re.escape(alias)}", *map(re.escape, rest[1:]))) + r"\b"


@cache
def values_of(top: str) -> re.Pattern[str] | None:
    """Finds the strings that tell of vectors: the names of published ones, and keys of answers."""
    values = [re.escape(value) for value in sorted(_published(top))]
    values += [rf"[\"']{re.escape(key)}[\"']" for key in sorted(_keys_of(top))]
    return re.compile("|".join(values)) if values else None


@cache
def _published(top: str) -> frozenset[str]:
    """The strings that name a published set of vectors."""
    from lint_embed.catalogue import listed

    return frozenset(one for entry in _entries(top) for one in listed(entry.get("value")))


@cache
def _keys_of(top: str) -> frozenset[str]:
    """The keys by which vectors are taken from answers, where nothing else tells of them."""
    from lint_embed.catalogue import read_table, tables_by_import

    tables = (read_table(table) for table in tables_by_import().get(top, ()))
    return frozenset(key for table in tables for key in table.get("keys", ()))


def _entries(top: str, stores: bool = True) -> Iterator[dict[str, str]]:
    from lint_embed.catalogue import read_table, tables_by_import

    tables = [read_table(table) for table in tables_by_import().get(top, ())]
    for data in tables:
        if "keys" in data:
            continue  # its calls tell nothing by themselves
        for kind in MAKERS:
            for entry in data.get(kind, ()):
                idle = not stores and kind == "store" and _keeps(entry, data, tables)
                if not (idle or _is_derived(entry)):
                    yield entry
        yield from (entry for entry in data.get("weights", ()) if entry.get("makes"))
        if not data.get("encoder"):
            for interface in data.get("interface", ()):
                yield from interface.get("vectors", ())


def _loads(top: str) -> Iterator[dict[str, str]]:
    from lint_embed.catalogue import read_table, tables_by_import

    for table in tables_by_import().get(top, ()):
        yield from (entry for entry in read_table(table).get("load", ()) if entry.get("weights"))


def _paths(entries: Iterable[dict[str, str]]) -> Iterator[str]:
    from lint_embed.catalogue import listed

    for entry in entries:
        yield from listed(entry.get("call"))
        yield from listed(entry.get("at"))


def _is_derived(entry: dict[str, object]) -> bool:
    """Whether an entry only passes on another encoder, or is an interface."""
    return entry.get("identity") in ("wraps", "unknown") and "hub" not in entry


def _keeps(entry: Table, data: Table, tables: Sequence[Table]) -> bool:
    """Whether a store only keeps vectors that were made elsewhere: it has no encoder of its
    own, and none of its library's embeds texts for it."""
    from lint_embed.catalogue import listed

    known, queue = [entry], listed(entry.get("interface"))[:]
    for name in queue:
        interface = _interface(name, tables)
        if interface is None:
            return False
        sections = (found for found in interface.values() if isinstance(found, list))
        parts = [part for section in sections for part in section if isinstance(part, dict)]
        known += parts
        more = (one for part in parts for one in listed(part.get("interface")))
        queue += [one for one in dict.fromkeys(more) if one not in queue]
    if any("embedding_default" in part for part in known):
        return False
    return not data.get("encoder") or not any(
        part.keys() & {"texts", "embedding"} for part in known
    )


def _interface(name: str, tables: Sequence[Table]) -> Table | None:
    """An interface of some tables, or of the library that its name begins with."""
    from lint_embed.catalogue import read_table, tables_by_import

    others = (read_table(table) for table in tables_by_import().get(name.split(".")[0], ()))
    for table in (*tables, *others):
        for interface in table.get("interface", ()):
            if interface["name"] == name:
                found: Table = interface
                return found
    return None


def _telling(top: str, stores: bool) -> Iterator[str]:
    from lint_embed.catalogue import listed

    for entry in _entries(top, stores):
        if "value" not in entry:
            for path in (*listed(entry.get("call")), *listed(entry.get("at"))):
                if (word := _telling_word(path)) is not None:
                    yield word


def _telling_word(path: str) -> str | None:
    """The name in an access path that tells most: of what its calls are called on.

    A client may be made in another file, so that the package and its first call may be
    missing where the vectors are made.
    """
    calls = [chain for chain in path.split("()") if chain.strip(".[]")]
    if len(calls) > 1 and not path.endswith("()"):
        calls.pop()  # what is taken from the result
    if not calls:
        return None
    names: list[str] = re.findall(r"[A-Za-z_]\w*", "()".join(calls[1:] or calls))
    if len(calls) == 1:
        of_class = len(names) > 2 and names[-1].islower() and "embed" in names[-2].lower()
        return names[-2 if of_class else -1] if names else None  # Embedding.create
    return max(names, key=lambda name: ("embed" in name.lower(), len(name)), default=None)


@cache
def client_words(top: str) -> frozenset[str]:
    """What is called on a library's client to get vectors; the client may come from elsewhere."""
    from lint_embed.catalogue import listed, read_table, tables_by_import

    return frozenset(
        word
        for table in tables_by_import().get(top, ())
        if "keys" not in read_table(table)
        for entry in read_table(table).get("vectors", ())
        for path in (*listed(entry.get("call")), *listed(entry.get("at")))
        if "()." in path and (word := _telling_word(path)) is not None
    )


def makers(tops: Iterable[str]) -> frozenset[str]:
    """Those of some top-level names that can bring encoders, vectors or stores."""
    return encoder_libraries() & frozenset(tops)
