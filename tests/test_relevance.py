"""What the text tells of a project: which definitions lead to vectors, and which do not."""

from __future__ import annotations

from pathlib import Path

import pytest

from lint_embed.provenance.modules import Project
from lint_embed.relevance import Relevance, Roots, imports, outline

ENCODERS = """\
from sentence_transformers import SentenceTransformer

class Encoder:
    def __init__(self, name):
        self.model = SentenceTransformer(name)

    def embed(self, texts):
        return self.model.encode(texts)

    def rename(self, name):
        self.title = name

class Holder(Encoder):
    pass

def build():
    return Encoder("all-MiniLM-L6-v2")
"""


def roots_of(root: Path, text: str, **others: str) -> Roots:
    """What is to be walked of a file beside ``encoders.py`` and other files."""
    for name, content in {"encoders": ENCODERS, **others}.items():
        (root / f"{name}.py").write_text(content)
    path = root / "main.py"
    path.write_text(text)
    return Relevance(Project(root, lambda path: None)).roots(path, text)


USES = {
    "a call": "from encoders import build\ndef f():\n    return build()\n",
    "a class that is made": "from encoders import Encoder\ndef f():\n    return Encoder('x')\n",
    "a class that is passed on": "from encoders import Encoder\ndef f():\n    return [Encoder]\n",
    "a member of an annotated parameter": (
        "from encoders import Encoder\ndef f(e: Encoder):\n    return e.embed('x')\n"
    ),
    "a member of a module": "import encoders\ndef f():\n    return encoders.build()\n",
    "a name that is looked up": (
        "import encoders\ndef f(name):\n    return getattr(encoders, name)()\n"
    ),
    "a member by way of a star": "from encoders import *\ndef f():\n    return build()\n",
    "a checkpoint for a network": (
        "import torch\ndef f(net, path):\n    net.load_state_dict(torch.load(path))\n"
    ),
    "a checkpoint that is named": "import torch\ndef f():\n    return torch.load('runs/a.pt')\n",
    "a checkpoint in a constant": (
        "import torch\nWEIGHTS = 'runs/a.pt'\ndef f():\n    return torch.load(WEIGHTS)\n"
    ),
    "a common length": (
        "def f(a, b):\n    n = min(len(a), len(b))\n    return cosine(a[:n], b[:n])\n"
    ),
    "a common length of lengths that were read": (
        "def f(emb, other):\n    dim, dims = len(emb), other.shape[0]\n    n = min(dim, dims)\n"
        "    return emb[:n] @ other[:n]\n"
    ),
    "a common length that another function takes": (
        "def fit(a, b):\n    n = max(a.shape[0], b.shape[0])\n    return pad(a, n), pad(b, n)\n"
        "def f(texts):\n    return cosine_similarity(*fit(texts.embedding, texts.query))\n"
    ),
}
OTHERS = {
    "an annotation": "from encoders import Encoder\ndef f(e: 'Encoder', n=1) -> Encoder: ...\n",
    "a nested annotation": (
        "from encoders import Encoder\ndef f(e: dict[str, list[Encoder]] | None = None): ...\n"
    ),
    "a question for the type": (
        "from encoders import Encoder\ndef f(e):\n    return isinstance(e, (str, Encoder))\n"
    ),
    "a name in quotes": "from encoders import build\ndef f():\n    return {'build': 'build'}\n",
    "a name in a text": "from encoders import build\ndef f(n):\n    return f'call build {n}'\n",
    "another object's member": "import encoders\ndef f(node):\n    return node.build, encoders\n",
    "the constructor of a base": (
        "from encoders import Encoder\nclass Other:\n    def __init__(self, e: Encoder):\n"
        "        super().__init__()\n        self.e = e\n"
    ),
    "a checkpoint of no known file": "import torch\ndef f(path):\n    return torch.load(path)\n",
    "a length with a bound": (  # as tokenizers and generation loops do
        "def f(embeddings, max_length):\n    n = min(len(embeddings), max_length)\n"
        "    return cosine(embeddings[:n], 0)\n"
    ),
    "a common length that nothing is compared by": (  # batches that are padded, beside embeddings
        "def f(rows, others):\n    return max(rows.shape[1], others.shape[1])\nEMBEDDING_SIZE = 3\n"
    ),
    "another function of that name": "import torch\ndef f(x):\n    return torch.jit.load(x)\n",
}


@pytest.mark.parametrize("name", USES)
def test_a_use_leads_to_vectors(name: str, tmp_path: Path) -> None:
    assert "f" in roots_of(tmp_path, USES[name]).names


@pytest.mark.parametrize("name", OTHERS)
def test_a_mere_name_does_not(name: str, tmp_path: Path) -> None:
    assert not roots_of(tmp_path, OTHERS[name])


def test_methods_that_lead_to_vectors(tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text(ENCODERS)
    roots = roots_of(tmp_path, ENCODERS)
    assert roots.names >= {"build"}
    assert roots.members["Encoder"] >= {"__init__", "embed"}


# as agents and trainers are written: one method of many makes an encoder
WORKER = """\
from encoders import build

class Worker:
    def run(self, texts):
        model = build()
        return self.start(
            model,
            self.loop,
            name=self.title,
            retries=3,
        )

    def wait(self):
        retries = 5
        return self.loop.close(name, retries)

    def tell(self):
        name = self.title
        return name
"""


def test_arguments_are_no_targets(tmp_path: Path) -> None:
    assert roots_of(tmp_path, WORKER).members == {"Worker": frozenset({"run"})}


HANDED_ON = """\
from encoders import build

class Worker:
    def start(self):
        model = build()
        def inner(
            text,
            name="x",
            by=model,
        ):
            return by.embed(text, name)
        self.inner = inner

    def run(self, text):
        return self.inner(text)

    def tell(self, name):
        return name
"""


def test_a_function_that_takes_an_encoder(tmp_path: Path) -> None:
    """In any line of its parameters."""
    roots = roots_of(tmp_path, HANDED_ON)
    assert roots.members == {"Worker": frozenset({"start", "inner", "run"})}


@pytest.mark.parametrize("end", ["", "\n"])
def test_long_lists_take_no_long(end: str) -> None:
    """A look for targets does not read on to the end of a list from each of its items."""
    assert outline.attributes_set("f(\n" + f"self.a, a.b, {end}" * 100_000 + ")\n") == set()


def test_keywords_of_a_block_bind_nothing(tmp_path: Path) -> None:
    text = "from encoders import build\nif True:\n    app = build(\n        title='x',\n    )\n"
    text += "def f(title):\n    return title\ndef g():\n    return app\n"
    assert roots_of(tmp_path, text).names == {"app", "g"}


def test_only_what_others_see_is_changed(tmp_path: Path) -> None:
    text = "from encoders import build\nimport settings\nseen = {}\nmodel = build()\n"
    text += "def f(rows):\n    rows['a'] = 1\ndef g(row):\n    seen['a'] = row\n"
    text += "def h(row):\n    settings.row = row\n"
    assert roots_of(tmp_path, text).names == {"model", "g", "h"}


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("a = f()\n", ["a"]),
        ("a = b = f(\n    c=1,\n    d=2,\n)\n", ["a", "b"]),
        ("a, (b, *c) = f()\n", ["a", "b", "c"]),
        ("(\n    a,\n    b,\n) = f()\n", ["a", "b"]),
        ("a: dict[str, int] = f(b=1)\n", ["a"]),
        ("f(\n    a=1,\n)\n", []),
        ("a == b\n", []),
        ("a += 1\n", ["a"]),
    ],
)
def test_targets_of_a_line(code: str, names: list[str]) -> None:
    assert outline.targets_of(code) == names


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("self.a, self.b, self.c = f()\n", {"a", "b", "c"}),
        ("(\n    self.a,\n    self.b,\n) = f()\n", {"a", "b"}),
        ("x, self.a = f()\n", {"a"}),
        ("f(\n    self.a,\n    b=self.c,\n)\n", set()),
        ("f(\n    self.a,\n)\nx = 1\n", set()),
        ("self.a.append(1)\n", {"a"}),
        ("self.a['k'] = 1\n", {"a"}),
    ],
)
def test_attributes_that_are_set(code: str, names: set[str]) -> None:
    assert outline.attributes_set(code) == names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ('__all__ = ["a", "b"]\n', ["a", "b"]),
        ('__all__: list[str] = (\n    "a",  # the first "one"\n    "b"\n)\n', ["a", "b"]),
        ('# __all__ is below\n__all__ = ["a"]  # and that is all\n', ["a"]),
        ('__all__ = ["a"]\n__all__ += ["b"]\n', None),
        ('__all__ = ["a"] + other.__all__\n', None),
        ("a = 1\n", None),
    ],
)
def test_lists_of_exports(text: str, names: list[str] | None) -> None:
    assert imports.listed(text) == names


def test_stars_of_stars(tmp_path: Path) -> None:
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "__init__.py").write_text("from .part import *\nown = 1\n_no = 2\n")
    (tmp_path / "package" / "part.py").write_text('__all__ = ["inner"]\ninner = hidden = 1\n')
    relevance = Relevance(Project(tmp_path, lambda path: None))
    assert list(relevance.exports(tmp_path / "package" / "__init__.py") or ()) == ["own", "inner"]
