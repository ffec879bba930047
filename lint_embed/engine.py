"""The core that serves all surfaces: files in, findings out.

files -> sources -> relevance -> syntax -> provenance -> meetings -> rules -> findings
"""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
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
                workspaces[file.settings] = Workspace(file.settings, files)
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
    todo = {}
    for file in files:
        if workspace.is_relevant(file):
            todo[file.path] = file
        else:
            step()
    plain = [path for path, file in todo.items() if workspace.is_plain(file)]
    if workspace.settings.aligned and options.configuration:
        plain = []  # whether an alignment is needed, only a walk can tell
    found: dict[Path, Result] = {}
    keys: dict[Path, str] = {}
    read = workspace.project.configurations
    if cache is not None and plain:
        keys = workspace.keys(plain)
        found = cache.known(workspace.settings, keys)
        if found:
            read.look_at(cache.configurations(workspace.settings))
        if any(each.shared for each in found.values()) and not workspace.is_complete():
            # What others do to the same stores and files is not among the keys.
            found = {path: each for path, each in found.items() if not each.shared}
    left = [path for path in plain if path not in found]
    alone = [path for path in left if not workspace.relevance.keeps_vectors(path)]
    sizes = [(path, workspace.size(path)) for path in alone]
    if workers.pays([size for _, size in sizes], options.jobs):
        number = options.jobs - (len(alone) < len(left)) or 1
        others = workers.Workers(sizes, number, lambda path: workspace.result(todo[path]), step)
        for path in [path for path in todo if path not in found and path not in set(alone)]:
            workspace.walk(todo[path])
            step()
        made = others.results().items()
        read.look_at(path for _, result in made for path in result.configurations)
        found |= {path: result for path, result in made if not result.shared}
    rest = [file for path, file in todo.items() if path not in found]
    for file in rest:
        if not workspace.load(file.path).walked:
            workspace.walk(file)
            step()
    workspace.match(options.context)
    found |= {file.path: workspace.result(file) for file in rest}
    if cache is not None and keys and rest:
        whole = workspace.is_complete()
        cache.keep(
            workspace.settings,
            keys,
            {
                path: found[path]
                for path in keys
                if found[path].lasting
                and not found[path].configured
                and (whole or not found[path].shared)
            },
            read.looked_at(),
        )
    return found


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
