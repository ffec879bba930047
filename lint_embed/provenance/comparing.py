"""Making meetings: comparisons, stacks and mixes of values that hold vectors."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from lint_embed.catalogue import spaces
from lint_embed.provenance import containers, indexing, products
from lint_embed.provenance.meetings import (
    Aligned,
    Clash,
    Group,
    Meeting,
    Relation,
    composite_clash,
    first_clash,
    group_of,
    inner_clash,
    is_neutral,
    relate,
)
from lint_embed.provenance.values.base import UNKNOWN, OneOf, Symbol, Token, Value
from lint_embed.provenance.values.containers import Each, List, Tuple
from lint_embed.provenance.values.joining import alternatives
from lint_embed.provenance.values.vectors import (
    SCORE,
    Coerced,
    Coercion,
    Composite,
    Embedding,
    Filler,
    Pending,
    Rows,
    Score,
    Space,
)

if TYPE_CHECKING:
    import libcst as cst

    from lint_embed.provenance.interpreter import Interpreter


MAX_AXES = 4
"""Vectors in containers nested deeper than this are not followed."""


def groups_of(run: Interpreter, value: Value, around: tuple[Value, ...] = ()) -> list[Group] | None:
    """The rows of an operand, each a group of alternatives; None when one is unknown.

    ``around`` are the containers that hold it: one may hold itself.
    """
    if isinstance(value, Embedding):
        if run.declarations:
            _note_met(run, value)
        return [(value,)]
    if isinstance(value, Rows):
        return _groups(run, value.each, around)
    if isinstance(value, OneOf):
        group = _either(run, [p for p in value.values if not _is_blank(run, p)], (*around, value))
        return [group] if group else None
    if isinstance(value, (Tuple, List, Each)):
        items = containers.items_of(run, value)
        if items is None or len(around) > MAX_AXES or value in around:
            return None
        return _groups(run, (*items.known, *items.rest), (*around, value))
    return None


def _either(run: Interpreter, parts: Sequence[Value], around: tuple[Value, ...]) -> Group | None:
    """The embeddings that one of several values may be; a list of equal ones counts as they do."""
    found: list[Embedding] = []
    for part in parts:
        if is_neutral(part):
            continue
        inner = groups_of(run, part, around) if len(around) <= MAX_AXES else None
        if inner is None or len(inner) != 1:
            return None
        found += [one for one in inner[0] if one not in found]
    return tuple(found) or None


def _is_blank(run: Interpreter, value: Value) -> bool:
    """Whether a list stands for "no vector", as None does: it is empty, or of numbers only."""
    items = containers.items_of(run, value) if isinstance(value, (List, Each)) else None
    return items is not None and containers.is_of_numbers(items)


def _note_met(run: Interpreter, value: Embedding) -> None:
    """Notes that vectors whose space a directive names came to where vectors meet."""
    origin = value.space.origin
    if origin is not None and origin.site in run.declarations:
        run.declarations[origin.site].add("met")


def _groups(
    run: Interpreter, values: Sequence[Value], around: tuple[Value, ...] = ()
) -> list[Group] | None:
    groups: list[Group] = []
    for part in dict.fromkeys(values):
        if is_neutral(part) or _is_blank(run, part):
            continue
        inner = groups_of(run, part, around)
        if inner is None:
            return None
        groups.extend(group for group in inner if group not in groups)
    return groups or None


def is_vector(value: Value) -> bool:
    """Whether a value may be an array of vectors."""
    return isinstance(value, (Embedding, Rows, Composite, OneOf, Tuple, List, Each, Coerced))


def compare(
    run: Interpreter,
    node: cst.CSTNode,
    left: Value,
    right: Value,
    how: str,
    metric: str = "other",
) -> Value:
    """A comparison of two operands; returns its score."""
    if isinstance(left, Composite) and isinstance(right, Composite):
        clash = composite_clash(left, right, run.aligned)
        return _score(run, node, "compare", clash, how)
    left, right = _unwrapped(run, left), _unwrapped(run, right)
    if coercion_of(left) is not None and coercion_of(right) is not None:
        return _compare_coerced(run, node, left, right, how, metric)
    ours, theirs = groups_of(run, left), groups_of(run, right)
    if not ours or not theirs or any(_odd(part) for g in (*ours, *theirs) for part in g):
        return SCORE
    mixed = activate(left, right)
    if mixed:
        return Score(mixed)
    if run.ledger is not None:
        run.ledger.meet(how, run.site(node), ours, theirs)
    clash = first_clash(ours, theirs, run.aligned)
    if clash is None and (fallen := fallback_clash(ours, theirs, run.aligned)) is not None:
        kind = "fallback" if fallen.relation is Relation.MODEL else "compare"
        return _score(run, node, kind, fallen, how)
    return _score(run, node, "compare", clash, how)


def fallback_clash(ours: list[Group], theirs: list[Group], aligned: Aligned) -> Clash | None:
    """The clash of what takes an encoder's place when it fails with the other side."""
    for mine, others in ((ours, theirs), (theirs, ours)):
        fallen = [tuple(part for part in group if part.space.fallback) for group in mine]
        steady = [tuple(part for part in group if not part.space.fallback) for group in others]
        if any(len(part) == len(group) for part, group in zip(fallen, mine, strict=True)):
            continue
        if any(len(part) < len(group) for part, group in zip(steady, others, strict=True)):
            continue  # both sides may have fallen together
        left, right = [group for group in fallen if group], [group for group in steady if group]
        clash = first_clash(left, right, aligned)
        if clash is not None and len(right) == len(others):
            return Clash(clash.left, clash.right, clash.relation, True)
    return None


def _odd(part: Embedding) -> bool:
    return part.transposed or part.rows == "scalar"


def _unwrapped(run: Interpreter, value: Value) -> Value:
    """``[vector]``: one vector as a matrix."""
    if isinstance(value, (Tuple, List)):
        items = containers.items_of(run, value)
        if items is not None and len(items.known) == 1 and not items.rest:
            return items.known[0] if coercion_of(items.known[0]) is not None else value
    return value


def _any_transposed(groups: list[Group]) -> bool:
    return any(part.transposed for group in groups for part in group)


def compare_rows(run: Interpreter, node: cst.CSTNode, value: Value, how: str) -> Value:
    """A comparison of the rows of one operand with each other."""
    mixed = activate(value)
    if mixed:
        return Score(mixed)
    groups = groups_of(run, value)
    if run.ledger is not None and groups:
        run.ledger.meet(how, run.site(node), groups)
    return _score(run, node, "compare", inner_clash(groups, run.aligned) if groups else None, how)


def activate(*operands: Value) -> tuple[Meeting, ...]:
    """A stack of different spaces that reaches a comparison is a mistake at the stack."""
    meetings = []
    for operand in operands:
        if isinstance(operand, Rows) and operand.stack is not None:
            operand.stack.active = True
            meetings.append(operand.stack)
    return tuple(meetings)


def _score(run: Interpreter, node: cst.CSTNode, kind: str, clash: Clash | None, how: str) -> Value:
    if clash is None:
        return SCORE
    meeting = meet(run, node, kind, clash, how)
    return Score((meeting,))


def fallback_of(group: Group, aligned: Aligned) -> Clash | None:
    """The clash between a model and the one that takes its place when it fails."""
    fallbacks = [part for part in group if part.space.fallback]
    others = [part for part in group if not part.space.fallback]
    for part in others:
        for fallback in fallbacks:
            relation = relate(part.space, fallback.space, aligned)
            if relation is Relation.MODEL:
                return Clash(part, fallback, relation, True)
    return None


def switch_of(group: Group, key: frozenset[str], aligned: Aligned) -> Clash | None:
    """The clash of two models between which a failure or the environment has decided."""
    for index, part in enumerate(group):
        for other in group[index + 1 :]:
            chosen = part.space.chosen | other.space.chosen
            # What also makes up the store's key gives each model a store of its own.
            if chosen and not chosen & key:
                if relate(part.space, other.space, aligned) is Relation.MODEL:
                    return Clash(part, other, Relation.MODEL, True)
    return None


def check_roles(run: Interpreter, node: cst.CSTNode, asked: Value, held: Value) -> None:
    """A search in which a side has the other's role of a model that tells the two apart."""
    ours, theirs = groups_of(run, asked), groups_of(run, held)
    clash = role_clash(ours[0], theirs[0]) if ours and theirs else None
    if clash is not None:
        meet(run, node, "role", clash, "search")


def role_clash(asked: Group, held: Group) -> Clash | None:
    """The clash of a query with a document, one of which has the other's role.

    Of several models between which a setting decides, each meets its own documents.
    """
    pairs = [
        (query, document)
        for query in asked
        for document in held
        if query.space.model == document.space.model and _tells_roles_apart(query)
    ]
    if not pairs or not all(_is_role_mistaken(query, document) for query, document in pairs):
        return None
    query, document = pairs[0]
    weak = query.space.weak or len(asked) > 1 or len(held) > 1
    return Clash(query, document, Relation.SAME, weak)


def _tells_roles_apart(part: Embedding) -> bool:
    model = part.space.model
    return part.space.resolved and isinstance(model, str) and spaces.asymmetric(model)


def _is_role_mistaken(query: Embedding, document: Embedding) -> bool:
    if None in (query.role, document.role):
        return False
    if query.role == "query" and document.role == "document":
        return False
    return query.role != "query" or not spaces.symmetric(str(query.space.model))


def meet(
    run: Interpreter, node: cst.CSTNode, kind: str, clash: Clash, how: str, active: bool = True
) -> Meeting:
    """Records a meeting of two spaces that differ."""
    sides = (clash.left, clash.right)
    coercions = tuple(side.coercion for side in sides if side.coercion is not None)
    meeting = Meeting(
        kind, run.site(node), run.calls(), sides, clash.relation, how,
        weak=clash.weak, coercions=coercions, active=active,
    )  # fmt: skip
    meeting.excused = within_training(run, sides)
    return run.note(meeting)


def within_training(run: Interpreter, sides: Sequence[Embedding]) -> bool:
    """Whether the spaces meet inside a network that trains both of its sub-modules."""
    owners = {side.space.owner for side in sides}
    for frame in run.frames:
        receiver = frame.receiver
        if frame.trains and receiver is not None:
            token = getattr(receiver, "token", None)
            if owners == {token}:
                return True
    return False


def excuse(run: Interpreter, value: Value) -> None:
    """What reaches a loss is trained: its meetings are legitimate."""
    for part in alternatives(value):
        if isinstance(part, Score):
            for meeting in part.meetings:
                run.train_together(meeting)
        elif isinstance(part, Pending):
            run.train_together(part.meeting)
        elif isinstance(part, Tuple):
            for item in part.items:
                excuse(run, item)


# unknown ids ---------------------------------------------------------------------------


def _compare_coerced(
    run: Interpreter, node: cst.CSTNode, left: Value, right: Value, how: str, metric: str
) -> Value:
    """Two vectors that were brought to a common length computed from the two."""
    ours, theirs = coercion_of(left), coercion_of(right)
    if ours is None or theirs is None or ours.common != theirs.common or len(ours.common) < 2:
        return SCORE
    by_index = "index" in (ours.how, theirs.how)
    if ours.source == theirs.source or by_index != (metric == "coordinates"):
        return SCORE
    if metric != "cosine" and not _looks_like_vectors(run, ours.common):
        return SCORE
    scaled = ours.features and theirs.features and metric != "difference"
    active = metric == "cosine" or scaled
    space = Space(Token(id(node)), resolved=False)
    sides = (Embedding(space, coercion=ours), Embedding(space, coercion=theirs))
    meeting = Meeting(
        "coerce", run.site(node), run.calls(), sides, Relation.UNKNOWN, how,
        weak=True, coercions=(ours, theirs), active=active,
    )  # fmt: skip
    return Score((run.note(meeting),))


_VECTORS = re.compile(r"emb|vec|cos|sim", re.IGNORECASE)


def _looks_like_vectors(run: Interpreter, names: frozenset[str]) -> bool:
    """Whether anything tells that these are vectors, and not signals, rows or texts."""
    function = run.frame.function
    around = function.name if function is not None else ""
    return any(_VECTORS.search(name) for name in (*names, around))


def coercion_of(value: Value) -> Coercion | None:
    """How something unknown was brought to a common length, where it was."""
    if isinstance(value, Coerced):
        return value.coercion
    if isinstance(value, OneOf):
        found = [part for part in value.values if isinstance(part, Coerced)]
        others = [part for part in value.values if not isinstance(part, (Coerced, Symbol))]
        return found[0].coercion if found and not others else None
    if isinstance(value, Embedding) and not value.space.resolved:
        return value.coercion
    items = value.items if isinstance(value, Tuple) else ()
    return coercion_of(items[0]) if len(items) == 1 else None


# stacks and mixes ----------------------------------------------------------------------


def stack(run: Interpreter, node: cst.CSTNode, parts: Value, axis: object, new_axis: bool) -> Value:
    """Rows below each other or features side by side, by axis and by the parts' shape."""
    if isinstance(parts, (Embedding, Rows, Composite, Pending, Score, Coerced)):
        return parts
    items = containers.items_of(run, parts)
    if items is None:
        return UNKNOWN
    values = (*items.known, *items.rest)
    if not values:
        return UNKNOWN
    if any(isinstance(value, Score) for value in values):
        return products.united_score(values)
    if new_axis:
        if axis in (0, -2):
            return rows_of(run, node, values)
        return UNKNOWN if len(values) > 1 else values[0]
    if _along_features(items.known, axis):
        return side_by_side(run, node, items.known if not items.rest else ())
    if axis in (0, -2):
        return rows_of(run, node, values)
    return UNKNOWN


def _along_features(values: Sequence[Value], axis: object) -> bool:
    """Whether a concatenation is along the features: the last axis, or of single vectors."""
    if axis in (-1, 1, 2):
        return True
    single = [v for v in values if isinstance(v, Embedding)]
    return axis == 0 and bool(single) and all(v.rows == "one" for v in single)


def side_by_side(run: Interpreter, node: cst.CSTNode, values: Sequence[Value]) -> Value:
    """Features of several vectors side by side; fillers only lengthen one vector."""
    kept = [value for value in values if not isinstance(value, Filler)]
    if len(kept) == 1 and len(values) > 1:
        return indexing.padded(run, kept[0], node)
    if not kept or not all(isinstance(value, (Embedding, Composite, OneOf)) for value in kept):
        return UNKNOWN
    parts: list[Value] = []
    for value in kept:
        parts.extend(value.parts if isinstance(value, Composite) else (value,))
    if len(parts) > containers.MAX_KNOWN:
        return UNKNOWN
    return Composite(tuple(parts)) if len(parts) > 1 else parts[0]


def rows_of(run: Interpreter, node: cst.CSTNode, values: Sequence[Value]) -> Value:
    """A matrix with the given rows: of one space, or a stack of several."""
    from dataclasses import replace

    groups = _groups(run, values)
    if groups is None:
        composites = {value for value in values if isinstance(value, Composite)}
        return composites.pop() if len(composites) == 1 == len(set(values)) else UNKNOWN
    clash = inner_clash(groups, run.aligned)
    if clash is None:
        first = groups[0]
        if len(groups) == 1 and len(first) == 1:
            return replace(first[0], rows="many")
        return Rows(tuple(_value(group) for group in groups))
    if any(part.space.network for group in groups for part in group):
        return UNKNOWN
    meeting = meet(run, node, "stack", clash, "row-stack", active=False)
    return Rows(tuple(_value(group) for group in groups), meeting)


def _value(group: Group) -> Value:
    return group[0] if len(group) == 1 else OneOf(group)


def mix(run: Interpreter, node: cst.CSTNode, left: Value, right: Value, op: str) -> Value:
    """An element-wise sum, difference or product of two operands."""
    if isinstance(left, Pending) or isinstance(right, Pending):
        return left if isinstance(left, Pending) else right
    ours, theirs = _group(left), _group(right)
    for part in (*(ours or ()), *(theirs or ())) if run.declarations else ():
        _note_met(run, part)
    if ours is None or theirs is None:
        return UNKNOWN
    from lint_embed.provenance.meetings import clash_of

    if any(part.space.network for part in (*ours, *theirs)):
        return UNKNOWN  # the scores of an ensemble are averaged too
    clash = clash_of(ours, theirs, run.aligned)
    how = {"add": "sum", "subtract": "difference"}.get(op, "product")
    if clash is None:
        if run.ledger is not None:
            run.ledger.meet(how, run.site(node), [ours], [theirs])
        return left if ours == theirs or len(ours) == 1 else UNKNOWN
    if _any_transposed([ours, theirs]):
        return UNKNOWN
    scalars = clash.left.rows == clash.right.rows == "scalar"
    active = op != "multiply" and not scalars
    meeting = meet(run, node, "mix", clash, how, active=active)
    return Pending(meeting, op)


def _group(value: Value) -> Group | None:
    return group_of(value) if isinstance(value, (Embedding, OneOf)) else None
