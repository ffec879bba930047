"""The worker process as the server sees it: starts it, feeds it, starts it anew."""

from __future__ import annotations

import asyncio
import json
import os
import pickle
import queue
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import lint_embed

# The folder of the project must not come first on the path: its files are never run.
_CODE = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]);"
    "from lint_embed.editor.worker import main; main()"
)


def command() -> list[str]:
    """The command line of a worker, with this process's way to find packages."""
    home = str(Path(lint_embed.__file__).parent.parent)
    path = [entry for entry in sys.path if entry and os.path.abspath(entry) != os.getcwd()]
    if home not in path:
        path.append(home)
    return [sys.executable, "-P", "-c", _CODE, json.dumps(path)]


class Process:
    """One worker process. Messages are written and read by threads of their own, so that
    a worker that is busy never holds up the caller."""

    def __init__(self) -> None:
        # Bytes that the analysis prints go to the log, never into the protocol.
        self._process = subprocess.Popen(
            command(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=-1
        )
        self._outbox: queue.SimpleQueue[object] = queue.SimpleQueue()
        threading.Thread(target=self._write, daemon=True).start()

    def listen(
        self,
        loop: asyncio.AbstractEventLoop,
        receive: Callable[[object], None],
        ended: Callable[[Process], None],
    ) -> None:
        """Calls ``receive`` for each message and ``ended`` after the last, in the loop."""
        threading.Thread(target=self._read, args=(loop, receive, ended), daemon=True).start()

    def send(self, message: object) -> None:
        """Gives the worker a message; never waits."""
        self._outbox.put(message)

    def kill(self) -> None:
        """Ends the worker at once."""
        self._outbox.put(None)
        self._process.kill()
        # Nobody else would take note of its end.
        threading.Thread(target=self._process.wait, daemon=True).start()

    def _write(self) -> None:
        stream = self._process.stdin
        assert stream is not None
        try:
            while (message := self._outbox.get()) is not None:
                pickle.dump(message, stream, pickle.HIGHEST_PROTOCOL)
                if self._outbox.empty():
                    stream.flush()
        except (OSError, ValueError):
            pass  # the reader notices the end

    def _read(
        self,
        loop: asyncio.AbstractEventLoop,
        receive: Callable[[object], None],
        ended: Callable[[Process], None],
    ) -> None:
        stream = self._process.stdout
        assert stream is not None
        try:
            while True:
                loop.call_soon_threadsafe(receive, pickle.load(stream))
        except (EOFError, OSError, pickle.UnpicklingError, RuntimeError):
            pass
        with suppress(RuntimeError):  # the server may have ended
            loop.call_soon_threadsafe(ended, self)
