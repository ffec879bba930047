"""The worker process: reads messages, analyses, writes results.

Start it as a module with pipes for its input and output. It ends when its input does.
"""

from __future__ import annotations

import gc
import os
import pickle
import queue
import sys
import threading
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from lint_embed.editor import questions
from lint_embed.editor.analysis import Analysis
from lint_embed.editor.messages import (
    Answer,
    Ask,
    Buffer,
    Cancel,
    Changed,
    Check,
    Checked,
    Failed,
    Start,
)
from lint_embed.engine import RECURSION_LIMIT
from lint_embed.provenance.interpreter import Interrupted
from lint_embed.room import with_room

STACK = 256 * 1024 * 1024
COLLECT_IDLE = 1.0  # Seconds without work after which garbage is collected.
COLLECT_EVERY = 60  # Checks after which it is collected without a pause.


class Worker:
    """Does what messages ask for: documents first, then questions, then what is around
    the documents, then whole projects."""

    def __init__(self, inbox: queue.SimpleQueue[Any], output: BinaryIO) -> None:
        self.inbox = inbox
        self.output = output
        self.analysis = Analysis(self.send)
        self.pending: dict[Path, bool] = {}
        self.partial: dict[Path, Checked] = {}
        self.questions: dict[int, Ask] = {}
        self.projects: dict[int, Iterator[Any]] = {}
        self.folders: tuple[Path, ...] = ()
        self.checks = 0

    def send(self, message: object) -> None:
        """Writes one message to the server."""
        self.output.write(pickle.dumps(message, pickle.HIGHEST_PROTOCOL))
        self.output.flush()

    def run(self) -> None:
        """Works until the process is ended."""
        while True:
            self._receive()
            if self.pending:
                self._check(next(iter(self.pending)))
            elif self.questions:
                self._answer(self.questions.pop(next(iter(self.questions))))
            elif self.partial:
                self._complete(next(iter(self.partial)))
            elif self.projects:
                self._step(next(iter(self.projects)))

    def _receive(self) -> None:
        """Takes all messages that are there; waits for one when there is no work."""
        if self.checks >= COLLECT_EVERY:
            # Right behind a result: nobody waits for the next one yet.
            self._collect()
        if not (self.pending or self.questions or self.partial or self.projects):
            try:
                self._take(self.inbox.get(timeout=COLLECT_IDLE if self.checks else None))
            except queue.Empty:
                self._collect()
                return
        while not self.inbox.empty():
            self._take(self.inbox.get())

    def _collect(self) -> None:
        gc.collect()
        self.checks = 0

    def _take(self, message: object) -> None:
        match message:
            case Start(base, folders):
                if base.is_dir():
                    os.chdir(base)
                self.folders = folders
            case Buffer(path, text, revision):
                for other in self.analysis.update(path, text, revision):
                    self.pending.setdefault(other, True)
                if text is None:
                    self.pending.pop(path, None)
                    self.partial.pop(path, None)
            case Check(path, typing):
                if path in self.analysis.store.buffers:
                    self._queue_first(path, typing)
            case Changed(paths):
                for path in self.analysis.changed_on_disk(paths):
                    self.pending.setdefault(path, True)
            case Ask(id):
                self.questions[id] = message
            case Cancel(id):
                self.questions.pop(id, None)
                self.projects.pop(id, None)

    def _queue_first(self, path: Path, typing: bool) -> None:
        typing = self.pending.pop(path, True) and typing
        self.pending = {path: typing, **self.pending}

    def _queue_all(self) -> None:
        for path in self.analysis.store.buffers:
            self.pending.setdefault(path, True)

    def _check(self, path: Path) -> None:
        typing = self.pending.pop(path)
        self.checks += 1
        try:
            if self.analysis.configurations_changed():
                self._queue_all()
                self.pending.pop(path, None)
            result = self.analysis.check(path, typing, quick=typing)
            self.partial.pop(path, None)
            if result.partial:
                self.partial[path] = result
            self.send(result)
        except Exception as error:
            self._failed(path, error)

    def _complete(self, path: Path) -> None:
        """Looks at the project around a document, until there is other work to do."""
        shown = self.partial[path]
        try:
            result = self.analysis.check(path, True, interrupted=lambda: not self.inbox.empty())
            if result.findings != shown.findings:
                self.send(result)
        except Interrupted:
            return
        except Exception as error:
            self._failed(path, error)
        self.checks += 1
        del self.partial[path]

    def _failed(self, path: Path, error: Exception, question: int | None = None) -> None:
        said = f"{type(error).__name__}: {error}"
        trace = "".join(traceback.format_exception(error))
        revision = self.analysis.revisions.get(path, 0)
        self.send(Failed(path, revision, said, trace, question))

    def _answer(self, ask: Ask) -> None:
        try:
            if ask.what in ("project", "map"):
                self._whole(ask)
                return
            self.send(Answer(ask.id, questions.answer(self.analysis, ask)))
        except Exception as error:
            self._failed(ask.path, error, ask.id)

    def _whole(self, ask: Ask) -> None:
        """Begins the work on all files."""
        from lint_embed.editor import projects

        files = projects.found(self.folders, self.analysis.store.buffers)
        if ask.what == "project":
            self.projects[ask.id] = projects.check(files)
        else:
            self.send(Answer(ask.id, projects.write_map(files, *ask.arguments)))

    def _step(self, id: int) -> None:
        """Lints one more file of a project."""
        try:
            step = next(self.projects[id], None)
            if step is None:
                del self.projects[id]
                self.checks += 1
            self.send(Answer(id, step, part=step is not None))
        except Exception as error:
            self.projects.pop(id, None)
            self._failed(Path(), error, id)


def warm() -> None:
    """Imports the analysis and reads the catalogue's general tables, while the server is
    still starting: the first check then has less to do."""
    from lint_embed.catalogue import Catalogue, spaces
    from lint_embed.provenance import interpreter  # noqa: F401
    from lint_embed.rules import wording  # noqa: F401
    from lint_embed.settings import Settings

    Catalogue(Settings().catalogue)
    spaces.dimension("")
    list(spaces.families(""))


def _work(inbox: queue.SimpleQueue[Any], output: BinaryIO) -> None:
    try:
        warm()
        Worker(inbox, output).run()
    except OSError:
        os._exit(0)  # the server is gone
    except BaseException:
        traceback.print_exc()
        sys.stderr.flush()
        os._exit(1)


def main() -> None:
    """Runs the worker on the process's standard input and output."""
    source = sys.stdin.buffer
    # Whatever is printed by mistake must not get between the messages.
    output = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    sys.setrecursionlimit(RECURSION_LIMIT)
    gc.disable()
    gc.freeze()
    inbox: queue.SimpleQueue[Any] = queue.SimpleQueue()
    threading.stack_size(STACK)
    threading.Thread(target=with_room(_work), args=(inbox, output), daemon=True).start()
    while True:
        try:
            inbox.put(pickle.load(source))
        except (EOFError, OSError, pickle.UnpicklingError, KeyboardInterrupt):
            os._exit(0)


if __name__ == "__main__":
    main()
