"""What the functions of array libraries do to vectors: keep, turn, stack, mix or reduce them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from lint_embed.catalogue import Entry
from lint_embed.provenance import arrays, containers, indexing, products, shapes
from lint_embed.provenance.stacking import mix, stack
from lint_embed.provenance.values.base import UNKNOWN, Value
from lint_embed.provenance.values.callables import Args
from lint_embed.provenance.values.constants import Const, Length
from lint_embed.provenance.values.containers import Dict, Each, Items, Tuple
from lint_embed.provenance.values.imports import Api
from lint_embed.provenance.values.joining import is_opaque
from lint_embed.provenance.values.vectors import (
    Coerced,
    Composite,
    Embedding,
    Filler,
    Pending,
    Rows,
    Score,
)

if TYPE_CHECKING:
    import libcst as cst

    from lint_embed.provenance.interpreter import Interpreter


def apply_array(
    run: Interpreter, value: Api, entry: Entry, args: Args, node: cst.CSTNode
) -> Value | None:
    effect = entry.get("effect")
    handler = EFFECTS.get(effect)
    if handler is None:
        return UNKNOWN
    return handler(run, entry, args, node)


def _chunks(run: Interpreter, entry: Entry, args: Args, node: cst.CSTNode) -> Value:
    """A list of matrices or frames, each with some of the rows."""
    value = operand(entry, args)
    known = isinstance(value, (Embedding, Rows, Dict, Api))
    return Each(Items((), (value,))) if known else UNKNOWN


def operand(entry: Entry, args: Args) -> Value:
    """The array that an operation works on."""
    spec = entry.get("of", [0])
    found = args.find(spec)
    if found is None and args.keywords and not args.positional:
        found = args.keywords[0][1]
    return UNKNOWN if found is None else found


def _keep(run: Interpreter, entry: Entry, args: Args, node: cst.CSTNode) -> Value:
    return arrays.kept(run, operand(entry, args), node)


def _transpose(run: Interpreter, entry: Entry, args: Args, node: cst.CSTNode) -> Value:
    found = operand(entry, args)
    if entry.get("axes") is not None and not _swaps(args.find(entry.get("axes"))):
        return found
    return shapes.transposed(run, found)


def _flatten(run: Interpreter, entry: Entry, args: Args, node: cst.CSTNode) -> Value:
    """``x.flatten()``, ``x.reshape(-1)``, ``x.squeeze()``: the rows are, or may be, one."""
    found = arrays.kept(run, operand(entry, args), node)
    if isinstance(found, Rows):
        return _side_by_side(found, args)
    if not isinstance(found, Embedding) or found.rows != "many" or found.tokens:
        return found
    if not _is_flat(args):
        return found
    return replace(found, rows=None)


def _is_flat(args: Args) -> bool:
    """Whether all that there is becomes one row: ``x.flatten()``, ``x.reshape(-1)``."""
    shape = args.positional[1:]
    one = not shape or (len(shape) == 1 and shape[0] in (Const(-1), Tuple((Const(-1),))))
    return one and not args.keywords


def _side_by_side(value: Rows, args: Args) -> Value:
    """``stacked.reshape(1, -1)``: rows of several models, one after another."""
    shape = args.positional[1:]
    given = shape[0].items if len(shape) == 1 and isinstance(shape[0], Tuple) else shape
    if args.keywords or given != (Const(1), Const(-1)):
        return value
    one = all(isinstance(part, Embedding) and part.rows != "many" for part in value.each)
    return Composite(value.each) if one else UNKNOWN


def _axes_of(args: Args) -> int | None:
    """How many axes an array of constants is made with: ``zeros((n, 384))``, ``zeros(n, 384)``."""
    shape = args.positional[0] if args.positional else args.keyword("shape") or args.keyword("size")
    if isinstance(shape, Tuple):
        return len(shape.items)
    sizes = [isinstance(part, Length) or _is_number(part) for part in args.positional]
    return len(sizes) if all(sizes) or any(sizes[1:]) else None


def _is_number(value: Value) -> bool:
    return isinstance(value, Const) and type(value.value) is int


def _swaps(axes: Value | None) -> bool:
    """Whether a permutation of axes moves the last one (unknown: assume so)."""
    if not isinstance(axes, Tuple):
        return True
    last = axes.items[-1] if axes.items else None
    return not (isinstance(last, Const) and last.value in (-1, len(axes.items) - 1))


def _stack(run: Interpreter, entry: Entry, args: Args, node: cst.CSTNode) -> Value:
    parts: Value = Tuple(args.positional) if entry.get("separate") else operand(entry, args)
    axis = args.find(entry.get("axis", ()))
    place = axis.value if isinstance(axis, Const) else entry.get("axis_default", 0)
    if axis is not None and not isinstance(axis, Const):
        return UNKNOWN
    return stack(run, node, parts, place, bool(entry.get("new_axis")))


def _concat(run: Interpreter, entry: Entry, args: Args, node: cst.CSTNode) -> Value:
    parts: Value = Tuple(args.positional) if entry.get("separate") else operand(entry, args)
    return stack(run, node, parts, -1, new_axis=False)


def _mix(run: Interpreter, entry: Entry, args: Args, node: cst.CSTNode) -> Value:
    operands = [args.find(spec) for spec in entry.get("between", ([0], [1]))]
    present = [part for part in operands if part is not None]
    if len(present) == 2:
        return mix(run, node, present[0], present[1], entry.get("op", "add"))
    return arrays.reduced(run, operand(entry, args), UNKNOWN, "mean", node)


def _reduce(run: Interpreter, entry: Entry, args: Args, node: cst.CSTNode) -> Value:
    axis = args.find(entry.get("axis", ())) if entry.get("axis") else None
    if axis is None:
        axis = Const(entry.get("axis_default"))
    return arrays.reduced(run, operand(entry, args), axis, entry.get("op"), node)


def _product(run: Interpreter, entry: Entry, args: Args, node: cst.CSTNode) -> Value:
    kind = entry.get("kind", "matmul")
    if kind == "einsum":
        return products.einsum(run, node, args, entry.get("subscripts", [0]))
    found = [args.find(spec) for spec in entry.get("between", ([0], [1]))]
    for index, spec in enumerate(entry.get("transposed", ())):
        turned = args.find(spec)
        if turned is not None and turned != Const(False):
            part = found[index] if turned == Const(True) else None
            found[index] = UNKNOWN if part is None else shapes.transposed(run, part)
    left, right = (UNKNOWN if part is None else part for part in found[:2])
    if kind == "tensordot":
        return products.tensordot(run, node, left, right, args.find(entry.get("axes", ["axes", 2])))
    return products.product(run, node, left, right, kind)


def _norm(run: Interpreter, entry: Entry, args: Args, node: cst.CSTNode) -> Value:
    return arrays.norm_of(run, operand(entry, args))


def _elementwise(run: Interpreter, entry: Entry, args: Args, node: cst.CSTNode) -> Value:
    found = operand(entry, args)
    return found if isinstance(found, (Pending, Score, Coerced)) else UNKNOWN


def _pad(run: Interpreter, entry: Entry, args: Args, node: cst.CSTNode) -> Value:
    found = operand(entry, args)
    if is_opaque(found):
        return indexing.pad_unknown(run, args, node)
    return indexing.padded(run, found, node)


def _unsqueeze(run: Interpreter, entry: Entry, args: Args, node: cst.CSTNode) -> Value:
    """A new axis; behind the features it makes columns of the vectors."""
    found = arrays.kept(run, operand(entry, args), node)
    axis = args.find(entry.get("axis", ["dim", "axis", 1]))
    if isinstance(found, Embedding) and isinstance(axis, Const):
        last = 1 if found.rows == "one" else 2
        if axis.value in (-1, last):
            return replace(found, transposed=True)
    return found


def _inplace(run: Interpreter, entry: Entry, args: Args, node: cst.CSTNode) -> Value:
    return Const(None)


def _batches(run: Interpreter, entry: Entry, args: Args, node: cst.CSTNode) -> Value:
    """Rows in batches: an iteration gives several rows of a matrix at a time."""

    def several(part: Value) -> Value:
        if isinstance(part, Embedding):
            return replace(
                part, rows={"one": "many", "scalar": None}.get(part.rows or "", part.rows)
            )
        if isinstance(part, Tuple):
            return Tuple(tuple(several(item) for item in part.items))
        return part

    found = operand(entry, args)
    batch = found if isinstance(found, Embedding) else several(containers.element(run, found))
    return Each(Items((), (batch,)))


def _zip(run: Interpreter, entry: Entry, args: Args, node: cst.CSTNode) -> Value:
    """The elements of the arguments side by side."""
    row = tuple(containers.element(run, part) for part in args.positional)
    return Each(Items((), (Tuple(row),)))


def _new_list(run: Interpreter, entry: Entry, args: Args, node: cst.CSTNode) -> Value:
    """A sequence of its own (a deque, a queue) with the given items, or empty."""
    found = args.find(entry.get("of", ()))
    items = containers.items_of(run, found) if found is not None else Items()
    if items is None:
        items = Items((), (containers.element(run, found),)) if found is not None else Items()
    return containers.new_list(run, node, items)


EFFECTS: dict[str, Callable[[Interpreter, Entry, Args, cst.CSTNode], Value]] = {
    "keep": _keep,
    "flatten": _flatten,
    "transpose": _transpose,
    "stack": _stack,
    "concat": _concat,
    "mix": _mix,
    "reduce": _reduce,
    "product": _product,
    "norm": _norm,
    "elementwise": _elementwise,
    "pad": _pad,
    "unsqueeze": _unsqueeze,
    "inplace": _inplace,
    "each": lambda run, entry, args, node: UNKNOWN if args.open else Tuple(args.positional),
    "chunks": _chunks,
    "split": lambda run, entry, args, node: Tuple(
        tuple(part for value in args.positional for part in (value, value))
    ),
    "zip": _zip,
    "batches": _batches,
    "list": _new_list,
    "filler": lambda run, entry, args, node: Filler(_axes_of(args)),
}
