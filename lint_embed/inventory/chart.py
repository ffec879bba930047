"""The picture, before it is drawn: a lane for each space, a row for each thing on it.

It is read like the graph of a version history: a lane begins at the row of its space and
ends at the last row that has to do with it; a row joins the lanes that it touches. So it
stays readable however many meetings there are.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lint_embed.findings import Place
from lint_embed.inventory import MEANING, Holder, Inventory, Meeting, Verdict, words

#: So many places are named in one row; the others are counted.
MOST = 10


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a row's text; with a place it is a link. ``style`` is empty, ``strong``,
    ``faint`` or ``bad``."""

    text: str
    place: Place | None = None
    style: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its mark on each lane that it touches, by lane, and its text.

    ``kind`` is ``head``, ``space``, ``holder``, ``mistake``, ``silenced`` or ``right``.
    Marks are ``begin``, ``held``, ``asked``, ``both`` and ``met``.
    """

    kind: str
    text: tuple[Piece, ...]
    marks: tuple[tuple[int, str], ...] = ()

    @property
    def lanes(self) -> tuple[int, ...]:
        """The lanes that it touches."""
        return tuple(lane for lane, _ in self.marks)

    @property
    def plain(self) -> str:
        """Its text without links."""
        return "".join(piece.text for piece in self.text)


@dataclass(frozen=True, slots=True)
class Chart:
    """The rows, and for each lane the rows at which it begins and ends."""

    rows: tuple[Row, ...]
    reach: tuple[tuple[int, int], ...]


def chart(inventory: Inventory) -> Chart:
    """The picture of an inventory."""
    rows = tuple(_rows(inventory))
    reach = []
    for lane in range(len(inventory.spaces)):
        touched = [number for number, row in enumerate(rows) if lane in row.lanes]
        reach.append((touched[0], touched[-1]))
    return Chart(rows, tuple(reach))


def _rows(inventory: Inventory) -> Iterator[Row]:
    yield from _headed("Spaces and the encoders that make them", _spaces(inventory))
    wrong = [m for m in inventory.meetings if m.verdict is Verdict.MISTAKE]
    silenced = [m for m in inventory.meetings if m.verdict is Verdict.SILENCED]
    yield from _headed("Mistakes", (_mistake(m, inventory) for m in wrong))
    yield from _headed("Silenced mistakes", (_mistake(m, inventory) for m in silenced))
    yield from _headed("Stores and files", (_holder(h, inventory) for h in inventory.holders))
    yield from _headed("Meetings that are right", _right(inventory))


def _headed(title: str, rows: Iterator[Row]) -> Iterator[Row]:
    for number, row in enumerate(rows):
        if number == 0:
            yield Row("head", (Piece(title, style="strong"),))
        yield row


def _spaces(inventory: Inventory) -> Iterator[Row]:
    for number, space in enumerate(inventory.spaces):
        text = [Piece(f"{number + 1} ", style="faint"), Piece(words.model(space), style="strong")]
        if space.dimension is not None:
            text.append(Piece(f" · {space.dimension} dimensions"))
        if space.encoders:
            text.append(Piece(" · loaded at "))
            text += _places([encoder.place for encoder in space.encoders])
        text += [Piece(f" · {detail}", style="faint") for detail in words.details(space)]
        yield Row("space", tuple(text), ((number, "begin"),))


def _places(places: list[Place]) -> Iterator[Piece]:
    """Links, the file being named once for neighbouring lines of it."""
    places = list(dict.fromkeys(places))
    before: tuple[str, int | None] | None = None
    for number, place in enumerate(places[:MOST]):
        if number:
            yield Piece(", ")
        here = (place.path, place.cell)
        yield Piece(str(place.line) if here == before else words.spot(place), place)
        before = here
    if len(places) > MOST:
        yield Piece(f" and {len(places) - MOST} more", style="faint")


def _mistake(meeting: Meeting, inventory: Inventory) -> Row:
    kind = "mistake" if meeting.verdict is Verdict.MISTAKE else "silenced"
    style = "bad" if kind == "mistake" else "strong"
    text = (
        Piece(f"{meeting.code} ", style=style),
        Piece(words.spot(meeting.place), meeting.place),
        Piece(f" {meeting.how}: "),
        Piece(words.spaces(inventory, meeting)),
    )
    return Row(kind, text, tuple((lane, "met") for lane in meeting.spaces))


def _holder(held: Holder, inventory: Inventory) -> Row:
    filled, asked = ([use.place for use in uses] for uses in (held.filled, held.asked))
    text = [Piece(words.holder(held), held.place, "strong")]
    for word, places in (("filled", filled), ("searched", asked), ("read", list(held.read))):
        if places:
            text.append(Piece(f" · {word} at "))
            text += _places(places)
    marks = []
    for lane in held.spaces:
        inside = lane in held.held
        outside = any(use.space == lane for use in held.asked)
        marks.append((lane, "both" if inside and outside else "held" if inside else "asked"))
    return Row("holder", tuple(text), tuple(sorted(marks)))


def _right(inventory: Inventory) -> Iterator[Row]:
    """The other meetings, those of the same kind in one file together."""
    groups: dict[tuple[object, ...], list[Meeting]] = {}
    for meeting in inventory.meetings:
        if meeting.verdict not in (Verdict.MISTAKE, Verdict.SILENCED):
            key = (meeting.verdict, meeting.spaces, meeting.place.path, meeting.how)
            groups.setdefault(key, []).append(meeting)
    for group in groups.values():
        first = group[0]
        named = words.spaces(inventory, first, ", ")
        why = "" if first.verdict is Verdict.SAME else f" ({MEANING[first.verdict]})"
        text = [Piece(f"{first.how} of {named}{why} at ")]
        text += _places([meeting.place for meeting in group])
        yield Row("right", tuple(text), tuple((lane, "met") for lane in first.spaces))
