"""The project's modules: where an import leads, and reading each file at most once."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from lint_embed.configuration import Configurations
from lint_embed.disk import contents
from lint_embed.provenance.state import Frame

if TYPE_CHECKING:
    import libcst as cst
    from libcst.metadata import CodeRange

    from lint_embed.provenance.bodies import Abridged, Statements
    from lint_embed.source import Source

MODULE_FILES = (".py", ".pyi")


@dataclass(eq=False, slots=True)
class Module:
    """One file of the project, parsed: ``state`` is ``new``, ``running`` or ``done``.

    ``declares``: directives may name the spaces of its variables. ``starred`` has what
    ``import *`` takes from other files, which all that import from them share.
    """

    path: Path
    source: Source
    tree: cst.Module
    abridged: Abridged | None = None
    frame: Frame = field(init=False)
    state: str = "new"
    positions: Mapping[cst.CSTNode, CodeRange] | None = None
    declares: bool = field(init=False)
    declared: dict[int, str] | None = None
    declared_on: set[int] = field(default_factory=set)
    names: dict[str, None] = field(default_factory=dict)
    starred: dict[Path, dict[str, None]] = field(default_factory=dict)
    imports: dict[Path, None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.frame = Frame(self)
        self.frame.is_module = True
        self.declares = "lint-embed:" in self.source.text and "space=" in self.source.text

    def range_of(self, node: cst.CSTNode) -> tuple[tuple[int, int], tuple[int, int]]:
        """Start and end of a node: lines from 1, columns from 0 in code points."""
        if self.positions is None:
            from lint_embed.provenance.bodies import positions_in

            self.positions = positions_in(self.tree)
        if self.abridged is not None:
            known = self.positions.get(node)
            found = self.abridged.moved(known) if known else self.abridged.range_of(node)
            if found is None:
                raise KeyError(node)
            return found
        where = self.positions[node]
        return (where.start.line, where.start.column), (where.end.line, where.end.column)

    def statements_of(self, suite: cst.BaseSuite) -> Statements:
        """The statements of a suite; those of a body that was left out are parsed now."""
        return suite.body if self.abridged is None else self.abridged.statements(suite)

    def declared_space(self, node: cst.CSTNode) -> str | None:
        """The space that a directive names for an assignment, or None."""
        if self.declared is None:
            self.declared = {}
            if self.declares:
                self._read_declarations()
        return self.declared.get(id(node)) if self.declared else None

    def _read_declarations(self) -> None:
        import libcst.matchers as m

        from lint_embed.suppression import parse

        spaces = parse(self.source.text).spaces
        for node in m.findall(self.tree, m.Assign() | m.AnnAssign()):
            line = self.range_of(node)[0][0]
            name = spaces.get(line)
            if name is not None and self.declared is not None:
                self.declared[id(node)] = name
                self.declared_on.add(line)

    def declaring(self) -> set[int]:
        """The first lines of the assignments that a directive names the space of."""
        self.declared_space(self.tree)
        return self.declared_on

    @property
    def package(self) -> Path:
        """The folder that relative imports start from."""
        return self.path.parent


class Project:
    """The files that the analysis may read for context.

    ``read`` gives the parsed module of a path, or None when it cannot be had; ``root``
    bounds the search for imported modules, ``src`` are further folders to search first.
    """

    def __init__(
        self,
        root: Path | None,
        read: Callable[[Path], Module | None],
        src: tuple[Path, ...] = (),
    ) -> None:
        self.root = root
        self.src = src
        self.configurations = Configurations(root)
        self._read = read
        self._requirements: str | None = None
        self._modules: dict[Path, Module | None] = {}
        self._listings: dict[str, frozenset[str]] = {}
        self._resolved: dict[tuple[str, str], Path | None] = {}
        self._holding: dict[tuple[str, str], list[str]] = {}
        self._searched: dict[str, list[str]] = {}
        self._paths: dict[str, Path] = {}

    def module(self, path: Path) -> Module | None:
        """The parsed module of a file, read on the first call."""
        try:
            return self._modules[path]
        except KeyError:
            found = self._modules[path] = self._read(path)
            return found

    def importers(self) -> dict[Path, set[Path]]:
        """The files that import each file, of those that were read so far."""
        found: dict[Path, set[Path]] = {}
        for module in self._modules.values():
            for path in module.imports if module is not None else ():
                found.setdefault(path, set()).add(module.path)  # type: ignore[union-attr]
        return found

    def renew(self) -> None:
        """Makes all modules new, with the trees that they have."""
        for path, old in self._modules.items():
            if old is not None:
                self._modules[path] = Module(old.path, old.source, old.tree, old.abridged)

    def add(self, module: Module) -> None:
        """Makes an already parsed module known."""
        self._modules[module.path] = module

    def folders_read(self) -> Iterable[str]:
        """The folders whose names decided where imports lead to."""
        return self._listings

    def resolve(self, importer: Path, dotted: str, level: int = 0) -> Path | None:
        """The file or (namespace package's) folder that an import leads to, or None.

        ``level`` counts the dots of a relative import; ``dotted`` may then be empty.
        """
        return self.resolve_in(str(importer.parent), dotted, level)

    def resolve_in(self, folder: str, dotted: str, level: int = 0) -> Path | None:
        """The same for an importer that is in a folder."""
        key = (folder, "." * level + dotted)
        if key not in self._resolved:
            self._resolved[key] = self._resolve(folder, dotted, level)
        return self._resolved[key]

    def place_of(self, path: Path) -> str:
        """A file's path as the project's other paths are written: from its root."""
        if self.root is not None and self.root in path.parents:
            return path.relative_to(self.root).as_posix()
        return path.as_posix()

    def _resolve(self, folder: str, dotted: str, level: int) -> Path | None:
        if not level:
            return self._search(folder, dotted.split("."))
        base = folder
        for _ in range(level - 1):
            base = os.path.dirname(base)
        found = self._within(base, dotted.split(".")) if dotted else self._package(base)
        return self._path(found) if found is not None else None

    def listed_folders(self) -> Iterator[str]:
        """The folders whose contents told where imports lead."""
        return iter(self._listings)

    def requirement_files(self) -> list[Path]:
        """The files of the project that name the packages that it needs."""
        return _requirement_files(self.root) if self.root is not None else []

    def requirements(self) -> str:
        """The text of the project's files that name the packages that it needs."""
        if self._requirements is None:
            self._requirements = _requirements_of(self.root)
        return self._requirements

    def requires_since(self, release: str) -> bool:
        """Whether the requirements only allow a release (``package==1.0.0``) or later."""
        package, _, version = release.partition("==")
        major = int(version.split(".")[0])
        pattern = rf"{re.escape(package)}(?:\[[^\]]*\])?\s*(?:[>=~]=|===)\s*(\d{{1,9}})"
        found = re.search(pattern, self.requirements())
        return found is not None and int(found[1]) >= major

    def within(self, base: Path, parts: list[str]) -> Path | None:
        """The file or folder of a dotted name below a folder, or None."""
        found = self._within(str(base), parts)
        return self._path(found) if found is not None else None

    def _within(self, base: str, parts: list[str]) -> str | None:
        here = base
        for index, part in enumerate(parts):
            names = self._names(here)
            is_last = index == len(parts) - 1
            if part in names and not is_last:
                # A folder may be a package without any file of its own.
                here = f"{here}{os.sep}{part}"
                continue
            if part in names and (found := self._package(f"{here}{os.sep}{part}")) is not None:
                return found
            if is_last:
                for ending in MODULE_FILES:
                    if part + ending in names:
                        return f"{here}{os.sep}{part}{ending}"
            return None
        return None

    def _search(self, folder: str, parts: list[str]) -> Path | None:
        top = parts[0]
        bases = self._holding.get((folder, top))
        if bases is None:
            bases = self._holding[folder, top] = [
                base for base in self._bases(folder) if self._has(base, top)
            ]
        for base in bases:
            if (found := self._within(base, parts)) is not None:
                return self._path(found)
        return None

    def _has(self, folder: str, top: str) -> bool:
        """Whether a folder may hold a top-level module or package of that name."""
        names = self._names(folder)
        return top in names or any(top + ending in names for ending in MODULE_FILES)

    def _path(self, text: str) -> Path:
        found = self._paths.get(text)
        if found is None:
            found = self._paths[text] = Path(text)
        return found

    def _bases(self, folder: str) -> list[str]:
        """The folders to search, in order; a package's own folders are not among them."""
        known = self._searched.get(folder)
        if known is None:
            known = self._searched[folder] = list(dict.fromkeys(self._bases_of(Path(folder))))
        return known

    def _bases_of(self, folder: Path) -> Iterator[str]:
        top = folder
        while "__init__.py" in self._names(str(top)) and top.parent != top:
            top = top.parent
        yield str(top)
        if self.root is not None:
            for outer in top.parents:
                if outer != self.root and self.root not in outer.parents:
                    break
                yield str(outer)
        yield from map(str, self.src)
        if top != folder:
            yield str(folder)  # a script that lies in a package's folder

    def _package(self, folder: str) -> str | None:
        names = self._names(folder)
        if "__init__.py" in names:
            return f"{folder}{os.sep}__init__.py"
        if any(name.endswith(MODULE_FILES) for name in names) or self._has_packages(folder, names):
            return folder
        return None

    def _has_packages(self, folder: str, names: frozenset[str]) -> bool:
        return any(
            "__init__.py" in self._names(f"{folder}{os.sep}{name}")
            for name in names
            if "." not in name
        )

    def _names(self, folder: str) -> frozenset[str]:
        names = self._listings.get(folder)
        if names is None:
            try:
                names = frozenset(os.listdir(folder))
            except OSError:
                names = frozenset()
            self._listings[folder] = names
        return names


def _requirement_files(root: Path) -> list[Path]:
    return [*sorted(root.glob("*requirements*.txt")), root / "pyproject.toml", root / "setup.cfg"]


def _requirements_of(root: Path | None) -> str:
    """The text of a project's files that name the packages that it needs."""
    texts = []
    for path in _requirement_files(root) if root is not None else ():
        try:
            texts.append(contents(path).decode("utf-8", "replace"))
        except OSError:
            continue
    return "\n".join(texts)


def parse(path: Path, source: Source, abridged: Abridged | None = None) -> Module:
    """Parses a source; raises ``libcst.ParserSyntaxError`` where it is no Python.

    ``abridged`` is the source without the bodies of some functions.
    """
    from lint_embed.provenance.bodies import parse_text

    text = source.text if abridged is None else abridged.text
    return Module(path, source, parse_text(text), abridged)
