"""Files of one run shared out to processes, when that pays.

The relevance of all files is settled first; a process is then a copy of this one that
walks some of them. What shares stores and files with others is left to this process:
what is likely to, from the start; what turned out to, in the end.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterable, Sequence
from multiprocessing.connection import Connection, wait
from pathlib import Path

from lint_embed.results import Result

WORTH = 400_000
"""Characters of source from which on processes pay."""


SHARE = 0.75
"""A process pays that has to read no more than this share of what one alone would read."""


def pays(
    files: Sequence[tuple[Path, int]], jobs: int, reads: Callable[[Iterable[Path]], int]
) -> bool:
    """Whether files of these sizes are worth processes; they need a system that can fork.

    They are not where each process would read nearly all: ``reads`` tells how many
    characters some files have together with what they import.
    """
    work = sum(size for _, size in files)
    if jobs < 2 or len(files) < 2 or work < WORTH or not hasattr(os, "fork"):
        return False
    most = max(reads(group) for group in _groups(files, jobs))
    return most <= SHARE * reads(path for path, _ in files)


class Workers:
    """Processes that walk files; their answers are taken in while this one goes on."""

    def __init__(
        self,
        files: Sequence[tuple[Path, int]],
        number: int,
        walk: Callable[[Path], Result],
        step: Callable[[], None],
    ) -> None:
        context = multiprocessing.get_context("fork")
        gc.freeze()
        self._found: dict[Path, Result] = {}
        self._processes = []
        ends: list[Connection] = []
        for group in _groups(files, number):
            here, there = context.Pipe(duplex=False)
            process = context.Process(target=_work, args=(there, group, walk), daemon=True)
            process.start()
            there.close()
            self._processes.append(process)
            ends.append(here)
        self._reader = threading.Thread(target=self._read, args=(ends, step), daemon=True)
        self._reader.start()

    def _read(self, ends: list[Connection], step: Callable[[], None]) -> None:
        while ends:
            ready = wait(ends)
            for here in [each for each in ends if each in ready]:
                try:
                    path, result = here.recv()
                except (EOFError, OSError):
                    ends.remove(here)
                    continue
                self._found[path] = result
                step()

    def results(self) -> dict[Path, Result]:
        """Waits for the end; what a process that died had not done yet is missing."""
        self._reader.join()
        for process in self._processes:
            process.join()
        gc.unfreeze()
        return self._found


def _work(answer: Connection, group: Sequence[Path], walk: Callable[[Path], Result]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C ends the parent, which ends this
    for path in group:
        answer.send((path, walk(path)))
    answer.close()


def _groups(files: Sequence[tuple[Path, int]], jobs: int) -> list[list[Path]]:
    """Neighbours go together, since they are likely to import the same files."""
    share = sum(size for _, size in files) / jobs
    groups: list[list[Path]] = [[]]
    filled = 0.0
    for path, size in files:
        if filled >= share and len(groups) < jobs:
            groups.append([])
            filled = 0.0
        groups[-1].append(path)
        filled += size
    return groups
