"""Writes ``# noqa: CODE`` into files and notebook cells, for ``--add-noqa``."""

from __future__ import annotations

import io
import json
import re
import tokenize
from collections.abc import Iterable, Sequence
from itertools import groupby
from pathlib import Path

from lint_embed.findings import Finding

_NOQA = re.compile(r"#\s*noqa\s*:\s*(?P<codes>[A-Z][A-Z0-9]*(?:[\s,]+[A-Z][A-Z0-9]*)*)", re.I)
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
#: A line of IPython's: no Python, so the tokenizer must not see it.
_MAGIC = re.compile(r"^\s*[%!?][^\r\n]*")


def add_noqa(findings: Iterable[Finding], places: dict[str, Path]) -> int:
    """Silences findings by comments in their files; gives the number of comments' codes added.

    ``places`` maps shown paths to files. Findings about a file as a whole or about
    directives (VEC9..) are left. Raises OSError, UnicodeError, SyntaxError and ValueError
    for a file that can't be read and written back.
    """
    # VEC9.. is the group of findings about files and directives.
    wanted = [f for f in findings if not f.code.startswith("VEC9") and f.place.path in places]
    added = 0
    for path, group in groupby(
        sorted(wanted, key=lambda finding: finding.place), key=lambda finding: finding.place.path
    ):
        file = places[path]
        data = file.read_bytes()
        write = _notebook if file.suffix == ".ipynb" else _module
        new, count = write(data, list(group))
        if new != data:
            file.write_bytes(new)
        added += count
    return added


def _module(data: bytes, findings: Sequence[Finding]) -> tuple[bytes, int]:
    encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
    text, count = annotate(data.decode(encoding), findings)
    return text.encode(encoding), count


def _notebook(data: bytes, findings: Sequence[Finding]) -> tuple[bytes, int]:
    text = data.decode("utf-8")
    notebook = json.loads(text)
    cells = notebook["cells"] if "cells" in notebook else notebook["worksheets"][0]["cells"]
    count = 0
    for number, group in groupby(findings, key=lambda finding: finding.place.cell or 1):
        cell = cells[number - 1]
        key = "source" if "source" in cell else "input"
        source = cell[key]
        whole = source if isinstance(source, str) else "".join(source)
        new, added = annotate(whole, list(group))
        cell[key] = new if isinstance(source, str) else _LINE.findall(new)
        count += added
    indent = re.match(r"\{\r?\n([ \t]+)", text)
    compact = None if "\n" in text.strip() else (",", ":") if '": ' not in text else None
    spaces = (indent[1] if "\t" in indent[1] else len(indent[1])) if indent else None
    dumped = json.dumps(notebook, indent=spaces, ensure_ascii=False, separators=compact)
    end = "\n" if text.endswith("\n") else ""
    return (dumped + end).encode(), count


def annotate(source: str, findings: Iterable[Finding]) -> tuple[str, int]:
    """The source with a comment for each finding, and the number of codes added.

    The comment stands on the line on which the finding begins, where flake8 looks for it too;
    where that line can't hold one (a backslash at its end, a string that goes on), on the
    next line of the statement.
    """
    lines = _LINE.findall(source)
    closed = _closed(source, len(lines))
    count = 0
    for finding in findings:
        number = min(finding.place.line, len(lines))
        while number < len(lines) and number not in closed:
            number += 1
        old = lines[number - 1]
        lines[number - 1] = _with_code(old, finding.code)
        count += lines[number - 1] != old
    return "".join(lines), count


def _closed(source: str, total: int) -> set[int]:
    """The lines at whose end a comment can stand."""
    lines = _LINE.findall(source)
    masked = (_MAGIC.sub("pass", line) for line in lines)
    inside: set[int] = set()
    try:
        for token in tokenize.generate_tokens(lambda: next(masked, "")):
            inside.update(range(token.start[0], token.end[0]))
    except (tokenize.TokenError, SyntaxError):
        # Newer syntax than this Python's: what was read so far holds.
        pass
    continued = {n for n, line in enumerate(lines, 1) if line.rstrip("\r\n").endswith("\\")}
    return set(range(1, total + 1)) - inside - continued


def _with_code(line: str, code: str) -> str:
    body = line.rstrip("\r\n")
    end = line[len(body) :]
    present = _NOQA.search(body)
    if present is None:
        return f"{body.rstrip()}  # noqa: {code}{end}"
    if code in re.split(r"[\s,]+", present["codes"].upper()):
        return line
    return f"{body[: present.end()]}, {code}{body[present.end() :]}{end}"
