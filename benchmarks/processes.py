"""One command in a process of its own, with what it took."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

HOME = Path(__file__).resolve().parents[1]
"""The folder of this checkout: what is measured is the linter that stands here."""

LINTER = (sys.executable, "-P", "-m", "lint_embed", "check", "--isolated")


@dataclass(frozen=True, slots=True)
class Done:
    """What became of a command: seconds on the wall, seconds of processors (its own processes
    included), peak memory in MB of the largest process, whether the limit ended it."""

    wall: float
    processor: float
    memory: float
    status: int
    out: str
    err: str
    late: bool


def run(
    command: Sequence[str],
    folder: Path,
    limit: float = 600,
    environment: Mapping[str, str] | None = None,
) -> Done:
    """Runs a command in a folder; after ``limit`` seconds it is ended with all it started."""
    path = os.pathsep.join(filter(None, (str(HOME), os.environ.get("PYTHONPATH"))))
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        started = time.perf_counter()
        process = subprocess.Popen(
            command,
            cwd=folder,
            env={**os.environ, "PYTHONPATH": path, **(environment or {})},
            stdout=out,
            stderr=err,
            start_new_session=True,
        )
        late = threading.Event()
        timer = threading.Timer(limit, _end, (process.pid, late))
        timer.start()
        # The resources of this child alone, with those of its own workers.
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - started
        timer.cancel()
        process.returncode = os.waitstatus_to_exitcode(status)
        return Done(
            wall,
            usage.ru_utime + usage.ru_stime,
            usage.ru_maxrss / ((1 << 20) if sys.platform == "darwin" else (1 << 10)),
            process.returncode,
            _text(out),
            _text(err),
            late.is_set(),
        )


def _end(group: int, late: threading.Event) -> None:
    late.set()
    os.killpg(group, signal.SIGKILL)


def _text(stream: IO[bytes]) -> str:
    stream.seek(0)
    return stream.read().decode("utf-8", "replace")
