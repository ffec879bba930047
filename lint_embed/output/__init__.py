"""Renderers: one module a format, each with ``render(findings, lines, color)``.

``lines(path, cell)`` gives the source lines of a file or cell, ``lines(notebook, None)``
those of its JSON, and [] for what is not to be had. A renderer gives back the whole
output, ending in a newline unless it is empty; it knows findings, never rules.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module

from lint_embed.findings import Finding

Lines = Callable[[str, int | None], Sequence[str]]
Renderer = Callable[[Sequence[Finding], Lines, bool], str]


def _lazy(module: str) -> Renderer:
    """The renderer of a module that is only imported when it is used."""

    def render(findings: Sequence[Finding], lines: Lines, color: bool) -> str:
        renderer: Renderer = import_module(f"lint_embed.output.{module}").render
        return renderer(findings, lines, color)

    return render


FORMATS: dict[str, Renderer] = {
    "concise": _lazy("concise"),
    "full": _lazy("full"),
    "grouped": _lazy("grouped"),
    "json": _lazy("json_array"),
    "json-lines": _lazy("json_lines"),
    "github": _lazy("github"),
    "gitlab": _lazy("gitlab"),
    "junit": _lazy("junit"),
    "pylint": _lazy("pylint"),
    "rdjson": _lazy("rdjson"),
    "azure": _lazy("azure"),
    "sarif": _lazy("sarif"),
}

#: The formats that people read: the others must hold nothing but the findings.
FOR_PEOPLE = frozenset({"concise", "full", "grouped"})
