"""Checks of single values of catalogue tables: types, words, access paths, arguments."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from difflib import get_close_matches

# A check gives the trouble with a value, in words that follow the key, or None.
Check = Callable[[object], str | None]

_KINDS = ((bool, "a boolean"), (int, "an integer"), (float, "a number"), (str, "a string"))
_NAME = r"[^\W\d]\w*"
_EDGE = rf"\(\)|\[:?\]|\[-?\d+\]|\[[\w@$-]+\]|\.{_NAME}"
_PATH = re.compile(rf"{_NAME}(?:{_EDGE})*")
_RELATIVE_PATH = re.compile(rf"(?:{_NAME}|\(\)|\[\]|\[-?\d+\]|\[[\w@$-]+\])(?:{_EDGE})*")
_DOTTED = re.compile(rf"{_NAME}(?:\.{_NAME})*")
_RELEASE = re.compile(r"[A-Za-z0-9][\w.-]*==[\w.!+-]+")
_STEM = re.compile(r"[a-z0-9][a-z0-9_.-]*")
_INSIDE = re.compile(rf"\.|\*|(?:\[[*#]\]|\[\]|\[-?\d+\]|\[[\w@$-]+\]|\.{_NAME})+")


def kind_of(value: object) -> str:
    for kind, words in _KINDS:
        if isinstance(value, kind):
            return words
    if isinstance(value, Mapping):
        return "a table"
    return "a list" if isinstance(value, Sequence) else type(value).__name__


def text(value: object) -> str | None:
    if not isinstance(value, str):
        return f"must be a string, not {kind_of(value)}"
    return None if value.strip() else "must not be empty"


def boolean(value: object) -> str | None:
    return None if isinstance(value, bool) else f"must be true or false, not {kind_of(value)}"


def integer(value: object) -> str | None:
    if isinstance(value, int) and not isinstance(value, bool):
        return None
    return f"must be an integer, not {kind_of(value)}"


def length(value: object) -> str | None:
    return integer(value) or (None if isinstance(value, int) and value > 0 else "must be above 0")


def constant(value: object) -> str | None:
    if isinstance(value, str | bool | int | float):
        return None
    return f"must be a constant, not {kind_of(value)}"


def matching(pattern: re.Pattern[str], what: str) -> Check:
    """A check for strings that match as a whole; ``what`` is named in the trouble."""

    def check(value: object) -> str | None:
        if not isinstance(value, str):
            return f"must be {what}, not {kind_of(value)}"
        return None if pattern.fullmatch(value) else f"{value!r} is not {what}"

    return check


def choice(*allowed: str) -> Check:
    """A check for one of some words."""

    def check(value: object) -> str | None:
        if isinstance(value, str) and value in allowed:
            return None
        shown = repr(value) if isinstance(value, str) else kind_of(value)
        return f"{shown} is none of {', '.join(allowed)}{did_you_mean(value, allowed)}"

    return check


def listing(item: Check, least: int = 0, most: int | None = None) -> Check:
    """A check for a list whose items pass ``item``."""

    def check(value: object) -> str | None:
        if not isinstance(value, list):
            return f"must be a list, not {kind_of(value)}"
        if len(value) < least:
            return f"must have at least {least} item{'s' if least > 1 else ''}"
        if most is not None and len(value) > most:
            return f"must have at most {most} items"
        troubles = ((number, item(each)) for number, each in enumerate(value, 1))
        return next((f"item {number} {trouble}" for number, trouble in troubles if trouble), None)

    return check


def one_or_list(item: Check) -> Check:
    """A check for one value, or a list of at least one."""
    many = listing(item, least=1)
    return lambda value: many(value) if isinstance(value, list) else item(value)


def mapping(item: Check, keys: Iterable[str] | None = None) -> Check:
    """A check for an inline table whose values pass ``item``, its keys being among ``keys``."""
    allowed = None if keys is None else tuple(keys)

    def check(value: object) -> str | None:
        if not isinstance(value, Mapping):
            return f"must be a table, not {kind_of(value)}"
        if not value:
            return "must not be empty"
        for key, each in value.items():
            if allowed is not None and key not in allowed:
                return f"has the unknown key {key!r}{did_you_mean(key, allowed)}"
            trouble = item(each)
            if trouble:
                return f"{key} {trouble}"
        return None

    return check


def record(keys: Mapping[str, Check], more: Mapping[str, Check] | None = None) -> Check:
    """A check for an inline table that has all of these keys, and perhaps some ``more``."""
    more = more or {}
    allowed = {**keys, **more}

    def check(value: object) -> str | None:
        if not isinstance(value, Mapping):
            return f"must be a table, not {kind_of(value)}"
        for key in value:
            if key not in allowed:
                return f"has the unknown key {key!r}{did_you_mean(key, allowed)}"
        for key, each in allowed.items():
            if key in more and key not in value:
                continue
            trouble = each(value[key]) if key in value else "is missing"
            if trouble:
                return f"{key} {trouble}"
        return None

    return check


def argument(value: object) -> str | None:
    """Keywords and 0-based positions of one argument of a call."""
    if not isinstance(value, list):
        return f"must be a list of keywords and positions, not {kind_of(value)}"
    if not value:
        return "must name a keyword or a position"
    for item in value:
        if isinstance(item, str):
            if not item.isidentifier():
                return f"{item!r} is not a keyword of a call"
        elif isinstance(item, bool) or not isinstance(item, int) or item < 0:
            return f"{item!r} is neither a keyword nor a position from 0"
    return None if len(set(value)) == len(value) else "names a keyword or position twice"


def places(value: object) -> str | None:
    """One or several arguments, each a list that may go on with paths inside of it."""
    if isinstance(value, list) and value and all(isinstance(item, list) for item in value):
        return next((trouble for trouble in map(_place, value) if trouble), None)
    return _place(value)


def _place(value: object) -> str | None:
    if not isinstance(value, list):
        return argument(value)
    outer = [item for item in value if not (isinstance(item, str) and _INSIDE.fullmatch(item))]
    inner = [item for item in value if item not in outer]
    if inner and inner != ["*"] and not outer:
        return "has paths inside of an argument but names none"
    if len(set(inner)) != len(inner):
        return "has a path twice"
    return argument(outer) if outer or not inner else None


def did_you_mean(written: object, allowed: Iterable[str]) -> str:
    """A hint to put after the trouble with an unknown word, empty when none is close."""
    close = get_close_matches(written, list(allowed), 1) if isinstance(written, str) else []
    return f"; did you mean {close[0]!r}?" if close else ""


path = matching(_PATH, "an access path such as 'pkg.Name().method()[].key'")
relative_path = matching(_RELATIVE_PATH, "an access path such as 'encode()' or '[0]'")
dotted = matching(_DOTTED, "a dotted name")
release = matching(_RELEASE, "a release such as 'pkg==1.2.3'")
stem = matching(_STEM, "the name of a table's file without .toml")
