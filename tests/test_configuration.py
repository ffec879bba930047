"""Configuration files of a project: which are read, and what is told of their texts."""

from __future__ import annotations

import contextlib
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lint_embed import workspace, written
from lint_embed.configuration import LARGEST, Configurations, files_below
from lint_embed.engine import check
from lint_embed.files import File
from lint_embed.plain_yaml import UNKNOWN, NotPlain, read
from lint_embed.settings import Options, Settings
from lint_embed.written import Written

PLAIN = """\
---
# The service.
embedding:
  model: "BAAI/bge-m3"  # a comment
  other: 'it is # no comment'
  normalize: true
  dimension: 1024
  scale: 0.5
  url: http://localhost:6333/a
  answer: yes
  since: 2024-01-01
  rate: 1e-3
  nothing: ~
  empty:
  escaped: "a\\tb"
  quote: 'it''s'
  flow: [a, "b", 3]
  pairs: {a: b}
  none: []
  text: |
    model: another
      - and so on

  folded: >-
    model: another
models:
- all-MiniLM-L6-v2
- name: e5
  size: 384
- prompt: |
    query
  name: last
deep:
    deeper:
        - x
"""


def test_plain_yaml_is_read() -> None:
    assert read(PLAIN) == {
        "embedding": {
            "model": "BAAI/bge-m3", "other": "it is # no comment", "normalize": True,
            "dimension": 1024, "scale": 0.5, "url": "http://localhost:6333/a",
            "answer": UNKNOWN, "since": UNKNOWN, "rate": UNKNOWN, "nothing": None,
            "empty": None, "escaped": UNKNOWN, "quote": UNKNOWN, "flow": ["a", "b", 3],
            "pairs": UNKNOWN, "none": [], "text": UNKNOWN, "folded": UNKNOWN,
        },
        "models": [
            "all-MiniLM-L6-v2", {"name": "e5", "size": 384}, {"prompt": UNKNOWN, "name": "last"},
        ],
        "deep": {"deeper": ["x"]},
    }  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "a: &x 1", "a: *x", "a: !tag b", "<<: b", "a: b\n---\na: c", "a: b\na: c", "? a\n: b",
        "a: b\n  c", 'a: "b\n  c"', "a: [b,\n  c]", "a: [[b]]", "a: {{ b }}", "a: b: c",
        "%YAML 1.2", "\ta: b", "a:\n\tb: c", "on: push", "1: a", "a", "- - a\n -b", "a: 'b' c",
        "a: @b", "a: `b", "- a\nb: c", "a: - b",
    ],
)  # fmt: skip
def test_what_is_not_plain_is_refused(text: str) -> None:
    with pytest.raises(NotPlain):
        read(text)


@given(st.text(alphabet="ab:- \n#'\"[]{},|>&*!0.\t", max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(NotPlain):
        read(text)


def _model(configurations: Configurations, place: str, reader: Path) -> object:
    found = configurations.find(place, reader, "json")
    return found.data["model"] if found is not None and isinstance(found.data, dict) else None


def test_a_path_may_start_from_the_root_or_from_the_program(tmp_path: Path) -> None:
    (tmp_path / "app" / "conf").mkdir(parents=True)
    (tmp_path / "root.json").write_text('{"model": "a"}')
    (tmp_path / "app" / "conf" / "own.json").write_text('{"model": "b"}')
    reader = tmp_path / "app" / "main.py"
    configurations = Configurations(tmp_path)
    assert _model(configurations, "root.json", reader) == "a"
    assert _model(configurations, "conf/own.json", reader) == "b"
    assert _model(configurations, "app/conf/own.json", reader) == "b"
    assert _model(configurations, str(tmp_path / "root.json"), reader) == "a"
    assert _model(configurations, "own.json", reader) is None
    assert _model(configurations, "conf/own.json", tmp_path / "main.py") is None
    assert str(tmp_path / "own.json") in configurations.looked_at()


def test_different_files_of_one_name_are_unknown(tmp_path: Path) -> None:
    (tmp_path / "app").mkdir()
    reader = tmp_path / "app" / "main.py"
    for name in ("c.json", "app/c.json"):
        (tmp_path / name).write_text('{"model": "a"}')
    assert _model(Configurations(tmp_path), "c.json", reader) == "a"
    (tmp_path / "c.json").write_text('{"model": "b"}')
    assert _model(Configurations(tmp_path), "c.json", reader) is None


def test_what_lies_outside_is_large_or_broken_is_unknown(tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    (tmp_path / "c.json").write_text('{"model": "a"}')
    (root / "large.json").write_text('{"model": "' + "a" * LARGEST + '"}')
    (root / "broken.json").write_text('{"model": "a"')
    (root / "deep.json").write_text("[" * 100_000)
    (root / "binary.json").write_bytes(b"\xff\xfe")
    (root / "folder.json").mkdir()
    configurations = Configurations(root)
    places = ["../c.json", str(tmp_path / "c.json"), "~/c.json", "none.json", ""]
    for place in [*places, *(path.name for path in root.iterdir())]:
        assert _model(configurations, place, root / "main.py") is None


def test_what_git_ignores_is_unknown(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", "."], cwd=tmp_path, check=True)
    (tmp_path / ".gitignore").write_text("local*.json\n")
    for name in ("local.json", "shared.json"):
        (tmp_path / name).write_text('{"model": "a"}')
    configurations = Configurations(tmp_path)
    assert _model(configurations, "shared.json", tmp_path / "main.py") == "a"
    assert _model(configurations, "local.json", tmp_path / "main.py") is None
    assert str(tmp_path / ".gitignore") in configurations.looked_at()


def test_without_a_root_files_lie_beside_the_program(tmp_path: Path) -> None:
    (tmp_path / "c.json").write_text('{"model": "a"}')
    assert _model(Configurations(None), "c.json", tmp_path / "main.py") == "a"
    assert _model(Configurations(None), "../c.json", tmp_path / "a" / "main.py") is None


def test_files_below_a_folder(tmp_path: Path) -> None:
    for folder in (".git", "node_modules", "conf"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.yaml").write_text("")
    (tmp_path / "b.txt").write_text("")
    assert list(files_below(tmp_path)) == [tmp_path / "conf" / "a.yaml"]


@pytest.mark.parametrize(
    "text",
    [
        'json.dump(x, open("meta.json", "w"))',
        'with open("index/meta.json", mode="w") as f: json.dump(x, f)',
        'META = FOLDER / "meta.json"\nwith META.open("w") as f: f.write(x)',
        'Path("meta.json").write_text(x)',
        'def save(config, path="meta.json"):\n    path = Path(path)\n    path.write_text(x)',
        'with open(\n    "meta.json",\n    "w",\n) as f:\n    f.write(x)',
        'OmegaConf.save(config, "meta.json")',
        'os.replace(temporary, "meta.json")',
        'self.meta_path = os.path.join(folder, "meta.json")\nself.write(x, self.meta_path)',
    ],
)
def test_a_file_that_is_written(text: str) -> None:
    assert Written(["x = 1", text]).has("index/meta.json")


def test_a_file_that_is_written_by_a_name_of_another_file() -> None:
    texts = [
        'META_PATH = ROOT / "meta.json"',
        "from paths import META_PATH\nMETA_PATH.write_text(x)",
    ]
    assert Written(texts).has("meta.json")


@pytest.mark.parametrize(
    "text",
    [
        'config = json.load(open("meta.json"))\njson.dump(config, open("out.json", "w"))',
        'with open("meta.json") as f:\n    x = json.load(f)\nopen("out.txt", "w").write(x)',
        'with open("other-meta.json", "w") as f: json.dump(x, f)',
        'META = "meta.json"\nPath(META).read_text()\nPath("b").write_text(x)',
    ],
)
def test_a_file_that_is_only_read(text: str) -> None:
    assert not Written([text]).has("meta.json")


def test_programs_are_looked_through_once_for_all_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """Twice as many programs, each with a file of its own, are twice the text to search."""
    read = 0
    about, whole_calls = written._Program._about, written._whole_calls

    def counted(self: written._Program, words: Iterable[str]) -> str:
        nonlocal read
        found = about(self, words)
        read += len(found)
        return found

    def counted_calls(text: str) -> str:
        nonlocal read
        read += len(text)
        return whole_calls(text)

    monkeypatch.setattr(written._Program, "_about", counted)
    monkeypatch.setattr(written, "_whole_calls", counted_calls)

    def searched(count: int) -> int:
        nonlocal read
        read = 0
        texts = [f'A_{n} = Path("{n}.json")\njson.load(A_{n}.open())\n' for n in range(count)]
        programs = Written([*texts, "A_7.write_text(x)\n", *["x = 1\n" * 100] * count])
        assert [name for name in range(count) if programs.has(f"{name}.json")] == [7]
        return read

    searched(200)
    assert searched(400) < 2.2 * searched(200)


def test_a_run_looks_for_what_is_written_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = 0

    class Counted(Written):
        def __init__(self, texts: Sequence[str]) -> None:
            nonlocal made
            made += 1
            super().__init__(texts)

    monkeypatch.setattr(workspace, "Written", Counted)
    program = (
        "import json\nfrom sentence_transformers import SentenceTransformer, util\n"
        "name = json.load(open('{}.json'))['model']\n"
        "other = SentenceTransformer('paraphrase-MiniLM-L6-v2').encode('y')\n"
        "util.cos_sim(SentenceTransformer(name).encode('x'), other)\n"
    )
    settings = Settings(root=tmp_path)
    files = []
    for name in ("a", "b", "c"):
        (tmp_path / f"{name}.json").write_text('{"model": "all-MiniLM-L6-v2"}')
        (tmp_path / f"{name}.py").write_text(program.format(name))
        files.append(File(tmp_path / f"{name}.py", f"{name}.py", settings))
    reports = list(check(files, Options()))
    assert [[each.code for each in report.findings] for report in reports] == [["VEC101"]] * 3
    assert made == 1
