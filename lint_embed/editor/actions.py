"""Code actions: what a reader of a finding can do about it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from lsprotocol import types

from lint_embed.editor.configuring import aligning, configuration_of
from lint_embed.editor.diagnostics import diagnostic, disk_table, location
from lint_embed.editor.documents import Document, Part, file_uri
from lint_embed.editor.lines import LineTable
from lint_embed.editor.messages import Located
from lint_embed.findings import Place

if TYPE_CHECKING:
    from lint_embed.editor.session import Session

GO_TO = "lint-embed.goTo"
#: Findings about the file or its directives: no models to speak of.
_PLAIN = "VEC9"


def actions(session: Session, uri: str, wanted: types.Range) -> list[types.CodeAction]:
    """The actions for the findings that touch a range of a document."""
    document = session.documents.at(uri)
    if document is None or document.checked != document.revision:
        return []
    found: list[types.CodeAction] = []
    for located in document.findings:
        part = document.part(located.finding.place.cell)
        if part is None or part.uri != uri:
            continue
        shown = session.documents.table(part).range(located.finding.place)
        if _touch(shown, wanted):
            found += _of_finding(session, document, part, located, shown)
    return found


def _touch(a: types.Range, b: types.Range) -> bool:
    return _key(a.start) <= _key(b.end) and _key(b.start) <= _key(a.end)


def _key(position: types.Position) -> tuple[int, int]:
    return position.line, position.character


def _of_finding(
    session: Session, document: Document, part: Part, located: Located, shown: types.Range
) -> Iterator[types.CodeAction]:
    about = diagnostic(located, shown, session.documents, session.can)
    if located.finding.code.startswith(_PLAIN):
        return
    yield from _same_model(session, located, about)
    yield from _aligned(session, document, located, about)
    yield from _silenced(session, part, located, about)
    yield from _encoders(session, located)


# --- The actions ---------------------------------------------------------------------


def _silenced(
    session: Session, part: Part, located: Located, about: types.Diagnostic
) -> Iterator[types.CodeAction]:
    from lint_embed.output.add_noqa import annotate

    new, count = annotate(part.text, [located.finding])
    if not count:
        return
    table = session.documents.table(part)
    changed = LineTable(new, session.documents.width).lines
    edits = [
        types.TextEdit(
            types.Range(types.Position(line, 0), table.position(line + 1, len(before) + 1)), after
        )
        for line, (before, after) in enumerate(zip(table.lines, changed, strict=True))
        if before != after
    ]
    code = located.finding.code
    yield types.CodeAction(
        f"Silence {code} on this line",
        kind=types.CodeActionKind.QuickFix,
        diagnostics=[about],
        edit=types.WorkspaceEdit(changes={part.uri: edits}),
    )


def _models(located: Located) -> tuple[str, str] | None:
    models = tuple(dict.fromkeys(space.model for space in located.finding.spaces))
    return (models[0], models[1]) if len(models) == 2 else None


def _aligned(
    session: Session, document: Document, located: Located, about: types.Diagnostic
) -> Iterator[types.CodeAction]:
    models = _models(located)
    config = configuration_of(document.path, session.folders)
    if models is None or config is None or any(model.startswith("an ") for model in models):
        return
    exists = config.is_file()
    try:
        text = config.read_bytes().decode("utf-8") if exists else ""
    except (OSError, UnicodeDecodeError):
        return
    insertion = aligning(text, models)
    if insertion is None or not (exists or session.creates):
        return
    before = text[: insertion.offset]
    lines = LineTable(before + "x", session.documents.width).lines
    at = types.Position(len(lines) - 1, session.documents.width(lines[-1][:-1]))
    edit = types.TextEdit(types.Range(at, at), insertion.text)
    uri = file_uri(config)
    yield types.CodeAction(
        f"Declare '{models[0]}' and '{models[1]}' aligned in pyproject.toml",
        kind=types.CodeActionKind.QuickFix,
        diagnostics=[about],
        edit=types.WorkspaceEdit(changes={uri: [edit]}) if exists else _created(uri, edit),
    )


def _created(uri: str, edit: types.TextEdit) -> types.WorkspaceEdit:
    item = types.OptionalVersionedTextDocumentIdentifier(uri)
    return types.WorkspaceEdit(
        document_changes=[types.CreateFile(uri), types.TextDocumentEdit(item, [edit])]
    )


def _same_model(
    session: Session, located: Located, about: types.Diagnostic
) -> Iterator[types.CodeAction]:
    """Either side's model for both; only where the editor shows the change before."""
    models = _models(located)
    if models is None or not session.previews:
        return
    for space in located.finding.spaces:
        other = models[1] if space.model == models[0] else models[0]
        where = location(space.place, located, session.documents) if space.place else None
        edit = _renamed(session, located, space.place, space.model, other)
        if where is None or edit is None:
            continue
        item = types.OptionalVersionedTextDocumentIdentifier(where.uri)
        note = types.ChangeAnnotation(f"'{space.model}' becomes '{other}'", needs_confirmation=True)
        yield types.CodeAction(
            f"Use '{other}' on both sides…",
            kind=types.CodeActionKind.QuickFix,
            diagnostics=[about],
            edit=types.WorkspaceEdit(
                document_changes=[types.TextDocumentEdit(item, [edit])],
                change_annotations={"model": note},
            ),
        )


def _renamed(
    session: Session, located: Located, place: Place | None, model: str, other: str
) -> types.AnnotatedTextEdit | None:
    """Replaces a model's name where it stands once, in quotes, in its encoder's lines."""
    if place is None:
        return None
    table = _table(session, located, place)
    spots = [
        (line, column)
        for line in range(place.line, min(place.end_line, len(table.lines)) + 1)
        for quote in "'\""
        if table.lines[line - 1].count(f"{quote}{model}{quote}") == 1
        for column in [table.lines[line - 1].index(f"{quote}{model}{quote}") + 1]
    ]
    if len(spots) != 1:
        return None
    line, column = spots[0]
    start = table.position(line, column + 1)
    end = table.position(line, column + 1 + len(model))
    return types.AnnotatedTextEdit("model", types.Range(start, end), other)


def _table(session: Session, located: Located, place: Place) -> LineTable:
    path = located.paths[place.path]
    document = session.documents.of(path)
    part = document.part(place.cell) if document is not None else None
    if part is not None:
        return session.documents.table(part)
    return disk_table(path, session.documents)


def _encoders(session: Session, located: Located) -> Iterator[types.CodeAction]:
    if not session.shows:
        return
    for space in located.finding.spaces:
        where = location(space.place, located, session.documents) if space.place else None
        if where is not None:
            title = f"Go to where '{space.model}' is loaded"
            start = where.range.start
            arguments: list[Any] = [where.uri, start.line, start.character]
            command = types.Command(title, GO_TO, arguments=arguments)
            yield types.CodeAction(title, kind=types.CodeActionKind.Empty, command=command)
