"""The command ``lint-embed``, which is ``python -m lint_embed`` too."""

from __future__ import annotations

import gc
import os
import sys
from contextlib import suppress

from lint_embed.cli import main
from lint_embed.room import with_room


def command() -> None:
    """Runs the command and ends the process at once, as mypy does.

    To free the syntax trees of a large project one by one takes a fifth of a run, and to look
    for garbage among them a twentieth.
    """
    gc.disable()
    status: object = 0
    try:
        with_room(main)(prog_name="lint-embed")
    except SystemExit as end:
        status = end.code
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):  # closed, or nobody reads it any more
            stream.flush()
    os._exit(status if isinstance(status, int) else int(status is not None))


if __name__ == "__main__":
    command()
