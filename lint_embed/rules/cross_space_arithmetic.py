"""Vectors of different models are added, averaged or subtracted.

## What it does
Finds sums, means, weighted sums and differences of vectors of two models whose spaces
are not known to be aligned.

## Why is this bad
The sum of two vectors only means something when their axes do. An "ensemble" that
averages the vectors of two models, or adds an image vector to a text vector of an
unrelated model, lies in no space at all, and every search with it returns noise.

## Example
```python
from sentence_transformers import SentenceTransformer

small = SentenceTransformer("all-MiniLM-L6-v2").encode("a cat")
other = SentenceTransformer("paraphrase-MiniLM-L6-v2").encode("a cat")
ensemble = (small + other) / 2
```

## Use instead
```python
import numpy as np
from sentence_transformers import SentenceTransformer

small = SentenceTransformer("all-MiniLM-L6-v2").encode("a cat")
other = SentenceTransformer("paraphrase-MiniLM-L6-v2").encode("a cat")
ensemble = np.concatenate([small, other])
```

Or compare within each space and combine the scores.
"""

from __future__ import annotations

from lint_embed.findings import Finding
from lint_embed.provenance.meetings import Meeting, Relation
from lint_embed.rules.wording import Judge, consequence, is_silent

CODE = "VEC301"
NAME = "cross-space-arithmetic"


def check(meeting: Meeting, judge: Judge) -> Finding | None:
    """Judges an element-wise mix of two different models."""
    if meeting.kind != "mix" or meeting.relation is not Relation.MODEL:
        return None
    left, right = (judge.model(side, meeting) for side in meeting.sides)
    message = (
        f"takes the {meeting.how} of vectors of {left} and {right}: {consequence(meeting)}; "
        "combine scores, or put the vectors side by side"
    )
    return judge.finding(CODE, NAME, meeting, message, silent=is_silent(meeting))
