"""A record of old findings, which stay silent until their code changes.

An entry is the path of the file, the rule, and the text of the meeting: neither line
numbers nor anything else in the file. Paths are relative to the baseline's own folder, so
that it holds from whatever folder a run starts. ``count`` says how often one file has it.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from lint_embed.findings import Finding
from lint_embed.output import Lines

VERSION = 1


class BaselineError(Exception):
    """A baseline that can't be read; ``str()`` is one line that names the file."""


class Entry(NamedTuple):
    """What old findings have in common: path, rule and text of the meeting."""

    path: str
    code: str
    text: str


def read(file: Path) -> Counter[Entry]:
    """The entries of a baseline and how often each stands. Raises BaselineError."""
    try:
        document = json.loads(file.read_bytes())
        if document["version"] != VERSION:
            raise BaselineError(f"{file}: version {document['version']!r} is not known")
        counts: Counter[Entry] = Counter()
        for item in document["findings"]:
            path, code, text, count = (item[key] for key in ("path", "code", "text", "count"))
            if not isinstance(count, int) or not all(
                isinstance(w, str) for w in (path, code, text)
            ):
                raise TypeError("an entry has a value of the wrong type")
            counts[Entry(path, code, text)] += count
    except OSError as error:
        raise BaselineError(f"{file}: cannot be read: {error.strerror}") from None
    except (ValueError, TypeError, LookupError, RecursionError) as error:
        raise BaselineError(f"{file}: is no baseline of lint-embed: {error}") from None
    return counts


def write(file: Path, counts: Counter[Entry]) -> None:
    """Writes entries, sorted, so that versions of the file compare well. Raises OSError."""
    findings = [{**e._asdict(), "count": n} for e, n in sorted(counts.items()) if n > 0]
    document = {"version": VERSION, "findings": findings}
    file.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


def entry(finding: Finding, file: Path, lines: Lines) -> Entry:
    """The finding as an entry of the baseline in ``file``."""
    place = finding.place
    source = lines(place.path, place.cell)[place.line - 1 : place.end_line]
    parts = list(source)
    if parts:
        parts[-1] = parts[-1][: place.end_column - 1]
        parts[0] = parts[0][place.column - 1 :]
    return Entry(relative(place.path, file), finding.code, " ".join(" ".join(parts).split()))


def relative(path: str, file: Path) -> str:
    """A shown path as entries of the baseline in ``file`` spell it."""
    try:
        return Path(os.path.relpath(path, file.absolute().parent)).as_posix()
    except ValueError:
        # Another drive.
        return Path(path).absolute().as_posix()


def split(
    findings: Iterable[Finding], known: Counter[Entry], file: Path, lines: Lines
) -> tuple[list[Finding], Counter[Entry]]:
    """The findings that the baseline doesn't know, and the entries that no finding used."""
    left = Counter(known)
    new = []
    for finding in findings:
        key = entry(finding, file, lines)
        if left[key] > 0:
            left[key] -= 1
        else:
            new.append(finding)
    return new, +left


def stale(unused: Counter[Entry], judged: dict[str, frozenset[str]], file: Path) -> list[Entry]:
    """Those of the unused entries that this run could have used: their file was checked for
    their rule, or is gone. ``judged`` maps entries' paths to the codes looked for."""
    folder = file.absolute().parent
    return [
        item
        for item in sorted(unused)
        if item.code in judged.get(item.path, ()) or not (folder / item.path).exists()
    ]


def merged(
    findings: Sequence[Finding],
    old: Counter[Entry],
    judged: dict[str, frozenset[str]],
    file: Path,
    lines: Lines,
) -> Counter[Entry]:
    """The entries of a new baseline: the findings of this run, and the old entries that it
    could not judge."""
    counts = Counter(entry(finding, file, lines) for finding in findings)
    gone = set(stale(old, judged, file))
    for item, count in old.items():
        if item not in gone and item not in counts:
            counts[item] = count
    return counts
