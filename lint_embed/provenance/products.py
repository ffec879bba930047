"""Products: which of them contract features with features, and so compare vectors.

``X @ Y.T`` contracts over features; ``X.T @ Y`` contracts over samples and is no
comparison, but the first step of a fit (Procrustes, CKA, CCA).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lint_embed.provenance import comparing, containers, grouping
from lint_embed.provenance.values.base import UNKNOWN, OneOf, Value
from lint_embed.provenance.values.callables import Args
from lint_embed.provenance.values.constants import Const
from lint_embed.provenance.values.containers import List, Tuple
from lint_embed.provenance.values.vectors import SCORE, Composite, Embedding, Rows, Score

if TYPE_CHECKING:
    import libcst as cst

    from lint_embed.provenance.interpreter import Interpreter

HOW = "dot product"


def sample(run: Interpreter, value: Value, depth: int = 0) -> Embedding | Composite | None:
    """One of the vectors of an operand, for its shape."""
    if depth > grouping.MAX_AXES:  # a list may hold itself
        return None
    if isinstance(value, (Embedding, Composite)):
        return value
    if isinstance(value, Rows):
        first = sample(run, value.each[0], depth + 1)
        return None if first is None else _as_matrix(first)
    if isinstance(value, OneOf):
        found = [part for part in value.values if isinstance(part, Embedding)]
        return found[0] if found else None
    if isinstance(value, (List, Tuple)):
        items = containers.items_of(run, value)
        parts = (*items.known, *items.rest) if items is not None else ()
        inner = sample(run, parts[0], depth + 1) if parts else None
        return None if inner is None else _as_matrix(inner)
    return None


def _as_matrix(value: Embedding | Composite) -> Embedding | Composite:
    return replace(value, rows="many")


def product(run: Interpreter, node: cst.CSTNode, left: Value, right: Value, kind: str) -> Value:
    """``left @ right``, ``np.dot``, ``np.inner`` and their like."""
    run.pulse += 1
    if comparing.coercion_of(left) is not None and comparing.coercion_of(right) is not None:
        return comparing.compare(run, node, left, right, HOW)
    ours, theirs = sample(run, left), sample(run, right)
    if ours is None or theirs is None:
        return SCORE if isinstance(left, Score) and isinstance(right, Score) else UNKNOWN
    contracted = _inner(ours, theirs) if kind == "inner" else _features_meet(ours, theirs)
    if contracted is None:
        return UNKNOWN
    if not contracted:
        return SCORE if kind == "inner" else UNKNOWN
    mine, other = _upright(left), _upright(right)
    return comparing.compare(run, node, mine, other, HOW, "dot", paired=kind == "batched")


def _upright(value: Value) -> Value:
    if isinstance(value, (Embedding, Composite)) and value.transposed:
        return replace(value, transposed=False)
    if isinstance(value, OneOf):
        return OneOf(tuple(_upright(part) for part in value.values))
    if isinstance(value, Rows):
        return replace(value, each=tuple(_upright(part) for part in value.each))
    return value


def _inner(ours: Embedding | Composite, theirs: Embedding | Composite) -> bool:
    return not ours.transposed and not theirs.transposed


def _features_meet(ours: Embedding | Composite, theirs: Embedding | Composite) -> bool | None:
    """Whether the last axis of the left and the last but one of the right are features."""
    if ours.transposed and ours.rows != "one":
        return False
    if theirs.transposed or theirs.rows == "one":
        return True
    if theirs.rows is None:
        return True
    # (n, d) @ (m, d) only fits by accident
    return None


def einsum(run: Interpreter, node: cst.CSTNode, args: Args, spec: list[str | int]) -> Value:
    """``einsum("nd,md->nm", a, b)``."""
    subscripts = args.find(spec)
    if not (isinstance(subscripts, Const) and isinstance(subscripts.value, str)):
        return UNKNOWN
    text = subscripts.value.replace(" ", "").replace("...", "")
    inputs, arrow, output = text.partition("->")
    letters = inputs.split(",")
    operands = args.positional[1:]
    if len(operands) == 1 and isinstance(operands[0], (List, Tuple)):
        items = containers.items_of(run, operands[0])
        operands = items.known if items is not None else ()
    if len(operands) != len(letters):
        return UNKNOWN
    if not arrow:
        output = "".join(letter for letter in inputs if inputs.count(letter) == 1)
    scores = []
    for index, left in enumerate(operands):
        for other in range(index + 1, len(operands)):
            pair = (left, operands[other])
            names = (letters[index], letters[other])
            if _contracts_features(run, pair, names, output):
                mine, theirs = _upright(pair[0]), _upright(pair[1])
                paired = all(len(each) > 1 for each in names) and names[0][0] == names[1][0]
                paired = paired and names[0][0] in output
                scores.append(comparing.compare(run, node, mine, theirs, HOW, "dot", paired))
    return comparing.united(scores) if scores else UNKNOWN


def _contracts_features(
    run: Interpreter, pair: tuple[Value, Value], names: tuple[str, str], output: str
) -> bool:
    features = []
    for value, letters in zip(pair, names, strict=True):
        found = sample(run, value)
        if found is None or not letters:
            return False
        upright = not found.transposed or len(letters) < 2
        features.append(letters[-1] if upright else letters[-2])
    return features[0] == features[1] and features[0] not in output


def tensordot(
    run: Interpreter, node: cst.CSTNode, left: Value, right: Value, axes: Value | None
) -> Value:
    """``tensordot(a, b, axes)``: the pairs of axes that are summed over."""
    ours, theirs = sample(run, left), sample(run, right)
    if ours is None or theirs is None:
        return UNKNOWN
    if isinstance(axes, Const) and isinstance(axes.value, int):
        single = ours.rows == "one" and theirs.rows == "one"
        contracted = axes.value == 1 and (single or theirs.transposed or theirs.rows == "one")
    else:
        contracted = _axes_are_features(run, axes, ours, theirs)
    if not contracted:
        return UNKNOWN
    return comparing.compare(run, node, _upright(left), _upright(right), HOW, "dot")


def _axes_are_features(
    run: Interpreter,
    axes: Value | None,
    ours: Embedding | Composite,
    theirs: Embedding | Composite,
) -> bool:
    pairs = containers.items_of(run, axes) if axes is not None else None
    if pairs is None or len(pairs.known) != 2:
        return False
    for value, axis in zip((ours, theirs), pairs.known, strict=True):
        inner = containers.items_of(run, axis)
        place = inner.known[0] if inner is not None and len(inner.known) == 1 else axis
        if not isinstance(place, Const):
            return False
        last = -1 if not value.transposed else -2
        index = {"one": 0, "many": 1}.get(value.rows or "many", 1)
        if place.value not in (last, index if not value.transposed else 0):
            return False
    return True
