"""The flake8 plugin: findings as flake8's own, with the prefix VEC.

flake8 decides by itself what ``noqa``, its selection and its per-file-ignores silence, so
none of these is looked at here. What ``[tool.lint-embed]`` says about the code (models that
are aligned, own encoders, source folders, the least certainty) and ``lint-embed`` comments
count. flake8 hands over one file at a time; the project around it is read for context.
"""

from __future__ import annotations

import io
import os
import re
import tokenize
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from lint_embed import __version__

if TYPE_CHECKING:
    from lint_embed.settings import Finder, Settings

Result = tuple[int, int, str, type]

_NOQA = re.compile("noqa", re.IGNORECASE)


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
        from lint_embed.engine import check
        from lint_embed.files import File, show
        from lint_embed.settings import ConfigError, Options

        path = Path(os.path.normpath(Path.cwd() / self._filename))
        try:
            settings = _settings(path.parent)
        except ConfigError as error:
            yield 1, 0, f"VEC902 not checked: {error}", Plugin
            return
        file = File(path, show(path, self._filename), settings, _data(self._lines))
        for report in check([file], Options()):
            for finding in report.findings:
                text = " ".join(f"{finding.code} {finding.message}".splitlines())
                yield finding.place.line, finding.place.column - 1, text, Plugin


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
    text = "".join(lines)
    if _NOQA.search(text):
        text = _without_noqa(text)
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(text.encode()).readline)
        return text.encode(encoding)
    except (SyntaxError, LookupError, UnicodeError):
        return text.encode("utf-8", "replace")


def _without_noqa(text: str) -> str:
    from lint_embed.logical import layout, split_lines

    lines = list(split_lines(text))
    for comment in layout(text).comments:
        line, start = lines[comment.line - 1], comment.column
        lines[comment.line - 1] = line[:start] + _NOQA.sub("----", line[start:])
    return "".join(f"{line}\n" for line in lines)
