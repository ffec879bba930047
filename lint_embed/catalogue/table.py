"""The page of what is known, docs/known-libraries.md, written from the catalogue's data.

``python -m lint_embed.catalogue.table`` prints the page, ``… table docs/known-libraries.md``
writes it. A test holds that the page in the repository is up to date.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from lint_embed.catalogue import FOLDER, NOT_A_TABLE, listed, pieces_of, read_table

Table = Mapping[str, Any]

_HEAD = """\
# Known libraries

<!-- Written by `python -m lint_embed.catalogue.table docs/known-libraries.md`: not by hand. -->

What lint-embed knows out of the box. How to teach it more: [Adding a
library](adding-a-library.md); the tables in full: [The catalogue](catalogue.md).
"""

_ENCODERS = """\
## Encoders

A call that makes an encoder, or that gives vectors at once (`→`). *Default* is the model
that is taken when the program names none. Names under which a library gives the same class
once more are left out.
"""

_FAMILIES = """\
## Aligned families

Different models whose vectors share one space by their makers' word, so that they may be
compared. Nothing is inferred from a shared name.
"""

_OTHERS = """\
## Comparisons and arrays

Libraries known by the calls that compare vectors, change arrays of them or hand them on.
"""


def page() -> str:
    """The whole page, as Markdown."""
    tables = [(path.stem, read_table(path.stem)) for path in sorted(FOLDER.glob("*.toml"))]
    spaces = dict(tables)["spaces"]
    known = [table for stem, table in tables if stem not in NOT_A_TABLE]
    parts = [_HEAD, _summary(known, spaces), _ENCODERS, *_encoders(known), _OTHERS]
    parts += [_rows(_HEADINGS_OF_OTHERS, _others(known)), _FAMILIES]
    parts.append(_rows(("family", "models", "source"), _families(spaces)))
    return "\n".join(parts)


def _summary(tables: Sequence[Table], spaces: Table) -> str:
    libraries = {table["library"] for table in tables}
    entries = sum(len(_makers(table)) for table in tables)
    defaults = sum("default" in one for table in tables for one in _makers(table))
    families = len(spaces.get("family", ()))
    return (
        f"{len(libraries)} libraries; {entries} kinds of encoders, {defaults} of them with a "
        f"default model; {families} aligned families.\n"
    )


def _makers(table: Table) -> list[Table]:
    return [*table.get("encoder", ()), *table.get("vectors", ())]


def _encoders(tables: Iterable[Table]) -> Iterator[str]:
    by_library: dict[str, list[Table]] = {}
    for table in tables:
        if _makers(table):
            by_library.setdefault(table["library"], []).extend(_makers(table))
    for library in sorted(by_library, key=str.lower):
        rows = (
            (_calls(entry), _model(entry), _default(entry), _since(entry))
            for entry in by_library[library]
        )
        yield f"### {library}\n"
        yield _rows(("call", "model", "default", "up to"), rows)


def _calls(entry: Table) -> str:
    """The public names of an entry, the shortest of each where it has several."""
    shown: dict[str, str] = {}
    results = (path[: path.rindex("()") + 2] for path in listed(entry.get("at")))
    for path in [*listed(entry.get("call")), *results]:
        shorter = shown.get(_last(path), path)
        shown[_last(path)] = path if path.count(".") < shorter.count(".") else shorter
    arrow = "" if "call" in entry else "→ "
    return "<br>".join(f"{arrow}`{path}`" for path in shown.values())


def _last(path: str) -> str:
    """What tells two names of one class from two classes: all that follows the module."""
    names = [piece for piece in pieces_of(path) if not piece.startswith("(")]
    own = [place for place, piece in enumerate(names) if piece[:1].isupper()]
    return ".".join(names[own[-1] if len(own) == 1 else (own or [-1])[0] :])


def _model(entry: Table) -> str:
    if entry.get("identity") == "object":
        return "each object its own"
    if entry.get("identity") == "stateless":
        return "equal settings, equal space"
    if entry.get("called"):
        return "the callable's name"
    if "name" in entry:
        return f"always `{entry['name']}`"
    given = listed(entry.get("model"))
    flat = [one for part in given for one in (part if isinstance(part, list) else [part])]
    words = [one for one in flat if isinstance(one, str) and one.isidentifier()]
    text = ", ".join(f"`{one}`" for one in words) or "first argument"
    return f"that of {text}" if entry.get("identity") == "wraps" else text


def _default(entry: Table) -> str:
    return f"`{entry['default']}`" if "default" in entry else ""


def _since(entry: Table) -> str:
    return str(entry.get("legacy", "")).replace("==", " ")


_HEADINGS_OF_OTHERS = ("library", "comparisons", "operations on arrays", "calls passed through")


def _others(tables: Iterable[Table]) -> Iterator[tuple[str, ...]]:
    counts: dict[str, list[int]] = {}
    for table in tables:
        row = counts.setdefault(table["library"], [0, 0, 0])
        for column, kinds in enumerate((("compare",), ("array",), ("transparent", "apply"))):
            for kind in kinds:
                row[column] += sum(len(listed(one["call"])) for one in table.get(kind, ()))
    for library in sorted(counts, key=str.lower):
        if any(counts[library]):
            yield (library, *(str(number or "") for number in counts[library]))


def _families(spaces: Table) -> Iterator[tuple[str, ...]]:
    for family in sorted(spaces.get("family", ()), key=lambda one: str(one["name"])):
        members = "<br>".join(f"`{one}`" for one in str(family["members"]).split())
        yield str(family["name"]), members, str(family["source"])


def _rows(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(headings)} |", f"|{' --- |' * len(headings)}"]
    for row in rows:
        lines.append(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |")
    return "\n".join(lines) + "\n"


def main(arguments: Sequence[str]) -> int:
    """Prints the page, or writes it to the file that is given."""
    if arguments:
        Path(arguments[0]).write_text(page(), encoding="utf-8", newline="\n")
    else:
        sys.stdout.buffer.write(page().encode("utf-8"))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
