"""The language server: what it offers, and how it follows the client's documents."""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from typing import BinaryIO

from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pygls.uris import to_fs_path

from lint_embed.configuration import ENDINGS
from lint_embed.editor import features
from lint_embed.editor.base import Server
from lint_embed.editor.diagnostics import abilities
from lint_embed.editor.lines import width_of
from lint_embed.editor.process import Process

logger = logging.getLogger(__name__)

WATCHED = ("**/*.py", "**/*.pyi", "**/*.ipynb", *(f"**/*{ending}" for ending in ENDINGS))


def serve(process: Process, stdin: BinaryIO, stdout: BinaryIO) -> None:
    """Serves one client; returns when it ends. ``process`` is the first worker."""
    logging.basicConfig(stream=sys.stderr, level=logging.ERROR)
    first = [process]
    server = Server(lambda: first.pop() if first else Process())
    register(server)
    try:
        server.start_io(stdin, stdout)
    finally:
        server.session.close()


def register(server: Server) -> None:
    """Registers all that is offered to every client."""
    server.feature(types.INITIALIZE)(_initialize)
    server.feature(types.INITIALIZED)(_initialized)
    server.feature(types.TEXT_DOCUMENT_DID_OPEN)(_did_open)
    server.feature(types.TEXT_DOCUMENT_DID_CHANGE)(_did_change)
    server.feature(types.TEXT_DOCUMENT_DID_SAVE)(_did_save)
    server.feature(types.TEXT_DOCUMENT_DID_CLOSE)(_did_close)
    server.feature(types.NOTEBOOK_DOCUMENT_DID_OPEN)(_notebook_opened)
    server.feature(types.NOTEBOOK_DOCUMENT_DID_CHANGE)(_notebook_changed)
    server.feature(types.NOTEBOOK_DOCUMENT_DID_SAVE)(_notebook_saved)
    server.feature(types.NOTEBOOK_DOCUMENT_DID_CLOSE)(_notebook_closed)
    server.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)(_watched)
    server.feature(types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS)(_folders_changed)
    features.register(server)


# --- Beginning -----------------------------------------------------------------------


def _initialize(ls: Server, params: types.InitializeParams) -> None:
    session = ls.session
    session.documents.width = width_of(ls.workspace.position_encoding)
    session.can = abilities(params.capabilities)
    session.pull = _can_pull(params.capabilities)
    if session.pull:
        # Only here: who can't fetch diagnostics, and be told to, gets them pushed.
        options = types.DiagnosticOptions(
            inter_file_dependencies=True, workspace_diagnostics=False, identifier="lint-embed"
        )
        ls.feature(types.TEXT_DOCUMENT_DIAGNOSTIC, options)(features.pulled)
    features.configure(ls, params.initialization_options)
    folders = _folders(ls)
    session.begin(folders[0] if folders else Path.cwd(), folders)


def _can_pull(capabilities: types.ClientCapabilities) -> bool:
    """Whether the client fetches diagnostics and can be told that they changed."""
    text, workspace = capabilities.text_document, capabilities.workspace
    refresh = workspace.diagnostics if workspace is not None else None
    fetches = text is not None and text.diagnostic is not None
    return fetches and refresh is not None and bool(refresh.refresh_support)


def _folders(ls: Server) -> tuple[Path, ...]:
    uris = list(ls.workspace.folders) or [ls.workspace.root_uri or ""]
    paths = [to_fs_path(uri) for uri in uris if uri]
    return tuple(Path(path) for path in paths if path)


async def _initialized(ls: Server, params: types.InitializedParams) -> None:
    workspace = ls.client_capabilities.workspace
    watching = workspace.did_change_watched_files if workspace is not None else None
    if watching is None or not watching.dynamic_registration:
        return  # files are looked at whenever they are used
    watchers = [types.FileSystemWatcher(glob_pattern=pattern) for pattern in WATCHED]
    registration = types.Registration(
        "lint-embed-files",
        types.WORKSPACE_DID_CHANGE_WATCHED_FILES,
        types.DidChangeWatchedFilesRegistrationOptions(watchers),
    )
    try:
        await ls.client_register_capability_async(types.RegistrationParams([registration]))
    except JsonRpcException as error:
        ls.session.log(f"the client does not watch files: {error}")


# --- Documents -----------------------------------------------------------------------


def _did_open(ls: Server, params: types.DidOpenTextDocumentParams) -> None:
    document = ls.session.documents.open(params.text_document)
    if document is not None:
        ls.session.opened(document)


def _did_change(ls: Server, params: types.DidChangeTextDocumentParams) -> None:
    item = params.text_document
    text = ls.workspace.get_text_document(item.uri).source
    document = ls.session.documents.change(item.uri, item.version, text)
    if document is not None:
        ls.session.changed(document)


def _did_save(ls: Server, params: types.DidSaveTextDocumentParams) -> None:
    document = ls.session.documents.at(params.text_document.uri)
    if document is not None:
        ls.session.send(document, typing=False)
    elif (path := to_fs_path(params.text_document.uri)) is not None:
        ls.session.disk_changed([Path(path)])


def _did_close(ls: Server, params: types.DidCloseTextDocumentParams) -> None:
    document = ls.session.documents.at(params.text_document.uri)
    if document is not None and not document.notebook:
        ls.session.documents.close(params.text_document.uri)
        ls.session.closed(document)


def _notebook_opened(ls: Server, params: types.DidOpenNotebookDocumentParams) -> None:
    uri = params.notebook_document.uri
    document = ls.session.documents.notebook(uri, ls.workspace)
    if document is not None:
        ls.session.opened(document)


def _notebook_changed(ls: Server, params: types.DidChangeNotebookDocumentParams) -> None:
    uri = params.notebook_document.uri
    document = ls.session.documents.notebook(uri, ls.workspace)
    if document is not None:
        ls.session.changed(document)


def _notebook_saved(ls: Server, params: types.DidSaveNotebookDocumentParams) -> None:
    document = ls.session.documents.at(params.notebook_document.uri)
    if document is not None:
        ls.session.send(document, typing=False)


def _notebook_closed(ls: Server, params: types.DidCloseNotebookDocumentParams) -> None:
    document = ls.session.documents.close(params.notebook_document.uri)
    if document is not None:
        ls.session.closed(document)


# --- The workspace -------------------------------------------------------------------


def _watched(ls: Server, params: types.DidChangeWatchedFilesParams) -> None:
    paths = [Path(path) for change in params.changes if (path := to_fs_path(change.uri))]
    ls.session.clear_foreign(
        Path(path)
        for change in params.changes
        if change.type == types.FileChangeType.Deleted and (path := to_fs_path(change.uri))
    )
    ls.session.disk_changed(paths)


def _folders_changed(ls: Server, params: types.DidChangeWorkspaceFoldersParams) -> None:
    ls.session.set_folders(_folders(ls))
