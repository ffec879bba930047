"""Vectors of different models are compared.

## What it does
Finds similarities, distances and dot products between vectors of two models whose
embedding spaces are not known to be aligned.

## Why is this bad
Every model lays out its space in its own way: the axes of one have nothing to do with
those of another. Two models can produce vectors of the same length; comparing them
raises no error and returns numbers that look right and mean nothing.

## Example
```python
from sentence_transformers import SentenceTransformer, util

documents = SentenceTransformer("all-MiniLM-L6-v2").encode(["a cat", "a dog"])
query = SentenceTransformer("paraphrase-MiniLM-L6-v2").encode("which animal?")
print(util.cos_sim(query, documents))
```

## Use instead
```python
from sentence_transformers import SentenceTransformer, util

model = SentenceTransformer("all-MiniLM-L6-v2")
documents = model.encode(["a cat", "a dog"])
query = model.encode("which animal?")
print(util.cos_sim(query, documents))
```

If the two models share a space by design, declare it:
`aligned = [["model-a", "model-b"]]` in `[tool.lint-embed]`. What counts as evidence that
two models were trained together: [evidence.md](evidence.md).
"""

from __future__ import annotations

from lint_embed.findings import Finding
from lint_embed.provenance.meetings import Meeting, Relation
from lint_embed.rules.wording import Judge, consequence, is_silent

CODE = "VEC101"
NAME = "cross-space-comparison"


def check(meeting: Meeting, judge: Judge) -> Finding | None:
    """Judges a comparison of two different models."""
    if meeting.kind != "compare" or meeting.relation is not Relation.MODEL:
        return None
    left, right = (judge.model(side, meeting) for side in meeting.sides)
    message = (
        f"compares vectors of {left} with {right}: {consequence(meeting)}; "
        "encode both sides with one model"
    )
    return judge.finding(CODE, NAME, meeting, message, silent=is_silent(meeting))
