"""The imports of a file and the names that it exports, read from its text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lint_embed.relevance.words import ends_of, is_part

_IMPORT = re.compile(
    r"^[ \t]*(?:from[ \t]+(?P<dots>\.*)[ \t]*(?P<module>[\w.]*)[ \t]+import[ \t]+"
    r"(?P<names>\([^)]{0,50000}\)|[^\n#]*)|import[ \t]+(?P<plain>[^\n#]+))",
    re.MULTILINE,
)
_IMPORTED = re.compile(r"(?P<name>\w+|\*)(?:\s+as\s+(?P<alias>\w+))?")
_COMMENT = re.compile(r"#[^\n]*")
_QUOTED = re.compile(r"[\"'](\w+)[\"']")
_ALL = "__all__"
_WRITTEN_OUT = re.compile(
    r"^__all__[^=\n]*=\s*[\[(]((?:\s*(?:[\"']\w+[\"']\s*,?|#[^\n]*(?:\n|$)))*)\s*[\])]"
    r"[ \t]*(?:#[^\n]*)?$",
    re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Import:
    """One imported name: ``member`` is None for a module, ``*`` for all of its names."""

    module: str
    level: int
    member: str | None
    alias: str


def imports(text: str) -> Iterator[Import]:
    """The imports of a file, wherever they stand in it."""
    end = at = 0
    while (at := text.find("import", max(at, end))) != -1:
        # To look for the word first is several times faster than to try each line.
        start = text.rfind("\n", 0, at) + 1
        match = _IMPORT.match(text, start)
        at += len("import")
        if match is None or start < end:  # in a comment behind an import
            continue
        end = match.end()
        if match["plain"]:
            for part in match["plain"].split(","):
                dotted, _, alias = part.strip().partition(" as ")
                dotted = dotted.strip()
                if dotted:
                    yield Import(dotted, 0, None, alias.strip() or dotted.split(".")[0])
            continue
        names = _COMMENT.sub("", match["names"]).strip("() \t\r\n")
        for one in _IMPORTED.finditer(names):
            alias = one["alias"] or one["name"]
            yield Import(match["module"], len(match["dots"]), one["name"], alias)


def imported_tops(text: str) -> Iterator[str]:
    """The top-level names of the packages that a file imports."""
    for one in imports(text):
        if not one.level:
            yield one.module.split(".")[0]


def listed(text: str) -> list[str] | None:
    """The names of ``__all__``, where a file sets it once, to a list that is written out."""
    found = _WRITTEN_OUT.search(text) if _ALL in text else None
    if found is None or sum(_lists(text)) != 1:
        return None
    return _QUOTED.findall(_COMMENT.sub("", found[1]))


def lists(text: str) -> bool:
    """Whether a file has an ``__all__``."""
    return any(_lists(text))


def _lists(text: str) -> Iterator[bool]:
    """For each place with the name of the list: whether it stands in code."""
    for end in ends_of(_ALL, text):
        line = text[text.rfind("\n", 0, end) + 1 : end]
        yield "#" not in line and not is_part(text[end : end + 1])
