"""Checks of a user's tables that concern more than one of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from lint_embed.catalogue import interfaces_named, tables_by_interface
from lint_embed.catalogue.checks import did_you_mean
from lint_embed.catalogue.schema import label


def unknown_interface(data: Mapping[str, Any]) -> tuple[str, str] | None:
    """The first entry of a user's valid tables that names an interface that nobody describes.

    Gives the name of its table, and the trouble.
    """
    own = [entry["name"] for entry in data.get("interface", ())]
    for place, entry in _naming_interfaces(data):
        for name in interfaces_named(entry):
            if name not in own and name not in tables_by_interface():
                close = did_you_mean(name, [*own, *tables_by_interface()])
                kind = place.partition("[")[0]
                return kind, f"{place}: interface: nothing describes {name!r}{close}"
    return None


def _naming_interfaces(data: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for kind in ("encoder", "store"):
        for number, entry in enumerate(data.get(kind, ()), 1):
            yield f"{kind}[{number}]{label(entry)}", entry
    for number, interface in enumerate(data.get("interface", ()), 1):
        for kind in ("same", "store"):
            for count, entry in enumerate(interface.get(kind, ()), 1):
                yield f"interface[{number}]{label(interface)}.{kind}[{count}]", entry
