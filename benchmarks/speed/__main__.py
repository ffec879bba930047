"""Prints tables in Markdown of how long the linter takes.

    python -m benchmarks.speed TREE... [--rounds 3] [--without flake8]
    python -m benchmarks.speed --growth [--limit 300] [--largest SIZE]

For each TREE: the whole command, cold and warm, in one process and two, against ruff and
flake8 where they are installed, and against libcst's parsing of the files that were parsed.
With --growth: made projects, files and chains of calls of growing size, cold and in one process;
the last two columns are alike where the time is a straight line.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from benchmarks.speed import growth, trees


def main() -> int:
    """Measures what the command line asks for; gives the exit status."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.speed")
    parser.add_argument("trees", nargs="*", type=Path, metavar="TREE")
    parser.add_argument("--rounds", type=int, default=3, help="runs of each; the fastest counts")
    parser.add_argument(
        "--without", action="append", default=[], choices=["ruff", "flake8"], help="leave it out"
    )
    parser.add_argument("--growth", action="store_true", help="made code of growing size")
    parser.add_argument("--limit", type=float, default=300, help="seconds for one made size")
    parser.add_argument("--largest", type=int, help="leave larger made sizes out")
    options = parser.parse_args()
    if not options.trees and not options.growth:
        parser.error("name a TREE, or --growth")
    if missing := [tree for tree in options.trees if not tree.is_dir()]:
        parser.error(f"not a folder: {missing[0]}")
    print(f"{os.cpu_count()} cores, Python {sys.version.split()[0]}\n")
    try:
        for tree in options.trees:
            print(f"### {tree.resolve().name}\n")
            print(trees.table(tree, options.rounds, options.without), end="\n\n", flush=True)
    except RuntimeError as error:
        print(f"benchmarks.speed: {error}", file=sys.stderr)
        return 2
    if options.growth:
        for line in growth.tables(options.limit, options.largest):
            print(line, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
