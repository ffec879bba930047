"""Findings as the protocol's diagnostics."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from lsprotocol import types

from lint_embed import rules
from lint_embed.editor.documents import Document, Documents, file_uri
from lint_embed.editor.lines import LineTable
from lint_embed.editor.messages import Located
from lint_embed.findings import Certainty, Finding, Place

SOURCE = "lint-embed"
_QUIET = frozenset({"VEC901"})


@dataclass(frozen=True, slots=True)
class Abilities:
    """What the client can show of a diagnostic."""

    related: bool = True
    links: bool = True


def abilities(capabilities: types.ClientCapabilities) -> Abilities:
    """Reads from the client's capabilities what it can show."""
    text = capabilities.text_document
    publish = text.publish_diagnostics if text is not None else None
    pull = text.diagnostic if text is not None else None
    related = getattr(publish, "related_information", None)
    links = getattr(publish, "code_description_support", None)
    # Newer clients say so under either of the two.
    related = related or getattr(pull, "related_information", None)
    links = links or getattr(pull, "code_description_support", None)
    return Abilities(bool(related), bool(links))


def severity(finding: Finding) -> types.DiagnosticSeverity:
    """An error when it is certain, a warning when likely; about directives, information."""
    if finding.code in _QUIET:
        return types.DiagnosticSeverity.Information
    if finding.certainty is Certainty.DEFINITE:
        return types.DiagnosticSeverity.Error
    return types.DiagnosticSeverity.Warning


@cache
def rule_page(name: str) -> str | None:
    """The address of a rule's documentation, which stands in the rule's own file."""
    file = Path(rules.__file__).with_name(f"{name.replace('-', '_')}.py")
    return file.as_uri() if file.is_file() else None


def diagnostics(
    document: Document, documents: Documents, can: Abilities
) -> dict[str, list[types.Diagnostic]]:
    """The diagnostics of a document by address: of the file, or of each of its cells."""
    found: dict[str, list[types.Diagnostic]] = {part.uri: [] for part in document.parts if part.uri}
    for located in document.findings:
        part = document.part(located.finding.place.cell)
        if part is not None and part.uri:
            shown = documents.table(part).range(located.finding.place)
            found[part.uri].append(diagnostic(located, shown, documents, can))
    return found


def diagnostic(
    located: Located, shown: types.Range, documents: Documents, can: Abilities
) -> types.Diagnostic:
    """One finding at a range."""
    finding = located.finding
    page = rule_page(finding.name) if can.links else None
    return types.Diagnostic(
        range=shown,
        severity=severity(finding),
        code=finding.code,
        code_description=types.CodeDescription(page) if page else None,
        source=SOURCE,
        message=finding.message,
        related_information=_related(located, documents) if can.related else None,
        data={"fingerprint": finding.fingerprint, "name": finding.name},
    )


def _related(
    located: Located, documents: Documents
) -> list[types.DiagnosticRelatedInformation] | None:
    """Both encoders, then the steps between them and the meeting, each place once."""
    finding = located.finding
    told: list[tuple[Place, str]] = []
    for space in finding.spaces:
        if space.place is not None:
            length = f" ({space.dimension} dimensions)" if space.dimension else ""
            told.append((space.place, f"{space.model}{length} is loaded here"))
    told += [(step.place, step.message) for step in finding.trace]
    seen = {(finding.place.line, finding.place.path, finding.place.cell)}
    related = []
    for place, message in told:
        key = (place.line, place.path, place.cell)
        where = location(place, located, documents)
        if key not in seen and where is not None:
            seen.add(key)
            related.append(types.DiagnosticRelatedInformation(where, message))
    return related or None


def location(place: Place, located: Located, documents: Documents) -> types.Location | None:
    """Where a place of a finding lies: in an open document, or in a file on the disk."""
    path = located.paths[place.path]
    document = documents.of(path)
    if document is not None:
        part = document.part(place.cell)
        if part is None or not part.uri:
            return None
        return types.Location(part.uri, documents.table(part).range(place))
    if place.cell is not None:
        return types.Location(
            file_uri(path), types.Range(types.Position(0, 0), types.Position(0, 0))
        )
    return types.Location(file_uri(path), disk_table(path, documents).range(place))


def disk_table(path: Path, documents: Documents) -> LineTable:
    """The lines of a file that is not open; none when it can't be read."""
    from lint_embed.disk import contents
    from lint_embed.files import decode

    try:
        return LineTable(decode(contents(path)), documents.width)
    except (OSError, SyntaxError, UnicodeDecodeError):
        return LineTable("", documents.width)
