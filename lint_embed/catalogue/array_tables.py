"""The tables of array libraries: see ``[[array]]`` in docs/catalogue.md."""

from __future__ import annotations

from collections.abc import Mapping

from lint_embed.catalogue.checks import (
    Check,
    argument,
    boolean,
    choice,
    integer,
    listing,
    one_or_list,
    path,
)
from lint_embed.catalogue.shape import ORIGIN, Table, table


def effect_keys(entry: Mapping[str, object]) -> tuple[str, str] | None:
    """Each effect has keys of its own."""
    effect = str(entry["effect"])
    allowed, required = EFFECTS[effect]
    for key in entry:
        if key not in allowed and key not in _ARRAY_COMMON:
            return key, f"has no meaning with effect {effect!r}"
    missing = next((key for key in required if key not in entry), None)
    return (missing, f"is missing: effect {effect!r} needs it") if missing else None


def operand(value: object) -> str | None:
    """An argument, or ``["*"]``: what the call is given with a star."""
    return None if value == ["*"] else argument(value)


_pair = listing(argument, least=2, most=2)

_AXIS: Mapping[str, Check] = {"axis": argument, "axis_default": integer}
_PARTS: Mapping[str, Check] = {**_AXIS, "new_axis": boolean, "separate": boolean}
_ARRAY_COMMON = frozenset({"call", "effect", "of", *ORIGIN})

# effect -> (its own keys, those of them that it can't do without)
EFFECTS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "keep": ((), ()),
    "transpose": (("axes",), ()),
    "stack": (tuple(_PARTS), ()),
    "concat": (("axis", "axis_default", "separate"), ()),
    "mix": (("between", "op"), ("between", "op")),
    "reduce": (("axis", "axis_default", "op"), ("op",)),
    "product": (("between", "kind", "subscripts", "axes", "transposed"), ("between", "kind")),
    "norm": (tuple(_AXIS), ()),
    "elementwise": (("op",), ()),
    "pad": ((), ()),
    "unknown": ((), ()),
    "inplace": ((), ()),
    "fit": (("between",), ()),
    "unsqueeze": (("axis",), ()),
    "each": ((), ()),
    "split": ((), ()),
    "chunks": ((), ()),
    "flatten": ((), ()),
    "zip": ((), ()),
    "batches": ((), ()),
    "list": ((), ()),
    "filler": ((), ()),
}
_OPS = ("add", "subtract", "multiply", "mean", "sum", "max", "square", "abs", "sqrt", "power")
EFFECT_OPS: Mapping[str, tuple[str, ...]] = {
    "mix": ("add", "subtract", "multiply"),
    "reduce": ("mean", "sum", "max"),
    "elementwise": ("square", "abs", "sqrt", "power"),
}


def effect_op(entry: Mapping[str, object]) -> tuple[str, str] | None:
    """``op`` is one that the effect has."""
    effect = str(entry["effect"])
    if "op" not in entry:
        return None
    trouble = choice(*EFFECT_OPS.get(effect, ()))(entry["op"])
    return ("op", f"{trouble} (effect {effect!r})") if trouble else None


ARRAY_TABLES: Mapping[str, Table] = {
    "array": table(
        {
            "call": one_or_list(path),
            "effect": choice(*EFFECTS),
            "of": operand,
            **_PARTS,
            "between": _pair,
            "op": choice(*_OPS),
            "kind": choice("matmul", "batched", "dot", "inner", "einsum", "tensordot"),
            "subscripts": argument,
            "axes": argument,
            "transposed": _pair,
        },
        ("call", "effect"),
        effect_keys,
        effect_op,
    ),
}
