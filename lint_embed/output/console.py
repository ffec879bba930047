"""stdout for findings, stderr for people: colours, encodings, progress, one-line errors."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import click

from lint_embed.output import FOR_PEOPLE

#: Seconds after which a run shows its progress.
SLOW = 1.0


class Failure(click.ClickException):
    """Ends the run with status 2 and one line on stderr."""

    exit_code = 2

    def show(self, file: IO[Any] | None = None) -> None:
        say(self.message)


def say(message: str) -> None:
    """A line for people on stderr."""
    click.echo(f"lint-embed: {message}", err=True)


def prepare() -> None:
    """Makes stdout take every finding: UTF-8, and escapes for what a terminal can't show."""
    reconfigure = getattr(sys.stdout, "reconfigure", None)
    if reconfigure is not None:
        encoding = None if sys.stdout.isatty() else "utf-8"
        reconfigure(encoding=encoding, errors="backslashreplace")


def on_terminal() -> bool:
    """Whether a person looks at stdout."""
    return sys.stdout is not None and sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def colors(when: str, output_format: str) -> bool:
    """Whether to colour stdout; ``when`` is auto, always or never. NO_COLOR and FORCE_COLOR
    count with auto; formats for machines have no colours."""
    if output_format not in FOR_PEOPLE:
        return False
    if when != "auto":
        return when == "always"
    if os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or on_terminal()


def write(text: str, file: str | None, color: bool) -> None:
    """Writes to stdout, or to ``file`` (as UTF-8). Raises Failure, or BrokenPipeError when
    nobody reads stdout any more."""
    try:
        if file is None:
            click.echo(text, nl=False, color=color)
        else:
            Path(file).write_text(text, encoding="utf-8", errors="backslashreplace")
    except BrokenPipeError:
        raise
    except OSError as error:
        where = "stdout" if file is None else f"--output-file {file}"
        raise Failure(f"{where}: cannot be written: {error.strerror}") from None


@contextmanager
def progress(total: int, quiet: bool) -> Iterator[Callable[[int], None]]:
    """Gives a function to call with the number of files done; it draws a bar on stderr when
    that is a terminal and the run lasts, and takes it away in the end."""
    if quiet or not sys.stderr.isatty():
        yield lambda done: None
        return
    begin = time.perf_counter()
    bar = click.progressbar(length=total, label="linting", file=sys.stderr)

    def step(done: int) -> None:
        if time.perf_counter() - begin > SLOW:
            bar.update(done - bar.pos)

    try:
        yield step
    finally:
        if bar.pos:
            # The bar goes, and the cursor that it hid comes back.
            click.echo("\r\033[2K\033[?25h", nl=False, err=True, color=True)


def counted(number: int, noun: str) -> str:
    """``1 file``, ``2 files``."""
    return f"{number} {noun}{'' if number == 1 else 's'}"
