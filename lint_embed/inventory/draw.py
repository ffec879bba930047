"""Lanes and marks as SVG, and the whole picture as one SVG file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from html import escape

from lint_embed.findings import Place
from lint_embed.inventory import Inventory, words
from lint_embed.inventory.chart import Chart, Piece, Row, chart

STEP, HEIGHT, MARGIN = 22, 26, 18
CHARACTER = 7.4
"""The width of a letter of the text, at most."""

Link = Callable[[Place], str]

#: Classes that the lanes and marks use; red is for mistakes alone.
STYLE = """
:root { --ink: #1c2024; --faint: #5b6470; --paper: #ffffff; --band: #f1f3f6; --bad: #c5221f;
  --link: #0b57d0; --light: 38%; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e8eaed; --faint: #a3abb5; --paper: #16181c; --band: #22262c; --bad: #ff7b72;
    --link: #8ab4f8; --light: 68%; }
}
.lane { stroke-width: 2; fill: none; }
.join { stroke: var(--faint); stroke-width: 2; fill: none; }
.mistake .join { stroke: var(--bad); stroke-width: 3; }
.mistake .mark { fill: var(--bad); stroke: var(--bad); }
.silenced .join { stroke-dasharray: 3 3; }
.mark { stroke-width: 2; }
.open { fill: var(--paper); }
"""


def hue(lane: int, count: int) -> int:
    """A lane's colour as a hue, none of them red; neighbours differ much."""
    steps = max(count, 1)
    turned = lane * 7 % steps if steps % 7 else lane * 5 % steps if steps % 5 else lane
    return 40 + round(turned * 270 / steps)


def color(lane: int, count: int) -> str:
    """A lane's colour in CSS."""
    return f"hsl({hue(lane, count)} 65% var(--light))"


def width(picture: Chart) -> int:
    """The width of all lanes."""
    return MARGIN * 2 + STEP * max(len(picture.reach) - 1, 0)


def lanes(picture: Chart, number: int, row: Row, top: int = 0) -> Iterator[str]:
    """The part of the lanes that lies in one row, ``top`` being its upper edge."""
    middle, bottom, count = top + HEIGHT // 2, top + HEIGHT, len(picture.reach)
    for lane, (first, last) in enumerate(picture.reach):
        if first <= number <= last:
            start = middle if number == first else top
            end = middle if number == last else bottom
            if start < end:
                yield (
                    f'<path class="lane" stroke="{color(lane, count)}" '
                    f'd="M{_x(lane)} {start}V{end}"/>'
                )
    if len(row.marks) > 1:
        yield f'<path class="join" d="M{_x(min(row.lanes))} {middle}H{_x(max(row.lanes))}"/>'
    for lane, mark in row.marks:
        yield _mark(row, mark, _x(lane), middle, color(lane, count))


def _x(lane: int) -> int:
    return MARGIN + STEP * lane


def _mark(row: Row, mark: str, x: int, y: int, paint: str) -> str:
    if row.kind in ("mistake", "silenced"):
        style = f'class="mark" fill="{paint}" stroke="{paint}"'
        if row.kind == "silenced":
            style = f'class="mark open" stroke="{paint}"'
        return f'<path {style} d="M{x} {y - 6}l6 6l-6 6l-6 -6z"/>'
    if mark in ("held", "both"):
        inner = f'<circle class="open" cx="{x}" cy="{y}" r="2.5"/>' if mark == "both" else ""
        box = f'x="{x - 6}" y="{y - 6}" width="12" height="12" rx="2"'
        return f'<rect class="mark" {box} fill="{paint}" stroke="{paint}"/>{inner}'
    if mark == "asked":
        return f'<circle class="mark open" cx="{x}" cy="{y}" r="5" stroke="{paint}"/>'
    radius = 6 if mark == "begin" else 4
    return f'<circle class="mark" cx="{x}" cy="{y}" r="{radius}" fill="{paint}" stroke="{paint}"/>'


# --- The picture as one file ---------------------------------------------------------

_TEXT = """
text { font: 13px system-ui, sans-serif; fill: var(--ink); }
.strong { font-weight: 600; } .faint { fill: var(--faint); }
.bad { fill: var(--bad); font-weight: 700; }
a { fill: var(--link); text-decoration: underline; }
a:focus { outline: 2px solid var(--link); }
"""


def svg(inventory: Inventory, link: Link) -> str:
    """The picture as an SVG file, its places being links."""
    picture = chart(inventory)
    left = width(picture) + 8
    longest = max((len(row.plain) for row in picture.rows), default=40)
    size = (round(left + longest * CHARACTER) + MARGIN, HEIGHT * (len(picture.rows) + 1))
    said = escape(words.summary(inventory))
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size[0]} {size[1]}" '
        f'width="{size[0]}" height="{size[1]}" role="group" aria-labelledby="title summary">',
        '<title id="title">Embedding spaces and where they meet</title>',
        f'<desc id="summary">{said}</desc>',
        f"<style>{STYLE}{_TEXT}</style>",
        f'<rect width="{size[0]}" height="{size[1]}" fill="var(--paper)"/>',
    ]
    for number, row in enumerate(picture.rows):
        top = number * HEIGHT
        out.append(f'<g class="{row.kind}" role="listitem" aria-label="{escape(row.plain)}">')
        if row.kind == "head":
            out.append(f'<rect y="{top}" width="{size[0]}" height="{HEIGHT}" fill="var(--band)"/>')
        out.extend(lanes(picture, number, row, top))
        text = "".join(_tspan(piece, link) for piece in row.text)
        out.append(f'<text x="{left}" y="{top + 18}" xml:space="preserve">{text}</text></g>')
    base = HEIGHT * (len(picture.rows) + 1) - 8
    out.append(f'<text class="faint" x="{left}" y="{base}">{said}</text></svg>')
    return "\n".join(out) + "\n"


def _tspan(piece: Piece, link: Link) -> str:
    text = f'<tspan class="{piece.style}">{escape(piece.text)}</tspan>'
    if piece.place is None:
        return text
    return f'<a href="{escape(link(piece.place))}">{text}</a>'
