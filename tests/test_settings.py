"""[tool.lint-embed] and the options that win over it."""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from lint_embed.catalogue.schema import TABLES
from lint_embed.findings import Certainty
from lint_embed.selection import glob, matches
from lint_embed.settings import CATALOGUE_TABLES, ConfigError, Finder, Settings, to_toml

NAMES = {
    "VEC101": "cross-space-comparison",
    "VEC102": "mismatched-variants",
    "VEC301": "cross-space-arithmetic",
    "VEC902": "unreadable",
}


@pytest.fixture(autouse=True)
def rules(monkeypatch: pytest.MonkeyPatch) -> None:
    """Four rules, so that the tests hold whatever rules are added."""
    module = ModuleType("lint_embed.rules")
    module.RULES = tuple(  # type: ignore[attr-defined]
        SimpleNamespace(code=code, name=name) for code, name in NAMES.items()
    )
    monkeypatch.setitem(sys.modules, "lint_embed.rules", module)


def project(folder: Path, text: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    config = folder / "pyproject.toml"
    config.write_text(text, encoding="utf-8")
    return config


def test_every_key_is_read(tmp_path: Path) -> None:
    config = project(
        tmp_path,
        """
        [tool.lint-embed]
        select = ["VEC1"]
        ignore = ["mismatched-variants"]
        extend-select = ["VEC902"]
        exclude = ["old"]
        extend-exclude = ["gen/*.py"]
        force-exclude = true
        certainty = "definite"
        aligned = [["a/one", "a/two"]]
        src = ["lib"]

        [tool.lint-embed.per-file-ignores]
        "tests/*" = ["VEC101"]

        [[tool.lint-embed.encoder]]
        call = "mine.Encoder"
        name = "mine"
        """,
    )
    assert Finder().settings(tmp_path) == Settings(
        select=("VEC1",),
        ignore=("mismatched-variants",),
        extend_select=("VEC902",),
        per_file_ignores=(("tests/*", ("VEC101",)),),
        exclude=("old",),
        extend_exclude=("gen/*.py",),
        force_exclude=True,
        certainty=Certainty.DEFINITE,
        aligned=(("a/one", "a/two"),),
        src=("lib",),
        catalogue={"encoder": [{"call": "mine.Encoder", "name": "mine"}]},
        root=tmp_path,
        source=config,
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('selct = ["ALL"]', ":2: unknown key 'selct' (did you mean 'select'?)"),
        ("exclude = 'x'", ":2: 'exclude' must be a list of strings"),
        ("force-exclude = 1", ":2: 'force-exclude' must be true or false"),
        ("\n\ncertainty = 'sure'", ":4: 'certainty' must be 'definite' or 'likely'"),
        ("aligned = ['a', 'b']", ":2: 'aligned' must be a list of lists of model ids"),
        ("encoder = 'x'", ":2: 'encoder' must be an array of tables"),
        (
            "per-file-ignores = {a = 'VEC1'}",
            ":2: 'per-file-ignores' must be a table from patterns to lists of rules",
        ),
        ("src = []\nignore = ['VEC999']", ":3: unknown rule 'VEC999' (did you mean 'VEC902'?)"),
        (
            "select = ['cross-space-compare']",
            ":2: unknown rule 'cross-space-compare' (did you mean 'cross-space-comparison'?)",
        ),
        ("select = ['']", ":2: unknown rule ''"),
    ],
)
def test_a_wrong_setting_is_named_with_file_line_and_key(
    tmp_path: Path, text: str, message: str
) -> None:
    config = project(tmp_path, f"[tool.lint-embed]\n{text}\n")
    with pytest.raises(ConfigError) as error:
        Finder().settings(tmp_path)
    assert str(error.value) == f"{config.as_posix()}{message}"


def test_a_table_by_the_packages_name_is_an_error(tmp_path: Path) -> None:
    config = project(tmp_path, "[tool.lint_embed]\nselect = ['VEC1']\n")
    with pytest.raises(ConfigError, match=r"\[tool.lint_embed\] is not read") as error:
        Finder().settings(tmp_path)
    assert str(error.value).startswith(config.as_posix())
    assert Finder(isolated=True).settings(tmp_path).select == Settings().select


def test_entries_of_the_catalogue_are_held_against_its_schema(tmp_path: Path) -> None:
    config = project(tmp_path, "[[tool.lint-embed.encoder]]\ncall = 'mine.Encoder'\nmodle = 'x'\n")
    with pytest.raises(ConfigError) as error:
        Finder().settings(tmp_path)
    start = f"{config.as_posix()}:1: encoder[1] (mine.Encoder): modle: unknown key"
    assert str(error.value).startswith(start)
    assert set(TABLES) <= set(CATALOGUE_TABLES)


def test_an_interface_that_nobody_describes(tmp_path: Path) -> None:
    text = "[[tool.lint-embed.encoder]]\ncall = 'm.E'\nname = 'm'\ninterface = '{}'\n"
    config = project(tmp_path, text.format("sentence-transformr"))
    with pytest.raises(ConfigError) as error:
        Finder().settings(tmp_path)
    assert str(error.value) == (
        f"{config.as_posix()}:1: encoder[1] (m.E): interface: nothing describes "
        "'sentence-transformr'; did you mean 'sentence-transformer'?"
    )
    config.write_text(text.format("sentence-transformer"))
    Finder().settings(tmp_path)
    config.write_text(
        text.format("own") + "[[tool.lint-embed.interface]]\nname = 'own'\n"
        "same = [{ at = 'to()', interface = 'on' }]\n"
    )
    with pytest.raises(ConfigError, match=r"interface\[1\] \(own\)\.same\[1\]: interface: .*'own'"):
        Finder().settings(tmp_path)


def test_broken_toml_and_a_table_that_is_none(tmp_path: Path) -> None:
    config = project(tmp_path, "[tool.lint-embed\n")
    with pytest.raises(ConfigError, match=r"pyproject\.toml: cannot be read: .*line 1"):
        Finder().settings(tmp_path)
    config.write_text("[tool]\nlint-embed = 3\n")
    with pytest.raises(ConfigError, match=r"\[tool\.lint-embed\] must be a table"):
        Finder().settings(tmp_path)
    config.write_bytes(b"\xff")
    with pytest.raises(ConfigError, match="cannot be read: 'utf-8' codec"):
        Finder().settings(tmp_path)


def test_the_nearest_table_wins_and_tables_are_not_merged(tmp_path: Path) -> None:
    project(tmp_path, "[tool.lint-embed]\nsrc = ['top']\nselect = ['VEC1']\n")
    project(tmp_path / "inner", "[project]\nname = 'inner'\n")
    own = project(tmp_path / "inner" / "own", "[tool.lint-embed]\nsrc = ['own']\n")
    finder = Finder()
    above = finder.settings(tmp_path / "inner" / "deep")
    assert (above.src, above.root) == (("top",), tmp_path)
    assert above is finder.settings(tmp_path)
    inside = finder.settings(own.parent)
    assert (inside.src, inside.select, inside.root) == (("own",), ("ALL",), own.parent)


def test_without_a_table_a_project_file_or_repository_gives_the_root(tmp_path: Path) -> None:
    project(tmp_path, "[project]\nname = 'x'\n")
    (tmp_path / "repo" / ".git").mkdir(parents=True)
    finder = Finder()
    assert finder.settings(tmp_path / "a" / "b").root == tmp_path
    assert finder.settings(tmp_path / "repo" / "a").root == tmp_path / "repo"
    assert finder.settings(tmp_path / "a").source is None


def test_config_option_takes_files_and_single_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    project(tmp_path, "[tool.lint-embed]\nselect = ['VEC3']\nsrc = ['here']\n")
    other = tmp_path / "other.toml"
    other.write_text("select = ['VEC1']\n")
    assert Finder(["other.toml"]).settings(tmp_path).select == ("VEC1",)
    assert Finder(["other.toml"]).settings(tmp_path).src == (".", "src")
    one = Finder(["select=['VEC902']", "force-exclude=true"]).settings(tmp_path)
    assert (one.select, one.force_exclude, one.src) == (("VEC902",), True, ("here",))
    both = Finder(["other.toml", "ignore=['VEC102']"]).settings(tmp_path)
    assert (both.select, both.ignore) == (("VEC1",), ("VEC102",))


@pytest.mark.parametrize(
    ("configs", "message"),
    [
        (["nope.toml"], "--config nope.toml: there is no such file"),
        (["src=x"], r"--config src=x: neither a file nor key=value in TOML: "),
        (["scr=['x']"], r"--config scr=\['x'\]: unknown key 'scr' \(did you mean 'src'\?\)"),
        (["src=1"], "--config src=1: 'src' must be a list of strings"),
    ],
)
def test_config_option_errors(configs: list[str], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        Finder(configs)


def test_isolated_reads_no_file(tmp_path: Path) -> None:
    config = project(tmp_path, "[tool.lint-embed]\nselect = ['VEC3']\n")
    assert Finder(isolated=True).settings(tmp_path).select == ("ALL",)
    assert (
        Finder(["certainty='definite'"], isolated=True).settings(tmp_path).certainty == "definite"
    )
    with pytest.raises(ConfigError, match="--isolated"):
        Finder([str(config)], isolated=True)


def test_isolated_files_have_the_roots_of_their_projects(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not the working directory, which may hold the projects of others."""
    monkeypatch.chdir(tmp_path)
    project(tmp_path / "a" / "one", "[tool.lint-embed]\nselect = ['VEC3']\n")
    (tmp_path / "a" / "two" / ".git").mkdir(parents=True)
    (tmp_path / "a" / "loose" / "deep").mkdir(parents=True)
    (tmp_path / "a" / "loose" / "x.py").write_text("")
    finder = Finder(isolated=True, paths=["a/one", "a/two/src"])
    one = finder.settings(tmp_path / "a" / "one" / "src")
    assert (one.root, one.select, one.source) == (tmp_path / "a" / "one", ("ALL",), None)
    assert finder.settings(tmp_path / "a" / "one") is one
    assert finder.settings(tmp_path / "a" / "two" / "src").root == tmp_path / "a" / "two"
    assert finder.settings(tmp_path / "a" / "loose").root == tmp_path / "a"
    for paths in (["a/loose"], ["a/loose/x.py"], ["a/loose/x.py", "a/loose/deep"]):
        folder = tmp_path / "a" / "loose"
        assert Finder(isolated=True, paths=paths).settings(folder).root == folder
    assert Finder(isolated=True).settings(tmp_path / "a").root == tmp_path


def test_options_win_over_files(tmp_path: Path) -> None:
    project(
        tmp_path,
        "[tool.lint-embed]\nselect = ['VEC3']\nignore = ['VEC101']\nextend-exclude = ['a']\n",
    )
    path = tmp_path / "x.py"
    chosen = Finder(overrides={"select": ("VEC1",), "extend_exclude": ("b",)}).settings(tmp_path)
    assert chosen.codes(path) == {"VEC101", "VEC102", "VEC902"}
    assert chosen.extend_exclude == ("a", "b")
    added = Finder(overrides={"extend_select": ("VEC1",)}).settings(tmp_path)
    assert added.codes(path) == {"VEC102", "VEC301", "VEC902"}
    less = Finder(overrides={"ignore": ("VEC301",)}).settings(tmp_path)
    assert less.ignore == ("VEC101", "VEC301")
    assert less.codes(path) == {"VEC902"}
    with pytest.raises(ConfigError, match="--extend-select: unknown rule 'VEC7'"):
        Finder(overrides={"extend_select": ("VEC7",)})
    with pytest.raises(ConfigError, match="--per-file-ignores: unknown rule 'nope'"):
        Finder(overrides={"per_file_ignores": (("*", ("nope",)),)})


@pytest.mark.parametrize(
    ("select", "ignore", "codes"),
    [
        (("ALL",), (), set(NAMES)),
        (("VEC1",), (), {"VEC101", "VEC102", "VEC902"}),
        (("unreadable",), (), {"VEC902"}),
        (("ALL",), ("VEC1",), {"VEC301", "VEC902"}),
        (("VEC101",), ("VEC1",), {"VEC101", "VEC902"}),
        (("VEC1",), ("VEC101",), {"VEC102", "VEC902"}),
        (("VEC1",), ("VEC1",), {"VEC902"}),
        (("VEC1",), ("cross-space-comparison",), {"VEC102", "VEC902"}),
        (("cross-space-comparison",), ("VEC10",), {"VEC101", "VEC902"}),
        (("VEC101",), ("VEC902",), {"VEC101"}),
        (("VEC101",), ("unreadable",), {"VEC101"}),
        (("VEC101",), ("VEC9",), {"VEC101"}),
        (("VEC101",), ("ALL",), {"VEC101"}),
        (("VEC902",), ("VEC9",), {"VEC902"}),
    ],
)
def test_the_more_precise_selector_wins(
    select: tuple[str, ...], ignore: tuple[str, ...], codes: set[str]
) -> None:
    assert Settings(select=select, ignore=ignore).codes(Path("/x.py")) == codes


def test_per_file_ignores_go_by_name_path_and_negation(tmp_path: Path) -> None:
    settings = Settings(
        select=("VEC1", "VEC3"),
        per_file_ignores=(
            ("conftest.py", ("VEC101",)),
            ("tests/*", ("VEC102",)),
            ("!src/**", ("VEC3",)),
        ),
        root=tmp_path,
    )
    always = {"VEC902"}
    assert settings.codes(tmp_path / "src/a.py") == {"VEC101", "VEC102", "VEC301"} | always
    assert settings.codes(tmp_path / "src/conftest.py") == {"VEC102", "VEC301"} | always
    assert settings.codes(tmp_path / "tests/deep/a.py") == {"VEC101"} | always


def test_that_a_file_was_not_read_is_said_unless_that_is_ignored_by_name(tmp_path: Path) -> None:
    path = tmp_path / "x.py"
    ignored = Settings(select=("VEC1",), per_file_ignores=(("x.py", ("VEC902",)),))
    assert ignored.codes(path) == {"VEC101", "VEC102"}
    project(tmp_path, "[tool.lint-embed]\nignore = ['VEC1', 'VEC9']\n")
    chosen = Finder(overrides={"select": ("VEC101",)}).settings(tmp_path)
    assert chosen.ignore == ("VEC9",)
    assert chosen.codes(path) == {"VEC101"}


@pytest.mark.parametrize(
    ("pattern", "text", "result"),
    [
        ("a/**/b.py", "a/b.py", True),
        ("a/**/b.py", "a/x/y/b.py", True),
        ("a/**/b.py", "ab.py", False),
        ("**/x", "x", True),
        ("a/*.py", "a/b/c.py", True),
        ("?.py", "ab.py", False),
        ("[!a].py", "b.py", True),
        ("[!a].py", "a.py", False),
        ("[]x].py", "].py", True),
        ("a.py", "aXpy", False),
        ("a[", "a[", True),
        ("*", "a\nb", True),
    ],
)
def test_glob(pattern: str, text: str, result: bool) -> None:
    assert (glob(pattern).fullmatch(text) is not None) is result


def test_patterns_mean_names_and_paths_below_the_root() -> None:
    root = Path("/r")
    assert matches("build/", Path("/r/a/build"), root)
    assert matches("./a/b.py", Path("/r/a/b.py"), root)
    assert not matches("a/b.py", Path("/r/c/a/b.py"), root)
    assert matches("/r/a/*", Path("/r/a/b.py"), root)
    assert not matches("a/*", Path("/elsewhere/a/b.py"), root)


def test_shown_settings_are_toml_that_reads_back(tmp_path: Path) -> None:
    config = project(
        tmp_path,
        """[tool.lint-embed]
        exclude = ['quo"te', 'back\\\\slash']
        aligned = [["a", "b"]]
        per-file-ignores = {"t*" = ["VEC101"]}
        compare = [{call = "m.f", between = [["a", 0], ["b", 1]], loss = false}]
        """,
    )
    settings = Finder().settings(tmp_path)
    text = to_toml(settings)
    assert tomllib.loads(text)["tool"]["lint-embed"]["compare"][0]["between"] == [
        ["a", 0],
        ["b", 1],
    ]
    config.write_text(text, encoding="utf-8")
    assert Finder().settings(tmp_path) == settings
