"""The command line. To add a command: ``@main.command()`` below, nothing else."""

from __future__ import annotations

import gc
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import click
from click.shell_completion import CompletionItem

from lint_embed import __version__, baseline, run
from lint_embed.findings import Certainty
from lint_embed.output import FORMATS
from lint_embed.output.console import Failure, prepare
from lint_embed.run import Request
from lint_embed.selection import did_you_mean, rule_names
from lint_embed.settings import ConfigError

INTERRUPTED = 130

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
@click.option("-o", "--output-file", metavar="FILE", help="write the findings there")
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
    run.refuse(request)
    prepare()
    if request.watch:
        run.watch(request)
    ctx.exit(run.once(request))


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


def _what(function: F) -> F:
    """The options that say which files a command is about, and by which settings."""
    for option in (
        _flag("-v", "--verbose", text="tracebacks of internal errors"),
        _flag("-q", "--quiet", text="nothing on standard error but errors"),
        _flag("--isolated", text="read no configuration file"),
        click.option(
            "--config", multiple=True, metavar="FILE|KEY=VALUE",
            help="a TOML file, or one setting in TOML",
        ),
        _flag("--force-exclude", text="exclude files even when named as PATH", default=None),
        _many("--extend-exclude", "GLOBS", "further files and folders to leave out"),
        _many("--exclude", "GLOBS", "files, folders to leave out, not the default's"),
        click.argument("paths", nargs=-1, metavar="[PATH]...", type=click.Path()),
    ):  # fmt: skip
        function = option(function)
    return function


@main.command()
@_what
@click.option(
    "--output-format",
    type=click.Choice(["table", "json"]),
    default="table",
    metavar="FORMAT",
    help="table (default), json",
)
@click.option("-o", "--output-file", metavar="FILE", help="write it there")
@click.option(
    "--color", type=click.Choice(["auto", "always", "never"]), default="auto", metavar="WHEN",
    help="auto (default), always, never",
)  # fmt: skip
@click.pass_context
def spaces(ctx: click.Context, /, **parameters: Any) -> None:
    """List encoders, what holds their vectors, where they meet.

    PATH: files and folders (default .). Exit status: 0, also with mistakes; 2 error.
    """
    from lint_embed.inventory import command

    request = command.Request(**parameters)
    ctx.meta["verbose"] = request.verbose
    prepare()
    ctx.exit(command.spaces(request))


@main.command("map")
@_what
@click.option(
    "-o", "--output-file", metavar="FILE",
    help="*.html, *.svg or *.mmd (Mermaid); without it Mermaid goes to standard output",
)  # fmt: skip
@_text(
    "--link",
    "TEMPLATE",
    "address of a source line, with {path}, {line}, {column}, {cell} or {absolute} in it",
)
@click.pass_context
def picture(ctx: click.Context, /, **parameters: Any) -> None:
    """Draw the same as a picture, mistakes in red.

    PATH: files and folders (default .). Exit status: 0, also with mistakes; 2 error.
    """
    from lint_embed.inventory import command

    request = command.Request(**parameters)
    ctx.meta["verbose"] = request.verbose
    prepare()
    ctx.exit(command.picture(request))


@main.command()
@click.option("--stdio", is_flag=True, hidden=True, help="what editors say; there is no other way")
def server(stdio: bool) -> None:
    """Start the language server on stdin and stdout (extra lsp)."""
    from importlib.util import find_spec

    if find_spec("pygls") is None or find_spec("lint_embed.editor") is None:
        raise Failure('the language server needs an extra: pip install "lint-embed[lsp]"')
    from importlib import import_module

    gc.enable()
    import_module("lint_embed.editor").main()
