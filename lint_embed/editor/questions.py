"""Answers to questions about open documents, in the worker process."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lint_embed.editor.analysis import Analysis
    from lint_embed.editor.messages import Ask


def answer(analysis: Analysis, ask: Ask) -> Any:
    """The answer to a question; None when there is none."""
    return None
