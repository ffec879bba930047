"""Notebooks: as notebook documents, and as JupyterLab's one joined document."""

from __future__ import annotations

from pathlib import Path

import pytest
from editing import FIXED, MISTAKE, Editor, codes, editing, pull, push
from lsprotocol import types

pytestmark = pytest.mark.asyncio

CELLS = [
    "%pip install sentence-transformers\n"
    "from sentence_transformers import SentenceTransformer, util",
    "# Not Python",
    'a = SentenceTransformer("all-MiniLM-L6-v2").encode("x")',
    '!ls\nb = SentenceTransformer("paraphrase-MiniLM-L6-v2").encode("x")\nutil.cos_sim(a, b)',
]
NAME = "book.ipynb"


def able() -> types.ClientCapabilities:
    capabilities = push()
    capabilities.notebook_document = types.NotebookDocumentClientCapabilities(
        types.NotebookDocumentSyncClientCapabilities()
    )
    return capabilities


def _cell(number: int) -> types.NotebookCell:
    kind = types.NotebookCellKind.Markup if number == 1 else types.NotebookCellKind.Code
    return types.NotebookCell(kind, f"vscode-notebook-cell:/{NAME}#{number}")


def _item(number: int, text: str) -> types.TextDocumentItem:
    language = "markdown" if number == 1 else "python"
    return types.TextDocumentItem(_cell(number).document, language, 1, text)


def _open(editor: Editor) -> None:
    notebook = types.NotebookDocument(
        editor.uri(NAME), "jupyter-notebook", 1, [_cell(n) for n in range(4)]
    )
    texts = [_item(n, text) for n, text in enumerate(CELLS)]
    editor.client.notebook_document_did_open(types.DidOpenNotebookDocumentParams(notebook, texts))


def _change(editor: Editor, version: int, change: types.NotebookDocumentCellChanges) -> None:
    item = types.VersionedNotebookDocumentIdentifier(version, editor.uri(NAME))
    event = types.NotebookDocumentChangeEvent(cells=change)
    params = types.DidChangeNotebookDocumentParams(item, event)
    editor.client.notebook_document_did_change(params)


def _text(number: int, version: int, text: str) -> types.NotebookDocumentCellChanges:
    item = types.VersionedTextDocumentIdentifier(version, _cell(number).document)
    whole = types.TextDocumentContentChangeWholeDocument(text)
    content = types.NotebookDocumentCellContentChanges(item, [whole])
    return types.NotebookDocumentCellChanges(text_content=[content])


async def test_findings_stand_in_their_cell(tmp_path: Path) -> None:
    async with editing(tmp_path, able()) as editor:
        assert editor.reply.capabilities.notebook_document_sync is not None
        _open(editor)
        editor.versions[_cell(3).document] = 1
        (found,) = await editor.pushed(_cell(3).document)
        assert codes([found]) == [("VEC101", 3)]
        where = [each.location.uri for each in found.related_information or ()]
        assert _cell(2).document in where and all(uri.startswith("vscode-") for uri in where)
        assert {p.uri for p in editor.client.published} == {
            _cell(number).document for number in (0, 2, 3)
        }


async def test_cells_get_theirs_pushed_by_who_fetches_for_files(tmp_path: Path) -> None:
    """VS Code fetches for the texts in its tabs; a notebook's cells are in none."""
    capabilities = pull()
    capabilities.notebook_document = able().notebook_document
    async with editing(tmp_path, capabilities) as editor:
        _open(editor)
        cell = _cell(3).document
        editor.versions[cell] = 1
        assert codes(await editor.pushed(cell)) == [("VEC101", 3)]
        assert not (await editor.pulled(cell)).items, "never both"
        editor.open("a.py", MISTAKE)
        assert codes((await editor.pulled("a.py")).items) == [("VEC101", 7)]
        editor.change("a.py", FIXED)
        assert not (await editor.pulled("a.py")).items
        assert not [p for p in editor.client.published if p.uri == editor.uri("a.py")]


async def test_hover_in_a_cell(tmp_path: Path) -> None:
    async with editing(tmp_path, able()) as editor:
        _open(editor)
        item = types.TextDocumentIdentifier(_cell(3).document)
        params = types.HoverParams(item, types.Position(2, 13))
        found = await editor.client.text_document_hover_async(params)
        assert "**all-MiniLM-L6-v2**" in str(found.contents)
        assert "(cell 3, line 1)" in str(found.contents)
        assert found.range == types.Range(types.Position(2, 13), types.Position(2, 14))


async def test_editing_moving_and_closing_cells(tmp_path: Path) -> None:
    async with editing(tmp_path, able()) as editor:
        _open(editor)
        editor.versions[_cell(3).document] = 1
        await editor.pushed(_cell(3).document)
        _change(editor, 2, _text(2, 2, CELLS[2].replace("all-MiniLM", "paraphrase-MiniLM")))
        assert codes(await editor.next(_cell(3).document)) == []
        _change(editor, 3, _text(2, 3, CELLS[2]))
        assert codes(await editor.next(_cell(3).document)) == [("VEC101", 3)]
        # A syntax error in one cell leaves the findings of the others.
        _change(editor, 4, _text(2, 4, CELLS[2] + "\nfor"))
        assert codes(await editor.next(_cell(3).document)) == [("VEC101", 3)]
        # The first of both encoding cells goes away.
        array = types.NotebookCellArrayChange(start=2, delete_count=1, cells=[])
        structure = types.NotebookDocumentCellChangeStructure(
            array, did_close=[types.TextDocumentIdentifier(_cell(2).document)]
        )
        _change(editor, 5, types.NotebookDocumentCellChanges(structure=structure))
        assert codes(await editor.next(_cell(3).document)) == []
        cells = [types.TextDocumentIdentifier(_cell(n).document) for n in (0, 1, 3)]
        closed = types.DidCloseNotebookDocumentParams(
            types.NotebookDocumentIdentifier(editor.uri(NAME)), cells
        )
        editor.client.notebook_document_did_close(closed)
        editor.open("a.py", MISTAKE)
        assert codes(await editor.pushed("a.py")) == [("VEC101", 7)]
        assert editor.client.logged == []


async def test_jupyterlabs_joined_document(tmp_path: Path) -> None:
    text = "get_ipython().run_line_magic('pip', 'install x')\n\n\n" + MISTAKE
    async with editing(tmp_path) as editor:
        editor.write("models.py", 'NAME = "all-MiniLM-L6-v2"\n')
        uri = (tmp_path / ".virtual_documents" / NAME).as_uri()
        editor.open(uri, text)
        assert codes(await editor.pushed(uri)) == [("VEC101", 10)]
        assert {p.uri for p in editor.client.published} == {uri}
        new = text.replace("util\n", "util\nfrom models import NAME", 1)
        editor.change(uri, new.replace('"paraphrase-MiniLM-L6-v2"', "NAME"))
        assert codes(await editor.pushed(uri)) == []


async def test_the_json_of_a_notebook_is_left_alone(tmp_path: Path) -> None:
    async with editing(tmp_path) as editor:
        editor.open(NAME, '{"cells": []}', "json")
        editor.open("a.py", MISTAKE)
        await editor.pushed("a.py")
        assert {p.uri for p in editor.client.published} == {editor.uri("a.py")}
