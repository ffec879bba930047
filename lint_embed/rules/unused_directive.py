"""A comment silences nothing, or can't be understood.

## What it does
Finds `# lint-embed: ignore` comments and `# noqa: VEC...` that silence no finding, and
`# lint-embed: ...` comments that cannot be understood.

## Why is this bad
A directive that is no longer needed hides the next mistake on its line, and tells
readers of a problem that is not there.

## Example
```python
total = 1 + 1  # lint-embed: ignore[cross-space-comparison]
```

## Use instead
```python
total = 1 + 1
```
"""

from __future__ import annotations

CODE = "VEC901"
NAME = "unused-directive"
