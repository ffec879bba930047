"""The server's class: pygls' server with the state of our session."""

from __future__ import annotations

from collections.abc import Callable

from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pygls.lsp.server import LanguageServer

from lint_embed import __version__
from lint_embed.editor.process import Process
from lint_embed.editor.session import Session

NOTEBOOKS = types.NotebookDocumentSyncOptions(
    notebook_selector=[
        types.NotebookDocumentFilterWithNotebook(
            notebook=types.NotebookDocumentFilterNotebookType(notebook_type="jupyter-notebook"),
            cells=[types.NotebookCellLanguage(language="python")],
        )
    ],
    save=True,
)


class Server(LanguageServer):
    """pygls' server with our session, whose errors go to the log instead of a pop-up."""

    session: Session

    def __init__(self, start: Callable[[], Process] = Process) -> None:
        super().__init__(
            "lint-embed",
            __version__,
            text_document_sync_kind=types.TextDocumentSyncKind.Full,
            notebook_document_sync=NOTEBOOKS,
        )
        self.session = Session(self, start)

    def report_server_error(
        self, error: Exception, source: type[Exception] | type[JsonRpcException]
    ) -> None:
        """Logs an error that no request waits for."""
        self.session.log_once(f"{type(error).__name__}: {error}")
