"""Hover, inlay hints, code actions and commands through the protocol."""

from __future__ import annotations

import ast
import asyncio
from pathlib import Path
from typing import Any

import pytest
from editing import MISTAKE, PATIENCE, Editor, codes, editing, push
from lsprotocol import types

pytestmark = pytest.mark.asyncio


def able() -> types.ClientCapabilities:
    """A client that can show changes before they are made, show places and progress."""
    capabilities = push()
    capabilities.workspace = types.WorkspaceClientCapabilities(
        workspace_edit=types.WorkspaceEditClientCapabilities(
            document_changes=True,
            resource_operations=[types.ResourceOperationKind.Create],
            change_annotation_support=types.ChangeAnnotationsSupportOptions(),
        )
    )
    capabilities.window = types.WindowClientCapabilities(
        show_document=types.ShowDocumentClientCapabilities(support=True), work_done_progress=True
    )
    return capabilities


async def _hover(editor: Editor, name: str, line: int, column: int) -> Any:
    params = types.HoverParams(
        types.TextDocumentIdentifier(editor.uri(name)), types.Position(line - 1, column)
    )
    async with asyncio.timeout(PATIENCE):
        return await editor.client.text_document_hover_async(params)


async def test_hover_on_variables_and_calls(tmp_path: Path) -> None:
    async with editing(tmp_path) as editor:
        editor.open("a.py", MISTAKE)
        target = await _hover(editor, "a.py", 5, 1)
        assert "Vectors of **all-MiniLM-L6-v2** · 384 dimensions" in target.contents.value
        assert "(line 3)" in target.contents.value and "(line 5)" in target.contents.value
        assert target.range == types.Range(types.Position(4, 0), types.Position(4, 4))
        argument = await _hover(editor, "a.py", 7, 20)
        assert "Vectors of **paraphrase-MiniLM-L6-v2**" in argument.contents.value
        encoder = await _hover(editor, "a.py", 5, 9)
        assert encoder.contents.value.startswith("Encoder: **all-MiniLM-L6-v2**")
        assert await _hover(editor, "a.py", 2, 0) is None
        editor.change("a.py", "#\n" * 20 + MISTAKE)
        assert "paraphrase" in (await _hover(editor, "a.py", 27, 20)).contents.value


async def test_hover_on_a_model_name_and_on_a_rule(tmp_path: Path) -> None:
    async with editing(tmp_path) as editor:
        text = MISTAKE.replace("docs))", "docs))  # noqa: E501, VEC101") + 'x = "no model"\n'
        editor.open("a.py", text)
        model = await _hover(editor, "a.py", 3, 40)
        assert "**sentence-transformers/all-minilm-l6-v2**" in model.contents.value
        assert "384 dimensions" in model.contents.value
        rule = await _hover(editor, "a.py", 7, text.splitlines()[6].index("VEC") + 2)
        assert rule.contents.value.startswith("# cross-space-comparison (VEC101)")
        assert await _hover(editor, "a.py", 7, text.splitlines()[6].index("E501") + 1) is None
        assert await _hover(editor, "a.py", 8, 7) is None


async def _hints(editor: Editor, name: str) -> list[tuple[int, int, Any]]:
    whole = types.Range(types.Position(0, 0), types.Position(999, 0))
    params = types.InlayHintParams(types.TextDocumentIdentifier(editor.uri(name)), whole)
    async with asyncio.timeout(PATIENCE):
        found = await editor.client.text_document_inlay_hint_async(params)
    return sorted((h.position.line + 1, h.position.character, h.label) for h in found or ())


async def test_inlay_hints(tmp_path: Path) -> None:
    async with editing(tmp_path) as editor:
        editor.open("a.py", "é = 1\n" + MISTAKE.replace("docs =", "dócs😀 =").replace("😀", ""))
        assert await _hints(editor, "a.py") == [
            (4, 10, ": all-MiniLM-L6-v2 · 384"),
            (5, 11, ": paraphrase-MiniLM-L6-v2 · 384"),
            (6, 4, ": all-MiniLM-L6-v2 · 384"),
            (7, 5, ": paraphrase-MiniLM-L6-v2 · 384"),
        ]


async def test_inlay_hints_can_be_switched_off(tmp_path: Path) -> None:
    async with editing(tmp_path, options={"inlayHints": False}) as editor:
        assert editor.reply.capabilities.inlay_hint_provider is None


# --- Code actions ------------------------------------------------------------------------


async def _actions(editor: Editor, name: str, line: int) -> dict[str, types.CodeAction]:
    at = types.Position(line - 1, 20)
    params = types.CodeActionParams(
        types.TextDocumentIdentifier(editor.uri(name)),
        types.Range(at, at),
        types.CodeActionContext([]),
    )
    async with asyncio.timeout(PATIENCE):
        found = await editor.client.text_document_code_action_async(params)
    return {each.title: each for each in found or ()}


def _edited(text: str, edits: Any) -> str:
    """Applies edits that each lie within one line, columns being UTF-16."""
    lines = text.split("\n")
    for edit in edits:
        line = lines[edit.range.start.line].encode("utf-16-le")
        start, end = edit.range.start.character * 2, edit.range.end.character * 2
        new = line[:start] + edit.new_text.encode("utf-16-le") + line[end:]
        lines[edit.range.start.line] = new.decode("utf-16-le")
    return "\n".join(lines)


async def test_silencing_a_line(tmp_path: Path) -> None:
    text = MISTAKE.replace("print(util", 'print("😀", util')
    async with editing(tmp_path) as editor:
        editor.open("a.py", text)
        action = (await _actions(editor, "a.py", 7))["Silence VEC101 on this line"]
        assert [each.code for each in action.diagnostics or ()] == ["VEC101"]
        assert action.edit is not None and action.edit.changes is not None
        new = _edited(text, action.edit.changes[editor.uri("a.py")])
        assert new == text.replace("docs))", "docs))  # noqa: VEC101")
        editor.change("a.py", new)
        assert codes(await editor.pushed("a.py")) == []
        assert await _actions(editor, "a.py", 7) == {}


@pytest.mark.parametrize(
    "before",
    [
        "",
        "[project]\nname = 'x'",
        "[tool.lint-embed]  # ours\nignore = []\n\n[tool.other]\naligned = [1]\n",
        '[tool.lint-embed]\naligned = [\n  ["a", "b"],\n]\n',
        "[tool.lint-embed]\naligned = []\n",
    ],
)
async def test_declaring_two_models_aligned(tmp_path: Path, before: str) -> None:
    async with editing(tmp_path) as editor:
        editor.write("pyproject.toml", before)
        editor.open("a.py", MISTAKE)
        found = await _actions(editor, "a.py", 7)
        (title,) = [title for title in found if title.startswith("Declare")]
        edit = found[title].edit
        assert edit is not None and edit.changes is not None
        after = _edited(before, edit.changes[editor.uri("pyproject.toml")])
        assert before.replace("[]", "").split() <= after.replace("[]", "").split() or before
        editor.write("pyproject.toml", after)
        editor.changed_on_disk("pyproject.toml")
        assert codes(await editor.next("a.py")) == []
        assert editor.client.told == []


async def test_a_configuration_is_made_where_there_is_none(tmp_path: Path) -> None:
    async with editing(tmp_path, able()) as editor:
        editor.open("a.py", MISTAKE)
        found = await _actions(editor, "a.py", 7)
        (action,) = [found[title] for title in found if title.startswith("Declare")]
        assert action.edit is not None
        made, edited = action.edit.document_changes or ()
        assert made.kind == "create" and made.uri == editor.uri("pyproject.toml")
        assert edited.edits[0].new_text.startswith("[tool.lint-embed]\naligned = ")


async def test_one_model_on_both_sides_only_with_a_preview(tmp_path: Path) -> None:
    async with editing(tmp_path, able()) as editor:
        editor.open("a.py", MISTAKE)
        found = await _actions(editor, "a.py", 7)
        action = found["Use 'all-MiniLM-L6-v2' on both sides…"]
        assert action.edit is not None
        (note,) = (action.edit.change_annotations or {}).values()
        assert note.needs_confirmation
        (change,) = action.edit.document_changes or ()
        new = _edited(MISTAKE, change.edits)
        assert new == MISTAKE.replace("paraphrase-MiniLM-L6-v2", "all-MiniLM-L6-v2")
    async with editing(tmp_path) as editor:
        editor.open("a.py", MISTAKE)
        assert not [title for title in await _actions(editor, "a.py", 7) if "both" in title]


async def test_going_to_either_encoder(tmp_path: Path) -> None:
    async with editing(tmp_path, able()) as editor:
        editor.open("a.py", MISTAKE)
        found = await _actions(editor, "a.py", 7)
        # lsprotocol takes an action with a command for a command; what was sent is intact.
        command = ast.literal_eval(str(found["Go to where 'all-MiniLM-L6-v2' is loaded"].command))
        await editor.client.workspace_execute_command_async(
            types.ExecuteCommandParams(command["command"], command["arguments"])
        )
        (shown,) = editor.client.shown
        assert shown.selection is not None and shown.selection.start.line == 2


# --- The workspace -----------------------------------------------------------------------


async def test_checking_the_whole_workspace(tmp_path: Path) -> None:
    async with editing(tmp_path, able()) as editor:
        for number in range(4):
            editor.write(f"pkg/m{number}.py", MISTAKE if number % 2 else "x = 1\n")
        editor.open("pkg/m0.py", MISTAKE)
        await editor.pushed("pkg/m0.py")
        command = types.ExecuteCommandParams("lint-embed.checkWorkspace", [])
        async with asyncio.timeout(PATIENCE):
            count = await editor.client.workspace_execute_command_async(command)
        assert count == 3
        shown = {p.uri: codes(p.diagnostics) for p in editor.client.published}
        assert shown == {editor.uri(f"pkg/m{number}.py"): [("VEC101", 7)] for number in (0, 1, 3)}
        kinds = [value["kind"] for value in editor.client.progress]
        assert kinds[0] == "begin" and kinds[-1] == "end" and "report" in kinds
        # Opened, a file is looked after as a document: never shown twice.
        editor.open("pkg/m1.py", "x = 1\n")
        assert codes(await editor.pushed("pkg/m1.py")) == []
