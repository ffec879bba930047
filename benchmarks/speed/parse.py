"""Parses what the linter parses of a folder, and nothing else.

    python -m benchmarks.speed.parse FOLDER

Prints the number of files, of their lines, the processor seconds that libcst took, and the
seconds that it had taken before to follow what was parsed.
"""

from __future__ import annotations

import gc
import sys
import time

import libcst as cst

from lint_embed import stages
from lint_embed.engine import check, undisturbed
from lint_embed.files import discover
from lint_embed.room import with_room
from lint_embed.settings import Finder, Options


def main(folder: str) -> None:
    """Lints a folder to learn what is parsed, then parses that again."""
    files = discover([folder], Finder((), {}, True)).files
    by_name = {file.shown: file for file in files}
    reports = with_room(lambda: list(check(files, Options())))()
    parsed = [report.path for report in reports if report.parsed]
    sources = [
        by_name[name].path.read_bytes()
        for name in parsed
        if name in by_name and not name.endswith(".ipynb")
    ]
    following = stages.seconds().get("following", 0.0)
    gc.collect()
    seconds = 0.0
    lines = 0
    with undisturbed():
        for source in sources:
            started = time.process_time()
            try:
                cst.parse_module(source)
            except cst.ParserSyntaxError:
                continue
            seconds += time.process_time() - started
            lines += source.count(b"\n")
    print(len(sources), lines, f"{seconds:.3f}", f"{following:.3f}")


if __name__ == "__main__":
    main(sys.argv[1])
