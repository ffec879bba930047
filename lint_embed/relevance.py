"""Which files can matter, decided from their text before anything is parsed.

A file matters when it, or a file of the project that it imports, mentions a library that
makes embeddings. Nothing else is parsed; when no file matters, libcst is not imported.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lint_embed.provenance.modules import Project

_IMPORT = re.compile(
    r"^[ \t]*(?:from[ \t]+(?P<dots>\.*)[ \t]*(?P<module>[\w.]*)[ \t]+import[ \t]+"
    r"(?P<names>\([^)]*\)|[^\n#]*)|import[ \t]+(?P<plain>[^\n#]+))",
    re.MULTILINE,
)
_COMMON_LENGTH = re.compile(r"\b(?:min|max)\s*\(\s*(?:len\s*\(|\w+\.shape|\w*len|\w*dim)")
_VECTORS = re.compile(r"\bemb|embed|vec(?:tor|s|\b|\d|_)|cosine|similar", re.IGNORECASE)
_OWN_WORDS = re.compile(r"\b\w*(?:embed|encode)\w*\b", re.IGNORECASE)
_WORD = re.compile(r"\w+")


@cache
def encoder_libraries() -> frozenset[str]:
    """The top-level names whose import can bring encoders, vectors or stores into a file."""
    from lint_embed.catalogue import FOLDER, tables_by_import

    makers = set()
    for top, tables in tables_by_import().items():
        for table in tables:
            text = (FOLDER / f"{table}.toml").read_text("utf-8")
            if _MAKERS.search(text):
                makers.add(top)
    return frozenset(makers)


@cache
def words_of(top: str) -> re.Pattern[str] | None:
    """The names of which one stands in every file that makes vectors with a library."""
    from lint_embed.catalogue import listed, read_table, tables_by_import

    words: set[str] = set()
    for table in tables_by_import().get(top, ()):
        data = read_table(table)
        entries = [entry for kind in MAKERS for entry in data.get(kind, ())]
        for interface in data.get("interface", ()):
            entries += interface.get("vectors", [])
        for entry in entries:
            if "value" in entry:
                words.add(re.escape(entry["value"]))
                continue
            for path in (*listed(entry.get("call")), *listed(entry.get("at"))):
                if (word := _telling_word(path)) is not None:
                    words.add(word)
    return re.compile(rf"\b(?:{'|'.join(sorted(words))})\b") if words else None


MAKERS = ("encoder", "vectors", "store", "artefact")
_MAKERS = re.compile(r"^\[\[(?:encoder|vectors|store|artefact)\]\]", re.MULTILINE)


def _telling_word(path: str) -> str | None:
    """The longest name of the last call in an access path, without its package."""
    calls = [chain for chain in path.split("()") if chain.strip(".[]")]
    if not calls:
        return None
    chain = calls[-1] if path.endswith("()") or len(calls) == 1 else calls[-2]
    names = re.findall(r"[A-Za-z_]\w*", chain)
    if len(calls) == 1 or chain is calls[0]:
        names = names[1:] or names
    return max(names, key=len, default=None)


@cache
def _mentions(extra: frozenset[str]) -> re.Pattern[str]:
    names = sorted(encoder_libraries() | extra)
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, names))})\b")


def forces_length(text: str) -> bool:
    """Whether a file may bring two vectors to a common length; it needs no model for that."""
    return _COMMON_LENGTH.search(text) is not None and _VECTORS.search(text) is not None


class Relevance:
    """Decides which files of a project matter; reads each file's text at most once."""

    def __init__(self, project: Project, extra: Iterable[str] = ()) -> None:
        self._project = project
        self._mentions = _mentions(frozenset(extra))
        self._extra = frozenset(extra)
        self._known: dict[Path, bool] = {}

    def matters(self, path: Path, text: str) -> bool:
        """Whether a file can take part in a flow of embeddings."""
        return self._flows(path, text) or forces_length(text)

    def _flows(self, path: Path, text: str) -> bool:
        found = self._known.get(path)
        if found is None:
            found = self._known[path] = self._by_text(text) or self._by_imports(path, text)
        return found

    def _by_text(self, text: str) -> bool:
        if self._mentions.search(text) is None:
            return False
        if "lint-embed:" in text or any(word in text for word in self._extra):
            return True
        tops = set(_imported_tops(text)) & encoder_libraries()
        return any(self._speaks(top, text) for top in tops)

    def _speaks(self, top: str, text: str) -> bool:
        words = words_of(top)
        return words is None or words.search(text) is not None

    def _by_imports(self, path: Path, text: str) -> bool:
        self._known[path] = False  # an import cycle ends here
        for found in self._local_imports(path, text):
            known = self._known.get(found)
            if known is None:
                other = _text_of(found)
                known = other is not None and self._flows(found, other)
                if other is not None and not known and _OWN_WORDS.search(text):
                    # A client may be made there and used here.
                    known = not encoder_libraries().isdisjoint(_imported_tops(other))
            if known:
                return True
        return False

    def _local_imports(self, path: Path, text: str) -> list[Path]:
        found: list[Path] = []
        for match in _IMPORT.finditer(text):
            if match["plain"]:
                names = [part.split(" as ")[0].strip() for part in match["plain"].split(",")]
                candidates = [(name, 0) for name in names]
            else:
                level = len(match["dots"])
                members = _WORD.findall(match["names"])
                joined = [f"{match['module']}.{name}".strip(".") for name in members]
                candidates = [(match["module"], level), *((name, level) for name in joined)]
            for dotted, level in candidates:
                if (target := self._project.resolve(path, dotted, level)) is not None:
                    found.append(target)
        return found


def _imported_tops(text: str) -> Iterable[str]:
    for match in _IMPORT.finditer(text):
        if match["plain"]:
            for part in match["plain"].split(","):
                yield part.strip().split(" ")[0].split(".")[0]
        elif not match["dots"]:
            yield match["module"].split(".")[0]


def _text_of(path: Path) -> str | None:
    try:
        return path.read_text("utf-8", errors="replace")
    except OSError:
        return None
