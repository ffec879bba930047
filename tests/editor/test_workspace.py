"""Workspaces: several folders, none, no configuration, new files; the map, links, cancelling."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from editing import FIXED, MISTAKE, PATIENCE, Editor, codes, editing, push
from lsprotocol import types

pytestmark = pytest.mark.asyncio

ALIGNED = '[tool.lint-embed]\naligned = [["all-MiniLM-L6-v2", "paraphrase-MiniLM-L6-v2"]]\n'
MODELS = "".join(MISTAKE.splitlines(keepends=True)[:4])
USE = "from sentence_transformers import util\nfrom models import docs_model, query_model\n" + (
    "print(util.cos_sim(docs_model.encode('a'), query_model.encode('b')))\n"
)


def able(external: bool = True) -> types.ClientCapabilities:
    """A client with progress that shows documents."""
    capabilities = push()
    show = types.ShowDocumentClientCapabilities(external)
    capabilities.window = types.WindowClientCapabilities(
        work_done_progress=True, show_document=show
    )
    return capabilities


async def _run(editor: Editor, command: str, *arguments: Any) -> Any:
    async with asyncio.timeout(PATIENCE):
        return await editor.client.workspace_execute_command_async(
            types.ExecuteCommandParams(command, list(arguments))
        )


# --- Folders -----------------------------------------------------------------------------


async def test_each_folder_has_its_own_configuration_and_modules(tmp_path: Path) -> None:
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "pyproject.toml").write_text("")
    async with editing(tmp_path, able(), folders=["one", "two"]) as editor:
        editor.write("one/models.py", MODELS)
        editor.write("two/models.py", MODELS.replace("paraphrase", "all"))
        editor.write("two/pyproject.toml", ALIGNED)
        editor.open("one/a.py", USE)
        assert codes(await editor.pushed("one/a.py")) == [("VEC101", 3)]
        editor.open("two/a.py", USE)
        assert codes(await editor.pushed("two/a.py")) == []
        editor.open("two/b.py", MISTAKE)
        assert codes(await editor.pushed("two/b.py")) == []
        assert await _run(editor, "lint-embed.checkWorkspace") == 0, "open files count as open"


async def test_a_folder_that_joins_later(tmp_path: Path) -> None:
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
    async with editing(tmp_path, able(), folders=["one"]) as editor:
        editor.write("one/a.py", MISTAKE)
        editor.write("two/a.py", MISTAKE)
        assert await _run(editor, "lint-embed.checkWorkspace") == 1
        added = types.WorkspaceFolder(editor.uri("two"), "two")
        event = types.WorkspaceFoldersChangeEvent(added=[added], removed=[])
        editor.client.workspace_did_change_workspace_folders(
            types.DidChangeWorkspaceFoldersParams(event)
        )
        assert await _run(editor, "lint-embed.checkWorkspace") == 2


async def test_a_file_alone_in_an_editor_without_a_folder(tmp_path: Path) -> None:
    async with editing(tmp_path, folders=[]) as editor:
        editor.write("models.py", MODELS)
        editor.open("a.py", USE)
        assert codes(await editor.pushed("a.py")) == [("VEC101", 3)]


async def test_a_folder_without_configuration(tmp_path: Path) -> None:
    async with editing(tmp_path, able()) as editor:
        editor.write("models.py", MODELS)
        editor.write("venv/lib.py", MISTAKE)
        editor.write("b.py", MISTAKE)
        editor.write("a.py", USE)
        editor.open("a.py", USE)
        assert codes(await editor.pushed("a.py")) == [("VEC101", 3)]
        assert await _run(editor, "lint-embed.checkWorkspace") == 2
        assert editor.client.told == [] and editor.client.logged == []


async def test_a_new_file_knows_the_folder_and_becomes_a_file(tmp_path: Path) -> None:
    async with editing(tmp_path) as editor:
        editor.write("models.py", MODELS)
        editor.open("untitled:Untitled-1", USE)
        assert codes(await editor.pushed("untitled:Untitled-1")) == [("VEC101", 3)]
        editor.close("untitled:Untitled-1")
        editor.open("c.py", USE)
        assert codes(await editor.pushed("c.py")) == [("VEC101", 3)]
        assert editor.client.published[-1].uri == editor.uri("c.py")
        closed = [p for p in editor.client.published if p.uri == "untitled:Untitled-1"]
        assert not closed[-1].diagnostics


async def test_a_deleted_file_that_is_still_open(tmp_path: Path) -> None:
    async with editing(tmp_path) as editor:
        editor.write("models.py", MODELS)
        editor.write("a.py", USE)
        editor.open("a.py", USE)
        editor.open("models.py", MODELS)
        assert codes(await editor.pushed("a.py")) == [("VEC101", 3)]
        (tmp_path / "a.py").unlink()
        (tmp_path / "models.py").unlink()
        editor.changed_on_disk("a.py", "models.py")
        editor.change("a.py", "\n" + USE)
        assert codes(await editor.pushed("a.py"))[:1] in ([], [("VEC101", 4)])
        editor.close("models.py")
        editor.change("a.py", "\n\n" + USE)
        assert codes(await editor.pushed("a.py")) == []
        assert editor.client.logged == []


# --- Commands ----------------------------------------------------------------------------


async def test_the_map_is_drawn_from_the_open_texts_and_shown(tmp_path: Path) -> None:
    options = {"mapLink": "vscode://file{path}:{line}:{column}"}
    async with editing(tmp_path, able(), options) as editor:
        editor.write("a.py", FIXED)
        editor.open("a.py", MISTAKE)
        await editor.pushed("a.py")
        uri = await _run(editor, "lint-embed.showMap")
        (shown,) = editor.client.shown
        assert shown.uri == uri and shown.external
        page = Path(unquote(urlsplit(uri).path))
        text = page.read_text("utf-8")
        assert "paraphrase-MiniLM-L6-v2" in text and "<svg" in text
        assert f"vscode://file{tmp_path.as_posix()}/a.py:4:" in text
        assert [value["kind"] for value in editor.client.progress] == ["begin", "end"]
    assert not page.exists(), "the page goes with the session"


async def test_where_the_map_is_when_it_cannot_be_shown(tmp_path: Path) -> None:
    async with editing(tmp_path) as editor:
        editor.write("a.py", MISTAKE)
        uri = await _run(editor, "lint-embed.showMap")
        await editor.client.until(lambda: editor.client.told)
        assert editor.client.told == [f"lint-embed: the map is at {uri}"]


async def test_a_workspace_check_is_cancelled_and_typing_goes_on(tmp_path: Path) -> None:
    async with editing(tmp_path, able()) as editor:
        lines = "".join(f"v{n} = docs_model.encode(['{n}'])\n" for n in range(2_000))
        for number in range(60):
            editor.write(f"m{number}.py", MISTAKE + lines)
        editor.open("a.py", MISTAKE)
        await editor.pushed("a.py")
        running = asyncio.ensure_future(_run(editor, "lint-embed.checkWorkspace"))
        progress = editor.client.progress
        await editor.client.until(lambda: any(v["kind"] == "report" for v in progress))
        editor.change("a.py", FIXED)
        assert codes(await editor.pushed("a.py")) == []
        assert not running.done(), "the check is long enough to be cancelled"
        token = editor.client.tokens[-1]
        editor.client.window_work_done_progress_cancel(types.WorkDoneProgressCancelParams(token))
        assert await running is None
        assert progress[-1] == {"kind": "end", "message": "cancelled"}
        # It can be begun anew, and nothing of the first one is left.
        assert {p.uri for p in editor.client.published} == {editor.uri("a.py")}
        assert editor.client.logged == []


# --- Links -------------------------------------------------------------------------------


async def test_names_of_models_lead_to_their_pages(tmp_path: Path) -> None:
    text = (
        'm = SentenceTransformer("all-MiniLM-L6-v2")\n'
        "é = '😀', 'BAAI/bge-small-en-v1.5'\n"
        'no = "text-embedding-3-small", "./all-MiniLM-L6-v2", "my/all", "all MiniLM"\n'
    )
    async with editing(tmp_path) as editor:
        editor.open("a.py", text)
        item = types.TextDocumentIdentifier(editor.uri("a.py"))
        params = types.DocumentLinkParams(item)
        links = await editor.client.text_document_document_link_async(params) or []
        assert [(each.range.start.line, each.range.start.character) for each in links] == [
            (0, 25),
            (1, 11),
        ]
        assert [each.target for each in links] == [
            "https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2",
            "https://huggingface.co/BAAI/bge-small-en-v1.5",
        ]
