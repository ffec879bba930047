"""All files under one configuration: walking and reporting them."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from lint_embed import leftovers, suppression
from lint_embed.context import spelled
from lint_embed.files import show
from lint_embed.findings import Certainty, Finding, with_fingerprints
from lint_embed.judging import (
    configurations,
    directive_findings,
    judge,
    notes_of,
    reveal_lines,
    silenced,
    unreadable,
)
from lint_embed.reading import Loaded, Reader
from lint_embed.relevance import Relevance
from lint_embed.results import Report, Result
from lint_embed.source import Unreadable
from lint_embed.stages import stage
from lint_embed.written import Written

if TYPE_CHECKING:
    from lint_embed.catalogue import Catalogue
    from lint_embed.files import File
    from lint_embed.provenance.interpreter import Interpreter
    from lint_embed.provenance.ledger import Ledger
    from lint_embed.provenance.modules import Module
    from lint_embed.settings import Settings

TOO_LONG = "takes too long to follow; what was found stands"
TOO_DEEP = "nests too deep to be followed to the end; what was found stands"


class Workspace(Reader):
    """All files under one configuration, with the state that their analysis shares.

    Unless it is ``wide``, files that only keep vectors in stores are left alone until known
    vectors turn up that may get there. Who keeps things from one run to the next overrides
    ``make_interpreter`` too.
    """

    def __init__(self, settings: Settings, files: Sequence[File], wide: bool = True) -> None:
        super().__init__(settings, files, wide)
        self._interpreter: Interpreter | None = None
        self._whole: bool | None = None
        self._ledger: Ledger | None = None
        self._written: Written | None = None

    @property
    def interpreter(self) -> Interpreter:
        """The interpreter of this workspace, made when the first file needs it."""
        if self._interpreter is None:
            self._interpreter = self.make_interpreter()
            self._set_up(self._interpreter)
        return self._interpreter

    def _set_up(self, run: Interpreter) -> None:
        from lint_embed.provenance.naming import Naming

        run.roots = self.relevance.roots
        run.leads = self.relevance.leads
        run.exports = self.relevance.exports
        run.naming = Naming(self.relevance.outlined)
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
        if names and self._written is None:
            paths = dict.fromkeys((*self.python_files(), *self.given))
            sources = [self.load(path).source for path in paths]
            self._written = Written([source.text for source in sources if source is not None])
        return {name for name in names if self._written is not None and self._written.has(name)}

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

            loaded.broken_off = True
            if isinstance(error, OutOfFuel):
                message = TOO_LONG
            else:
                message = TOO_DEEP if isinstance(error, RecursionError) else _internal(error)
            if all(problem.message != message for problem in loaded.problems):
                loaded.problems.append(Unreadable(message))
            if self._interpreter is not None:
                self._interpreter.reset()

    def match(self, context: bool) -> None:
        """Brings together what different files did to the same stores and files."""
        if self._interpreter is None:
            return
        from lint_embed.provenance import kept
        from lint_embed.provenance.matching import ROUNDS, match_events, outdated

        run = self.interpreter
        if context:
            for path in self._context(run.open_names()):
                loaded = self.load(path)
                if not loaded.walked and (module := self.project.module(path)) is not None:
                    loaded.walked = True
                    self._analyse(module, Loaded())
        kept.correct(run)
        for _ in range(ROUNDS):
            for path in (waiting := outdated(run)):
                module = self.project.module(path)
                if module is not None:
                    run.forget(module)
                    self._analyse(module, self.load(path))
            if not waiting:
                break
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


def _internal(error: Exception) -> str:
    """The message of an error that is our own, with its place in our code."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    at = f" at {Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else ""
    said = " ".join(f"{type(error).__name__}: {error}".split())
    return f"internal error while following this file ({said}{at}); please report it"
