"""The shape of catalogue tables (docs/catalogue.md), as data, and the check against it.

The shipped files are held against it by the tests, a user's tables when the settings are
read; a run that has no such tables never imports this module. A new table is one more
entry of ``TABLES``.
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from lint_embed.catalogue.array_tables import ARRAY_TABLES
from lint_embed.catalogue.checks import (
    Check,
    argument,
    boolean,
    choice,
    constant,
    did_you_mean,
    dotted,
    kind_of,
    length,
    listing,
    mapping,
    one_or_list,
    path,
    places,
    record,
    relative_path,
    stem,
    text,
)
from lint_embed.catalogue.shape import Table, excludes, needs, table
from lint_embed.catalogue.spaces import HUBS
from lint_embed.catalogue.store_tables import STORE_INTERFACE, STORE_TABLES
from lint_embed.configuration import FORMATS


class CatalogueError(ValueError):
    """A catalogue table breaks the schema; the text names file, entry and key."""


# --- Rules over whole entries ------------------------------------------------------------


def identified(entry: Mapping[str, object]) -> tuple[str, str] | None:
    """What makes the space must be told."""
    identity = entry.get("identity", "model")
    if identity == "model" and not entry.keys() & {"model", "name", "called"}:
        return "model", "is missing: identity 'model' needs model, name or called"
    if identity == "wraps" and "model" not in entry:
        return "model", "is missing: identity 'wraps' needs the argument with the encoder"
    return None


def named(entry: Mapping[str, object]) -> tuple[str, str] | None:
    """A call without an encoder object must tell its model, as must its path the call."""
    if not entry.keys() & {"model", "name", "object_model"}:
        return "model", "is missing: needs model, object_model or name"
    places = entry["at"]
    for place in places if isinstance(places, list) else [places]:
        if "()" not in str(place):
            return "at", f"{place!r} has no call"
    return None


def compared(entry: Mapping[str, object]) -> tuple[str, str] | None:
    """Two arguments meet; one is enough where its rows meet each other, or the encoder's own."""
    sides = entry["between"]
    if isinstance(sides, list) and len(sides) < 2 and not (entry.keys() & {"alone", "own"}):
        return "between", "must name two or more arguments (or one with alone = true)"
    return None


def applied(entry: Mapping[str, object]) -> tuple[str, str] | None:
    """The elements come from ``over``, unless the call is made once."""
    if "over" not in entry and entry.get("once") is not True:
        return "over", "is missing (only once = true goes without it)"
    return None


# --- The tables --------------------------------------------------------------------------

paths = one_or_list(path)
relative_paths = one_or_list(relative_path)
between = listing(argument, least=1)
argument_by_name = mapping(argument)

HEAD: Mapping[str, Check] = {
    "library": text,
    "imports": listing(dotted),
    "requires": listing(stem),
    "keys": listing(text),
    "lists": boolean,
}

_MODEL: Mapping[str, Check] = {
    "model": places,
    "default": text,
    "default_by": record({"argument": argument, "values": mapping(text)}),
    "name": text,
    "parts": argument_by_name,
    "part_defaults": mapping(text),
    "hub": choice(*sorted(HUBS)),
    "server": record({"argument": argument}, {"own": text}),
}


def by_argument(value: object) -> str | None:
    """An argument, or a table that also says which of its values choose what."""
    if isinstance(value, Mapping):
        return record({"argument": places, "values": mapping(constant)})(value)
    return places(value)


_VARIANT = mapping(by_argument)

_RESULT: Mapping[str, Check] = {
    "rows": choice("one", "many", "input"),
    "input": argument,
    "role": choice("query", "document"),
    "role_argument": places,
    "role_values": mapping(listing(constant, least=1), ("query", "document")),
    "variant": _VARIANT,
    "fixed": mapping(constant),
    "level": choice("tokens"),
    "trains": boolean,
    "lists": boolean,
}

_COMPARE: Mapping[str, Check] = {
    "between": between,
    "alone": boolean,
    "paired": boolean,
    "how": text,
    "metric": choice("cosine", "dot", "distance", "other"),
    "loss": boolean,
}

INTERFACE: Mapping[str, Table] = {
    "vectors": table(
        {"at": relative_paths, **_RESULT},
        ("at",),
        needs("role_values", "role_argument"),
        needs("role_argument", "role_values"),
    ),
    "same": table({"at": relative_paths, "interface": one_or_list(text)}, ("at",)),
    "train": table({"call": relative_paths}, ("call",)),
    "weights": table({"call": relative_paths}, ("call",)),
    "head": table({"at": relative_paths, "interface": listing(text)}, ("at", "interface")),
    "behead": table(
        {
            "call": relative_paths,
            "argument": argument,
            "values": listing(constant, least=1),
            "interface": listing(text),
        },
        ("call", "argument", "values", "interface"),
    ),
    "behind": table(
        {"call": relative_paths, "of": argument, "interface": listing(text)}, ("call",)
    ),
    "compare": table(
        {"call": relative_paths, "own": boolean, **_COMPARE}, ("call", "between"), compared
    ),
    **STORE_INTERFACE,
}

TABLES: Mapping[str, Table] = {
    "encoder": table(
        {
            "call": paths,
            **_MODEL,
            "variant": _VARIANT,
            "called": boolean,
            "identity": choice("model", "object", "stateless", "wraps", "unknown"),
            "random_if": mapping(
                record(
                    {"argument": argument, "values": listing(constant, least=1)}, {"unless": text}
                )
            ),
            "result": relative_path,
            "interface": one_or_list(text),
            "interface_by": record({"argument": argument, "values": mapping(one_or_list(text))}),
            "dimension": length,
            "dimension_argument": argument,
        },
        ("call",),
        identified,
        excludes("name", "model"),
        excludes("called", "model"),
        needs("default", "model"),
        needs("default_by", "model"),
        excludes("default_by", "default"),
        needs("parts", "model", "name", "called"),
        needs("part_defaults", "parts"),
    ),
    "interface": table({"name": text}, ("name",), inner=INTERFACE),
    "vectors": table(
        {"at": paths, **_RESULT, **_MODEL, "object_model": argument},
        ("at",),
        named,
        excludes("name", "model"),
        needs("default", "model", "object_model"),
        needs("role_values", "role_argument"),
        needs("role_argument", "role_values"),
    ),
    "compare": table({"call": paths, **_COMPARE}, ("call", "between"), compared),
    **ARRAY_TABLES,
    "train": table({"call": paths, "of": argument}, ("call", "of")),
    "loss": table({"call": paths}, ("call",)),
    "itself": table({"call": paths, "runs": listing(text)}, ("call",)),
    "weights": table({"call": paths, "of": argument, "makes": boolean}, ("call",)),
    "chain": table({"call": paths, "of": argument, "interface": text}, ("call",)),
    "transparent": table({"call": paths, "property": boolean}, ("call",)),
    "partial": table({"call": paths, "as": choice("item", "attribute")}, ("call",)),
    "combine": table(
        {"call": paths, "as": choice("combinations", "permutations", "product")}, ("call", "as")
    ),
    "record": table(
        {
            "name": paths,
            "weak": boolean,
            "sequence": boolean,
            "after": listing(text),
            "changes": argument,
            "update": argument,
        },
        ("name",),
    ),
    "field": table({"at": paths}, ("at",)),
    "option": table(
        {"call": paths, "settings": choice(*FORMATS), "folder": argument, "name": argument},
        ("call",),
        needs("settings", "name"),
        needs("name", "settings"),
    ),
    "options": table({"call": paths}, ("call",)),
    "state": table({"at": paths}, ("at",)),
    "frame": table(
        {
            "call": paths,
            "of": argument,
            "keywords": boolean,
            "factory": argument,
            "joins": listing(argument, least=1),
            "rows": choice("columns", "rows"),
            "parts": listing(text),
        },
        ("call",),
    ),
    "apply": table(
        {
            "call": paths,
            "function": argument,
            "over": argument,
            "once": boolean,
            "arguments": argument,
            "starred": boolean,
            "beside": boolean,
            "result": choice("each", "value", "fold", "chosen"),
        },
        ("call", "function"),
        applied,
    ),
    "trainable": table({"name": one_or_list(dotted)}, ("name",)),
    "fold": table(
        {
            "call": paths,
            "as": choice(
                "path-join",
                "getenv",
                "path",
                "str",
                "file",
                "content",
                "folder",
                "here",
                "home",
                "absolute",
            ),
        },
        ("call", "as"),
    ),
    "constants": table({"name": one_or_list(dotted), "values": mapping(text)}, ("name",)),
    "alias": table({"name": one_or_list(path), "is": path}, ("name", "is")),
    "artefact": table(
        {
            "call": paths,
            "argument": argument,
            "value": one_or_list(text),
            "at": relative_paths,
            "fixed": mapping(constant),
            "model": text,
            "hub": choice(*sorted(HUBS)),
            "source": text,
        },
        ("call", "argument", "value", "at", "model", "source"),
    ),
    **STORE_TABLES,
}


# --- The check ---------------------------------------------------------------------------


def validate(data: Mapping[str, object], where: str, user: bool = False) -> None:
    """Holds one catalogue file, or a user's tables, against the schema.

    ``data`` is the parsed TOML, ``where`` the file's name for the message. A user's
    tables need no head (``library``, ``imports``). Entries are counted from 1.
    Raises CatalogueError for the first trouble.
    """
    for trouble in _troubles(data, user):
        raise CatalogueError(f"{where}: {trouble}")


def _troubles(data: Mapping[str, object], user: bool) -> Iterator[str]:
    for key, value in data.items():
        if key in HEAD:
            trouble = HEAD[key](value)
            if trouble:
                yield f"{key}: {trouble}"
        elif key in TABLES:
            yield from _entries(TABLES[key], value, key)
        else:
            yield f"{key}: unknown table or key{did_you_mean(key, [*HEAD, *TABLES])}"
    if not user:
        yield from (f"{key}: is missing" for key in ("library", "imports") if key not in data)


def _entries(shape: Table, value: object, name: str) -> Iterator[str]:
    if not isinstance(value, list):
        yield f"{name}: must be an array of tables, not {kind_of(value)}: write [[{name}]]"
        return
    for number, entry in enumerate(value, 1):
        if isinstance(entry, Mapping):
            yield from _entry(shape, entry, f"{name}[{number}]{label(entry)}")
        else:
            yield f"{name}[{number}]: must be a table, not {kind_of(entry)}"


def label(entry: Mapping[str, object]) -> str:
    """The first path or the name of an entry, in brackets."""
    for key in ("call", "at", "name"):
        value = entry.get(key)
        first = value[0] if isinstance(value, list) and value else value
        if isinstance(first, str):
            return f" ({first})"
    return ""


def _entry(shape: Table, entry: Mapping[str, object], name: str) -> Iterator[str]:
    for key, value in entry.items():
        if key in shape.inner:
            yield from _entries(shape.inner[key], value, f"{name}.{key}")
        elif key in shape.keys:
            trouble = shape.keys[key](value)
            if trouble:
                yield f"{name}: {key}: {trouble}"
        else:
            close = did_you_mean(key, [*shape.keys, *shape.inner])
            yield f"{name}: {key}: unknown key{close}"
    yield from (f"{name}: {key}: is missing" for key in shape.required if key not in entry)
    for rule in shape.rules:
        found = rule(entry)
        if found:
            yield f"{name}: {found[0]}: {found[1]}"


def main(files: Sequence[str]) -> int:
    """Prints OK or the trouble of each catalogue file; 1 when one is bad."""
    bad = False
    for name in files:
        try:
            validate(tomllib.loads(Path(name).read_text(encoding="utf-8")), name)
        except CatalogueError as error:
            print(error)
            bad = True
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            print(f"{name}: {error}")
            bad = True
        else:
            print(f"{name}: OK")
    return int(bad)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
