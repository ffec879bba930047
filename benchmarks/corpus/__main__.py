"""Lints the public packages of ``packages.toml`` and compares the findings with ``findings.toml``.

    python -m benchmarks.corpus [NAME...] [--folder FOLDER] [--limit 120] [--results FILE]

Each package is linted in a process of its own. FOLDER (or the variable LINT_EMBED_CORPUS)
holds the unpacked packages as NAME-VERSION; those that aren't there are downloaded from PyPI.
Prints a table in Markdown, and what differs from the findings that people have judged. Exit
status 1 when anything differs, or when a package could not be had or linted to the end.
With --results measurements are kept in FILE, and what it holds already is not run again.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.corpus.measure import Run, lint
from benchmarks.corpus.packages import NotThere, Package, Size, folder_of, packages, size
from benchmarks.corpus.verdicts import Judged, changes, judged, spots

FOLDER = "LINT_EMBED_CORPUS"
COLUMNS = "package version files lines parsed seconds memory findings true false".split()
HEAD = f"| {' | '.join(COLUMNS)} |\n| --- | --- |{' ---: |' * (len(COLUMNS) - 2)}"


@dataclass(frozen=True, slots=True)
class Row:
    """What is known of one package after its run."""

    package: Package
    size: Size
    run: Run


def main() -> int:
    """Runs over the packages asked for; gives the exit status."""
    options = _options()
    table = judged()
    chosen = [each for each in packages() if not options.names or each.name in options.names]
    kept = _kept(options.results)
    rows: list[Row] = []
    said: list[str] = []
    for package, folder, amount in _by_size(chosen, options.folder, said):
        run = kept.get(package.title)
        if run is None:
            run = lint(folder, options.limit, options.jobs)
            _keep(options.results, package, run)
        rows.append(Row(package, amount, run))
        print(f"{package.title}: {run.seconds:.1f} s", file=sys.stderr, flush=True)
        said += _said(rows[-1], table)
    print(HEAD)
    print("\n".join(_cells(row, table) for row in rows))
    print(_total(rows, table))
    print("\n".join(["", *said]) if said else "\nnothing differs from the table of findings")
    return 1 if said else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.corpus")
    parser.add_argument("names", nargs="*", metavar="NAME", help="packages (default: all)")
    home = os.environ.get(FOLDER) or Path.home() / ".cache" / "lint-embed-corpus"
    parser.add_argument("--folder", type=Path, default=Path(home), help=f"or {FOLDER}")
    parser.add_argument("--limit", type=float, default=120, help="seconds for each package")
    parser.add_argument("--jobs", type=int, default=1, help="processes for each package")
    parser.add_argument("--results", type=Path, metavar="FILE", help="keep measurements there")
    options = parser.parse_args()
    if unknown := set(options.names) - {package.name for package in packages()}:
        parser.error(f"not in the list: {', '.join(sorted(unknown))}")
    return options


def _by_size(
    chosen: Sequence[Package], home: Path, said: list[str]
) -> list[tuple[Package, Path, Size]]:
    """The packages with their folders, small ones first; what can't be had goes to ``said``."""
    there = []
    for package in chosen:
        try:
            folder = folder_of(package, home)
        except NotThere as error:
            said.append(f"not run: {package.title}: {error}")
            continue
        there.append((package, folder, size(folder)))
    return sorted(there, key=lambda each: each[2].lines)


def _said(row: Row, table: Sequence[Judged]) -> list[str]:
    title = row.package.title
    if row.run.failure is not None:
        return [f"not run to the end: {title}: {row.run.failure}"]
    return changes(title, spots(title, row.run.findings), table)


def _cells(row: Row, table: Sequence[Judged]) -> str:
    run, package = row.run, row.package
    verdicts = _verdicts([row], table)
    seconds = f"{run.seconds:.1f}" if run.failure is None else run.failure
    return (
        f"| {package.name} | {package.version} | {row.size.files} | {row.size.lines} "
        f"| {run.parsed} | {seconds} | {run.memory:.0f} | {len(run.findings)} "
        f"| {verdicts['true']} | {verdicts['false']} |"
    )


def _total(rows: Sequence[Row], table: Sequence[Judged]) -> str:
    done = [row for row in rows if row.run.failure is None]
    verdicts = _verdicts(done, table)
    return (
        f"| **{len(done)} run to the end** | | {sum(row.size.files for row in done)} "
        f"| {sum(row.size.lines for row in done)} | {sum(row.run.parsed for row in done)} "
        f"| {sum(row.run.seconds for row in done):.0f} "
        f"| {max((row.run.memory for row in done), default=0):.0f} "
        f"| {sum(len(row.run.findings) for row in done)} "
        f"| {verdicts['true']} | {verdicts['false']} |"
    )


def _verdicts(rows: Sequence[Row], table: Sequence[Judged]) -> Counter[str]:
    """How many of the findings of these runs people called true, and how many false."""
    known = {each.spot: each.verdict for each in table}
    found = (spot for row in rows for spot in spots(row.package.title, row.run.findings))
    return Counter(known[spot] for spot in found if spot in known)


def _kept(file: Path | None) -> dict[str, Run]:
    if file is None or not file.exists():
        return {}
    lines = (json.loads(line) for line in file.read_text(encoding="utf-8").splitlines())
    return {title: Run(**fields) for title, fields in lines}


def _keep(file: Path | None, package: Package, run: Run) -> None:
    if file is not None:
        with file.open("a", encoding="utf-8") as out:
            out.write(json.dumps([package.title, asdict(run)]) + "\n")


if __name__ == "__main__":
    sys.exit(main())
