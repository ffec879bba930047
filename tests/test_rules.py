"""Every rule is registered, documented and tested, and its documentation tells the truth."""

from __future__ import annotations

import ast
import contextlib
import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from lint_embed import rules
from lint_embed.cli import main
from lint_embed.rules import RULES, Rule

PAGES = Path(__file__).parent / "pages"
SECTIONS = ("What it does", "Why is this bad", "Example", "Use instead")

each_rule = pytest.mark.parametrize("rule", RULES, ids=[rule.code for rule in RULES])


def sections(rule: Rule) -> dict[str, str]:
    """The sections of a rule's page by their headings, in order; the intro is left out."""
    parts = re.split(r"^## (.+)$", rule.doc, flags=re.MULTILINE)
    return {
        title.strip(): body.strip() for title, body in zip(parts[1::2], parts[2::2], strict=True)
    }


def code(section: str) -> str:
    """The one Python block of a section. Raises AssertionError when there isn't one."""
    blocks = re.findall(r"^```python\n(.*?)^```$", section, flags=re.MULTILINE | re.DOTALL)
    assert len(blocks) == 1, f"{len(blocks)} Python blocks, not one"
    return str(blocks[0])


def codes_found(source: str, folder: Path) -> list[str]:
    """The codes of what the linter finds in a file of its own."""
    (folder / "example.py").write_text(source, encoding="utf-8")
    with contextlib.chdir(folder):
        arguments = ["check", "--isolated", "--no-cache", "--output-format", "json", "example.py"]
        result = CliRunner().invoke(main, arguments)
    assert result.exit_code in (0, 1), result.output
    return [finding["code"] for finding in json.loads(result.stdout)]


# --- The registry --------------------------------------------------------------------


def test_codes_and_names_are_unique_and_in_order() -> None:
    codes = [rule.code for rule in RULES]
    assert codes == sorted(set(codes))
    assert len({rule.name for rule in RULES}) == len(RULES)


@each_rule
def test_code_and_name_are_well_formed(rule: Rule) -> None:
    assert re.fullmatch(r"VEC[1-9][0-9]{2}", rule.code)
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", rule.name)


@each_rule
def test_the_file_bears_the_name_and_agrees_with_the_registry(rule: Rule) -> None:
    file = Path(rules.__file__).with_name(f"{rule.name.replace('-', '_')}.py")
    constants = {
        node.targets[0].id: ast.literal_eval(node.value)
        for node in ast.parse(file.read_text("utf-8")).body
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and isinstance(node.value, ast.Constant)
    }
    assert (constants["CODE"], constants["NAME"]) == (rule.code, rule.name)


def test_every_rule_file_is_registered() -> None:
    folder = Path(rules.__file__).parent
    files = {
        file.stem.replace("_", "-")
        for file in folder.glob("*.py")
        if re.search(r"^CODE = ", file.read_text("utf-8"), re.MULTILINE)
    }
    assert files == {rule.name for rule in RULES}


@each_rule
def test_a_page_tests_the_rule(rule: Rule) -> None:
    expectation = re.compile(rf"# error:.*\b{rule.code}\b")
    assert any(expectation.search(page.read_text("utf-8")) for page in PAGES.rglob("*.md"))


# --- Documentation -------------------------------------------------------------------


@each_rule
def test_documentation_is_complete(rule: Rule) -> None:
    assert re.fullmatch(r"[A-Z].*\.", rule.summary)
    assert tuple(sections(rule))[: len(SECTIONS)] == SECTIONS
    assert all(sections(rule).values())


@each_rule
def test_the_example_is_found(rule: Rule, tmp_path: Path) -> None:
    # A cut vector is one mistake (VEC302), and what it meets afterwards another.
    assert rule.code in codes_found(code(sections(rule)["Example"]), tmp_path)


@each_rule
def test_the_correction_is_silent(rule: Rule, tmp_path: Path) -> None:
    correction = code(sections(rule)["Use instead"])
    ast.parse(correction)
    assert codes_found(correction, tmp_path) == []


@each_rule
def test_the_command_line_explains_the_rule(rule: Rule) -> None:
    for word in (rule.code, rule.code.lower(), rule.name):
        result = CliRunner().invoke(main, ["rule", word])
        assert (result.exit_code, result.stdout) == (0, rule.doc.strip() + "\n")
