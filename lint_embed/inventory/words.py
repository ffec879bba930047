"""How spaces, holders and meetings are called in tables and pictures."""

from __future__ import annotations

from lint_embed.findings import Place
from lint_embed.inventory import Holder, Inventory, Meeting, Space, Verdict
from lint_embed.output.console import counted


def spot(place: Place) -> str:
    """``path:line``, or ``path:cell N:line`` in a notebook."""
    cell = f"cell {place.cell}:" if place.cell is not None else ""
    return f"{place.path}:{cell}{place.line}"


def model(space: Space) -> str:
    """The model in few words; of what has no name, where it is made."""
    if space.checkpoint is not None:
        return space.model
    name = space.model if space.fitted else f"unknown model ({space.library or 'own'})"
    return f"{name}, {spot(space.encoders[0].place)}" if space.encoders else name


def details(space: Space) -> list[str]:
    """What else tells the space from others: its id, variant and training."""
    found = []
    if space.checkpoint is not None and space.checkpoint != space.model.lower():
        found.append(space.checkpoint)
    # The length stands in a column of its own.
    found += [f"{name} {value}" for name, value in space.variant if name != "dimension"]
    if space.trained is not None and spot(space.trained) not in model(space):
        found.append(f"{'fitted' if space.fitted else 'trained'} at {spot(space.trained)}")
    if space.default:
        found.append("a default")
    return found


def named(space: Space) -> str:
    """The model with its length and variant in one line: ``gte-small · 384``."""
    parts = [model(space)]
    if space.dimension is not None:
        parts.append(str(space.dimension))
    parts += [f"{name} {value}" for name, value in space.variant if name != "dimension"]
    if space.trained is not None and not space.fitted:
        parts.append(f"trained at {spot(space.trained)}")
    return " · ".join(parts)


def holder(held: Holder) -> str:
    """``chromadb store 'notes'``, ``file 'docs.npy'``."""
    kind = "file" if held.kind == "file" else f"{held.library} store".strip()
    if held.name:
        return f"{kind} '{held.name}'"
    return f"{kind} ({spot(held.place)})" if held.place is not None else kind


def spaces(inventory: Inventory, meeting: Meeting, joint: str = " with ") -> str:
    """The spaces that meet, in one line."""
    named_ones = [named(inventory.spaces[number]) for number in meeting.spaces]
    return joint.join(named_ones) or "models that are not known"


def verdict(meeting: Meeting) -> str:
    """``VEC101``, ``silenced``, or why the spaces may meet."""
    words = {
        Verdict.MISTAKE: meeting.code,
        Verdict.SILENCED: f"{meeting.code} silenced",
        Verdict.ALIGNED: "aligned",
        Verdict.TRAINED: "trained together",
        Verdict.EITHER: "one of several",
        Verdict.SAME: "one space",
    }
    return words[meeting.verdict]


def summary(inventory: Inventory) -> str:
    """``2 spaces, 1 store or file, 3 meetings, 1 mistake``."""
    holders = len(inventory.holders)
    return ", ".join(
        (
            counted(len(inventory.spaces), "space"),
            "1 store or file" if holders == 1 else f"{holders} stores and files",
            counted(len(inventory.meetings), "meeting"),
            counted(len(inventory.mistakes), "mistake"),
        )
    )
