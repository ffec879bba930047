"""The inventory as a table for people, a row a space, and as JSON."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any

from lint_embed.findings import Place
from lint_embed.inventory import Encoder, Holder, Inventory, Meeting, Space, Verdict, words
from lint_embed.output.style import paint

#: Cells with more lines than this are cut; JSON has all.
MOST = 8
HEADS = ("", "space", "length", "loaded", "vectors in", "meets")
NOT_KNOWN = "vectors of models that are not known meet"
Cell = tuple[str, str]  # A line of a cell and its style.


def render(inventory: Inventory, color: bool) -> str:
    """The table, with a line on the whole below it."""
    unknown = [m for m in inventory.meetings if not m.spaces]
    if not inventory.spaces and not unknown:
        return "no encoder is known here\n"
    rows = [_row(inventory, number, space) for number, space in enumerate(inventory.spaces)]
    rows = [[_cut(cell) for cell in row] for row in rows]
    widths = [
        max(_width(text) for text in (head, *(line for row in rows for line, _ in row[column])))
        for column, head in enumerate(HEADS)
    ]
    out = [_line([(head, "bold") for head in HEADS], widths, color)]
    for row in rows:
        for line in range(max(map(len, row))):
            out.append(_line([c[line] if line < len(c) else ("", "") for c in row], widths, color))
        out.append("")
    for meeting in unknown:
        said = f"{words.verdict(meeting)} {words.spot(meeting.place)}"
        style = "red" if meeting.verdict is Verdict.MISTAKE else ""
        out.append(f"{paint(said, style, color) if style else said}  {NOT_KNOWN}")
    if unknown:
        out.append("")
    return "\n".join(out) + f"\n{words.summary(inventory)}\n"


def _row(inventory: Inventory, number: int, space: Space) -> list[list[Cell]]:
    length = "?" if space.dimension is None else str(space.dimension)
    return [
        [(str(number + 1), "blue")],
        [(words.model(space), "bold"), *((text, "dim") for text in words.details(space))],
        [(length, "")],
        [(words.spot(encoder.place), "") for encoder in space.encoders] or [("?", "")],
        [(name, "") for name in dict.fromkeys(_holders(inventory, number))],
        list(_meets(inventory, number)),
    ]


def _holders(inventory: Inventory, number: int) -> Iterable[str]:
    return (words.holder(held) for held in inventory.holders if number in held.held)


def _meets(inventory: Inventory, number: int) -> Iterable[Cell]:
    for meeting in inventory.meetings:
        if number not in meeting.spaces:
            continue
        others = [str(other + 1) for other in meeting.spaces if other != number]
        whom = f"{', '.join(others)}: " if others else "itself: "
        said = "" if meeting.verdict is Verdict.SAME else f"{words.verdict(meeting)} "
        style = "red" if meeting.verdict is Verdict.MISTAKE else ""
        yield f"{whom}{said}{words.spot(meeting.place)}", style


def _cut(cell: list[Cell]) -> list[Cell]:
    if len(cell) <= MOST:
        return cell
    return [*cell[: MOST - 1], (f"and {len(cell) - MOST + 1} more", "dim")]


def _line(cells: Sequence[Cell], widths: Sequence[int], color: bool) -> str:
    parts = []
    last = max((n for n, (text, _) in enumerate(cells) if text), default=0)
    for column, (text, style) in enumerate(cells[: last + 1]):
        gap = " " * (widths[column] - _width(text))
        right = HEADS[column] in ("", "length")
        shown = paint(text, style, color) if style else text
        parts.append(gap + shown if right else shown + (gap if column < last else ""))
    return "  ".join(parts)


def _width(text: str) -> int:
    """The columns that a terminal needs."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


# --- JSON ----------------------------------------------------------------------------


def as_json(inventory: Inventory) -> str:
    """The inventory as an object; spaces are named by their number, from 1."""
    content = {
        "spaces": [_space(number, space) for number, space in enumerate(inventory.spaces, 1)],
        "holders": [_holder(held) for held in inventory.holders],
        "meetings": [_meeting(meeting) for meeting in inventory.meetings],
        "unread": [{"path": path, "message": message} for path, message in inventory.unread],
    }
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def _place(place: Place | None) -> dict[str, Any] | None:
    if place is None:
        return None
    return {"path": place.path, "cell": place.cell, "line": place.line, "column": place.column}


def _space(number: int, space: Space) -> dict[str, Any]:
    return {
        "space": number,
        "model": space.model,
        "id": space.checkpoint,
        "fitted": space.fitted,
        "dimension": space.dimension,
        "library": space.library,
        "variant": dict(space.variant),
        "trained": _place(space.trained),
        "default": space.default,
        "encoders": [_encoder(encoder) for encoder in space.encoders],
    }


def _encoder(encoder: Encoder) -> dict[str, Any]:
    return {"library": encoder.library, **(_place(encoder.place) or {})}


def _holder(held: Holder) -> dict[str, Any]:
    uses = {"filled": held.filled, "asked": held.asked}
    return {
        "kind": held.kind,
        "name": held.name,
        "library": held.library or None,
        "opened": _place(held.place),
        **{
            name: [{"space": use.space + 1, **(_place(use.place) or {})} for use in found]
            for name, found in uses.items()
        },
        "read": [_place(place) for place in held.read],
    }


def _meeting(meeting: Meeting) -> dict[str, Any]:
    return {
        **(_place(meeting.place) or {}),
        "how": meeting.how,
        "spaces": [number + 1 for number in meeting.spaces],
        "verdict": str(meeting.verdict),
        "code": meeting.code or None,
        "message": meeting.message or None,
        "fingerprint": meeting.fingerprint or None,
    }
