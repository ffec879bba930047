"""Work on all files of a workspace, in a worker process of its own: the findings, the map."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

from lint_embed.editor.analysis import locate
from lint_embed.editor.messages import Step
from lint_embed.files import File, Sources, discover
from lint_embed.findings import Place
from lint_embed.settings import Finder, Options, Settings
from lint_embed.workspace import Workspace

MAP = "lint-embed-map.html"


def found(folders: Sequence[Path], buffers: Mapping[Path, str]) -> list[File]:
    """The files of the folders; open documents count as they are in the editor."""
    files = discover([str(folder) for folder in folders], Finder()).files
    return [
        replace(file, data=buffers[file.path].encode("utf-8", "replace"))
        if file.path in buffers
        else file
        for file in files
    ]


def check(files: Sequence[File]) -> Iterator[Step]:
    """Lints files: a step without findings for each that was followed, and then one with
    its findings."""
    workspaces: dict[Settings, Workspace] = {}
    total = len(files)
    for number, file in enumerate(files, 1):
        if file.settings not in workspaces:
            workspaces[file.settings] = Workspace(file.settings, files)
        workspaces[file.settings].walk(file)
        yield Step(number, total, file.path)
    for workspace in workspaces.values():
        workspace.match(Options().context)
    for file in files:
        report = workspaces[file.settings].report(file)
        located = tuple(locate(finding, file) for finding in report.findings)
        yield Step(total, total, file.path, located)


def write_map(files: Sequence[File], folder: Path, link: str | None) -> Path:
    """Draws the map of the files as a page in a folder; returns the page.

    ``link`` is where a line is shown, with ``{path}``, ``{line}`` and ``{column}``.
    """
    from lint_embed.inventory.collect import inventory
    from lint_embed.inventory.page import html

    page = folder / MAP
    text = html(inventory(files), Sources(files), _linking(link) if link else None)
    page.write_text(text, "utf-8", errors="replace")
    return page


def _linking(template: str) -> Callable[[Place], str]:
    def link(place: Place) -> str:
        path = quote(Path(os.path.abspath(place.path)).as_posix(), safe="/:")
        parts = {"{path}": path, "{line}": str(place.line), "{column}": str(place.column)}
        return re.sub(r"\{(?:path|line|column)\}", lambda hole: parts[hole[0]], template)

    return link
