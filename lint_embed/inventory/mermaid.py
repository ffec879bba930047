"""The picture in Mermaid's language, which GitHub, GitLab and many editors draw."""

from __future__ import annotations

from collections.abc import Iterator

from lint_embed.findings import Place
from lint_embed.inventory import Inventory, Meeting, Use, Verdict, words
from lint_embed.inventory.draw import Link

BAD = "#c5221f"


def mermaid(inventory: Inventory, link: Link) -> str:
    """A flow chart: encoders, their spaces, what holds them, and the mistakes in red.

    Meetings of one space are counted only: Mermaid draws no more than some hundred lines.
    """
    lines = ["flowchart LR", f"  %% {words.summary(inventory)}"]
    lines += _spaces(inventory, link)
    lines += _holders(inventory, link)
    lines += _mistakes(inventory, link)
    lines += [
        f"  classDef mistake fill:#fff,stroke:{BAD},stroke-width:3px,color:{BAD}",
        "  classDef encoder stroke-dasharray:3 3",
    ]
    return "\n".join(lines) + "\n"


def _text(text: str) -> str:
    """Text between quotes, in which Mermaid knows entities only."""
    for character, entity in (("#", "#35;"), ('"', "#quot;"), ("<", "#lt;"), (">", "#gt;")):
        text = text.replace(character, entity)
    return text


def _click(node: str, place: Place, link: Link) -> str:
    address = link(place).replace('"', "%22")
    return f'  click {node} href "{address}" "{_text(words.spot(place))}"'


def _spaces(inventory: Inventory, link: Link) -> Iterator[str]:
    for number, space in enumerate(inventory.spaces, 1):
        met = sum(
            m.spaces == (number - 1,) and m.verdict is Verdict.SAME for m in inventory.meetings
        )
        parts = [f"{number} · {words.named(space)}"]
        if met:
            parts.append(f"{met} meeting{'s' if met > 1 else ''} with itself")
        yield f'  s{number}(["{"<br/>".join(map(_text, parts))}"])'
        for count, encoder in enumerate(space.encoders, 1):
            node = f"e{number}_{count}"
            yield f'  {node}["{_text(words.spot(encoder.place))}"]:::encoder --> s{number}'
            yield _click(node, encoder.place, link)


def _holders(inventory: Inventory, link: Link) -> Iterator[str]:
    for number, held in enumerate(inventory.holders, 1):
        name = _text(words.holder(held))
        yield f'  h{number}[("{name}")]' if held.kind == "store" else f'  h{number}[/"{name}"/]'
        place = held.place or (held.filled or held.asked)[0].place
        yield _click(f"h{number}", place, link)
        yield from _uses(f"h{number}", "fills", "-->", held.filled)
        yield from _uses(f"h{number}", "searches", "-.->", held.asked)


def _uses(node: str, word: str, arrow: str, uses: tuple[Use, ...]) -> Iterator[str]:
    by_space: dict[int, list[str]] = {}
    for use in uses:
        by_space.setdefault(use.space, []).append(words.spot(use.place))
    for space, spots in by_space.items():
        more = f" and {len(spots) - 1} more" if len(spots) > 1 else ""
        yield f'  s{space + 1} {arrow}|"{word}: {_text(spots[0])}{more}"| {node}'


def _mistakes(inventory: Inventory, link: Link) -> Iterator[str]:
    groups: dict[tuple[object, ...], list[Meeting]] = {}
    for meeting in inventory.mistakes:
        groups.setdefault((meeting.code, meeting.spaces, meeting.place.path), []).append(meeting)
    for number, group in enumerate(groups.values(), 1):
        first = group[0]
        more = f" and {len(group) - 1} more" if len(group) > 1 else ""
        text = f"{first.code} {first.how}<br/>{_text(words.spot(first.place))}{more}"
        yield f'  m{number}{{{{"{text}"}}}}:::mistake'
        yield _click(f"m{number}", first.place, link)
        for lane in first.spaces:
            yield f"  s{lane + 1} === m{number}"
