"""What must hold for any program: it is linted, and only its meaning decides the verdict.

Programs are generated as statements that each bind one fresh name, so that every order
that keeps uses behind definitions means the same.
"""

from __future__ import annotations

import ast
import itertools
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lint_embed.engine import check
from lint_embed.files import File
from lint_embed.findings import Finding
from lint_embed.settings import Options, Settings

HEAD = """\
import numpy as np
from sentence_transformers import SentenceTransformer, util
"""
MODELS = ("all-MiniLM-L6-v2", "paraphrase-MiniLM-L6-v2", "BAAI/bge-small-en-v1.5")

FEW = settings(
    max_examples=200,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)

Verdict = set[tuple[str, tuple[str, ...]]]


# the linter ------------------------------------------------------------------------------


def lint(files: Mapping[str, str], order: Sequence[str] | None = None) -> list[Finding]:
    """The findings in files that exist in memory only, sorted by place."""
    options = Settings()
    root = Path(__file__).parent / "no-such-folder"
    given_files = [
        File(root / name, name, options, files[name].encode()) for name in order or list(files)
    ]
    reports = check(given_files, Options(context=False))
    found = [finding for report in reports for finding in report.findings]
    return sorted(found, key=lambda finding: (finding.place, finding.code))


def verdict(found: Sequence[Finding]) -> Verdict:
    """What was found, without where: the codes and the models that meet."""
    return {(f.code, tuple(sorted(space.model for space in f.spaces))) for f in found}


# programs --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Statement:
    """Source that binds ``name``, names being written as ``<name>``; ``uses`` others."""

    text: str
    name: str
    kind: str
    uses: tuple[str, ...] = ()

    def spelled(self, names: Mapping[str, str]) -> str:
        text = self.text
        for name in (self.name, *self.uses):
            text = text.replace(f"<{name}>", names.get(name, name))
        return text + "\n"


def program(statements: Sequence[Statement], names: Mapping[str, str] | None = None) -> str:
    text = HEAD + "".join(statement.spelled(names or {}) for statement in statements)
    ast.parse(text)
    return text


# How each kind of name is made: templates with the kinds that they need. ``?`` is the name
# that is bound, ``!`` the id of some model.
TEMPLATES: Mapping[str, Sequence[tuple[str, tuple[str, ...]]]] = {
    "text": [('? = "!"', ())],
    "model": [
        ('? = SentenceTransformer("!")', ()),
        ("? = SentenceTransformer({text})", ("text",)),
        ("? = {model} if {text} else {model}", ("text", "model", "model")),
        ("? = {model}", ("model",)),
    ],
    "vector": [
        ('? = {model}.encode("a text")', ("model",)),
        ('? = {model}.encode(["a", "b"], convert_to_numpy=True)', ("model",)),
        ('? = SentenceTransformer("!").encode("x")', ()),
        ('? = {encoder}({model}, "x")', ("encoder", "model")),
        ('? = {object}.embed("x")', ("object",)),
        ("? = {vector} / np.linalg.norm({vector})", ("vector", "vector")),
        ("? = np.vstack([{vector}, {vector}])", ("vector", "vector")),
        ("? = {list}[0]", ("list",)),
        (
            'if {text}:\n    ? = {model}.encode("x")\nelse:\n    ? = {model}.encode("y")',
            ("text", "model", "model"),
        ),
        ("for ? in {list}:\n    pass", ("list",)),
        ('try:\n    ? = {model}.encode("x")\nexcept OSError:\n    ? = None', ("model",)),
    ],
    "list": [
        ("? = [{vector}, {vector}]", ("vector", "vector")),
        ('? = [{model}.encode(t) for t in ("a", "b", "c")]', ("model",)),
        ("? = list(zip([{vector}], [{vector}]))[0]", ("vector", "vector")),
    ],
    "encoder": [
        ("def ?(m, t):\n    return m.encode(t)", ()),
        ("def ?(m, t=None):\n    v = {encoder}(m, t)\n    return v / np.sum(v)", ("encoder",)),
        ('def ?(m, t):\n    return {model}.encode(t) if t else m.encode("z")', ("model",)),
        ("? = lambda m, t: m.encode([t])[0]", ()),
    ],
    "class": [
        (
            "class ?:\n    def __init__(self, m):\n        self.m = m\n"
            "    def embed(self, t):\n        return self.m.encode(t)",
            (),
        ),
        (
            "class ?({class}):\n    def embed(self, t):\n        return super().embed(t)",
            ("class",),
        ),
    ],
    "object": [("? = {class}({model})", ("class", "model"))],
    "scorer": [
        ("def ?(a, b):\n    return util.cos_sim(a, b)", ()),
        ("def ?(a, b):\n    return {scorer}(b, a)", ("scorer",)),
        ("? = lambda a, b: a @ b.T", ()),
    ],
    "score": [
        ("? = util.cos_sim({vector}, {vector})", ("vector", "vector")),
        ("? = np.dot({vector}, {vector})", ("vector", "vector")),
        ("? = {vector} @ {vector}.T", ("vector", "vector")),
        ("? = ({vector} + {vector}) / 2", ("vector", "vector")),
        ("? = {scorer}({vector}, {vector})", ("scorer", "vector", "vector")),
        ("? = [util.cos_sim(v, {vector}) for v in {list}]", ("vector", "list")),
        ("? = np.linalg.norm({vector} - {vector})", ("vector", "vector")),
    ],
}
STARTS = ("text", "model", "model", "vector", "vector", "encoder", "class", "scorer")


def statements(most: int = 12) -> st.SearchStrategy[list[Statement]]:
    """Programs that end in some scores; of a failure, the shortest is shown."""
    return st.builds(_statements, st.integers(0, most), st.integers(0, 2**32))


def _statements(size: int, seed: int) -> list[Statement]:
    chance = random.Random(seed)  # spreads further than drawing each part would
    made: list[Statement] = []
    for kind in STARTS:
        made.append(_statement(chance, made, kind, plain=True))
    kinds = [kind for kind in TEMPLATES if kind != "score"]
    for kind in [*chance.choices(kinds, k=size), *["score"] * chance.randint(1, 4)]:
        made.append(_statement(chance, made, kind))
    return made


def _statement(
    chance: random.Random, made: Sequence[Statement], kind: str, plain: bool = False
) -> Statement:
    have = {one.kind for one in made}
    choices = [choice for choice in TEMPLATES[kind] if have.issuperset(choice[1])]
    if not choices:  # an item of a list before any list
        return _statement(chance, made, "text")
    text, needs = choices[0] if plain else chance.choice(choices)
    name = f"name{len(made)}"
    uses = []
    for need in needs:
        uses.append(chance.choice([one.name for one in made if one.kind == need]))
        text = text.replace(f"{{{need}}}", f"<{uses[-1]}>", 1)
    text = text.replace("!", chance.choice(MODELS)).replace("?", f"<{name}>")
    return Statement(text, name, kind, tuple(uses))


def test_programs_have_mistakes_and_not_only_mistakes() -> None:
    """The properties below would hold for a linter that finds nothing."""
    counts = []

    @settings(FEW, max_examples=40)
    @given(statements())
    def gather(made: list[Statement]) -> None:
        counts.append(len(lint({"main.py": program(made)})))

    gather()
    assert sum(count > 0 for count in counts) > len(counts) / 4
    assert sum(count == 0 for count in counts) > len(counts) / 20


# what must hold --------------------------------------------------------------------------


@FEW
@given(statements(most=25), st.randoms(use_true_random=False))
def test_no_program_fails(made: list[Statement], chance: random.Random) -> None:
    """Even when names are bound again, in any order, in functions, loops and classes."""
    names = {one.name: f"x{chance.randrange(6)}" for one in made}
    shuffled = chance.sample(made, len(made))
    body = "".join(one.spelled(names) for one in shuffled)
    head = chance.choice(("", "def f(x0, x1=None):", "for x0 in x1:", "class C:", "while x0:"))
    if head:
        body = f"{head}\n" + "".join(f"    {line}\n" for line in body.splitlines())
        body += "f(x0)(x1)\n"
    assert [f.message for f in lint({"main.py": HEAD + body}) if f.code == "VEC902"] == []


@FEW
@given(statements(), st.randoms(use_true_random=False))
def test_names_do_not_matter(made: list[Statement], chance: random.Random) -> None:
    words = (
        "query model docs embedding x T l _ encode données similarity cosine self cls data "
        "index vector2 SentenceTransformers a b c d e g h i j k"
    ).split()
    fresh = chance.sample(words, len(words)) + [f"v{n}" for n in range(len(made))]
    names = {one.name: fresh[number] for number, one in enumerate(made)}
    before, after = program(made), program(made, names)
    assert verdict(lint({"main.py": after})) == verdict(lint({"main.py": before}))


@FEW
@given(statements(), st.randoms(use_true_random=False))
def test_the_order_of_independent_statements_does_not_matter(
    made: list[Statement], chance: random.Random
) -> None:
    waiting, done = list(made), list[Statement]()
    while waiting:
        bound = {one.name for one in done}
        ready = [one for one in waiting if bound.issuperset(one.uses)]
        done.append(chance.choice(ready))
        waiting.remove(done[-1])
    before, after = program(made), program(done)
    assert verdict(lint({"main.py": after})) == verdict(lint({"main.py": before}))


def _split(made: list[Statement], at: int, star: bool) -> dict[str, str]:
    names = ", ".join(one.name for one in made[:at])
    imported = "*" if star else names
    rest = program(made[at:]).replace(HEAD, f"{HEAD}from part import {imported}\n")
    return {"part.py": program(made[:at]), "main.py": rest}


@FEW
@given(statements(), st.integers(1, 20), st.booleans(), st.booleans())
def test_a_file_may_be_split_by_an_import(
    made: list[Statement], at: int, star: bool, reverse: bool
) -> None:
    import tempfile

    files = _split(made, min(at, len(made) - 1), star)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for name, text in files.items():
            (root / name).write_text(text)
        order = sorted(files, reverse=reverse)
        given_files = [File(root / name, name, Settings(root=root)) for name in order]
        found = [f for report in check(given_files, Options()) for f in report.findings]
    assert verdict(found) == verdict(lint({"main.py": program(made)}))


@settings(FEW, max_examples=40)
@given(st.lists(statements(), min_size=3, max_size=3), st.lists(st.integers(0, 9), min_size=2))
def test_the_order_of_files_does_not_matter(
    programs: list[list[Statement]], points: list[int]
) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        texts = {"a.py": program(programs[0])}
        for name, made, source, point in zip(
            ("b.py", "c.py"), programs[1:], (("a", 0), ("b", 1)), points, strict=False
        ):
            module, index = source
            theirs = programs[index][point % len(programs[index])].name
            texts[name] = program(made).replace(
                HEAD, f"{HEAD}from {module} import {theirs} as theirs\n"
            )
            texts[name] += f"util.cos_sim(theirs, {made[4].name})\n"
            assert made[4].kind == "vector"
        for name, text in texts.items():
            (root / name).write_text(text)
        found = []
        for order in itertools.permutations(texts):
            given_files = [File(root / name, name, Settings(root=root)) for name in order]
            reports = {r.path: r.findings for r in check(given_files, Options())}
            found.append(sorted(reports.items()))
        assert all(one == found[0] for one in found)


WRITES = """\
import numpy as np
from sentence_transformers import SentenceTransformer

np.save("vectors.npy", SentenceTransformer({!r}).encode("x"))
"""


def test_who_reads_a_file_before_another_has_written_it_as_well_finds_the_same(
    tmp_path: Path,
) -> None:
    """Which of two scripts ran last, nobody knows: what the reader meets may be right."""
    texts = {
        "first.py": WRITES.format("all-MiniLM-L6-v2"),
        "second.py": WRITES.format("paraphrase-MiniLM-L6-v2"),
        "reads.py": """\
import numpy as np
from sentence_transformers import SentenceTransformer, util

query = SentenceTransformer("all-MiniLM-L6-v2").encode("q")
util.cos_sim(np.load("vectors.npy"), query)
""",
    }
    for order in itertools.permutations(texts):
        found = [(one.code, one.place.path, one.place.line) for one in lint(texts, order)]
        assert found == [("VEC202", "second.py", 4)], order
