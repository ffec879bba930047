"""The command line, over an engine that finds a VEC101 in each line with ``meet(``."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType, SimpleNamespace

import click
import pytest
from click.testing import CliRunner, Result

import lint_embed
from lint_embed.cli import main
from lint_embed.files import File
from lint_embed.findings import Certainty, Finding, Place
from lint_embed.settings import Options

ROOT = Path(__file__).parent.parent
CODES = {"VEC101": "cross-space-comparison", "VEC301": "cross-space-arithmetic"}


@dataclass(frozen=True)
class Report:
    path: str
    findings: tuple[Finding, ...]
    parsed: bool = True
    seconds: float = 0.0
    notes: tuple[object, ...] = ()


class Engine(ModuleType):
    """Stands for lint_embed.engine: no analysis, but the same contract."""

    def __init__(self) -> None:
        super().__init__("lint_embed.engine")
        self.options: Options | None = None
        self.seconds: dict[str, float] = {}

    def check(
        self, files: Sequence[File], options: Options, step: Callable[[], None]
    ) -> Iterator[Report]:
        self.options = options
        for file in files:
            text = file.data if file.data is not None else file.path.read_bytes()
            if b"crash" in text:
                raise RuntimeError("two\nlines")
            findings = tuple(self._findings(file, text.decode()))
            step()
            yield Report(file.shown, findings, seconds=self.seconds.get(file.shown, 0.0))

    def _findings(self, file: File, text: str) -> Iterator[Finding]:
        codes = file.settings.codes(file.path)
        for number, line in enumerate(text.splitlines(), 1):
            for match in re.finditer(r"(meet|mix)\([^)]*\)", line):
                code = "VEC101" if match[1] == "meet" else "VEC301"
                if ("noqa" in line and code in line) or code not in codes:
                    continue
                certainty = Certainty.LIKELY if "maybe" in line else Certainty.DEFINITE
                if file.settings.certainty not in (Certainty.LIKELY, certainty):
                    continue
                place = Place(file.shown, None, number, match.start() + 1, number, match.end() + 1)
                yield Finding(place, code, CODES[code], "message", certainty, fingerprint="f")


@pytest.fixture(autouse=True)
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    monkeypatch.chdir(tmp_path)
    for name in ("NO_COLOR", "FORCE_COLOR", "LINT_EMBED_CACHE_DIR"):
        monkeypatch.delenv(name, raising=False)
    fake = Engine()
    rules = ModuleType("lint_embed.rules")
    rules.RULES = tuple(  # type: ignore[attr-defined]
        SimpleNamespace(code=code, name=name, summary=f"sums {code}", doc=f"# {name} ({code})\n")
        for code, name in CODES.items()
    )
    monkeypatch.setitem(sys.modules, "lint_embed.engine", fake)
    monkeypatch.setitem(sys.modules, "lint_embed.rules", rules)
    return fake


def run(*arguments: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(main, arguments, input=stdin, prog_name="lint-embed")


def outcome(*arguments: str, stdin: str | None = None) -> tuple[int, str, str]:
    result = run(*arguments, stdin=stdin)
    return result.exit_code, result.stdout, result.stderr


FOUND = "a.py:1:1: VEC101 message\n"


# --- Commands, statuses, help --------------------------------------------------------


def test_status_0_1_2() -> None:
    Path("a.py").write_text("fine()\n")
    assert outcome("a.py") == (0, "", "")
    Path("a.py").write_text("meet(x)\n")
    assert outcome("a.py") == (1, FOUND, "")
    assert outcome("--exit-zero", "a.py") == (0, FOUND, "")
    assert outcome("a.py", "nope.py") == (
        2,
        FOUND,
        "lint-embed: nope.py: no such file or directory\n",
    )
    assert run("--exit-zero", "a.py", "nope.py").exit_code == 2


def test_check_is_the_default_and_here_is_the_default_path() -> None:
    Path("a.py").write_text("meet(x)\n")
    for arguments in ((), ("check",), (".",), ("check", "a.py"), ("--select", "VEC1", "a.py")):
        assert outcome(*arguments) == (1, FOUND, ""), arguments
    assert outcome("-q", "check", "a.py") == (1, FOUND, "")


def test_a_file_named_like_a_command_can_be_linted() -> None:
    Path("rule").write_text("meet(x)\n")
    assert outcome("./rule") == (1, "rule:1:1: VEC101 message\n", "")


def test_help_fits_one_screen_and_names_every_option() -> None:
    for arguments in (("--help",), ("-h",), ("check", "--help"), ("src", "--help")):
        code, text, _ = outcome(*arguments)
        rows = text.splitlines()
        assert (code, len(rows) <= 46, max(map(len, rows)) <= 80) == (0, True, True), arguments
        check = main.commands["check"]
        options = [p for p in check.params if isinstance(p, click.Option)]
        assert [o.name for o in options if o.opts[-1] not in text] == []
    assert "server" in outcome("--help")[1]


def test_the_version_is_that_of_the_package() -> None:
    assert outcome("--version") == (0, f"lint-embed {lint_embed.__version__}\n", "")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["version"] == lint_embed.__version__


def test_rules_are_listed_and_explained() -> None:
    listed = "VEC101  cross-space-comparison: sums VEC101\n"
    assert outcome("rule")[1].startswith(listed)
    assert outcome("rule", "vec101") == (0, "# cross-space-comparison (VEC101)\n", "")
    assert outcome("rule", "cross-space-arithmetic")[1] == "# cross-space-arithmetic (VEC301)\n"
    assert outcome("rule", "--all")[1] == (
        "# cross-space-comparison (VEC101)\n\n# cross-space-arithmetic (VEC301)\n"
    )
    message = "lint-embed: unknown rule 'VEC102' (did you mean 'VEC101'?)\n"
    assert outcome("rule", "VEC102") == (2, "", message)


def test_the_server_says_what_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    code, out, err = outcome("server", "--stdio")
    assert (code, out) == (2, "")
    assert 'pip install "lint-embed[lsp]"' in err


def test_the_server_starts_the_editor(monkeypatch: pytest.MonkeyPatch) -> None:
    editor = ModuleType("lint_embed.editor")
    started: list[bool] = []
    editor.main = lambda: started.append(True)  # type: ignore[attr-defined]
    monkeypatch.setattr("importlib.util.find_spec", lambda name: object())
    monkeypatch.setitem(sys.modules, "lint_embed.editor", editor)
    assert run("server").exit_code == 0
    assert started == [True]


# --- Mistakes of the user ------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--select", "VEC9"], "--select: unknown rule 'VEC9'"),
        (["--ignore", "VEC1,cross-space-comparisons"], "(did you mean 'cross-space-comparison'?)"),
        (["--per-file-ignores", "x.py"], "'x.py' is not of the form PATTERN:RULE"),
        (["--config", "nope=1"], "--config nope=1: unknown key 'nope'"),
        (["--config", "nope.toml"], "--config nope.toml: there is no such file"),
        (["--output-format", "jsn"], "'jsn' is not one of 'concise'"),
        (["--certainty", "sure"], "'sure' is not one of"),
        (["--jobs", "0"], "0 is not in the range"),
        (["--selct", "VEC1"], "No such option"),
        (["--write-baseline"], "--write-baseline needs --baseline FILE"),
        (["--baseline", "nope.json"], "nope.json: cannot be read: No such file"),
        (["--output-file", "no/such/x"], "--output-file no/such/x: cannot be written: No such"),
        (["-", "a.py"], "standard input (-) can't be linted together with other paths"),
        (["--watch", "-"], "--watch and --add-noqa need files"),
    ],
)
def test_a_usage_error_is_one_clear_message_and_status_2(
    arguments: list[str], message: str
) -> None:
    Path("a.py").write_text("x\n")
    code, out, err = outcome(*arguments)
    assert (code, out) == (2, "")
    assert message in err
    assert "Traceback" not in err


def test_a_broken_configuration_stops_its_own_files_only() -> None:
    Path("a.py").write_text("meet(x)\n")
    Path("sub").mkdir()
    Path("sub/b.py").write_text("meet(x)\n")
    Path("sub/pyproject.toml").write_text("[tool.lint-embed]\nselct = []\n")
    error = "lint-embed: sub/pyproject.toml:2: unknown key 'selct' (did you mean 'select'?)\n"
    assert outcome() == (2, FOUND, error)


def test_an_internal_error_is_a_line_and_verbose_shows_the_traceback() -> None:
    Path("a.py").write_text("crash\n")
    code, out, err = outcome("a.py")
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert err.startswith("lint-embed: internal error: RuntimeError: two lines (please report it")
    assert "Traceback (most recent call last)" in run("-v", "a.py").stderr


def test_nothing_to_lint_is_said() -> None:
    assert outcome() == (0, "", "lint-embed: there are no Python files or notebooks here\n")
    assert outcome("-q") == (0, "", "")


# --- Options -------------------------------------------------------------------------


def test_selection() -> None:
    Path("a.py").write_text("meet(x)\nmix(x)\n")
    Path("tests").mkdir()
    Path("tests/b.py").write_text("meet(x)\n")

    def codes(*arguments: str) -> list[str]:
        found = json.loads(outcome("--output-format", "json", *arguments)[1])
        return [f"{item['path']} {item['code']}" for item in found]

    everything = ["a.py VEC101", "a.py VEC301", "tests/b.py VEC101"]
    assert codes() == codes("--select", "VEC1,VEC3") == everything
    assert codes("--select", "VEC3") == ["a.py VEC301"]
    assert codes("--select", "VEC3", "--extend-select", "VEC101") == everything
    assert codes("--ignore", "cross-space-comparison") == ["a.py VEC301"]
    assert codes("--per-file-ignores", "tests/*:VEC1,a.py:VEC3") == ["a.py VEC101"]
    assert codes("--per-file-ignores", "a.py:VEC3", "--per-file-ignores", "a.py:VEC101") == [
        "tests/b.py VEC101"
    ]
    assert codes("--exclude", "tests") == codes("--extend-exclude", "tests") == everything[:2]
    assert codes("tests/b.py", "--exclude", "tests") == everything[2:]
    assert codes("tests/b.py", "--exclude", "tests", "--force-exclude") == []
    # A hook that names excluded files only has nothing to say.
    assert outcome("tests/b.py", "--exclude", "tests", "--force-exclude") == (0, "", "")


def test_certainty() -> None:
    Path("a.py").write_text("meet(x)\nmeet(x)  # maybe\n")
    assert run("a.py").stdout.count("VEC101") == 2
    assert outcome("--certainty", "definite", "a.py") == (1, FOUND, "")


def test_configuration_of_the_project_counts_unless_isolated() -> None:
    Path("a.py").write_text("meet(x)\n")
    Path("pyproject.toml").write_text("[tool.lint-embed]\nignore = ['VEC1']\n")
    assert outcome() == (0, "", "")
    assert outcome("--select", "VEC101")[0] == 1
    assert outcome("--isolated")[0] == 1
    assert outcome("--config", "ignore=[]")[0] == 1


def test_standard_input() -> None:
    assert outcome("-", stdin="meet(x)\n") == (1, "-:1:1: VEC101 message\n", "")
    assert outcome("--stdin-filename", "a.py", "-", stdin="meet(x)\n") == (1, FOUND, "")
    assert outcome("--stdin-filename", "./a.py", stdin="meet(x)\n") == (1, FOUND, "")
    _, out, _ = outcome("--output-format", "full", "-", stdin="meet(é)\n")
    assert "1 | meet(é)\n  | ^^^^^^^ here\n" in out


def test_output_file_holds_what_stdout_would() -> None:
    Path("a.py").write_text("meet(x)\n")
    arguments = ("--output-file", "out.txt", "--color", "always", "a.py")
    assert outcome(*arguments) == (1, "", "")
    assert Path("out.txt").read_text() == FOUND


def test_color() -> None:
    Path("a.py").write_text("meet(x)\n")
    colored = run("--color", "always", "a.py").stdout
    assert click.unstyle(colored) == FOUND != colored
    assert outcome("--color", "never", "a.py")[1] == FOUND
    assert "\033[" not in run("--color", "always", "--output-format", "json", "a.py").stdout


@pytest.mark.parametrize(
    ("variable", "value", "colors"),
    [("FORCE_COLOR", "1", True), ("FORCE_COLOR", "", False), ("NO_COLOR", "1", False)],
)
def test_color_variables(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, colors: bool
) -> None:
    Path("a.py").write_text("meet(x)\n")
    monkeypatch.setenv(variable, value)
    assert ("\033[" in run("a.py").stdout) is colors


def test_statistics() -> None:
    Path("a.py").write_text("meet(x)\nmeet(x)\nmix(x)\n")
    counts = "2  VEC101  cross-space-comparison\n1  VEC301  cross-space-arithmetic\n"
    assert outcome("--statistics") == (1, counts, "")
    found = json.loads(run("--statistics", "--output-format", "json").stdout)
    assert [item["count"] for item in found] == [2, 1]


def test_show_files_and_settings() -> None:
    Path("a.py").write_text("meet(x)\n")
    Path("b.txt").write_text("")
    assert outcome("--show-files") == (0, "a.py\n", "")
    code, out, _ = outcome("--show-settings", "--select", "VEC1", "--certainty", "definite")
    table = tomllib.loads(out)["tool"]["lint-embed"]
    assert (code, table["select"], table["certainty"]) == (0, ["VEC1"], "definite")
    Path("a.py").unlink()
    assert "[tool.lint-embed]" in run("--show-settings").stdout


def test_jobs_and_cache_reach_the_engine(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("a.py").write_text("x\n")
    run("--jobs", "3")
    assert (engine.options.jobs, engine.options.cache_dir) == (3, tmp_path / ".lint_embed_cache")
    run("-j1", "--no-cache")
    assert (engine.options.jobs, engine.options.cache_dir) == (1, None)
    run("-j1", "--cache-dir", "there")
    assert (engine.options.jobs, engine.options.cache_dir) == (1, tmp_path / "there")
    monkeypatch.setenv("LINT_EMBED_CACHE_DIR", str(tmp_path / "env"))
    run("-j1")
    assert (engine.options.jobs, engine.options.cache_dir) == (1, tmp_path / "env")


def test_verbose_closes_with_a_summary_and_names_large_files(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("lint_embed.files.LARGE", 20)
    Path("a.py").write_text("meet(x)\n")
    Path("b.py").write_text("#" * 30)
    Path("c.py").write_text("#" * 30)
    large = "lint-embed: left out as larger than 5 MB (name a file to lint it): "
    assert outcome() == (1, FOUND, f"{large}2 files\n")
    _, out, err = outcome("-v")
    assert out == FOUND
    assert err.startswith(f"{large}b.py, c.py\nlint-embed: 1 finding in 1 file (1 parsed) in 0.")
    assert outcome("-q") == (1, FOUND, "")


def test_verbose_says_where_the_time_went(engine: Engine) -> None:
    for number in range(8):
        Path(f"f{number}.py").write_text("fine()\n")
    engine.seconds = {f"f{number}.py": number / 100 for number in range(8)}
    rows = run("-v").stderr.splitlines()
    stages = r"lint-embed: time by stage: finding files \d\.\d\d s, checking .* s, output .* s"
    assert re.fullmatch(stages, rows[1])
    assert rows[2:] == [f"lint-embed: 0.0{n} s for f{n}.py" for n in (7, 6, 5, 4, 3)]
    engine.seconds = {"f1.py": 0.02}
    assert run("-v").stderr.splitlines()[2:] == ["lint-embed: 0.02 s for f1.py"]


def test_add_noqa() -> None:
    Path("a.py").write_text("meet(x)\nmix(x)  # noqa: E501\n")
    assert outcome("--add-noqa") == (0, "", "lint-embed: added 2 noqa comments\n")
    assert Path("a.py").read_text() == ("meet(x)  # noqa: VEC101\nmix(x)  # noqa: E501, VEC301\n")
    assert outcome() == (0, "", "")


def test_a_baseline_is_written_used_and_grows_stale() -> None:
    Path("a.py").write_text("meet(x)\n")
    wrote = "lint-embed: old.json: recorded 1 finding\n"
    assert outcome("--baseline", "old.json", "--write-baseline") == (0, "", wrote)
    Path("a.py").write_text("new = 1\nmeet(x)\n")
    assert outcome("--baseline", "old.json") == (0, "", "")
    Path("a.py").write_text("meet(x)\nmeet(y)\n")
    assert outcome("--baseline", "old.json") == (1, "a.py:2:1: VEC101 message\n", "")
    Path("a.py").write_text("meet(y)\n")
    stale = "lint-embed: old.json: stale entry: a.py no longer has VEC101 at: meet(x)\n"
    assert outcome("--baseline", "old.json") == (1, FOUND, stale)
    assert outcome("--baseline", "old.json", "--select", "VEC3") == (0, "", "")


# --- The real process ----------------------------------------------------------------

PROGRAM = """
import sys, test_cli
sys.modules["lint_embed.engine"] = test_cli.Engine()
from lint_embed.cli import main
main(prog_name="lint-embed")
"""


def process(*arguments: str, **more: object) -> subprocess.Popen[str]:
    path = os.pathsep.join([str(ROOT), str(ROOT / "tests")])
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        env={**os.environ, "PYTHONPATH": path, **more.pop("env", {})},  # type: ignore[dict-item]
    )


def test_a_closed_pipe_is_no_error() -> None:
    Path("a.py").write_text("meet(x)\n" * 20_000)
    with process("a.py") as started:
        assert started.stdout is not None and started.stderr is not None
        assert started.stdout.readline() == FOUND
        started.stdout.close()
        assert started.stderr.read() == ""
    assert started.returncode == 1


def test_findings_are_utf_8_whatever_the_locale() -> None:
    Path("é.py").write_text("meet('日')\n", encoding="utf-8")
    with process("--output-format", "full", "é.py", env={"PYTHONIOENCODING": "ascii"}) as started:
        out, err = started.communicate(timeout=30)
    assert "é.py:1:1" in out and "meet('日')" in out
    assert err == ""


@pytest.mark.skipif(os.name == "nt", reason="there are no pseudo-terminals")
def test_a_terminal_shows_progress_while_a_run_lasts() -> None:
    import pty

    for name in "abc":
        Path(f"{name}.py").write_text("meet(x)\n")
    main_end, terminal = pty.openpty()
    at_once = "from lint_embed.output import console; console.SLOW = 0\n"
    path = os.pathsep.join([str(ROOT), str(ROOT / "tests")])
    with subprocess.Popen(
        [sys.executable, "-c", at_once + PROGRAM],
        stdout=terminal, stderr=terminal,
        env={**os.environ, "PYTHONPATH": path, "TERM": "xterm"},
    ) as started:  # fmt: skip
        started.wait(timeout=30)
        os.close(terminal)
        text = os.read(main_end, 100_000).decode()
    os.close(main_end)
    drawn, _, rest = text.rpartition("\r\033[2K\033[?25h")
    assert "linting" in drawn and "100%" in drawn
    rows = click.unstyle(rest).splitlines()
    assert rows == [f"{name}.py:1:1: VEC101 message" for name in "abc"] + [
        "lint-embed: 3 findings in 3 files"
    ]


@pytest.mark.skipif(os.name == "nt", reason="signals differ")
def test_watch_looks_at_the_project_around_the_files() -> None:
    Path("pyproject.toml").write_text("[tool.lint-embed]\n")
    Path("sub").mkdir()
    Path("sub/b.py").write_text("meet(x)\n")
    with process("--watch", "-q", "sub") as started:
        assert started.stdout is not None
        for _ in range(2):
            assert started.stdout.readline() == "sub/b.py:1:1: VEC101 message\n"
            time.sleep(1)
            Path("context.py").write_text("fine()\n")
        started.send_signal(signal.SIGINT)
    assert started.returncode == 130


@pytest.mark.skipif(os.name == "nt", reason="signals differ")
def test_watch_runs_again_when_a_file_changes_and_ends_quietly() -> None:
    Path("a.py").write_text("fine()\n")
    with process("--watch", "-q") as started:
        assert started.stdout is not None and started.stderr is not None
        time.sleep(1)
        Path("b.py").write_text("meet(x)\n")
        assert started.stdout.readline() == "b.py:1:1: VEC101 message\n"
        started.send_signal(signal.SIGINT)
        assert started.stderr.read() == ""
    assert started.returncode == 130


def test_the_command_says_all_before_it_ends(tmp_path: Path) -> None:
    lines = "".join(f"print(cosine(a.encode('{n}'), b.encode('x')))\n" for n in range(500))
    (tmp_path / "many.py").write_text(
        "from scipy.spatial.distance import cosine\n"
        "from sentence_transformers import SentenceTransformer\n"
        "a = SentenceTransformer('all-MiniLM-L6-v2')\n"
        "b = SentenceTransformer('BAAI/bge-small-en-v1.5')\n" + lines
    )
    for arguments, status, found in (([], 1, 500), (["--exit-zero"], 0, 500), (["--so"], 2, 0)):
        done = subprocess.run(
            [sys.executable, "-m", "lint_embed", "--no-cache", *arguments, "."],
            cwd=tmp_path, capture_output=True, text=True, check=False,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )  # fmt: skip
        assert (done.returncode, len(done.stdout.splitlines())) == (status, found)
        assert bool(done.stderr) is (status == 2)


def test_nothing_slow_is_imported_to_find_no_files() -> None:
    code = (
        "import sys; from lint_embed.cli import main\ntry: main(['-q'])\nexcept SystemExit: pass\n"
    )
    slow = ["libcst", "asyncio", "lint_embed.engine", "lint_embed.rules"]
    code += f"print([m for m in {slow} if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.stdout == "[]\n"


def test_completion_offers_commands_options_and_values() -> None:
    def offered(words: str, number: int) -> set[str]:
        variables = {
            "_LINT_EMBED_COMPLETE": "bash_complete",
            "COMP_WORDS": words,
            "COMP_CWORD": str(number),
        }
        with process(env=variables) as started:
            out, err = started.communicate(timeout=30)
        assert err == ""
        return {row.partition(",")[2] for row in out.splitlines()}

    assert "rule" in offered("lint-embed ru", 1)
    assert {"--select", "--statistics"} <= offered("lint-embed --s", 1)
    assert {"sarif"} == offered("lint-embed --output-format sa", 2)
