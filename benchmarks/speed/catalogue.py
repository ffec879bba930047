"""Times reading the catalogue: all its tables, and the facts about models that are read on demand.

    python -m benchmarks.speed.catalogue [ROUNDS]

Prints the processor seconds of each (the fastest round counts), and those that ``tomllib`` takes
for the same files.
"""

from __future__ import annotations

import sys
import time
import tomllib
from collections.abc import Callable

from lint_embed.catalogue import FOLDER, NOT_A_TABLE, Catalogue, read_table
from lint_embed.catalogue.facts import all_facts

FILES = sorted(FOLDER.glob("*.toml"))


def main(rounds: int) -> None:
    """Prints a line for each; later rounds find the files in the system's cache."""
    for name, action in (("tables", _tables), ("facts", _facts), ("tomllib", _tomllib)):
        print(name, f"{min(_seconds(action) for _ in range(rounds)):.3f}")


def _tables() -> None:
    read_table.cache_clear()
    catalogue = Catalogue()
    for path in FILES:
        if path.stem not in NOT_A_TABLE:
            catalogue.load(path.stem)


def _facts() -> None:
    all_facts.cache_clear()
    all_facts()


def _tomllib() -> None:
    for path in FILES:
        tomllib.loads(path.read_text("utf-8"))


def _seconds(action: Callable[[], None]) -> float:
    started = time.process_time()
    action()
    return time.process_time() - started


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
