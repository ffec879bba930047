"""Answers to questions about open documents, in the worker process."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import libcst as cst

from lint_embed.editor.messages import Facts, Hint
from lint_embed.editor.observe import spaced
from lint_embed.editor.trees import Range, TreeModule
from lint_embed.provenance.values.base import Site, Trail, Value
from lint_embed.provenance.values.vectors import ORIGINAL, Embedding, Encoder, Space
from lint_embed.rules.wording import model_name

if TYPE_CHECKING:
    from lint_embed.editor.analysis import Analysis
    from lint_embed.editor.messages import Ask
    from lint_embed.editor.observe import Observed
    from lint_embed.source import Source

_LONGEST_LABEL = 40


def answer(analysis: Analysis, ask: Ask) -> Any:
    """The answer to a question; None when there is none."""
    result = analysis.results.get(ask.path)
    workspace = result.workspace if result is not None else None
    module = workspace.load(ask.path).module if workspace is not None else None
    if workspace is None or not isinstance(module, TreeModule):
        return None
    if ask.what == "hover":
        return _hover(module, workspace.observed, *ask.arguments)
    if ask.what == "hints":
        return list(_hints(module, workspace.observed))
    return None


# --- Hover ---------------------------------------------------------------------------


def _hover(
    module: TreeModule, observed: Observed, cell: int | None, line: int, column: int
) -> Facts | None:
    """What is known of the smallest expression at a place (line from 1, column from 0)."""
    at = program_position(module.source, cell, line, column)
    found: tuple[Range, Value] | None = None
    for where, value in _values(module, observed, at[0]):
        if where[0] <= at < where[1] and (found is None or _within(where, found[0])):
            found = where, value
    if found is None:
        return None
    (start, end), value = found
    text = "\n\n---\n\n".join(dict.fromkeys(_described(part, module) for part in spaced(value)))
    return Facts(text, module.source.place(*start, *end)) if text else None


def _within(inner: Range, outer: Range) -> bool:
    return outer[0] <= inner[0] and inner[1] <= outer[1]


def _values(
    module: TreeModule, observed: Observed, line: int | None
) -> Iterator[tuple[Range, Value]]:
    """The places and values of the expressions around a line, and of what they are
    assigned to."""
    for node, where in module.node_ranges_at(line):
        value = observed.get(id(node))
        if value is not None:
            yield where, value
        elif (received := _received(node, observed)) is not None:
            target, value = received
            yield module.range_of(target), value


def _received(node: cst.CSTNode, observed: Observed) -> tuple[cst.CSTNode, Value] | None:
    """The target of an assignment of one name or attribute, and the value that it gets."""
    if isinstance(node, cst.Assign):
        target, source = node.targets[0].target, node.value
    elif isinstance(node, cst.AnnAssign) and node.value is not None:
        target, source = node.target, node.value
    else:
        return None
    value = observed.get(id(source))
    if value is None or not isinstance(target, cst.Name | cst.Attribute):
        return None
    return target, value


def program_position(source: Source, cell: int | None, line: int, column: int) -> tuple[int, int]:
    """The program's position of a line and column of the file, or of one of its cells."""
    if cell is None:
        return line, column - source.shifts.get(line, 0)
    for one in source.cells or ():
        if one.number == cell:
            return one.line + line - 1, column - one.shifts.get(line, 0)
    return 0, 0


def _described(part: Encoder | Embedding, module: TreeModule) -> str:
    """An encoder or vectors in Markdown: the space, its length, and the way there."""
    space = part.space
    what = "Vectors of" if isinstance(part, Embedding) else "Encoder:"
    length = length_of(part)
    facts = [f"{what} **{_escaped(model_name(space))}**"]
    if length is not None:
        facts[0] += f" · {length} dimensions"
    if space.default_of:
        facts.append(f"the default of {space.default_of}")
    if not space.resolved and not space.own:
        facts.append("which model it is is not known")
    if space.version not in (ORIGINAL, None):
        facts.append("trained in this program")
    trail = part.trail if isinstance(part, Embedding) else space.origin
    steps = [_step(site, message, module) for site, message in _steps(trail or space.origin)]
    listed = "\n".join(f"{number}. {step}" for number, step in enumerate(steps, 1))
    library = f"`{space.library}`" if space.library else ""
    head = ", ".join(filter(None, [*facts, library]))
    return f"{head}\n\n{listed}" if listed else head


def _steps(trail: Trail | None) -> Iterator[tuple[Site, str]]:
    if trail is not None:
        for site, message in trail.steps():
            yield site, message or "is loaded here"


def _step(site: Site, message: str, module: TreeModule) -> str:
    (line, _), _ = site.module.range_of(site.node)
    place = site.module.source.place(line, 0, line, 0)
    where = f"line {place.line}"
    if place.cell is not None:
        where = f"cell {place.cell}, {where}"
    if site.module is not module:
        where = f"{place.path}, {where}"
    return f"{_escaped(message)} ({_escaped(where)})"


def _escaped(text: str) -> str:
    for character in "\\`*_[]<>":
        text = text.replace(character, "\\" + character)
    return text


def length_of(part: Encoder | Embedding) -> int | None:
    """The length of the vectors, where it is known."""
    for name, value in part.space.variant:
        if name == "dimension":
            return value if isinstance(value, int) else None
    if isinstance(part, Embedding) and part.coercion is not None and part.coercion.sure:
        return part.coercion.length
    return part.space.dimension


# --- Inlay hints ---------------------------------------------------------------------


def _hints(module: TreeModule, observed: Observed) -> Iterator[Hint]:
    """A note behind the target of each assignment that receives an encoder or vectors."""
    for node, _ in module.node_ranges():
        received = _received(node, observed)
        if received is None:
            continue
        target, value = received
        labels = list(dict.fromkeys(label_of(part) for part in spaced(value)))
        if not labels:
            continue
        _, (line, column) = module.range_of(target)
        place = module.source.place(line, column, line, column)
        told = " or ".join(labels) if len(labels) <= 2 else f"one of {len(labels)} models"
        yield Hint(place.cell, place.line, place.column, f": {told}", "\n".join(labels))


def label_of(part: Encoder | Embedding) -> str:
    """A space in few characters: ``all-MiniLM-L6-v2 · 384``."""
    name = _short(part.space)
    length = length_of(part)
    return f"{name} · {length}" if length is not None else name


def _short(space: Space) -> str:
    name = model_name(space).rpartition("/")[2] or model_name(space)
    return name if len(name) <= _LONGEST_LABEL else name[: _LONGEST_LABEL - 1] + "…"
