"""What each output format makes of the same findings."""

from __future__ import annotations

import json
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from samples import BOTH, FINDING, IN_CELL, MESSAGE, RAW, place, rendered

from lint_embed.findings import Certainty, Finding, Place, SpaceNote
from lint_embed.output import FORMATS, physical, statistics
from lint_embed.output.add_noqa import add_noqa, annotate


def test_concise() -> None:
    assert rendered("concise") == (
        f"a.py:6:12: VEC101 {MESSAGE}\nn.ipynb:cell 2:2:1: VEC202 fills, 100%\n"
    )
    assert rendered("concise", [replace(IN_CELL, message="a\nb")]).count("\n") == 1
    assert "\033[1;31mVEC101\033[0m" in rendered("concise", color=True)


def test_grouped() -> None:
    assert rendered("grouped", [FINDING, replace(FINDING, place=place(10, 1, 2)), IN_CELL]) == (
        f"a.py:\n  6:12  VEC101 {MESSAGE}\n  10:1  VEC101 {MESSAGE}\n"
        "\nn.ipynb:\n  cell 2:2:1  VEC202 fills, 100%\n"
    )


def test_full_draws_the_meeting_and_both_encoders() -> None:
    assert (
        rendered("full", [FINDING])
        == """\
VEC101 compares vectors of 'mini' (line 3) with 'é-large' (line 4): they will not fit
 --> a.py:6:12
  |
3 | a = SentenceTransformer("mini").encode("x")
  |     --------------------------- 'mini' (384 dimensions)
4 | b = SentenceTransformer("é-large").encode("y")
  |     ------------------------------ 'é-large'
...
6 | print("é", util.cos_sim(a, b))
  |            ^^^^^^^^^^^^^^^^^^ here they meet
  |
  = trace of 'mini':
      a.py:3:5  loads 'mini'
      a.py:6:12  is compared
  = trace of 'é-large':
      a.py:4:5  loads 'é-large'
      a.py:6:12  is compared
  = help: `lint-embed rule VEC101` explains it
"""
    )


def test_full_in_a_cell_says_that_it_is_only_likely() -> None:
    assert (
        rendered("full", [IN_CELL])
        == """\
VEC202 fills, 100%
 --> n.ipynb:cell 2:2:1
  |
2 | util.cos_sim(a, b)
  | ^^^^^^^^^^^^^^^^^^ here
  |
  = note: likely, not certain: it rests on a default, one of several branches or a name
  = help: `lint-embed rule VEC202` explains it
"""
    )


def test_full_over_two_files_draws_the_meeting_first() -> None:
    other = SpaceNote("mini", None, None, place(3, 5, 32, "a.py"))
    finding = replace(IN_CELL, spaces=(other,), certainty=Certainty.DEFINITE)
    assert (
        rendered("full", [finding])
        == """\
VEC202 fills, 100%
 --> n.ipynb:cell 2:2:1
  |
2 | util.cos_sim(a, b)
  | ^^^^^^^^^^^^^^^^^^ here they meet
 ::: a.py:3:5
  |
3 | a = SentenceTransformer("mini").encode("x")
  |     --------------------------- 'mini'
  |
  = help: `lint-embed rule VEC202` explains it
"""
    )


def drawn(source: str, finding: Finding) -> list[str]:
    """The picture's rows of code and underlines."""
    text = FORMATS["full"]([finding], lambda path, cell: source.split("\n"), False)
    return [row for row in text.splitlines() if "|" in row and row.strip(" |")]


def bare(where: Place) -> Finding:
    return Finding(where, "VEC101", "cross-space-comparison", "m")


def test_full_measures_tabs_and_wide_characters() -> None:
    assert drawn("\tf('日本', g(x))", bare(place(1, 10, 14))) == [
        "1 |     f('日本', g(x))",
        # A tab takes four columns, each of the two ideographs two.
        "  | " + " " * 14 + "^^^^ here",
    ]


def test_full_marks_every_line_of_a_meeting() -> None:
    source = "s = f(\n    a,\n\n    b,\n)"
    assert drawn(source, bare(place(1, 5, 2, end=5))) == [
        "1 | s = f(",
        "  |     ^^",
        "2 |     a,",
        "  |     ^^",
        "4 |     b,",
        "  |     ^^",
        "5 | )",
        "  | ^ here",
    ]


def test_full_cuts_long_lines_around_the_mark() -> None:
    row, underline = drawn("x" * 300 + "f(a, b)" + "y" * 300, bare(place(1, 301, 308)))
    assert len(row) <= 125
    start = underline.index("^")
    assert row[start : start + 7] == "f(a, b)"
    assert underline[start:] == "^^^^^^^ here"
    assert row.startswith("1 | …")
    assert row.endswith("…")


def test_full_lets_no_control_characters_through() -> None:
    row, _ = drawn("a = '\x1b[2J\u202e' + f(x)", bare(place(1, 1, 2)))
    assert row == "1 | a = '?[2J?' + f(x)"


def test_full_lives_without_source_and_with_places_outside_of_it() -> None:
    text = FORMATS["full"]([FINDING], lambda path, cell: [], False)
    assert text.startswith("VEC101 ") and "a.py:3:5  loads 'mini'" in text
    assert drawn("short", bare(place(9, 50, 60))) == []
    assert drawn("short", bare(place(1, 50, 60)))[0] == "1 | short"


def test_full_has_colours_for_a_terminal_only() -> None:
    assert "\033[" not in rendered("full")
    assert "\033[1;31m^^^^^^^^^^^^^^^^^^ here they meet\033[0m" in rendered("full", color=True)


KEYS = (
    "path cell line column end_line end_column code name message certainty silent fingerprint "
    "spaces trace"
).split()


def test_json_is_the_contract() -> None:
    first, second = json.loads(rendered("json"))
    assert list(first) == list(second) == KEYS
    assert [first[key] for key in KEYS[:12]] == [
        *("a.py", None, 6, 12, 6, 30, "VEC101", "cross-space-comparison", MESSAGE),
        *("definite", False, "0123456789abcdef"),
    ]
    assert first["spaces"][0] == {
        "model": "mini",
        "library": "sentence-transformers",
        "dimension": 384,
        "path": "a.py",
        "cell": None,
        "line": 3,
        "column": 5,
    }
    assert [(step["line"], step["message"]) for step in first["trace"]] == [
        (3, "loads 'mini'"),
        (6, "is compared"),
        (4, "loads 'é-large'"),
        (6, "is compared"),
    ]
    assert list(first["trace"][0]) == ["path", "cell", "line", "column", "message"]
    assert (second["cell"], second["certainty"], second["silent"]) == (2, "likely", None)
    assert rendered("json", []) == "[]\n"


def test_a_space_without_a_place_has_nulls() -> None:
    finding = replace(IN_CELL, spaces=(SpaceNote("x", None, None, None),))
    (space,) = json.loads(rendered("json", [finding]))[0]["spaces"]
    assert (space["path"], space["cell"], space["line"], space["column"]) == (None,) * 4


def test_json_lines_holds_the_same_objects() -> None:
    rows = rendered("json-lines").splitlines()
    assert [json.loads(row) for row in rows] == json.loads(rendered("json"))


def test_github() -> None:
    assert rendered("github").splitlines() == [
        "::error title=lint-embed (VEC101),file=a.py,line=6,col=12,endLine=6,endColumn=30"
        f"::VEC101 {MESSAGE}",
        f"::warning title=lint-embed (VEC202),file=n.ipynb,line={RAW},endLine={RAW}"
        "::cell 2, line 2: VEC202 fills, 100%25",
    ]
    odd = replace(FINDING, place=place(1, 2, 3, "a:b,c%.py", 2), message="x\r\ny: z, %")
    assert rendered("github", [odd]) == (
        "::error title=lint-embed (VEC101),file=a%3Ab%2Cc%25.py,line=1,endLine=2"
        "::VEC101 x%0D%0Ay: z, %25\n"
    )


def test_azure() -> None:
    odd = replace(FINDING, place=place(1, 2, 3, "a;b].py"))
    assert rendered("azure", [odd, IN_CELL]).splitlines() == [
        "##vso[task.logissue type=error;sourcepath=a%3Bb%5D.py;linenumber=1;columnnumber=2;"
        f"code=VEC101;]{MESSAGE}",
        f"##vso[task.logissue type=warning;sourcepath=n.ipynb;linenumber={RAW};code=VEC202;]"
        "cell 2, line 2: fills, 100%AZP25",
    ]


def test_pylint() -> None:
    assert rendered("pylint") == (
        f"a.py:6: [VEC101] {MESSAGE}\nn.ipynb:{RAW}: [VEC202] cell 2, line 2: fills, 100%\n"
    )


def test_gitlab() -> None:
    first, second = json.loads(rendered("gitlab"))
    assert first == {
        "type": "issue",
        "check_name": "VEC101",
        "description": f"VEC101 {MESSAGE}",
        "categories": ["Bug Risk"],
        "severity": "major",
        "fingerprint": "0123456789abcdef",
        "location": {"path": "a.py", "lines": {"begin": 6, "end": 6}},
    }
    assert second["location"] == {"path": "n.ipynb", "lines": {"begin": RAW, "end": RAW}}
    assert (second["severity"], second["description"][:17]) == ("minor", "cell 2, line 2: V")


def test_gitlab_fingerprints_are_unique_and_stable() -> None:
    several = [FINDING, FINDING, replace(FINDING, fingerprint=""), FINDING]
    names = [issue["fingerprint"] for issue in json.loads(rendered("gitlab", several))]
    assert len(set(names)) == 4
    assert names == [i["fingerprint"] for i in json.loads(rendered("gitlab", several))]


def test_junit() -> None:
    odd = replace(FINDING, message="a < b & \"c\" \x1b\n'd'")
    root = ElementTree.fromstring(rendered("junit", [odd, FINDING, IN_CELL]).encode())
    assert (root.tag, root.get("tests"), root.get("failures")) == ("testsuites", "3", "3")
    assert [(s.get("name"), s.get("tests")) for s in root] == [("a.py", "2"), ("n.ipynb", "1")]
    case = root[0][0]
    assert case.get("name") == "VEC101 cross-space-comparison at a.py:6:12"
    assert (root[0].get("file"), case.get("classname")) == ("a.py", "a.py")
    assert case[0].get("message") == "a < b & \"c\" \N{REPLACEMENT CHARACTER}\n'd'"
    assert (case[0].text or "").endswith("a.py:6:12  is compared")


def test_junit_without_findings_has_a_case_that_passes() -> None:
    root = ElementTree.fromstring(rendered("junit", []).encode())
    assert (root.get("tests"), root.get("failures"), len(root[0][0])) == ("1", "0", 0)


def test_rdjson_counts_bytes() -> None:
    report = json.loads(rendered("rdjson"))
    assert (report["source"], report["severity"]) == ({"name": "lint-embed"}, "WARNING")
    first, second = report["diagnostics"]
    assert first["location"] == {
        "path": "a.py",
        # One é stands before the meeting.
        "range": {"start": {"line": 6, "column": 13}, "end": {"line": 6, "column": 31}},
    }
    assert (first["severity"], first["code"]) == ("ERROR", {"value": "VEC101"})
    assert [r["location"]["range"]["start"] for r in first["related_locations"]] == [
        {"line": 3, "column": 5},
        {"line": 4, "column": 5},
    ]
    assert second["location"]["range"] == {"start": {"line": RAW}, "end": {"line": RAW}}


def sarif(findings: Sequence[Finding] = BOTH) -> dict[str, Any]:
    log = json.loads(rendered("sarif", findings))
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    return dict(run)


def test_sarif_places_links_and_fingerprints() -> None:
    run = sarif()
    assert run["columnKind"] == "unicodeCodePoints"
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == ["VEC101", "VEC202"]
    first, second = run["results"]
    assert [rules[r["ruleIndex"]]["id"] for r in (first, second)] == ["VEC101", "VEC202"]
    assert (first["level"], second["level"]) == ("error", "warning")
    assert first["partialFingerprints"] == {"lintEmbed/v1": "0123456789abcdef"}
    assert first["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "a.py", "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": 6, "endLine": 6, "startColumn": 12, "endColumn": 30},
    }
    assert first["message"]["text"] == (
        "compares vectors of '[mini](1)' (line 3) with '[é-large](2)' (line 4): they will not fit"
    )
    related = first["relatedLocations"]
    assert [(r["id"], r["message"]["text"]) for r in related] == [
        (1, "mini, 384 dimensions"),
        (2, "é-large"),
    ]
    assert [r["physicalLocation"]["region"]["startLine"] for r in related] == [3, 4]


def test_sarif_has_a_code_flow_a_side() -> None:
    flows = sarif()["results"][0]["codeFlows"]
    found = [
        [
            (step["location"]["physicalLocation"]["region"]["startLine"],
             step["location"]["message"]["text"])
            for step in flow["threadFlows"][0]["locations"]
        ]
        for flow in flows
    ]  # fmt: skip
    assert found == [
        [(3, "loads 'mini'"), (6, "is compared")],
        [(4, "loads 'é-large'"), (6, "is compared")],
    ]


def test_sarif_points_into_cells() -> None:
    second = sarif()["results"][1]
    (location,) = second["locations"]
    assert location["physicalLocation"]["region"] == {"startLine": RAW, "endLine": RAW}
    assert location["logicalLocations"][0]["name"] == "cell 2"
    assert second["message"]["text"] == "cell 2, line 2: fills, 100%"
    assert "codeFlows" not in second and "relatedLocations" not in second


def test_sarif_escapes_paths_and_brackets() -> None:
    odd = replace(IN_CELL, place=place(1, 1, 2, "a b/é#\udcff.py"), message="x[0] \\ y")
    (result,) = sarif([odd])["results"]
    uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert uri == "a%20b/%C3%A9%23%FF.py"
    assert result["message"]["text"] == "x\\[0\\] \\\\ y"
    (result,) = sarif([replace(IN_CELL, place=place(1, 1, 2, "/x/a.py"))])["results"]
    artifact = result["locations"][0]["physicalLocation"]["artifactLocation"]
    assert artifact == {"uri": "file:///x/a.py"}


@pytest.mark.parametrize("name", FORMATS)
def test_without_findings_every_format_is_valid(name: str) -> None:
    text = rendered(name, [])
    if name in ("json", "gitlab"):
        assert json.loads(text) == []
    elif name in ("sarif", "rdjson"):
        assert json.loads(text)
    elif name == "junit":
        assert ElementTree.fromstring(text.encode()) is not None
    else:
        assert text == ""


@pytest.mark.parametrize("indent", [None, 1, 4])
@pytest.mark.parametrize("joined", [True, False])
@pytest.mark.parametrize("version", [3, 4])
def test_cell_lines_are_found_in_any_layout(indent: int | None, joined: bool, version: int) -> None:
    text = 'a = "\\n{[\\""\nb\nc'
    source = text if joined else text.splitlines(keepends=True)
    outputs = [{"data": {"source": ["x"], "cells": [{"source": "y"}]}}]
    key = "source" if version == 4 else "input"
    cells = [{"source": []}, {"outputs": outputs, key: source}, {key: "last"}]
    notebook = {"cells": cells} if version == 4 else {"worksheets": [{"cells": cells}]}
    raw = json.dumps({"metadata": {}, **notebook}, indent=indent).split("\n")
    region = physical.region(Place("n.ipynb", 2, 2, 1, 3, 2), lambda path, cell: raw)
    expected = text if joined else "b\n"
    assert json.dumps(expected)[1:-1] in raw[region.line - 1]
    assert joined or region.end_line == (region.line + 1 if indent else 1)
    last = physical.region(Place("n.ipynb", 3, 1, 1, 1, 5), lambda path, cell: raw)
    assert '"last"' in raw[last.line - 1]


def test_a_notebook_without_its_json_points_at_its_first_line() -> None:
    found = physical.region(IN_CELL.place, lambda path, cell: [])
    assert (found.line, found.column, found.cell) == (1, None, "cell 2, line 2: ")


def test_statistics() -> None:
    findings = [IN_CELL, *[FINDING] * 10]
    assert statistics.render(findings, machine=False) == (
        "10  VEC101  cross-space-comparison\n 1  VEC202  mixed-store\n"
    )
    assert json.loads(statistics.render(findings, machine=True))[0] == {
        "code": "VEC101",
        "name": "cross-space-comparison",
        "count": 10,
    }


def test_only_the_renderer_in_use_is_imported() -> None:
    code = (
        "import sys; from lint_embed.output import FORMATS;"
        "FORMATS['concise']([], lambda path, cell: [], False);"
        "print(sorted(m for m in sys.modules if m.startswith('lint_embed.output.')))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "['lint_embed.output.concise', 'lint_embed.output.style']\n"


# --- --add-noqa ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "line", "expected"),
    [
        ("f(a, b)\n", 1, "f(a, b)  # noqa: VEC101\n"),
        ("f(a, b)", 1, "f(a, b)  # noqa: VEC101"),
        ("x\r\nf(a, b)  \r\ny\r\n", 2, "x\r\nf(a, b)  # noqa: VEC101\r\ny\r\n"),
        ("f(a, b)  # why\n", 1, "f(a, b)  # why  # noqa: VEC101\n"),
        ("f(a, b)  # noqa: E501 # x\n", 1, "f(a, b)  # noqa: E501, VEC101 # x\n"),
        ("f(a, b)  # NOQA:E501,W1\n", 1, "f(a, b)  # NOQA:E501,W1, VEC101\n"),
        ("f(a, b)  # noqa: VEC101\n", 1, "f(a, b)  # noqa: VEC101\n"),
        ("x = f(a, b) \\\n  + 1\ny\n", 1, "x = f(a, b) \\\n  + 1  # noqa: VEC101\ny\n"),
        ('x = f(a, b), """\n# t\n"""\n', 1, 'x = f(a, b), """\n# t\n"""  # noqa: VEC101\n'),
        ("%time x\nf(a, b)\n", 2, "%time x\nf(a, b)  # noqa: VEC101\n"),
        ("'unclosed\nf(a, b)\n", 2, "'unclosed\nf(a, b)  # noqa: VEC101\n"),
    ],
)
def test_a_comment_goes_to_the_first_line_that_can_hold_it(
    source: str, line: int, expected: str
) -> None:
    assert annotate(source, [bare(place(line, 1, 8))])[0] == expected


def test_the_comment_stands_where_a_long_finding_begins() -> None:
    found = annotate("f(\n    a,\n    b,\n)\n", [bare(place(1, 1, 2, end=4))])
    assert found == ("f(  # noqa: VEC101\n    a,\n    b,\n)\n", 1)


def test_two_rules_share_a_comment_and_are_counted() -> None:
    other = replace(bare(place(1, 1, 8)), code="VEC301")
    found = annotate("f(a, b)\n", [bare(place(1, 1, 8)), other, other])
    assert found == ("f(a, b)  # noqa: VEC101, VEC301\n", 2)


def test_files_keep_their_encoding_and_marks(tmp_path: Path) -> None:
    latin, marked = tmp_path / "latin.py", tmp_path / "bom.py"
    latin.write_bytes(b"# coding: latin-1\n'\xe9'; f(a, b)\n")
    marked.write_bytes(b"\xef\xbb\xbff(a, b)\n")
    findings = [bare(place(2, 6, 13, "latin.py")), bare(place(1, 1, 8, "bom.py"))]
    whole_file = replace(bare(place(1, 1, 1, "bom.py")), code="VEC902")
    places = {"latin.py": latin, "bom.py": marked}
    assert add_noqa([*findings, whole_file], places) == 2
    assert latin.read_bytes() == b"# coding: latin-1\n'\xe9'; f(a, b)  # noqa: VEC101\n"
    assert marked.read_bytes() == b"\xef\xbb\xbff(a, b)  # noqa: VEC101\n"


@pytest.mark.parametrize(
    "layout", [{"indent": 1}, {"indent": 4}, {"indent": "\t"}, {}, {"separators": (",", ":")}]
)
@pytest.mark.parametrize("end", ["\n", ""])
def test_a_notebook_changes_in_one_line_only(
    tmp_path: Path, layout: dict[str, Any], end: str
) -> None:
    cells = [
        {"cell_type": "markdown", "source": ["é\n"]},
        {"cell_type": "code", "source": ["f(a, b)\n", "x"], "execution_count": None},
        {"cell_type": "code", "source": "g(a, b)"},
    ]
    before = json.dumps({"cells": cells, "nbformat": 4}, ensure_ascii=False, **layout) + end
    file = tmp_path / "n.ipynb"
    file.write_text(before, encoding="utf-8")
    findings = [bare(Place("n.ipynb", cell, 1, 1, 1, 8)) for cell in (3, 2)]
    assert add_noqa(findings, {"n.ipynb": file}) == 2
    after = before.replace('f(a, b)\\n"', 'f(a, b)  # noqa: VEC101\\n"')
    assert file.read_text("utf-8") == after.replace('g(a, b)"', 'g(a, b)  # noqa: VEC101"')
