"""Lints broken variants of real files and tells what must never happen.

Takes the Python files and notebooks below folders that mention an embedding library,
changes each in a few random ways, plants models in it, and lints it in this process. Tells every
internal error, with its traceback, and every input that takes longer than the limit. Run:

    python -m benchmarks.fuzz FOLDER... [--count 1000] [--seed 0] [--limit 5] [--keep OUT]

The same folders, seed and number always make the same input. Exit status 1 when anything
was found. With --keep the inputs are written there: those that were found, and the one
being linted, which is the culprit when the interpreter itself dies.
"""

from __future__ import annotations

import argparse
import faulthandler
import gc
import os
import random
import re
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from lint_embed.engine import check
from lint_embed.files import File
from lint_embed.relevance import encoder_libraries
from lint_embed.settings import Options, Settings

LARGEST = 60_000
"""Larger files are left aside: they only make the run slow."""
INTERNAL = "internal error"
HANGS = 120
"""After so many seconds on one input the process says where it stands and ends."""

PROGRESS = 500
COLLECTED = 50
"""Every so many inputs the memory is cleaned."""

Mutation = Callable[[random.Random, list[str]], list[str]]


@dataclass(frozen=True, slots=True)
class Input:
    """A variant of a file: its number, what was done to which file, its bytes."""

    number: int
    name: str
    steps: tuple[str, ...]
    data: bytes

    def __str__(self) -> str:
        return f"input {self.number} ({self.name}: {', '.join(self.steps)})"


@dataclass(frozen=True, slots=True)
class Problem:
    """What must not happen: a traceback, or the seconds that an input took."""

    input: Input
    text: str


# how lines are broken --------------------------------------------------------------------


def _span(chance: random.Random, lines: Sequence[str], longest: int = 40) -> tuple[int, int]:
    start = chance.randrange(len(lines) + 1)
    return start, min(len(lines), start + chance.randint(1, longest))


def cut_end(chance: random.Random, lines: list[str]) -> list[str]:
    text = "".join(lines)
    return text[: chance.randrange(len(text) + 1)].splitlines(keepends=True)


def cut_lines(chance: random.Random, lines: list[str]) -> list[str]:
    start, end = _span(chance, lines)
    return lines[:start] + lines[end:]


def duplicate_lines(chance: random.Random, lines: list[str]) -> list[str]:
    start, end = _span(chance, lines)
    return lines[:end] + lines[start:end] * chance.choice((1, 1, 3, 20)) + lines[end:]


def shuffle_lines(chance: random.Random, lines: list[str]) -> list[str]:
    start, end = _span(chance, lines)
    part = lines[start:end]
    chance.shuffle(part)
    return lines[:start] + part + lines[end:]


def swap_lines(chance: random.Random, lines: list[str]) -> list[str]:
    """Exchanges two lines of one indentation, so that the result often still parses."""
    lines = list(lines)
    first = chance.randrange(len(lines)) if lines else 0
    indent = len(lines[first]) - len(lines[first].lstrip()) if lines else 0
    same = [n for n, line in enumerate(lines) if len(line) - len(line.lstrip()) == indent]
    if same:
        second = chance.choice(same)
        lines[first], lines[second] = lines[second], lines[first]
    return lines


def swap_names(chance: random.Random, lines: list[str]) -> list[str]:
    """Gives one name the place of another everywhere: the result still parses."""
    text = "".join(lines)
    names = sorted(set(re.findall(r"(?<![.\w])[a-z_]\w+(?=[ .,()\[=])", text)) - _KEYWORDS)
    if len(names) < 2:
        return lines
    old, new = chance.sample(names, 2)
    return re.sub(rf"\b{old}\b", new, text).splitlines(keepends=True)


def delete_brackets(chance: random.Random, lines: list[str]) -> list[str]:
    text = "".join(lines)
    spots = [found.start() for found in re.finditer(r"[()\[\]{}]", text)]
    for spot in sorted(chance.sample(spots, min(len(spots), chance.randint(1, 3))), reverse=True):
        text = text[:spot] + text[spot + 1 :]
    return text.splitlines(keepends=True)


def delete_characters(chance: random.Random, lines: list[str]) -> list[str]:
    text = "".join(lines)
    for _ in range(chance.randint(1, 5)):
        spot = chance.randrange(len(text) + 1)
        text = text[:spot] + text[spot + 1 :]
    return text.splitlines(keepends=True)


def insert_rubbish(chance: random.Random, lines: list[str]) -> list[str]:
    text = "".join(lines)
    for _ in range(chance.randint(1, 3)):
        spot = chance.randrange(len(text) + 1)
        text = text[:spot] + chance.choice(_RUBBISH) + text[spot:]
    return text.splitlines(keepends=True)


def form_feeds(chance: random.Random, lines: list[str]) -> list[str]:
    return [("\f" if chance.random() < 0.1 else "") + line for line in lines]


def tabs(chance: random.Random, lines: list[str]) -> list[str]:
    every = chance.random() < 0.5
    return [
        line.replace("    ", "\t") if every or chance.random() < 0.2 else line for line in lines
    ]


def indent_lines(chance: random.Random, lines: list[str]) -> list[str]:
    start, end = _span(chance, lines)
    change = chance.choice(("    ", " ", "\t", ""))
    part = [change + line if change else line.removeprefix("    ") for line in lines[start:end]]
    return lines[:start] + part + lines[end:]


def line_ends(chance: random.Random, lines: list[str]) -> list[str]:
    end = chance.choice(("\r\n", "\r", "mixed"))
    return [
        line.rstrip("\r\n") + (chance.choice(("\n", "\r\n", "\r")) if end == "mixed" else end)
        for line in lines
    ]


def wrap(chance: random.Random, lines: list[str]) -> list[str]:
    """Puts all of the file into a function, a loop, a branch or a class."""
    head = chance.choice(_HEADS)
    return [f"{head}\n", *(f"    {line}" for line in lines)]


def plant(chance: random.Random, lines: list[str]) -> list[str]:
    """Puts models and vectors into the variables of the file, so that they flow through it."""
    names = sorted(set(re.findall(r"(?<![.\w])[a-zA-Z_]\w*", "".join(lines))) - _KEYWORDS)
    lines = list(lines)
    for _ in range(chance.randint(1, 8) if names else 0):
        at = chance.randrange(len(lines) + 1)
        line = lines[at] if at < len(lines) else ""
        indent = line[: len(line) - len(line.lstrip())].rstrip("\r\n")
        text = chance.choice(_PLANTS).format(*chance.choices(names, k=3))
        lines.insert(at, f"{indent}{text}\n")
    return lines


def directives(chance: random.Random, lines: list[str]) -> list[str]:
    return [
        line.rstrip("\r\n") + chance.choice(_DIRECTIVES) + "\n" if chance.random() < 0.1 else line
        for line in lines
    ]


MUTATIONS: tuple[Mutation, ...] = (
    cut_end,
    cut_lines,
    duplicate_lines,
    shuffle_lines,
    swap_lines,
    swap_names,
    swap_names,
    delete_brackets,
    delete_characters,
    insert_rubbish,
    form_feeds,
    tabs,
    indent_lines,
    line_ends,
    wrap,
    plant,
    plant,
    plant,
    directives,
)

_KEYWORDS = frozenset(
    "and as assert async await break class continue def del elif else except finally for from "
    "global if import in is lambda nonlocal not or pass raise return try while with yield".split()
)
_RUBBISH = (
    "(", ")", "[", "]", "{", "}", "'", '"', '"""', "\\", "\\\n", ":", ",", "=", ":=", "*", "**",
    "@", ".", "->", "\0", "\f", "\t", "\x1a", "\ufeff", "\u2028", "é", "𝔸", "0x", "1e999", "f'{",
    "await ", "yield ", "lambda: ", "async ", "return\n", "# lint-embed: ", "# noqa: VEC", "# %%\n",
    "!ls\n", "%%bash\n", "del ", "global x\n", "*args", "match x:\n", "[-1]", "[::0]", "[0, :]",
    ".T", "()", "(self)", " or ", " if x else ", " @ ",
)  # fmt: skip
_TOP = (
    "import numpy as np\nimport torch\n"
    "from sentence_transformers import SentenceTransformer, util\n"
    "# lint-embed: reveal\nmodel = SentenceTransformer('all-MiniLM-L6-v2')\n"
)
_PLANTS = (
    "{0} = SentenceTransformer('paraphrase-MiniLM-L6-v2')",
    "{0} = SentenceTransformer({1})",
    "{0} = model.encode({1})",
    "{0} = {1}.encode({2})",
    "{0} = {1}({2})",
    "{0} = {1}, {2}",
    "{0} = [{1}, {2}]",
    "{0} = {{'{1}': {1}, **{2}}}",
    "{0} = {1} or {2}",
    "{0} += {1}",
    "{0} = {1} @ {2}.T",
    "{0} = np.vstack([{1}, {2}])",
    "{0} = np.mean({1}, axis=0)",
    "{0} = {1}[{2}]",
    "{0} = {1}[:, :384]",
    "{0} = util.cos_sim({1}, {2})",
    "{0} = torch.cat([{1}, {2}], dim=-1).sum()",
    "{0} = {1}.{2}",
    "{0}.{1} = {2}",
    "{0}[{1}] = {2}",
    "{0}.append({1})",
    "{0} = np.linalg.norm({1} - {2})",
    "{0} = sorted({1}, key={2})",
    "{0} = list(map({1}, {2}))",
    "{0} = lambda {1}: {2}",
    "for {0} in {1}: {2}",
    "del {0}",
    "global {0}",
)
_HEADS = (
    "def outer(*args, model=None, **rest):",
    "async def outer():",
    "for each in everything:",
    "while True:",
    "if undecided:",
    "class Outer:",
    "with opened() as handle:",
)
_DIRECTIVES = (
    "  # noqa",
    "  # noqa: VEC101",
    "  # noqa:VEC1,E501",
    "  # lint-embed: ignore[cross-space-comparison]",
    "  # lint-embed: ignore[",
    "  # lint-embed: ignore-file",
    "  # lint-embed: space=mine",
    "  # lint-embed: reveal",
    "  # lint-embed: nonsense",
)
_ENCODINGS = ("latin-1", "utf-16", "utf-16-le", "utf-32", "utf-8-sig", "shift-jis", "cp1252")


def encoded(chance: random.Random, text: str) -> tuple[str, bytes]:
    """The text as bytes, now and then in an encoding that is not the one it claims."""
    dice = chance.random()
    if dice < 0.85:
        return "", text.encode("utf-8", "replace")
    if dice < 0.9:
        data = bytearray(text.encode("utf-8", "replace"))
        for _ in range(chance.randint(1, 4)):
            data.insert(chance.randrange(len(data) + 1), chance.randrange(256))
        return "stray bytes", bytes(data)
    name = chance.choice(_ENCODINGS)
    cookie = f"# coding: {chance.choice((name, name, 'ascii', 'nonsense', 'base64'))}\n"
    text = chance.choice(("", cookie)) + text
    return name, text.encode(name, "replace")


# inputs ----------------------------------------------------------------------------------


def seeds(folders: Sequence[Path]) -> list[Path]:
    """The files below the folders that may matter to the analysis, in a fixed order."""
    mentions = re.compile(rb"\b(?:" + "|".join(sorted(encoder_libraries())).encode() + rb")\b")
    found = []
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.suffix in (".py", ".ipynb") and path.is_file():
                if path.stat().st_size <= LARGEST and mentions.search(path.read_bytes()):
                    found.append(path)
    return found


def variant(files: Sequence[Path], seed: int, number: int) -> Input:
    """The input of that number."""
    chance = random.Random(f"{seed}:{number}")
    path = chance.choice(files)
    lines = path.read_bytes().decode("utf-8", "replace").splitlines(keepends=True)
    steps = []
    for _ in range(chance.choice((0, 1, 1, 2, 3))):
        mutation = chance.choice(MUTATIONS)
        lines = mutation(chance, lines)
        steps.append(mutation.__name__)
    text = "".join(lines)
    if path.suffix == ".py" and chance.random() < 0.7:
        text = _TOP + text
    encoding, data = encoded(chance, text)
    return Input(number, path.as_posix(), (*steps, encoding) if encoding else tuple(steps), data)


def run(inputs: Iterator[Input], limit: float, keep: Path | None) -> Iterator[Problem | None]:
    """Lints each input by itself; yields what is wrong with it, or None."""
    settings = Settings()
    for each in inputs:
        suffix = Path(each.name).suffix
        if keep is not None:
            (keep / f"current{suffix}").write_bytes(each.data)
        file = File(Path(os.devnull, f"input{suffix}"), f"input{suffix}", settings, each.data)
        if not each.number % COLLECTED:
            gc.collect()  # ``check`` stops the collector, so that what it left would pile up
        start = time.process_time()
        faulthandler.dump_traceback_later(HANGS, exit=True)
        try:
            reports = list(check([file], Options(context=False)))
        except KeyboardInterrupt:
            raise
        except BaseException:  # a panic of the native parser is no Exception
            text = traceback.format_exc()
        else:
            finding = (f.message for report in reports for f in report.findings)
            text = next((message for message in finding if INTERNAL in message), "")
        finally:
            faulthandler.cancel_dump_traceback_later()
        seconds = time.process_time() - start
        if not text and seconds > limit:
            text = f"took {seconds:.1f} s"
        yield Problem(each, text) if text else None


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Lints broken variants of real files.")
    parser.add_argument("folders", type=Path, nargs="+", metavar="FOLDER")
    parser.add_argument("--count", type=int, default=1000, help="inputs (default: 1000)")
    parser.add_argument("--first", type=int, default=0, help="the number of the first input")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--limit", type=float, default=5.0, help="processor seconds for one input")
    parser.add_argument("--keep", type=Path, help="a folder for the inputs that were found")
    options = parser.parse_args(arguments)
    files = seeds(options.folders)
    if not files:
        parser.error("no file below these folders mentions an embedding library")
    if options.keep is not None:
        options.keep.mkdir(parents=True, exist_ok=True)
    faulthandler.enable()
    numbers = range(options.first, options.first + options.count)
    inputs = (variant(files, options.seed, number) for number in numbers)
    return tell(run(inputs, options.limit, options.keep), options.keep)


def tell(results: Iterator[Problem | None], keep: Path | None) -> int:
    """Prints each kind of problem once, and how often it came; gives the exit status."""
    cause = re.compile(r" at \w+\.py:\d+")
    kinds: Counter[str] = Counter()
    start, count = time.perf_counter(), 0
    for problem in results:
        count += 1
        if count % PROGRESS == 0:
            print(f"{count} inputs, {kinds.total()} problems", file=sys.stderr)
        if problem is None:
            continue
        lines = problem.text.strip().splitlines()
        place = cause.search(lines[-1])
        kind = (
            "slow" if lines[-1].startswith("took") else place[0] if place else "\n".join(lines[-3:])
        )
        kinds[kind] += 1
        if kind == "slow" or kinds[kind] == 1:
            print(f"{problem.input}\n{problem.text}", flush=True)
        if keep is not None and kinds[kind] <= 3:
            suffix = Path(problem.input.name).suffix
            (keep / f"{problem.input.number}{suffix}").write_bytes(problem.input.data)
    seconds = time.perf_counter() - start
    print(f"{count} inputs in {seconds:.0f} s, {kinds.total()} problems of {len(kinds)} kinds")
    for kind, times in kinds.most_common():
        print(f"{times:6} x {kind.splitlines()[-1]}")
    return 1 if kinds else 0


if __name__ == "__main__":
    sys.exit(main())
