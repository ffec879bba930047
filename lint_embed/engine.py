"""The core that serves all surfaces: files in, findings out.

files -> sources -> relevance -> syntax -> provenance -> meetings -> rules -> findings
"""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from lint_embed import workers
from lint_embed.cache import Cache
from lint_embed.results import Report, Result
from lint_embed.workspace import Workspace

if TYPE_CHECKING:
    from lint_embed.files import File
    from lint_embed.settings import Options, Settings

RECURSION_LIMIT = 20_000


def check(
    files: Sequence[File], options: Options, step: Callable[[], None] = lambda: None
) -> Iterator[Report]:
    """Lints files, in order; the project around them is read for context.

    ``step`` is called for each file that needs no walk, or was walked.
    """
    cache = Cache(options.cache_dir) if options.cache_dir is not None and files else None
    key = cache.run_key(files, options) if cache is not None else None
    if cache is not None and key is not None and (known := cache.run(key)) is not None:
        yield from known
        return
    begun = time.time()
    reports: list[Report] = []
    workspaces: dict[Settings, Workspace] = {}
    with undisturbed():
        for file in files:
            if file.settings not in workspaces:
                wide = cache is not None and cache.is_wide(file.settings)
                workspaces[file.settings] = Workspace(file.settings, files, wide)
        results: dict[Path, Result] = {}
        for workspace in workspaces.values():
            mine = [file for file in files if file.settings == workspace.settings]
            results |= solve(workspace, mine, options, cache, step)
        for file in files:
            workspace = workspaces[file.settings]
            reports.append(workspace.report(file, results.get(file.path)))
            yield reports[-1]
        for workspace in workspaces.values() if options.configuration else ():
            for report in workspace.leftovers():
                reports.append(report)
                yield report
    if cache is not None and key is not None and all(each.lasting for each in results.values()):
        read = (path for workspace in workspaces.values() for path in workspace.read_paths())
        cache.keep_run(key, reports, read, begun)


def solve(
    workspace: Workspace,
    files: Sequence[File],
    options: Options,
    cache: Cache | None,
    step: Callable[[], None],
) -> dict[Path, Result]:
    """The results of the files that matter; kept ones, and new ones by one or more processes."""
    work = _begin(workspace, files, options, cache)
    for _ in range(len(files) - len(work.todo)):
        step()
    left = [path for path in work.plain if path not in work.found]
    work.found |= _shared_out(workspace, work.todo, work.found, left, options.jobs, step)
    waiting = {file.path for file in work.rest() if not workspace.load(file.path).walked}
    for file in work.rest():
        if workspace.must_widen():
            break
        if file.path in waiting:
            waiting.remove(file.path)
            workspace.walk(file)
            step()
    if workspace.must_widen():
        narrow, wide = workspace.widen(), workspace.relevance
        made = {
            path: each
            for path, each in work.found.items()
            if not each.shared and narrow.roots(path) == wide.roots(path)
        }
        work = _begin(workspace, files, options, cache)
        work.found |= made
        for file in work.rest():
            workspace.walk(file)
            if file.path in waiting:
                step()
    workspace.match(options.context)
    rest = work.rest()
    work.found |= {file.path: workspace.result(file) for file in rest}
    if cache is not None and work.keys and rest:
        _keep(workspace, work.keys, work.found, cache)
    return work.found


@dataclass(slots=True)
class _Work:
    """The files that matter; those whose results can be kept, with what they rest on; and
    the results that are known."""

    todo: dict[Path, File]
    plain: list[Path]
    keys: dict[Path, str]
    found: dict[Path, Result]

    def rest(self) -> list[File]:
        """The files without a result."""
        return [file for path, file in self.todo.items() if path not in self.found]


def _begin(
    workspace: Workspace, files: Sequence[File], options: Options, cache: Cache | None
) -> _Work:
    todo = {file.path: file for file in files if workspace.is_relevant(file)}
    plain = [path for path, file in todo.items() if workspace.is_plain(file)]
    if workspace.settings.aligned and options.configuration:
        plain = []  # whether an alignment is needed, only a walk can tell
    keys = workspace.keys(plain) if cache is not None and plain else {}
    found = _known(workspace, keys, cache) if cache is not None and keys else {}
    return _Work(todo, plain, keys, found)


def _known(workspace: Workspace, keys: Mapping[Path, str], cache: Cache) -> dict[Path, Result]:
    """The kept results of some files that still hold."""
    found = cache.known(workspace.settings, keys)
    if found:
        workspace.project.configurations.look_at(cache.configurations(workspace.settings))
    if any(each.shared for each in found.values()) and not workspace.is_complete():
        # What others do to the same stores and files is not among the keys.
        found = {path: each for path, each in found.items() if not each.shared}
    return found


def _shared_out(
    workspace: Workspace,
    todo: Mapping[Path, File],
    found: Mapping[Path, Result],
    left: Sequence[Path],
    jobs: int,
    step: Callable[[], None],
) -> dict[Path, Result]:
    """The results of files that other processes made, while this one walked all others."""
    alone = [path for path in left if not workspace.relevance.keeps_vectors(path)]
    sizes = [(path, workspace.size(path)) for path in alone]
    if not workers.pays(sizes, jobs, workspace.relevance.size):
        return {}
    number = jobs - (len(alone) < len(left)) or 1
    others = workers.Workers(sizes, number, lambda path: workspace.result(todo[path]), step)
    theirs = set(alone)
    for path, file in todo.items():
        if path not in found and path not in theirs:
            workspace.walk(file)
            step()
    made = others.results()
    workspace.project.configurations.look_at(
        path for result in made.values() for path in result.configurations
    )
    return {path: result for path, result in made.items() if not result.shared}


def _keep(
    workspace: Workspace, keys: Mapping[Path, str], found: Mapping[Path, Result], cache: Cache
) -> None:
    """Keeps the results that rest on nothing but their keys."""
    whole = workspace.is_complete()
    kept = {
        path: found[path]
        for path in keys
        if found[path].lasting and not found[path].configured and (whole or not found[path].shared)
    }
    read = workspace.project.configurations.looked_at()
    cache.keep(workspace.settings, keys, kept, read, not workspace.narrow)


@contextmanager
def undisturbed() -> Iterator[None]:
    """Work on syntax trees: without the garbage collector, and with room for recursion."""
    paused = gc.isenabled()
    gc.disable()
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, RECURSION_LIMIT))
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)
        if paused:
            gc.enable()
