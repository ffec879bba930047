"""Two findings to render, in a plain file and in a notebook, with their sources."""

from __future__ import annotations

import json
from collections.abc import Sequence

from lint_embed.findings import Certainty, Finding, Place, SpaceNote, Step
from lint_embed.output import FORMATS

SOURCE = """\
from sentence_transformers import SentenceTransformer, util

a = SentenceTransformer("mini").encode("x")
b = SentenceTransformer("é-large").encode("y")

print("é", util.cos_sim(a, b))
"""
MESSAGE = "compares vectors of 'mini' (line 3) with 'é-large' (line 4): they will not fit"
CELL = "from models import a, b\nutil.cos_sim(a, b)"


def place(line: int, column: int, end_column: int, path: str = "a.py", end: int = 0) -> Place:
    return Place(path, None, line, column, end or line, end_column)


MEETING = place(6, 12, 30)
FIRST, SECOND = place(3, 5, 32), place(4, 5, 35)
FINDING = Finding(
    place=MEETING,
    code="VEC101",
    name="cross-space-comparison",
    message=MESSAGE,
    silent=False,
    spaces=(
        SpaceNote("mini", "sentence-transformers", 384, FIRST),
        SpaceNote("é-large", None, None, SECOND),
    ),
    traces=(
        (Step(FIRST, "loads 'mini'"), Step(MEETING, "is compared")),
        (Step(SECOND, "loads 'é-large'"), Step(MEETING, "is compared")),
    ),
    fingerprint="0123456789abcdef",
)
IN_CELL = Finding(
    place=Place("n.ipynb", 2, 2, 1, 2, 19),
    code="VEC202",
    name="mixed-store",
    message="fills, 100%",
    certainty=Certainty.LIKELY,
    fingerprint="fedcba9876543210",
)
BOTH = (FINDING, IN_CELL)


def notebook_text() -> str:
    cells = [
        {"cell_type": "markdown", "metadata": {"x": [1, {"source": ["no"]}]}, "source": ["# é\n"]},
        {"cell_type": "code", "metadata": {}, "source": CELL.splitlines(keepends=True)},
    ]
    return json.dumps({"cells": cells, "nbformat": 4}, indent=1) + "\n"


def lines(path: str, cell: int | None) -> Sequence[str]:
    texts = {
        ("a.py", None): SOURCE,
        ("n.ipynb", None): notebook_text(),
        ("n.ipynb", 2): CELL,
    }
    return texts[path, cell].split("\n") if (path, cell) in texts else []


def rendered(name: str, findings: Sequence[Finding] = BOTH, color: bool = False) -> str:
    return FORMATS[name](findings, lines, color)


#: The line of the notebook's JSON with ``util.cos_sim(a, b)``.
RAW = next(n for n, text in enumerate(notebook_text().split("\n"), 1) if "cos_sim" in text)
