"""Which of a project's files its own programs write, as far as their texts tell.

What writes a file need not have to do with vectors, and is then neither parsed nor walked.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Sequence, Set
from functools import cached_property

from lint_embed.configuration import ENDINGS

_MODE = r"(?:mode\s*=\s*)?[\"'][^\"'\n]{0,3}[wax+]"
_LINE = r"[^\n]{0,200}?"
_PATH = r"(?:(?!open|load|read)[^\n]){0,200}?"
_CONSTANT = re.compile(r"[A-Z][A-Z0-9_]*|\w*[a-z0-9]_\w*")
_BROKEN = re.compile(r"([(,])\s*\n\s*|\s*\n\s*([).])")
"""Where a call goes on in the next line."""
_WORD = re.compile(r"\w+")
_ENDING = re.compile(r"(?<![\w.-])[\w.-]++(?=[\"'])")
"""What a string ends in: the last part of a path, or what of it stands behind a space."""
_MARKS = tuple(f"{ending}{quote}" for ending in ENDINGS for quote in "\"'")

ROUNDS = 3
"""How often a path may be handed on from name to name."""


class Written:
    """Programs that are looked through once for all the files that they may write.

    The files are configuration files, by the endings of their names.
    """

    def __init__(self, texts: Sequence[str]) -> None:
        self._texts = texts
        self._programs: dict[int, _Program] = {}
        self._naming: dict[str, list[int]] = {}
        self._known: dict[str, bool] = {}
        for number, text in enumerate(texts):
            if any(mark in text for mark in _MARKS):
                for ending in {each for each in _ENDING.findall(text) if each.endswith(ENDINGS)}:
                    self._naming.setdefault(ending, []).append(number)

    def has(self, name: str) -> bool:
        """Whether programs seem to write a file, so that it says nothing for sure.

        A text does that says so of the file's name, or of a name that stands for it.
        """
        last = posixpath.basename(name)
        if last not in self._known:
            self._known[last] = self._is_written(last)
        return self._known[last]

    def _is_written(self, last: str) -> bool:
        literal = _literal(last)
        ending = re.split(r"[^\w.-]", last)[-1]
        own = {
            number: self._program(number).names_for(literal, ending)
            for number in self._naming.get(ending, ())
        }
        common = _constants(own.values())
        holders = {number for each in common for number in self._holders.get(each, ())}
        for number in sorted(own.keys() | holders):
            program = self._program(number)
            names = own.get(number, set()) | {each for each in common if each in program.lines_of}
            if program.writes(literal, ending, names):
                return True
        return False

    def _program(self, number: int) -> _Program:
        if number not in self._programs:
            self._programs[number] = _Program(self._texts[number])
        return self._programs[number]

    @cached_property
    def _holders(self) -> dict[str, list[int]]:
        """The programs that name a constant which stands for a file somewhere."""
        known = _constants(
            self._program(number).names_for(_literal(ending), ending)
            for ending, numbers in self._naming.items()
            for number in numbers
        )
        found: dict[str, list[int]] = {}
        for number, text in enumerate(self._texts) if known else ():
            for each in known.intersection(_WORD.findall(text)):
                found.setdefault(each, []).append(number)
        return found


class _Program:
    """A text with its calls on one line each, and where its words and the ends of strings are."""

    def __init__(self, text: str) -> None:
        self._lines = _whole_calls(text).split("\n")
        self.lines_of: dict[str, list[int]] = {}
        for number, line in enumerate(self._lines):
            for word in {*_WORD.findall(line), *_ENDING.findall(line)}:
                self.lines_of.setdefault(word, []).append(number)

    def names_for(self, literal: str, ending: str) -> set[str]:
        """The names that are bound to a file, directly or by way of others."""
        found: set[str] = set()
        for _ in range(ROUNDS):
            what = _one_of(literal, found)
            bound = rf"(\w+)\s*(?::[^=\n()]{{1,40}})?=(?!=){_PATH}{what}"
            found |= {match[1] for match in re.finditer(bound, self._about({ending, *found}))}
        return found

    def writes(self, literal: str, ending: str, names: Set[str]) -> bool:
        """Whether the text writes what the literal or one of the names stands for."""
        what = _one_of(literal, names)
        forms = (
            rf"\bopen\s*\({_LINE}{what}{_LINE},\s*{_MODE}",
            rf"{what}[\s)]*\.open\(\s*{_MODE}",
            rf"{what}[\s)]*\.write_(?:text|bytes)\(",
            rf"(?i:save|dump|write|store|to_json|to_yaml)\w*\({_LINE}{what}",
            rf"\b(?:copy\w*|move|replace|rename)\({_LINE},{_LINE}{what}",
        )
        about = self._about({ending, *names})
        return any(re.search(form, about) for form in forms)

    def _about(self, words: Iterable[str]) -> str:
        """The lines with one of the words; no call goes on from one to the next."""
        numbers = {number for word in words for number in self.lines_of.get(word, ())}
        return "\n;\n".join(self._lines[number] for number in sorted(numbers))


def _whole_calls(text: str) -> str:
    return _BROKEN.sub(r"\1\2", text)


def _constants(names: Iterable[Set[str]]) -> set[str]:
    return {each for some in names for each in some if _CONSTANT.fullmatch(each)}


def _literal(last: str) -> str:
    return rf"(?<![\w.-]){re.escape(last)}[\"']"


def _one_of(literal: str, names: Set[str]) -> str:
    return "(?:" + "|".join([literal, *(rf"\b{name}\b" for name in sorted(names))]) + ")"
