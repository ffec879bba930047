"""Queries are encoded as documents, or documents as queries.

## What it does
Finds queries that are encoded in the document role (`input_type="search_document"`,
`encode_document`, `embed_documents`) by a model that distinguishes the two roles.

## Why is this bad
Such models put a query near the documents that answer it only when each side is
encoded in its own role. The space is the same, so results look plausible, but the
ranking is worse than the model can do.

## Example
```python
from sentence_transformers import SentenceTransformer, util

model = SentenceTransformer("intfloat/multilingual-e5-small")
passages = model.encode_document(["Cats sleep a lot.", "Dogs bark."])
question = model.encode_document("Which animal barks?")
print(util.semantic_search(question, passages))
```

## Use instead
```python
from sentence_transformers import SentenceTransformer, util

model = SentenceTransformer("intfloat/multilingual-e5-small")
passages = model.encode_document(["Cats sleep a lot.", "Dogs bark."])
question = model.encode_query("Which animal barks?")
print(util.semantic_search(question, passages))
```
"""

from __future__ import annotations

from lint_embed.findings import Finding
from lint_embed.provenance.meetings import Meeting
from lint_embed.rules.wording import Judge

CODE = "VEC104"
NAME = "mismatched-roles"


def check(meeting: Meeting, judge: Judge) -> Finding | None:
    """Judges a search in which a side has the other's role."""
    if meeting.kind != "role":
        return None
    asked = judge.model(meeting.sides[0], meeting)
    role, other = (side.role for side in meeting.sides)
    held = "as were the vectors searched" if role == other else f"the vectors searched as a {other}"
    message = (
        f"searches with vectors of {asked} that were encoded in the {role} role, {held}: the "
        "model distinguishes queries from documents; encode each side in its own role"
    )
    return judge.finding(CODE, NAME, meeting, message, silent=True)
