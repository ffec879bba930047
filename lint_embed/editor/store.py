"""What the analysis of an editor keeps from one keystroke to the next.

The texts of open documents stand for the files on the disk; sources and trees of files
that did not change are kept, so that an analysis parses only what an edit touched.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import libcst as cst

from lint_embed.catalogue import Catalogue, spaces
from lint_embed.depth import too_deep
from lint_embed.editor import trees
from lint_embed.editor.observe import Observed, ObservedInterpreter
from lint_embed.engine import Loaded, Workspace
from lint_embed.provenance.interpreter import Interpreter
from lint_embed.relevance import Relevance, forces_length
from lint_embed.source import Source, Unreadable, from_text, read, salvage

if TYPE_CHECKING:
    from lint_embed.files import File
    from lint_embed.provenance.modules import Module, Project
    from lint_embed.settings import Settings

#: So many files keep their trees, and so many their texts.
TREES, TEXTS = 400, 4_000

K = TypeVar("K")
V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Kept:
    """A file as it was read: ``stamp`` tells whether it is still so."""

    stamp: object
    source: Source | None
    problem: Unreadable | None


class Store:
    """Texts, sources, trees and imports by file, each with the stamp it was made from."""

    def __init__(self) -> None:
        self.buffers: dict[Path, str] = {}
        self.catalogues: dict[Settings, Catalogue] = {}
        self._sources: dict[Path, Kept] = {}
        self._trees: dict[Path, trees.Tree] = {}
        self._mentions: dict[Path, tuple[str, bool]] = {}
        self._imports: dict[Path, tuple[str, list[Path]]] = {}

    def forget_imports(self) -> None:
        """Files came or went: imports may lead elsewhere."""
        self._imports.clear()

    def forget(self, path: Path) -> None:
        """Drops all that is kept of a file."""
        for table in (self._sources, self._trees, self._mentions, self._imports):
            table.pop(path, None)

    def stamp(self, path: Path) -> object:
        """Changes when the file's text may have changed; None when there is no file."""
        if path in self.buffers:
            return self.buffers[path]
        try:
            status = os.stat(path)
        except OSError:
            return None
        return status.st_mtime_ns, status.st_size

    def source(self, path: Path, shown: str) -> Kept:
        """A file's program, read again only when it changed."""
        stamp = self.stamp(path)
        kept = self._sources.get(path)
        if kept is not None and kept.stamp == stamp:
            return kept
        source = problem = None
        try:
            if path in self.buffers:
                source = from_text(path, shown, self.buffers[path])
            else:
                source = read(path, shown)
        except Unreadable as error:
            problem = error
        kept = Kept(stamp, source, problem)
        _keep(self._sources, path, kept)
        return kept

    def tree(self, path: Path, text: str) -> trees.Tree:
        """A program's tree. Raises ``libcst.ParserSyntaxError``."""
        tree = trees.parse(text, self._trees.get(path))
        _keep(self._trees, path, tree, TREES)
        return tree

    def catalogue(self, settings: Settings) -> Catalogue:
        """The catalogue with a project's own tables; its tables are loaded once."""
        found = self.catalogues.get(settings)
        if found is None:
            if len(self.catalogues) > 8:
                self.catalogues.clear()
            found = self.catalogues[settings] = Catalogue(settings.catalogue)
        return found


def _keep(table: dict[K, V], key: K, value: V, most: int = TEXTS) -> None:
    """Puts a value last; the one that was made first leaves a full table."""
    table.pop(key, None)
    table[key] = value
    if len(table) > most:
        del table[next(iter(table))]


class StoredRelevance(Relevance):
    """Decides which files matter, remembering what each text mentions and imports."""

    def __init__(self, project: Project, extra: Iterable[str], store: Store) -> None:
        super().__init__(project, extra)
        self._store = store
        self._answers: dict[Path, bool] = {}
        self.seen: dict[Path, object] = {}

    def matters(self, path: Path, text: str) -> bool:
        """Whether a file, or one that it imports, can take part in a flow of embeddings."""
        return self._flows(path, text) or forces_length(text)

    def _flows(self, path: Path, text: str) -> bool:
        found = self._answers.get(path)
        if found is None:
            self._answers[path] = False  # an import cycle ends here
            found = self._answers[path] = self._mentioned(path, text) or any(
                self._imported_matters(target) for target in self._targets(path, text)
            )
        return found

    def _imported_matters(self, path: Path) -> bool:
        if path.suffix not in (".py", ".pyi"):
            return False
        kept = self._store.source(path, shown(path))
        self.seen[path] = kept.stamp
        return kept.source is not None and self._flows(path, kept.source.text)

    def _mentioned(self, path: Path, text: str) -> bool:
        kept = self._store._mentions.get(path)
        if kept is None or kept[0] != text:
            kept = (text, self._by_text(text))
            _keep(self._store._mentions, path, kept)
        return kept[1]

    def _targets(self, path: Path, text: str) -> list[Path]:
        kept = self._store._imports.get(path)
        if kept is None or kept[0] != text:
            kept = (text, self._local_imports(path, text))
            _keep(self._store._imports, path, kept)
        return kept[1]


class StoredWorkspace(Workspace):
    """The engine's workspace for one document, over the store."""

    def __init__(self, file: File, store: Store) -> None:
        super().__init__(file.settings, [file])
        extra = self.relevance._extra
        self.store = store
        self.relevance = self._stored = StoredRelevance(self.project, extra, store)
        self._used: dict[Path, object] = {}
        self.observed = Observed()

    @property
    def used(self) -> dict[Path, object]:
        """The files that the result rests on, with their stamps."""
        return self._stored.seen | self._used

    def load(self, path: Path) -> Loaded:
        """Reads a file, or takes an open document's text."""
        loaded = self.loaded.get(path)
        if loaded is None:
            loaded = self.loaded[path] = Loaded()
            file = self.given.get(path)
            kept = self.store.source(path, file.shown if file is not None else shown(path))
            self._used[path] = kept.stamp
            loaded.source = kept.source
            if kept.source is not None:
                loaded.problems.extend(kept.source.problems)
            if kept.problem is not None:
                loaded.problems.append(kept.problem)
        return loaded

    def _parse(self, path: Path, source: Source, loaded: Loaded) -> Module | None:
        if too_deep(source.text) is not None:
            return super()._parse(path, source, loaded)
        try:
            return trees.TreeModule(path, source, self.store.tree(path, source.text))
        except (cst.ParserSyntaxError, RecursionError) as error:
            if source.cells is not None:
                return super()._parse(path, source, loaded)
            loaded.problems = list(salvage(source, error)[1])
            return None

    @property
    def interpreter(self) -> Interpreter:
        """The interpreter, over the kept catalogue, with every value observed."""
        if self._interpreter is None:
            aligned = [
                frozenset(spaces.canonical(name, None) for name in names)
                for names in self.settings.aligned
            ]
            catalogue = self.store.catalogue(self.settings)
            run = ObservedInterpreter(self.project, catalogue, aligned)
            self._interpreter, self.observed = run, run.observed
        return self._interpreter


def shown(path: Path) -> str:
    """The path as findings show it."""
    from lint_embed.files import show

    return show(path)
