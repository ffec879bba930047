"""Configuration files of a project: what stands in a file that its programs read by name.

Only what a person would call the project's settings is read: a small file of the project
that git does not ignore. Everything else is unknown.
"""

from __future__ import annotations

import json
import os
import posixpath
import stat
import tomllib
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from lint_embed import plain_yaml
from lint_embed.plain_yaml import UNKNOWN, Data

SKIPPED = frozenset({"node_modules", "venv", "site-packages", "__pycache__", "build", "dist"})
"""Folders of a project that hold nothing of its own."""

LARGEST = 256 * 1024
"""Bytes: larger files are data, not settings."""

FORMATS: dict[str, tuple[Callable[[str], Data], tuple[str, ...]]] = {
    "json": (json.loads, (".json",)),
    "toml": (tomllib.loads, (".toml",)),
    "yaml": (plain_yaml.read, (".yaml", ".yml")),
}
"""How the text of a format is read, and how the names of its files end."""

ENDINGS = tuple(ending for _, endings in FORMATS.values() for ending in endings)


def kind_of(path: str) -> str | None:
    """The format of a file by its name, or None."""
    return next((kind for kind, (_, ends) in FORMATS.items() if path.endswith(ends)), None)


@dataclass(frozen=True, slots=True)
class Found:
    """The data of a file, and its path from the project's root."""

    data: Data
    name: str


class Configurations:
    """The configuration files of a project; each is read at most once.

    ``root`` bounds them; without one they lie beside the program that reads them.
    """

    def __init__(self, root: Path | None) -> None:
        self._root = root
        self._texts: dict[Path, bytes | None] = {}
        self._data: dict[tuple[Path, str], Data] = {}

    def find(self, place: str, reader: Path, kind: str) -> Found | None:
        """What stands in the file that a program means by a path, or None.

        A relative path may start from the root, from the program's own folder or from one
        between; where files of different contents are there, none is meant.
        """
        read, endings = FORMATS[kind]
        if not place.endswith(endings) or place[0] in "~$:":
            return None
        root = self._root or reader.parent
        here = [p for p in _candidates(place, reader, root) if self._text(p) is not None]
        if not here or len({self._text(path) for path in here}) > 1:
            return None
        key = (here[0], kind)
        if key not in self._data:
            self._data[key] = _read(read, self._text(here[0]) or b"")
        if self._data[key] is UNKNOWN:
            return None
        return Found(self._data[key], here[0].relative_to(root).as_posix())

    def _text(self, path: Path) -> bytes | None:
        if path not in self._texts:
            self._texts[path] = _bytes(path)
        return self._texts[path]

    # what results rest on ----------------------------------------------------------------

    def look_at(self, paths: Iterable[str]) -> None:
        """Counts files as looked at, because something that is reused had looked at them."""
        for path in paths:
            self._text(Path(path))

    def looked_at(self) -> list[str]:
        """The files that were looked at, whether they were there or not.

        What git is told to ignore belongs to them.
        """
        ignoring = [str(self._root / ".gitignore")] if self._texts and self._root else []
        return [*ignoring, *map(str, self._texts)]


def _candidates(place: str, reader: Path, root: Path) -> Iterator[Path]:
    """The files of a project that a program may mean by a path."""
    folders = [str(root)]
    if root in reader.parents and not posixpath.isabs(place):
        folders += [str(folder) for folder in reader.parents if root in folder.parents]
    for folder in folders:
        path = os.path.normpath(os.path.join(folder, place))
        if path.startswith(f"{root}{os.sep}"):
            yield Path(path)


def files_below(root: Path) -> Iterator[Path]:
    """The files that may be configurations, in folders that are not hidden."""
    for folder, names, files in os.walk(root):
        names[:] = [name for name in names if not name.startswith(".") and name not in SKIPPED]
        yield from (Path(folder, name) for name in files if name.endswith(ENDINGS))


def digest(path: str) -> int:
    """Changes when a file that was looked at does."""
    return zlib.crc32(_contents(Path(path)) or b"\0")


def _bytes(path: Path) -> bytes | None:
    """The contents of a file of settings; None where there is none."""
    data = _contents(path)
    if data is None:
        return None
    from lint_embed.files import is_ignored

    return None if is_ignored(path) else data


def _contents(path: Path) -> bytes | None:
    try:
        status = os.stat(path)
        if not stat.S_ISREG(status.st_mode) or status.st_size > LARGEST:
            return None
        return path.read_bytes()
    except (OSError, ValueError):
        return None


def _read(read: Callable[[str], Data], data: bytes) -> Data:
    try:
        return read(data.decode("utf-8-sig"))
    except (ValueError, RecursionError):  # each format's errors are ValueErrors
        return UNKNOWN
