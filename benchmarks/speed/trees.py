"""The linter and others on the same tree, in one run."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.processes import LINTER, Done, run

LONG = 20
"""Seconds from which on a command is not run again."""
ONCE = 1_000


@dataclass(slots=True)
class Contender:
    """One row of the table: a command, and the best that it took."""

    name: str
    processes: int
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    wall: float = float("inf")
    processor: float = float("inf")
    memory: float = 0.0

    def measure(self, tree: Path) -> None:
        """Runs the command once more; of several runs the fastest counts. Raises RuntimeError
        when it does not do what it should."""
        if self.wall < ONCE and self.wall > LONG:
            return
        done = run(self.command, tree, environment=self.environment)
        if done.late or done.status not in (0, 1):
            raise RuntimeError(f"{self.name}: {_last(done)}")
        self.wall = min(self.wall, done.wall)
        self.processor = min(self.processor, done.processor)
        self.memory = max(self.memory, done.memory)


def _last(done: Done) -> str:
    lines = done.err.strip().splitlines() or done.out.strip().splitlines()
    return lines[-1] if lines else f"status {done.status}"


def table(tree: Path, rounds: int, without: Sequence[str] = ()) -> str:
    """A table in Markdown of all that is installed here, on one tree. Raises RuntimeError."""
    with tempfile.TemporaryDirectory() as caches:
        contenders = [
            each for each in _contenders(Path(caches)) if each.name.split()[0] not in without
        ]
        for each in contenders:
            if "warm" in each.name:
                run(each.command, tree, environment=each.environment)  # fills the cache
        for _ in range(rounds):
            for each in contenders:  # in turns, so that all share in what else the machine does
                each.measure(tree)
    reference = next((each for each in contenders if each.name == "ruff, cold"), contenders[0])
    lines = [
        "| command | processes | seconds | of processors | memory (MB) | against ruff, cold |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    for each in contenders:
        like = next(
            (one for one in contenders if one.name == "ruff, cold"
             and one.processes == each.processes),
            reference,
        )  # fmt: skip
        lines.append(
            f"| {each.name} | {each.processes} | {each.wall:.2f} | {each.processor:.2f} "
            f"| {each.memory:.0f} | {each.wall / like.wall:.2f} |"
        )
    return "\n".join([*lines, "", _parsing(tree, contenders[0])])


def _contenders(caches: Path) -> list[Contender]:
    found = []
    for jobs in (1, 2):
        embed = [*LINTER, "--jobs", str(jobs), "-q"]
        store = ["--cache-dir", str(caches / f"embed{jobs}")]
        found.append(Contender("lint-embed, cold", jobs, [*embed, "--no-cache", "."]))
        found.append(Contender("lint-embed, warm", jobs, [*embed, *store, "."]))
    if (ruff := _program("ruff")) is not None:
        for jobs in (1, 2):
            threads = {"RAYON_NUM_THREADS": str(jobs)}
            base = [ruff, "check", "--isolated", "-q", "--exit-zero"]
            store = ["--cache-dir", str(caches / f"ruff{jobs}")]
            found.append(Contender("ruff, cold", jobs, [*base, "--no-cache", "."], threads))
            found.append(Contender("ruff, warm", jobs, [*base, *store, "."], threads))
    if (flake8 := _program("flake8")) is not None:
        version = run([flake8, "--version"], Path.cwd()).out
        name = "flake8 with bugbear" if "bugbear" in version else "flake8"
        for jobs in (1, 2):
            command = [flake8, "--isolated", "--exit-zero", "-q", "-j", str(jobs), "."]
            found.append(Contender(name, jobs, command))
    return found


def _program(name: str) -> str | None:
    """A program beside this interpreter, or on the path."""
    beside = Path(sys.executable).with_name(name)
    return str(beside) if beside.exists() else shutil.which(name)


def _parsing(tree: Path, cold: Contender) -> str:
    """The time of libcst alone for the files that the linter parses, and what it adds."""
    done = run([sys.executable, "-P", "-m", "benchmarks.speed.parse", "."], tree)
    if done.status:
        raise RuntimeError(f"parsing: {_last(done)}")
    files, lines, *seconds = done.out.split()
    parsing, following = map(float, seconds)
    said = f"`cst.parse_module` of the {files} files parsed ({lines} lines): {parsing:.2f} s."
    if not parsing:
        return said
    added = cold.processor - parsing
    return (
        f"{said} Following what they do takes {following:.2f} s ({following / parsing:.2f} x), "
        f"all else of a cold run in one process {added:.2f} s ({added / parsing:.2f} x)."
    )
