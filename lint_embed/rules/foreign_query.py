"""A store is queried with another space than it was filled with.

## What it does
Finds queries of a vector store, an index or a fitted neighbour search whose vectors come
from another model than those inside, including collections that are opened again
without their embedding function, so that the library's default model embeds the query.

## Why is this bad
The store cannot know which model made its vectors. When the lengths agree it answers
with neighbours that mean nothing, and retrieval quietly returns the wrong documents.

## Example
```python
import faiss
from sentence_transformers import SentenceTransformer

index = faiss.IndexFlatIP(384)
index.add(SentenceTransformer("all-MiniLM-L6-v2").encode(["a cat", "a dog"]))

query = SentenceTransformer("paraphrase-MiniLM-L6-v2").encode(["which animal?"])
print(index.search(query, 1))
```

## Use instead
```python
import faiss
from sentence_transformers import SentenceTransformer

model = SentenceTransformer("all-MiniLM-L6-v2")
index = faiss.IndexFlatIP(384)
index.add(model.encode(["a cat", "a dog"]))

print(index.search(model.encode(["which animal?"]), 1))
```
"""

from __future__ import annotations

from lint_embed.findings import Finding
from lint_embed.provenance.meetings import Meeting, Relation
from lint_embed.rules.wording import Judge, consequence, is_silent

CODE = "VEC201"
NAME = "foreign-query"


def check(meeting: Meeting, judge: Judge) -> Finding | None:
    """Judges a query of a store that holds another model's vectors."""
    if meeting.kind != "query" or meeting.relation not in (Relation.MODEL, Relation.VARIANT):
        return None
    asked, held = (judge.model(side, meeting) for side in meeting.sides)
    message = (
        f"queries {meeting.how} with vectors of {asked}, but it was filled with {held}: "
        f"{consequence(meeting)}; query with the model that filled it"
    )
    return judge.finding(CODE, NAME, meeting, message, silent=is_silent(meeting))
