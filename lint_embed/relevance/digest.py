"""Digests of files together with what they import: equal digests, equal findings."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path

from lint_embed.relevance.facts import File


def digests(files: Mapping[Path, File], paths: Iterable[Path]) -> dict[Path, str]:
    """The digest of each path: of its text, and of the files that its imports lead to.

    Files that import each other in a circle have a digest in common, to which each adds
    its own text.
    """
    circles = _Circles(files)
    for path in paths:
        circles.visit(path)
    return {path: _hash(circles.digest[path], str(path)) for path in paths}


def _hash(*parts: str) -> str:
    return hashlib.blake2b("\0".join(parts).encode("utf-8", "replace"), digest_size=16).hexdigest()


class _Circles:
    """Tarjan's strongly connected components, which come after those that they lead to."""

    def __init__(self, files: Mapping[Path, File]) -> None:
        self.files = files
        self.digest: dict[Path, str] = {}
        self._index: dict[Path, int] = {}
        self._low: dict[Path, int] = {}
        self._open: list[Path] = []

    def visit(self, start: Path) -> None:
        """Gives a file, and all that it leads to, a digest."""
        if start in self._index:
            return
        work = [(start, iter(self._enter(start)))]
        while work:
            path, rest = work[-1]
            after = next(rest, None)
            if after is None:
                work.pop()
                self._leave(path)
                if work:
                    parent = work[-1][0]
                    self._low[parent] = min(self._low[parent], self._low[path])
            elif after not in self._index:
                work.append((after, iter(self._enter(after))))
            elif after not in self.digest:
                self._low[path] = min(self._low[path], self._index[after])

    def _enter(self, path: Path) -> list[Path]:
        self._index[path] = self._low[path] = len(self._index)
        self._open.append(path)
        return self._imports(path)

    def _imports(self, path: Path) -> list[Path]:
        file = self.files.get(path)
        return list(dict.fromkeys(bound.path for bound in file.bound)) if file is not None else []

    def _leave(self, path: Path) -> None:
        if self._low[path] != self._index[path]:
            return
        circle = self._open[self._open.index(path) :]
        del self._open[-len(circle) :]
        members = set(circle)
        texts = sorted(f"{member}\0{self._text(member)}" for member in circle)
        outer = sorted(
            {
                self.digest[after]
                for member in circle
                for after in self._imports(member)
                if after not in members
            }
        )
        common = _hash(*texts, *outer)
        for member in circle:
            self.digest[member] = common

    def _text(self, path: Path) -> str:
        file = self.files.get(path)
        return file.text if file is not None else ""
