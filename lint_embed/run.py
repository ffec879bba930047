"""What ``check`` does: the way from the options of a command line to its exit status."""

from __future__ import annotations

import gc
import os
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from lint_embed import baseline, stages
from lint_embed.configuration import files_below
from lint_embed.files import Discovery, Sources, discover, from_stdin
from lint_embed.findings import Certainty, Finding
from lint_embed.output import FOR_PEOPLE, FORMATS
from lint_embed.output.console import (
    Failure,
    colors,
    counted,
    on_terminal,
    progress,
    say,
    write,
)
from lint_embed.settings import ConfigError, Finder, Options, to_toml
from lint_embed.stages import stage

if TYPE_CHECKING:
    from lint_embed.results import Report

FOUND, FAILED = 1, 2
POLL = 0.5  # Seconds between two looks at the files with --watch.
SLOWEST = 5  # How many of the slowest files -v names.
WORTH_NAMING = 0.01  # Seconds from which on -v calls a file slow.
STAGES = ("finding files", "reading", "relevance", "parsing", "following", "checking", "output")
"""What -v tells the time of; ``checking`` is what is left, as the cache and the rules."""


@dataclass(frozen=True, slots=True)
class Request:
    """The command line of ``check``, a field an option. Absent options are None or ()."""

    paths: tuple[str, ...]
    select: tuple[str, ...]
    ignore: tuple[str, ...]
    extend_select: tuple[str, ...]
    per_file_ignores: tuple[tuple[str, tuple[str, ...]], ...]
    exclude: tuple[str, ...]
    extend_exclude: tuple[str, ...]
    force_exclude: bool | None
    certainty: str | None
    config: tuple[str, ...]
    isolated: bool
    output_format: str
    output_file: str | None
    statistics: bool
    show_files: bool
    show_settings: bool
    exit_zero: bool
    stdin_filename: str | None
    no_cache: bool
    cache_dir: str | None
    jobs: int | None
    baseline: str | None
    write_baseline: bool
    add_noqa: bool
    watch: bool
    color: str
    quiet: bool
    verbose: bool

    @property
    def stdin(self) -> bool:
        """Whether the one file to lint comes from the standard input."""
        return "-" in self.paths or self.stdin_filename is not None

    def finder(self) -> Finder:
        """Finds settings with this command line on top. Raises ConfigError."""
        names = (
            "select ignore extend_select per_file_ignores exclude extend_exclude force_exclude"
        ).split()
        overrides = {n: getattr(self, n) for n in names if getattr(self, n) not in ((), None)}
        if self.certainty is not None:
            overrides["certainty"] = Certainty(self.certainty)
        paths = self.paths if not self.stdin else (self.stdin_filename or "-",)
        return Finder(self.config, overrides, self.isolated, paths)


def refuse(request: Request) -> None:
    """Raises UsageError for options that make no sense together."""
    if request.stdin and set(request.paths) - {"-"}:
        raise click.UsageError("standard input (-) can't be linted together with other paths")
    if request.stdin and (request.watch or request.add_noqa):
        raise click.UsageError("--watch and --add-noqa need files, not standard input")
    if request.write_baseline and request.baseline is None:
        raise click.UsageError("--write-baseline needs --baseline FILE to say where")


# --- One run -------------------------------------------------------------------------


def once(request: Request) -> int:
    """One run; gives the exit status. Raises ConfigError, BaselineError and Failure."""
    stages.begin()
    with stage("finding files"):
        found = _discover(request, request.finder())
    for problem in found.problems:
        say(problem)
    _mention(found, request)
    failed = FAILED if found.problems else 0
    if request.show_files or request.show_settings:
        text = _files_text(found) if request.show_files else _settings_text(found, request)
        write(text, request.output_file, False)
        return failed
    with stage("checking"):
        reports = _analyse(found, request)
    findings = [finding for report in reports for finding in report.findings]
    for report in reports:
        for place, words in report.notes:
            cell = f"cell {place.cell}:" if place.cell is not None else ""
            say(f"{place.path}:{cell}{place.line}: reveal: {words}")
    sources = Sources(found.files)
    if request.add_noqa:
        return max(failed, _add_noqa(findings, found, request))
    with stage("output"):
        if request.baseline is not None:
            findings = _baselined(findings, found, sources, request)
        _output(findings, sources, request)
    _summary(findings, reports, request)
    return failed or (FOUND if findings and not request.exit_zero else 0)


def _discover(request: Request, finder: Finder) -> Discovery:
    if request.stdin:
        return from_stdin(request.stdin_filename, sys.stdin.buffer.read(), finder)
    return discover(request.paths or (".",), finder)


def _mention(found: Discovery, request: Request) -> None:
    if request.quiet:
        return
    if found.large:
        count = len(found.large)
        what = ", ".join(found.large) if request.verbose or count == 1 else f"{count} files"
        say(f"left out as larger than 5 MB (name a file to lint it): {what}")
    if not found.files and not found.problems and not found.excluded:
        say("there are no Python files or notebooks here")


def _files_text(found: Discovery) -> str:
    return "".join(f"{file.shown}\n" for file in found.files)


def _settings_text(found: Discovery, request: Request) -> str:
    groups = Counter(id(file.settings) for file in found.files)
    settings = {id(file.settings): file.settings for file in found.files}
    if not settings:
        here = request.finder().settings(Path.cwd())
        settings = {id(here): here}
    return "\n".join(
        f"# {each.source or 'no configuration file'} (files: {groups[key]})\n{to_toml(each)}"
        for key, each in settings.items()
    )


def _analyse(found: Discovery, request: Request) -> list[Report]:
    """The engine's reports, with a progress bar when they take long."""
    if not found.files:
        return []
    from lint_embed.engine import check

    root = found.files[0].settings.root or Path.cwd()
    cache = Path(request.cache_dir) if request.cache_dir else root / ".lint_embed_cache"
    options = Options(
        jobs=request.jobs or _cores(),
        cache_dir=None if request.no_cache else cache.absolute(),
        configuration=True,
    )
    total, done = len(found.files), count(1)
    with progress(total, request.quiet) as show:
        return list(check(found.files, options, lambda: show(min(next(done), total))))


def _cores() -> int:
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity is not None else os.cpu_count() or 1


def _add_noqa(findings: Sequence[Finding], found: Discovery, request: Request) -> int:
    from lint_embed.output.add_noqa import add_noqa

    try:
        count = add_noqa(findings, {file.shown: file.path for file in found.files})
    except (OSError, ValueError, SyntaxError) as error:
        raise Failure(f"--add-noqa: {error}") from None
    if not request.quiet:
        say(f"added {counted(count, 'noqa comment')}")
    return 0


def _baselined(
    findings: list[Finding], found: Discovery, sources: Sources, request: Request
) -> list[Finding]:
    """The findings that are not in the baseline; with --write-baseline all are put there."""
    file = Path(request.baseline or "")
    judged = {
        baseline.relative(each.shown, file): each.settings.codes(each.path)
        for each in found.files
        # A run for definite findings alone says nothing about the others.
        if each.settings.certainty is Certainty.LIKELY
    }
    if request.write_baseline:
        old = baseline.read(file) if file.exists() else Counter[baseline.Entry]()
        counts = baseline.merged(findings, old, judged, file, sources)
        try:
            baseline.write(file, counts)
        except OSError as error:
            raise Failure(f"{file}: cannot be written: {error.strerror}") from None
        if not request.quiet:
            say(f"{file}: recorded {counted(counts.total(), 'finding')}")
        return []
    new, unused = baseline.split(findings, baseline.read(file), file, sources)
    for item in baseline.stale(unused, judged, file):
        if not request.quiet:
            say(f"{file}: stale entry: {item.path} no longer has {item.code} at: {item.text}")
    return new


# --- Output --------------------------------------------------------------------------


def _output(findings: Sequence[Finding], sources: Sources, request: Request) -> None:
    if request.statistics:
        from lint_embed.output import statistics

        machine = request.output_format not in FOR_PEOPLE
        write(statistics.render(findings, machine), request.output_file, False)
        return
    color = request.output_file is None and colors(request.color, request.output_format)
    text = FORMATS[request.output_format](findings, sources, color)
    write(text, request.output_file, color)


def _summary(findings: Sequence[Finding], reports: Sequence[Report], request: Request) -> None:
    """A closing line for people: with -v, or when they look at a terminal."""
    looked_at = request.output_format in FOR_PEOPLE and sys.stderr.isatty() and on_terminal()
    if request.quiet or not (request.verbose or looked_at) or not reports:
        return
    message = f"{counted(len(findings), 'finding')} in {counted(len(reports), 'file')}"
    if not request.verbose:
        say(message)
        return
    parsed = sum(report.parsed for report in reports)
    spent = stages.seconds()
    say(f"{message} ({parsed} parsed) in {sum(spent.values()):.2f} s")
    known = [name for name in STAGES if name in spent]
    say(f"time by stage: {', '.join(f'{name} {spent[name]:.2f} s' for name in known)}")
    slowest = sorted(reports, key=lambda report: -report.seconds)[:SLOWEST]
    for report in slowest:
        if report.seconds >= WORTH_NAMING:
            say(f"{report.seconds:.2f} s for {report.path}")


# --- --watch -------------------------------------------------------------------------


def _snapshot(request: Request) -> dict[str, tuple[int, int]]:
    """Size and time of every file that a run could read: the files to lint, the projects
    around them, which give context, their configuration files, and our own."""
    given = request.paths or (".",)
    try:
        finder = request.finder()
        roots = {file.settings.root for file in discover(given, finder).files}
        files = discover([*given, *sorted(str(root) for root in roots if root)], finder).files
    except ConfigError:
        files = []
    paths = {str(file.path) for file in files} | {str(Path.cwd() / "pyproject.toml")}
    paths |= {str(file.settings.source) for file in files if file.settings.source}
    found = {}
    folders = {file.settings.root or file.path.parent for file in files}
    paths |= {str(path) for folder in folders for path in files_below(folder)}
    for path in paths:
        try:
            status = os.stat(path)
        except OSError:
            continue
        found[path] = (status.st_mtime_ns, status.st_size)
    return found


def watch(request: Request) -> NoReturn:
    """Runs again whenever a file changes, until it is interrupted."""
    gc.enable()
    while True:
        before = _snapshot(request)
        if on_terminal():
            click.clear()
        try:
            once(request)
        except (ConfigError, baseline.BaselineError) as error:
            # A half-written configuration must not end the watch.
            say(str(error))
        if not request.quiet:
            say("watching for changes; Ctrl-C ends")
        while _snapshot(request) == before:
            time.sleep(POLL)
