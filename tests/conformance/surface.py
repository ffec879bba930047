"""The public surface of released packages: names, members and types, read and never run.

A `World` holds the releases that one table of the catalogue is held against. Modules are
visited with griffe one by one, when a name leads there: whole packages would take minutes.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import PurePosixPath
from typing import Any

import griffe
from releases import Release

# `Name = wrapped(Name)` below a class: what it was before tells more.
_REBOUND = re.compile(r"^(\w+) = [\w.]+(?:\([^()]*\))?\(\s*\1\b[^()]*\)$", re.MULTILINE)
# Type parameters and `type` statements, which an older Python can't parse.
_TYPE_PARAMETERS = re.compile(
    r"^(\s*(?:class|def|async def)\s+\w+)\[(?:[^\[\]]|\[[^\[\]]*\])*\]", re.MULTILINE
)
_TYPE_STATEMENT = re.compile(r"^type (\w+)(?:\[.*?\])?\s*=", re.MULTILINE)
_DEFINED = re.compile(r"^ {0,8}(?:class|def|async def) +(\w+)|^ {0,8}(\w+) *[:=]", re.MULTILINE)
_ASSIGNED = re.compile(r"\bself\.(\w+)(?: *(?::[^=\n]+)?=(?!=)|,)")
_IMPORTED = re.compile(r"\bimport +(\([^)]*\)|[^\n]*)")
# Bases that add no members of interest; with another unknown base a class is incomplete.
_PLAIN_BASES = frozenset({
    "object", "Generic", "Protocol", "ABC", "TypedDict", "NamedTuple", "Enum", "StrEnum", "IntEnum",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Overloads:
    """A function of which only overloads are written, as in stubs."""

    functions: tuple[griffe.Function, ...]


@dataclass(eq=False)
class Scope:
    """A module: its source and its stub, whichever there are."""

    path: str
    modules: list[griffe.Module]
    texts: list[str]

    @cached_property
    def lazy(self) -> bool:
        """Whether names are made on demand, where no import statement shows them."""
        return any(re.search(r"__getattr__|_LazyModule|lazy_loader", one) for one in self.texts)


Thing = griffe.Class | griffe.Function | griffe.Attribute | Overloads | Scope


class World:
    """Some releases taken together, as if they were installed side by side."""

    def __init__(self, releases: Sequence[Release]) -> None:
        self.releases = releases
        self._scopes: dict[str, Scope | None] = {}
        self._members: dict[tuple[str, str], Thing | None] = {}
        self._mro: dict[str, tuple[list[griffe.Class], bool]] = {}
        self._packages: dict[str, griffe.Module] = {}
        self._assigned: dict[str, frozenset[str]] = {}

    # --- Modules -------------------------------------------------------------------------

    def scope(self, dotted: str) -> Scope | None:
        """The module of this name, visited; None when no release has it."""
        if dotted not in self._scopes:
            self._scopes[dotted] = self._visit(dotted)
        return self._scopes[dotted]

    def _visit(self, dotted: str) -> Scope | None:
        base = dotted.replace(".", "/")
        modules, texts = [], []
        for release in self.releases:
            for path in _places(base):
                if path in release.files:
                    text = release.text(path)
                    found = self._module(dotted, path, text)
                    if found is not None:
                        modules.append(found)
                        texts.append(text)
        if modules or any(base in release.folders for release in self.releases):
            return Scope(dotted, modules, texts)
        return None

    def _module(self, dotted: str, path: str, text: str) -> griffe.Module | None:
        above, _, name = dotted.rpartition(".")
        code = _REBOUND.sub(lambda match: "\n" * match[0].count("\n"), text)
        plain = _TYPE_STATEMENT.sub(r"\1 =", _TYPE_PARAMETERS.sub(r"\1", code))
        for attempt in dict.fromkeys((code, plain)):
            try:
                return griffe.visit(
                    name,
                    filepath=PurePosixPath(path),  # type: ignore[arg-type]
                    code=attempt,
                    parent=self._package(above) if above else None,
                )
            except (SyntaxError, RecursionError):
                continue
        return None

    def _package(self, dotted: str) -> griffe.Module:
        """A bare module, so that relative imports below it find their way."""
        if dotted not in self._packages:
            above, _, name = dotted.rpartition(".")
            path = PurePosixPath(dotted.replace(".", "/")) / "__init__.py"
            parent = self._package(above) if above else None
            self._packages[dotted] = griffe.Module(
                name,
                filepath=path,  # type: ignore[arg-type]
                parent=parent,
            )
        return self._packages[dotted]

    # --- Names ---------------------------------------------------------------------------

    def resolve(self, dotted: str) -> Thing | None:
        """What a public name stands for, through re-exports; None when nothing does."""
        top, *names = dotted.split(".")
        scope = self.scope(top)
        return self.walk(scope, names) if scope else None

    def walk(self, start: Thing, names: Sequence[str]) -> Thing | None:
        """What the names lead to from here. A name may be a member and a module at once."""
        if not names:
            return start
        for after in self._edges(start, names[0]):
            found = self.walk(after, names[1:])
            if found is not None:
                return found
        return None

    def _edges(self, thing: Thing, name: str) -> Iterator[Thing]:
        if isinstance(thing, Scope):
            member = self.member(thing, name)
            if member is not None:
                yield member
            module = self.scope(f"{thing.path}.{name}")
            if module is not None:
                yield module
        elif isinstance(thing, griffe.Class):
            found = self.class_member(thing, name)
            if found is not None:
                yield found

    def member(self, scope: Scope, name: str) -> Thing | None:
        """A module's member, through imports; None when it has none of this name."""
        key = (scope.path, name)
        if key not in self._members:
            self._members[key] = None  # What leads back here leads nowhere.
            self._members[key] = self._member(scope, name)
        return self._members[key]

    def _member(self, scope: Scope, name: str) -> Thing | None:
        thing: Thing | None = None
        imported = False
        found: list[Thing] = []
        for module in scope.modules:
            here = module.members.get(name)
            imported = imported or isinstance(here, griffe.Alias)
            if isinstance(here, griffe.Alias):
                # A star import further down wins over what was imported before.
                thing = self._starred(scope, name, here.alias_lineno or 0)
                thing = thing or self._target(scope, here.target_path)
            else:
                thing = self._unwrapped(here) if here is not None else None
            if thing is None and module.overloads.get(name):
                thing = Overloads(tuple(module.overloads[name]))
            if thing is not None:
                found.append(thing)
        if found:
            return min(found, key=_vagueness)
        if not imported:  # An import that leads out of the releases is no matter of others.
            thing = self._starred(scope, name)
        return thing or (self._lazy(scope, name) if scope.lazy else None)

    def _target(self, scope: Scope, path: str) -> Thing | None:
        """What an import names. A module may import a name from a module of that name."""
        above, _, name = path.rpartition(".")
        holder = self.resolve(above) if above else None
        if isinstance(holder, Scope):
            if holder is not scope:
                found = self.member(holder, name)
                if found is not None:
                    return found
            return self.scope(path)
        return self.resolve(path)

    def _unwrapped(self, thing: Any) -> Thing | None:
        """An assignment of another name is that other thing."""
        if isinstance(thing, griffe.Module):
            return self.scope(thing.path)
        if isinstance(thing, griffe.Attribute) and thing.annotation is None:
            text = str(thing.value or "")
            if re.fullmatch(r"[A-Za-z_][\w.]*", text) and text not in ("None", "True", "False"):
                named = self.named(thing, text)
                if named is not None:
                    return named
        return thing  # type: ignore[no-any-return]

    def _starred(self, scope: Scope, name: str, below: int = 0) -> Thing | None:
        """What a star import gives, of those that stand below a line."""
        if name.startswith("_"):
            return None
        for module in scope.modules:
            for key, alias in module.members.items():
                if not key.endswith("/*") or not isinstance(alias, griffe.Alias):
                    continue
                if (alias.alias_lineno or 0) < below:
                    continue
                source = self._scope_with(alias.target_path.removesuffix(".*"), name)
                found = self.member(source, name) if source is not None else None
                if found is not None:
                    return found
        return None

    def _scope_with(self, dotted: str, name: str) -> Scope | None:
        """The module if its text can give the name; large modules are not visited in vain."""
        base = dotted.replace(".", "/")
        for release in self.releases:
            for path in _places(base):
                if path in release.files:
                    text = release.text(path)
                    if name in _bound(release, path) or "import *" in text or "__getattr__" in text:
                        return self.scope(dotted)
        return None

    def _lazy(self, scope: Scope, name: str) -> Thing | None:
        """Names of a table for `__getattr__`: by their module, else by a class below."""
        text = "\n".join(scope.texts)
        if name not in text:
            return None
        quoted = re.escape(name)
        for match in re.finditer(rf"[\"']{quoted}[\"']\s*:\s*\(?\s*[\"']([\w.]+)[\"']", text):
            above = scope.path if match[1].startswith(".") else ""
            dotted = f"{above}{match[1]}" if above else match[1]
            for path in (dotted, f"{scope.path}.{match[1].lstrip('.')}"):
                target = self.resolve(path)
                if isinstance(target, Scope) and target is not scope:
                    found = self.member(target, name)
                    if found is not None:
                        return found
        if not re.search(rf"[\"']{quoted}[\"']", text):
            return None
        return self._anywhere(scope, name)

    def _anywhere(self, scope: Scope, name: str) -> Thing | None:
        base = scope.path.replace(".", "/") + "/"
        defined = re.compile(rf"^(?:class|def|async def) {re.escape(name)}\b", re.MULTILINE)
        for release in self.releases:
            for path in sorted(release.files, key=lambda one: (one.count("/"), one)):
                if path.startswith(base) and defined.search(release.text(path)):
                    module = re.sub(r"(?:/__init__)?\.pyi?$", "", path).replace("/", ".")
                    found = self.scope(module)
                    if found is not None and found is not scope:
                        return self.member(found, name)
        return None

    def named(self, holder: Any, dotted: str) -> Thing | None:
        """What a name means in the code of a class, function or module."""
        first, *names = dotted.split(".")
        place: Any = holder
        while place is not None and not isinstance(place, griffe.Module):
            if isinstance(place, griffe.Class) and first in place.members:
                found = place.members[first]
                if found is not holder and not isinstance(found, griffe.Alias):
                    start = self._unwrapped(found)
                    return self.walk(start, names) if start is not None else None
            place = place.parent
        scope = self.scope(place.path) if place is not None else None
        start = self.member(scope, first) if scope is not None else None
        return self.walk(start, names) if start is not None else None

    # --- Classes -------------------------------------------------------------------------

    def mro(self, cls: griffe.Class) -> tuple[list[griffe.Class], bool]:
        """The class and its bases, nearest first, and whether all of them are known."""
        if cls.path not in self._mro:
            self._mro[cls.path] = ([cls], True)
            self._mro[cls.path] = self._linear(cls)
        return self._mro[cls.path]

    def _linear(self, cls: griffe.Class) -> tuple[list[griffe.Class], bool]:
        order, whole = [cls], True
        for base in cls.bases:
            text = re.sub(r"\[.*", "", str(base), flags=re.DOTALL)
            found = self.named(cls.parent, text) if re.fullmatch(r"[\w.]+", text) else None
            if isinstance(found, griffe.Class) and found.path != cls.path:
                above, complete = self.mro(found)
                whole = whole and complete
                order += [one for one in above if all(one.path != had.path for had in order)]
            elif text.rpartition(".")[2] not in _PLAIN_BASES:
                whole = False
        return order, whole

    def class_member(self, cls: griffe.Class, name: str) -> Thing | None:
        """A member of a class, also an inherited one."""
        for one in self.mro(cls)[0]:
            found = one.members.get(name)
            if isinstance(found, griffe.Alias):
                return self.resolve(found.target_path)
            if found is not None:
                same = self._unwrapped(found)
                return same if same is not None else None
            if one.overloads.get(name):
                return Overloads(tuple(one.overloads[name]))
        return None

    def assigns(self, cls: griffe.Class, name: str) -> bool:
        """Whether a method of the class, or of a base, sets this attribute."""
        return any(name in self._assigned_by(one) for one in self.mro(cls)[0])

    def _assigned_by(self, cls: griffe.Class) -> frozenset[str]:
        if cls.path not in self._assigned:
            self._assigned[cls.path] = frozenset(_ASSIGNED.findall(self.source(cls)))
        return self._assigned[cls.path]

    def source(self, thing: griffe.Class | griffe.Function) -> str:
        """The lines of a function or class, as they stand in its module."""
        module: Any = thing
        while not isinstance(module, griffe.Module):
            module = module.parent
        scope = self.scope(module.path)
        if scope is None or thing.lineno is None:
            return ""
        for known, text in zip(scope.modules, scope.texts, strict=True):
            if known is module or len(scope.modules) == 1:
                lines = text.splitlines()
                return "\n".join(lines[thing.lineno - 1 : thing.endlineno])
        return ""


def _vagueness(thing: Thing) -> int:
    """Of a source and its stub the one that says more: 0 says most."""
    if not isinstance(thing, griffe.Attribute):
        return 0
    return 1 if thing.annotation is not None else 2


@cache
def _bound(release: Release, path: str) -> frozenset[str]:
    """The names that a file may give its module: definitions, assignments, imports."""
    text = release.text(path)
    names = {name for pair in _DEFINED.findall(text) for name in pair if name}
    for match in _IMPORTED.finditer(text):
        names.update(re.findall(r"\w+", match[1]))
    return frozenset(names)


def _places(base: str) -> tuple[str, ...]:
    return f"{base}.py", f"{base}/__init__.py", f"{base}.pyi", f"{base}/__init__.pyi"


def parsed(text: str) -> ast.expr | None:
    """An expression's tree, or None when the text is none."""
    try:
        return ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError):
        return None
