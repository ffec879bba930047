"""Files that only keep vectors are walked when known vectors can get there, and only then."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from lint_embed import workspace
from lint_embed.engine import check
from lint_embed.files import File
from lint_embed.relevance import Relevance
from lint_embed.results import Report
from lint_embed.settings import Options, Settings

INGEST = """\
import faiss
from sentence_transformers import SentenceTransformer

index = faiss.IndexFlatIP(384)
index.add(SentenceTransformer("all-MiniLM-L6-v2").encode(["a"]))
faiss.write_index(index, "docs.faiss")
"""
SAVED = """\
import numpy as np
from sentence_transformers import SentenceTransformer

np.save({path!r}, SentenceTransformer({model!r}).encode(["a"]))
"""

# A service that opens its index when it starts: only the query knows a model.
STARTED = {
    "ingest.py": INGEST,
    "store.py": """\
import faiss


class Store:
    def __init__(self):
        self.index = None

    def load(self, path):
        self.index = faiss.read_index(path)

    def search(self, vector):
        return self.index.search(vector, 5)
""",
    "app.py": """\
from fastapi import FastAPI
from sentence_transformers import SentenceTransformer

from store import Store

app = FastAPI()
store = Store()
model = SentenceTransformer("BAAI/bge-small-en-v1.5")


@app.on_event("startup")
def start():
    store.load("docs.faiss")


@app.get("/")
def search(question: str):
    return store.search(model.encode([question]))
""",
}

# Vectors of two models meet in a file that names none.
FROM_FILES = {
    "documents.py": SAVED.format(path="docs.npy", model="all-MiniLM-L6-v2"),
    "near.py": """\
import numpy as np
from sklearn.neighbors import NearestNeighbors

near = NearestNeighbors().fit(np.load("docs.npy"))
print(near.kneighbors(np.load("queries.npy")))
""",
    "queries.py": SAVED.format(path="queries.npy", model="BAAI/bge-small-en-v1.5"),
}

# What scikit-learn is mostly used for.
TABLES = {
    "train.py": """\
import pandas as pd
from sklearn.linear_model import LogisticRegression

data = pd.read_csv("people.csv")
model = LogisticRegression().fit(data[["age", "height"]], data["weight"])
print(model.predict(data[["age", "height"]]))
""",
}


def write(root: Path, files: Mapping[str, str]) -> Path:
    root.mkdir()
    for name, text in files.items():
        (root / name).write_text(text, encoding="utf-8")
    return root


def lint(root: Path, only: str = "*.py", cache: Path | None = None) -> list[Report]:
    settings = Settings(root=root)
    files = [File(path, path.name, settings) for path in sorted(root.glob(only))]
    return list(check(files, Options(jobs=1, cache_dir=cache)))


def told(reports: list[Report]) -> set[tuple[str, str]]:
    return {(each.path, finding.code) for each in reports for finding in each.findings}


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files that are parsed, as it goes on."""
    names: list[str] = []
    real = workspace.Workspace.parse

    def parse(self: workspace.Workspace, path: Path, *rest: object) -> object:
        names.append(path.name)
        return real(self, path, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(workspace.Workspace, "parse", parse)
    return names


@pytest.mark.parametrize(
    ("files", "found"),
    [(STARTED, {("app.py", "VEC201")}), (FROM_FILES, {("near.py", "VEC201")})],
    ids=["started", "from files"],
)
def test_known_vectors_wake_the_stores(
    files: Mapping[str, str], found: set[tuple[str, str]], tmp_path: Path
) -> None:
    assert told(lint(write(tmp_path / "project", files))) == found


def test_a_file_alone_is_seen_with_its_project(tmp_path: Path) -> None:
    root = write(tmp_path / "project", FROM_FILES)
    assert told(lint(root, "near.py")) == {("near.py", "VEC201")}


def test_stores_that_nobody_fills_are_not_parsed(tmp_path: Path, parsed: list[str]) -> None:
    assert told(lint(write(tmp_path / "project", TABLES))) == set()
    assert parsed == []


def test_a_project_without_stores_is_looked_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def wide(self: Relevance) -> Relevance:
        raise AssertionError("looked at for stores too")

    monkeypatch.setattr(Relevance, "wide", wide)
    files = {
        "models.py": (
            "from sentence_transformers import SentenceTransformer\n"
            "small = SentenceTransformer('all-MiniLM-L6-v2')\n"
            "bge = SentenceTransformer('BAAI/bge-small-en-v1.5')\n"
        ),
        "app.py": (
            "from sentence_transformers import util\n"
            "from models import bge, small\n\n\n"
            "def score(a, b):\n"
            "    return util.cos_sim(small.encode(a), bge.encode(b))\n"
        ),
    }
    assert told(lint(write(tmp_path / "project", files))) == {("app.py", "VEC101")}


def test_what_was_kept_does_not_hide_them(tmp_path: Path) -> None:
    root, cache = write(tmp_path / "project", FROM_FILES), tmp_path / "cache"
    queries = root / "queries.py"
    text = queries.read_text("utf-8")
    queries.write_text("print('nothing yet')\n", encoding="utf-8")
    assert told(lint(root, cache=cache)) == set()
    queries.write_text(text, encoding="utf-8")
    for _ in range(2):
        assert told(lint(root, cache=cache)) == {("near.py", "VEC201")}
        (root / "other.py").write_text("print('another file')\n", encoding="utf-8")
