"""Plain questions about nodes of the syntax tree."""

from __future__ import annotations

import libcst as cst


def dotted_name(node: cst.BaseExpression | None) -> str:
    """``a.b.c`` of a Name or Attribute; the empty string for anything else."""
    parts: list[str] = []
    while type(node) is cst.Attribute:  # to ask for a class costs more: libcst's are abstract
        parts.append(node.attr.value)
        node = node.value
    if type(node) is not cst.Name:
        return ""
    parts.append(node.value)
    return ".".join(reversed(parts))
