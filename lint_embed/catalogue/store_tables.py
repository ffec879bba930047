"""The tables of vector stores and of files: see "Stores" and "Files" in docs/catalogue.md."""

from __future__ import annotations

from collections.abc import Mapping

from lint_embed.catalogue.checks import (
    Check,
    argument,
    boolean,
    choice,
    constant,
    dotted,
    listing,
    mapping,
    one_or_list,
    path,
    places,
    record,
    relative_path,
    release,
    text,
)
from lint_embed.catalogue.shape import Table, needs, table
from lint_embed.catalogue.spaces import HUBS
from lint_embed.configuration import FORMATS

PIECES = ("location", "name", "part", "record", "vector")

_calls = one_or_list(path)
_methods = one_or_list(relative_path)
_named_encoder = record({"name": text, "hub": choice(*sorted(HUBS))})


def _default_encoder(value: object) -> str | None:
    """The path of a call or a setting, or an id with its hub."""
    return _named_encoder(value) if isinstance(value, Mapping) else dotted(value)


def _written_out(value: object) -> str | None:
    """A constant, or a table of such."""
    if not isinstance(value, Mapping):
        return constant(value)
    return next(filter(None, map(_written_out, value.values())), None)


_CONDITION = record({"argument": argument, "values": listing(_written_out, least=1)})
_KEY: Mapping[str, Check] = {"key": mapping(places, PIECES)}
_KEY_DEFAULT: Mapping[str, Check] = {"key_default": mapping(constant, PIECES)}
_BROUGHT: Mapping[str, Check] = {"vectors": places, "texts": places, "embedding": places}
_COLUMN: Mapping[str, Check] = {"column": argument, "index": argument, "engine": text}
_ABOUT: Mapping[str, Check] = {"store": argument, **_COLUMN}
_FILL: Mapping[str, Check] = {
    **_BROUGHT,
    **_KEY,
    "empty": boolean,
    "returns": boolean,
    "quiet": boolean,
    "beside": places,
}
_QUERY: Mapping[str, Check] = {
    **_BROUGHT,
    **_KEY,
    "statement": places,
    "parameters": argument,
    "filter": places,
}
_PLACE: Mapping[str, Check] = {"path": argument, **_KEY, **_KEY_DEFAULT}
_WEIGHTS: Mapping[str, Check] = {"of": argument, "model": argument, "folder": places}
_STORE: Mapping[str, Check] = {
    "quiet": boolean,
    **_KEY,
    **_KEY_DEFAULT,
    **_BROUGHT,
    "memory": listing(constant, least=1),
    "over": places,
    "engine": text,
    "embedding_default": _default_encoder,
    "embedding_kept": release,
    "empty": boolean,
    "empty_if": record({"argument": argument, "values": listing(constant, least=1)}),
    "interface": one_or_list(text),
}


def _brings(entry: Mapping[str, object]) -> tuple[str, str] | None:
    """What fills or asks a store brings vectors, or texts that it embeds."""
    if entry.keys() & {"vectors", "texts", "column", "statement"}:
        return None
    return "vectors", "is missing: needs vectors or texts"


def _is_about(entry: Mapping[str, object]) -> tuple[str, str] | None:
    """A call outside of an interface says which store it is about."""
    return None if entry.keys() & {"store", "column"} else ("store", "is missing")


def _placed(entry: Mapping[str, object]) -> tuple[str, str] | None:
    """A file is known by its path, or by a key when more makes up its place."""
    return None if entry.keys() & {"path", "key"} else ("path", "is missing")


def _written(entry: Mapping[str, object]) -> tuple[str, str] | None:
    """A value is written, the index over a column of the receiver, or an encoder's weights."""
    what = {"value", "column", "of", "model"}
    return None if entry.keys() & what else ("value", "is missing")


STORE_INTERFACE: Mapping[str, Table] = {
    "store": table({"call": _methods, **_STORE}, ("call",), needs("key_default", "key")),
    "fill": table({"call": _methods, **_FILL}, ("call",), _brings),
    "query": table(
        {"call": _methods, **_QUERY}, ("call",), _brings, needs("statement", "parameters")
    ),
    "read": table({"at": _methods, "rows": choice("one", "many", "input"), **_KEY}, ("at",)),
    "empty": table(
        {"call": _methods, "makes": boolean, "every": argument, "only_if": _CONDITION, **_KEY},
        ("call",),
    ),
    "every": table({"at": _methods, "unless": argument}, ("at",)),
    "cover": table({"call": _methods, "beginnings": places, "columns": places}, ("call",)),
    "bind": table(
        {"call": _methods, "embedding": places, "hub": choice(*sorted(HUBS))},
        ("call", "embedding"),
    ),
    "merge": table({"call": _methods, "of": argument}, ("call", "of")),
    "part": table({"call": _methods, "name": argument, "of": argument}, ("call", "name", "of")),
    "wire": table({"call": _methods, "from": argument, "to": argument}, ("call", "from", "to")),
    "save": table({"call": _methods, **_PLACE}, ("call",), _placed),
    "load": table({"call": _methods, **_PLACE}, ("call",), _placed),
}

STORE_TABLES: Mapping[str, Table] = {
    "store": table({"call": _calls, **_STORE}, ("call",), needs("key_default", "key")),
    "fill": table({"call": _calls, **_ABOUT, **_FILL}, ("call",), _is_about, _brings),
    "query": table({"call": _calls, **_ABOUT, **_QUERY}, ("call",), _is_about, _brings),
    "object": table({"call": _calls, "fields": listing(text), "same": listing(text)}, ("call",)),
    "save": table(
        {"call": _calls, "value": places, "ending": text, **_COLUMN, **_WEIGHTS, **_PLACE},
        ("call",),
        _placed,
        _written,
    ),
    "load": table(
        {
            "call": _calls,
            "frame": boolean,
            "weights": boolean,
            "taken_by": listing(text, least=1),
            "settings": choice(*FORMATS),
            "content": boolean,
            "made_if": record({"argument": argument, "values": listing(constant, least=1)}),
            **_COLUMN,
            **_PLACE,
        },
        ("call",),
        _placed,
    ),
    "column": table(
        {
            "call": _calls,
            "of": argument,
            "name": argument,
            "interface": text,
            "model_interface": text,
        },
        ("call",),
    ),
    "sql": table(
        {
            "call": _calls,
            "statement": argument,
            "parameters": argument,
            "each": boolean,
            "gives": choice("rows", "row", "value"),
            "file": argument,
            "reader": dotted,
        },
        ("call", "statement"),
        needs("file", "reader"),
    ),
    "fetched": table({"call": _calls, "gives": choice("rows", "row", "value")}, ("call", "gives")),
    "empty": table({"call": _calls, "engine": text, **_KEY, **_KEY_DEFAULT}, ("call", "key")),
    "remove": table({"call": _calls, "path": argument}, ("call", "path")),
    "database": table({"call": _calls, "path": argument}, ("call", "path")),
    "setting": table({"name": path, "is": path}, ("name", "is")),
}
