"""A reader of plain YAML: block mappings and lists of scalars, as most settings are.

It reads less than YAML on purpose. Anchors, aliases, tags, several documents, texts over
several lines and nested flow collections are not guessed at: a file that needs them is
refused, but for block texts (``|``, ``>``), which are skipped and stand as unknown.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

UNKNOWN = ...
"""Stands for a value that is there, but that this reader does not tell."""

DEEPEST = 20

Data = object
"""A dict, list, string, number, bool, None or ``UNKNOWN``."""

_KEY = re.compile(
    r"(?:(?P<plain>[A-Za-z0-9_/](?:[^:#'\"\[\]{},&*!|>%@`]*[^:#'\"\[\]{},&*!|>%@`\s])?)"
    r"|'(?P<single>[^']*)'|\"(?P<double>[^\"\\]*)\")\s*:(?=\s|$)"
)
_QUOTED = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"\\]|\\.)*\"")
_ITEM = r"(?:\s*'[^',]*'\s*|\s*\"[^\",\\]*\"\s*|[^'\",]+)"
_ITEMS = re.compile(rf"{_ITEM}(?:,{_ITEM})*,?")
_BLOCK = re.compile(r"[|>][-+0-9]*\s*(?:#.*)?$")
_WHOLE = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")
_FRACTION = re.compile(r"[-+]?[0-9]+\.[0-9]+")
_LIKE_A_NUMBER = re.compile(r"[-+.]?[0-9][0-9_.:eE+\-xoXOa-fA-FTZ]*")
_SPECIAL = "[]{}&*!|>%@`?,"
_WORDS: dict[str, Data] = {
    "": None, "~": None, "null": None, "true": True, "false": False,
    # Some versions of YAML take these for truth values, others for texts.
    "yes": UNKNOWN, "no": UNKNOWN, "on": UNKNOWN, "off": UNKNOWN, "y": UNKNOWN, "n": UNKNOWN,
}  # fmt: skip


class NotPlain(ValueError):
    """The text is no YAML, or needs more of YAML than this reader knows."""


@dataclass(frozen=True, slots=True)
class _Line:
    indent: int
    text: str


def read(text: str) -> Data:
    """The data of a text; values that are not told are ``UNKNOWN``. Raises NotPlain."""
    reader = _Reader(_lines(text))
    data = reader.block(0, 0) if reader.lines else None
    if reader.at < len(reader.lines):
        raise NotPlain("a line stands where none is expected")
    return data


def _lines(text: str) -> list[_Line]:
    """The lines that are not empty or comments; block texts are left out."""
    found: list[_Line] = []
    skipping: int | None = None
    for number, raw in enumerate(text.removeprefix("\ufeff").splitlines()):
        line = raw.rstrip()
        bare = line.lstrip(" ")
        indent = len(line) - len(bare)
        if skipping is not None and (not bare or indent > skipping):
            continue
        skipping = None
        if not bare or bare.startswith("#") or (bare == "---" and not found):
            continue
        if bare[0] == "\t" or (not indent and bare.startswith(("---", "...", "%"))):
            raise NotPlain(f"line {number + 1}")
        found.append(_Line(indent, bare))
        key, value = _split(bare)
        if _BLOCK.fullmatch(value):
            skipping = indent + key
    return found


def _split(line: str) -> tuple[int, str]:
    """How far the key of a line, or its last dash, is indented, and the value behind it."""
    rest, dash = line, 0
    while rest.startswith("- "):
        dash, rest = len(line) - len(rest), rest[2:].lstrip(" ")
    key = _KEY.match(rest)
    if key is None:
        return dash, rest
    return len(line) - len(rest), rest[key.end() :].strip()


class _Reader:
    def __init__(self, lines: list[_Line]) -> None:
        self.lines = lines
        self.at = 0

    def _next(self) -> _Line | None:
        return self.lines[self.at] if self.at < len(self.lines) else None

    def block(self, indent: int, depth: int) -> Data:
        """The mapping or list whose lines are indented so far; the first one is next."""
        first = self._next()
        if first is None or first.indent != indent or depth > DEEPEST:
            raise NotPlain("a block is expected")
        if first.text == "-" or first.text.startswith("- "):
            return self._list(indent, depth)
        return self._mapping(indent, depth)

    def _list(self, indent: int, depth: int) -> list[Data]:
        found: list[Data] = []
        while (line := self._next()) is not None and line.indent == indent:
            if line.text == "-":
                self.at += 1
                found.append(self._below(indent, depth, lists=False))
            elif line.text.startswith("- "):
                rest = line.text[2:].lstrip(" ")
                if _KEY.match(rest) or rest.startswith("- "):
                    # The item is a block of its own, which begins behind the dash.
                    inner = indent + len(line.text) - len(rest)
                    self.lines[self.at] = _Line(inner, rest)
                    found.append(self.block(inner, depth + 1))
                else:
                    self.at += 1
                    found.append(_scalar(rest))
            else:
                break
        if line is not None and line.indent > indent:
            raise NotPlain("a text goes on in the next line")
        return found

    def _mapping(self, indent: int, depth: int) -> dict[str, Data]:
        found: dict[str, Data] = {}
        while (line := self._next()) is not None and line.indent == indent:
            key = _KEY.match(line.text)
            if key is None:
                raise NotPlain("a key is expected")
            name = next(part for part in key.groups() if part is not None)
            if name in found or (name == key["plain"] and _plain(name) != name):
                raise NotPlain("a key stands twice, or is no text")
            self.at += 1
            value = line.text[key.end() :].strip()
            if not value or value.startswith("#"):
                found[name] = self._below(indent, depth, lists=True)
            else:
                found[name] = _scalar(value)
        if line is not None and line.indent > indent:
            raise NotPlain("a text goes on in the next line")
        return found

    def _below(self, indent: int, depth: int, lists: bool) -> Data:
        """What is indented further; a list below a key need not be."""
        line = self._next()
        if line is not None and line.indent > indent:
            return self.block(line.indent, depth + 1)
        if lists and line is not None and line.indent == indent and line.text.startswith("- "):
            return self.block(indent, depth + 1)
        return None


def _scalar(text: str) -> Data:
    """The value that stands on one line."""
    if _BLOCK.fullmatch(text):
        return UNKNOWN
    if text[0] in "'\"":
        return _quoted(text)
    if text[0] in "[{":
        return _flow(text)
    return _plain(text)


def _quoted(text: str) -> Data:
    match = _QUOTED.match(text)
    rest = text[match.end() :].strip() if match is not None else "?"
    if match is None or (rest and not rest.startswith("#")):
        raise NotPlain("a quoted text does not end on its line")
    inner = match[0][1:-1]
    return UNKNOWN if "\\" in inner or "''" in inner else inner


def _plain(text: str) -> Data:
    text = re.split(r"\s#", text, maxsplit=1)[0].rstrip()
    if text and (
        text[0] in _SPECIAL or f"{text} ".startswith("- ") or ": " in text or text.endswith(":")
    ):
        raise NotPlain("not a plain text")
    if (word := text.lower()) in _WORDS:
        return _WORDS[word]
    if _WHOLE.fullmatch(text):
        return int(text) if len(text) < 20 else UNKNOWN
    if _FRACTION.fullmatch(text):
        return float(text)
    return UNKNOWN if _LIKE_A_NUMBER.fullmatch(text) else text


def _flow(text: str) -> Data:
    """``[a, b]`` of scalars, ``[]`` and ``{}``; ``{a: b}`` is not told."""
    closing = {"[": "]", "{": "}"}[text[0]]
    end = text.rfind(closing)
    rest = text[end + 1 :].strip()
    inner = text[1:end].strip()
    if end < 0 or (rest and not rest.startswith("#")) or "#" in inner:
        raise NotPlain("a collection over several lines")
    if not inner:
        return [] if closing == "]" else {}
    if any(mark in inner for mark in "[]{}&*!"):
        raise NotPlain("collections within collections")
    if closing == "}" or _ITEMS.fullmatch(inner) is None:
        return UNKNOWN
    parts = [part.strip() for part in inner.removesuffix(",").split(",")]
    return [_quoted(part) if part[:1] in ("'", '"') else _plain(part) for part in parts]
