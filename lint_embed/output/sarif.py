"""SARIF 2.1.0: the meeting, both encoders as related locations, a code flow a side."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from lint_embed import __version__
from lint_embed.findings import Certainty, Finding, Place
from lint_embed.output import Lines
from lint_embed.output.physical import region

#: A link to another page of the documentation.
_BESIDE = re.compile(r"\[([^]\n]+)\]\([\w./-]+\.md(?:#[\w-]*)?\)")

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def _artifact(path: str) -> dict[str, str]:
    # A file name may hold bytes that are no text: they come as surrogates.
    uri = quote(path.encode("utf-8", "surrogateescape"))
    if PurePath(path).is_absolute():
        return {"uri": f"file://{'' if uri.startswith('/') else '/'}{uri}"}
    return {"uri": uri.removeprefix("./"), "uriBaseId": "%SRCROOT%"}


def _location(place: Place, lines: Lines) -> dict[str, Any]:
    spot = region(place, lines)
    where: dict[str, int] = {"startLine": spot.line, "endLine": spot.end_line}
    if spot.column is not None and spot.end_column is not None:
        where |= {"startColumn": spot.column, "endColumn": spot.end_column}
    location: dict[str, Any] = {
        "physicalLocation": {"artifactLocation": _artifact(place.path), "region": where}
    }
    if place.cell is not None:
        name = f"cell {place.cell}"
        location["logicalLocations"] = [{"name": name, "fullyQualifiedName": name}]
    return location


def _said(location: dict[str, Any], text: str) -> dict[str, Any]:
    return {**location, "message": {"text": text}}


def _escaped(text: str) -> str:
    """Plain text for a message, in which brackets would make a link."""
    return text.replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]")


def _message(finding: Finding, lines: Lines, links: dict[str, int]) -> str:
    """The message, in which each model's first mention links to where it is made."""
    text = _escaped(region(finding.place, lines).cell + finding.message)
    for model, number in links.items():
        word = _escaped(model)
        text = text.replace(f"'{word}'", f"'[{word}]({number})'", 1)
    return text


def _result(finding: Finding, rules: list[str], lines: Lines) -> dict[str, Any]:
    placed = [(space, space.place) for space in finding.spaces if space.place is not None]
    related: list[dict[str, Any]] = []
    links: dict[str, int] = {}
    for number, (space, place) in enumerate(placed, 1):
        links.setdefault(space.model, number)
        size = f", {space.dimension} dimensions" if space.dimension is not None else ""
        related.append({"id": number, **_said(_location(place, lines), f"{space.model}{size}")})
    result: dict[str, Any] = {
        "ruleId": finding.code,
        "ruleIndex": rules.index(finding.code),
        "level": "error" if finding.certainty is Certainty.DEFINITE else "warning",
        "message": {"text": _message(finding, lines, links)},
        "locations": [_location(finding.place, lines)],
        "properties": {"certainty": str(finding.certainty), "silent": finding.silent},
    }
    if finding.fingerprint:
        result["partialFingerprints"] = {"lintEmbed/v1": finding.fingerprint}
    if related:
        result["relatedLocations"] = related
    flows = [
        [{"location": _said(_location(step.place, lines), step.message)} for step in side]
        for side in finding.traces
        if side
    ]
    if flows:
        result["codeFlows"] = [{"threadFlows": [{"locations": flow}]} for flow in flows]
    return result


def _rule(code: str, name: str) -> dict[str, Any]:
    """A rule with its whole page, so that a viewer explains it without any network."""
    rule: dict[str, Any] = {
        "id": code,
        "name": name,
        "shortDescription": {"text": name.replace("-", " ")},
        "help": {"text": f"lint-embed rule {code} explains it."},
    }
    from lint_embed.rules import RULES, documentation

    for each in RULES:
        if each.code == code:
            rule["fullDescription"] = {"text": each.summary}
            rule["help"] |= {"markdown": _BESIDE.sub(r"\1", each.doc)}
            if (address := documentation(each)) is not None:
                rule["helpUri"] = address
    return rule


def render(findings: Sequence[Finding], lines: Lines, color: bool) -> str:
    """One run with all results."""
    names = {finding.code: finding.name for finding in sorted(findings, key=lambda f: f.code)}
    rules = list(names)
    driver = {
        "name": "lint-embed",
        "semanticVersion": __version__,
        "rules": [_rule(code, name) for code, name in names.items()],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(finding, rules, lines) for finding in findings],
    }
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, indent=2, ensure_ascii=False) + "\n"
