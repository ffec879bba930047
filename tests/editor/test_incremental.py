"""A check over what was kept of the last one finds what a check from nothing finds."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

pytest.importorskip("pygls")

from lint_embed.editor import known, pieces, trees
from lint_embed.editor.analysis import Analysis
from lint_embed.editor.messages import Ask
from lint_embed.editor.questions import answer
from lint_embed.findings import Finding
from lint_embed.provenance.modules import parse
from lint_embed.source import Source

HOUSE = "from sentence_transformers import SentenceTransformer, util\n"
FILES = {
    "models.py": HOUSE
    + "docs_model = SentenceTransformer('all-MiniLM-L6-v2')\n"
    + "query_model = SentenceTransformer('paraphrase-MiniLM-L6-v2')\n"
    + "registry = {}\n\n\n"
    + "def embed(texts):\n    return docs_model.encode(texts)\n",
    "wrap.py": "from models import embed, registry\n\n\n"
    + "class Index:\n    def __init__(self):\n        self.vectors = embed(['a'])\n\n\n"
    + "def get(name):\n    return registry[name]\n",
    "setup_models.py": HOUSE
    + "from models import registry\n"
    + "registry['x'] = SentenceTransformer('paraphrase-MiniLM-L6-v2')\n",
    "store.py": "import numpy as np\nfrom models import embed\nnp.save('docs.npy', embed(['a']))\n",
    "main.py": HOUSE
    + "import numpy as np\n"
    + "import models, wrap, setup_models\n"
    + "from wrap import Index, get\n\n\n"
    + "def near(texts):\n"
    + "    query = models.query_model.encode(texts)\n"
    + "    return util.cos_sim(query, Index().vectors)\n\n\n"
    + "def stored(texts):\n"
    + "    return models.query_model.encode(texts) @ np.load('docs.npy').T\n",
}
EDITS = [
    ("models.py", "paraphrase-MiniLM-L6-v2", "all-MiniLM-L6-v2"),
    ("models.py", "all-MiniLM-L6-v2", "all-MiniLM-L12-v2"),
    ("models.py", "docs_model.encode", "query_model.encode"),
    ("models.py", "registry = {}", "registry = {'x': docs_model}"),
    ("models.py", "def embed(", "def embedded("),
    ("wrap.py", "embed(['a'])", "None"),
    ("wrap.py", "class Index:", "class Indices:"),
    ("wrap.py", "from models import embed, registry", "from models import *"),
    ("setup_models.py", "registry['x'] =", "model ="),
    ("setup_models.py", "from models import registry", "from models import registry, ("),
    ("store.py", "'docs.npy'", "'other.npy'"),
    ("store.py", "np.save", "np.savez"),
    ("main.py", "query = ", "query = query = "),
    ("main.py", "Index().vectors", "Index().vectors.T"),
    ("main.py", "import models, wrap, setup_models", "import models, wrap"),
    ("main.py", "    return util", "    x = (\n    return util"),
    ("main.py", "def near(texts):", "def near(texts):\n    y = '''"),
    ("main.py", "get\n", "get\nget('x').encode(['a']) @ models.docs_model.encode(['b']).T\n"),
]
"""A session: each edit is made, and taken back some time later."""


def shown(analysis: Analysis, path: Path) -> list[tuple[str, Finding]]:
    found = analysis.check(path, typing=False).findings
    return [(each.finding.code, each.finding) for each in found]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'x'\n")
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(trees, "SMALL", 0)
    monkeypatch.setattr(known, "UNSURE_NS", 0)
    return tmp_path


@pytest.mark.parametrize("seed", range(4))
def test_a_session_of_edits(project: Path, seed: int) -> None:
    rnd = random.Random(seed)
    kept = Analysis(lambda message: None)
    texts, revision, told, different = dict(FILES), 1, 0, set()
    for name, text in texts.items():
        kept.update(project / name, text, 1)
    made: list[tuple[str, str, str]] = []
    for _ in range(80):
        name, old, new = rnd.choice(EDITS)
        if made and rnd.random() < 0.2 * len(made):
            name, new, old = made.pop(rnd.randrange(len(made)))
        elif old in texts[name]:
            made.append((name, old, new))
        revision += 1
        texts[name] = texts[name].replace(old, new, 1)
        kept.update(project / name, texts[name], revision)
        fresh = Analysis(lambda message: None)
        for other, text in texts.items():
            fresh.update(project / other, text, revision)
        for other in ("main.py", "store.py", "wrap.py"):
            found, expected = shown(kept, project / other), shown(fresh, project / other)
            broken = [pair for pair in expected if pair[0] == "VEC902"]
            if broken:  # The last good findings stay with the kept one.
                found, expected = [pair for pair in found if pair in broken], broken
            assert found == expected, (seed, revision, name, old, new)
            assert roots(kept, project / other) == roots(fresh, project / other)
            assert hints(kept, project / other) == hints(fresh, project / other)
            told += len(found)
            different.add(str(found))
    assert told > 40 and len(different) > 5, "the session showed nothing"


def roots(analysis: Analysis, path: Path) -> object:
    workspace = analysis.results[path].workspace
    return workspace and workspace.relevance.roots(path)


def hints(analysis: Analysis, path: Path) -> object:
    return answer(analysis, Ask(1, "hints", path))


def test_files_that_come_and_go_on_the_disk(project: Path) -> None:
    kept = Analysis(lambda message: None)
    main = project / "main.py"
    kept.update(main, FILES["main.py"], 1)
    assert [code for code, _ in shown(kept, main)] == ["VEC101", "VEC101"]
    (project / "models").mkdir()
    (project / "models" / "__init__.py").write_text("docs_model = query_model = embed = None\n")
    os.remove(project / "models.py")
    assert shown(kept, main) == []
    os.remove(project / "models" / "__init__.py")
    (project / "models").rmdir()
    (project / "models.py").write_text(FILES["models.py"])
    assert [code for code, _ in shown(kept, main)] == ["VEC101", "VEC101"]
    os.remove(project / "store.py")
    assert [code for code, _ in shown(kept, main)] == ["VEC101"]
    (project / "later.py").write_text(FILES["store.py"])
    assert [code for code, _ in shown(kept, main)] == ["VEC101", "VEC101"]


def test_an_unchanged_project_is_not_read_again(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = Analysis(lambda message: None)
    main = project / "main.py"
    kept.update(main, FILES["main.py"], 1)
    shown(kept, main)
    workspace = kept.results[main].workspace
    assert workspace is not None
    settled = dict(workspace.known.reach.files)
    kept.update(main, FILES["main.py"].replace("query = ", "query = 0 or "), 2)
    shown(kept, main)
    workspace = kept.results[main].workspace
    assert workspace is not None
    # Only the edited file is new: nothing imports it.
    files = workspace.known.reach.files
    new = {path.name for path in files if files[path] is not settled.get(path)}
    assert new == {"main.py"} and len(files) == len(FILES)


@pytest.mark.parametrize("name", FILES)
def test_pieces_by_lines(name: str) -> None:
    text = (
        "# é\n\n\n" + FILES[name] + "\n\n@a\n# b\n@c\ndef f():\n    pass\n  # tail\n# last\nx; y\n"
    )
    module = parse(Path(name), Source(name, text)).tree
    for shape in (text, text.rstrip("\n")):
        module = parse(Path(name), Source(name, shape)).tree
        head, found = pieces.cut(shape, module)
        assert head == "# é\n\n\n"[: len(head)] and len(found) == len(module.body)
        assert [piece.text for piece in found] == [module.code_for_node(n) for n in module.body]
