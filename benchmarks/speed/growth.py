"""Made projects, files and call chains that grow: is the time a straight line?"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.processes import LINTER, run

FILES = (1_000, 2_000, 4_000, 8_000, 16_000)
LINES = (1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 64_000)
DEPTHS = (10, 30, 100, 300, 1_000)
EVERY = 10
"""Of so many files of a made project one works with vectors."""

HELPER = """\
import numpy as np


def cosine(a, b):
    return np.dot(a, b) / (np.linalg.norm(a) * np.linalg.norm(b))
"""

SERVICE = """\
from sentence_transformers import SentenceTransformer

from project.helper import cosine
from project.part{group}.plain{near} import clean


class Search:
    def __init__(self):
        self.model = SentenceTransformer("all-MiniLM-L6-v2")
        self.other = SentenceTransformer("{model}")

    def score(self, text, query):
        return cosine(self.model.encode(clean(text)), self.other.encode(clean(query)))
"""

PLAIN = """\
import re


def clean(text):
    words = re.findall(r"[a-z]+", text.lower())
    return " ".join(word for word in words if len(word) > {number})


class Record{number}:
    def __init__(self, name, size={number}):
        self.name = name
        self.size = size

    def larger(self, other):
        return self.size > other.size
"""

PIECE = """\
def search{number}(texts, query):
    model = SentenceTransformer("all-MiniLM-L6-v2")
    other = SentenceTransformer("{model}")
    rows = [model.encode(text) for text in texts]
    question = other.encode(query)
    best = max(rows, key=lambda row: np.dot(row, rows[0]))
    if len(texts) > {number}:
        return util.cos_sim(best, question)
    return None

"""


def project(folder: Path, count: int) -> None:
    """Writes ``count`` files: one in ten compares vectors, half of those of two models."""
    package = folder / "project"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "helper.py").write_text(HELPER)
    for number in range(count - 2):
        group = number // 100
        part = package / f"part{group}"
        part.mkdir(exist_ok=True)
        if number % EVERY:
            (part / f"plain{number}.py").write_text(PLAIN.format(number=number))
            continue
        model = "paraphrase-MiniLM-L6-v2" if number // EVERY % 2 else "all-MiniLM-L6-v2"
        text = SERVICE.format(group=group, near=number + 1, model=model)
        (part / f"search{number}.py").write_text(text)


def long_file(folder: Path, count: int) -> None:
    """Writes one file of about ``count`` lines; every other function is a mistake."""
    pieces = ["import numpy as np\nfrom sentence_transformers import SentenceTransformer, util\n\n"]
    for number in range(count // (PIECE.count("\n"))):
        model = "paraphrase-MiniLM-L6-v2" if number % 2 else "all-MiniLM-L6-v2"
        pieces.append(PIECE.format(number=number, model=model))
    (folder / "main.py").write_text("\n".join(pieces))


def chain(folder: Path, depth: int) -> None:
    """Writes functions each of which hands two vectors to the next; the last compares them."""
    lines = ["import numpy as np", "from sentence_transformers import SentenceTransformer", ""]
    lines += ["def step0(a, b):", "    return np.dot(a, b)", ""]
    for number in range(1, depth):
        lines += [f"def step{number}(a, b):", f"    return step{number - 1}(a, b)", ""]
    lines += [
        "model = SentenceTransformer('all-MiniLM-L6-v2')",
        "other = SentenceTransformer('paraphrase-MiniLM-L6-v2')",
        f"print(step{depth - 1}(model.encode('a'), other.encode('b')))",
        "",
    ]
    (folder / "main.py").write_text("\n".join(lines))


@dataclass(frozen=True, slots=True)
class Growth:
    """A kind of made code: what is counted, how it is written, in which sizes."""

    title: str
    unit: str
    write: Callable[[Path, int], None]
    sizes: Sequence[int]


KINDS = (
    Growth("Projects", "files", project, FILES),
    Growth("One file", "lines", long_file, LINES),
    Growth("A chain of calls", "functions", chain, DEPTHS),
)


def tables(limit: float, largest: int | None) -> Iterator[str]:
    """A table in Markdown for each kind, as it is measured."""
    for kind in KINDS:
        yield f"### {kind.title}\n"
        yield f"| {kind.unit} | seconds | memory (MB) | findings | size x | seconds x |"
        yield "| ---: | ---: | ---: | ---: | ---: | ---: |"
        before: tuple[int, float] | None = None
        for size in kind.sizes:
            if largest is not None and size > largest:
                continue
            row, seconds = _row(kind, size, limit, before)
            yield row
            if seconds is None:
                break
            before = (size, seconds)
        yield ""


def _row(
    kind: Growth, size: int, limit: float, before: tuple[int, float] | None
) -> tuple[str, float | None]:
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        kind.write(folder, size)
        command = [*LINTER, "--no-cache", "--jobs", "1", "."]
        done = run(command, folder, limit)
    if done.late or done.status not in (0, 1):
        return f"| {size} | over {limit:.0f} | {done.memory:.0f} | | | |", None
    ratios = " | |"
    if before is not None:
        ratios = f" {size / before[0]:.1f} | {done.processor / before[1]:.1f} |"
    found = len(done.out.splitlines())
    cells = f"| {size} | {done.processor:.2f} | {done.memory:.0f} | {found} |"
    return cells + ratios, done.processor
