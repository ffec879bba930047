"""What can't be read: one clear message with its place, and all other files still linted."""

from __future__ import annotations

import ast
import contextlib
import json
import os
import socket
import xml.etree.ElementTree as ElementTree
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from lint_embed import adjacent, depth
from lint_embed.cli import main
from lint_embed.output import FORMATS
from lint_embed.provenance.interpreter import Interpreter
from lint_embed.provenance.modules import Project

# A file that names no library of encoders is never parsed: what is broken must name one.
HEAD = "from sentence_transformers import SentenceTransformer, util\n"
MISTAKE = """\
a = SentenceTransformer("all-MiniLM-L6-v2").encode("x")
b = SentenceTransformer("paraphrase-MiniLM-L6-v2").encode("y")
util.cos_sim(a, b)
"""
GOOD = HEAD + MISTAKE
FOUND_IN_GOOD = "good.py:4:1: VEC101"


def lint(root: Path, *arguments: str) -> Result:
    with contextlib.chdir(root):
        result = CliRunner().invoke(main, ["--no-cache", "--jobs", "1", *arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit)
    assert "Traceback" not in result.output
    return result


def findings(root: Path, *arguments: str) -> list[str]:
    """``path:line:column: message`` of each finding; holds the exit status to them."""
    result = lint(root, *(arguments or (".", "--isolated")))
    assert result.stderr == ""
    lines = result.stdout.splitlines()
    assert result.exit_code == bool(lines)
    return lines


def beside_good(root: Path, name: str, data: bytes) -> list[str]:
    """The findings of a broken file, its good neighbour's being there as ever."""
    (root / name).write_bytes(data)
    (root / "good.py").write_text(GOOD)
    lines = findings(root)
    assert sum(line.startswith(FOUND_IN_GOOD) for line in lines) == 1
    return [line for line in lines if not line.startswith("good.py:")]


def notebook(*cells: str, language: str = "python") -> bytes:
    parts = [{"cell_type": "code", "metadata": {}, "source": cell} for cell in cells]
    metadata = {"language_info": {"name": language}}
    return json.dumps({"cells": parts, "metadata": metadata, "nbformat": 4}).encode()


# files that can't be read ----------------------------------------------------------------

BROKEN: Mapping[str, tuple[str, bytes, str]] = {
    "a bracket that is never closed": (
        "bad.py",
        f"{HEAD}x = (1,\n".encode(),
        "bad.py:2:5: VEC902 syntax error: '(' was never closed",
    ),
    "a block without its indentation": (
        "bad.py",
        f"{HEAD}if x:\npass\n".encode(),
        "bad.py:3:1: VEC902 syntax error: expected an indented block",
    ),
    "tabs mixed with spaces": (
        "bad.py",
        f"{HEAD}if x:\n\ta = 1\n        b = 2\n".encode(),
        "bad.py:4:1: VEC902 syntax error: inconsistent use of tabs and spaces",
    ),
    "Python 2": (
        "bad.py",
        f"{HEAD}print 'a'\n".encode(),
        "bad.py:2:1: VEC902 syntax error: Missing parentheses",
    ),
    "a byte that is not UTF-8": (
        "bad.py",
        HEAD.encode() + b"x = 'caf\xe9'\n",
        "bad.py:2:9: VEC902 byte 0xe9 is not valid utf-8",
    ),
    "a coding line that lies": (
        "bad.py",
        b"# coding: ascii\n" + HEAD.encode() + b"x = 'caf\xe9'\n",
        "bad.py:3:9: VEC902 byte 0xe9 is not valid ascii",
    ),
    "a coding line that names no encoding": (
        "bad.py",
        f"# coding: nonsense\n{GOOD}".encode(),
        "bad.py:1:1: VEC902 cannot be decoded: unknown encoding: nonsense",
    ),
    "UTF-16": (
        "bad.py",
        GOOD.encode("utf-16"),
        "bad.py:1:1: VEC902 encoded as UTF-16: save the file as UTF-8",
    ),
    "a null character": (
        "bad.py",
        f"{HEAD}x = 'a\0b'\n".encode(),
        "bad.py:2:7: VEC902 not Python: it contains a null character",
    ),
    "a thousand brackets": (
        "bad.py",
        f"{HEAD}x = {'(' * 1000}1{')' * 1000}\n".encode(),
        f"bad.py:2:{5 + depth.MAX_BRACKETS}: VEC902 is nested too deeply to be parsed",
    ),
    "a notebook that is no JSON": (
        "bad.ipynb",
        b'{\n "cells": [,]\n}',
        "bad.ipynb:2:12: VEC902 not a notebook: invalid JSON",
    ),
    "a notebook that is JSON of another kind": (
        "bad.ipynb",
        b"[]",
        "bad.ipynb:1:1: VEC902 not a notebook: the JSON must be an object",
    ),
    "a notebook without cells": (
        "bad.ipynb",
        b'{"cells": 3}',
        "bad.ipynb:1:1: VEC902 not a notebook: it has no list of cells",
    ),
    "a notebook that nests without end": (
        "bad.ipynb",
        b"[" * 100_000,
        "bad.ipynb:1:1: VEC902 not a notebook: JSON that is nested too deeply",
    ),
    "a notebook with a bad byte": (
        "bad.ipynb",
        b'{"cells": "\xe9"}',
        "bad.ipynb:1:12: VEC902 byte 0xe9 is not valid utf-8",
    ),
    "a notebook with a cell that is too deep": (
        "bad.ipynb",
        notebook(HEAD, f"y = 1\nx = {'(' * 1000}1{')' * 1000}"),
        f"bad.ipynb:cell 2:2:{5 + depth.MAX_BRACKETS}: VEC902 is nested too deeply",
    ),
}


@pytest.mark.parametrize(("name", "data", "message"), BROKEN.values(), ids=BROKEN)
def test_a_broken_file_is_named_once(name: str, data: bytes, message: str, tmp_path: Path) -> None:
    (line,) = beside_good(tmp_path, name, data)
    assert line.startswith(message)


def test_a_broken_cell_costs_only_itself(tmp_path: Path) -> None:
    data = notebook(HEAD, "for x in y\n    pass", MISTAKE)
    broken, found = beside_good(tmp_path, "bad.ipynb", data)
    assert broken.startswith("bad.ipynb:cell 2:1:")
    assert "VEC902 syntax error" in broken
    assert found.startswith("bad.ipynb:cell 3:3:1: VEC101")


LONG = "9" * 5000
"""An integer that Python refuses to read."""


def test_a_notebook_with_a_long_integer_is_read(tmp_path: Path) -> None:
    data = notebook(GOOD).replace(b'"metadata": {}', f'"metadata": {{"id": {LONG}}}'.encode(), 1)
    (line,) = beside_good(tmp_path, "long.ipynb", data)
    assert line.startswith("long.ipynb:cell 1:4:1: VEC101")
    full = lint(tmp_path, "long.ipynb", "--isolated", "--output-format", "full").stdout
    assert "4 | util.cos_sim(a, b)" in full


def test_long_integers_around_the_program(tmp_path: Path) -> None:
    """In the code, in its settings and in what it requires."""
    lines = (
        "import chromadb",
        "import json",
        "name = json.load(open('s.json'))",
        f"x = f'{{name}}{{{LONG}}}'",
        "notes = chromadb.PersistentClient('db').get_collection('notes')",
        "notes.query(query_texts=['x'])",
    )
    (tmp_path / "s.json").write_text(LONG)
    (tmp_path / "requirements.txt").write_text(f"chromadb>={LONG}\n")
    (tmp_path / "a.py").write_text("".join(f"{line}\n" for line in lines) + GOOD)
    (line,) = findings(tmp_path)
    assert line.startswith("a.py:10:1: VEC101")
    assert Project(tmp_path, lambda path: None, ()).requires_since("chromadb==1.0.0")


def test_a_broken_import_leaves_the_importer_its_findings(tmp_path: Path) -> None:
    (tmp_path / "bad.py").write_text(f"{HEAD}x = (\n")
    (tmp_path / "user.py").write_text(f"{HEAD}from bad import x\n{MISTAKE}x.encode('z')\n")
    broken, found = findings(tmp_path)
    assert broken.startswith("bad.py:2:5: VEC902")
    assert found.startswith("user.py:5:1: VEC101")


# files that only look broken -------------------------------------------------------------

READABLE: Mapping[str, tuple[bytes, int]] = {
    "a byte order mark": (b"\xef\xbb\xbf" + GOOD.encode(), 4),
    "Latin-1 that says so": (b"# coding: latin-1\n# caf\xe9\n" + GOOD.encode(), 6),
    "form feeds between the parts": (f"\f{HEAD}\f\n{MISTAKE}".encode(), 5),
    "a form feed as indentation": (f"{HEAD}if x:\n\f    y = 1\n{MISTAKE}".encode(), 6),
    "line ends of Windows": (GOOD.replace("\n", "\r\n").encode(), 4),
    "line ends of old Macs": (GOOD.replace("\n", "\r").encode(), 4),
    "no line end at the end": (GOOD.rstrip().encode(), 4),
    "99 brackets": (f"{HEAD}x = {'(' * 99}1{')' * 99}\n{MISTAKE}".encode(), 5),
}


@pytest.mark.parametrize(("data", "line"), READABLE.values(), ids=READABLE)
def test_what_python_reads_is_read(data: bytes, line: int, tmp_path: Path) -> None:
    (found,) = beside_good(tmp_path, "odd.py", data)
    assert found.startswith(f"odd.py:{line}:1: VEC101")


SILENT: Mapping[str, tuple[str, bytes]] = {
    "an empty file": ("odd.py", b""),
    "blank lines": ("odd.py", b"\n\n   \n\t\n"),
    "only comments": ("odd.py", b"# sentence_transformers\n\n# no line end"),
    "only an import": ("odd.py", HEAD.encode()),
    "an empty notebook": ("odd.ipynb", b""),
    "a notebook of another language": ("odd.ipynb", notebook(GOOD, "x <- 1", language="R")),
}


@pytest.mark.parametrize(("name", "data"), SILENT.values(), ids=SILENT)
def test_nothing_to_say_is_no_error(name: str, data: bytes, tmp_path: Path) -> None:
    assert beside_good(tmp_path, name, data) == []


def test_a_broken_file_without_encoders_is_not_parsed(tmp_path: Path) -> None:
    assert beside_good(tmp_path, "odd.py", b"def broken(:\n") == []


# size and depth --------------------------------------------------------------------------


def test_a_hundred_thousand_lines(tmp_path: Path) -> None:
    filler = "# a comment\n" * 9 + "x = 1\n"
    # Over the limit it would be VEC902.
    (found,) = beside_good(tmp_path, "long.py", f"{HEAD}{filler * 10_000}{MISTAKE}".encode())
    assert found.startswith("long.py:100004:1: VEC101")


def _chain(count: int) -> Mapping[str, str]:
    """Programs that nest ``count`` levels deep."""
    return {
        "elifs": "if x == 0:\n    pass\n" + "elif x == 1:\n    pass\n" * count,
        "attributes": f"x = y{'.z' * count}\n",
        "calls": f"x = y{'()' * count}\n",
        "items": f"x = y{'[0]' * count}\n",
        "additions": f"x = 1{' + 1' * count}\n",
        "powers": f"x = 1{' ** 1' * count}\n",
        "alternatives": f"x = y{' or y' * count}\n",
        "negations": f"x = {'not ' * count}y\n",
        "signs": f"x = {'-' * count}1\n",
        "conditions": f"x = {'1 if y else ' * count}1\n",
        "lambdas": f"x = {'lambda: ' * count}1\n",
        "strings": f"x = ({'c ' * count})\n".replace("c", "f'{a}'"),
    }


@pytest.mark.parametrize("kind", _chain(0))
def test_a_deep_chain_is_followed(kind: str, tmp_path: Path) -> None:
    text = HEAD + _chain(300)[kind] + MISTAKE
    (found,) = beside_good(tmp_path, "deep.py", text.encode())
    assert found.startswith(f"deep.py:{text.count(chr(10))}:1: VEC101")


@pytest.mark.parametrize("kind", _chain(0))
def test_a_chain_beyond_the_parser_is_named(kind: str, tmp_path: Path) -> None:
    text = HEAD + _chain(10_000)[kind] + MISTAKE
    (found,) = beside_good(tmp_path, "deep.py", text.encode())
    assert "VEC902 is nested too deeply to be parsed" in found


SIDE_BY_SIDE: Mapping[str, str] = {
    "lines": "x = f(\n" + "    'a'\n" * 10_000 + ", *(@))\n",
    "lines that end in comments": "x = [\n" + "    'a'  # it's\n" * 10_000 + ", @]\n",
    "one line": "x = (" + "'a' " * 10_000 + ", @)\n",
    "one line without brackets": "x = " + "b'a'" * 10_000 + ", @\n",
    "backslashes": "x = 'a' \\\n" + "r'\\d' \\\n" * 10_000 + "'a', @\n",
    "strings of two lines": "x = (" + '"""a\nb"""' * 10_000 + ", @)\n",
    "strings with fields among them": "x = (" + ("'a' " * 50 + "f'{a}'\n") * 200 + ", @)\n",
}


@pytest.mark.parametrize("program", SIDE_BY_SIDE.values(), ids=SIDE_BY_SIDE)
@pytest.mark.parametrize("suffix", ["py", "ipynb"])
def test_thousands_of_strings_side_by_side_cost_no_finding(
    program: str, suffix: str, tmp_path: Path
) -> None:
    """Neither on the line where they end, nor behind them; places stay."""
    *_, loaded, other, meeting = GOOD.splitlines()
    text = f"{HEAD}{loaded}\n{other}\n{program.replace('@', meeting)}{meeting}\n"
    data = notebook(text) if suffix == "ipynb" else text.encode()
    first, second = beside_good(tmp_path, f"deep.{suffix}", data)
    start = f"deep.{suffix}:{'cell 1:' if suffix == 'ipynb' else ''}"
    lines = text.splitlines()
    column = lines[-2].index(meeting) + 1
    assert first.startswith(f"{start}{len(lines) - 1}:{column}: VEC101")
    assert second.startswith(f"{start}{len(lines)}:1: VEC101")


def test_strings_made_one_say_the_same() -> None:
    strings = "'''a\n b'''\n'\\0' '1' \"it's\" \\\n  r'\\n' # 'c'\n" + "'d' " * 20
    program = f"x = ({strings}, y)\nz = 1\n"
    made = adjacent.united(program)
    assert made != program
    assert adjacent.united(made) == made
    before, after = ast.parse(program), ast.parse(made)
    assert ast.dump(before) == ast.dump(after)
    assert [(each.lineno, each.end_lineno, each.end_col_offset) for each in before.body] == [
        (each.lineno, each.end_lineno, each.end_col_offset) for each in after.body
    ]


def test_a_wide_program_is_not_deep(tmp_path: Path) -> None:
    """As many operators, but beside each other: in items, arguments, terms, statements."""
    text = f"x = [{'a.b(c) * -1, ' * 2000}]\ny = f({'a=b.c + 1, ' * 2000})\n"
    text += f"z = {' + '.join(['a * b ** 2 * c'] * 900)}\n" + "x += a.b(c) * 2\n" * 2000
    assert depth.too_deep(text) is None
    assert depth.too_deep("# ((((\n" * 500 + "x = '[[[['\n" * 500) is None


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("x = 1" + " + 1" * 3001, "+ 1"),
        ("x = (y\n" + "    .z\n" * 3001 + ")", ".z\n    .z\n)"),
        ("if a:\n    b\n" + "elif c:\n    return d\n" * 3001, "elif c:\n    return d\n"),
    ],
)
def test_the_place_of_depth(text: str, rest: str) -> None:
    at = depth.too_deep(text)
    assert at is not None
    assert text[at:] == rest


# paths -----------------------------------------------------------------------------------


def test_a_missing_path(tmp_path: Path) -> None:
    (tmp_path / "good.py").write_text(GOOD)
    result = lint(tmp_path, "missing.py", "good.py", "--isolated")
    assert result.stderr == "lint-embed: missing.py: no such file or directory\n"
    assert result.stdout.startswith(FOUND_IN_GOOD)
    assert result.exit_code == 2


def test_links_that_lead_nowhere_or_back(tmp_path: Path) -> None:
    (tmp_path / "broken.py").symlink_to("nowhere.py")
    (tmp_path / "itself.py").symlink_to("itself.py")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "up").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "folder.py").mkdir()
    (tmp_path / "good.py").write_text(GOOD)
    (line,) = findings(tmp_path)
    assert line.startswith(FOUND_IN_GOOD)


@pytest.mark.parametrize("target", ["nowhere.py", "link.py"])
def test_a_link_that_leads_nowhere_by_name(target: str, tmp_path: Path) -> None:
    (tmp_path / "link.py").symlink_to(target)
    result = lint(tmp_path, "link.py", "--isolated")
    assert result.stderr == "lint-embed: link.py: no such file or directory\n"
    assert (result.stdout, result.exit_code) == ("", 2)


def test_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    if os.name == "nt" or os.geteuid() == 0:
        pytest.skip("this user may read everything")
    (tmp_path / "secret.py").write_text(GOOD)
    (tmp_path / "secret.py").chmod(0)
    (line,) = beside_good(tmp_path, "other.py", b"")
    assert line == "secret.py:1:1: VEC902 cannot be read: permission denied"


def test_a_file_that_fails_to_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading fails after the file was found, as when it is not allowed."""
    real = Path.open

    def fails(self: Path, mode: str = "r", *args: object, **kwargs: object) -> object:
        if self.name == "gone.py" and mode == "rb":
            raise PermissionError(13, "Permission denied")
        return real(self, mode, *args, **kwargs)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", fails)
    (line,) = beside_good(tmp_path, "gone.py", GOOD.encode())
    assert line == "gone.py:1:1: VEC902 cannot be read: permission denied"


@pytest.mark.skipif(os.name == "nt", reason="there are no such files")
@pytest.mark.parametrize("suffix", [".py", ".ipynb"])
@pytest.mark.parametrize("kind", ["pipe", "device", "socket"])
def test_what_is_no_regular_file_is_not_read(kind: str, suffix: str, tmp_path: Path) -> None:
    """Neither as what a file imports, nor as context, nor by name."""
    odd = tmp_path / f"odd{suffix}"
    if kind == "pipe":
        os.mkfifo(odd)
    elif kind == "device":
        odd.symlink_to("/dev/zero")
    else:
        with contextlib.chdir(tmp_path), socket.socket(socket.AF_UNIX) as listening:
            listening.bind(odd.name)
    (tmp_path / "pyproject.toml").write_text("")
    (tmp_path / "requirements.txt").symlink_to(odd)
    stored = 'import numpy as np\nnp.save("v.npy", a)\n'
    (tmp_path / "good.py").write_text(f"from odd import *\nimport odd\nodd.run()\n{GOOD}{stored}")
    for path in (".", "good.py"):
        (line,) = findings(tmp_path, path)
        assert line.startswith("good.py:7:1: VEC101")
    for name in FORMATS:
        result = lint(tmp_path, odd.name, "--output-format", name)
        assert "cannot be read: not a regular file" in result.stdout
        assert result.exit_code == 1


NO_TEXT = b"\xff caf\xe9.py"
"""A file name that is not UTF-8."""


def beside_nameless(root: Path, text: str) -> None:
    try:
        (root / os.fsdecode(NO_TEXT)).write_text(text)
    except OSError:
        pytest.skip("file names are text here")
    (root / "good.py").write_text(GOOD)


@pytest.mark.parametrize("text", [GOOD, f"{HEAD}x = (1,\n", HEAD], ids=["found", "bad", "nothing"])
@pytest.mark.parametrize("name", FORMATS)
def test_a_name_that_is_no_text(name: str, text: str, tmp_path: Path) -> None:
    beside_nameless(tmp_path, text)
    result = lint(tmp_path, ".", "--isolated", "-v", "--output-format", name)
    assert result.exit_code == 1
    assert "good.py" in result.stdout
    assert ("\\udcff" in result.stdout or "%FF" in result.stdout or "\ufffd" in result.stdout) == (
        text != HEAD
    )
    if name in ("json", "gitlab", "rdjson", "sarif"):
        json.loads(result.stdout)
    if name == "junit":
        ElementTree.fromstring(result.stdout)


def test_a_name_that_is_no_text_everywhere_else(tmp_path: Path) -> None:
    beside_nameless(tmp_path, GOOD)
    kept = ["--cache-dir", str(tmp_path / "cache"), "--isolated", "."]
    with contextlib.chdir(tmp_path):
        first, again = (CliRunner().invoke(main, kept).stdout for _ in range(2))
        assert first == again
        assert len(first.splitlines()) == 2
        for arguments in (["spaces"], ["spaces", "--output-format", "json"], ["map"]):
            result = CliRunner().invoke(main, [*arguments, "--isolated"])
            assert result.exit_code == 0
            assert "\\udcff" in result.stdout
        assert CliRunner().invoke(main, ["map", "-o", "map.html"]).exit_code == 0
        assert CliRunner().invoke(main, ["map", "-o", "map.svg"]).exit_code == 0
    assert "\\udcff" in lint(tmp_path, "--show-files").stdout
    recorded = ["--baseline", "old.json", "."]
    lint(tmp_path, *recorded, "--write-baseline")
    assert lint(tmp_path, *recorded).exit_code == 0
    assert "added 2 noqa comments" in lint(tmp_path, ".", "--add-noqa").stderr
    assert b"# noqa: VEC101" in (tmp_path / os.fsdecode(NO_TEXT)).read_bytes()


# configuration ---------------------------------------------------------------------------

TABLE = "[tool.lint-embed]\n"
CONFIGURATIONS: Mapping[str, tuple[str, str]] = {
    "an unknown key": (
        f'{TABLE}selct = ["VEC101"]\n',
        "pyproject.toml:2: unknown key 'selct' (did you mean 'select'?)",
    ),
    "a value of the wrong type": (
        f'{TABLE}certainty = "likely"\nselect = "VEC101"\n',
        "pyproject.toml:3: 'select' must be a list of strings",
    ),
    "an unknown rule": (
        f'{TABLE}\nignore = ["VEC999"]\n',
        "pyproject.toml:3: unknown rule",
    ),
    "no TOML": (f"{TABLE}select = [\n", "pyproject.toml: cannot be read: "),
    "a long integer": (f"{TABLE}select = {LONG}\n", "pyproject.toml: cannot be read: "),
    "a broken encoder": (
        f'{TABLE}\n[[tool.lint-embed.encoder]]\nkall = "mine.Model"\n',
        "pyproject.toml:3: ",
    ),
}


@pytest.mark.parametrize(("text", "message"), CONFIGURATIONS.values(), ids=CONFIGURATIONS)
def test_a_broken_configuration(text: str, message: str, tmp_path: Path) -> None:
    """It is named once, however many files it is about; other projects are still linted."""
    for name in ("broken", "fine"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "good.py").write_text(GOOD)
        (tmp_path / name / "more.py").write_text(GOOD)
    (tmp_path / "broken" / "pyproject.toml").write_text(text)
    result = lint(tmp_path, "broken", "fine")
    (line,) = result.stderr.splitlines()
    assert line.startswith(f"lint-embed: broken/{message}")
    starts = [found.split(": ")[0] for found in result.stdout.splitlines()]
    assert starts == ["fine/good.py:4:1", "fine/more.py:4:1"]
    assert result.exit_code == 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--select", "VEC999"], "--select: unknown rule 'VEC999'"),
        (["--ignore", "cross-space"], "--ignore: unknown rule 'cross-space'"),
        (["--config", "selct=['VEC1']"], "unknown key 'selct'"),
        (["--config", f"select={LONG}"], "neither a file nor key=value in TOML"),
        (["--config", "missing.toml"], "--config missing.toml: there is no such file"),
        (["--output-format", "xml"], "'xml' is not one of"),
        (["--jobs", "0"], "--jobs"),
        (["--no-such-option"], "No such option"),
    ],
)
def test_a_broken_command_line(arguments: Sequence[str], message: str, tmp_path: Path) -> None:
    (tmp_path / "good.py").write_text(GOOD)
    result = lint(tmp_path, ".", *arguments)
    assert message in result.stderr
    assert (result.stdout, result.exit_code) == ("", 2)


# our own errors --------------------------------------------------------------------------


def test_an_internal_error_costs_one_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = Interpreter.check_module

    def fails(self: Interpreter, module: object) -> None:
        real(self, module)  # type: ignore[arg-type]
        if module.path.name == "bad.py":  # type: ignore[attr-defined]
            self.heap.push()
            raise KeyError("a name")

    monkeypatch.setattr(Interpreter, "check_module", fails)
    broken, found = beside_good(tmp_path, "bad.py", GOOD.encode())
    assert broken.startswith(
        "bad.py:1:1: VEC902 internal error while following this file (KeyError: 'a name' at "
    )
    assert broken.endswith("; please report it")
    assert found.startswith("bad.py:4:1: VEC101")  # what was found stands


def test_an_internal_error_of_a_rule_costs_one_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lint_embed import workspace

    real = workspace.judge

    def fails(run: Interpreter, module: object, rewritten: object) -> object:
        if module.path.name == "bad.py":  # type: ignore[attr-defined]
            raise ValueError("two\nlines")
        return real(run, module, rewritten)  # type: ignore[arg-type]

    monkeypatch.setattr(workspace, "judge", fails)
    (line,) = beside_good(tmp_path, "bad.py", GOOD.encode())
    assert "(ValueError: two lines at test_bad_input.py:" in line


@pytest.mark.parametrize("error", [RecursionError, "OutOfFuel"])
def test_a_file_that_takes_too_long(
    error: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lint_embed.provenance.interpreter import OutOfFuel

    real = Interpreter.burn

    def fails(self: Interpreter) -> None:
        if self.frame.module.path.name == "bad.py" and self.burnt >= 3:
            raise OutOfFuel if error == "OutOfFuel" else RecursionError
        real(self)

    monkeypatch.setattr(Interpreter, "burn", fails)
    (line,) = beside_good(tmp_path, "bad.py", GOOD.encode())
    said = "takes too long to follow" if error == "OutOfFuel" else "nests too deep to be followed"
    assert line.startswith(f"bad.py:1:1: VEC902 {said}")
    assert line.endswith("; what was found stands")
