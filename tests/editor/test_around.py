"""Typing in a document whose project takes long: what was found around it stands meanwhile."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("pygls")

from lint_embed.editor import analysis as analysis_module
from lint_embed.editor.analysis import Analysis
from lint_embed.provenance.interpreter import Interrupted

HOUSE = "import numpy as np\nfrom sentence_transformers import SentenceTransformer, util\n"
WRITER = HOUSE + "m = SentenceTransformer('{model}')\nnp.save('docs.npy', m.encode(['a', 'b']))\n"
READER = (
    HOUSE
    + "m = SentenceTransformer('paraphrase-MiniLM-L6-v2')\n"
    + "n = SentenceTransformer('all-mpnet-base-v2')\n"
    + "query = m.encode('c')\n"
    + "print(util.cos_sim(query, np.load('docs.npy')))\n"
)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "pyproject.toml").write_text("")
    (tmp_path / "writer.py").write_text(WRITER.format(model="all-MiniLM-L6-v2"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(analysis_module, "SLOW", 0.0)
    return tmp_path


def _lines(analysis: Analysis, path: Path, quick: bool) -> list[tuple[str, int]]:
    checked = analysis.check(path, typing=True, quick=quick)
    assert checked.partial is quick
    return sorted((each.finding.code, each.finding.place.line) for each in checked.findings)


def test_what_was_found_around_stands_and_moves_while_typing(project: Path) -> None:
    analysis, reader = Analysis(lambda message: None), project / "reader.py"
    analysis.update(reader, READER, 1)
    assert _lines(analysis, reader, quick=False) == [("VEC101", 6)]
    analysis.update(reader, "# c\n" + READER, 2)
    assert _lines(analysis, reader, quick=True) == [("VEC101", 7)]
    # What the document itself tells is new at once.
    analysis.update(reader, "# c\n" + READER + "util.cos_sim(query, n.encode('d'))\n", 3)
    assert _lines(analysis, reader, quick=True) == [("VEC101", 7), ("VEC101", 8)]
    assert _lines(analysis, reader, quick=False) == [("VEC101", 7), ("VEC101", 8)]
    # What the project tells changes when it is looked at again.
    (project / "writer.py").write_text(WRITER.format(model="paraphrase-MiniLM-L6-v2"))
    analysis.update(reader, READER, 4)
    assert _lines(analysis, reader, quick=True) == [("VEC101", 6)]
    assert _lines(analysis, reader, quick=False) == []
    analysis.update(reader, READER + "\n", 5)
    assert _lines(analysis, reader, quick=True) == []


def test_a_second_writer_elsewhere_is_never_forgotten(project: Path) -> None:
    """One writer in sight would be a mistake; with the other one nothing is known."""
    text = (
        READER + "np.save('docs.npy', n.encode(['a']))\nutil.cos_sim(query, np.load('docs.npy'))\n"
    )
    analysis, reader = Analysis(lambda message: None), project / "reader.py"
    analysis.update(reader, text, 1)
    whole = _lines(analysis, reader, quick=False)
    for revision in range(2, 5):
        analysis.update(reader, "\n" * revision + text, revision)
        moved = [(code, line + revision) for code, line in whole]
        assert _lines(analysis, reader, quick=True) == moved
        assert _lines(analysis, reader, quick=False) == moved


def test_a_configuration_file_that_changes_is_read_again(project: Path) -> None:
    analysis, reader = Analysis(lambda message: None), project / "reader.py"
    config, data = project / "config.json", project / "data.json"
    text = (
        "import json\n"
        + HOUSE
        + "m = SentenceTransformer(json.load(open('config.json'))['model'])\n"
        + "n = SentenceTransformer('all-mpnet-base-v2')\n"
        + "util.cos_sim(m.encode('a'), n.encode('b'))\n"
    )
    analysis.update(reader, text, 1)
    assert _lines(analysis, reader, quick=False) == []
    config.write_text('{"model": "all-MiniLM-L6-v2"}')
    assert analysis.changed_on_disk([config]) == {reader}
    assert _lines(analysis, reader, quick=False) == [("VEC101", 6)]
    config.write_text('{"model": "all-mpnet-base-v2"}')
    assert analysis.changed_on_disk([data, config]) == {reader}
    assert _lines(analysis, reader, quick=False) == []
    assert analysis.changed_on_disk([data]) == set()


def test_it_is_broken_off_for_other_work_and_done_later(project: Path) -> None:
    for number in range(20):
        body = "".join(f"v{n} = m.encode(['{n}'])\n" for n in range(100))
        text = WRITER.format(model="all-MiniLM-L6-v2") + body
        (project / f"other{number}.py").write_text(text.replace("docs.npy", f"{number}/docs.npy"))
    analysis, reader = Analysis(lambda message: None), project / "reader.py"
    analysis.update(reader, READER, 1)
    whole = _lines(analysis, reader, quick=False)
    asked: list[bool] = []

    def now() -> bool:
        asked.append(True)
        return len(asked) == 5

    analysis.update(reader, "\n" + READER, 2)
    assert _lines(analysis, reader, quick=True) == [(code, line + 1) for code, line in whole]
    with pytest.raises(Interrupted):
        analysis.check(reader, typing=True, interrupted=now)
    assert len(asked) == 5
    assert _lines(analysis, reader, quick=False) == [(code, line + 1) for code, line in whole]
    fresh = Analysis(lambda message: None)
    fresh.update(reader, "\n" + READER, 1)
    kept = analysis.check(reader, typing=False).findings
    assert kept == fresh.check(reader, typing=False).findings
