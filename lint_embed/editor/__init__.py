"""The language server. ``main`` runs it on standard input and output (extra ``lsp``)."""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Serves one editor until it says so or goes away.

    The real standard output is for the protocol alone: whatever else is printed goes to
    the error stream, which editors keep as a log.
    """
    from lint_embed.editor.process import Process

    stdin = os.fdopen(os.dup(0), "rb")
    stdout = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    sys.stdout = sys.stderr
    # The worker imports the analysis while this process imports the protocol.
    process = Process()
    from lint_embed.editor.server import serve

    serve(process, stdin, stdout)
