"""The JSON contract: one finding as an object whose keys other tools depend on."""

from __future__ import annotations

from typing import Any

from lint_embed.findings import Finding, SpaceNote, Step


def _space(space: SpaceNote) -> dict[str, Any]:
    place = space.place
    return {
        "model": space.model,
        "library": space.library,
        "dimension": space.dimension,
        "path": place.path if place else None,
        "cell": place.cell if place else None,
        "line": place.line if place else None,
        "column": place.column if place else None,
    }


def _step(step: Step) -> dict[str, Any]:
    return {
        "path": step.place.path,
        "cell": step.place.cell,
        "line": step.place.line,
        "column": step.place.column,
        "message": step.message,
    }


def as_object(finding: Finding) -> dict[str, Any]:
    """The finding as JSON's types, keys in the order of the contract."""
    place = finding.place
    return {
        "path": place.path,
        "cell": place.cell,
        "line": place.line,
        "column": place.column,
        "end_line": place.end_line,
        "end_column": place.end_column,
        "code": finding.code,
        "name": finding.name,
        "message": finding.message,
        "certainty": str(finding.certainty),
        "silent": finding.silent,
        "fingerprint": finding.fingerprint,
        "spaces": [_space(space) for space in finding.spaces],
        "trace": [_step(step) for step in finding.trace],
    }
