"""The files under one configuration: read, looked at for what matters, and parsed."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from lint_embed.adjacent import united
from lint_embed.context import python_files
from lint_embed.depth import too_deep, too_deep_at
from lint_embed.files import show
from lint_embed.relevance import Relevance, file_text, plain_lines
from lint_embed.source import Source, Unreadable, compiles, read, salvage
from lint_embed.stages import stage

if TYPE_CHECKING:
    from lint_embed.files import File
    from lint_embed.findings import Place
    from lint_embed.provenance.bodies import Abridged
    from lint_embed.provenance.modules import Module, Project
    from lint_embed.settings import Settings


@dataclass(slots=True)
class Loaded:
    """A file that was read: its source, and what is wrong with it."""

    source: Source | None = None
    problems: list[Unreadable] = field(default_factory=list)
    module: Module | None = None
    walked: bool = False
    notes: tuple[tuple[Place, str], ...] = ()
    seconds: float = 0.0
    shared: bool = False
    broken_off: bool = False


class Reader:
    """Reads the files under one configuration: those that are linted, and those around them.

    Unless it is ``wide``, files that only keep vectors in stores do not matter so far.

    Who keeps things from one run to the next, as an editor does, overrides ``load``,
    ``parse`` and ``python_files``, and sets ``relevance``; all that the analysis reads goes
    through them.
    """

    def __init__(self, settings: Settings, files: Sequence[File], wide: bool = True) -> None:
        from lint_embed.provenance.modules import Project

        self.settings = settings
        self.given = {file.path: file for file in files}
        self.loaded: dict[Path, Loaded] = {}
        self.project: Project = Project(settings.root, self.module, settings.source_roots())
        self._broken: dict[Path, bool] = {}
        self._complete: bool | None = None
        # Of other files of the project, which may fill the stores, nothing is known here.
        wide = wide or not (settings.root is None or self.is_complete())
        own = _own_libraries(settings)
        self.relevance = Relevance(self.project, own, self._text, stores=wide)

    def load(self, path: Path) -> Loaded:
        """Reads a file once."""
        loaded = self.loaded.get(path)
        if loaded is None:
            loaded = self.loaded[path] = Loaded()
            file = self.given.get(path)
            shown = file.shown if file is not None else show(path)
            try:
                with stage("reading"):
                    loaded.source = read(path, shown, file.data if file is not None else None)
                loaded.problems.extend(loaded.source.problems)
            except Unreadable as error:
                loaded.problems.append(error)
        return loaded

    def _text(self, path: Path) -> str | None:
        """A file's program, for a look at its names; files to lint are read once."""
        if path in self.given or path in self.loaded:
            source = self.load(path).source
            return source.text if source is not None else None
        return file_text(path)

    def module(self, path: Path) -> Module | None:
        """A file of the project, parsed; None when it cannot be had."""
        if path.is_dir():
            return self.parse(path / "__init__.py", Source(str(path), ""), Loaded())
        loaded = self.load(path)
        if loaded.module is None and loaded.source is not None:
            with stage("parsing"):
                loaded.module = self.parse(path, loaded.source, loaded)
        return loaded.module

    def parse(self, path: Path, source: Source, loaded: Loaded) -> Module | None:
        """Parses a program; what is wrong with it becomes the problems of ``loaded``."""
        import libcst as cst

        from lint_embed.provenance.modules import parse

        if too_deep(source.text) is not None and (flat := united(source.text)) != source.text:
            written = source.text if source.written is None else source.written
            source = loaded.source = replace(source, text=flat, written=written)
        if (deep := too_deep(source.text)) is not None:
            loaded.problems.append(too_deep_at(source, deep))
            return None
        if (abridged := self._abridged(path, source)) is not None:
            with suppress(cst.ParserSyntaxError, RecursionError):
                return parse(path, source, abridged)
        try:
            return parse(path, source)
        except (cst.ParserSyntaxError, RecursionError) as error:
            rest, problems = salvage(source, error)
            loaded.problems = [*problems]
            if rest is None:
                return None
            loaded.problems = list(rest.problems) or loaded.problems
            loaded.source = rest
            try:
                return parse(path, rest)
            except (cst.ParserSyntaxError, RecursionError):
                return None

    def _abridged(self, path: Path, source: Source) -> Abridged | None:
        """A program without the bodies of functions that lead to no vectors; None for all of
        it, as where it is broken or directives ask about what stands in it."""
        if "lint-embed:" in source.text:
            return None
        from lint_embed.provenance.bodies import abridge

        roots, outline = self.relevance.roots(path, source.text), self.relevance.outlined(path)
        if outline.text != plain_lines(source.text):
            return None
        abridged = abridge(outline, roots.has)
        self.relevance.free([path])
        return abridged if abridged is not None and abridged.is_sound() else None

    def python_files(self) -> Iterable[Path]:
        """The project's files, for context."""
        return python_files(self.settings.root) if self.settings.root is not None else ()

    def is_complete(self) -> bool:
        """Whether all Python files of the project are linted."""
        if self._complete is None:
            root = self.settings.root
            self._complete = root is not None and all(p in self.given for p in self.python_files())
        return self._complete

    def is_relevant(self, file: File) -> bool:
        """Whether a file is to be walked."""
        source = self.load(file.path).source
        return source is not None and self._matters(file.path, source.text)

    def is_plain(self, file: File) -> bool:
        """Whether a file's result can come from elsewhere: it has no directive of our own."""
        source = self.load(file.path).source
        return source is not None and file.data is None and "lint-embed:" not in source.text

    def size(self, path: Path) -> int:
        """How many characters a file has."""
        source = self.load(path).source
        return len(source.text) if source is not None else 0

    def keys(self, paths: Iterable[Path]) -> dict[Path, str]:
        """What the results of files rest on, if other files share nothing with them."""
        required, wide = self.project.requirements(), int(self.relevance.stores)
        return {
            path: f"{digest}-{zlib.crc32(required.encode('utf-8', 'replace')):08x}-{wide}"
            for path, digest in self.relevance.digests(paths).items()
        }

    def read_paths(self) -> Iterator[str]:
        """The files and folders that the results rest on."""
        yield from map(str, self.loaded)
        yield from map(str, self.relevance.looked_at())
        yield from self.project.listed_folders()
        if self.settings.source is not None:
            yield str(self.settings.source)
        yield from map(str, self.project.requirement_files())
        yield from self.project.configurations.looked_at()

    def _matters(self, path: Path, text: str) -> bool:
        """Whether a file is to be parsed; a broken one that names encoders is, to tell why."""
        if self.relevance.matters(path, text):
            return True
        if path not in self._broken:
            self._broken[path] = self.relevance.speaks(path) and not compiles(text)
        return self._broken[path]


def _own_libraries(settings: Settings) -> set[str]:
    """The names of the user's own encoders and stores, which make a file matter."""
    from lint_embed.catalogue import listed

    chains = [
        path.split("(")[0].split(".")
        for kind in ("encoder", "vectors", "store", "artefact")
        for table in settings.catalogue.get(kind, ())
        for key in ("call", "at")
        for path in listed(table.get(key))
    ]
    return {chain[at] for chain in chains for at in (0, -1)}
