"""No program makes the work grow faster than its size.

Each case is a program of size n. The work on size 2n, counted in calls of Python functions
rather than in seconds, must be about twice that on size n; and the mistake in the last
lines, which has nothing to do with the rest, must still be found.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from types import FrameType

import pytest

from lint_embed.engine import check
from lint_embed.files import File
from lint_embed.settings import Options, Settings
from lint_embed.workspace import Workspace

LINEAR = 2.6
"""How much more work twice the size may be."""
QUADRATIC = 4.4
"""The same for depth, which Python itself bounds: each level may look at those around it."""

HEAD = """\
import faiss
import numpy as np
import torch
from functools import partial
from sentence_transformers import SentenceTransformer, util

m = SentenceTransformer("all-MiniLM-L6-v2")
other = SentenceTransformer("paraphrase-MiniLM-L6-v2")
v = m.encode("x")
"""
MISTAKE = """\
left = SentenceTransformer("all-MiniLM-L6-v2").encode("x")
right = SentenceTransformer("paraphrase-MiniLM-L6-v2").encode("y")
util.cos_sim(left, right)
"""

Found = list[tuple[str, int]]


def lint(
    files: Mapping[str, str], root: Path, measured: bool = True
) -> tuple[int, dict[str, Found]]:
    """The work done on files, and (code, line) of what was found in each of them."""
    for name, text in files.items():
        (root / name).write_text(text)
    settings = Settings(root=root)
    given = [File(root / name, name, settings) for name in files]
    count = 0

    def counted(frame: FrameType, event: str, argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(counted if measured else before)
    try:
        reports = list(check(given, Options()))
    finally:
        sys.setprofile(before)
    return count, {r.path: [(f.code, f.place.line) for f in r.findings] for r in reports}


def work(program: str, root: Path, measured: bool = True) -> int:
    """The work on a program, whose mistake at the end must be found."""
    text = HEAD + program + MISTAKE
    count, found = lint({"main.py": text}, root, measured)
    assert ("VEC101", text.count("\n")) in found["main.py"]
    assert not any(code == "VEC902" for code, _ in found["main.py"])
    return count


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> int:
    """The work on a program that has the mistake only; it comes with every other."""
    root = tmp_path_factory.mktemp("base")
    work("", root)  # catalogue tables are read once
    return work("", root)


def holds(small: int, large: int, base: int, bound: float = LINEAR) -> None:
    """Fails unless the work is in proportion: ``large`` was done on twice the size."""
    ratio = (large - base) / max(small - base, 1000)
    assert ratio < bound, f"twice the size is {ratio:.1f} times the work"


def repeated(line: str) -> Callable[[int], str]:
    """The line n times, ``#`` being its number."""
    return lambda n: "".join(f"{line}\n".replace("#", str(i)) for i in range(n))


def numbered(n: int, line: str) -> str:
    """The line n times, ``@`` being its number and ``<`` the one before (from 1)."""
    return "".join(
        line.replace("@", str(i)).replace("<", str(i - 1)) + "\n" for i in range(1, n + 1)
    )


# long programs ---------------------------------------------------------------------------

LONG: Mapping[str, tuple[int, Callable[[int], str]]] = {
    "functions": (500, repeated("def f#(x):\n    return x")),
    "functions that embed": (300, repeated("def f#(x):\n    return m.encode(x)")),
    "functions that call the one before": (
        300,
        lambda n: (
            "def f0(x):\n    return m.encode(x)\n"
            + numbered(n, "def f@(x):\n    return f<(x)")
            + f"f{n}('x')\n"
        ),
    ),
    "functions that call the one before twice": (
        150,
        lambda n: (
            "def f0(x):\n    return m.encode(x)\n"
            + numbered(n, "def f@(x):\n    return f<(x) + f<(x)")
            + f"f{n}('x')\nf{n}(m)\n"
        ),
    ),
    "functions that call themselves": (
        200,
        lambda n: (
            "def f0(x):\n    return m.encode(x)\n"
            + numbered(n, "def f@(x):\n    return f@(x) if x else f<(f@(x))")
            + f"f{n}(m)\n"
        ),
    ),
    "functions that call each other": (
        100,
        lambda n: (
            "".join(
                f"def f{i}(x, y):\n    return f{(i + 1) % n}(y, x) if x else f{(i + 7) % n}(x, m)\n"
                for i in range(n)
            )
            + "f0(m, m)\n"
        ),
    ),
    "functions handed on": (
        100,
        lambda n: (
            "def f0(g, x):\n    return g(g(x))\n"
            + numbered(n, "def f@(g, x):\n    return f<(lambda y: f<(g, y), x)")
            + f"f{n}(m.encode, 'x')\n"
        ),
    ),
    "decorators": (
        200,
        lambda n: (
            "def d(f):\n    def inner(*a, **k):\n        return f(*a, **k)\n"
            "    return inner\n" + "@d\n" * n + "def g(x):\n    return m.encode(x)\ng('a')\n"
        ),
    ),
    "branches of one function": (
        300,
        lambda n: (
            "def f(c):\n    w = None\n"
            + "".join(f"    if c == {i}:\n        w = m.encode('a')\n" for i in range(n))
            + "    return w\nf(1)\n"
        ),
    ),
    "branches with a model each": (
        300,
        repeated("if c#:\n    w = SentenceTransformer('org/model-#')"),
    ),
    "one if with many elifs": (
        500,
        lambda n: (
            "if c == -1:\n    w = m\n"
            + "".join(
                f"elif c == {i}:\n    w = SentenceTransformer('org/model-{i}')\n" for i in range(n)
            )
        ),
    ),
    "tries": (300, repeated("try:\n    w = m.encode('x')\nexcept E#:\n    w = None")),
    "loops": (300, repeated("for x in y#:\n    w = m.encode(x)")),
    "unrolled loops": (100, repeated("for x in (1, 2, 3):\n    w = m.encode(str(x))")),
    "comprehensions": (300, repeated("w# = [m.encode(x) for x in y if x]")),
    "comparisons": (500, repeated("util.cos_sim(v, v)")),
    "mistakes": (200, repeated("util.cos_sim(v, other.encode('y'))")),
    "vectors in variables": (500, repeated("w# = m.encode('x')")),
    "vectors in a list": (500, lambda n: "w = []\n" + repeated("w.append(m.encode('x'))")(n)),
    "vectors in a dict": (500, lambda n: "w = {}\n" + repeated("w['#'] = m.encode('x')")(n)),
    "vectors in an object": (
        500,
        lambda n: "class A:\n    pass\na = A()\n" + repeated("a.w# = m.encode('x')")(n),
    ),
    "models in a literal": (
        300,
        lambda n: (
            "w = {"
            + "".join(f"'{i}': SentenceTransformer('org/model-{i}'), " for i in range(n))
            + "}\nfor k in w:\n    w[k].encode('x')\n"
        ),
    ),
    "a hierarchy of classes": (
        100,
        lambda n: (
            "class C0:\n    def f(self):\n        return m.encode('a')\n"
            + numbered(n, "class C@(C<):\n    def f(self):\n        return super().f()")
            + f"C{n}().f()\n"
        ),
    ),
    "a hierarchy of diamonds": (
        30,
        lambda n: (
            "class A0: pass\nclass B0: pass\n"
            + numbered(n, "class A@(A<, B<): pass\nclass B@(A<, B<): pass")
            + f"A{n}(m).nothing()\n"
        ),
    ),
    "objects in objects": (
        200,
        lambda n: (
            "class N:\n    def __init__(self, n):\n        self.n = n\nx = m\n" + "x = N(x)\n" * n
        ),
    ),
    "collections that are made, filled, asked and deleted": (
        300,
        lambda n: (
            "import chromadb\nc = chromadb.PersistentClient('db')\n"
            + repeated(
                "k# = c.create_collection('n#', embedding_function=None)\n"
                "k#.add(ids=['a'], embeddings=v)\nk#.query(query_embeddings=v)\n"
                "c.delete_collection('n#')"
            )(n)
        ),
    ),
    "a list of numbers": (2000, lambda n: f"w = [{'1, ' * n}]\n"),
    "a list of different numbers": (
        1000,
        lambda n: "w = [" + "".join(f"{i}.5, " for i in range(n)) + "]\n",
    ),
    "a dict of numbers": (
        1000,
        lambda n: "w = {" + "".join(f"'{i}': {i}, " for i in range(n)) + "}\n",
    ),
    "a long string": (100_000, lambda n: f"w = '{'x' * n}'\n"),
    "strings added in one expression": (500, lambda n: "w = 'x'" + " + 'x'" * n + "\n"),
    "strings added in many statements": (1000, lambda n: "w = ''\n" + "w += 'model'\n" * n),
    "strings side by side": (500, lambda n: "w = (" + "'x' " * n + ")\n"),
    "a long formatted string": (500, lambda n: f"w = f'{'{v}' * n}'\n"),
}


@pytest.mark.parametrize("name", LONG)
def test_work_follows_length(name: str, tmp_path: Path, base: int) -> None:
    size, program = LONG[name]
    holds(work(program(size), tmp_path), work(program(2 * size), tmp_path), base)


GIANTS: Mapping[str, Callable[[], str]] = {
    "5,000 functions": lambda: LONG["functions"][1](5000),
    "a function of 10,000 branches": lambda: LONG["branches of one function"][1](10_000),
    "3,000 elifs": lambda: LONG["one if with many elifs"][1](2999),
    "200 classes, each the parent of the next": lambda: LONG["a hierarchy of classes"][1](200),
    "a list of 50,000 numbers": lambda: LONG["a list of numbers"][1](50_000),
}


@pytest.mark.parametrize("name", GIANTS)
def test_the_mistake_behind_a_giant_is_found(name: str, tmp_path: Path) -> None:
    work(GIANTS[name](), tmp_path, measured=False)


# calls that tell nothing -----------------------------------------------------------------

HOLDERS = """\
class Holder:
    def __init__(self, model):
        self.model = model
    def take(self, holder):
        self.model = holder.model
    def drop(self):
        self.model = None
    def rename(self, name):
        self.name = name
    def open(self):
        self.model = SentenceTransformer(self.name)
    def log(self, text):
{body}
def note(holder, text):
{body}
def compare(one, two):
    return util.cos_sim(one.model.encode("a"), two.model.encode("b"))
def swap(one, two):
    one.model, two.model = two.model, one.model
def give(one, two):
    one.model = two.model
def measure(one, two):
    print(util.cos_sim(one, two))
def by_name(one, two):
    measure(chosen(one).encode("a"), chosen(two).encode("b"))
def search(one, two):
    index = faiss.IndexFlatIP(384)
    index.add(chosen(one).encode(["a"]))
    return len(index.search(chosen(two).encode(["b"]), 3))
def keep(name):
    np.save("vectors.npy", chosen(name).encode(["a"]))
def plain(name):
    return name.strip()
class Outer:
    def __init__(self, inner):
        self.inner = inner
    def take(self, holder):
        self.inner.model = holder.model
def chosen(name):
    return SentenceTransformer(name)
h = Holder(m)
o = Holder(other)
""".replace("{body}", "\n".join(f"        a{i} = text" for i in range(25)))

VAIN = {
    "of objects that hold a model": "h.log('text #')",
    "with objects that hold a model": "note(h, x#)",
    "with strings": "note(None, 'text #')",
}


@pytest.mark.parametrize("name", VAIN)
def test_calls_that_tell_nothing_are_not_walked_for_ever(name: str, tmp_path: Path) -> None:
    def walked(n: int) -> int:
        (tmp_path / "main.py").write_text(HEAD + HOLDERS + repeated(VAIN[name])(n))
        file = File(tmp_path / "main.py", "main.py", Settings(root=tmp_path))
        workspace = Workspace(file.settings, [file])
        workspace.walk(file)
        return workspace.interpreter.burnt

    assert walked(400) - walked(100) < 2 * 300  # the calls themselves are walked


@pytest.mark.parametrize("name", VAIN)
def test_behind_them_what_works_with_vectors_is_walked(name: str, tmp_path: Path) -> None:
    text = HEAD + HOLDERS + repeated(VAIN[name])(400)
    text += "compare(h, o)\n"
    text += "util.cos_sim(v, chosen('paraphrase-MiniLM-L6-v2').encode('b'))\n"
    _, found = lint({"main.py": text}, tmp_path, measured=False)
    lines = text.count("\n")
    assert found["main.py"] == [("VEC101", lines - 1), ("VEC101", lines)]


RIGHT_AT_FIRST = {
    "vectors": ("measure(v, m.encode('y'))", "measure(v, other.encode('y'))"),
    "objects": ("compare(h, Holder(m))", "compare(h, o)"),
    "names of models": (
        "by_name('all-MiniLM-L6-v2', 'all-MiniLM-L6-v2')",
        "by_name('all-MiniLM-L6-v2', 'paraphrase-MiniLM-L6-v2')",
    ),
    "an index": (
        "search('all-MiniLM-L6-v2', 'all-MiniLM-L6-v2')",
        "search('all-MiniLM-L6-v2', 'paraphrase-MiniLM-L6-v2')",
    ),
    "a file": (
        "keep('paraphrase-MiniLM-L6-v2')",
        "keep('all-MiniLM-L6-v2')\nmeasure(other.encode('b'), np.load('vectors.npy'))",
    ),
    "a name that passes through": (
        "plain('x#')",
        "measure(v, chosen(plain('paraphrase-MiniLM-L6-v2')).encode('y'))",
    ),
}


@pytest.mark.parametrize("given", RIGHT_AT_FIRST)
@pytest.mark.parametrize("name", VAIN)
def test_what_compares_is_never_in_vain(name: str, given: str, tmp_path: Path) -> None:
    right, wrong = RIGHT_AT_FIRST[given]
    text = HEAD + HOLDERS + repeated(VAIN[name])(100) + repeated(right)(20) + f"{wrong}\n"
    _, found = lint({"main.py": text}, tmp_path, measured=False)
    assert [code for code, _ in found["main.py"]] == ["VEC201" if given == "an index" else "VEC101"]


CHANGING = (
    "h.take(o)",
    "give(h, o)",
    "give(o, h)",
    "h.drop()",
    "h.rename('paraphrase-MiniLM-L6-v2')\nh.open()",
    "swap(h, Holder(other))",
    "out = Outer(h)\n" + 9 * "out.take(h)\n" + "out.take(o)",
    "h.rename('a')\nh.rename('b')\nh.rename('paraphrase-MiniLM-L6-v2')\nh.open()",
)


@pytest.mark.parametrize("change", CHANGING)
@pytest.mark.parametrize("name", VAIN)
def test_behind_them_what_changes_an_object_is_walked(
    name: str, change: str, tmp_path: Path
) -> None:
    """Else two objects with the same model by now would be told to have two."""
    text = HEAD + HOLDERS + repeated(VAIN[name])(100) + f"{change}\ncompare(h, o)\n"
    assert lint({"main.py": text}, tmp_path, measured=False)[1] == {"main.py": []}


# programs that double a value with each statement ----------------------------------------

# What stands before, what stands n times, what uses it.
DOUBLING: Mapping[str, tuple[str, str, str]] = {
    "added strings": ("s = 'ab'", "s = s + s", "m.encode(s)"),
    "formatted strings": ("s = 'ab'", "s = f'{s}{s}'", "m.encode(s)"),
    "templates": ("s = '%s{}'", "s = (s % s).format(s)", "m.encode(s)"),
    "joined strings": ("s = 'ab'", "s = s.join([s, s, s])", "m.encode(s)"),
    "replaced strings": ("s = 'a'", "s = s.replace('a', 'aa')", "m.encode(s)"),
    "joined paths": ("import os\ns = 'a'", "s = os.path.join(s, s)", "open(s)"),
    "divided paths": ("from pathlib import Path\ns = Path('a')", "s = s / s", "open(s)"),
    "added lists": ("w = [v]", "w = w + w", "util.cos_sim(w, w)"),
    "extended lists": ("w = [v]", "w.extend(w)", "util.cos_sim(w, w)"),
    "multiplied lists": ("w = [v]", "w = w * 1000000", "util.cos_sim(w, w)"),
    "added tuples": ("w = (v, 'a')", "w = w + w", "util.cos_sim(w, w)"),
    "starred tuples": ("w = (v, 'a')", "w = (*w, *w)", "util.cos_sim(w, w)"),
    "tuples of tuples": ("w = (v, v)", "w = (w, w)", "np.stack(w)\nutil.cos_sim(w, w)"),
    "lists of lists": ("w = [v, v]", "w = [w, w]", "np.stack(w)\nutil.cos_sim(w, w)\nsum(w)"),
    "dicts of dicts": ("w = {'a': v}", "w = {'a': w, 'b': w}", "w['a']['b']\nlist(w.values())"),
    "generators of generators": ("w = (x for x in [v, v])", "w = (x for x in [w, w])", "list(w)"),
    "zips of zips": ("w = [v, v]", "w = list(zip(w, w))", "util.cos_sim(w, v)"),
    "tuples kept in an object": (
        "class A: pass\na = A()\nw = ('v', 'a')",
        "w = (w, w)",
        "a.w = w\nl = [w]\nl.append(w)\na.w",
    ),
    "tuples as a default": (
        "w = ('v', 'a')",
        "w = (w, w)",
        "def f(x=w):\n    return x\nf()\nf(w)",
    ),
    "two equal tuples": (
        "w = (v, 'a')\nu = (v, 'a')",
        "w, u = (w, w), (u, u)",
        "x = w if c else u\nutil.cos_sim(x, v)",
    ),
    "tuples of two ways": (
        "w = (v, v)\nu = (v, 'a')",
        "if c:\n    w = (w, u)\nelse:\n    w = (u, w)\nif d:\n    u = (u, w)",
        "util.cos_sim(w, u)",
    ),
    "partials of partials": ("w = m.encode", "w = partial(w, w, x=w)", "w('a')\nx = w if c else m"),
    "functions as defaults": (
        "def f(x):\n    return m.encode(x)",
        "def f(x=f, y=f):\n    return x(y)",
        "f()\nf(f)",
    ),
    "functions of functions": (
        "f = m.encode",
        "f = (lambda g: lambda x: g(g(x)))(f)",
        "f('a')",
    ),
    "stacked vectors": ("w = v", "w = np.vstack([w, w])", "util.cos_sim(w, w)"),
    "vectors side by side": ("w = v", "w = np.hstack([w, w])", "util.cos_sim(w, w)"),
    "stacks of two spaces": (
        "w, u = v, SentenceTransformer('org/model').encode('a')",
        "w, u = np.vstack([w, u]), np.vstack([u, w])",
        "util.cos_sim(w, u)",
    ),
    "added scores": ("w = util.cos_sim(v, other.encode('a'))", "w = w + w", "w = w * w"),
    "multiplied differences": ("w = v - other.encode('a')", "w = w * w", "np.sum(w + w)"),
    "lists of parameters": ("w = [m]", "w = [w, w]", "o = torch.optim.Adam(w)\no.step()"),
}


@pytest.mark.parametrize("name", DOUBLING)
def test_work_follows_length_where_values_double(name: str, tmp_path: Path, base: int) -> None:
    before, step, after = DOUBLING[name]

    def program(n: int) -> str:
        return f"{before}\n" + f"{step}\n" * n + f"{after}\n"

    holds(work(program(40), tmp_path), work(program(80), tmp_path), base)


HUGE = [
    "s = 'ab' * 10**10",
    "s = '%1000000000d' % 1",
    "s = '%*d' % (1000000000, 1)",
    "s = '{:1000000000}'.format(1)",
    "s = '{:{}}'.format(1, 1000000000)",
    "s = f'{1:1000000000}'",
    "s = 'a'.zfill(10000000000)",
    "s = [m] * 1000000000",
    "s = list(range(10**9))",
    "s = 10 ** 10 ** 10",
    "s = 1 << 10**10",
    "for i in range(1000000000):\n    m.encode('a')",
    "s = [m for i in range(1000000000)]",
    f"s = f'{{{'9' * 6000}}}'",
    f"s = 0x{'f' * 6000}\nt = f'{{s}}'\nu = str(s)",
    f"s = 1{'0' * 400} / 3",
    "import itertools\ns = list(itertools.product([m] * 8, repeat=9))",
    "import itertools\ns = list(itertools.permutations([m] * 8))",
]


@pytest.mark.parametrize("program", HUGE)
def test_nothing_huge_is_computed(program: str, tmp_path: Path) -> None:
    assert work(f"{program}\n", tmp_path) < work("x = 1\n" * 2000, tmp_path)


CYCLES = {
    "a list in itself": "w = []\nw.append(w)\nw.append(v)\nnp.stack(w)\nutil.cos_sim(w, w)\n"
    "sum(w)\nw @ w\ntorch.optim.Adam(w).step()\n",
    "a dict in itself": "w = {}\nw['a'] = w\nw['v'] = m\nw['a']['a']['v'].encode('x')\n",
    "a list in a tuple in it": "w = []\nt = (w, v)\nw.append(t)\nutil.cos_sim(t, t)\nnp.stack(t)\n",
    "an object in itself": "class A: pass\nw = A()\nw.w = w\nw.m = m\nw.w.w.w.m.encode('x')\n",
    "an object made of itself": "class A:\n    def __init__(self, o=None):\n"
    "        self.o = o or A(self)\n        self.m = m\nA().o.o.o.m.encode('x')\n",
    "classes that are their parents": "class A(A): pass\nclass B(C): pass\nclass C(B): pass\n"
    "class D(D.x, metaclass=D): pass\nB().x\nC.y\nD()\n",
    "a parent that is renamed": "class B: pass\nclass C(B): pass\nB = C\n"
    "class C(B):\n    def f(self):\n        return super().f()\nC().f()\n",
    "a property of itself": "class P:\n    @property\n    def p(self):\n        return self.p\n"
    "    def __call__(self, x):\n        return self(x)\n"
    "    def __getitem__(self, k):\n        return self[k]\nP().p\nP()(m)\nP()[0]\n",
    "a generator of itself": "def g():\n    yield from g()\nfor x in g():\n    list(x)\n",
    "a function that returns itself": "def f(*a, **k):\n    return f(f, *a, *a, **k)\nf(m)(m)\n",
    "a function of functions": "(lambda f: f(f))(lambda f: f(f))\n"
    "Y = lambda f: (lambda x: f(lambda n: x(x)(n)))(lambda x: f(lambda n: x(x)(n)))\n"
    "Y(lambda r: lambda n: r(n))(m)\n",
    "a decorator of itself": "def d(f):\n    return f(d)\n@d\ndef g(h):\n    return h(g)\n",
    "a default that grows": "def f(a=[]):\n    a.append(f)\n    a.append(a)\n"
    "    return [f(a), f(a)]\nf([m])\n",
}


@pytest.mark.parametrize("name", CYCLES)
def test_cycles_end(name: str, tmp_path: Path) -> None:
    assert work(CYCLES[name], tmp_path) < work("x = 1\n" * 2000, tmp_path)


# nesting ---------------------------------------------------------------------------------


def nested(n: int, head: str, last: str) -> str:
    lines = [f"{'  ' * i}{head.replace('#', str(i))}" for i in range(n)]
    return "\n".join([*lines, f"{'  ' * n}{last}"]) + "\n"


NESTED: Mapping[str, tuple[int, Callable[[int], str]]] = {
    "loops": (9, lambda n: nested(n, "for x# in y#:", "w = m.encode(x0)")),
    "unrolled loops": (9, lambda n: nested(n, "for x# in (1, 2, 3, 4):", "w = m.encode(x0)")),
    "loops that carry": (9, lambda n: "w = None\n" + nested(n, "while x#(w := f(w)):", "w = v")),
    "comprehensions": (9, lambda n: f"w = [m {'for x in (1, 2, 3, 4) ' * n}]\n"),
    "comprehensions in each other": (
        9,
        lambda n: f"w = {'[' * n}m{' for x in (1, 2, 3, 4)]' * n}\n",
    ),
    "ifs": (40, lambda n: nested(n, "if c#:", "w = m.encode('x')")),
    "functions": (
        20,
        lambda n: nested(n, "def f#(x=m):", "return m.encode(x)"),
    ),
    "classes": (40, lambda n: nested(n, "class C#:", "w = m.encode('x')")),
    "lambdas": (40, lambda n: f"f = {'lambda x: ' * n}m.encode('x')\nf{'(m)' * n}\n"),
    "conditions": (40, lambda n: f"w = {'(m if c else ' * n}m{')' * n}\n"),
    "calls": (40, lambda n: f"f = lambda x: x\nw = {'f(' * n}m{')' * n}\n"),
    "attributes": (500, lambda n: f"w = x{'.a' * n}\n"),
    "lists": (40, lambda n: f"w = {'[' * n}v{']' * n}\nnp.stack(w)\n"),
}


@pytest.mark.parametrize("name", NESTED)
def test_work_follows_depth(name: str, tmp_path: Path, base: int) -> None:
    size, program = NESTED[name]
    small, large = work(program(size), tmp_path), work(program(2 * size), tmp_path)
    holds(small, large, base, QUADRATIC)


# chains and cycles -----------------------------------------------------------------------


def chain(length: int) -> str:
    return (
        "def f0(a, b):\n    return util.cos_sim(a, b)\n"
        + numbered(length, "def f@(a, b):\n    return f<(a, b)")
        + f"f{length}(v, other.encode('y'))\n"
    )


@pytest.mark.parametrize("length", [10, 100, 1000])
def test_the_end_of_a_chain_of_calls_is_reached(length: int, tmp_path: Path) -> None:
    text = HEAD + chain(length)
    _, found = lint({"main.py": text}, tmp_path, measured=False)
    assert found["main.py"] == [("VEC101", text.count("\n"))]


CHAINED = {
    "two calls each": "def f@(a, b):\n    return f<(a, b) + f<(b, a)",
    "deep in blocks": """\
def f@(a, b):
    with open('x') as file:
        try:
            for i in range(3):
                if i:
                    while True:
                        return max([f<(a, b) if i else f<(b, a)], key=lambda one: one)
        except ValueError:
            pass""",
    "comprehensions": "def f@(a, b):\n    return [f<(x, y) for x, y in zip(a, b)]",
    "methods": """\
def f@(a, b):
    return C@(a).run(b)
class C@:
    def __init__(self, a):
        self.a = a
    def run(self, b):
        return f<(self.a, b)""",
}


@pytest.mark.parametrize("name", CHAINED)
def test_a_chain_too_deep_to_follow_costs_no_finding(name: str, tmp_path: Path) -> None:
    text = HEAD + "def f0(a, b):\n    return a\n" + numbered(1000, CHAINED[name])
    text += "f1000(v, v)\n" + MISTAKE
    _, found = lint({"main.py": text}, tmp_path, measured=False)
    assert found["main.py"] == [("VEC101", text.count("\n"))]


def test_work_follows_the_length_of_a_chain_of_calls(tmp_path: Path, base: int) -> None:
    counts = [work(chain(length), tmp_path) for length in (250, 500, 1000)]
    holds(counts[0], counts[1], base)
    holds(counts[1], counts[2], base)


def cycle(count: int) -> dict[str, str]:
    """Files that import each other in a ring; each compares its model with the next one's."""
    return {
        f"part{i}.py": "from sentence_transformers import SentenceTransformer, util\n"
        f"from part{(i + 1) % count} import embed as theirs\n"
        f"model = SentenceTransformer('org/model-{i}')\n"
        "def embed(x):\n    return model.encode(x)\n"
        "def search(x):\n    return util.cos_sim(embed(x), theirs(x))\n"
        for i in range(count)
    }


def test_an_import_cycle(tmp_path: Path, base: int) -> None:
    counts = []
    for count in (25, 50):
        root = tmp_path / str(count)
        root.mkdir()
        done, found = lint(cycle(count), root)
        assert found == {f"part{i}.py": [("VEC101", 7)] for i in range(count)}
        counts.append(done)
    holds(counts[0], counts[1], base)


def test_many_files_that_import_one(tmp_path: Path, base: int) -> None:
    def files(count: int) -> dict[str, str]:
        users = {
            f"user{i}.py": "from base import embed\nfrom sentence_transformers import "
            f"SentenceTransformer, util\nw = SentenceTransformer('org/model-{i}').encode('x')\n"
            "util.cos_sim(embed('y'), w)\n"
            for i in range(count)
        }
        return {"base.py": HEAD + "def embed(x):\n    return m.encode(x)\n", **users}

    counts = []
    for count in (25, 50):
        root = tmp_path / str(count)
        root.mkdir()
        done, found = lint(files(count), root)
        assert all(found[name] == [("VEC101", 4)] for name in found if name != "base.py")
        counts.append(done)
    holds(counts[0], counts[1], base)


def test_names_taken_by_a_star_are_shared(tmp_path: Path) -> None:
    """Of many names, a file has those that it speaks of; the others are found through it."""
    package = "".join(f"def embed{i}(x):\n    return m.encode(x)\n" for i in range(300))
    users = {
        f"user{i}.py": "from package import *\nw = other.encode('x')\n"
        f"util.cos_sim(embed{i}('y'), w)\n"
        for i in range(20)
    }
    through = {
        "one.py": "from user7 import embed8\nfrom package import util, other\n"
        "util.cos_sim(embed8('y'), other.encode('x'))\n",
        "module.py": "import user7\nfrom package import util, other\n"
        "util.cos_sim(user7.embed9('y'), other.encode('x'))\n",
        "star.py": "from user7 import *\nutil.cos_sim(embed10('y'), other.encode('x'))\n",
        "last.py": "from star import embed11\nfrom package import util, other\n"
        "util.cos_sim(embed11('y'), other.encode('x'))\n",
        "own.py": "def embed12(x):\n    return None\nfrom user7 import *\n"
        "util.cos_sim(embed12('y'), other.encode('x'))\ndef embed13(x):\n    return None\n"
        "util.cos_sim(embed13('y'), other.encode('x'))\n",
    }
    files = {"package.py": HEAD + package, **users, **through}
    lines = {name: text.count("\n") for name, text in files.items()}
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    settings = Settings(root=tmp_path)
    given = [File(tmp_path / name, name, settings) for name in files]
    workspace = Workspace(settings, given)
    found = {
        file.shown: [finding.place.line for finding, _ in workspace.result(file).findings]
        for file in given
    }
    expected = {name: [lines[name]] for name in (*users, *through)}
    assert found == {**expected, "package.py": [], "own.py": [4]}
    for file in given[1:]:
        module = workspace.project.module(file.path)
        assert module is not None
        assert len(module.names) < 12
