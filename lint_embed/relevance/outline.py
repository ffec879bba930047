"""The outline of a file, read from its text: definitions, and the names in them.

Nothing is parsed: a file is cut at the lines that start a statement of the module or of a
class's body. What can't be told from the text errs towards more names.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from lint_embed.relevance.imports import imports
from lint_embed.relevance.literals import without_literals

_TYPE = r"(?:[\w.|\s\"']|\[(?:[^\[\]]|\[(?:[^\[\]]|\[[^\[\]]*\])*\])*\])+?"
_ANNOTATED = re.compile(
    rf"((?:^[ \t]*|[(,]\s*)\*{{0,2}}(?:\w+\.)*\w+\s*):\s*{_TYPE}(?=[=,)]|$)", re.M
)
_RESULT = re.compile(rf"->\s*{_TYPE}:")
_LOOKING_UP = frozenset(
    "getattr __dict__ globals locals eval exec import_module __getattr__".split()
)
_CHECKED = re.compile(r"\b(?:isinstance|issubclass)\(\s*[\w.]+\s*,[\w.,|\s()]*\)|\bcast\([^,()]*,")
_START = re.compile(r"^[^\s#)\]}]", re.MULTILINE)
_GOES_ON = re.compile(r"(?:else|elif|except|finally)\b")
_DEFINES = re.compile(r"(?:async[ \t]+)?(?P<kind>def|class)[ \t]+(?P<name>\w+)")
_BLOCK = re.compile(r"(?:async[ \t]+)?(?:if|try|for|while|with|match)\b")
_CLASS = re.compile(r"^[ \t]*class\b", re.MULTILINE)
_INDENT = re.compile(r"^([ \t]+)[^\s#]", re.MULTILINE)
_TARGET = (
    r"([(\[]?\*?\w+(?:[ \t]*,[ \t]*[(\[]?\*?\w*[)\]]?)*[)\]]?)[ \t]*(?::[^=\n]*)?"
    r"(?:[-+*/|&@%]|//)?=(?!=)"
)
_TARGETS = re.compile(rf"\s*{_TARGET}")
_SPREAD_TARGETS = re.compile(r"\s*([(\[][\w\s,*]+[)\]])\s*=(?!=)")
_BOUND = re.compile(
    r"\b(?:def|class|as)[ \t]+(\w+)|\bfor[ \t]+([\w, \t()*]+?)[ \t]+in\b|\b(\w+)[ \t]*:="
)
_WORD = re.compile(r"[A-Za-z_]\w*")
_MEMBER = re.compile(r"\.[ \t]*[A-Za-z_]\w*")
_ATTRIBUTE = re.compile(r"\.\s*([A-Za-z_]\w*)")
_GROWS = r"\.(?:append|extend|update|add|insert|setdefault|put|appendleft)\("
_ITEMS = r"(?:\[[^\]\n]*\])*"
_VALUE = r"\s*(?::[^=\n]+)?(?:[-+*/|&@]|//)?=(?!=)"
# These begin with what is quickly found: a line's start is the line end before it.
_CHANGED = re.compile(rf"[\n,;][ \t(*]*(\w+)(?:\.\w+|\[[^\]\n]*\])+{_VALUE}")
_GROWING = re.compile(_GROWS)
_GROWN = re.compile(rf"(\w+){_ITEMS}\Z")
_CONTAINER = re.compile(r"=\s*(?:[\[{]|\w*(?:dict|list|set|deque|Dict)\(|None\b)")
_GLOBAL = re.compile(r"\b(?:global|nonlocal)[ \t]+([\w, \t]+)")
_BESIDE = r"(?=\s*,(?:[^\n=]{0,300}=(?!=)|\s*\n[\w\s.,*\[\]]{0,600}\)\s*=(?!=)))"
"""After a target with others behind it, up to the ``=``; not after an argument of a call.

It looks no further than targets get, else long lists would cost the square of their length.
"""
_SET = tuple(
    re.compile(pattern)
    for pattern in (
        rf"\n[ \t(*]*(?:(?:self|cls)(?:\.\w+)*\.(\w+){_ITEMS}{_BESIDE}"
        rf"|\w+(?:\.\w+)*\.(\w+){_ITEMS}{_VALUE})",
        rf",\s*\*?\w+\.(\w+){_ITEMS}(?:\s*=(?!=)|{_BESIDE})()",
        rf"\.(\w+){_ITEMS}{_GROWS}()",
        r"(?:as(?<!\was)|for(?<!\wfor))[ \t]+\w+\.(\w+)()",
        r"setattr\(()()",
    )
)
"""Where attributes are set or changed, in two groups of which one is empty."""


@dataclass(eq=False, slots=True)
class Unit:
    """A statement of a module or of a class's body, from one offset to another.

    ``names`` are what it binds; ``owner`` is the class whose body it stands in. ``words``
    are the names in it, ``members`` those that follow a dot.
    """

    start: int
    end: int
    names: tuple[str, ...]
    kind: str = "statement"
    owner: str | None = None
    words: frozenset[str] = frozenset()
    members: frozenset[str] = frozenset()
    sets: frozenset[str] | None = None
    used: frozenset[str] | None = None

    @property
    def is_header(self) -> bool:
        """Whether it is the first line of a class, with its bases."""
        return self.kind == "class" and self.names == (self.owner,)


@dataclass(eq=False, slots=True)
class Outline:
    """A file's units, and its text without literals."""

    text: str
    units: list[Unit] = field(default_factory=list)
    by_name: dict[str, list[Unit]] = field(default_factory=dict)
    by_class: dict[str, list[Unit]] = field(default_factory=dict)
    _without: tuple[str, str] | None = None

    @property
    def code(self) -> str:
        """The text with blanks for all literals and comments."""
        return self._blanked()[0]

    @property
    def spoken(self) -> str:
        """The text with blanks for those that name nothing."""
        return self._blanked()[1]

    def _blanked(self) -> tuple[str, str]:
        if self._without is None:
            self._without = without_literals(self.text)
        return self._without

    def slim(self) -> None:
        """Frees what can be made again, and seldom has to."""
        self._without = None

    def changed(self, code: str) -> set[str]:
        """The names of which some code changes what they hold, or which it makes global."""
        found = set(_CHANGED.findall(f"\n{code}"))
        found.update(name for name in grown_in(code) if self._is_container(name))
        if "global" in code or "nonlocal" in code:
            for names in _GLOBAL.findall(code):
                found.update(_WORD.findall(names))
        return found

    def lines(self, unit: Unit) -> Iterator[tuple[str, str]]:
        """The logical lines of a unit: their code, and their text without comments."""
        code, spoken = self.code[unit.start : unit.end], self.spoken[unit.start : unit.end]
        return lines_of(code, spoken)

    def attributes_set(self, unit: Unit) -> frozenset[str]:
        """The attributes, of any object, that a unit may set or change."""
        if unit.sets is None:
            unit.sets = frozenset(attributes_set(self.code[unit.start : unit.end]))
        return unit.sets

    def sets_attributes(self, unit: Unit) -> bool:
        """Whether a unit may set or change any attribute."""
        if unit.sets is not None:
            return bool(unit.sets)
        code = f"\n{self.code[unit.start : unit.end]}"
        return any(pattern.search(code) is not None for pattern in _SET)

    def used(self, unit: Unit) -> frozenset[str]:
        """The names in a unit that do more than to say of which type something is.

        One in quotes does so where something is looked up by its name.
        """
        if unit.used is None:
            if unit.is_header:
                unit.used = unit.words
            else:
                text = self.code if _LOOKING_UP.isdisjoint(unit.words) else self.spoken
                text = _CHECKED.sub("", text[unit.start : unit.end])
                text = _RESULT.sub(":", _ANNOTATED.sub(r"\1", text))
                unit.used = _shared(_names(text))
        return unit.used

    def _is_container(self, name: str) -> bool:
        return any(
            _CONTAINER.search(self.code, unit.start, unit.end)
            for unit in self.by_name.get(name, ())
            if unit.kind == "statement"
        )


def read(text: str) -> Outline:
    """The outline of a file."""
    outline = Outline(text)
    code, spoken = outline.code, outline.spoken
    for unit in _units(code, 0, len(code), ""):
        if unit.kind == "class":
            outline.units += _class_units(code, unit)
        else:
            outline.units.append(unit)
    for unit in outline.units:
        unit.words = _shared(_names(spoken[unit.start : unit.end]))
        if (unit.kind == "statement" and unit.owner is not None) or "getattr" in unit.words:
            unit.members = _shared(_WORD.findall(spoken, unit.start, unit.end))
        else:
            unit.members = _shared(_ATTRIBUTE.findall(spoken, unit.start, unit.end))
        if unit.owner is not None:
            outline.by_class.setdefault(unit.owner, []).append(unit)
        if unit.owner is None or unit.is_header:
            for name in unit.names:
                outline.by_name.setdefault(name, []).append(unit)
    return outline


def _shared(names: Iterable[str]) -> frozenset[str]:
    """Names as a set, each kept once for all files; a copy of a set has no room to grow."""
    return frozenset(set(map(sys.intern, names)))


def bound_by(outline: Outline) -> list[str]:
    """The names that a file binds by itself, without those that start with an underscore."""
    bound = (one.alias for one in imports(outline.text) if one.alias != "*")
    names = dict.fromkeys((*bound, *outline.by_name))
    return [name for name in names if not name.startswith("_")]


def lines_of(code: str, spoken: str) -> Iterator[tuple[str, str]]:
    """The logical lines of some code, each with its text without comments."""
    start = at = depth = 0
    while at < len(code):
        end = code.find("\n", at) + 1 or len(code)
        depth = max(0, depth + _depth(code, at, end))
        at = end
        if depth == 0 and not code.endswith("\\\n", start, end):
            yield code[start:end], spoken[start:end]
            start = end
    if start < len(code):
        yield code[start:], spoken[start:]


def attributes_set(code: str) -> set[str]:
    """The attributes, of any object, that some code may set or change."""
    code = f"\n{code}"
    return {one or other for pattern in _SET for one, other in pattern.findall(code)}


def grown_in(code: str) -> Iterator[str]:
    """The names of what some code adds to: ``name.append(``, ``name[0].update(``."""
    for match in _GROWING.finditer(code):
        start = code.rfind("\n", 0, match.start()) + 1
        if (found := _GROWN.search(code, start, match.start())) is not None:
            yield found[1]


def targets_of(code: str, start: int = 0, end: int = sys.maxsize) -> list[str]:
    """The names that a logical line assigns to: ``a = b, c = ...``; not its keywords."""
    names: list[str] = []
    match = _TARGETS.match(code, start, end) or _SPREAD_TARGETS.match(code, start, end)
    while match is not None:
        names += _WORD.findall(match[1])
        match = _TARGETS.match(code, match.end(), end)
    return names


def bound_in(code: str) -> set[str]:
    """The names that a logical line binds, or whose contents it changes."""
    names = set(targets_of(code))
    for groups in _BOUND.findall(code):
        names.update(_WORD.findall("".join(groups)))
    names.update(_CHANGED.findall(f"\n{code}"))
    names.update(grown_in(code))
    names.discard("")
    return names


def names_in(text: str) -> set[str]:
    """The names that stand in a text, without those that follow a dot."""
    return set(_names(text))


def _names(text: str) -> list[str]:
    # Twice as fast as to look behind each name.
    return _WORD.findall(_MEMBER.sub("", text))


def members_in(text: str) -> set[str]:
    """The names that follow a dot in a text."""
    return set(_ATTRIBUTE.findall(text))


def _units(code: str, start: int, end: int, indent: str) -> Iterator[Unit]:
    """The statements of one block, from their first to their last line."""
    cuts = list(_cuts(code, start, end, indent))
    for index, (at, head) in enumerate(cuts):
        last = cuts[index + 1][0] if index + 1 < len(cuts) else end
        defined = _DEFINES.match(code, head)
        if defined is not None:
            yield Unit(at, last, (defined["name"],), defined["kind"])
        elif code.startswith(("from ", "import "), head):
            yield Unit(at, last, (), "import")
        else:
            yield Unit(at, last, _bound(code, head, last), "statement")


def _cuts(code: str, start: int, end: int, indent: str) -> Iterator[tuple[int, int]]:
    """Where the statements of a block start: with their decorators, and without."""
    pattern = _START if not indent else re.compile(rf"^{indent}(?=[^\s#)\]}}])", re.MULTILINE)
    depth, before, decorated = 0, start, -1
    for match in pattern.finditer(code, start, end):
        at, head = match.start(), match.start() + len(indent)
        depth = max(0, depth + _depth(code, before, at))
        before = at
        if depth or _GOES_ON.match(code, head):
            continue
        if code[head] == "@":
            decorated = at if decorated < 0 else decorated
            continue
        yield (at if decorated < 0 else decorated), head
        decorated = -1


def _depth(code: str, start: int, end: int) -> int:
    count = code.count
    opened = count("(", start, end) + count("[", start, end) + count("{", start, end)
    return opened - count(")", start, end) - count("]", start, end) - count("}", start, end)


def _bound(code: str, start: int, end: int) -> tuple[str, ...]:
    """The names that a statement which defines nothing binds."""
    names: dict[str, None] = {}
    if _BLOCK.match(code, start) is None:
        return tuple(dict.fromkeys(targets_of(code, start, end)))
    block = code[start:end]
    for line, _ in lines_of(block, block):
        names.update(dict.fromkeys(targets_of(line)))
    for match in _BOUND.finditer(code, start, end):
        names.update(dict.fromkeys(_WORD.findall(match[1] or match[2] or match[3])))
    return tuple(names)


def _class_units(code: str, unit: Unit) -> Iterator[Unit]:
    """A class's header, and the statements of its body."""
    name = unit.names[0]
    header = _header_end(code, unit)
    yield Unit(unit.start, header, unit.names, "class", name)
    found = _INDENT.search(code, header, unit.end)
    if found is None:
        return
    for part in _units(code, header, unit.end, found[1]):
        part.owner = name
        yield part


def _header_end(code: str, unit: Unit) -> int:
    """The end of the lines of ``class Name(...):``."""
    found = _CLASS.search(code, unit.start, unit.end)
    start = found.start() if found is not None else unit.start
    depth, before = 0, start
    at = code.find("\n", start, unit.end)
    while at != -1 and (depth := depth + _depth(code, before, at)) > 0:
        before = at
        at = code.find("\n", at + 1, unit.end)
    return unit.end if at == -1 else at + 1
