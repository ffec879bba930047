"""The rules. Each stands in a file of its own: its documentation and its judgement."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lint_embed.findings import Finding
    from lint_embed.provenance.meetings import Meeting
    from lint_embed.rules.wording import Judge


@dataclass(frozen=True)
class Rule:
    """A rule: its code, its kebab-case name and the module that holds the rest."""

    code: str
    name: str

    @cached_property
    def _module(self) -> Any:
        return importlib.import_module(f"lint_embed.rules.{self.name.replace('-', '_')}")

    @property
    def summary(self) -> str:
        """One line: what the rule finds."""
        return str(self._module.__doc__).strip().splitlines()[0]

    @property
    def doc(self) -> str:
        """The rule's page, in Markdown."""
        body = str(self._module.__doc__).strip()
        return f"# {self.name} ({self.code})\n\n{body}\n"

    @property
    def check(self) -> Callable[[Meeting, Judge], Finding | None] | None:
        """Judges a meeting; None for rules that do not judge meetings."""
        return getattr(self._module, "check", None)


@cache
def documentation(rule: Rule) -> str | None:
    """The address of a rule's page, if the installed package names its documentation.

    It does as ``Documentation`` under ``[project.urls]`` of pyproject.toml: the address of
    docs/rules.md, as it is published. Without it a rule is explained by ``rule.doc`` alone.
    """
    from importlib.metadata import PackageNotFoundError, metadata

    try:
        urls = metadata("lint-embed").get_all("Project-URL") or []
    except PackageNotFoundError:
        return None
    for label, _, address in (url.partition(", ") for url in urls):
        if label == "Documentation":
            return f"{address}#{rule.name}-{rule.code.lower()}"
    return None


RULES: tuple[Rule, ...] = (
    Rule("VEC101", "cross-space-comparison"),
    Rule("VEC102", "mismatched-variants"),
    Rule("VEC103", "stale-embeddings"),
    Rule("VEC104", "mismatched-roles"),
    Rule("VEC201", "foreign-query"),
    Rule("VEC202", "mixed-store"),
    Rule("VEC203", "fallback-encoder"),
    Rule("VEC301", "cross-space-arithmetic"),
    Rule("VEC302", "forced-dimension"),
    Rule("VEC901", "unused-directive"),
    Rule("VEC902", "unreadable"),
)
