"""Every format held by its published schema where there is one, and by a snapshot.

``LINT_EMBED_SNAPSHOTS=write`` writes the snapshots anew; look at the difference.
"""

from __future__ import annotations

import copy
import importlib.metadata
import json
import os
import re
from collections.abc import Callable
from dataclasses import replace
from email.message import Message
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from samples import BOTH, FINDING, IN_CELL, lines, place, rendered

from lint_embed import __version__
from lint_embed.cli import main
from lint_embed.findings import Finding, Place
from lint_embed.output import FORMATS, statistics
from lint_embed.rules import documentation

SCHEMAS = Path(__file__).parent / "schemas"
SNAPSHOTS = Path(__file__).parent / "snapshots"
EXAMPLES = Path(__file__).parent.parent / "examples"

#: Findings as they come, and such as try what a format can hold.
SETS: dict[str, tuple[Finding, ...]] = {
    "nothing": (),
    "a file": (FINDING,),
    "a notebook": (IN_CELL,),
    "both": BOTH,
    "twice": (FINDING, FINDING),
    "odd characters": (
        replace(
            FINDING,
            place=place(6, 12, 30, 'a b/[é]#%&<">;:,\udcff\x01.py'),
            message='<a> & "b" [c](7) \x1b \\ %\r\nnext]]>',
        ),
    ),
    "an absolute path": (replace(FINDING, place=place(6, 12, 30, "/srv/a.py")),),
    "no file to read": (replace(IN_CELL, place=Place("gone.ipynb", 3, 7, 1, 9, 2)),),
    "an empty place": (replace(FINDING, place=place(1, 1, 1), code="VEC902", name="unreadable"),),
}

EndToEnd = Callable[[str], str]


@pytest.fixture
def checked(monkeypatch: pytest.MonkeyPatch) -> EndToEnd:
    """Gives the output of a whole run over the examples, which have mistakes."""
    monkeypatch.chdir(EXAMPLES)

    def run(name: str) -> str:
        arguments = ["--isolated", "--no-cache", "--output-format", name, "."]
        result = CliRunner().invoke(main, arguments)
        assert result.exit_code == 1, result.output
        return result.stdout

    return run


# --- SARIF ---------------------------------------------------------------------------


def sarif_errors(log: object) -> list[str]:
    """What the schema of SARIF 2.1.0 says against a log."""
    jsonschema = pytest.importorskip("jsonschema", reason="it comes with the extra test")
    schema = json.loads((SCHEMAS / "sarif-2.1.0-rtm.5.json").read_text("utf-8"))
    found = jsonschema.Draft4Validator(schema).iter_errors(log)
    return [f"{'/'.join(map(str, error.path))}: {error.message}" for error in found]


def dangling(log: dict[str, Any]) -> list[str]:
    """References within a log that lead nowhere, which no schema tells."""
    found = []
    for run in log["runs"]:
        rules = run["tool"]["driver"]["rules"]
        for result in run["results"]:
            if rules[result["ruleIndex"]]["id"] != result["ruleId"]:
                found.append(result["ruleId"])
            known = {str(related["id"]) for related in result.get("relatedLocations", ())}
            links = re.findall(r"(?<!\\)\]\((\d+)\)", result["message"]["text"])
            found += [f"link {link}" for link in links if link not in known]
    return found


@pytest.mark.parametrize("findings", SETS.values(), ids=SETS)
def test_sarif(findings: tuple[Finding, ...]) -> None:
    log = json.loads(rendered("sarif", findings))
    assert sarif_errors(log) == []
    assert dangling(log) == []
    for result in log["runs"][0]["results"]:
        for spot in (*result["locations"], *result.get("relatedLocations", ())):
            region = spot["physicalLocation"]["region"]
            start = region["startLine"], region.get("startColumn", 1)
            assert start <= (region["endLine"], region.get("endColumn", 1))


def test_sarif_of_a_whole_run(checked: EndToEnd) -> None:
    log = json.loads(checked("sarif"))
    assert sarif_errors(log) == []
    assert dangling(log) == []
    results = log["runs"][0]["results"]
    assert results
    assert all(len(result["codeFlows"]) == len(result["relatedLocations"]) for result in results)


def test_sarif_explains_its_rules_without_a_network() -> None:
    rules = json.loads(rendered("sarif"))["runs"][0]["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == ["VEC101", "VEC202"]
    for rule in rules:
        result = CliRunner().invoke(main, ["rule", rule["id"]])
        page = re.sub(r"\[([\w.]+)\]\(\1\)", r"\1", result.stdout)
        assert rule["help"]["markdown"].strip() == page.strip()
        # Nothing lies beside a log that a relative link could lead to.
        assert "](" not in rule["help"]["markdown"]
        assert rule["fullDescription"]["text"] in result.stdout


def test_sarif_links_to_the_documentation_that_the_package_names(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pages = "https://example.org/rules.md"
    named = Message()
    named["Project-URL"] = "Changelog, https://example.org/changes"
    named["Project-URL"] = f"Documentation, {pages}"
    for content, expected in ((Message(), None), (named, f"{pages}#cross-space-comparison-vec101")):
        monkeypatch.setattr(importlib.metadata, "metadata", lambda name, c=content: c)
        documentation.cache_clear()
        log = json.loads(rendered("sarif"))
        assert log["runs"][0]["tool"]["driver"]["rules"][0].get("helpUri") == expected
        assert sarif_errors(log) == []
    documentation.cache_clear()


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (["version"], "2.2.0"),
        (["runs", 0, "columnKind"], "bytes"),
        (["runs", 0, "tool", "driver", "name"], None),
        (["runs", 0, "results", 0, "level"], "fatal"),
        (["runs", 0, "results", 0, "message"], "text"),
        (["runs", 0, "results", 0, "locations", 0, "place"], {}),
        (
            ["runs", 0, "results", 0, "locations", 0, "physicalLocation", "region", "startLine"],
            0,
        ),
        (["runs", 0, "results", 0, "codeFlows", 0, "threadFlows", 0, "locations"], []),
    ],
)
def test_a_broken_sarif_log_is_rejected(path: list[Any], value: object) -> None:
    log = json.loads(rendered("sarif"))
    inner = log
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    assert sarif_errors(log) != []


# --- JUnit ---------------------------------------------------------------------------


def junit_errors(text: str) -> list[str]:
    """What the schema of Jenkins says against JUnit's XML."""
    xmlschema = pytest.importorskip("xmlschema", reason="it comes with the extra test")
    schema = xmlschema.XMLSchema(SCHEMAS / "junit-10.xsd")
    return [str(error.reason) for error in schema.iter_errors(text)]


@pytest.mark.parametrize("findings", SETS.values(), ids=SETS)
def test_junit(findings: tuple[Finding, ...]) -> None:
    assert junit_errors(rendered("junit", findings)) == []


def test_junit_of_a_whole_run(checked: EndToEnd) -> None:
    assert junit_errors(checked("junit")) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<testcase name=", "<testcase line='1' name="),
        ("<failure", "<fault/><failure"),
        (" errors=", " faults="),
        ("<testsuite name=", "<testsuite nam="),
    ],
)
def test_broken_junit_is_rejected(old: str, new: str) -> None:
    text = rendered("junit")
    assert text.replace(old, new) != text
    assert junit_errors(text.replace(old, new)) != []


# --- Formats whose owners describe them in words -------------------------------------


def gitlab_errors(issues: Any) -> list[str]:
    """What of GitLab's description of its code quality report an array of issues breaks."""
    found = []
    for issue in issues:
        spot = issue.get("location", {})
        begin = spot.get("lines", {}).get("begin")
        checks = {
            "description": isinstance(issue.get("description"), str),
            "check_name": isinstance(issue.get("check_name"), str),
            "fingerprint": bool(re.fullmatch(r"[0-9a-f]+", issue.get("fingerprint", ""))),
            "severity": issue.get("severity") in ("info", "minor", "major", "critical", "blocker"),
            "path": isinstance(spot.get("path"), str) and not spot["path"].startswith("./"),
            "begin": isinstance(begin, int) and begin >= 1,
        }
        found += [key for key, good in checks.items() if not good]
    names = [issue.get("fingerprint") for issue in issues]
    return found + ["unique"] * (len(set(names)) < len(names))


@pytest.mark.parametrize("findings", SETS.values(), ids=SETS)
def test_gitlab(findings: tuple[Finding, ...]) -> None:
    issues = json.loads(rendered("gitlab", findings))
    assert len(issues) == len(findings)
    assert gitlab_errors(issues) == []


def test_gitlab_of_a_whole_run(checked: EndToEnd) -> None:
    assert gitlab_errors(json.loads(checked("gitlab"))) == []


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("description", None),
        ("check_name", 1),
        ("fingerprint", ""),
        ("severity", "error"),
        ("path", "./a.py"),
        ("begin", 0),
    ],
)
def test_broken_gitlab_is_rejected(key: str, value: object) -> None:
    issues = json.loads(rendered("gitlab", (FINDING,)))
    assert gitlab_errors(issues * 2) == ["unique"]
    (issue,) = copy.deepcopy(issues)
    holder = {"path": issue["location"], "begin": issue["location"]["lines"]}.get(key, issue)
    holder[key] = value
    assert gitlab_errors([issue]) == [key]


def rdjson_errors(report: Any) -> list[str]:
    """What of reviewdog's diagnostic format a report breaks."""
    found = []
    severities = ("UNKNOWN_SEVERITY", "ERROR", "WARNING", "INFO")
    extra = set(report) - {"source", "severity", "diagnostics"}
    for item in report["diagnostics"]:
        extra |= set(item) - {
            *("message", "location", "severity", "source", "code", "suggestions"),
            *("original_output", "related_locations"),
        }
        if item["severity"] not in severities or not isinstance(item["code"]["value"], str):
            found.append("code")
        for spot in (item["location"], *(r["location"] for r in item["related_locations"])):
            start, end = (spot["range"][side] for side in ("start", "end"))
            # Both have a column or none has.
            values = [*start.values(), *end.values()]
            if list(start) != list(end) or not all(type(n) is int and n >= 1 for n in values):
                found.append("range")
            elif tuple(start.values()) > tuple(end.values()):
                found.append("order")
    return found + sorted(extra)


@pytest.mark.parametrize("findings", SETS.values(), ids=SETS)
def test_rdjson(findings: tuple[Finding, ...]) -> None:
    assert rdjson_errors(json.loads(rendered("rdjson", findings))) == []


def test_rdjson_of_a_whole_run(checked: EndToEnd) -> None:
    assert rdjson_errors(json.loads(checked("rdjson"))) == []


def test_broken_rdjson_is_rejected() -> None:
    report = json.loads(rendered("rdjson", (FINDING,)))
    start = report["diagnostics"][0]["location"]["range"]["start"]
    start["column"] = 0
    assert rdjson_errors(report) == ["range"]
    start["column"] = 99
    assert rdjson_errors(report) == ["order"]
    report["diagnostics"][0]["path"] = "a.py"
    assert rdjson_errors(report) == ["order", "path"]


# --- Snapshots -----------------------------------------------------------------------

SUFFIXES = {
    "json": ".json",
    "json-lines": ".jsonl",
    "gitlab": ".json",
    "rdjson": ".json",
    "junit": ".xml",
    "sarif": ".sarif",
}


@pytest.mark.parametrize("name", [*FORMATS, "full-color", "statistics"])
def test_snapshot(name: str) -> None:
    if name == "statistics":
        text = statistics.render(BOTH, machine=False)
    elif name == "full-color":
        text = FORMATS["full"](BOTH, lines, True)
    else:
        text = rendered(name)
    text = text.replace(f'"semanticVersion": "{__version__}"', '"semanticVersion": "VERSION"')
    # The rules' pages are prose; the test above holds them.
    text = re.sub(r'("markdown": )".*"', r'\1"PAGE"', text)
    file = SNAPSHOTS / f"{name}{SUFFIXES.get(name, '.txt')}"
    if os.environ.get("LINT_EMBED_SNAPSHOTS") == "write":
        file.write_text(text, encoding="utf-8", newline="\n")
    assert file.read_text("utf-8") == text
