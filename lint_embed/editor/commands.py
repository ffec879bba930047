"""The commands: go to a place, check the whole workspace, show the map."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Coroutine
from contextlib import aclosing
from typing import TYPE_CHECKING, Any, TypeVar

from lsprotocol import types

from lint_embed.editor.actions import GO_TO
from lint_embed.editor.base import Server
from lint_embed.editor.diagnostics import diagnostic, disk_table
from lint_embed.editor.documents import file_uri
from lint_embed.editor.messages import Step

if TYPE_CHECKING:
    from lint_embed.editor.session import Session

CHECK_WORKSPACE = "lint-embed.checkWorkspace"
SHOW_MAP = "lint-embed.showMap"

Tell = Callable[[str, int], None]
T = TypeVar("T")
_numbers = itertools.count(1)


def register(server: Server) -> None:
    """Registers the commands."""
    server.command(GO_TO)(_go_to)
    server.command(CHECK_WORKSPACE)(_check_workspace)
    server.command(SHOW_MAP)(_show_map)


async def _go_to(ls: Server, uri: str, line: int, character: int) -> None:
    start = types.Position(line, character)
    await ls.window_show_document_async(
        types.ShowDocumentParams(uri, take_focus=True, selection=types.Range(start, start))
    )


# --- The whole workspace -----------------------------------------------------------------


async def _check_workspace(ls: Server) -> int | None:
    """Lints all files of the workspace's folders, with progress; gives the number of
    findings, or None when it was cancelled. Those of files that are not open are pushed."""

    async def work(tell: Tell) -> tuple[int, str]:
        count = 0
        session = ls.session
        session.clear_foreign(list(session.foreign))
        async with aclosing(session.aside("project")) as steps:
            async for step in steps:
                if step.findings is None:
                    tell(f"{step.number} of {step.total}", step.number * 100 // step.total)
                else:
                    count += len(step.findings)
                    _show(session, step)
        return count, f"{count} finding{'s' * (count != 1)}"

    return await _with_progress(ls, "lint-embed: checking the workspace", work)


def _show(session: Session, step: Step) -> None:
    """Pushes the diagnostics of a file that is not open."""
    if session.documents.of(step.path) is not None or step.path.suffix == ".ipynb":
        return
    table = disk_table(step.path, session.documents) if step.findings else None
    shown = [
        diagnostic(each, table.range(each.finding.place), session.documents, session.can)
        for each in step.findings or ()
        if table is not None
    ]
    session.show_foreign(step.path, shown)


async def _show_map(ls: Server) -> str | None:
    """Draws the map of the workspace and shows it in a browser; gives the page's address,
    or None when it was cancelled."""

    async def work(tell: Tell) -> tuple[str | None, str]:
        session, uri = ls.session, None
        async with aclosing(session.aside("map", session.folder(), session.link)) as pages:
            async for page in pages:
                uri = file_uri(page)
        return uri, "the map is drawn" if uri is not None else "the map could not be drawn"

    uri = await _with_progress(ls, "lint-embed: drawing the map", work)
    if uri is not None:
        await _open(ls, uri)
    return uri


async def _open(ls: Server, uri: str) -> None:
    """Opens a page outside of the editor, or says where it is."""
    if ls.session.shows:
        shown = await ls.window_show_document_async(types.ShowDocumentParams(uri, external=True))
        if shown.success:
            return
    said = f"lint-embed: the map is at {uri}"
    ls.window_show_message(types.ShowMessageParams(types.MessageType.Info, said))


# --- Progress ----------------------------------------------------------------------------


async def _with_progress(
    ls: Server, title: str, work: Callable[[Tell], Coroutine[Any, Any, tuple[T, str]]]
) -> T | None:
    """Does work that tells how far it is, and gives its result.

    The client may cancel it by its progress (then None) or by the request.
    """
    token = await _begun(ls, title)
    told = -1

    def tell(message: str, percentage: int) -> None:
        nonlocal told
        if token is not None and percentage != told:
            told = percentage
            share = types.WorkDoneProgressReport(message=message, percentage=percentage)
            ls.work_done_progress.report(token, share)

    task = asyncio.ensure_future(work(tell))
    stopped = ls.work_done_progress.tokens.get(token) if token is not None else None
    if stopped is not None:
        loop = asyncio.get_running_loop()
        stopped.add_done_callback(
            lambda end: loop.call_soon_threadsafe(task.cancel) if end.cancelled() else None
        )
    said = "cancelled"
    try:
        result, said = await task
        return result
    except asyncio.CancelledError:
        if stopped is not None and stopped.cancelled():
            return None
        task.cancel()
        raise
    finally:
        if token is not None:
            ls.work_done_progress.end(token, types.WorkDoneProgressEnd(message=said))
            ls.work_done_progress.tokens.pop(token, None)


async def _begun(ls: Server, title: str) -> str | None:
    """Begins to show progress; None when the client can't."""
    window = ls.client_capabilities.window
    if window is None or not window.work_done_progress:
        return None
    token = f"lint-embed-{next(_numbers)}"
    await ls.work_done_progress.create_async(token)
    begin = types.WorkDoneProgressBegin(title, cancellable=True, percentage=0)
    ls.work_done_progress.begin(token, begin)
    return token
