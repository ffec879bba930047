"""Which of a project's files its own programs write, as far as their texts tell.

What writes a file need not have to do with vectors, and is then neither parsed nor walked.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence

_MODE = r"(?:mode\s*=\s*)?[\"'][^\"'\n]{0,3}[wax+]"
_LINE = r"[^\n]{0,200}?"
_PATH = r"(?:(?!open|load|read)[^\n]){0,200}?"
_CONSTANT = re.compile(r"[A-Z][A-Z0-9_]*|\w*[a-z0-9]_\w*")
_BROKEN = re.compile(r"([(,])\s*\n\s*|\s*\n\s*([).])")
"""Where a call goes on in the next line."""

ROUNDS = 3
"""How often a path may be handed on from name to name."""


def is_written(texts: Sequence[str], name: str) -> bool:
    """Whether programs of these texts seem to write a file, so that it says nothing for sure.

    A text does that says so of the file's name, or of a name that stands for it.
    """
    last = re.escape(posixpath.basename(name))
    texts = [_BROKEN.sub(r"\1\2", text) for text in texts]
    literal = rf"(?<![\w.-]){last}[\"']"
    common: set[str] = set()
    named: list[tuple[str, set[str]]] = []
    for text in texts:
        own = _names_for(text, literal) if posixpath.basename(name) in text else set()
        named.append((text, own))
        common |= {each for each in own if _CONSTANT.fullmatch(each)}
    for text, own in named:
        names = own | {each for each in common if each in text}
        if (names or re.search(literal, text)) and _writes(text, literal, names):
            return True
    return False


def _names_for(text: str, literal: str) -> set[str]:
    """The names that a text binds to a file, directly or by way of others."""
    found: set[str] = set()
    for _ in range(ROUNDS):
        what = _one_of(literal, found)
        bound = rf"(\w+)\s*(?::[^=\n()]{{1,40}})?=(?!=){_PATH}{what}"
        found |= {match[1] for match in re.finditer(bound, text)}
    return found


def _writes(text: str, literal: str, names: set[str]) -> bool:
    what = _one_of(literal, names)
    forms = (
        rf"\bopen\s*\({_LINE}{what}{_LINE},\s*{_MODE}",
        rf"{what}[\s)]*\.open\(\s*{_MODE}",
        rf"{what}[\s)]*\.write_(?:text|bytes)\(",
        rf"(?i:save|dump|write|store|to_json|to_yaml)\w*\({_LINE}{what}",
        rf"\b(?:copy\w*|move|replace|rename)\({_LINE},{_LINE}{what}",
    )
    return any(re.search(form, text) for form in forms)


def _one_of(literal: str, names: set[str]) -> str:
    return "(?:" + "|".join([literal, *(rf"\b{name}\b" for name in sorted(names))]) + ")"
