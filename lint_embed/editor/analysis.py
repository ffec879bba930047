"""The analysis behind the editor: documents in, findings out, one at a time.

Runs in the worker process. A document is any path that has a buffer; the buffers of all
documents stand for their files wherever one is read.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from lint_embed.configuration import kind_of
from lint_embed.editor.carry import carried
from lint_embed.editor.known import Known
from lint_embed.editor.messages import Checked, Configuration, Located
from lint_embed.editor.store import Store, StoredWorkspace, shown
from lint_embed.files import File, from_stdin
from lint_embed.findings import Finding, Place
from lint_embed.results import Report
from lint_embed.settings import ConfigError, Finder, Settings
from lint_embed.source import Source

UNREADABLE = "VEC902"
#: A look at the project around a document that takes more seconds waits for a pause.
SLOW = 0.05
_PLACED = re.compile(r"(?P<path>.*?\.toml)(?::(?P<line>\d+))?: (?P<message>.*)", re.DOTALL)


@dataclass(slots=True)
class Around:
    """What the project around a document told when it was last looked at.

    ``added`` and ``withdrawn`` are the findings that it made and unmade, ``source`` the
    document's text then, ``used`` the files; ``slow`` says that it takes long.
    """

    added: tuple[Finding, ...] = ()
    withdrawn: tuple[Finding, ...] = ()
    source: Source | None = None
    used: frozenset[Path] = frozenset()
    slow: bool = False

    def move(self, shown: str, now: Source) -> None:
        """Follows the document to its next text; shown is its path in findings."""
        if self.source is not None:
            old, new = self.source.lines, now.lines
            self.added = tuple(carried(self.added, shown, old, new))
            self.withdrawn = tuple(carried(self.withdrawn, shown, old, new))
            self.source = now

    def applied(self, findings: Sequence[Finding]) -> tuple[Finding, ...]:
        """The findings that the document tells alone, as they were with it."""
        gone = {_key(finding) for finding in self.withdrawn}
        kept = [finding for finding in findings if _key(finding) not in gone]
        present = {_key(finding) for finding in kept}
        return (*kept, *(finding for finding in self.added if _key(finding) not in present))


@dataclass(slots=True)
class Result:
    """What is known of a document after its last check.

    ``good`` are the findings of the last text that could be parsed, ``source`` that
    text; ``told`` says that the user was told that it can't be parsed now.
    """

    workspace: StoredWorkspace | None = None
    known: Known | None = None
    good: tuple[Finding, ...] = ()
    source: Source | None = None
    told: bool = False
    around: Around = field(default_factory=lambda: Around())


class Analysis:
    """All open documents, their settings and their last results."""

    def __init__(self, tell: Callable[[Configuration], None]) -> None:
        self.store = Store()
        self.results: dict[Path, Result] = {}
        self.revisions: dict[Path, int] = {}
        self._tell = tell
        self._finder = _finder()
        self._configurations: dict[Path, object] = {}
        self._configured: set[Path] = set()
        self._troubles: set[Path] = set()
        self._usable: dict[Path, Settings] = {}

    # documents -----------------------------------------------------------------------

    def update(self, path: Path, text: str | None, revision: int) -> set[Path]:
        """Takes a document's new text (None: it was closed); returns the other documents
        whose findings rest on it."""
        if text is None:
            self.store.buffers.pop(path, None)
            self.results.pop(path, None)
            self.revisions.pop(path, None)
        else:
            self.store.buffers[path] = text
            self.revisions[path] = revision
        return {
            other
            for other, result in self.results.items()
            if other != path
            and result.workspace is not None
            and (path in result.workspace.used or path in result.around.used)
        }

    def changed_on_disk(self, paths: Iterable[Path]) -> set[Path]:
        """Files were made, changed or deleted; returns the documents to check again.

        Files of data come and go: only those that a check looked at matter.
        """
        matters = False
        for path in paths:
            if path not in self.store.buffers:
                self.store.forget(path)
            is_data = kind_of(path.name) is not None and path.name != "pyproject.toml"
            matters = matters or not is_data or path in self._configured
        return set(self.store.buffers) if matters else set()

    # checking ------------------------------------------------------------------------

    def check(
        self,
        path: Path,
        typing: bool,
        quick: bool = False,
        interrupted: Callable[[], bool] | None = None,
    ) -> Checked:
        """Lints an open document.

        While somebody types in it, a text that can't be parsed keeps the findings of the
        last one that could. ``quick``: if it takes long to look at the project around it,
        what was found there the last time stands. Raises Interrupted when ``interrupted``.
        """
        started = time.perf_counter()
        result = self.results.setdefault(path, Result())
        file = self.file(path)
        findings: Sequence[Finding] = ()
        quick = quick and result.around.slow
        if file is None:
            result.workspace = result.known = None
        else:
            first, whole = self._linted(file, result, typing, quick, interrupted)
            seconds = time.perf_counter() - started
            assert result.workspace is not None
            source = result.workspace.load(path).source
            if whole is not None:
                quick = False
                used = frozenset(result.workspace.used)
                slow = first is not whole and seconds > SLOW
                result.around = Around(*_told(first, whole), source, used, slow)
                findings = whole.findings
            elif source is not None:
                result.around.move(file.shown, source)
                findings = result.around.applied(first.findings)
            findings = self._findings(file, result, source, findings, typing)
        seconds = time.perf_counter() - started
        located = tuple(locate(finding, file) for finding in findings if file is not None)
        return Checked(path, self.revisions[path], located, seconds, quick)

    def _linted(
        self,
        file: File,
        result: Result,
        typing: bool,
        quick: bool,
        interrupted: Callable[[], bool] | None,
    ) -> tuple[Report, Report | None]:
        """The reports of a workspace over what is known, or of a new one if that misleads."""
        known = result.known
        if known is not None and known.settings != file.settings:
            known = None
        while True:
            workspace = StoredWorkspace(file, self.store, known, typing)
            workspace.interrupted = interrupted
            result.known = None
            try:
                reports = workspace.lint(file, quick)
            finally:
                self._configured.update(map(Path, workspace.project.configurations.looked_at()))
                if workspace.known.settled(workspace.project.folders_read()):
                    result.known = workspace.known
            if result.known is not None or known is None:
                result.known, result.workspace = workspace.known, workspace
                return reports
            known = None

    def _findings(
        self,
        file: File,
        result: Result,
        source: Source | None,
        findings: Sequence[Finding],
        typing: bool,
    ) -> Sequence[Finding]:
        if not any(finding.code == UNREADABLE for finding in findings):
            result.good, result.source, result.told = tuple(findings), source, False
            return findings
        quiet = typing and not result.told
        result.told = not quiet
        now = [f for f in findings if f.code != UNREADABLE or not quiet]
        if result.source is None or source is None:
            return now
        old = carried(result.good, file.shown, result.source.lines, source.lines)
        present = {_key(finding) for finding in now}
        return now + [finding for finding in old if _key(finding) not in present]

    # settings ------------------------------------------------------------------------

    def file(self, path: Path) -> File | None:
        """The document as a file to lint; None when its settings exclude it."""
        try:
            found = from_stdin(str(path), b"", self._finder).files
        except ConfigError as error:
            self._complain(str(error), path.parent)
            settings = self._usable.get(path.parent) or Settings(root=path.parent)
            return File(path, shown(path), settings)
        if not found:
            return None
        self._usable[path.parent] = found[0].settings
        return replace(found[0], data=None)

    def configurations_changed(self) -> bool:
        """Whether a configuration above an open document changed; they are read anew."""
        now: dict[Path, object] = {}
        for folder in {path.parent for path in self.store.buffers}:
            for above in (folder, *folder.parents):
                config = above / "pyproject.toml"
                if config in now:
                    break
                now[config] = self.store.stamp(config)
        if now == self._configurations:
            return False
        known = {config: now.get(config) for config in self._configurations}
        changed = known != self._configurations
        self._configurations = now
        if changed or self._troubles:
            self._finder = _finder()
            self._absolve()
        return changed

    def _complain(self, message: str, folder: Path) -> None:
        """Says what is wrong with a configuration; once while it stays the same."""
        match = _PLACED.fullmatch(message)
        path = Path(os.path.abspath(match["path"])) if match else folder / "pyproject.toml"
        if path not in self._troubles:
            self._troubles.add(path)
            line = int(match["line"] or 1) if match else 1
            self._tell(Configuration(path, line, match["message"] if match else message))

    def _absolve(self) -> None:
        """Takes back complaints; what is still wrong is said again."""
        for path in self._troubles:
            self._tell(Configuration(path, 1, ""))
        self._troubles.clear()


def _key(finding: Finding) -> tuple[Place, str]:
    return finding.place, finding.code


def _told(first: Report, whole: Report) -> tuple[tuple[Finding, ...], tuple[Finding, ...]]:
    """The findings that are only in the second report, and those only in the first."""
    before = {_key(finding) for finding in first.findings}
    after = {_key(finding) for finding in whole.findings}
    return (
        tuple(finding for finding in whole.findings if _key(finding) not in before),
        tuple(finding for finding in first.findings if _key(finding) not in after),
    )


def _finder() -> Finder:
    # An editor names each file it opens; excluded ones are left out all the same.
    return Finder(overrides={"force_exclude": True})


def locate(finding: Finding, file: File) -> Located:
    """Adds to a finding of a file where the paths that it shows lie."""
    names = {place.path for place in places(finding)}
    paths = {name: Path(os.path.abspath(name)) for name in names}
    paths[file.shown] = file.path
    return Located(finding, paths)


def places(finding: Finding) -> Iterator[Place]:
    """All places that a finding names."""
    yield finding.place
    for space in finding.spaces:
        if space.place is not None:
            yield space.place
    for step in finding.trace:
        yield step.place
