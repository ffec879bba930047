"""Vectors of before a training meet vectors of after it.

## What it does
Finds vectors that meet although the encoder was trained or fitted again between the
two calls that made them.

## Why is this bad
Training moves every point of the space, and fitting a vectorizer or a projection again
lays out new axes. Vectors that were made before no longer fit those made afterwards,
although they have the same length and come from the same object.

## Example
```python
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics.pairwise import cosine_similarity

vectorizer = TfidfVectorizer(max_features=1000)
documents = vectorizer.fit_transform(["a cat", "a dog"])
query = vectorizer.fit_transform(["which animal?"])
print(cosine_similarity(query, documents))
```

## Use instead
```python
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics.pairwise import cosine_similarity

vectorizer = TfidfVectorizer(max_features=1000)
documents = vectorizer.fit_transform(["a cat", "a dog"])
query = vectorizer.transform(["which animal?"])
print(cosine_similarity(query, documents))
```
"""

from __future__ import annotations

from lint_embed.findings import Finding
from lint_embed.provenance.meetings import Meeting, Relation
from lint_embed.rules.wording import Judge

CODE = "VEC103"
NAME = "stale-embeddings"


def check(meeting: Meeting, judge: Judge) -> Finding | None:
    """Judges a meeting of two trainings of one encoder."""
    if meeting.relation is not Relation.VERSION:
        return None
    left = judge.model(meeting.sides[0], meeting)
    message = (
        f"brings together vectors of {left} made before and after it was trained or fitted "
        "again: they no longer fit; make both sides with the encoder as it is now"
    )
    return judge.finding(CODE, NAME, meeting, message, silent=True)
