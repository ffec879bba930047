"""The flake8 plugin: findings as flake8's own, with the prefix VEC.

flake8 decides by itself what ``noqa``, its selection and its per-file-ignores silence, so
none of these is looked at here. What ``[tool.lint-embed]`` says about the code (models that
are aligned, own encoders, source folders, the least certainty) and ``lint-embed`` comments
count. flake8 hands over one file at a time; the project around it is read for context, once
in each of flake8's processes.
"""

from __future__ import annotations

import io
import os
import re
import time
import tokenize
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from lint_embed import __version__

if TYPE_CHECKING:
    from lint_embed.files import File
    from lint_embed.results import Report
    from lint_embed.settings import Finder, Settings
    from lint_embed.workspace import Workspace

Result = tuple[int, int, str, type]

_NOQA = re.compile("noqa", re.IGNORECASE)

IDLE = 10.0
"""After so many seconds without a file, files may have changed: all is read anew."""


class Plugin:
    """Checks one file; flake8 makes one of it for each.

    ``tree`` is not used, but its presence tells flake8 to hand over whole files. Findings
    come as (line from 1, column from 0, text, type).
    """

    name = "lint-embed"
    version = __version__

    def __init__(self, tree: object, filename: str, lines: Sequence[str]) -> None:
        self._filename = filename
        self._lines = lines

    def run(self) -> Iterator[Result]:
        """The findings of the file."""
        # Only here: flake8 loads its plugins even when all that it does is print its help.
        from lint_embed.files import File, show
        from lint_embed.settings import ConfigError

        path = Path(os.path.normpath(Path.cwd() / self._filename))
        try:
            settings = _settings(path.parent)
        except ConfigError as error:
            yield 1, 0, f"VEC902 not checked: {error}", Plugin
            return
        file = File(path, show(path, self._filename), settings, _data(self._lines))
        for finding in _report(file).findings:
            text = " ".join(f"{finding.code} {finding.message}".splitlines())
            yield finding.place.line, finding.place.column - 1, text, Plugin


# --- What the files of one process share ---------------------------------------------

_workspaces: dict[Settings, tuple[Workspace, float]] = {}


def _report(file: File) -> Report:
    """Checks a file, with what earlier files of the same project have brought along."""
    from lint_embed.engine import undisturbed
    from lint_embed.workspace import Workspace

    workspace, used = _workspaces.get(file.settings, (None, 0.0))
    if workspace is None or time.monotonic() - used > IDLE or not _given(workspace, file):
        workspace = Workspace(file.settings, [file])
    with undisturbed():
        workspace.walk(file)
        workspace.match(context=True)
        report = workspace.report(file)
    if _lies_on_disk(file):
        _workspaces[file.settings] = workspace, time.monotonic()
    else:
        # Standard input in place of a file: its text must not be another file's context.
        _workspaces.pop(file.settings, None)
    return report


def _given(workspace: Workspace, file: File) -> bool:
    """Adds a file to a workspace; False when another text of it is known there.

    Where it was read as the context of another file, flake8's ``noqa`` comments are made
    unknown now.
    """
    from lint_embed.source import Unreadable, read

    loaded = workspace.loaded.get(file.path)
    if loaded is not None:
        try:
            source = read(file.path, file.shown, file.data)
        except Unreadable:
            return False
        if loaded.source is None or not _is_masked(source.text, loaded.source.text):
            return False
        loaded.source = source
    workspace.given[file.path] = file
    return True


def _lies_on_disk(file: File) -> bool:
    from lint_embed.disk import contents
    from lint_embed.files import decode

    try:
        text = decode(contents(file.path))
        return _is_masked(decode(file.data or b""), text)
    except (OSError, ValueError, SyntaxError):
        return False


@cache
def _finder() -> Finder:
    from lint_embed.settings import Finder

    return Finder()


def _settings(folder: Path) -> Settings:
    """The project's settings, all rules being selected. Raises ConfigError."""
    settings = _finder().settings(folder)
    return replace(settings, select=("ALL",), ignore=(), extend_select=(), per_file_ignores=())


def _data(lines: Sequence[str]) -> bytes:
    """The file's contents with its ``noqa`` comments made unknown, nothing being moved."""
    text = _masked("".join(lines))
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(text.encode()).readline)
        return text.encode(encoding)
    except (SyntaxError, LookupError, UnicodeError):
        return text.encode("utf-8", "replace")


def _is_masked(text: str, original: str) -> bool:
    """Whether a text is that of a file as flake8 hands it over."""
    from lint_embed.logical import split_lines

    return split_lines(text) == split_lines(_masked(original))


def _masked(text: str) -> str:
    return _without_noqa(text) if _NOQA.search(text) else text


def _without_noqa(text: str) -> str:
    from lint_embed.logical import layout, split_lines

    lines = list(split_lines(text))
    for comment in layout(text).comments:
        line, start = lines[comment.line - 1], comment.column
        lines[comment.line - 1] = line[:start] + _NOQA.sub("----", line[start:])
    return "".join(f"{line}\n" for line in lines)
