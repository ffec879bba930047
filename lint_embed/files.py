"""Which files a run is about, and their lines for excerpts."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import tokenize
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from lint_embed.disk import contents
from lint_embed.selection import matches
from lint_embed.settings import ConfigError, Finder, Settings

_TRACKED = re.compile(r"([0-7]{6}) [0-9a-f]{40,64} [0-3]\t")

SUFFIXES = (".py", ".pyi", ".ipynb")

#: Larger files are generated or hold data; named on the command line they are linted.
LARGE = 5_000_000


@dataclass(frozen=True, slots=True)
class File:
    """A file to report on: its absolute path, its path as output shows it (with forward
    slashes), its settings, and its contents when they don't come from the disk."""

    path: Path
    shown: str
    settings: Settings
    data: bytes | None = None


@dataclass(slots=True)
class Discovery:
    """The files found, what went wrong on the way, the files left out for their size, and
    how many were named that ``--force-exclude`` leaves out."""

    files: list[File] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    large: list[str] = field(default_factory=list)
    excluded: int = 0


def show(path: Path, given: str | None = None) -> str:
    """The spelling of an absolute path in output: relative to the working directory when
    it lies below it, else as ``given``, with forward slashes."""
    text, base = str(path), os.getcwd().rstrip(os.sep) + os.sep
    text = text[len(base) :] if text.startswith(base) else given or text
    return text.replace(os.sep, "/")


def discover(paths: Sequence[str], finder: Finder) -> Discovery:
    """The Python files and notebooks that ``paths`` (files and folders) stand for.

    Each file comes once, in the order of the paths, and sorted by path within a folder.
    Missing paths, folders that can't be read and configurations that can't be used
    become problems; the other files are still found.
    """
    found = Discovery()
    seen: set[str] = set()
    for given in paths:
        path = os.path.normpath(os.path.join(os.getcwd(), given))
        if os.path.isdir(path):
            names: Iterable[str] = _below(path, finder, found)
        elif os.path.exists(path):
            names = [path]
        else:
            found.problems.append(f"{given}: no such file or directory")
            continue
        for name in names:
            if name not in seen:
                seen.add(name)
                spelled = os.path.normpath(given) + name[len(path) :]
                _add(Path(name), name == path, spelled, finder, found)
    return found


def from_stdin(name: str | None, data: bytes, finder: Finder) -> Discovery:
    """The one file whose contents came from the standard input; ``name`` says which it is.

    Raises ConfigError.
    """
    path = Path(os.path.normpath(Path.cwd() / (name or "-")))
    settings = finder.settings(path.parent)
    if name and settings.force_exclude and _excluded_above(path, settings):
        return Discovery(excluded=1)
    return Discovery([File(path, show(path, name), settings, data)])


def _add(path: Path, named: bool, given: str, finder: Finder, found: Discovery) -> None:
    try:
        settings = finder.settings(path.parent)
    except ConfigError as error:
        if str(error) not in found.problems:
            found.problems.append(str(error))
        return
    if settings.force_exclude and _excluded_above(path, settings):
        found.excluded += named
        return
    shown = show(path, given)
    if not named and path.stat().st_size > LARGE:
        found.large.append(shown)
        return
    found.files.append(File(path, shown, settings))


# --- Excludes ------------------------------------------------------------------------


@lru_cache(maxsize=64)
def _split(patterns: tuple[str, ...]) -> tuple[frozenset[str], tuple[str, ...]]:
    """Plain names, which one look-up answers, and the patterns that need matching."""
    plain = frozenset(p for p in patterns if not re.search(r"[*?\[!/]", p))
    return plain, tuple(p for p in patterns if p not in plain)


def _excluded(path: str, settings: Settings) -> bool:
    """Whether the last name of the absolute path, or the path itself, is excluded."""
    plain, patterns = _split(settings.exclude + settings.extend_exclude)
    if os.path.basename(path) in plain:
        return True
    return bool(patterns) and any(matches(p, Path(path), settings.root) for p in patterns)


def _excluded_above(path: Path, settings: Settings) -> bool:
    """Whether the path or a folder between the project's root and it is excluded."""
    root = settings.root or Path.cwd()
    above = [path, *path.parents]
    inside = above[: above.index(root)] if root in above else above[:1]
    return any(_excluded(str(each), settings) for each in inside)


class _Excludes:
    """Answers for the folders and files below ``top``, each folder being judged once."""

    def __init__(self, top: str, finder: Finder) -> None:
        self._finder = finder
        self._folders = {top: False}
        self._settings: dict[str, Settings] = {}

    def folder(self, path: str) -> bool:
        known = self._folders.get(path)
        if known is None:
            known = self._folders[path] = self.file(path)
        return known

    def file(self, path: str) -> bool:
        folder = os.path.dirname(path)
        return self.folder(folder) or _excluded(path, self._of(folder))

    def _of(self, folder: str) -> Settings:
        known = self._settings.get(folder)
        if known is None:
            try:
                known = self._finder.settings(Path(folder))
            except ConfigError:
                # It is reported when a file is found there.
                known = Settings()
            self._settings[folder] = known
        return known


# --- What lies below a folder --------------------------------------------------------


def _below(top: str, finder: Finder, found: Discovery) -> list[str]:
    """The files to lint below the absolute folder ``top``, excludes applied, sorted."""
    excludes = _Excludes(top, finder)
    names = list(_listed(top, excludes, found))
    return sorted(names, key=lambda name: name.split(os.sep))


def _listed(top: str, excludes: _Excludes, found: Discovery) -> Iterator[str]:
    entries = _git_files(top) if _in_git(top) else None
    if entries is None:
        yield from _walk(top, excludes, found)
        return
    for name in entries:
        path = os.path.join(top, name.rstrip("/"))
        if name.endswith("/"):
            # A repository within this one has a list of its own.
            if not excludes.folder(path) and os.path.isdir(path):
                yield from _listed(path, excludes, found)
        # Git also lists what was deleted but not yet committed.
        elif name.endswith(SUFFIXES) and not excludes.file(path) and os.path.isfile(path):
            yield path


def _in_git(folder: str) -> bool:
    """Whether a folder above (or this one) holds ``.git``: cheaper than asking git."""
    while not os.path.exists(os.path.join(folder, ".git")):
        above = os.path.dirname(folder)
        if above == folder:
            return False
        folder = above
    return True


def _git(folder: str, *arguments: str) -> subprocess.CompletedProcess[bytes] | None:
    """Runs git in a folder; None when there is no git."""
    # A hook of git sets GIT_DIR and GIT_INDEX_FILE, which would mean another repository.
    environment = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
    # fsmonitor names a program of the repository's choice: never run one.
    command = ["git", "-c", "core.fsmonitor=false", *arguments]
    try:
        return subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, check=False
        )
    except OSError:
        return None


def is_ignored(path: Path) -> bool:
    """Whether git is told to leave a file out; False where git can't tell."""
    folder = str(path.parent)
    if not _in_git(folder):
        return False
    result = _git(folder, "check-ignore", "-q", path.name)
    return result is not None and result.returncode == 0


def _git_files(folder: str) -> list[str] | None:
    """What git tracks or would add below the folder: files, and repositories within it
    (submodules or not) with a slash at the end.

    None when git can't tell, or ignores the folder itself: it was asked for all the same.
    """
    result = _git(folder, "ls-files", "-cos", "--exclude-standard", "-z")
    if result is None or result.returncode != 0:
        return None
    if not result.stdout:
        ignored = _git(folder, "check-ignore", "-q", ".")
        return None if ignored is None or ignored.returncode == 0 else []
    names = []
    for entry in os.fsdecode(result.stdout).rstrip("\0").split("\0"):
        # Tracked files come as "mode object stage\tname", others as their name.
        tracked = _TRACKED.match(entry)
        name = entry[tracked.end() :] if tracked else entry
        names.append(name + "/" if tracked and tracked[1] == "160000" else name)
    # A file in conflict comes once a side.
    return list(dict.fromkeys(names))


def _walk(top: str, excludes: _Excludes, found: Discovery) -> Iterator[str]:
    """Files below ``top``. Links to folders are not followed, so there are no loops."""
    pending = [top]
    pythons: list[str] = []
    while pending:
        folder = pending.pop()
        try:
            with os.scandir(folder) as entries:
                listed = list(entries)
        except OSError as error:
            reason = error.strerror or str(error)
            found.problems.append(f"{show(Path(folder))}: cannot be read: {reason}")
            continue
        for entry in listed:
            if entry.is_dir(follow_symlinks=False):
                if not excludes.folder(entry.path):
                    pending.append(entry.path)
            elif entry.name.endswith(SUFFIXES) and not excludes.file(entry.path):
                pythons.append(entry.path)
    yield from filter(os.path.isfile, pythons)


# --- Lines of source -----------------------------------------------------------------

_LINE_END = re.compile(r"\r\n|\r|\n")


def decode(data: bytes) -> str:
    """The text of a Python file, by its BOM or coding line, else UTF-8. Raises
    SyntaxError (an unknown coding) or UnicodeDecodeError."""
    encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
    return data.decode(encoding)


def split_lines(text: str) -> list[str]:
    """Lines as Python counts them: form feeds and Unicode's separators end none."""
    return _LINE_END.split(text)


class Sources:
    """Gives the lines of files for excerpts: ``sources(path, cell)``, [] when not to be had.

    Paths are as shown; files that are not among those of the run are read from the
    working directory. With ``cell`` None a notebook gives the lines of its JSON.
    """

    def __init__(self, files: Iterable[File]) -> None:
        self._files = {file.shown: file for file in files}
        self._known: dict[str, dict[int | None, list[str]]] = {}

    def __call__(self, path: str, cell: int | None) -> Sequence[str]:
        if path not in self._known:
            self._known[path] = self._read(path)
        return self._known[path].get(cell, [])

    def data(self, path: str) -> bytes:
        """The contents of a file. Raises OSError."""
        file = self._files.get(path)
        if file is not None and file.data is not None:
            return file.data
        return contents(file.path if file is not None else Path(path))

    def _read(self, path: str) -> dict[int | None, list[str]]:
        try:
            data = self.data(path)
            if path.endswith(".ipynb"):
                text = data.decode("utf-8-sig")
                return {None: split_lines(text), **_cells(text)}
            return {None: split_lines(decode(data))}
        except (OSError, ValueError, SyntaxError):
            return {}


def _cells(text: str) -> dict[int | None, list[str]]:
    """The lines of each cell of a notebook (formats 3 and 4), counted from 1."""
    try:
        notebook = json.loads(text, parse_int=float)  # integers may be too long for Python
        cells = notebook["cells"] if "cells" in notebook else notebook["worksheets"][0]["cells"]
        sources = [cell.get("source", cell.get("input", "")) for cell in cells]
        texts = [source if isinstance(source, str) else "".join(source) for source in sources]
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
        return {}
    return {number: split_lines(cell) for number, cell in enumerate(texts, 1)}
