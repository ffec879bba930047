"""What of a project stands from one check of a document to the next: which definitions lead
to vectors, and which files there are."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from lint_embed.configuration import SKIPPED
from lint_embed.relevance import Reach, client_words

if TYPE_CHECKING:
    from lint_embed.relevance.telling import Told
    from lint_embed.settings import Settings

#: A folder that changed so shortly before it was read may change again unnoticed, as its
#: time has ticks of some milliseconds.
UNSURE_NS = 50_000_000


def folder_stamp(folder: str) -> object:
    """Changes when files come to a folder or go from it; nothing is like it where that
    can't be told."""
    try:
        changed = os.stat(folder).st_mtime_ns
    except OSError:
        return None
    return changed if time.time_ns() - changed > UNSURE_NS else object()


class Known:
    """The settled reach of the files that a document's checks looked at.

    ``seen`` are those files, with the stamps of the texts that it rests on.
    """

    def __init__(self, path: Path, settings: Settings, telling: Callable[..., Told]) -> None:
        self.path = path
        self.settings = settings
        self._telling = telling
        self.reach = Reach(client_words, telling)
        self.seen: dict[Path, object] = {}
        self._folders: dict[str, object] = {}
        self._writes: set[tuple[Path, Path]] | None = None
        self._imports: dict[Path, set[Path]] = {}

    def refresh(self, stamp: Callable[[Path], object]) -> None:
        """Drops what rests on files that changed, ``stamp`` being theirs now."""
        if any(folder_stamp(folder) != old for folder, old in self._folders.items()):
            # Any import may lead to another file now.
            self.reach.clear()
            self._folders.clear()
        changed = [path for path, old in self.seen.items() if stamp(path) != old]
        near = self.reach.led_from(self.path)
        before = self.reach.writes(near)
        imports = {path: self._imported(path) for path in near}
        gone = self.reach.forget(changed, self.path)
        self._imports = {path: imports[path] for path in gone & near} if before else {}
        for path in self.seen.keys() - self.reach.files.keys():
            del self.seen[path]
        self._writes = before if self.reach.files else None

    def settled(self, folders: Iterable[str]) -> bool:
        """After a check: whether all of it holds; else it must be made anew from nothing.

        ``folders`` decided where imports lead to. What was kept was found with the same
        files writing into the same others' variables; others would have told it more, or less.
        """
        for folder in folders:
            self._folders.setdefault(folder, folder_stamp(folder))
        now = self.reach.writes(self.reach.led_from(self.path))
        if self._writes is None or not (self._writes or now):
            return True
        same = all(self._imported(path) == old for path, old in self._imports.items())
        return same and self._writes == now

    def _imported(self, path: Path) -> set[Path]:
        file = self.reach.files.get(path)
        return {bound.path for bound in file.bound} if file is not None else set()


class Listing:
    """The Python files below a folder; a folder is read again only when it changed."""

    def __init__(self) -> None:
        self._folders: dict[str, tuple[object, list[str], list[Path]]] = {}

    def files(self, root: Path) -> Iterator[Path]:
        """As ``engine.python_files`` lists them."""
        stack = [str(root)]
        while stack:
            folder = stack.pop()
            stamp = folder_stamp(folder)
            known = self._folders.get(folder)
            if known is None or known[0] != stamp:
                known = self._folders[folder] = (stamp, *_read(folder))
            yield from known[2]
            stack += reversed(known[1])


def _read(folder: str) -> tuple[list[str], list[Path]]:
    folders, files = [], []
    try:
        with os.scandir(folder) as entries:
            for entry in sorted(entries, key=lambda entry: entry.name):
                name = entry.name
                if entry.is_dir():
                    if name not in SKIPPED and not name.startswith(".") and not entry.is_symlink():
                        folders.append(entry.path)
                elif name.endswith((".py", ".ipynb")):
                    files.append(Path(entry.path))
    except OSError:
        return [], []
    return folders, files
