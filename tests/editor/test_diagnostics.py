"""Diagnostics through the protocol, with a real server process."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from editing import FIXED, MISTAKE, codes, editing, pull, push
from lsprotocol import types

pytestmark = pytest.mark.asyncio


async def test_a_mistake_is_shown_on_opening_and_gone_when_fixed(tmp_path: Path) -> None:
    async with editing(tmp_path) as editor:
        editor.open("a.py", MISTAKE)
        assert codes(await editor.pushed("a.py")) == [("VEC101", 7)]
        editor.change("a.py", FIXED)
        assert codes(await editor.pushed("a.py")) == []
        editor.change("a.py", "\n\n" + MISTAKE)
        assert codes(await editor.pushed("a.py")) == [("VEC101", 9)]
        editor.close("a.py")
        assert codes(await editor.next("a.py")) == []


async def test_what_a_diagnostic_says(tmp_path: Path) -> None:
    async with editing(tmp_path) as editor:
        editor.open("a.py", MISTAKE)
        (found,) = await editor.pushed("a.py")
        assert found.range == types.Range(types.Position(6, 6), types.Position(6, 31))
        assert found.severity == types.DiagnosticSeverity.Error
        assert found.source == "lint-embed" and not found.tags
        assert "384 dimensions" in found.message
        assert found.code_description is not None
        page = Path(found.code_description.href.removeprefix("file://"))
        assert "What it does" in page.read_text()
        told = [
            (each.location.uri, each.location.range.start.line + 1, each.message)
            for each in found.related_information or ()
        ]
        assert {uri for uri, _, _ in told} == {editor.uri("a.py")}
        assert [line for _, line, _ in told] == [4, 3, 6, 5]
        assert told[0][2] == "paraphrase-MiniLM-L6-v2 (384 dimensions) is loaded here"


async def test_severity_follows_certainty(tmp_path: Path) -> None:
    cut = (
        "def cosine(a, b):\n"
        "    n = min(len(a), len(b))\n"
        "    a, b = np.array(a[:n]), np.array(b[:n])\n"
        "    return float(np.dot(a, b) / (np.linalg.norm(a) * np.linalg.norm(b)))\n"
    )
    async with editing(tmp_path) as editor:
        editor.open("likely.py", f"import numpy as np\n\n{cut}")
        (likely,) = await editor.pushed("likely.py")
        assert likely.severity == types.DiagnosticSeverity.Warning
        editor.open("definite.py", MISTAKE)
        (sure,) = await editor.pushed("definite.py")
        assert sure.severity == types.DiagnosticSeverity.Error


async def test_a_plain_client_gets_nothing_that_it_cannot_show(tmp_path: Path) -> None:
    async with editing(tmp_path, types.ClientCapabilities()) as editor:
        editor.open("a.py", MISTAKE)
        (found,) = await editor.pushed("a.py")
        assert found.related_information is None and found.code_description is None
        assert editor.reply.capabilities.diagnostic_provider is None


# --- Pull ------------------------------------------------------------------------------


async def test_who_fetches_gets_nothing_pushed(tmp_path: Path) -> None:
    async with editing(tmp_path, pull()) as editor:
        assert editor.reply.capabilities.diagnostic_provider is not None
        editor.open("a.py", MISTAKE)
        report = await editor.pulled("a.py")
        assert codes(report.items) == [("VEC101", 7)]
        again = await editor.pulled("a.py", report.result_id)
        assert again.kind == "unchanged"
        editor.change("a.py", FIXED)
        assert (await editor.pulled("a.py", report.result_id)).items == ()
        assert editor.client.published == []


async def test_who_cannot_be_told_to_fetch_anew_gets_them_pushed(tmp_path: Path) -> None:
    capabilities = pull()
    assert capabilities.workspace is not None
    capabilities.workspace.diagnostics = None
    async with editing(tmp_path, capabilities) as editor:
        assert editor.reply.capabilities.diagnostic_provider is None
        editor.open("a.py", MISTAKE)
        assert codes(await editor.pushed("a.py")) == [("VEC101", 7)]


async def test_a_change_elsewhere_makes_the_client_fetch_anew(tmp_path: Path) -> None:
    async with editing(tmp_path, pull()) as editor:
        _two_files(editor)
        assert codes((await editor.pulled("b.py")).items) == []
        editor.change("a.py", 'NAME = "paraphrase-MiniLM-L6-v2"\n')
        await editor.client.until(lambda: editor.client.refreshes)
        assert codes((await editor.pulled("b.py")).items) == [("VEC101", 7)]


# --- Positions -------------------------------------------------------------------------

WIDE = MISTAKE.replace("print(util", 'print("😀é\t", util').replace("\n", "\r\n")


@pytest.mark.parametrize(("encoding", "column"), [("utf-8", 17), ("utf-16", 14), ("utf-32", 13)])
async def test_columns_in_the_negotiated_units(tmp_path: Path, encoding: str, column: int) -> None:
    capabilities = push()
    capabilities.general = types.GeneralClientCapabilities(
        position_encodings=[types.PositionEncodingKind(encoding)]
    )
    async with editing(tmp_path, capabilities) as editor:
        assert editor.reply.capabilities.position_encoding == encoding
        editor.open("a.py", WIDE)
        (found,) = await editor.pushed("a.py")
        assert found.range.start == types.Position(6, column)
        assert found.range.end == types.Position(6, column + 25)


async def test_form_feeds_and_unicode_separators_end_no_line(tmp_path: Path) -> None:
    text = MISTAKE.replace("docs = ", "\f\ndocs = ").replace('"c"', '"\u2028c\u0085"')
    async with editing(tmp_path) as editor:
        editor.open("a.py", text)
        assert codes(await editor.pushed("a.py")) == [("VEC101", 8)]
        for length in range(1, 5):
            editor.change("a.py", "#\f\n" * length + text)
            assert codes(await editor.pushed("a.py")) == [("VEC101", 8 + length)]


async def test_the_coding_comment_of_an_open_file_is_not_taken_twice(tmp_path: Path) -> None:
    text = "# -*- coding: latin-1 -*-\n" + MISTAKE.replace("print(util", "print('éé', util")
    async with editing(tmp_path) as editor:
        editor.open("a.py", text)
        (found,) = await editor.pushed("a.py")
        assert found.range.start == types.Position(7, 12)


# --- Typing ----------------------------------------------------------------------------


async def test_a_syntax_error_while_typing_keeps_the_findings(tmp_path: Path) -> None:
    async with editing(tmp_path) as editor:
        editor.open("a.py", MISTAKE)
        assert codes(await editor.pushed("a.py")) == [("VEC101", 7)]
        editor.change("a.py", MISTAKE.replace("docs = ", "x = (\nimport\ndocs = "))
        assert codes(await editor.pushed("a.py")) == [("VEC101", 9)]
        editor.save("a.py")
        assert codes(await editor.next("a.py")) == [("VEC902", 5), ("VEC101", 9)]
        editor.change("a.py", FIXED)
        assert codes(await editor.pushed("a.py")) == []


async def test_a_file_that_is_broken_from_the_start_says_so(tmp_path: Path) -> None:
    async with editing(tmp_path) as editor:
        editor.open("a.py", MISTAKE + "def\n")
        assert codes(await editor.pushed("a.py")) == [("VEC902", 8)]
        editor.change("a.py", MISTAKE + "def f\n")
        assert codes(await editor.pushed("a.py")) == [("VEC902", 8)]
        editor.change("a.py", MISTAKE)
        assert codes(await editor.pushed("a.py")) == [("VEC101", 7)]


async def test_tabs_that_only_the_parser_refuses_are_followed(tmp_path: Path) -> None:
    odd = "def f():\n    if f:\n\t\t    pass\n    return 1\n"
    async with editing(tmp_path) as editor:
        editor.open("a.py", odd + MISTAKE)
        assert codes(await editor.pushed("a.py")) == [("VEC101", 11)]
        editor.change("a.py", odd + "x = 1\n" + MISTAKE)
        assert codes(await editor.pushed("a.py")) == [("VEC101", 12)]


async def test_results_of_old_versions_are_dropped(tmp_path: Path) -> None:
    async with editing(tmp_path) as editor:
        editor.open("a.py", MISTAKE)
        for number in range(60):
            editor.change("a.py", f"# {number}\n" * number + MISTAKE)
            await asyncio.sleep(0.005)
        assert codes(await editor.pushed("a.py")) == [("VEC101", 66)]
        shown = [each.version or 0 for each in editor.client.published]
        assert shown == sorted(shown) and len(shown) < 60
        for each in editor.client.published:
            lines = [line for _, line in codes(each.diagnostics)]
            assert lines == [7 + max(0, (each.version or 0) - 2)]


# --- Several files -----------------------------------------------------------------------


def _two_files(editor: Any) -> None:
    if not (editor.root / "a.py").exists():
        editor.write("a.py", "")
    editor.open("a.py", 'NAME = "all-MiniLM-L6-v2"\n')
    text = MISTAKE.replace('"paraphrase-MiniLM-L6-v2"', "NAME")
    editor.open("b.py", text.replace("\n\n", "\nfrom a import NAME\n", 1))


async def test_a_change_in_one_open_file_updates_another(tmp_path: Path) -> None:
    async with editing(tmp_path) as editor:
        _two_files(editor)
        assert codes(await editor.pushed("b.py")) == []
        editor.change("a.py", 'NAME = "paraphrase-MiniLM-L6-v2"\n')
        await editor.client.until(lambda: editor.client.published[-1].diagnostics)
        assert editor.client.published[-1].uri == editor.uri("b.py")
        editor.change("a.py", 'NAME = "all-MiniLM-L6-v2"\n')
        await editor.client.until(lambda: not editor.client.published[-1].diagnostics)


async def test_the_disk_counts_again_when_a_file_is_closed(tmp_path: Path) -> None:
    async with editing(tmp_path) as editor:
        editor.write("a.py", 'NAME = "paraphrase-MiniLM-L6-v2"\n')
        _two_files(editor)
        assert codes(await editor.pushed("b.py")) == []
        editor.close("a.py")
        await editor.client.until(lambda: editor.client.published[-1].diagnostics)


async def test_a_file_that_changes_on_the_disk_is_noticed(tmp_path: Path) -> None:
    capabilities = push()
    capabilities.workspace = types.WorkspaceClientCapabilities(
        did_change_watched_files=types.DidChangeWatchedFilesClientCapabilities(
            dynamic_registration=True
        )
    )
    async with editing(tmp_path, capabilities) as editor:
        await editor.client.until(lambda: "**/*.toml" in editor.client.watchers)
        editor.write("a.py", 'NAME = "all-MiniLM-L6-v2"\n')
        _two_files(editor)
        editor.close("a.py")
        assert codes(await editor.pushed("b.py")) == []
        editor.write("a.py", 'NAME = "paraphrase-MiniLM-L6-v2"  # now another\n')
        editor.changed_on_disk("a.py")
        await editor.client.until(lambda: editor.client.published[-1].diagnostics)
        (tmp_path / "a.py").unlink()
        editor.changed_on_disk("a.py")
        await editor.client.until(lambda: not editor.client.published[-1].diagnostics)


# --- Configuration -----------------------------------------------------------------------

ALIGNED = '[tool.lint-embed]\naligned = [["all-MiniLM-L6-v2", "paraphrase-MiniLM-L6-v2"]]\n'


async def test_the_configuration_is_reloaded(tmp_path: Path) -> None:
    async with editing(tmp_path) as editor:
        editor.open("a.py", MISTAKE)
        assert codes(await editor.pushed("a.py")) == [("VEC101", 7)]
        editor.write("pyproject.toml", ALIGNED)
        editor.changed_on_disk("pyproject.toml")
        assert codes(await editor.next("a.py")) == []
        editor.write("pyproject.toml", "[tool.lint-embed]\nignore = []\n")
        editor.change("a.py", "#\n" + MISTAKE)  # noticed without a word of the client's too
        assert codes(await editor.pushed("a.py")) == [("VEC101", 8)]


async def test_a_broken_configuration_is_reported_and_the_last_good_one_holds(
    tmp_path: Path,
) -> None:
    async with editing(tmp_path) as editor:
        editor.write("pyproject.toml", ALIGNED)
        editor.open("a.py", MISTAKE)
        assert codes(await editor.pushed("a.py")) == []
        editor.write("pyproject.toml", '[tool.lint-embed]\n\nselct = ["ALL"]\n')
        editor.changed_on_disk("pyproject.toml")
        (trouble,) = await editor.next("pyproject.toml")
        assert trouble.range.start.line == 2 and "did you mean 'select'" in trouble.message
        editor.change("a.py", "#\n" + MISTAKE)
        assert codes(await editor.pushed("a.py")) == []
        assert len(editor.client.told) == 1
        editor.write("pyproject.toml", "[tool.lint-embed]\n")
        editor.changed_on_disk("pyproject.toml")
        assert codes(await editor.next("pyproject.toml")) == []
        await editor.client.until(lambda: editor.client.published[-1].diagnostics)


async def test_an_excluded_file_is_left_alone(tmp_path: Path) -> None:
    async with editing(tmp_path) as editor:
        editor.open("venv/lib/a.py", MISTAKE)
        assert codes(await editor.pushed("venv/lib/a.py")) == []


async def test_a_file_outside_of_the_workspace_and_one_never_saved(tmp_path: Path) -> None:
    inside = tmp_path / "inside"
    inside.mkdir()
    async with editing(inside) as editor:
        editor.open("../outside.py", MISTAKE)
        assert codes(await editor.pushed("../outside.py")) == [("VEC101", 7)]
        editor.open("untitled:Untitled-1", MISTAKE)
        assert codes(await editor.pushed("untitled:Untitled-1")) == [("VEC101", 7)]
        editor.open("git:/a.py", MISTAKE)
        editor.open("data.json", json.dumps({"a": 1}), "json")
        editor.open("last.py", "x = 1\n")
        assert codes(await editor.pushed("last.py")) == []
        assert {each.uri for each in editor.client.published} == {
            editor.uri("../outside.py"),
            "untitled:Untitled-1",
            editor.uri("last.py"),
        }
