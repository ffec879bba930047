"""Where the time of a run goes: stages, and what -v says of them."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from lint_embed import stages
from lint_embed.run import STAGES
from lint_embed.stages import stage

ENCODES = "from sentence_transformers import SentenceTransformer\nm = SentenceTransformer('a')\n"


def test_what_stages_within_a_stage_take_is_theirs_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter((0.0, 1.0, 3.0, 7.0, 8.0, 16.0))
    monkeypatch.setattr("time.perf_counter", lambda: next(clock))
    stages.begin()
    with stage("outer"):
        with stage("inner"):
            pass
        with stage("inner"):
            pass
    assert stages.seconds() == {"inner": 3.0, "outer": 13.0}
    stages.begin()
    assert stages.seconds() == {}


def test_a_stage_that_fails_is_measured() -> None:
    stages.begin()
    with pytest.raises(ValueError, match="it"), stage("outer"), stage("inner"):
        raise ValueError("it")
    assert list(stages.seconds()) == ["inner", "outer"]


@pytest.mark.parametrize(
    ("code", "missing"), [(ENCODES, set()), ("x = 1\n", {"parsing", "following"})]
)
def test_verbose_tells_of_each_stage(code: str, missing: set[str], tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(code)
    command = [sys.executable, "-m", "lint_embed", "-v", "--no-cache", "--isolated", "a.py"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    total, by_stage = done.stderr.splitlines()[:2]
    spent = re.findall(r"([a-z]+(?: [a-z]+)*) (\d+\.\d\d) s", by_stage.partition("stage: ")[2])
    assert [name for name, _ in spent] == [name for name in STAGES if name not in missing]
    seconds = sum(float(each) for _, each in spent)
    assert seconds == pytest.approx(float(total.split()[-2]), abs=0.01 * len(STAGES))
