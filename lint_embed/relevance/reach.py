"""Which definitions of a project can lead to vectors, told from names alone.

A definition *reaches* vectors when it makes an encoder, or names something that does: a
function, a variable, a class whose constructor does, an import of one of these. A class
is also a *kind*: who gets hold of it and names one of its members that reach vectors,
does so too; a library is a kind whose members are the words of its encoders. What
reaches nothing has nothing to compare, whatever it is called with by others: they reach.

The names are those of the text, so that a name too many is taken along now and then,
which costs time and never a finding.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from lint_embed.relevance.chosen import roots
from lint_embed.relevance.classes import Classes
from lint_embed.relevance.facts import NOTHING, Fact, File, Kind, add
from lint_embed.relevance.naming import members_of, passes_on, takes_from
from lint_embed.relevance.outline import Outline, Unit, attributes_set
from lint_embed.relevance.telling import Known, Told, told_in

CONSTRUCTING = frozenset({"__init__", "__new__", "__post_init__"})
"""The methods that are named for a base alone."""
EXPORTS = ("__all__",)
"""The list of what a file exports, which does nothing with it."""
DEEP = 2
"""A member of a kind may be named by what the holder calls, so many calls away."""


class Reach:
    """The files of a project, brought to a fixed point over a closed set of imports.

    ``words_of`` gives the vocabulary of a library's kind; ``telling`` may remember what
    ``told_in`` found in a function.
    """

    def __init__(
        self,
        words_of: Callable[[str], frozenset[str]],
        telling: Callable[[str, str, Known], Told] | None = None,
    ) -> None:
        self.files: dict[Path, File] = {}
        self.classes = Classes(words_of)
        self._telling = telling or told_in
        self._next = 0

    def number(self) -> int:
        """The number of the next file that is taken in; none is given twice."""
        self._next += 1
        return self._next

    def add(self, file: File) -> File:
        """Takes a file in."""
        self.files[file.path] = file
        self.classes.take_in(file)
        return file

    def clear(self) -> None:
        """Drops all files."""
        self.classes.drop(self.files.values())
        self.files.clear()

    def forget(self, changed: Iterable[Path], start: Path) -> set[Path]:
        """Drops what files have to do with that changed, and returns it; all else stays.

        Those are the files that import them, through others too. What a file that goes had
        written into another's variables goes with all that imports these; and so does all
        that files wrote to which ``start`` does not lead to, as it is settled before them.
        """
        near = self.led_from(start)
        importers: dict[Path, list[Path]] = {}
        for file in self.files.values():
            for bound in file.bound:
                importers.setdefault(bound.path, []).append(file.path)
        queue = [path for path in changed if path in self.files]
        queue += [path for path, file in self.files.items() if file.writes and path not in near]
        gone = set[Path]()
        while queue:
            path = queue.pop()
            if path in gone or path not in self.files:
                continue
            gone.add(path)
            queue += importers.get(path, ())
            queue += self.files[path].writes
        self.classes.drop([self.files.pop(path) for path in gone])
        return gone

    def led_from(self, *starts: Path) -> set[Path]:
        """Some files and the files that they lead to."""
        found, queue = set[Path](), list(starts)
        while queue:
            path = queue.pop()
            if path not in found and path in self.files:
                found.add(path)
                queue += [bound.path for bound in self.files[path].bound]
        return found

    def writes(self, among: Iterable[Path]) -> set[tuple[Path, Path]]:
        """Which of some files change what the variables of which others hold."""
        return {(path, other) for path in among for other in self.files[path].writes}

    def settle(self, paths: list[Path]) -> None:
        """Finds what the definitions of some files reach; imports come before importers."""
        importers: dict[Path, list[Path]] = {}
        for path in paths:
            for bound in self.files[path].bound:
                importers.setdefault(bound.path, []).append(path)
        queue = dict.fromkeys(paths)
        rounds = 0
        while queue and rounds < 60 * len(paths):
            rounds += 1
            path = next(iter(queue))
            del queue[path]
            for changed in self._advance(self.files[path]):
                queue.update(dict.fromkeys(importers.get(changed, ())))
                if changed != path and changed in self.files:
                    queue[changed] = None
        for path in paths:
            file = self.files[path]
            file.roots = roots(self, file)

    # one file ------------------------------------------------------------------------

    def _advance(self, file: File) -> set[Path]:
        """Brings one file to a fixed point; returns the files whose names now tell more."""
        names = self._imported(file)
        before = _sizes(file)
        if file.origin is None and not names and not file.changed:
            return set()
        outline = file.outline()
        touched: set[Path] = set()
        while True:
            step = _sizes(file)
            for unit in outline.units:
                if unit.kind != "import" and unit.names != EXPORTS and unit not in file.reaching:
                    self._look(file, outline, unit, names, touched)
            self.classes.inherit(file, outline)
            if _sizes(file) == step:
                break
        if _sizes(file) != before:
            touched.add(file.path)
        return touched

    def _imported(self, file: File) -> dict[str, Fact]:
        """What the imported names lead to; names that lead to nothing are left out."""
        names = {
            alias: Fact(kinds=frozenset({("lib", -1, top)}))
            for alias, top in file.libraries.items()
        }
        for bound in file.bound:
            other = self.files.get(bound.path)
            if other is None:
                continue
            if bound.member is None:
                if not takes_from(file, bound.alias, other.facts):
                    continue
                fact = Fact(kinds=frozenset({("module", other.number, "")}))
            elif bound.member == "*":
                for name, each in other.facts.items():
                    add(names, name, each)
                continue
            else:
                fact = other.facts.get(bound.member, NOTHING)
            add(names, bound.alias, fact)
        for name, fact in names.items():
            if name not in file.libraries:
                add(file.facts, name, fact)  # who imports it from here gets the same
        return names

    def _look(
        self, file: File, outline: Outline, unit: Unit, names: dict[str, Fact], touched: set[Path]
    ) -> None:
        reaches, kinds = self._named(file, outline, unit, names)
        reaches = (
            reaches
            or (
                file.origin is not None
                and file.origin.concerns(unit.words, unit.members)
                and file.origin.found(
                    unit.words,
                    unit.members,
                    outline.code[unit.start : unit.end],
                    outline.text[unit.start : unit.end],
                    lambda: outline.used(unit),
                )
            )
            or (not unit.is_header and bool(kinds) and self._met(file, outline, unit, kinds))
        )
        if unit.is_header:
            near = {("class", file.number, name) for name in unit.words & outline.by_class.keys()}
            self._head(file, unit, reaches, kinds | near)
            return
        if reaches:
            self._reaching(file, outline, unit, names, touched)
        elif kinds:
            self._holding(file, outline, unit, kinds)

    def _named(
        self, file: File, outline: Outline, unit: Unit, names: dict[str, Fact]
    ) -> tuple[bool, set[Kind]]:
        """What the names in a unit lead to."""
        reaches, kinds = False, set[Kind]()
        for known in (names, file.facts):
            for name in known.keys() & unit.words if len(known) > 4 else known:
                if name not in unit.words or name in unit.names:
                    continue
                fact = known[name]
                reaches = reaches or passes_on(fact, name, outline, unit)
                for kind in fact.kinds:
                    if kind[0] != "module":
                        kinds.add(kind)
                        continue
                    for taken in self._taken(kind, name, outline, unit):
                        reaches = reaches or taken.reaches
                        kinds |= {each for each in taken.kinds if each[0] != "module"}
        if unit.owner is not None and not unit.is_header:
            reaches = reaches or not self.classes.members(file, unit.owner).isdisjoint(unit.members)
            for word in unit.members:
                kinds |= file.kinds_of.get((unit.owner, word), frozenset())
        return reaches, kinds

    def _taken(self, module: Kind, alias: str, outline: Outline, unit: Unit) -> Iterator[Fact]:
        """What a unit takes from a module that it knows by a name."""
        other = self.classes.file_of(module)
        facts = other.facts if other is not None else {}
        code = outline.code[unit.start : unit.end] if facts else ""
        may = "getattr" in unit.words or not unit.members.isdisjoint(facts)
        for name in members_of(alias, code) if may else ():
            if name in facts:
                yield facts[name]
            elif name == "*":
                yield from facts.values()

    def _met(self, file: File, outline: Outline, unit: Unit, kinds: set[Kind]) -> bool:
        """Whether a unit, or what it leads to, names a member of a kind that it got hold of."""
        vocabulary = set().union(*(self.classes.vocabulary(kind) for kind in kinds))
        vocabulary -= CONSTRUCTING  # ``super().__init__``
        if not vocabulary:
            return False
        if not vocabulary.isdisjoint(unit.members):
            return True
        seen = {unit}
        level = [(file, outline, unit)]
        for depth in range(DEEP):
            into = kinds if depth == 0 else None
            after = [found for step in level for found in self._led_to(*step, into)]
            level = [found for found in after if found[2] not in seen]
            seen.update(found[2] for found in level)
            if any(not vocabulary.isdisjoint(found[2].members) for found in level):
                return True
        return False

    def _led_to(
        self, file: File, outline: Outline, unit: Unit, kinds: set[Kind] | None
    ) -> Iterator[tuple[File, Outline, Unit]]:
        """The functions that a unit names, and the bodies of its classes but for some kinds:
        that a class names its own members tells nothing of who names the class."""
        places = [(file, outline, name) for name in unit.words & outline.by_name.keys()]
        for bound in file.bound:
            if bound.alias in unit.words and bound.member not in (None, "*"):
                other = self.files.get(bound.path)
                if other is not None:
                    places.append((other, other.outline(), bound.member or ""))
        for place, text, name in places:
            for part in text.by_name.get(name, ()):
                if part.kind == "def":
                    yield place, text, part
                elif part.is_header and kinds and ("class", place.number, name) not in kinds:
                    for member in text.by_class[name]:
                        yield place, text, member

    # what follows --------------------------------------------------------------------

    def _head(self, file: File, unit: Unit, reaches: bool, kinds: set[Kind]) -> None:
        name = unit.names[0]
        itself = ("class", file.number, name)
        bases = frozenset(kind for kind in kinds if kind[0] == "class" and kind != itself)
        self.classes.set_bases(file, name, bases)
        if reaches:
            file.reaching.add(unit)
            self.classes.learn(file, name, ("__init__",))

    def _reaching(
        self,
        file: File,
        outline: Outline,
        unit: Unit,
        names: dict[str, Fact],
        touched: set[Path],
    ) -> None:
        file.reaching.add(unit)
        told = self._told(file, outline, unit, names)
        code, attributes = told.code, told.attributes
        if unit.owner is not None:
            self.classes.learn(file, unit.owner, (*unit.names, *attributes))
        else:
            for name in unit.names:
                file.facts[name] = Fact(True, file.facts.get(name, NOTHING).kinds)
        targets = {bound.alias: bound for bound in file.bound if bound.member not in (None, "*")}
        for name in outline.changed(code):
            if any(part.kind == "statement" for part in outline.by_name.get(name, ())):
                file.facts[name] = Fact(True, file.facts.get(name, NOTHING).kinds)
            elif name in outline.by_class:
                self.classes.learn(file, name, attributes)
            elif (bound := targets.get(name)) is not None and bound.path in self.files:
                other = self.files[bound.path]
                member = bound.member or ""
                if not other.facts.get(member, NOTHING).reaches:
                    other.facts[member] = Fact(True, other.facts.get(member, NOTHING).kinds)
                    other.changed.add(member)
                    file.writes.add(other.path)
                    touched.add(other.path)

    def _told(self, file: File, outline: Outline, unit: Unit, names: dict[str, Fact]) -> Told:
        """The lines of a unit that name what reaches, or a variable that holds it."""
        code = outline.code[unit.start : unit.end]
        if unit.kind != "def":
            return Told(code, frozenset(attributes_set(code)))
        words = unit.words
        known = frozenset(name for facts in (names, file.facts) for name in facts if name in words)
        members = self.classes.members(file, unit.owner) if unit.owner is not None else set()
        seen = Known(known, unit.members & members, file.origin, unit.owner is not None)
        return self._telling(code, outline.spoken[unit.start : unit.end], seen)

    def _holding(self, file: File, outline: Outline, unit: Unit, kinds: set[Kind]) -> None:
        held = frozenset(kinds)
        if unit.owner is None:
            code = outline.code[unit.start : unit.end]
            for name in (*unit.names, *(outline.changed(code) & outline.by_name.keys())):
                add(file.facts, name, Fact(kinds=held))
            return
        for name in (*unit.names, *outline.attributes_set(unit)):
            key = (unit.owner, name)
            file.kinds_of[key] = file.kinds_of.get(key, frozenset()) | held


def _sizes(file: File) -> tuple[int, int, int, int, int]:
    """Grows whenever something is learnt of a file."""
    return (
        len(file.reaching),
        sum(fact.reaches + len(fact.kinds) + 1 for fact in file.facts.values()),
        sum(map(len, file.members.values())),
        sum(map(len, file.kinds_of.values())),
        sum(map(len, file.inherits.values())),
    )
