"""A file could not be read or parsed.

## What it does
Reports files that cannot be read, decoded or parsed, notebooks that are broken, and
files whose analysis exceeded its bound. All other files are still linted.

## Why is this bad
Nothing in such a file can be checked.

## Example
```python
def search(query:
    return index.query(query)
```

## Use instead
```python
def search(query):
    return index.query(query)
```
"""

from __future__ import annotations

CODE = "VEC902"
NAME = "unreadable"
