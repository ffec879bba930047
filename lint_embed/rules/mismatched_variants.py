"""Vectors of one model meet in different variants.

## What it does
Finds vectors of the same model that meet although they were made with another output
dimension, revision, layer, tower or pooling.

## Why is this bad
A model's vectors only fit each other when they were made in the same way. Another
revision has other weights, a CLS token is not a mean over the tokens, and the
un-projected output of a tower is not its projection. Cut to different lengths they
cannot be compared at all.

## Example
```python
from sentence_transformers import SentenceTransformer, util

documents = SentenceTransformer("nomic-ai/nomic-embed-text-v1.5", truncate_dim=256)
queries = SentenceTransformer("nomic-ai/nomic-embed-text-v1.5", truncate_dim=512)
print(util.cos_sim(queries.encode("cat"), documents.encode(["a cat"])))
```

## Use instead
```python
from sentence_transformers import SentenceTransformer, util

model = SentenceTransformer("nomic-ai/nomic-embed-text-v1.5", truncate_dim=256)
print(util.cos_sim(model.encode("cat"), model.encode(["a cat"])))
```
"""

from __future__ import annotations

from lint_embed.findings import Finding
from lint_embed.provenance.meetings import Meeting, Relation
from lint_embed.rules.wording import Judge, is_silent

CODE = "VEC102"
NAME = "mismatched-variants"


def check(meeting: Meeting, judge: Judge) -> Finding | None:
    """Judges a meeting of two variants of one model."""
    if meeting.kind not in ("compare", "mix") or meeting.relation is not Relation.VARIANT:
        return None
    ours, theirs = (dict(side.space.variant) for side in meeting.sides)
    names = sorted(name for name in {*ours, *theirs} if ours.get(name) != theirs.get(name))
    differences = ", ".join(
        f"{name} {ours.get(name, 'as by default')} and {theirs.get(name, 'as by default')}"
        for name in names
    )
    left = judge.model(meeting.sides[0], meeting)
    message = (
        f"brings together vectors of {left} made in different ways ({differences}): "
        "they do not fit; make both sides alike"
    )
    return judge.finding(CODE, NAME, meeting, message, silent=is_silent(meeting))
