"""Declares models aligned in a project's pyproject.toml, by the smallest edit of its text."""

from __future__ import annotations

import json
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

from lint_embed.settings import TABLE

_HEADER = re.compile(rf"(?m)^[ \t]*\[[ \t]*{re.escape(TABLE)}[ \t]*\][ \t]*(?:#.*)?$")
_ALIGNED = re.compile(r"(?m)^[ \t]*aligned[ \t]*=[ \t]*\[")
_NEXT_TABLE = re.compile(r"(?m)^[ \t]*\[")


@dataclass(frozen=True, slots=True)
class Insertion:
    """Text to put at an offset."""

    offset: int
    text: str


def aligning(text: str, models: tuple[str, str]) -> Insertion | None:
    """What makes a pyproject.toml declare two models aligned; None when it can't be told."""
    pair = "[" + ", ".join(json.dumps(model, ensure_ascii=False) for model in models) + "]"
    found = _insertion(text, pair)
    edited = text[: found.offset] + found.text + text[found.offset :]
    try:
        table = tomllib.loads(edited)["tool"]["lint-embed"]
        return found if list(models) in table["aligned"] else None
    except (tomllib.TOMLDecodeError, KeyError, TypeError):
        return None


def _insertion(text: str, pair: str) -> Insertion:
    header = _HEADER.search(text)
    if header is None:
        gap = "" if not text else "\n" if text.endswith("\n") else "\n\n"
        return Insertion(len(text), f"{gap}[{TABLE}]\naligned = [{pair}]\n")
    after = _NEXT_TABLE.search(text, header.end())
    aligned = _ALIGNED.search(text, header.end(), after.start() if after else len(text))
    if aligned is not None:
        empty = text[aligned.end() :].lstrip().startswith("]")
        return Insertion(aligned.end(), pair if empty else f"{pair}, ")
    return Insertion(header.end(), f"\naligned = [{pair}]")


def configuration_of(path: Path, folders: tuple[Path, ...]) -> Path | None:
    """The pyproject.toml that holds for a file, or the one to be made for it.

    None for a file that lies in no folder of the workspace and has no configuration.
    """
    for folder in path.parents:
        if (folder / "pyproject.toml").is_file():
            return folder / "pyproject.toml"
        if folder in folders:
            break
    inside = [folder for folder in folders if folder in path.parents]
    return inside[-1] / "pyproject.toml" if inside else None
