"""Results kept on disk, and made in several processes, are those of a plain run."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

from lint_embed import cache as cache_module
from lint_embed import engine, workers, workspace
from lint_embed.engine import check
from lint_embed.files import File
from lint_embed.results import Report
from lint_embed.settings import Options, Settings

PROJECT: Mapping[str, str] = {
    "models.py": """\
from sentence_transformers import SentenceTransformer

small = SentenceTransformer("all-MiniLM-L6-v2")
other = SentenceTransformer("paraphrase-MiniLM-L6-v2")
""",
    "compare.py": """\
from sentence_transformers import util

from models import other, small

print(util.cos_sim(small.encode("a"), other.encode("b")))
""",
    "ingest.py": """\
import chromadb
from chromadb.utils.embedding_functions import SentenceTransformerEmbeddingFunction

client = chromadb.PersistentClient(path="db")
docs = client.get_or_create_collection(
    "docs", embedding_function=SentenceTransformerEmbeddingFunction("BAAI/bge-small-en-v1.5")
)
docs.add(ids=["1"], documents=["a"])
""",
    "serve.py": """\
import chromadb
from sentence_transformers import SentenceTransformer

model = SentenceTransformer("all-MiniLM-L6-v2")
client = chromadb.PersistentClient(path="db")
docs = client.get_collection("docs")
docs.query(query_embeddings=model.encode(["b"]).tolist())
""",
    "quiet.py": "import json\n\nprint(json.dumps({}))\n",
    "broken.py": "from sentence_transformers import SentenceTransformer\nx = (\n",
}

FOUND = {("compare.py", "VEC101"), ("serve.py", "VEC201"), ("broken.py", "VEC902")}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    root.mkdir()
    for name, text in PROJECT.items():
        write(root / name, text)
    return root


def write(path: Path, text: str) -> None:
    """Writes a file as if that had been done a while ago."""
    path.write_text(text, encoding="utf-8")
    before = path.stat().st_mtime - 100
    os.utime(path, (before, before + len(text) / 1000))


def lint(root: Path, jobs: int = 1, cache: Path | None = None) -> list[Report]:
    settings = Settings(root=root)
    files = [File(path, path.name, settings) for path in sorted(root.glob("*.py"))]
    return list(check(files, Options(jobs=jobs, cache_dir=cache)))


def told(reports: list[Report]) -> set[tuple[str, str]]:
    return {(each.path, finding.code) for each in reports for finding in each.findings}


def findings(reports: list[Report]) -> list[object]:
    return [(each.path, each.findings, each.parsed) for each in reports]


@pytest.fixture
def walks(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files that were walked, as it goes on."""
    walked: list[str] = []
    real = workspace.Workspace.walk

    def walk(self: workspace.Workspace, file: File) -> workspace.Loaded:
        if not self.load(file.path).walked and self.is_relevant(file):
            walked.append(file.shown)
        return real(self, file)

    monkeypatch.setattr(workspace.Workspace, "walk", walk)
    return walked


@pytest.mark.parametrize("jobs", [2, 3, 8])
def test_processes_find_the_same(project: Path, jobs: int, monkeypatch: pytest.MonkeyPatch) -> None:
    alone = lint(project)
    assert told(alone) == FOUND
    monkeypatch.setattr(workers, "WORTH", 0)
    monkeypatch.setattr(workers, "SHARE", 9)
    assert findings(lint(project, jobs)) == findings(alone)


def test_what_a_dead_process_had_to_do_is_done(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "WORTH", 0)
    monkeypatch.setattr(workers, "SHARE", 9)
    monkeypatch.setattr(workers, "_work", lambda *arguments: os._exit(1))
    assert told(lint(project, jobs=2)) == FOUND


def test_an_unchanged_tree_is_not_read_again(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = lint(project, cache=tmp_path / "cache")
    monkeypatch.setattr(engine, "Workspace", None)  # nothing is analysed
    assert findings(lint(project, cache=tmp_path / "cache")) == findings(first)


def test_a_change_elsewhere_leaves_results(project: Path, tmp_path: Path, walks: list[str]) -> None:
    lint(project, cache=tmp_path / "cache")
    walks.clear()
    write(project / "quiet.py", "print(1)\n")
    assert told(lint(project, cache=tmp_path / "cache")) == FOUND
    assert walks == []


def test_a_change_is_seen_by_those_who_import_it(
    project: Path, tmp_path: Path, walks: list[str]
) -> None:
    lint(project, cache=tmp_path / "cache")
    walks.clear()
    mended = PROJECT["models.py"].replace("paraphrase-MiniLM-L6-v2", "all-MiniLM-L6-v2")
    write(project / "models.py", mended)
    assert told(lint(project, cache=tmp_path / "cache")) == FOUND - {("compare.py", "VEC101")}
    assert "compare.py" in walks and "broken.py" not in walks


def test_a_change_is_seen_by_those_who_share_a_store(project: Path, tmp_path: Path) -> None:
    lint(project, cache=tmp_path / "cache")
    mended = PROJECT["ingest.py"].replace("BAAI/bge-small-en-v1.5", "all-MiniLM-L6-v2")
    write(project / "ingest.py", mended)
    assert told(lint(project, cache=tmp_path / "cache")) == FOUND - {("serve.py", "VEC201")}
    write(project / "ingest.py", PROJECT["ingest.py"])
    assert told(lint(project, cache=tmp_path / "cache")) == FOUND


def test_a_new_or_lost_file_is_seen(project: Path, tmp_path: Path) -> None:
    lint(project, cache=tmp_path / "cache")
    (project / "ingest.py").unlink()
    assert ("serve.py", "VEC201") not in told(lint(project, cache=tmp_path / "cache"))
    write(project / "ingest.py", PROJECT["ingest.py"])
    assert told(lint(project, cache=tmp_path / "cache")) == FOUND


CONFIGURED = """\
import json

from sentence_transformers import SentenceTransformer, util

config = json.load(open("config.json"))
docs = SentenceTransformer(config["model"]).encode(["a"])
util.cos_sim(docs, SentenceTransformer("all-MiniLM-L6-v2").encode("b"))
"""


def test_a_configuration_file_that_changes_is_seen(project: Path, tmp_path: Path) -> None:
    cache, more = tmp_path / "cache", {("configured.py", "VEC101")}

    def configure(model: str) -> None:
        write(project / "config.json", json.dumps({"model": model}))

    write(project / "configured.py", CONFIGURED)
    assert told(lint(project, cache=cache)) == FOUND
    configure("paraphrase-MiniLM-L6-v2")
    assert told(lint(project, cache=cache)) == FOUND | more
    configure("all-MiniLM-L6-v2")
    assert told(lint(project, cache=cache)) == FOUND
    # Another file changes as well: the results of single files are asked for.
    write(project / "quiet.py", "import json\n")
    assert told(lint(project, cache=cache)) == FOUND
    configure("paraphrase-MiniLM-L6-v2")
    write(project / "quiet.py", "import os\n")
    assert told(lint(project, cache=cache)) == FOUND | more
    # A program that writes the file makes it unknown, though it is never parsed.
    write(project / "quiet.py", 'open("config.json", "w").write("{}")\n')
    assert told(lint(project, cache=cache)) == FOUND
    write(project / "quiet.py", "import os\n")
    assert told(lint(project, cache=cache)) == FOUND | more
    (project / "config.json").unlink()
    assert told(lint(project, cache=cache)) == FOUND


def test_a_file_written_as_the_run_began_is_not_trusted(project: Path, tmp_path: Path) -> None:
    """Within one tick of the clock a file may change twice, its size being the same."""
    path = project / "compare.py"
    path.write_text(PROJECT["compare.py"], encoding="utf-8")
    stamp = path.stat()
    assert ("compare.py", "VEC101") in told(lint(project, cache=tmp_path / "cache"))
    path.write_text(PROJECT["compare.py"].replace("other.", "small."), encoding="utf-8")
    os.utime(path, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    assert ("compare.py", "VEC101") not in told(lint(project, cache=tmp_path / "cache"))


@pytest.mark.parametrize("rubbish", ["", "{", "[]", "null", '{"stamps": 3}', '{"results": []}'])
def test_rubbish_in_the_folder_counts_as_nothing(
    project: Path, tmp_path: Path, rubbish: str
) -> None:
    cache = tmp_path / "cache"
    first = lint(project, cache=cache)
    for file in cache.rglob("*.json"):
        file.write_text(rubbish, encoding="utf-8")
    assert findings(lint(project, cache=cache)) == findings(first)


def test_results_of_another_shape_count_as_nothing(project: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    lint(project, cache=cache)
    for file in cache.rglob("*.json"):
        data = json.loads(file.read_text("utf-8"))
        for key in data.get("results", {}):
            data["results"][key] = {"findings": [[{}, ""]]}
        data.pop("reports", None)
        file.write_text(json.dumps(data), encoding="utf-8")
    assert told(lint(project, cache=cache)) == FOUND


def test_runs_at_the_same_time_do_not_disturb_each_other(project: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    failures: list[BaseException] = []

    def run() -> None:
        try:
            assert told(lint(project, cache=cache)) == FOUND
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert told(lint(project, cache=cache)) == FOUND
    assert not [path for path in cache.rglob("*") if path.is_file() and "json." in path.name]


def test_a_folder_that_cannot_be_made_costs_nothing(project: Path, tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file", encoding="utf-8")
    assert told(lint(project, cache=tmp_path / "cache")) == FOUND


def test_the_folder_is_left_out_of_backups_and_commits(project: Path, tmp_path: Path) -> None:
    lint(project, cache=tmp_path / "cache")
    assert (tmp_path / "cache/.gitignore").read_text("utf-8") == "*\n"
    assert (tmp_path / "cache/CACHEDIR.TAG").exists()


def test_one_file_is_not_judged_without_those_it_shares_a_store_with(
    project: Path, tmp_path: Path
) -> None:
    """The whole run kept what it knew; of one file alone the others may have changed since."""
    (project / "ingest.py").unlink()
    lint(project, cache=tmp_path / "cache")
    write(project / "ingest.py", PROJECT["ingest.py"])
    settings = Settings(root=project)
    path = project / "serve.py"
    options = Options(cache_dir=tmp_path / "cache")
    alone = list(check([File(path, path.name, settings)], options))
    plain = list(check([File(path, path.name, settings)], Options()))
    assert findings(alone) == findings(plain)
    assert told(alone) == {("serve.py", "VEC201")}


def test_work_that_was_broken_off_is_done_again(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*arguments: object) -> object:
        raise RecursionError

    with monkeypatch.context() as patch:
        patch.setattr(workspace, "judge", fails)
        assert ("compare.py", "VEC902") in told(lint(project, cache=tmp_path / "cache"))
    assert told(lint(project, cache=tmp_path / "cache")) == FOUND


def test_old_runs_go(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache_module, "RUNS", 2)
    settings = Settings(root=project)
    for path in sorted(project.glob("*.py")):
        options = Options(cache_dir=tmp_path / "cache")
        list(check([File(path, path.name, settings)], options))
    assert len(list((tmp_path / "cache").rglob("run-*.json"))) == 2


def test_processes_that_would_all_read_the_same_do_not_pay() -> None:
    files = [(Path(f"{name}.py"), workers.WORTH) for name in "abcd"]
    own = dict(files)

    def apart(paths: Iterable[Path]) -> int:
        return sum(own[path] for path in paths)

    def alike(paths: Iterable[Path]) -> int:
        return apart(paths) + 50 * workers.WORTH

    assert workers.pays(files, 2, apart)
    assert not workers.pays(files, 1, apart)
    assert not workers.pays(files[:1], 2, apart)
    assert not workers.pays(files, 2, alike)
