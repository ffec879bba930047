"""The files of a project around those that are linted: which there are, which speak of what."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from lint_embed.configuration import SKIPPED


def python_files(root: Path) -> Iterator[Path]:
    """The Python files below a folder, for context; hidden and vendored folders aside."""
    for folder, names, files in os.walk(root):
        names[:] = sorted(n for n in names if n not in SKIPPED and not n.startswith("."))
        for name in sorted(files):
            if name.endswith((".py", ".ipynb")):
                yield Path(folder, name)


def spelled(names: Iterable[str]) -> re.Pattern[str]:
    """Finds texts of a program that are, or end a path in, one of the names.

    Of a path that is put together the last part is likely to be written out; a table stands
    in the text of a statement.
    """
    parts = {re.escape(name.rstrip("/").rpartition("/")[2] or name) for name in names}
    words = "|".join(sorted(parts))
    return re.compile(
        rf"(?<=[\"'/\\}}])(?:{words})(?=[\"'/\\{{])"
        rf"|\b(?i:into|from|update)\s+[\w.\"]*(?:{words})\b"
    )
