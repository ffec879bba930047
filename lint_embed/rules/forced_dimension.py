"""Vectors are cut or padded so that lengths of different spaces fit.

## What it does
Finds vectors that are cut or padded before they meet vectors of another model, and,
where the models are not known, two vectors that are both brought to a common length
computed from the two before a cosine similarity.

## Why is this bad
Two vectors of different lengths never come from one space. The error about their
shapes was the only sign of the mistake; cutting or padding hides it, and the
comparison afterwards returns numbers that mean nothing.

## Example
```python
import numpy as np
from sentence_transformers import SentenceTransformer

a = SentenceTransformer("all-MiniLM-L6-v2").encode("a cat")
b = SentenceTransformer("all-mpnet-base-v2").encode("a dog")
n = min(len(a), len(b))
print(np.dot(a[:n], b[:n]))
```

## Use instead
```python
import numpy as np
from sentence_transformers import SentenceTransformer

model = SentenceTransformer("all-mpnet-base-v2")
print(np.dot(model.encode("a cat"), model.encode("a dog")))
```
"""

from __future__ import annotations

from lint_embed.findings import Certainty, Finding
from lint_embed.provenance.meetings import Meeting, Relation
from lint_embed.provenance.values.vectors import Coercion
from lint_embed.rules.wording import Judge, length_of

CODE = "VEC302"
NAME = "forced-dimension"

WORDS = {
    "cut": "cuts",
    "index": "cuts",
    "pad": "pads",
    "zip": "cuts (zip stops at the shorter one)",
}


def check(meeting: Meeting, judge: Judge) -> Finding | None:
    """Judges a coercion that made a meeting of different spaces possible."""
    if meeting.kind == "coerce":
        return _unresolved(meeting, judge)
    if meeting.relation is not Relation.MODEL:
        return None
    for side, other in (meeting.sides, meeting.sides[::-1]):
        coercion = side.coercion
        if coercion is not None and _forces(coercion, length_of(side), length_of(other)):
            break
    else:
        return None
    message = (
        f"{WORDS[coercion.how]} vectors of {judge.model(side, meeting)} to fit those of "
        f"{judge.model(other, meeting)}: vectors of different lengths come from different "
        "spaces; this only hides the error that would have shown it"
    )
    return judge.finding(CODE, NAME, meeting, message, site=coercion.site, silent=True)


def _forces(coercion: Coercion, own: int | None, other: int | None) -> bool:
    """Whether a coercion is one of the feature axis, made for the other side."""
    if coercion.how == "zip":
        return own is not None and other is not None and own != other
    if coercion.length is not None and not coercion.sure:
        return coercion.length == other
    return coercion.sure or coercion.length is None


def _unresolved(meeting: Meeting, judge: Judge) -> Finding | None:
    first, second = meeting.coercions[:2]
    names = f"'{first.source}' and '{second.source}'"
    message = (
        f"{WORDS[first.how]} {names} to a common length to compare them: vectors of different "
        "lengths come from different spaces; encode both sides with one model"
    )
    return judge.finding(
        CODE, NAME, meeting, message, site=first.site, certainty=Certainty.LIKELY, silent=True
    )
