"""The command line. To add a command: ``@main.command()`` below, nothing else."""

from __future__ import annotations

import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
from click.shell_completion import CompletionItem

from lint_embed import __version__, baseline
from lint_embed.files import Discovery, Sources, discover, from_stdin
from lint_embed.findings import Certainty, Finding
from lint_embed.output import FOR_PEOPLE, FORMATS
from lint_embed.output.console import (
    Failure,
    colors,
    counted,
    on_terminal,
    prepare,
    progress,
    say,
    write,
)
from lint_embed.settings import (
    ConfigError,
    Finder,
    Options,
    did_you_mean,
    rule_names,
    to_toml,
)

if TYPE_CHECKING:
    from lint_embed.engine import Report

FOUND, FAILED, INTERRUPTED = 1, 2, 130
POLL = 0.5  # Seconds between two looks at the files with --watch.

F = TypeVar("F", bound=Callable[..., Any])


# --- The group, whose default command is check ---------------------------------------


class _Main(click.Group):
    """``lint-embed src`` is ``lint-embed check src``; nothing ends in a traceback."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        flags = 0
        while flags < len(args) and args[flags] in ("-q", "-v", "--quiet", "--verbose"):
            flags += 1
        first = args[flags] if flags < len(args) else ""
        if first in self.commands:
            args = [first, *args[:flags], *args[flags + 1 :]]
        elif not (ctx.resilient_parsing and not args) and first not in (
            "--help",
            "-h",
            "--version",
        ):
            args = ["check", *args]
        return super().parse_args(ctx, args)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        items = super().shell_complete(ctx, incomplete)
        check_context = click.Context(check, parent=ctx, info_name="check")
        return items + check.shell_complete(check_context, incomplete)

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        _write_help(check, formatter, "lint-embed [check] [OPTIONS] [PATH]...", self)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise
        except (ConfigError, baseline.BaselineError) as error:
            raise Failure(str(error)) from None
        except KeyboardInterrupt:
            ctx.exit(INTERRUPTED)
        except Exception as error:
            if ctx.meta.get("verbose"):
                import traceback

                traceback.print_exc()
            hint = "please report it together with the traceback, which -v prints"
            said = " ".join(str(error).split())
            raise Failure(f"internal error: {type(error).__name__}: {said} ({hint})") from None


class _Check(click.Command):
    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        _write_help(self, formatter, "lint-embed [check] [OPTIONS] [PATH]...", None)


def _write_help(
    command: click.Command, formatter: click.HelpFormatter, usage: str, group: click.Group | None
) -> None:
    """All options on one screen, by what they are about."""
    formatter.write(f"Usage: {usage}\n")
    formatter.write("Finds vectors of different embedding spaces that meet. PATH: files, folders\n")
    formatter.write(
        "(default .) or - for standard input. Exit status: 0 nothing found, 1 findings,\n"
    )
    formatter.write("2 error. Settings: [tool.lint-embed] of the nearest pyproject.toml.\n")
    if group is not None:
        formatter.write("\nCommands: (lint-embed COMMAND --help)\n")
        formatter.write_dl([(name, c.get_short_help_str(66)) for name, c in group.commands.items()])
    context = click.Context(command)
    options = [p for p in command.get_params(context) if isinstance(p, click.Option)]
    rows = [record for option in options if (record := option.get_help_record(context))]
    if group is not None:
        rows.append(("--version", "print the version"))
    formatter.write("\nOptions:\n")
    formatter.write_dl(rows, col_max=28, col_spacing=1)


@click.group(
    cls=_Main,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80},
)
@click.version_option(__version__, prog_name="lint-embed", message="%(prog)s %(version)s")
def main() -> None:
    """Finds vectors of different embedding spaces that meet."""


# --- check ---------------------------------------------------------------------------


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

    def finder(self) -> Finder:
        """Finds settings with this command line on top. Raises ConfigError."""
        names = (
            "select ignore extend_select per_file_ignores exclude extend_exclude force_exclude"
        ).split()
        overrides = {n: getattr(self, n) for n in names if getattr(self, n) not in ((), None)}
        if self.certainty is not None:
            overrides["certainty"] = Certainty(self.certainty)
        return Finder(self.config, overrides, self.isolated)


def _words(ctx: click.Context, param: click.Parameter, value: Sequence[str]) -> tuple[str, ...]:
    """Values separated by commas, the option being repeatable."""
    return tuple(word.strip() for each in value for word in each.split(",") if word.strip())


def _ignores(
    ctx: click.Context, param: click.Parameter, value: Sequence[str]
) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """``PATTERN:RULE`` pairs separated by commas, gathered by pattern."""
    found: dict[str, tuple[str, ...]] = {}
    for word in _words(ctx, param, value):
        pattern, colon, rule = word.rpartition(":")
        if not colon or not pattern or not rule:
            raise click.BadParameter(f"{word!r} is not of the form PATTERN:RULE", ctx, param)
        found[pattern] = (*found.get(pattern, ()), rule)
    return tuple(found.items())


def _many(name: str, metavar: str, text: str, callback: Any = _words) -> Callable[[F], F]:
    return click.option(name, multiple=True, metavar=metavar, callback=callback, help=text)


def _flag(*names: str, text: str, default: bool | None = False) -> Callable[[F], F]:
    return click.option(*names, is_flag=True, default=default, help=text)


def _text(name: str, metavar: str, text: str, **more: Any) -> Callable[[F], F]:
    return click.option(name, metavar=metavar, help=text, **more)


@main.command(cls=_Check)
@click.argument("paths", nargs=-1, metavar="[PATH]...", type=click.Path())
@_many("--select", "RULES", "rules to report: codes, prefixes, names, ALL")
@_many("--ignore", "RULES", "rules to leave out")
@_many("--extend-select", "RULES", "rules to report besides those selected")
@_many("--per-file-ignores", "GLOB:RULE", "rules to leave out in some files", _ignores)
@click.option(
    "--certainty",
    type=click.Choice([str(c) for c in (Certainty.LIKELY, Certainty.DEFINITE)]),
    metavar="LEVEL",
    help="least certainty: likely (default), definite",
)
@_many("--exclude", "GLOBS", "files, folders to leave out, not the default's")
@_many("--extend-exclude", "GLOBS", "further files and folders to leave out")
@_flag("--force-exclude", text="exclude files even when named as PATH", default=None)
@click.option(
    "--config", multiple=True, metavar="FILE|KEY=VALUE", help="a TOML file, or one setting in TOML"
)
@_flag("--isolated", text="read no configuration file")
@click.option(
    "--output-format",
    type=click.Choice(list(FORMATS)),
    default="concise",
    metavar="FORMAT",
    help=f"{', '.join(FORMATS)} (default: concise)",
)
@_text("--output-file", "FILE", "write the findings there")
@_flag("--statistics", text="count the findings of each rule instead")
@_flag("--show-files", text="list the files that would be linted")
@_flag("--show-settings", text="print the settings in force")
@_flag("--exit-zero", text="status 0 in spite of findings")
@_text("--stdin-filename", "NAME", "the file that standard input is")
@_flag("--no-cache", text="neither read nor write the cache")
@_text("--cache-dir", "FOLDER", "the cache (.lint_embed_cache)", envvar="LINT_EMBED_CACHE_DIR")
@click.option(
    "--jobs", "-j", type=click.IntRange(1), metavar="N", help="processes (default: all cores)"
)
@_text("--baseline", "FILE", "be silent about the findings recorded there")
@_flag("--write-baseline", text="record the findings in that file")
@_flag("--add-noqa", text="silence the findings by comments in the files")
@_flag("--watch", text="run again whenever a file changes")
@click.option(
    "--color", type=click.Choice(["auto", "always", "never"]), default="auto", metavar="WHEN",
    help="auto (default), always, never",
)  # fmt: skip
@_flag("-q", "--quiet", text="findings and errors only")
@_flag("-v", "--verbose", text="say more; tracebacks of internal errors")
@click.pass_context
def check(ctx: click.Context, /, **parameters: Any) -> None:
    """Lint files and folders (the default command)."""
    request = Request(**parameters)
    ctx.meta["verbose"] = request.verbose
    _refuse(request)
    prepare()
    if request.watch:
        _watch(request)
    ctx.exit(_check(request))


def _refuse(request: Request) -> None:
    """Raises UsageError for options that make no sense together."""
    stdin = "-" in request.paths or request.stdin_filename is not None
    if stdin and set(request.paths) - {"-"}:
        raise click.UsageError("standard input (-) can't be linted together with other paths")
    if stdin and (request.watch or request.add_noqa):
        raise click.UsageError("--watch and --add-noqa need files, not standard input")
    if request.write_baseline and request.baseline is None:
        raise click.UsageError("--write-baseline needs --baseline FILE to say where")


def _discover(request: Request, finder: Finder) -> Discovery:
    if "-" in request.paths or request.stdin_filename is not None:
        data = sys.stdin.buffer.read()
        return from_stdin(request.stdin_filename, data, finder)
    return discover(request.paths or (".",), finder)


def _check(request: Request) -> int:
    """One run; gives the exit status."""
    started = time.perf_counter()
    found = _discover(request, request.finder())
    for problem in found.problems:
        say(problem)
    _mention(found, request)
    failed = FAILED if found.problems else 0
    if request.show_files:
        write("".join(f"{file.shown}\n" for file in found.files), request.output_file, False)
        return failed
    if request.show_settings:
        write(_settings_text(found, request), request.output_file, False)
        return failed
    reports = _run(found, request)
    findings = [finding for report in reports for finding in report.findings]
    sources = Sources(found.files)
    if request.add_noqa:
        return max(failed, _add_noqa(findings, found, request))
    if request.baseline is not None:
        findings = _baselined(findings, found, sources, request)
    _output(findings, sources, request)
    _summary(findings, reports, started, request)
    return failed or (FOUND if findings and not request.exit_zero else 0)


def _mention(found: Discovery, request: Request) -> None:
    if request.quiet:
        return
    if found.large:
        count = len(found.large)
        what = ", ".join(found.large) if request.verbose or count == 1 else f"{count} files"
        say(f"left out as larger than 5 MB (name a file to lint it): {what}")
    if not found.files and not found.problems:
        say("there are no Python files or notebooks here")


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


def _run(found: Discovery, request: Request) -> list[Report]:
    """The engine's reports, with a progress bar when they take long."""
    if not found.files:
        return []
    from lint_embed.engine import check as analyse

    root = found.files[0].settings.root or Path.cwd()
    cache = Path(request.cache_dir) if request.cache_dir else root / ".lint_embed_cache"
    options = Options(
        jobs=request.jobs or _cores(),
        cache_dir=None if request.no_cache else cache.absolute(),
    )
    with progress(len(found.files), request.quiet) as step:
        reports = []
        for report in analyse(found.files, options):
            reports.append(report)
            step(len(reports))
    return reports


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


def _summary(
    findings: Sequence[Finding], reports: Sequence[Report], started: float, request: Request
) -> None:
    """A closing line for people: with -v, or when they look at a terminal."""
    looked_at = request.output_format in FOR_PEOPLE and sys.stderr.isatty() and on_terminal()
    if request.quiet or not (request.verbose or looked_at) or not reports:
        return
    message = f"{counted(len(findings), 'finding')} in {counted(len(reports), 'file')}"
    if request.verbose:
        parsed = sum(report.parsed for report in reports)
        message += f" ({parsed} parsed) in {time.perf_counter() - started:.2f} s"
    say(message)


# --- --watch -------------------------------------------------------------------------


def _snapshot(request: Request) -> dict[str, tuple[int, int]]:
    """Size and time of every file that a run would read, configurations included."""
    try:
        files = discover(request.paths or (".",), request.finder()).files
    except ConfigError:
        files = []
    paths = {str(file.path) for file in files} | {str(Path.cwd() / "pyproject.toml")}
    paths |= {str(file.settings.source) for file in files if file.settings.source}
    found = {}
    for path in paths:
        try:
            status = os.stat(path)
        except OSError:
            continue
        found[path] = (status.st_mtime_ns, status.st_size)
    return found


def _watch(request: Request) -> None:
    """Runs again whenever a file changes, until it is interrupted."""
    while True:
        before = _snapshot(request)
        if on_terminal():
            click.clear()
        try:
            _check(request)
        except (ConfigError, baseline.BaselineError) as error:
            # A half-written configuration must not end the watch.
            say(str(error))
        if not request.quiet:
            say("watching for changes; Ctrl-C ends")
        while _snapshot(request) == before:
            time.sleep(POLL)


# --- Further commands ----------------------------------------------------------------


@main.command()
@click.argument("rule", required=False, metavar="[CODE|NAME]")
@click.option("--all", "every", is_flag=True, help="explain all rules")
def rule(rule: str | None, every: bool) -> None:
    """Explain a rule (CODE, NAME or --all), or list the rules."""
    from lint_embed.rules import RULES

    prepare()
    if every:
        click.echo("\n".join(each.doc.strip() + "\n" for each in RULES), nl=False)
        return
    if rule is None:
        for each in RULES:
            click.echo(f"{each.code}  {each.name}: {each.summary}")
        return
    for each in RULES:
        if rule.lower() in (each.code.lower(), each.name):
            click.echo(each.doc.strip())
            return
    names = rule_names()
    raise Failure(f"unknown rule {rule!r}{did_you_mean(rule, [*names, *names.values()])}")


@main.command()
@click.option("--stdio", is_flag=True, hidden=True, help="what editors say; there is no other way")
def server(stdio: bool) -> None:
    """Start the language server on stdin and stdout (extra lsp)."""
    from importlib.util import find_spec

    if find_spec("pygls") is None or find_spec("lint_embed.editor") is None:
        raise Failure('the language server needs an extra: pip install "lint-embed[lsp]"')
    from importlib import import_module

    import_module("lint_embed.editor").main()
