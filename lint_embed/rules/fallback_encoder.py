"""When one model fails, another one's vectors take its place.

## What it does
Finds code that encodes with one model and, in an `except`, with another, when both
results go into the same store or meet the same vectors. A store that outlives the program
is also reported when the model is only chosen once, by a failure or by the
environment or a configuration file of the project.

## Why is this bad
The failure is silent: from then on vectors of two spaces stand side by side, and
every comparison between them returns noise. Nothing tells which vectors are which.

## Example
```python
import faiss
from openai import OpenAI
from sentence_transformers import SentenceTransformer

index = faiss.IndexFlatIP(384)


def embed(text):
    try:
        client = OpenAI()
        answer = client.embeddings.create(
            model="text-embedding-3-small", input=text, dimensions=384
        )
        return answer.data[0].embedding
    except OSError:
        return SentenceTransformer("all-MiniLM-L6-v2").encode(text)


index.add(embed("a cat"))
```

## Use instead
```python
import faiss
from sentence_transformers import SentenceTransformer

model = SentenceTransformer("all-MiniLM-L6-v2")
index = faiss.IndexFlatIP(384)
index.add(model.encode(["a cat"]))
```
"""

from __future__ import annotations

from lint_embed.findings import Certainty, Finding
from lint_embed.provenance.meetings import Meeting, Relation
from lint_embed.rules.wording import Judge, consequence, is_silent

CODE = "VEC203"
NAME = "fallback-encoder"


def check(meeting: Meeting, judge: Judge) -> Finding | None:
    """Judges vectors that may be a model's or, after a failure, another one's."""
    if meeting.kind != "fallback" or meeting.relation is not Relation.MODEL:
        return None
    left, right = (judge.model(side, meeting) for side in meeting.sides)
    if any(side.space.fallback for side in meeting.sides):
        message = (
            f"mixes vectors of {left} with those of {right}, one of which only takes the other's "
            f"place after a failure ({meeting.how}): {consequence(meeting)}; let the failure show"
        )
    else:
        chosen = meeting.sides[0].space.chosen | meeting.sides[1].space.chosen
        is_read = any(name.startswith("=") for name in chosen)
        what = "a configuration file" if is_read else "the environment"
        message = (
            f"fills {meeting.how} with vectors of {left} or of {right}, as {what} or a "
            f"failure decides, and keeps those of earlier runs: {consequence(meeting)}; give each "
            "model a store of its own"
        )
    return judge.finding(
        CODE, NAME, meeting, message, certainty=Certainty.LIKELY, silent=is_silent(meeting)
    )
