"""The picture as one HTML page that needs nothing else: no network, no other file.

Every place is a link to its source line, which the page holds further below; a template
for links leads to an editor or a repository instead.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from lint_embed.findings import Place
from lint_embed.inventory import MEANING, Inventory, Verdict, words
from lint_embed.inventory.chart import Chart, Piece, Row, chart
from lint_embed.inventory.draw import HEIGHT, STYLE, Link, color, lanes, width
from lint_embed.output import Lines

AROUND = 2
"""So many lines are shown before and after each place."""

_PAGE_STYLE = """
* { box-sizing: border-box; }
:root { color-scheme: light dark; }
body { margin: 0; font: 15px/1.5 system-ui, sans-serif; color: var(--ink);
  background: var(--paper); }
header, main, footer { padding: 0 1rem; }
h1 { font-size: 1.4rem; margin: 1rem 0 .2rem; }
h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
h3 { font: 600 14px ui-monospace, monospace; margin: 1.2rem 0 .3rem; }
a { color: var(--link); }
:focus-visible { outline: 3px solid var(--link); outline-offset: 1px; }
.bad { color: var(--bad); font-weight: 700; }
.strong { font-weight: 600; }
.faint { color: var(--faint); }
.tools { display: flex; flex-wrap: wrap; gap: .5rem 1.5rem; align-items: center; }
.tools input[type=search] { font: inherit; padding: .15rem .4rem; min-width: 16rem; }
.map { overflow: auto; max-height: 88vh; border: 1px solid var(--band); margin-top: .8rem; }
.numbers { position: sticky; top: 0; z-index: 1; height: 30px; background: var(--paper);
  border-bottom: 1px solid var(--band); min-width: max-content; }
.numbers button { position: absolute; top: 4px; width: 21px; height: 22px; padding: 0;
  font: 600 11px system-ui, sans-serif; border: 2px solid; border-radius: 5px;
  background: var(--paper); color: var(--ink); cursor: pointer; }
.numbers button[aria-pressed=true] { background: var(--ink); color: var(--paper); }
ol { list-style: none; margin: 0; padding: 0; min-width: max-content; }
li { display: flex; align-items: center; white-space: pre; padding-right: 1rem; }
li svg { flex: none; display: block; }
li.head { background: var(--band); }
li:not(.head):hover { background: var(--band); }
li.dim > span, li.dim .mark, li.dim .join { opacity: .25; }
li.gone { display: none; }
pre { margin: 0; padding: .4rem 0; background: var(--band); overflow: auto;
  font: 13px/1.5 ui-monospace, monospace; }
pre span { display: block; padding: 0 .6rem; }
pre span.at { font-weight: 600; border-left: 3px solid var(--link);
  padding-left: calc(.6rem - 3px); }
pre span.wrong { border-left-color: var(--bad); }
pre span:target { outline: 2px solid var(--link); }
pre i { display: inline-block; width: 4.5em; color: var(--faint); font-style: normal;
  user-select: none; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem .8rem; }
dt svg { display: block; } dd { margin: 0; }
"""

_SCRIPT = """
const rows = [...document.querySelectorAll('.map li')];
const buttons = [...document.querySelectorAll('.numbers button')];
const words = document.querySelector('#words');
const wrong = document.querySelector('#wrong');
const state = document.querySelector('#state');
function show() {
  const picked = buttons.filter(b => b.getAttribute('aria-pressed') === 'true')
    .map(b => b.dataset.lane);
  const text = words.value.trim().toLowerCase();
  let count = 0;
  for (const row of rows) {
    if (row.classList.contains('head')) continue;
    const of = row.dataset.lanes.split(' ');
    const away = (text && !row.textContent.toLowerCase().includes(text))
      || (wrong.checked && !['mistake', 'space'].includes(row.dataset.kind));
    const dim = picked.length > 0 && !picked.every(lane => of.includes(lane))
      && !(row.dataset.kind === 'space' && picked.includes(of[0]));
    row.classList.toggle('gone', away);
    row.classList.toggle('dim', dim && !away);
    if (!away && !dim) count += 1;
  }
  state.textContent = count + ' rows';
}
for (const button of buttons) button.addEventListener('click', () => {
  button.setAttribute('aria-pressed', button.getAttribute('aria-pressed') !== 'true');
  show();
});
words.addEventListener('input', show);
wrong.addEventListener('change', show);
"""


def html(inventory: Inventory, lines: Lines, link: Link | None = None) -> str:
    """The page. ``link`` gives the address of a place; without it the page's own excerpts
    are linked to."""
    picture = chart(inventory)
    inner = _Anchors(inventory, picture)
    return "\n".join(
        (
            '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            # Without it a browser asks the server, or the disk, for a picture of the page.
            '<link rel="icon" href="data:,">',
            f"<title>Embedding spaces</title>\n<style>{STYLE}{_PAGE_STYLE}</style>",
            "</head>\n<body>",
            *_header(inventory),
            "<main>",
            *_map(inventory, picture, link or inner),
            *_legend(),
            *_sources(inner, lines),
            f"</main>\n<script>{_SCRIPT}</script>\n</body>\n</html>\n",
        )
    )


def _header(inventory: Inventory) -> Iterator[str]:
    yield "<header>\n<h1>Embedding spaces and where they meet</h1>"
    yield f"<p>{escape(words.summary(inventory))}</p>"
    yield '<div class="tools" role="search">'
    yield '<label>Find <input type="search" id="words" placeholder="model, file, VEC101"></label>'
    yield '<label><input type="checkbox" id="wrong"> mistakes only</label>'
    yield "<span>Press a number to follow a space.</span>"
    yield '<span id="state" role="status" class="faint"></span>'
    yield "</div>\n</header>"


def _map(inventory: Inventory, picture: Chart, link: Link) -> Iterator[str]:
    count, wide = len(inventory.spaces), width(picture)
    yield '<div class="map" tabindex="0" role="region" aria-label="Map of spaces and meetings">'
    yield '<div class="numbers" role="group" aria-label="Follow a space">'
    for lane, space in enumerate(inventory.spaces):
        left = 18 + 22 * lane - 10
        yield (
            f'<button type="button" data-lane="{lane}" aria-pressed="false" '
            f'title="{escape(words.named(space))}" '
            f'aria-label="Space {lane + 1}: {escape(words.named(space))}" '
            f'style="left:{left}px;border-color:{color(lane, count)}">{lane + 1}</button>'
        )
    yield '</div>\n<ol role="list">'
    for number, row in enumerate(picture.rows):
        yield _item(picture, number, row, wide, link)
    yield "</ol>\n</div>"


def _item(picture: Chart, number: int, row: Row, wide: int, link: Link) -> str:
    touched = " ".join(map(str, row.lanes))
    drawn = "".join(lanes(picture, number, row))
    text = "".join(_span(piece, link) for piece in row.text)
    size = f'width="{wide}" height="{HEIGHT}" viewBox="0 0 {wide} {HEIGHT}"'
    heading = ' role="heading" aria-level="2"' if row.kind == "head" else ""
    body = f"<span{heading}>{text}</span>"
    return (
        f'<li class="{row.kind}" data-kind="{row.kind}" data-lanes="{touched}">'
        f'<svg {size} aria-hidden="true">{drawn}</svg>{body}</li>'
    )


def _span(piece: Piece, link: Link) -> str:
    style = f' class="{piece.style}"' if piece.style else ""
    if piece.place is None:
        return f"<span{style}>{escape(piece.text)}</span>"
    return f'<a{style} href="{escape(link(piece.place))}">{escape(piece.text)}</a>'


def _legend() -> Iterator[str]:
    signs = (
        ("space", "begin", "a space begins: here its encoders are loaded"),
        ("holder", "held", "a store or file holds vectors of the space"),
        ("holder", "asked", "a store is searched with vectors of the space"),
        ("holder", "both", "both"),
        ("right", "met", "vectors meet, and may"),
        ("mistake", "met", MEANING[Verdict.MISTAKE]),
        ("silenced", "met", MEANING[Verdict.SILENCED]),
    )
    yield "<h2>Signs</h2>\n<dl>"
    for kind, mark, meaning in signs:
        picture = Chart((), ((9, 9),))
        drawn = "".join(lanes(picture, 0, Row(kind, (), ((0, mark),))))
        svg = f'<svg class="{kind}" width="36" height="{HEIGHT}" aria-hidden="true">{drawn}</svg>'
        yield f"<dt>{svg}</dt><dd>{escape(meaning)}</dd>"
    yield "</dl>"


# --- Excerpts ------------------------------------------------------------------------


class _Anchors:
    """The places that the page speaks of, and the address of each within it."""

    def __init__(self, inventory: Inventory, picture: Chart) -> None:
        self.wrong = {(m.place.path, m.place.cell, m.place.line) for m in inventory.mistakes}
        self.lines: dict[tuple[str, int | None], set[int]] = {}
        places = [p.place for row in picture.rows for p in row.text if p.place is not None]
        for place in places:
            self.lines.setdefault((place.path, place.cell), set()).add(place.line)
        names = sorted(self.lines, key=lambda part: (part[0], part[1] or 0))
        self.numbers = {name: number for number, name in enumerate(names, 1)}

    def __call__(self, place: Place) -> str:
        return f"#{self.name(place.path, place.cell, place.line)}"

    def name(self, path: str, cell: int | None, line: int) -> str:
        """The name of a line's anchor."""
        return f"s{self.numbers[path, cell]}-{line}"


def _sources(anchors: _Anchors, lines: Lines) -> Iterator[str]:
    yield "<h2>Sources</h2>"
    for path, cell in anchors.numbers:
        title = path if cell is None else f"{path}, cell {cell}"
        yield f"<h3>{escape(title)}</h3>"
        marked = anchors.lines[path, cell]
        yield from _excerpts(anchors, path, cell, marked, lines(path, cell))


def _excerpts(
    anchors: _Anchors, path: str, cell: int | None, marked: set[int], text: Sequence[str]
) -> Iterator[str]:
    shown = {near for line in marked for near in range(line - AROUND, line + AROUND + 1)}
    # A place keeps its anchor, even when its file can't be read any more.
    shown = {line for line in shown if line in marked or 0 < line <= len(text)}
    before = 0
    out = []
    for line in sorted(shown):
        if before and line > before + 1:
            out.append("<span>…</span>")
        before = line
        content = escape(text[line - 1]) if 0 < line <= len(text) else ""
        style = ""
        if line in marked:
            bad = " wrong" if (path, cell, line) in anchors.wrong else ""
            style = f' class="at{bad}" id="{anchors.name(path, cell, line)}"'
        out.append(f"<span{style}><i>{line}</i>{content}</span>")
    yield f'<pre tabindex="0">{"".join(out)}</pre>'
