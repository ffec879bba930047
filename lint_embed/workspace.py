"""All files under one configuration: reading, parsing, walking and reporting them."""

from __future__ import annotations

import time
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from lint_embed import leftovers, suppression
from lint_embed.context import python_files, spelled
from lint_embed.depth import too_deep, too_deep_at
from lint_embed.files import show
from lint_embed.findings import Certainty, Finding, Place, with_fingerprints
from lint_embed.judging import (
    configurations,
    directive_findings,
    judge,
    notes_of,
    reveal_lines,
    silenced,
    unreadable,
)
from lint_embed.relevance import Relevance, file_text
from lint_embed.results import Report, Result
from lint_embed.source import Source, Unreadable, compiles, read, salvage
from lint_embed.stages import stage
from lint_embed.written import is_written

if TYPE_CHECKING:
    from lint_embed.catalogue import Catalogue
    from lint_embed.files import File
    from lint_embed.provenance.bodies import Abridged
    from lint_embed.provenance.interpreter import Interpreter
    from lint_embed.provenance.ledger import Ledger
    from lint_embed.provenance.modules import Module, Project
    from lint_embed.settings import Settings

TOO_LONG = "takes too long to follow; what was found stands"


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


class Workspace:
    """All files under one configuration, with the state that their analysis shares.

    Unless it is ``wide``, files that only keep vectors in stores are left alone until known
    vectors turn up that may get there.

    Who keeps things from one run to the next, as an editor does, overrides ``load``,
    ``parse``, ``python_files`` and ``make_interpreter``, and sets ``relevance``; all that
    the analysis reads goes through them.
    """

    def __init__(self, settings: Settings, files: Sequence[File], wide: bool = True) -> None:
        from lint_embed.provenance.modules import Project

        self.settings = settings
        self.given = {file.path: file for file in files}
        self.loaded: dict[Path, Loaded] = {}
        self.project: Project = Project(settings.root, self.module, settings.source_roots())
        self._interpreter: Interpreter | None = None
        self._broken: dict[Path, bool] = {}
        self._whole: bool | None = None
        self._complete: bool | None = None
        # Of other files of the project, which may fill the stores, nothing is known here.
        wide = wide or not (settings.root is None or self.is_complete())
        own = _own_libraries(settings)
        self.relevance = Relevance(self.project, own, self._text, stores=wide)
        self._ledger: Ledger | None = None
        self._written: dict[str, bool] = {}

    # reading -------------------------------------------------------------------------

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
        if outline.text != source.text:
            return None
        abridged = abridge(outline, roots.has)
        self.relevance.free([path])
        return abridged if abridged is not None and abridged.is_sound() else None

    @property
    def interpreter(self) -> Interpreter:
        """The interpreter of this workspace, made when the first file needs it."""
        if self._interpreter is None:
            self._interpreter = self.make_interpreter()
            self._set_up(self._interpreter)
        return self._interpreter

    def _set_up(self, run: Interpreter) -> None:
        run.roots = self.relevance.roots
        run.leads = self.relevance.leads
        run.exports = self.relevance.exports
        run.awake = self.relevance.stores
        run.ledger = self._ledger

    @property
    def narrow(self) -> bool:
        """Whether what only keeps vectors is left alone so far."""
        return not self.relevance.stores

    def must_widen(self) -> bool:
        """Whether known vectors may have got to stores that were left alone so far."""
        run = self._interpreter
        return self.narrow and run is not None and run.awake

    def widen(self) -> Relevance:
        """From now on what only keeps vectors matters too; the walks so far are forgotten.

        Returns what told what matters before.
        """
        narrow, self.relevance = self.relevance, self.relevance.wide()
        if self._interpreter is not None:
            self._interpreter = self.make_interpreter(self._interpreter.catalogue)
            self._set_up(self._interpreter)
            self.project.renew()
        for path, loaded in self.loaded.items():
            loaded.walked = False
            loaded.module = self.project.module(path) if loaded.module is not None else None
        return narrow

    def make_interpreter(self, catalogue: Catalogue | None = None) -> Interpreter:
        """A new interpreter; ``catalogue`` is the settings' one where it is loaded already."""
        from lint_embed.catalogue import Catalogue, spaces
        from lint_embed.provenance.interpreter import Interpreter

        aligned = [
            frozenset(spaces.canonical(name, None) for name in names)
            for names in self.settings.aligned
        ]
        return Interpreter(self.project, catalogue or Catalogue(self.settings.catalogue), aligned)

    def python_files(self) -> Iterable[Path]:
        """The project's files, for context."""
        return python_files(self.settings.root) if self.settings.root is not None else ()

    @property
    def walked_by(self) -> Interpreter | None:
        """The interpreter, if any file needed one."""
        return self._interpreter

    def keep_ledger(self) -> None:
        """From now on what is seen is written down for an inventory."""
        from lint_embed.provenance.ledger import Ledger

        self._ledger = Ledger()

    # reporting -----------------------------------------------------------------------

    def report(self, file: File, result: Result | None = None) -> Report:
        """Lints one file; ``result`` is what is known of it already."""
        loaded = self.load(file.path)
        result = result or self.result(file)
        start = time.perf_counter()
        problems = result.problems or tuple(loaded.problems)
        found = list(result.findings)
        found += [(unreadable(file.shown, problem), problem.message) for problem in problems]
        findings = self._chosen(file, found, loaded)
        seconds = result.seconds + time.perf_counter() - start
        return Report(file.shown, tuple(findings), result.parsed, seconds, result.notes)

    def result(self, file: File) -> Result:
        """What the analysis finds in one file."""
        loaded = self.walk(file)
        start = time.perf_counter()
        found: list[tuple[Finding, str]] = []
        named: set[str] = set()
        if loaded.walked and loaded.module is not None:
            with self._guarded(loaded):
                named = configurations(self.interpreter, loaded.module)
                found = judge(self.interpreter, loaded.module, self.rewritten(named))
        return Result(
            tuple(found),
            tuple(loaded.problems),
            loaded.module is not None,
            loaded.shared,
            loaded.seconds + time.perf_counter() - start,
            loaded.notes,
            not loaded.broken_off,
            tuple(self.project.configurations.looked_at()),
            bool(named),
        )

    def rewritten(self, names: set[str]) -> set[str]:
        """The configuration files that the project writes: they change with its programs."""
        unknown = names - self._written.keys()
        if unknown:
            paths = dict.fromkeys((*self.python_files(), *self.given))
            sources = [self.load(path).source for path in paths]
            texts = [source.text for source in sources if source is not None]
            self._written.update({name: is_written(texts, name) for name in unknown})
        return {name for name in names if self._written[name]}

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

    def walk(self, file: File) -> Loaded:
        """Analyses a file of its own accord, if it matters; does so once."""
        loaded = self.load(file.path)
        if not loaded.walked:
            loaded.walked = True
            start = time.perf_counter()
            source = loaded.source
            with self._guarded(loaded):
                if source is not None and self._matters(file.path, source.text):
                    module = self.project.module(file.path)
                    if module is not None:
                        self._analyse(module, loaded)
            loaded.seconds += time.perf_counter() - start
        return loaded

    def _matters(self, path: Path, text: str) -> bool:
        """Whether a file is to be parsed; a broken one that names encoders is, to tell why."""
        if self.relevance.matters(path, text):
            return True
        if path not in self._broken:
            self._broken[path] = self.relevance.speaks(path) and not compiles(text)
        return self._broken[path]

    def _analyse(self, module: Module, loaded: Loaded) -> None:
        run = self.interpreter
        lines = reveal_lines(module.source)
        observer = run.observer
        if lines and observer is None:
            run.observer = {}
        before = (run.shared(), run.awake)
        with self._guarded(loaded), stage("following"):
            run.check_module(module)
            if lines:
                loaded.notes = tuple(notes_of(module, run.observer or {}, lines))
        run.observer = observer
        loaded.shared = loaded.shared or (run.shared(), run.awake) != before

    @contextmanager
    def _guarded(self, loaded: Loaded) -> Iterator[None]:
        """Work on one file: its failure must not cost the others their findings."""
        try:
            yield
        except Exception as error:
            from lint_embed.provenance.interpreter import OutOfFuel

            bounds = (OutOfFuel, RecursionError)
            loaded.broken_off = True
            message = TOO_LONG if isinstance(error, bounds) else _internal(error)
            if all(problem.message != message for problem in loaded.problems):
                loaded.problems.append(Unreadable(message))
            if self._interpreter is not None:
                self._interpreter.reset()

    def match(self, context: bool) -> None:
        """Brings together what different files did to the same stores and files."""
        if self._interpreter is None:
            return
        from lint_embed.provenance.matching import match_events

        run = self.interpreter
        if context:
            for path in self._context(run.open_names()):
                loaded = self.load(path)
                if not loaded.walked and (module := self.project.module(path)) is not None:
                    loaded.walked = True
                    self._analyse(module, Loaded())
        for path in run.waiting():
            module = self.project.module(path)
            if module is not None:
                run.forget(module)
                self._analyse(module, self.load(path))
        with stage("following"):
            match_events(run)

    def leftovers(self) -> Iterator[Report]:
        """What the configuration says and nothing in the project needs, if that is known."""
        file, names = self.settings.source, self.settings.aligned
        if file is None or self._interpreter is None or not names or not self.is_whole():
            return
        if leftovers.CODE not in self.settings.codes(file):
            return
        shown = show(file)
        for index, place in leftovers.alignments(self._interpreter, names, file):
            finding = leftovers.alignment_finding(replace(place, path=shown), names[index])
            found = with_fingerprints([(finding, " ".join(names[index]))])
            yield Report(shown, tuple(found), False, 0.0)

    def is_whole(self) -> bool:
        """Whether all Python files of the project are linted and none was hard to read."""
        if self._whole is None:
            hard = any(loaded.problems for loaded in self.loaded.values())
            self._whole = not hard and self.is_complete()
        return self._whole

    def is_complete(self) -> bool:
        """Whether all Python files of the project are linted."""
        if self._complete is None:
            root = self.settings.root
            self._complete = root is not None and all(p in self.given for p in self.python_files())
        return self._complete

    def _context(self, names: set[str]) -> Iterator[Path]:
        """Further files of the project that speak of stores or files by these names, or
        that import a file which does: it may keep the names for others."""
        if not names or self.settings.root is None:
            return
        word = spelled(names)
        if self.is_complete():
            return
        found = {path: self.load(path).source for path in self.python_files()}
        texts = {path: source.text for path, source in found.items() if source is not None}
        naming = {path for path, text in texts.items() if word.search(text) is not None}
        for path, text in texts.items():
            if path in self.given or not self.relevance.matters(path, text):
                continue
            if path in naming or not naming.isdisjoint(self.relevance.local_imports(path, text)):
                yield path

    def _chosen(
        self, file: File, found: list[tuple[Finding, str]], loaded: Loaded
    ) -> list[Finding]:
        """The findings that directives and settings leave."""
        codes, source = self.settings.codes(file.path), loaded.source
        if source is not None and suppression.concerns(source.text, bool(found)):
            directives = suppression.parse(source.text)
            found = [pair for pair in found if not silenced(directives, pair[0], source)]
            found += directive_findings(directives, source)
            if directives.spaces and loaded.walked and loaded.module is not None:
                found += leftovers.declarations(
                    self.interpreter, loaded.module, directives, self.is_whole()
                )
        kept = [
            pair
            for pair in found
            if pair[0].code in codes
            and (
                self.settings.certainty is Certainty.LIKELY
                or pair[0].certainty is Certainty.DEFINITE
            )
        ]
        kept.sort(key=lambda pair: (pair[0].place, pair[0].code))
        return with_fingerprints(kept)


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


def _internal(error: Exception) -> str:
    """The message of an error that is our own, with its place in our code."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    at = f" at {Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else ""
    said = " ".join(f"{type(error).__name__}: {error}".split())
    return f"internal error while following this file ({said}{at}); please report it"
