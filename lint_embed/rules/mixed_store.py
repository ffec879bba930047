"""One store, index or array of rows is filled from different spaces.

## What it does
Finds rows of different models that are stacked into one array which then is searched
or compared, and stores that are filled with vectors of different models.

## Why is this bad
A search ranks all rows of an index by their distance to the query. Rows of another
model have distances too, but these mean nothing: they push true neighbours out of the
result or slip into it.

## Example
```python
import numpy as np
from sentence_transformers import SentenceTransformer
from sklearn.metrics.pairwise import cosine_similarity

old = SentenceTransformer("all-MiniLM-L6-v2")
new = SentenceTransformer("paraphrase-MiniLM-L6-v2")
rows = np.vstack([old.encode(["a cat"]), new.encode(["a dog"])])
print(cosine_similarity(rows))
```

## Use instead
```python
import numpy as np
from sentence_transformers import SentenceTransformer
from sklearn.metrics.pairwise import cosine_similarity

model = SentenceTransformer("paraphrase-MiniLM-L6-v2")
rows = np.vstack([model.encode(["a cat"]), model.encode(["a dog"])])
print(cosine_similarity(rows))
```
"""

from __future__ import annotations

from lint_embed.findings import Finding
from lint_embed.provenance.meetings import Meeting, Relation
from lint_embed.rules.wording import Judge, consequence, is_silent

CODE = "VEC202"
NAME = "mixed-store"


def check(meeting: Meeting, judge: Judge) -> Finding | None:
    """Judges rows of different models in one array or store."""
    if meeting.kind not in ("stack", "fill") or meeting.relation is not Relation.MODEL:
        return None
    left, right = (judge.model(side, meeting) for side in meeting.sides)
    what = "stacks vectors" if meeting.kind == "stack" else f"fills {meeting.how} with vectors"
    message = f"{what} of {left} and {right}: {consequence(meeting)}; encode all with one model"
    return judge.finding(CODE, NAME, meeting, message, silent=is_silent(meeting))
