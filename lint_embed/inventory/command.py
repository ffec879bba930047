"""What ``lint-embed spaces`` and ``lint-embed map`` do."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import click

from lint_embed.files import Discovery, Sources, discover
from lint_embed.findings import Place
from lint_embed.inventory import Inventory
from lint_embed.output.console import colors, say, write
from lint_embed.settings import Finder

FAILED = 2
SUFFIXES = (".html", ".svg", ".mmd")
_HOLE = re.compile(r"\{(\w+)\}")
_KNOWN = ("path", "absolute", "line", "column", "cell")


@dataclass(frozen=True, slots=True)
class Request:
    """The command line of either command, a field an option."""

    paths: tuple[str, ...]
    exclude: tuple[str, ...]
    extend_exclude: tuple[str, ...]
    force_exclude: bool | None
    config: tuple[str, ...]
    isolated: bool
    quiet: bool
    verbose: bool
    output_file: str | None
    output_format: str = "table"
    color: str = "auto"
    link: str | None = None

    def finder(self) -> Finder:
        """Finds settings with this command line on top. Raises ConfigError."""
        names = ("exclude", "extend_exclude", "force_exclude")
        overrides = {n: getattr(self, n) for n in names if getattr(self, n) not in ((), None)}
        return Finder(self.config, overrides, self.isolated, self.paths)


def spaces(request: Request) -> int:
    """The inventory as a table or as JSON; returns the exit status."""
    found, inventory = _gather(request)
    from lint_embed.inventory import table

    if request.output_format == "json":
        text, color = table.as_json(inventory), False
    else:
        color = request.output_file is None and colors(request.color, "full")
        text = table.render(inventory, color)
    write(text, request.output_file, color)
    return FAILED if found.problems else 0


def picture(request: Request) -> int:
    """The inventory as a picture; returns the exit status. Raises UsageError."""
    suffix = Path(request.output_file).suffix.lower() if request.output_file else ".mmd"
    if suffix not in SUFFIXES:
        raise click.UsageError(f"-o: the file's name must end in {', '.join(SUFFIXES)}")
    link = _template(request.link) if request.link is not None else None
    found, inventory = _gather(request)
    beside = link or _beside(request.output_file)
    if suffix == ".html":
        from lint_embed.inventory.page import html

        text = html(inventory, Sources(found.files), link)
    elif suffix == ".svg":
        from lint_embed.inventory.draw import svg

        text = svg(inventory, beside)
    else:
        from lint_embed.inventory.mermaid import mermaid

        text = mermaid(inventory, beside)
    write(text, request.output_file, False)
    return FAILED if found.problems else 0


def _gather(request: Request) -> tuple[Discovery, Inventory]:
    found = discover(request.paths or (".",), request.finder())
    for problem in found.problems:
        say(problem)
    from lint_embed.inventory.collect import inventory

    gathered = inventory(found.files)
    for path, message in () if request.quiet else gathered.unread:
        say(f"{path}: {message}")
    return found, gathered


# --- Links ---------------------------------------------------------------------------


def _template(template: str) -> Callable[[Place], str]:
    """Addresses by the user's template. Raises UsageError for a word that means nothing."""
    unknown = [name for name in _HOLE.findall(template) if name not in _KNOWN]
    if unknown:
        known = ", ".join(f"{{{name}}}" for name in _KNOWN)
        raise click.UsageError(f"--link: {{{unknown[0]}}} means nothing; there are {known}")

    def link(place: Place) -> str:
        absolute = os.path.abspath(place.path).replace(os.sep, "/")
        values = {
            "path": _quoted(place.path),
            "absolute": _quoted(absolute),
            "line": str(place.line),
            "column": str(place.column),
            "cell": str(place.cell or ""),
        }
        return _HOLE.sub(lambda hole: values[hole[1]], template)

    return link


def _beside(output: str | None) -> Callable[[Place], str]:
    """Addresses relative to the picture's folder, as repositories show lines: ``a.py#L4``."""
    folder = os.path.dirname(os.path.abspath(output)) if output else os.getcwd()

    def link(place: Place) -> str:
        try:
            path = os.path.relpath(os.path.abspath(place.path), folder)
        except ValueError:  # Another drive.
            path = place.path
        line = f"#L{place.line}" if place.cell is None else ""
        return _quoted(path.replace(os.sep, "/")) + line

    return link


def _quoted(path: str) -> str:
    return quote(path.encode("utf-8", "surrogateescape"), safe="/:")
