"""What the analysis of an editor keeps from one keystroke to the next.

The texts of open documents stand for the files on the disk; sources and trees of files
that did not change are kept, so that an analysis parses only what an edit touched.
"""

from __future__ import annotations

import os
from collections import ChainMap
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import libcst as cst

from lint_embed.catalogue import Catalogue
from lint_embed.depth import too_deep
from lint_embed.editor import trees
from lint_embed.editor.known import Known, Listing
from lint_embed.editor.observe import Observed
from lint_embed.reading import Loaded
from lint_embed.relevance import Relevance, Roots, outline, told_in
from lint_embed.relevance.outline import Outline
from lint_embed.results import Report
from lint_embed.source import Source, Unreadable, from_text, read, salvage
from lint_embed.workspace import Workspace

if TYPE_CHECKING:
    from lint_embed.files import File
    from lint_embed.provenance.interpreter import Interpreter
    from lint_embed.provenance.modules import Module, Project
    from lint_embed.settings import Settings

#: So many files keep their trees, so many their texts, and so many functions what their
#: lines told.
TREES, TEXTS, TOLD = 400, 4_000, 4_000

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
        self._outlines: dict[Path, Outline] = {}
        self.listing = Listing()
        self.telling = lru_cache(TOLD)(told_in)

    def forget(self, path: Path) -> None:
        """Drops all that is kept of a file."""
        for table in (self._sources, self._trees, self._outlines):
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

    def outline(self, path: Path, text: str) -> Outline:
        """A file's outline."""
        found = self._outlines.get(path)
        if found is None or found.text != text:
            found = outline.read(text)
            _keep(self._outlines, path, found)
        return found

    def tree(self, path: Path, text: str, hasty: bool) -> trees.Tree:
        """A program's tree. Raises ``libcst.ParserSyntaxError``, as ``trees.parse`` does."""
        tree = trees.parse(text, self._trees.get(path), hasty)
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
    """Decides what matters for one document, over what still stands of the last time.

    ``seen`` are the files that the decisions rest on, with their stamps.
    """

    def __init__(self, project: Project, extra: Iterable[str], store: Store, known: Known) -> None:
        super().__init__(project, extra, self._stored, known.reach)
        self._store = store
        self.seen = known.seen

    def _stored(self, path: Path) -> str | None:
        kept = self._store.source(path, shown(path))
        self.seen[path] = kept.stamp
        return kept.source.text if kept.source is not None else None

    def roots(self, path: Path, text: str | None = None) -> Roots:
        """The definitions of a file that can lead to vectors, by the text in the store."""
        return super().roots(path)

    def outline(self, path: Path, text: str) -> Outline:
        """The outline of a file, made again only when its text changed."""
        return self._store.outline(path, text)


class StoredWorkspace(Workspace):
    """The engine's workspace for one document, over the store.

    ``known`` is what stands of the last check under the same settings; ``typing`` says
    that nobody is told yet why a text can't be parsed.
    """

    def __init__(
        self, file: File, store: Store, known: Known | None = None, typing: bool = False
    ) -> None:
        super().__init__(file.settings, [file])
        self._typing = typing
        self.store = store
        self.known = known or Known(file.path, file.settings, store.telling)
        self.known.refresh(store.stamp)
        extra = self.relevance.extra
        self.relevance = StoredRelevance(self.project, extra, store, self.known)
        self._used: dict[Path, object] = {}
        self.interrupted: Callable[[], bool] | None = None
        self.observed = Observed()

    @property
    def used(self) -> Mapping[Path, object]:
        """The files that the result rests on, with their stamps."""
        return ChainMap(self._used, self.known.seen)

    def lint(self, file: File, quick: bool) -> tuple[Report, Report | None]:
        """What the document and its imports tell, and then what the project around it does.

        ``quick`` leaves out the second, where there may be any.
        """
        self.walk(file)
        first = self.report(file)
        run = self.walked_by
        if run is None or not run.open_names():
            return first, first
        if quick:
            return first, None
        self.match(context=True)
        return first, self.report(file)

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

    def parse(self, path: Path, source: Source, loaded: Loaded) -> Module | None:
        """Parses what an edit touched; the rest of the tree is kept."""
        if too_deep(source.text) is not None:
            return super().parse(path, source, loaded)
        try:
            return trees.TreeModule(path, source, self.store.tree(path, source.text, self._typing))
        except (cst.ParserSyntaxError, RecursionError) as error:
            rest, loaded.problems[:] = salvage(source, error)
            return super().parse(path, source, loaded) if rest is not None else None

    def make_interpreter(self, catalogue: Catalogue | None = None) -> Interpreter:
        """The interpreter, over the kept catalogue, with every value observed."""
        run = super().make_interpreter(catalogue or self.store.catalogue(self.settings))
        run.observer, run.interrupted = self.observed, self.interrupted
        return run

    def python_files(self) -> Iterable[Path]:
        """The project's files, for context; folders that did not change are not read anew."""
        return self.store.listing.files(self.settings.root) if self.settings.root else ()


def shown(path: Path) -> str:
    """The path as findings show it."""
    from lint_embed.files import show

    return show(path)
