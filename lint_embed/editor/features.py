"""What the server offers besides following documents."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from lsprotocol import types

from lint_embed.editor import commands
from lint_embed.editor.actions import actions
from lint_embed.editor.base import Server
from lint_embed.editor.documents import part_at
from lint_embed.editor.messages import Facts, Hint

HUB = "https://huggingface.co/"
_DIRECTIVE = re.compile(r"#.*?\b(?:noqa|lint-embed)\b.*")
_WORD = re.compile(r"[\w-]+")
_NAMED = re.compile(r"(['\"])([\w.-]+(?:/[\w.-]+)?)\1")
_STRING = re.compile(r"'([^'\n]+)'|\"([^\"\n]+)\"")


def register(server: Server) -> None:
    """Registers what every client is offered."""
    server.feature(types.TEXT_DOCUMENT_HOVER)(_hover)
    server.feature(
        types.TEXT_DOCUMENT_CODE_ACTION,
        types.CodeActionOptions(
            code_action_kinds=[types.CodeActionKind.QuickFix, types.CodeActionKind.Empty]
        ),
    )(_code_actions)
    server.feature(types.TEXT_DOCUMENT_DOCUMENT_LINK)(_document_links)
    commands.register(server)


def configure(server: Server, options: Any) -> None:
    """Takes the client's capabilities, and its initialization options: ``inlayHints``
    (true unless it is false), ``mapLink`` (a template for the links of the map)."""
    session, capabilities = server.session, server.client_capabilities
    window, workspace = capabilities.window, capabilities.workspace
    edit = workspace.workspace_edit if workspace is not None else None
    if edit is not None and edit.document_changes:
        session.creates = types.ResourceOperationKind.Create in (edit.resource_operations or ())
        session.previews = edit.change_annotation_support is not None
    if window is not None and window.show_document is not None:
        session.shows = bool(window.show_document.support)
    given = options if isinstance(options, dict) else {}
    link = given.get("mapLink")
    session.link = link if isinstance(link, str) and link else None
    if given.get("inlayHints", True) is not False:
        server.feature(types.TEXT_DOCUMENT_INLAY_HINT)(_inlay_hints)


async def pulled(
    ls: Server, params: types.DocumentDiagnosticParams
) -> types.DocumentDiagnosticReport:
    """The diagnostics of a document, once its last revision has been checked."""
    session = ls.session
    document = session.documents.at(params.text_document.uri)
    if document is None or session.pushes(document):
        return types.RelatedFullDocumentDiagnosticReport(items=[])
    await session.settled(document)
    found = document.shown.get(params.text_document.uri, [])
    known = f"{hash(repr(found)) & 0xFFFFFFFFFFFF:x}"
    if known == params.previous_result_id:
        return types.RelatedUnchangedDocumentDiagnosticReport(result_id=known)
    return types.RelatedFullDocumentDiagnosticReport(items=found, result_id=known)


# --- Hover ---------------------------------------------------------------------------


async def _hover(ls: Server, params: types.HoverParams) -> types.Hover | None:
    session = ls.session
    document = session.documents.at(params.text_document.uri)
    part = part_at(document, params.text_document.uri)
    if document is None or part is None:
        return None
    table = session.documents.table(part)
    line, column = table.column(params.position)
    text = table.lines[line - 1] if line <= len(table.lines) else ""
    told = rule_told(text, column) or model_told(text, column)
    if told is not None:
        markdown, start, end = told
        where = types.Range(table.position(line, start + 1), table.position(line, end + 1))
        return types.Hover(types.MarkupContent(types.MarkupKind.Markdown, markdown), where)
    await session.settled(document)
    facts = await session.ask("hover", document.path, part.number, line, column)
    if not isinstance(facts, Facts):
        return None
    content = types.MarkupContent(types.MarkupKind.Markdown, facts.markdown)
    return types.Hover(content, table.range(facts.place))


def rule_told(line: str, column: int) -> tuple[str, int, int] | None:
    """The page of a rule that a directive names at a column, and where the name stands."""
    from lint_embed.rules import RULES

    comment = _DIRECTIVE.search(line)
    if comment is None or column < comment.start():
        return None
    for word in _WORD.finditer(line, comment.start()):
        if word.start() <= column <= word.end():
            for rule in RULES:
                if word[0].upper() == rule.code or word[0] == rule.name:
                    return rule.doc, word.start(), word.end()
    return None


def model_told(line: str, column: int) -> tuple[str, int, int] | None:
    """What is known of the model whose name is a string at a column, and its place."""
    from lint_embed.catalogue import spaces

    for string in _STRING.finditer(line):
        if not string.start() <= column < string.end():
            continue
        name = string[1] or string[2]
        model = _known_model(name)
        if model is None:
            return None
        length, families = spaces.dimension(model), sorted(spaces.families(model))
        facts = [f"**{model}**"]
        facts += [f"{length} dimensions"] if length is not None else []
        facts += ["encodes queries and documents differently"] if spaces.asymmetric(model) else []
        facts += ["can give shorter vectors on request"] if spaces.reducible(model) else []
        facts += [f"shares its space with the family {', '.join(families)}"] if families else []
        return "\n- ".join([facts[0], *facts[1:]]), string.start(), string.end()
    return None


def _known_model(name: str) -> str | None:
    """The id of a model of which something is known."""
    from lint_embed.catalogue import spaces

    for hub in (None, "sentence-transformers", "huggingface"):
        model = spaces.canonical(name, hub)
        if spaces.dimension(model) is not None or spaces.families(model):
            return model
    return None


# --- Inlay hints ---------------------------------------------------------------------


async def _inlay_hints(ls: Server, params: types.InlayHintParams) -> list[types.InlayHint]:
    session = ls.session
    document = session.documents.at(params.text_document.uri)
    part = part_at(document, params.text_document.uri)
    if document is None or part is None:
        return []
    await session.settled(document)
    hints: list[Hint] = await session.ask("hints", document.path) or []
    table = session.documents.table(part)
    first, last = params.range.start.line + 1, params.range.end.line + 1
    return [
        types.InlayHint(
            table.position(hint.line, hint.column),
            hint.label,
            types.InlayHintKind.Type,
            tooltip=hint.tooltip,
        )
        for hint in hints
        if hint.cell == part.number and first <= hint.line <= last
    ]


# --- Links ---------------------------------------------------------------------------


def _document_links(ls: Server, params: types.DocumentLinkParams) -> list[types.DocumentLink]:
    """Links from the names of models to their pages."""
    uri = params.text_document.uri
    part = part_at(ls.session.documents.at(uri), uri)
    if part is None:
        return []
    table = ls.session.documents.table(part)
    links = []
    for number, line in enumerate(table.lines, 1):
        for string in _NAMED.finditer(line):
            page = _page(string[2])
            if page is not None:
                start = table.position(number, string.start(2) + 1)
                end = table.position(number, string.end(2) + 1)
                links.append(types.DocumentLink(types.Range(start, end), page))
    return links


@lru_cache(10_000)
def _page(name: str) -> str | None:
    from lint_embed.catalogue import spaces

    repository = spaces.repository(name)
    return f"{HUB}{repository}" if repository is not None else None


# --- Code actions ----------------------------------------------------------------


async def _code_actions(ls: Server, params: types.CodeActionParams) -> list[types.CodeAction]:
    session = ls.session
    document = session.documents.at(params.text_document.uri)
    if document is None:
        return []
    await session.settled(document)
    found = actions(session, params.text_document.uri, params.range)
    only = params.context.only
    if only is None:
        return found
    kinds = [str(getattr(kind, "value", kind)) for kind in only]
    return [each for each in found if any(_is_kind(each, kind) for kind in kinds)]


def _is_kind(action: types.CodeAction, wanted: str) -> bool:
    kind = str(getattr(action.kind, "value", action.kind))
    return not wanted or kind == wanted or kind.startswith(wanted + ".")
