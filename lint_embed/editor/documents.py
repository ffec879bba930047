"""The open documents: their texts, their paths for the analysis, their addresses.

A document is a file or a notebook. A notebook is given to the analysis as the JSON of its
cells, so that findings name the cell by its number; each cell has an address of its own.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

from lsprotocol import types
from pygls.uris import from_fs_path, to_fs_path
from pygls.workspace import Workspace

from lint_embed.editor.lines import LineTable, Width
from lint_embed.editor.messages import Located

PYTHON_SUFFIXES = (".py", ".pyi", ".pyw")
# JupyterLab opens the joined code of a notebook under a folder of this name.
_VIRTUAL = ".virtual_documents"
_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(slots=True)
class Part:
    """A text with an address: a file, or one cell. ``number`` counts cells from 1."""

    uri: str
    number: int | None
    version: int | None
    text: str
    table: LineTable | None = None


@dataclass(slots=True)
class Document:
    """An open file or notebook.

    ``path`` is how the analysis knows it, ``revision`` counts its changes, ``checked`` is
    the revision that ``findings`` belong to, ``sent`` the one that the analysis has.
    """

    uri: str
    path: Path
    parts: list[Part]
    notebook: bool = False
    revision: int = 1
    sent: int = 0
    checked: int = 0
    findings: tuple[Located, ...] = ()
    seconds: float = 0.0
    shown: dict[str, list[types.Diagnostic]] = field(default_factory=dict)

    def text(self) -> str:
        """What the analysis gets."""
        if not self.notebook:
            return _clean(self.parts[0].text)
        cells = [
            {"cell_type": "code", "metadata": {}, "source": _clean(part.text)}
            if part.uri
            else {"cell_type": "markdown", "metadata": {}, "source": ""}
            for part in self.parts
        ]
        return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})

    def part(self, cell: int | None) -> Part | None:
        """The text that a place in that cell (None: in the file) lies in."""
        if cell is None:
            return self.parts[0] if self.parts and not self.notebook else None
        return self.parts[cell - 1] if 0 < cell <= len(self.parts) else None


def _clean(text: str) -> str:
    # Half surrogate pairs can be typed but not parsed; the length stays.
    text = _SURROGATE.sub("\ufffd", text)
    return text.replace("\ufeff", "", 1) if text.startswith("\ufeff") else text


class Documents:
    """All open documents, by address (cells too) and by path."""

    def __init__(self) -> None:
        self._by_uri: dict[str, Document] = {}
        self._by_path: dict[Path, Document] = {}
        self.width: Width = len
        self.base = Path.cwd()

    def __iter__(self) -> Iterator[Document]:
        return iter(list(self._by_path.values()))

    def at(self, uri: str) -> Document | None:
        """The document at an address, or of the cell at it."""
        return self._by_uri.get(uri)

    def of(self, path: Path) -> Document | None:
        """The document of a path."""
        return self._by_path.get(path)

    def open(self, item: types.TextDocumentItem) -> Document | None:
        """Opens a file; None when it is no Python that can be linted."""
        path = document_path(item.uri, item.language_id, self.base)
        if path is None:
            return None
        document = Document(item.uri, path, [Part(item.uri, None, item.version, item.text)])
        self._by_uri[item.uri] = self._by_path[path] = document
        return document

    def change(self, uri: str, version: int | None, text: str) -> Document | None:
        """Takes a file's, or a cell's, new text."""
        document = self._by_uri.get(uri)
        part = part_at(document, uri)
        if document is None or part is None:
            return None
        part.text, part.version, part.table = text, version, None
        document.revision += 1
        return document

    def close(self, uri: str) -> Document | None:
        """Closes a file or a notebook."""
        document = self._by_uri.pop(uri, None)
        if document is None:
            return None
        for part in document.parts:
            self._by_uri.pop(part.uri, None)
        if self._by_path.get(document.path) is document:
            del self._by_path[document.path]
        return document

    def notebook(self, uri: str, workspace: Workspace) -> Document | None:
        """Opens a notebook, or takes its new cells, from the client's workspace."""
        notebook = workspace.get_notebook_document(notebook_uri=uri)
        path = notebook_path(uri, self.base)
        if notebook is None or path is None:
            return None
        document = self._by_uri.get(uri)
        if document is None:
            document = Document(uri, path, [], notebook=True)
            self._by_path[path] = document
        else:
            document.revision += 1
        for part in document.parts:
            self._by_uri.pop(part.uri, None)
        document.parts = [
            _cell(number, cell, workspace) for number, cell in enumerate(notebook.cells, 1)
        ]
        for each in (uri, *(part.uri for part in document.parts if part.uri)):
            self._by_uri[each] = document
        return document

    def table(self, part: Part) -> LineTable:
        """The lines of a text."""
        if part.table is None:
            part.table = LineTable(part.text, self.width)
        return part.table


def part_at(document: Document | None, uri: str) -> Part | None:
    """The part of a document at an address."""
    parts = document.parts if document is not None else []
    return next((part for part in parts if part.uri == uri), None)


def _cell(number: int, cell: types.NotebookCell, workspace: Workspace) -> Part:
    """A cell as a part; one that holds no Python has no address."""
    if cell.kind != types.NotebookCellKind.Code:
        return Part("", number, None, "")
    document = workspace.get_text_document(cell.document)
    if not is_python(document.language_id or "python", ""):
        return Part("", number, None, "")
    return Part(cell.document, number, document.version, document.source)


def is_python(language: str, name: str) -> bool:
    """Whether a document of this language and file name holds Python."""
    return language.lower().startswith(("python", "ipython")) or (
        not language and name.endswith(PYTHON_SUFFIXES)
    )


def document_path(uri: str, language: str, base: Path) -> Path | None:
    """Where the analysis finds a text document; None for what can't be linted.

    A document that was never saved gets a path in the workspace's folder.
    """
    scheme = urlsplit(uri).scheme
    if not is_python(language, uri):
        return None
    if scheme == "untitled":
        name = re.sub(r"[^\w.-]+", "-", unquote(uri.partition(":")[2])).strip("-.") or "untitled"
        return base / (name if name.endswith(".py") else f"{name}.py")
    path = _file_path(uri)
    if path is None:
        return None
    if _VIRTUAL in path.parts:
        at = len(path.parts) - 1 - path.parts[::-1].index(_VIRTUAL)
        path = Path(*path.parts[:at], *path.parts[at + 1 :])
    # The program of a notebook, already joined: Python, not JSON.
    return path if path.suffix in PYTHON_SUFFIXES else path.with_name(path.name + ".py")


def notebook_path(uri: str, base: Path) -> Path | None:
    """Where the analysis finds a notebook document."""
    path = _file_path(uri)
    if path is None and urlsplit(uri).scheme == "untitled":
        path = base / "untitled.ipynb"
    return None if path is None else path.with_suffix(".ipynb")


def _file_path(uri: str) -> Path | None:
    if urlsplit(uri).scheme != "file":
        return None
    name = to_fs_path(uri)
    return Path(os.path.normpath(name)) if name else None


def file_uri(path: Path) -> str:
    """The address of a file that is not open."""
    return from_fs_path(str(path)) or path.as_uri()
