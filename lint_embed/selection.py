"""What selectors of rules and patterns over paths mean."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

#: Rules that count as selected by ALL whatever is selected: that a file was not checked must
#: not look as if nothing were found in it.
ALWAYS = frozenset({"VEC902"})


# --- Rules by code, prefix or name ---------------------------------------------------


def rule_names() -> dict[str, str]:
    """The code of every rule and its name, in the order of the registry."""
    # Only here: most runs of the command line need no rule before the analysis does.
    from lint_embed.rules import RULES

    return {rule.code: rule.name for rule in RULES}


def codes(selector: str) -> tuple[str, ...]:
    """The codes that a code, a prefix, a rule's name or ALL stands for."""
    names = rule_names()
    if selector.upper() == "ALL":
        return tuple(names)
    return tuple(c for c, name in names.items() if name == selector or c.startswith(selector))


def enabled(select: tuple[str, ...], ignore: tuple[str, ...]) -> frozenset[str]:
    """The codes that are selected: the more precise selector wins, and of equally precise
    ones the one that ignores."""
    return _enabled(select, ignore, tuple(rule_names()))


@lru_cache(maxsize=256)
def _enabled(
    select: tuple[str, ...], ignore: tuple[str, ...], known: tuple[str, ...]
) -> frozenset[str]:
    def precision(code: str, selectors: tuple[str, ...], least: int = -1) -> int:
        hits = [s for s in selectors if code in codes(s)]
        found = (0 if s.upper() == "ALL" else min(len(s), len(code)) for s in hits)
        return max(found, default=least)

    return frozenset(
        code
        for code in known
        if precision(code, select, 0 if code in ALWAYS else -1) > precision(code, ignore)
    )


def unknown(selector: str) -> str:
    """What is wrong with a selector that selects nothing; empty for any other."""
    if selector and codes(selector):
        return ""
    names = rule_names()
    near = did_you_mean(selector, [*names, *names.values(), "ALL"])
    return f"unknown rule {selector!r}{near}"


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`` (did you mean 'x'?)`` for the nearest known word, else nothing."""
    spelled = {name.lower(): name for name in known}
    near = difflib.get_close_matches(word.lower(), list(spelled), 1, 0.65)
    return f" (did you mean {spelled[near[0]]!r}?)" if near else ""


# --- Patterns ------------------------------------------------------------------------


@lru_cache(maxsize=1024)
def glob(pattern: str) -> re.Pattern[str]:
    """A pattern over paths with forward slashes: ``*`` and ``?`` match slashes too, ``**/``
    any number of folders, ``[...]`` one character."""
    pieces = re.split(r"(\*\*/|\*+|\?|\[!?\]?[^]]*\])", pattern)
    wild = {"?": ".", "**/": "(?:.*/)?"}
    regex = ""
    for number, piece in enumerate(pieces):
        if number % 2 == 0:
            regex += re.escape(piece)
        elif piece.startswith("["):
            negated = piece[1] == "!"
            inner = piece[2 if negated else 1 : -1].replace("\\", r"\\").replace("[", r"\[")
            inner = r"\]" + inner[1:] if inner.startswith("]") else inner
            regex += f"[{'^' if negated else ''}{inner}]"
        else:
            regex += wild.get(piece, ".*")
    return re.compile(regex, re.DOTALL)


def matches(pattern: str, path: Path, root: Path | None) -> bool:
    """Whether a pattern means the absolute ``path``: by its last name, or as a path
    below ``root``. A leading ``!`` turns the answer round."""
    if pattern.startswith("!"):
        return not matches(pattern[1:], path, root)
    pattern = pattern.removeprefix("./").rstrip("/")
    if glob(pattern).fullmatch(path.name):
        return True
    base = (root or Path.cwd()).as_posix().rstrip("/")
    text = path.as_posix()
    if pattern.startswith("/"):
        return glob(pattern).fullmatch(text) is not None
    inside = text.startswith(base + "/")
    return inside and glob(pattern).fullmatch(text[len(base) + 1 :]) is not None
