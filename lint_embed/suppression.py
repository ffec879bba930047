"""Reads the comments that silence findings or tell the analysis something.

``# noqa`` in flake8's syntax and ``# lint-embed: ...`` count for the statement on whose
lines they stand: a simple statement from its first to its last line, of a compound one the
header. A ``lint-embed`` comment alone on a line counts for the statement that follows.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from lint_embed.logical import Comment, layout, split_lines

_CODES = r"(?:VEC\b|[A-Z]+[0-9]+)(?:[,\s]+(?:VEC\b|[A-Z]+[0-9]+))*"
_NOQA = re.compile(rf"#\s*(noqa\b(?:\s*:\s*({_CODES}))?)", re.IGNORECASE)
_NOQA_FILE = re.compile(
    rf"#\s*((?:flake8|ruff)\s*[:=]\s*noqa(?:\s*:\s*({_CODES}))?)\s*$", re.IGNORECASE
)
_OURS = re.compile(r"#\s*(lint-embed\s*:\s*)", re.IGNORECASE)
_BODY = re.compile(
    r"([A-Za-z][\w-]*)?(?:\s*(\[[^\]\r\n]*\]?))?(?:\s*(=)\s*(\"[^\"]*\"|'[^']*'|[^\s#]*))?"
)
_SEPARATOR = re.compile(r"[,\s]+")
_WORDS = ("ignore", "ignore-file", "space", "reveal")
_TELLING = frozenset(("space", "reveal"))
_PREFIX = "VEC"
_UNUSED_CODE = "VEC901"
_OUR_CODES = re.compile(rf"noqa[^\n]*\b{_PREFIX.lower()}")


def concerns(text: str, found: bool) -> bool:
    """Whether a program may have directives that silence what was found, or that are ours."""
    lower = text.lower()
    return "lint-embed" in lower or (
        "noqa" in lower and (found or _OUR_CODES.search(lower) is not None)
    )


@dataclass(slots=True)
class _Directive:
    """One directive; ``rules`` are codes, prefixes or names, empty for all of them."""

    kind: str
    line: int
    column: int
    text: str
    rules: tuple[str, ...] = ()
    value: str = ""
    problem: str = ""
    used: set[str] = field(default_factory=set)

    def silences(self, code: str, name: str) -> bool:
        """Whether it covers a rule; records the use."""
        if not self.rules:
            self.used.add("")
            return True
        hits = [rule for rule in self.rules if _covers(rule, code, name)]
        self.used.update(hits)
        return bool(hits)

    def idle(self) -> str:
        """What of it silenced nothing: its text, some of its rules, or an empty string."""
        if self.kind in ("noqa", "noqa-file") and not self.rules:
            return ""  # a blanket noqa may serve other tools
        if not self.rules:
            return "" if self.used else self.text
        idle = [r for r in self.rules if r not in self.used and r.upper() != _UNUSED_CODE]
        if len(idle) == len(self.rules):
            return self.text
        return ", ".join(idle)


class Directives:
    """The directives of one program; all lines are lines of the program, from 1.

    ``spaces`` gives the declared space for each line of the statement it belongs to,
    ``reveals`` the lines of the statements whose values are to be shown.
    """

    def __init__(self, text: str) -> None:
        self.spaces: dict[int, str] = {}
        self.reveals: set[int] = set()
        self._all: list[_Directive] = []
        self._whole_file: list[_Directive] = []
        self._by_line: dict[int, list[_Directive]] = {}
        self._statements: tuple[tuple[int, int], ...] = ()
        self._complete = True
        lower = text.lower()
        if "noqa" in lower or "lint-embed" in lower:
            self._read(text)

    def _read(self, text: str) -> None:
        found = layout(text)
        self._statements, self._complete = found.statements, found.complete
        lines = split_lines(text)
        for comment in found.comments:
            for directive in _directives(comment):
                self._all.append(directive)
                if directive.problem:
                    continue
                if directive.kind in ("ignore-file", "noqa-file"):
                    self._whole_file.append(directive)
                    continue
                follows = comment.alone and directive.kind != "noqa"
                for first, last in self._scope(comment.line, follows, lines):
                    self._attach(directive, first, last)

    def _attach(self, directive: _Directive, first: int, last: int) -> None:
        if directive.kind == "space":
            for line in range(first, last + 1):
                self.spaces[line] = directive.value
        elif directive.kind == "reveal":
            self.reveals.update(range(first, last + 1))
        self._by_line.setdefault(first, []).append(directive)

    def _statement(self, line: int) -> tuple[int, int]:
        """First and last line of the statement on a line; the line itself between them."""
        at = bisect_right(self._statements, line, key=lambda span: span[0]) - 1
        if at >= 0 and line <= self._statements[at][1]:
            return self._statements[at]
        return line, line

    def _scope(self, line: int, follows: bool, lines: tuple[str, ...]) -> Iterator[tuple[int, int]]:
        """The statements that a comment on the line counts for."""
        span = self._statement(line)
        at = bisect_right(self._statements, line, key=lambda span: span[0])
        within = at > 0 and line <= self._statements[at - 1][1]
        if within or not follows:
            yield span
            return
        for first, last in self._statements[at:]:
            yield first, last
            if not lines[first - 1].lstrip().startswith("@"):
                return  # behind the decorators comes what they decorate

    def silenced(self, line: int, end_line: int, code: str, name: str) -> bool:
        """Whether a finding of the rule on these lines is silenced; records the use.

        To tell unused directives, ask for every finding, before any selection of rules.
        """
        starts = {self._statement(line)[0]}
        if not self._complete:
            # Without statements to go by, the finding's own lines have to do.
            starts.update(range(line, end_line + 1))
        here = [one for start in starts for one in self._by_line.get(start, ())]
        hit = False
        for one in (*self._whole_file, *here):
            # All are asked, so that of two that silence the same none counts as unused.
            if one.kind not in _TELLING and one.silences(code, name):
                hit = True
        return hit

    def declarations(self) -> list[tuple[int, int, int, str]]:
        """The space declarations: first line of the statement, own line, column, text."""
        return [
            (first, one.line, one.column, one.text)
            for first, directives in self._by_line.items()
            for one in directives
            if one.kind == "space"
        ]

    def unused(self) -> list[tuple[int, int, str]]:
        """What silenced nothing, as (line from 1, column from 0, text).

        A blanket noqa and the codes of other tools are never among them.
        """
        found = []
        for one in self._all:
            if one.problem or one.kind in _TELLING:
                continue
            if idle := one.idle():
                found.append((one.line, one.column, idle))
        return found

    def invalid(self, known: Collection[str]) -> list[tuple[int, int, str]]:
        """Directives that cannot be understood, as (line from 1, column from 0, message).

        ``known`` holds the codes and the names of all rules.
        """
        found = []
        for one in self._all:
            if one.problem:
                found.append((one.line, one.column, one.problem))
            elif one.kind in ("ignore", "ignore-file"):
                for rule in one.rules:
                    if not _is_known(rule, known):
                        message = f"unknown rule {rule!r}{_suggestion(rule, known)}"
                        found.append((one.line, one.column, message))
        return found


def parse(text: str) -> Directives:
    """Reads the directives of a program. Never raises."""
    return Directives(text)


def _directives(comment: Comment) -> Iterator[_Directive]:
    """All directives in one comment."""
    if whole := _NOQA_FILE.search(comment.text):
        if comment.alone and (directive := _noqa("noqa-file", comment, whole)):
            yield directive
    else:
        for found in _NOQA.finditer(comment.text):
            if directive := _noqa("noqa", comment, found):
                yield directive
    for found in _OURS.finditer(comment.text):
        yield _ours(comment, found)


def _noqa(kind: str, comment: Comment, found: re.Match[str]) -> _Directive | None:
    """A noqa with the codes that are ours; None when it only has codes of other tools."""
    rules = tuple(
        code for code in _SEPARATOR.split(found[2] or "") if code.upper().startswith(_PREFIX)
    )
    if found[2] and not rules:
        return None
    column = comment.column + found.start()
    return _Directive(kind, comment.line, column, found[1], rules)


def _ours(comment: Comment, found: re.Match[str]) -> _Directive:
    body = _BODY.match(comment.text, found.end())
    assert body is not None  # every part of it is optional
    word, brackets, value = (body[1] or "").lower(), body[2], body[4]
    text = comment.text[found.start(1) : body.end()].rstrip()
    directive = _Directive(word, comment.line, comment.column + found.start(), text)
    directive.problem = _problem(comment, body, word)
    if brackets and not directive.problem:
        directive.rules = tuple(rule for rule in _SEPARATOR.split(brackets[1:-1]) if rule)
    if value:
        directive.value = value.strip("'\"") if value[0] in "'\"" else value
    return directive


def _problem(comment: Comment, body: re.Match[str], word: str) -> str:
    """What is wrong with a directive; empty when nothing is."""
    brackets, equals, value = body[2], body[3], body[4]
    if word not in _WORDS:
        given = f"unknown directive {word!r}" if word else "directive missing"
        return f"{given}{_suggestion(word, _WORDS) or ': one of ' + ', '.join(_WORDS)}"
    if word == "space":
        named = bool(value and value.strip("'\""))
        return "" if named and not brackets else "a space is declared by space=NAME"
    if equals:
        return f"'{word}' takes no value" + ("" if word == "reveal" else "; rules go in brackets")
    if brackets and word == "reveal":
        return "'reveal' takes no rules"
    if brackets and not brackets.endswith("]"):
        return "bracket not closed"
    if brackets and not brackets[1:-1].strip(", \t"):
        return "no rule in the brackets"
    if word == "ignore-file" and not comment.alone:
        return "'ignore-file' must stand on a line of its own"
    return ""


def _covers(rule: str, code: str, name: str) -> bool:
    if rule.upper().startswith(_PREFIX):
        return code.startswith(rule.upper())
    return rule.lower() == name


def _is_known(rule: str, known: Collection[str]) -> bool:
    if rule.upper().startswith(_PREFIX):
        return any(one.startswith(rule.upper()) for one in known)
    return rule.lower() in known


def _suggestion(word: str, among: Collection[str]) -> str:
    import difflib

    close = difflib.get_close_matches(word.lower(), among, 1)
    return f": did you mean {close[0]!r}?" if close else ""
