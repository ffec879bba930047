"""``spaces.toml``, ready for look-ups."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from lint_embed.catalogue.reader import read


@dataclass(frozen=True, slots=True)
class Facts:
    """``spaces.toml``, ready for look-ups; all names in lower case."""

    dimensions: Mapping[str, int]
    patterns: tuple[tuple[re.Pattern[str], int], ...]
    aliases: Mapping[str, Mapping[str, str]]
    known: frozenset[str]
    bare: Mapping[str, str]
    mirrors: frozenset[str]
    conversions: re.Pattern[str]
    alignments: re.Pattern[str]
    kept_weights: re.Pattern[str]
    published_names: re.Pattern[str]
    unsaying: re.Pattern[str]
    signals: re.Pattern[str]
    signal_imports: re.Pattern[str]
    trained: re.Pattern[str]
    hosted: re.Pattern[str]
    folders: frozenset[str]
    files: frozenset[str]
    torchvision_defaults: Mapping[str, str]
    published: tuple[tuple[re.Pattern[str], str], ...]
    providers: Mapping[str, str]
    asymmetric: frozenset[str]
    reducible: frozenset[str]
    symmetric: frozenset[str]
    borrowed: frozenset[str]
    prompts: tuple[str, ...]
    roles: Mapping[str, Mapping[str, str]]
    families: Mapping[str, frozenset[str]]


@cache
def all_facts() -> Facts:
    """What the file says, read once."""
    data = read(Path(__file__).with_name("spaces.toml").read_text("utf-8"))
    dimensions = {
        model: int(length)
        for length, models in data["dimensions"].items()
        for model in models.lower().split()
    }
    aliases = {hub: dict(pairs(lines)) for hub, lines in data["aliases"].items()}
    traits = {trait: frozenset(ids.lower().split()) for trait, ids in data["traits"].items()}
    families: dict[str, frozenset[str]] = {}
    for family in data["family"]:
        for model in family["members"].lower().split():
            families[model] = families.get(model, frozenset()) | {family["name"]}
    listed = (target for table in aliases.values() for target in table.values())
    known = frozenset(dimensions).union(families, listed, *traits.values())
    names = data["names"]
    return Facts(
        dimensions=dimensions,
        patterns=tuple(
            (re.compile(pattern), 0 if length == "named" else int(length))
            for length, pattern in data["dimension_patterns"].items()
        ),
        aliases=aliases,
        known=known,
        bare=_bare_names(known),
        mirrors=frozenset(names["mirrors"].split()),
        conversions=re.compile(f"(?:{names['conversions']})+$"),
        alignments=re.compile(names["alignments"], re.IGNORECASE),
        kept_weights=re.compile(f"(?:{names['kept_weights']})+$"),
        published_names=re.compile(names["published_names"].replace("\n", "")),
        unsaying=re.compile(names["unsaying"].replace("\n", "")),
        signals=re.compile(names["signals"].replace("\n", ""), re.IGNORECASE),
        signal_imports=re.compile(
            rf"^\s*(?:import|from)\s+(?:{names['signal_libraries']})\b".replace("\n", ""), re.M
        ),
        trained=re.compile(names["trained"], re.IGNORECASE),
        hosted=re.compile(names["hosted"]),
        folders=frozenset(names["folders"].split()),
        files=frozenset(names["files"].split()),
        torchvision_defaults=dict(pairs(names["torchvision_defaults"])),
        published=tuple((re.compile(file), to) for to, file in data["published"].items()),
        providers={head: hub for hub, heads in data["providers"].items() for head in heads.split()},
        asymmetric=traits["asymmetric"],
        reducible=traits["reducible"],
        symmetric=traits["symmetric"],
        borrowed=traits["borrowed"],
        prompts=tuple(prompt for table in data["prompt"] for prompt in _prompts(table)),
        roles={
            model: _prompts(table)
            for table in data["prompt"]
            for model in table["models"].lower().split()
        },
        families=families,
    )


def _prompts(table: Mapping[str, str]) -> Mapping[str, str]:
    """Beginning of a text -> the role that it asks for."""
    return {table[role]: role for role in ("query", "document") if role in table}


def pairs(lines: str) -> Iterator[tuple[str, str]]:
    """(other name, first name) of each line's words."""
    for line in lines.lower().splitlines():
        first, *others = line.split() or [""]
        for other in others:
            yield other, first


def _bare_names(known: Iterable[str]) -> Mapping[str, str]:
    """Name without organisation -> id, where only one known id has that name."""
    found: dict[str, set[str]] = {}
    for model in known:
        organisation, slash, name = model.partition("/")
        if slash and ":" not in organisation:
            found.setdefault(name, set()).add(model)
    return {name: models.pop() for name, models in found.items() if len(models) == 1}
