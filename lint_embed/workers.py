"""Files of one run shared out to processes, when that pays.

The relevance of all files is settled first; a process is then a copy of this one that
walks some of them. What shares stores and files with others is left to this process.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection, wait
from pathlib import Path

from lint_embed.results import Result

WORTH = 400_000
"""Characters of source from which on processes pay."""


def pays(sizes: Sequence[int], jobs: int) -> bool:
    """Whether files of these sizes are worth processes; they need a system that can fork."""
    return jobs > 1 and len(sizes) > 1 and sum(sizes) >= WORTH and hasattr(os, "fork")


def shared_out(
    files: Sequence[tuple[Path, int]],
    jobs: int,
    walk: Callable[[Path], Result],
    step: Callable[[], None],
) -> dict[Path, Result]:
    """The results of ``walk`` for files with their sizes, made in up to ``jobs`` processes.

    ``step`` is called for each file that is done. A process that dies takes what it had
    not done yet with it: that is missing from the answer.
    """
    context = multiprocessing.get_context("fork")
    gc.freeze()
    started = []
    for group in _groups(files, jobs):
        here, there = context.Pipe(duplex=False)
        process = context.Process(target=_work, args=(there, group, walk))
        process.start()
        there.close()
        started.append((process, here))
    found: dict[Path, Result] = {}
    waiting: list[Connection] = [here for _, here in started]
    while waiting:
        ready = wait(waiting)
        for here in [each for each in waiting if each in ready]:
            try:
                path, result = here.recv()
            except (EOFError, OSError):
                waiting.remove(here)
                continue
            found[path] = result
            step()
    for process, _ in started:
        process.join()
    gc.unfreeze()
    return found


def _work(answer: Connection, group: Sequence[Path], walk: Callable[[Path], Result]) -> None:
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
