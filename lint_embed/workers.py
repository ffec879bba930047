"""Files of one run shared out to processes, when that pays.

The relevance of all files is settled first; a process is then a copy of this one that
walks some of them. What shares stores and files with others is left to this process.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from lint_embed.results import Result

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

WORTH = 400_000
"""Characters of source from which on processes pay."""


def pays(sizes: Sequence[int], jobs: int) -> bool:
    """Whether files of these sizes are worth processes; they need a system that can fork."""
    return jobs > 1 and len(sizes) > 1 and sum(sizes) >= WORTH and hasattr(os, "fork")


def shared_out(
    files: Sequence[tuple[Path, int]], jobs: int, walk: Callable[[Path], Result]
) -> dict[Path, Result]:
    """The results of ``walk`` for files with their sizes, made in up to ``jobs`` processes.

    A process that dies takes its files with it: they are missing from the answer.
    """
    groups = _groups(files, jobs)
    context = multiprocessing.get_context("fork")
    gc.freeze()
    started = []
    for group in groups:
        here, there = context.Pipe(duplex=False)
        process = context.Process(target=_work, args=(there, group, walk))
        process.start()
        there.close()
        started.append((process, here))
    found: dict[Path, Result] = {}
    for process, here in started:
        with suppress(EOFError, OSError):
            found.update(here.recv())
        process.join()
    gc.unfreeze()
    return found


def _work(answer: Connection, group: Sequence[Path], walk: Callable[[Path], Result]) -> None:
    answer.send({path: walk(path) for path in group})
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
