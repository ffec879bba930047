"""Comparing vectors: which pairs of spaces clash, and the meetings that come of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from lint_embed.catalogue import spaces
from lint_embed.provenance import containers
from lint_embed.provenance.grouping import groups_of
from lint_embed.provenance.meetings import (
    Aligned,
    Clash,
    Group,
    Meeting,
    Relation,
    composite_clash,
    first_clash,
    inner_clash,
    relate,
)
from lint_embed.provenance.values.base import OneOf, Symbol, Token, Value
from lint_embed.provenance.values.containers import List, Tuple
from lint_embed.provenance.values.joining import alternatives
from lint_embed.provenance.values.vectors import (
    SCORE,
    Coerced,
    Coercion,
    Composite,
    Embedding,
    Pending,
    Rows,
    Score,
    Space,
)

if TYPE_CHECKING:
    import libcst as cst

    from lint_embed.provenance.interpreter import Interpreter
    from lint_embed.provenance.values.identities import Identity


def compare(
    run: Interpreter,
    node: cst.CSTNode,
    left: Value,
    right: Value,
    how: str,
    metric: str = "other",
    paired: bool = False,
) -> Value:
    """A comparison of two operands; returns its score.

    ``paired``: row by row, the first of one side with the first of the other.
    """
    if paired and isinstance(left, Rows) and isinstance(right, Rows):
        if len(left.each) == len(right.each):
            pairs = zip(left.each, right.each, strict=True)
            scores = [compare(run, node, one, other, how, metric) for one, other in pairs]
            return united(scores)
    if isinstance(left, Composite) and isinstance(right, Composite):
        run.encounters += 1
        clash = composite_clash(left, right, run.aligned)
        return _score(run, node, "compare", clash, how)
    left, right = _unwrapped(run, left), _unwrapped(run, right)
    if coercion_of(left) is not None and coercion_of(right) is not None:
        run.encounters += 1
        return _compare_coerced(run, node, left, right, how, metric)
    ours, theirs = groups_of(run, left), groups_of(run, right)
    if not ours or not theirs or any(_odd(part) for g in (*ours, *theirs) for part in g):
        return SCORE
    mixed = activate(left, right)
    if mixed:
        return Score(mixed)
    run.encounters += 1
    if run.ledger is not None:
        run.ledger.meet(how, run.site(node), ours, theirs)
    clash = first_clash(ours, theirs, run.aligned)
    if clash is None and (fallen := fallback_clash(ours, theirs, run.aligned)) is not None:
        kind = "fallback" if fallen.relation is Relation.MODEL else "compare"
        return _score(run, node, kind, fallen, how)
    return _score(run, node, "compare", clash, how)


def united(values: Iterable[Value]) -> Score:
    """One score with the meetings of several."""
    scores = (value for value in values if isinstance(value, Score))
    meetings = tuple(dict.fromkeys(meeting for score in scores for meeting in score.meetings))
    return Score(meetings) if meetings else SCORE


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


def compare_rows(run: Interpreter, node: cst.CSTNode, value: Value, how: str) -> Value:
    """A comparison of the rows of one operand with each other."""
    mixed = activate(value)
    if mixed:
        return Score(mixed)
    groups = groups_of(run, value)
    run.encounters += bool(groups)
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
    run: Interpreter,
    node: cst.CSTNode,
    kind: str,
    clash: Clash,
    how: str,
    active: bool = True,
    store: Identity | None = None,
) -> Meeting:
    """Records a meeting of two spaces that differ."""
    sides = (clash.left, clash.right)
    coercions = tuple(side.coercion for side in sides if side.coercion is not None)
    meeting = Meeting(
        kind, run.site(node), run.calls(), sides, clash.relation, how,
        weak=clash.weak, coercions=coercions, active=active, store=store,
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
    if not _looks_like_vectors(run, ours.common, metric == "cosine"):
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


_EMBEDDINGS = re.compile(r"emb|vec", re.IGNORECASE)
_MEASURES = re.compile(r"cos|sim", re.IGNORECASE)


def _looks_like_vectors(run: Interpreter, names: frozenset[str], is_cosine: bool) -> bool:
    """Whether anything tells that these are embeddings, and not signals, rows or texts.

    Of two series of numbers the common length is what can be compared at all.
    """
    frame = run.frame
    around = frame.function.name if frame.function is not None else ""
    told = (*names, around)
    if any(_EMBEDDINGS.search(name) for name in told):
        return True
    if any(map(spaces.names_a_signal, told)) or spaces.is_about_signals(frame.module.source.text):
        return False
    return is_cosine or any(_MEASURES.search(name) for name in told)


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
