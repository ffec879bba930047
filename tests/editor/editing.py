"""An editor for tests: a client of the protocol with a server process of its own."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("pygls")
pytest_lsp = pytest.importorskip("pytest_lsp")
pytest.importorskip("pytest_asyncio")

from lsprotocol import types  # noqa: E402

PATIENCE = 30.0

MISTAKE = """\
from sentence_transformers import SentenceTransformer, util

docs_model = SentenceTransformer("all-MiniLM-L6-v2")
query_model = SentenceTransformer("paraphrase-MiniLM-L6-v2")
docs = docs_model.encode(["a", "b"])
query = query_model.encode("c")
print(util.cos_sim(query, docs))
"""
FIXED = MISTAKE.replace("paraphrase-MiniLM-L6-v2", "all-MiniLM-L6-v2")


def push() -> types.ClientCapabilities:
    """A client to which diagnostics are pushed."""
    publish = types.PublishDiagnosticsClientCapabilities(
        related_information=True, code_description_support=True, version_support=True
    )
    text = types.TextDocumentClientCapabilities(
        publish_diagnostics=publish,
        code_action=types.CodeActionClientCapabilities(
            code_action_literal_support=types.ClientCodeActionLiteralOptions(
                types.ClientCodeActionKindOptions([types.CodeActionKind.QuickFix])
            )
        ),
    )
    return types.ClientCapabilities(text_document=text)


def pull() -> types.ClientCapabilities:
    """A client that fetches diagnostics, and fetches them anew when told to."""
    capabilities = push()
    assert capabilities.text_document is not None
    capabilities.text_document.diagnostic = types.DiagnosticClientCapabilities()
    capabilities.workspace = types.WorkspaceClientCapabilities(
        diagnostics=types.DiagnosticWorkspaceClientCapabilities(refresh_support=True)
    )
    return capabilities


class Client(pytest_lsp.LanguageClient):  # type: ignore[misc,name-defined]
    """Keeps all that the server sends, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.published: list[types.PublishDiagnosticsParams] = []
        self.logged: list[str] = []
        self.told: list[str] = []
        self.watchers: list[str] = []
        self.refreshes = 0
        self.edits: list[types.WorkspaceEdit] = []
        self.progress: list[Any] = []
        self.tokens: list[int | str] = []
        self.shown: list[types.ShowDocumentParams] = []
        self.arrived = asyncio.Event()
        for method, handler in self._handlers().items():
            self.feature(method)(partial(handler))

    def _handlers(self) -> dict[str, Callable[[Any], Any]]:
        return {
            types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS: lambda p: self._keep(self.published, p),
            types.WINDOW_LOG_MESSAGE: lambda p: self._keep(self.logged, p.message),
            types.WINDOW_SHOW_MESSAGE: lambda p: self._keep(self.told, p.message),
            types.PROGRESS: lambda p: self._keep(self.progress, p.value),
            types.WINDOW_WORK_DONE_PROGRESS_CREATE: lambda p: self._keep(self.tokens, p.token),
            types.CLIENT_REGISTER_CAPABILITY: self._register,
            types.WORKSPACE_DIAGNOSTIC_REFRESH: self._refresh,
            types.WORKSPACE_INLAY_HINT_REFRESH: lambda p: None,
            types.WORKSPACE_APPLY_EDIT: self._apply,
            types.WINDOW_SHOW_DOCUMENT: self._show,
        }

    def _keep(self, into: list[Any], what: Any) -> None:
        into.append(what)
        self.arrived.set()

    def _refresh(self, params: None) -> None:
        self.refreshes += 1
        self.arrived.set()

    def _register(self, params: types.RegistrationParams) -> None:
        for each in params.registrations:
            for watcher in (each.register_options or {}).get("watchers", ()):
                self._keep(self.watchers, watcher["globPattern"])

    def _apply(self, params: types.ApplyWorkspaceEditParams) -> types.ApplyWorkspaceEditResult:
        self._keep(self.edits, params.edit)
        return types.ApplyWorkspaceEditResult(applied=True)

    def _show(self, params: types.ShowDocumentParams) -> types.ShowDocumentResult:
        self._keep(self.shown, params)
        return types.ShowDocumentResult(success=True)

    async def until(self, condition: Callable[[], Any]) -> Any:
        """Waits until a condition holds; gives its value."""
        async with asyncio.timeout(PATIENCE):
            while not (value := condition()):
                self.arrived.clear()
                await self.arrived.wait()
        return value


class Editor:
    """Opens and edits files of a folder in the way of an editor."""

    def __init__(self, client: Client, root: Path, reply: types.InitializeResult) -> None:
        self.client = client
        self.root = root
        self.reply = reply
        self.versions: dict[str, int] = {}

    def uri(self, name: str) -> str:
        """The address of a file of the folder; other addresses stay what they are."""
        return name if ":" in name else (self.root / name).as_uri()

    def write(self, name: str, text: str) -> None:
        """Writes a file to the disk."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())

    def open(self, name: str, text: str, language: str = "python") -> None:
        self.versions[name] = 1
        item = types.TextDocumentItem(self.uri(name), language, 1, text)
        self.client.text_document_did_open(types.DidOpenTextDocumentParams(item))

    def change(self, name: str, text: str) -> None:
        self.versions[name] += 1
        item = types.VersionedTextDocumentIdentifier(self.versions[name], self.uri(name))
        change = types.TextDocumentContentChangeWholeDocument(text)
        self.client.text_document_did_change(types.DidChangeTextDocumentParams(item, [change]))

    def save(self, name: str) -> None:
        item = types.TextDocumentIdentifier(self.uri(name))
        self.client.text_document_did_save(types.DidSaveTextDocumentParams(item))

    def close(self, name: str) -> None:
        item = types.TextDocumentIdentifier(self.uri(name))
        self.client.text_document_did_close(types.DidCloseTextDocumentParams(item))

    def changed_on_disk(self, *names: str) -> None:
        events = [types.FileEvent(self.uri(name), types.FileChangeType.Changed) for name in names]
        params = types.DidChangeWatchedFilesParams(events)
        self.client.workspace_did_change_watched_files(params)

    async def pushed(self, name: str) -> Sequence[types.Diagnostic]:
        """What was pushed for the file's present version."""
        uri, version = self.uri(name), self.versions[name]

        def found() -> list[types.PublishDiagnosticsParams]:
            return [p for p in self.client.published if (p.uri, p.version) == (uri, version)]

        return (await self.client.until(found))[-1].diagnostics

    async def next(self, name: str) -> Sequence[types.Diagnostic]:
        """What is pushed for the file from now on."""
        seen = len(self.client.published)
        uri = self.uri(name)

        def found() -> list[types.PublishDiagnosticsParams]:
            return [p for p in self.client.published[seen:] if p.uri == uri]

        return (await self.client.until(found))[-1].diagnostics

    async def pulled(self, name: str, known: str | None = None) -> Any:
        """The report that a client gets which asks for the file's diagnostics."""
        item = types.TextDocumentIdentifier(self.uri(name))
        params = types.DocumentDiagnosticParams(item, previous_result_id=known)
        async with asyncio.timeout(PATIENCE):
            return await self.client.text_document_diagnostic_async(params)


@asynccontextmanager
async def editing(
    root: Path,
    capabilities: types.ClientCapabilities | None = None,
    options: dict[str, Any] | None = None,
    environment: dict[str, str] | None = None,
    folders: Sequence[str] | None = None,
) -> AsyncIterator[Editor]:
    """An editor with a folder open (or with some folders in it); its server must end in
    peace."""
    client = Client()
    import os

    command = [sys.executable, "-m", "lint_embed", "server"]
    await client.start_io(*command, env={**os.environ, **(environment or {})})
    try:
        params = types.InitializeParams(
            capabilities=capabilities or push(),
            workspace_folders=[
                types.WorkspaceFolder((root / name).as_uri(), name or root.name)
                for name in ([""] if folders is None else folders)
            ]
            or None,
            root_uri=root.as_uri() if folders is None else None,
            initialization_options=options,
        )
        async with asyncio.timeout(PATIENCE):
            reply = await client.initialize_session(params)
        yield Editor(client, root, reply)
        async with asyncio.timeout(PATIENCE):
            await client.shutdown_async(None)
            client.exit(None)
            assert client._server is not None
            assert await client._server.wait() == 0
    finally:
        if client._server is not None and client._server.returncode is None:
            client._server.kill()
        await client.stop()


def codes(found: Sequence[types.Diagnostic]) -> list[tuple[str | int | None, int]]:
    """Code and line (from 1) of each diagnostic."""
    return [(each.code, each.range.start.line + 1) for each in found]
