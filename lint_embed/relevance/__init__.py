"""Which files and definitions can matter, decided from their text before anything is parsed.

A definition matters when it, or what it names in its file or in the files that it imports,
makes an encoder with a library of the catalogue. Nothing else is parsed or walked by
itself; when no file matters, libcst is not imported.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from lint_embed.disk import contents
from lint_embed.relevance import imports, outline
from lint_embed.relevance.digest import digests
from lint_embed.relevance.facts import Bound, File, Roots, Scan
from lint_embed.relevance.forcing import forces_length
from lint_embed.relevance.imports import Import
from lint_embed.relevance.libraries import (
    client_words,
    components_of,
    encoder_libraries,
    store_libraries,
)
from lint_embed.relevance.origins import origin_of
from lint_embed.relevance.outline import Outline
from lint_embed.relevance.reach import Reach
from lint_embed.relevance.telling import told_in
from lint_embed.stages import stage

if TYPE_CHECKING:
    from lint_embed.provenance.modules import Project

__all__ = [
    "Reach",
    "Relevance",
    "Roots",
    "client_words",
    "encoder_libraries",
    "file_text",
    "forces_length",
    "plain_lines",
    "told_in",
]


class Relevance:
    """Decides what of a project matters; reads each file's text at most once.

    ``read`` gives the text of a file of the project, or None when it can't be had;
    ``extra`` are the names of the project's own encoders, and of the packages they are in;
    ``reach`` holds what an earlier run found that still stands. Without ``stores`` nothing
    leads to vectors that only keeps those which others make; ``scans`` are the files that
    were read already.
    """

    def __init__(
        self,
        project: Project,
        extra: Iterable[str] = (),
        read: Callable[[Path], str | None] | None = None,
        reach: Reach | None = None,
        stores: bool = True,
        scans: dict[Path, Scan] | None = None,
    ) -> None:
        self.stores = stores
        self.extra = frozenset(extra)
        self._project = project
        self._read = read or file_text
        self._exports: dict[Path, dict[str, None] | None] = {}
        self._reach = reach if reach is not None else Reach(client_words)
        self._outlines: dict[Path, Outline] = {}
        self._scans = scans
        if scans is None and not stores:
            self._scans = {}
        self._wide: Relevance | None = self if stores else None
        self._any_store = False

    def wide(self) -> Relevance:
        """The same, where what only keeps vectors leads to them too."""
        if self._wide is None:
            self._wide = Relevance(self._project, self.extra, self._read, scans=self._scans)
            self._wide._outlines = self._outlines
        return self._wide

    def leads(self, path: Path) -> Roots:
        """The definitions of a file that can lead to vectors, or to what only keeps them."""
        file = self._reach.files.get(path)
        if file is not None and file.roots is not None and not self._any_store:
            return file.roots  # nothing that it leads to keeps any
        return self.wide().roots(path)

    def matters(self, path: Path, text: str) -> bool:
        """Whether a file can take part in a flow of embeddings."""
        return bool(self.roots(path, text))

    def roots(self, path: Path, text: str | None = None) -> Roots:
        """The definitions of a file that can lead to vectors."""
        file = self._reach.files.get(path)
        if file is None or file.roots is None:
            with stage("relevance"):
                paths = list(self._closure(path, text))
                self._reach.settle(paths)
                self.free(path for path in paths if not self._reach.files[path].reaching)
            file = self._reach.files[path]
        assert file.roots is not None
        if file.reaching and self._any_store:
            return self.wide().roots(path, text)  # known vectors may get to its stores
        return file.roots

    def outlined(self, path: Path) -> Outline:
        """The outline of a file that was looked at."""
        return self._reach.files[path].outline()

    def exports(self, path: Path) -> dict[str, None] | None:
        """The names that ``import *`` takes from a file; None where only a walk can tell."""
        if path not in self._exports:
            self._exports[path] = None  # a circle of such imports
            with stage("relevance"):
                self._exports[path] = self._exported(path)
        return self._exports[path]

    def _exported(self, path: Path) -> dict[str, None] | None:
        text = self._read(path) if not path.is_dir() else None
        if text is None:
            return None
        if (names := imports.listed(text)) is not None:
            return dict.fromkeys(names)
        if imports.lists(text):
            return None
        self.roots(path)
        found = dict.fromkeys(outline.bound_by(self.outlined(path)))
        for one in imports.imports(text):
            if one.member == "*":
                target = self._project.resolve(path, one.module, one.level)
                more = self.exports(target) if target is not None else None
                if more is None:
                    return None
                found.update(more)
        return found

    def speaks(self, path: Path) -> bool:
        """Whether a file that was looked at names encoders, if only to pass them on."""
        return self._reach.files[path].speaks

    def local_imports(self, path: Path, text: str) -> set[Path]:
        """The project's files that a file imports."""
        self.roots(path, text)
        return {bound.path for bound in self._reach.files[path].bound}

    def digests(self, paths: Iterable[Path]) -> dict[Path, str]:
        """Names for the contents of files, together with all that they import."""
        with stage("relevance"):
            return digests(self._reach.files, paths)

    def keeps_vectors(self, path: Path) -> bool:
        """Whether a file that was looked at imports a library of stores."""
        tops = set(imports.imported_tops(self._reach.files[path].text))
        return not tops.isdisjoint(store_libraries())

    def size(self, paths: Iterable[Path]) -> int:
        """How many characters some files have, together with all that they import."""
        return sum(len(self._reach.files[path].text) for path in self._reach.led_from(*paths))

    def looked_at(self) -> Iterable[Path]:
        """The files whose text was looked at."""
        return self._reach.files

    # the project -----------------------------------------------------------------------

    def _closure(self, path: Path, text: str | None) -> Iterator[Path]:
        """The files that a file leads to and that are not settled, imported ones first."""
        files = self._reach.files
        self._scan(path, text if text is not None else self._read(path))
        stack = [(path, iter(files[path].bound))]
        while stack:
            here, rest = stack[-1]
            bound = next(rest, None)
            if bound is None:
                stack.pop()
                yield here
            elif bound.path not in files:
                self._scan(bound.path, self._read(bound.path))
                stack.append((bound.path, iter(files[bound.path].bound)))

    def _scan(self, path: Path, text: str | None) -> File:
        """What one file imports, and whether encoders may be made in it."""
        scan = self._scans.get(path) if self._scans is not None else None
        if scan is None:
            scan = self._read_off(path, plain_lines(text or ""))
            if self._scans is not None:
                self._scans[path] = scan
        origin = scan.origin
        if origin is not None and not self.stores:
            origin = origin_of(scan.text, scan.imported, self.extra, False)
            self._any_store = self._any_store or origin != scan.origin
        return self._reach.add(
            File(
                path,
                self._reach.number(),
                scan.text,
                scan.outline,
                scan.bound,
                scan.libraries,
                origin,
                scan.origin is not None,
                scan.forced,
            )
        )

    def _read_off(self, path: Path, text: str) -> Scan:
        """What the text of a file tells by itself."""
        imported = list(imports.imports(text))
        libraries = {
            one.alias: top
            for one in imported
            if not one.level
            and client_words(top := one.module.split(".")[0])
            and (one.member in (None, "*") or one.member in components_of(top))
        }
        folder = str(path.parent)
        return Scan(
            text,
            imported,
            self._outline(path, text),
            [found for one in imported for found in self._bound(folder, one)],
            libraries,
            origin_of(text, imported, self.extra, True),
            forces_length(text),
        )

    def free(self, paths: Iterable[Path]) -> None:
        """Frees what is hardly needed again of what is known of files."""
        for path in paths:
            if path in self._outlines:
                self._outlines[path].slim()

    def outline(self, path: Path, text: str) -> Outline:
        """The outline of a file."""
        made = self._outlines[path] = outline.read(text)
        return made

    def _outline(self, path: Path, text: str) -> Callable[[], Outline]:
        made: list[Outline] = []

        def get() -> Outline:
            if not made:
                made.append(self.outline(path, text))
            return made[0]

        return get

    def _bound(self, folder: str, one: Import) -> Iterator[Bound]:
        """The files of the project that an import in a file of a folder leads to."""
        resolve = self._project.resolve_in
        if one.member is None:
            parts = one.module.split(".")
            if one.alias != parts[0] or len(parts) == 1:
                names = [one.module]
            else:
                names = [".".join(parts[: index + 1]) for index in range(len(parts))]
            for name in names:
                if (target := resolve(folder, name, one.level)) is not None and _is_code(target):
                    yield Bound(one.alias, target, None)
            return
        if one.member != "*":
            dotted = f"{one.module}.{one.member}".strip(".")
            if (target := resolve(folder, dotted, one.level)) is not None and _is_code(target):
                yield Bound(one.alias, target, None)
        if (target := resolve(folder, one.module, one.level)) is not None and _is_code(target):
            yield Bound(one.alias, target, one.member)


def plain_lines(text: str) -> str:
    """The text with the line ends of Unix."""
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def _is_code(path: Path) -> bool:
    return path.suffix in (".py", ".pyi")


def file_text(path: Path) -> str | None:
    """A file's text as it stands on the disk, or None."""
    try:
        return plain_lines(contents(path).decode("utf-8", "replace"))
    except OSError:
        return None
