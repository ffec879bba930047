"""One run of the linter over one folder, in a process of its own."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_HOME = Path(__file__).resolve().parents[2]
_PARSED = re.compile(r"\((\d+) parsed\)")


@dataclass(frozen=True, slots=True)
class Run:
    """What a run gave: ``parsed`` files, processor ``seconds``, peak memory in MB
    (of the largest process), the findings as JSON has them. ``failure`` says why there are
    none, None when the run came to its end."""

    parsed: int
    seconds: float
    memory: float
    findings: list[dict[str, Any]]
    failure: str | None


def lint(folder: Path, limit: float, jobs: int) -> Run:
    """Lints a folder without cache and configuration; ends the run after ``limit`` seconds."""
    command = [sys.executable, "-P", "-m", "lint_embed", "check", "--isolated", "--no-cache"]
    command += ["--jobs", str(jobs), "--output-format", "json", "-v", "."]
    path = os.pathsep.join(filter(None, (str(_HOME), os.environ.get("PYTHONPATH"))))
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env={**os.environ, "PYTHONPATH": path},
            stdout=out,
            stderr=err,
            start_new_session=True,
        )
        late = threading.Event()
        timer = threading.Timer(limit, _end, (process.pid, late))
        timer.start()
        # The resources of this child alone, with those of its own workers.
        _, status, usage = os.wait4(process.pid, 0)
        timer.cancel()
        process.returncode = os.waitstatus_to_exitcode(status)
        texts = [_text(stream) for stream in (out, err)]
    failure = None
    if late.is_set():
        failure = f"not finished after {limit:.0f} s"
    elif process.returncode not in (0, 1):
        said = texts[1].strip().splitlines()
        failure = said[-1] if said else f"ended with status {process.returncode}"
    findings = json.loads(texts[0]) if failure is None else []
    parsed = _PARSED.search(texts[1])
    seconds = usage.ru_utime + usage.ru_stime
    unit = 1 << 20 if sys.platform == "darwin" else 1 << 10
    return Run(int(parsed[1]) if parsed else 0, seconds, usage.ru_maxrss / unit, findings, failure)


def _end(group: int, late: threading.Event) -> None:
    late.set()
    os.killpg(group, signal.SIGKILL)


def _text(stream: Any) -> str:
    stream.seek(0)
    return str(stream.read(), "utf-8", "replace")
