"""What the server and its worker process say to each other; all of it can be pickled.

The server keeps the protocol alive while the worker parses and analyses: neither a long
parse nor a crash of the analysis can hold up typing.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lint_embed.findings import Finding, Place

# --- To the worker -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Start:
    """The folder that shown paths are relative to, and the workspace's folders."""

    base: Path
    folders: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class Buffer:
    """The text of an open document; None closes it. ``revision`` counts its changes."""

    path: Path
    text: str | None
    revision: int


@dataclass(frozen=True, slots=True)
class Check:
    """Lint an open document. ``typing`` is false after opening or saving: then a file
    that can't be parsed says so."""

    path: Path
    typing: bool


@dataclass(frozen=True, slots=True)
class Changed:
    """Files were made, changed or deleted on the disk, configurations among them."""

    paths: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class Ask:
    """A question about an open document; the worker answers with the same ``id``.

    ``what`` is ``hover`` (with a cell, a line from 1 and a column from 0 in code points) or
    ``hints``; of all the workspace's folders ``project`` (the findings, file by file) or
    ``map`` (with a folder to write it to, and a template for links or None).
    """

    id: int
    what: str
    path: Path
    arguments: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Cancel:
    """The answer to a question is no longer wanted."""

    id: int


# --- From the worker -----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Located:
    """A finding whose paths are absolute, by the path that the finding shows."""

    finding: Finding
    paths: dict[str, Path]


@dataclass(frozen=True, slots=True)
class Checked:
    """The findings of one revision of a document.

    ``partial``: what other files do to the same stores and files was not looked at again;
    a second result follows when there is time.
    """

    path: Path
    revision: int
    findings: tuple[Located, ...]
    seconds: float
    partial: bool = False


@dataclass(frozen=True, slots=True)
class Failed:
    """An exception ended the work on a document, or on a question (then ``id`` is set)."""

    path: Path
    revision: int
    error: str
    traceback: str
    id: int | None = None


@dataclass(frozen=True, slots=True)
class Configuration:
    """What is wrong with a configuration file now; ``message`` is empty when it is fine."""

    path: Path
    line: int
    message: str


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to a question; ``part`` is true when more of it will come."""

    id: int
    value: Any
    part: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """One file more of a workspace was read, ``number`` of ``total``; when all were, the
    findings of ``path`` come one file a step."""

    number: int
    total: int
    path: Path
    findings: tuple[Located, ...] | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known about a stretch of a document: Markdown, and the stretch."""

    markdown: str
    place: Place


@dataclass(frozen=True, slots=True)
class Hint:
    """A short note behind a place of a document."""

    cell: int | None
    line: int
    column: int
    label: str
    tooltip: str
