"""What the server offers besides following documents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lsprotocol import types

if TYPE_CHECKING:
    from lint_embed.editor.server import Server


def register(server: Server) -> None:
    """Registers what every client is offered."""


def configure(server: Server, options: Any) -> None:
    """Takes the client's initialization options."""


async def pulled(
    ls: Server, params: types.DocumentDiagnosticParams
) -> types.DocumentDiagnosticReport:
    """The diagnostics of a document, once its last revision has been checked."""
    session = ls.session
    document = session.documents.at(params.text_document.uri)
    if document is None:
        return types.RelatedFullDocumentDiagnosticReport(items=[])
    await session.settled(document)
    found = document.shown.get(params.text_document.uri, [])
    known = f"{document.checked}-{len(found)}-{hash(repr(found)) & 0xFFFFFFFF:x}"
    if known == params.previous_result_id:
        return types.RelatedUnchangedDocumentDiagnosticReport(result_id=known)
    return types.RelatedFullDocumentDiagnosticReport(items=found, result_id=known)
