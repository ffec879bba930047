"""One editing session: documents go to the worker, findings come back to the client."""

from __future__ import annotations

import asyncio
import itertools
import logging
import tempfile
import time
from collections.abc import AsyncGenerator, Callable, Iterable
from contextlib import aclosing
from pathlib import Path
from typing import Any

from lsprotocol import types
from pygls.lsp.server import LanguageServer

from lint_embed.editor.diagnostics import Abilities, diagnostics
from lint_embed.editor.documents import Document, Documents, file_uri
from lint_embed.editor.messages import (
    Answer,
    Ask,
    Buffer,
    Cancel,
    Changed,
    Check,
    Checked,
    Configuration,
    Failed,
    Start,
)
from lint_embed.editor.process import Process

logger = logging.getLogger(__name__)

#: Bounds of the wait for further keystrokes, in seconds; in between it follows the time
#: that the last check of the document took.
SHORTEST_WAIT, LONGEST_WAIT = 0.015, 0.5
#: A worker that is silent for so long with work to do is started anew.
PATIENCE = 120.0
#: Ends of the worker after which a document is left alone until it changes.
CHANCES = 2


class Session:
    """The state of the server: documents, the worker, what the client has been told."""

    def __init__(self, server: LanguageServer, start: Callable[[], Process] = Process) -> None:
        self.server = server
        self.documents = Documents()
        self.pull = False
        self.can = Abilities()
        # What the client can do: make files, show a change before it is made, go to places.
        self.creates = self.previews = self.shows = False
        # Where a line of the map leads, with {path}, {line} and {column}; else within it.
        self.link: str | None = None
        self.folders: tuple[Path, ...] = ()
        self.foreign: dict[Path, list[types.Diagnostic]] = {}
        self._start = start
        self._process = start()
        self._helpers: set[Process] = set()
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._timers: dict[Path, asyncio.TimerHandle] = {}
        self._waiters: dict[Path, list[asyncio.Future[None]]] = {}
        self._answers: dict[int, asyncio.Queue[Answer | Failed]] = {}
        self._numbers = itertools.count(1)
        self._crashes: dict[Path, int] = {}
        self._logged: set[str] = set()
        self._heard = 0.0
        self._silent_ends = 0
        self._refreshing = False
        self._closed = False

    # the worker ----------------------------------------------------------------------

    def begin(self, base: Path, folders: tuple[Path, ...]) -> None:
        """Tells the worker where the workspace is and starts to listen to it."""
        self.documents.base, self.folders = base, folders
        self._process.listen(asyncio.get_running_loop(), self._receive, self._ended)
        self._process.send(Start(base, folders))
        asyncio.get_running_loop().call_later(PATIENCE, self._look_after)

    def set_folders(self, folders: tuple[Path, ...]) -> None:
        """The workspace's folders changed; shown paths stay relative to the first one."""
        self.folders = folders
        self._process.send(Start(self.documents.base, folders))

    def close(self) -> None:
        """Ends the workers."""
        self._closed = True
        for process in (self._process, *self._helpers):
            process.kill()
        if self._folder is not None:
            self._folder.cleanup()

    def folder(self) -> Path:
        """A folder for files of this session; it goes when the session ends."""
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="lint-embed-")
        return Path(self._folder.name)

    def _ended(self, process: Process) -> None:
        """The worker came to its end: starts another one, without what broke it."""
        if self._closed or process is not self._process:
            return
        self._silent_ends += 1
        if self._silent_ends > CHANCES:
            self._give_up()
            return
        self.log("the analysis stopped unexpectedly and is started anew", types.MessageType.Warning)
        process.kill()
        for document in self.documents:
            if document.sent and document.checked < document.sent:
                self._crashes[document.path] = self._crashes.get(document.path, 0) + 1
        for id in list(self._answers):
            self._answers[id].put_nowait(Failed(Path(), 0, "the analysis stopped", "", id))
        self._process = self._start()
        self.begin(self.documents.base, self.folders)
        for document in self.documents:
            document.sent = 0
            if self._crashes.get(document.path, 0) < CHANCES:
                self.send(document, typing=True)
            else:
                self._settle(document)
        return

    def _give_up(self) -> None:
        """No worker says anything before it ends: the installation is broken."""
        self.close()
        said = "lint-embed: the analysis can't be started; the server's error output says why"
        self.server.window_show_message(types.ShowMessageParams(types.MessageType.Error, said))
        for document in self.documents:
            self._settle(document)
        for id in list(self._answers):
            self._answers[id].put_nowait(Failed(Path(), 0, "the analysis can't be started", "", id))

    def _look_after(self) -> None:
        if self._closed:
            return
        waiting = any(document.checked < document.sent for document in self.documents)
        if waiting and time.monotonic() - self._heard > PATIENCE:
            self._process.kill()
        asyncio.get_running_loop().call_later(PATIENCE / 4, self._look_after)

    def _receive(self, message: object) -> None:
        self._heard, self._silent_ends = time.monotonic(), 0
        try:
            match message:
                case Checked():
                    self._checked(message)
                case Failed(id=None):
                    self._failed(message)
                case Configuration():
                    self._configuration(message)
                case Answer(id) | Failed(id=int(id)):
                    if id in self._answers:
                        self._answers[id].put_nowait(message)
        except Exception as error:
            logger.exception("a message of the worker")
            self.log_once(f"internal error: {type(error).__name__}: {error}")

    # documents -----------------------------------------------------------------------

    def send(self, document: Document, typing: bool) -> None:
        """Gives the worker a document's text now, and asks for a check."""
        timer = self._timers.pop(document.path, None)
        if timer is not None:
            timer.cancel()
        if self.documents.of(document.path) is not document:
            return
        self._heard = time.monotonic()
        if document.sent != document.revision:
            document.sent = document.revision
            self._process.send(Buffer(document.path, document.text(), document.revision))
        self._process.send(Check(document.path, typing))

    def opened(self, document: Document) -> None:
        """A document was opened."""
        self.clear_foreign([document.path])
        self.send(document, typing=False)

    def changed(self, document: Document) -> None:
        """A document was edited: it is sent when no further edit follows at once."""
        self._crashes.pop(document.path, None)
        timer = self._timers.pop(document.path, None)
        if timer is not None:
            timer.cancel()
        wait = min(max(SHORTEST_WAIT, document.seconds / 3), LONGEST_WAIT)
        loop = asyncio.get_running_loop()
        self._timers[document.path] = loop.call_later(wait, self.send, document, True)

    def closed(self, document: Document) -> None:
        """A document was closed."""
        timer = self._timers.pop(document.path, None)
        if timer is not None:
            timer.cancel()
        self._crashes.pop(document.path, None)
        self._settle(document)
        if self.documents.of(document.path) is None:
            self._process.send(Buffer(document.path, None, 0))
        if self.pushes(document):
            for uri in document.shown:
                self._publish(uri, None, [])

    def disk_changed(self, paths: Iterable[Path]) -> None:
        """Files changed on the disk."""
        self._process.send(Changed(tuple(paths)))

    async def settled(self, document: Document) -> None:
        """Waits until a document's last revision has been checked."""
        while document.checked != document.revision and self.documents.of(document.path):
            if self._closed or self._crashes.get(document.path, 0) >= CHANCES:
                return
            if document.sent != document.revision:
                self.send(document, typing=True)
            future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiters.setdefault(document.path, []).append(future)
            await future

    def _settle(self, document: Document) -> None:
        for future in self._waiters.pop(document.path, ()):
            if not future.done():
                future.set_result(None)

    # results -------------------------------------------------------------------------

    def _checked(self, result: Checked) -> None:
        document = self.documents.of(result.path)
        if document is None or result.revision != document.revision:
            return  # it was edited since
        document.seconds = result.seconds
        self._crashes.pop(document.path, None)
        expected = document.checked != document.revision
        document.checked, document.findings = result.revision, result.findings
        self.show(document, asked=expected)
        self._settle(document)

    def pushes(self, document: Document) -> bool:
        """Whether a document's findings are pushed. Those of a notebook always are: editors
        that fetch diagnostics do so for the texts in their tabs, and cells are none."""
        return document.notebook or not self.pull

    def show(self, document: Document, asked: bool = False) -> None:
        """Shows a document's findings: pushes them, or has the client fetch them anew."""
        new = diagnostics(document, self.documents, self.can)
        old, document.shown = document.shown, new
        if self.pushes(document):
            versions = {part.uri: part.version for part in document.parts}
            for uri in old.keys() - new.keys():
                self._publish(uri, None, [])
            for uri, found in new.items():
                self._publish(uri, versions[uri], found)
        elif not asked and old != new and not self._refreshing:
            self._refreshing = True
            asyncio.get_running_loop().call_soon(self._refresh)

    def _refresh(self) -> None:
        self._refreshing = False
        self.server.workspace_diagnostic_refresh(None)

    def _publish(self, uri: str, version: int | None, found: list[types.Diagnostic]) -> None:
        self.server.text_document_publish_diagnostics(
            types.PublishDiagnosticsParams(uri, found, version)
        )

    def show_foreign(self, path: Path, found: list[types.Diagnostic]) -> None:
        """Pushes diagnostics of a file that is not open, as no client asks for them."""
        if found or path in self.foreign:
            self.foreign[path] = found
            self._publish(file_uri(path), None, found)
        if not found:
            self.foreign.pop(path, None)

    def clear_foreign(self, paths: Iterable[Path]) -> None:
        """Takes back the diagnostics of files that were not open."""
        for path in list(paths):
            if path in self.foreign:
                self.show_foreign(path, [])

    def _failed(self, failure: Failed) -> None:
        """An exception in the analysis: what was found before stays."""
        self.log_once(f"internal error in {failure.path.name}: {failure.error}", failure.traceback)
        document = self.documents.of(failure.path)
        if document is not None and failure.revision == document.revision:
            document.checked = document.revision
            self._settle(document)

    def _configuration(self, trouble: Configuration) -> None:
        """A configuration can't be used: said in the file, and once in a message."""
        if not trouble.message:
            self.show_foreign(trouble.path, [])
            return
        start = types.Position(trouble.line - 1, 0)
        shown = types.Diagnostic(
            types.Range(start, types.Position(trouble.line, 0)),
            trouble.message,
            severity=types.DiagnosticSeverity.Error,
            source="lint-embed",
        )
        self.show_foreign(trouble.path, [shown])
        text = f"{trouble.path}:{trouble.line}: {trouble.message}"
        self.server.window_show_message(
            types.ShowMessageParams(types.MessageType.Warning, f"lint-embed: {text}")
        )

    # questions -----------------------------------------------------------------------

    async def ask(self, what: str, path: Path, *arguments: Any) -> Any:
        """Asks the worker; returns None when the question can't be answered."""
        async with aclosing(self.stream(what, path, *arguments)) as answers:
            async for value in answers:
                return value
        return None

    async def stream(self, what: str, path: Path, *arguments: Any) -> AsyncGenerator[Any, None]:
        """The parts of an answer as they come; leaving it cancels the question."""
        if self._closed:
            return
        id = next(self._numbers)
        answers = self._answers[id] = asyncio.Queue()
        self._process.send(Ask(id, what, path, arguments))
        done = False
        try:
            while not done:
                answer = await answers.get()
                done = isinstance(answer, Failed) or not answer.part
                if isinstance(answer, Failed):
                    self.log_once(f"internal error: {answer.error}", answer.traceback)
                elif answer.value is not None:
                    yield answer.value
        finally:
            del self._answers[id]
            if not done:
                self._process.send(Cancel(id))

    async def aside(self, what: str, *arguments: Any) -> AsyncGenerator[Any, None]:
        """The parts of an answer about all files, from a process of its own that ends with
        it: long work holds up nobody, and leaving it stops it at once."""
        answers: asyncio.Queue[object] = asyncio.Queue()
        process = self._start()
        self._helpers.add(process)
        try:
            loop = asyncio.get_running_loop()
            process.listen(loop, answers.put_nowait, lambda ended: answers.put_nowait(None))
            process.send(Start(self.documents.base, self.folders or (self.documents.base,)))
            for document in self.documents:
                process.send(Buffer(document.path, document.text(), document.revision))
            process.send(Ask(0, what, self.documents.base, arguments))
            while not isinstance(answer := await answers.get(), Failed | None):
                if isinstance(answer, Answer):
                    if answer.value is not None:
                        yield answer.value
                    if not answer.part:
                        return
            if not self._closed:
                said = answer.error if isinstance(answer, Failed) else "the work stopped"
                trace = answer.traceback if isinstance(answer, Failed) else ""
                self.log_once(f"internal error: {said}", trace)
        finally:
            self._helpers.discard(process)
            process.kill()

    # the log -------------------------------------------------------------------------

    def log(self, text: str, kind: types.MessageType = types.MessageType.Log) -> None:
        """Writes a line to the client's log."""
        self.server.window_log_message(types.LogMessageParams(kind, f"lint-embed: {text}"))

    def log_once(self, text: str, details: str = "") -> None:
        """Reports an error the first time that it occurs."""
        if text not in self._logged:
            self._logged.add(text)
            self.log(f"{text}\n{details}".rstrip(), types.MessageType.Error)
