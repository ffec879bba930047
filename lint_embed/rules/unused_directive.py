"""A comment or setting of lint-embed serves nothing, or can't be understood.

## What it does
Finds `# lint-embed: ignore` comments and `# noqa: VEC...` that silence no finding,
`# lint-embed: space=` where nothing is assigned or the space is known already, and
`# lint-embed: ...` comments that cannot be understood. A run over all Python files of a
project also finds declared vectors that meet no others, and entries of `aligned` in the
configuration of which no two models meet.

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
