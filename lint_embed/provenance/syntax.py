"""Plain questions about nodes of the syntax tree."""

from __future__ import annotations

import libcst as cst


def dotted_name(node: cst.BaseExpression | None) -> str:
    """``a.b.c`` of a Name or Attribute; the empty string for anything else."""
    parts: list[str] = []
    while isinstance(node, cst.Attribute):
        parts.append(node.attr.value)
        node = node.value
    if not isinstance(node, cst.Name):
        return ""
    parts.append(node.value)
    return ".".join(reversed(parts))
