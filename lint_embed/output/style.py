"""Colours, and how places and messages are spelled for people."""

from __future__ import annotations

from lint_embed.findings import Place

_CODES = {"bold": "1", "red": "1;31", "blue": "1;34", "cyan": "36", "yellow": "1;33", "dim": "2"}


def paint(text: str, style: str, color: bool) -> str:
    """``text`` in a style (a key of the table above) when ``color`` is on."""
    return f"\033[{_CODES[style]}m{text}\033[0m" if color and text else text


def where(place: Place) -> str:
    """``path:line:column``, or ``path:cell N:line:column`` in a notebook."""
    cell = f"cell {place.cell}:" if place.cell is not None else ""
    return f"{place.path}:{cell}{place.line}:{place.column}"


def one_line(text: str) -> str:
    """A message without line breaks, which would tear the output apart."""
    return " ".join(text.split("\n")) if "\n" in text else text
