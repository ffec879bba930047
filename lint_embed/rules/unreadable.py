"""A file could not be read or parsed.

## What it does
Reports files that cannot be read or decoded (pipes, devices and sockets are never read),
notebooks that are broken, files in which embeddings play a part and that cannot be parsed,
and files whose analysis exceeded its bound. All other files are still linted.

## Why is this bad
Nothing in such a file can be checked.

## Example
```python
from sentence_transformers import SentenceTransformer


def encode(texts:
    return SentenceTransformer("all-MiniLM-L6-v2").encode(texts)
```

## Use instead
```python
from sentence_transformers import SentenceTransformer


def encode(texts):
    return SentenceTransformer("all-MiniLM-L6-v2").encode(texts)
```
"""

from __future__ import annotations

CODE = "VEC902"
NAME = "unreadable"
