"""Faults: the server lives on, says what happened once, and prints nothing astray."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from editing import FIXED, MISTAKE, codes, editing

pytestmark = pytest.mark.asyncio

# Loaded by every process of the server through PYTHONPATH: breaks the analysis on demand.
BREAKING = """
import lint_embed.engine as engine

report = engine.Workspace.report
def broken(self, file):
    text = self.load(file.path).source.text
    if "# raise" in text:
        raise ValueError("an accident")
    if "# print" in text:
        print("Content-Length: 3\\r\\n\\r\\n{}x", flush=True)
        import os
        os.write(1, b"more of it")
    if "# die" in text:
        import os
        os._exit(7)
    return report(self, file)
engine.Workspace.report = broken
"""


def _breaking(folder: Path) -> dict[str, str]:
    site = folder / "site"
    site.mkdir()
    (site / "breaking.py").write_text(BREAKING)
    hook = "import sys\nif 'lint_embed.editor.worker' in ' '.join(sys.orig_argv): import breaking\n"
    (site / "sitecustomize.py").write_text(hook)
    root = str(Path(__file__).parents[2])
    return {"PYTHONPATH": os.pathsep.join([str(site), root])}


async def test_an_exception_in_the_analysis_is_logged_once(tmp_path: Path) -> None:
    async with editing(tmp_path, environment=_breaking(tmp_path)) as editor:
        editor.open("a.py", MISTAKE)
        assert codes(await editor.pushed("a.py")) == [("VEC101", 7)]
        for number in range(3):
            editor.change("a.py", f"# raise {number}\n" + MISTAKE)
            await asyncio.sleep(0.2)
        await editor.client.until(lambda: editor.client.logged)
        editor.change("a.py", FIXED)
        assert codes(await editor.pushed("a.py")) == []
        (logged,) = [line for line in editor.client.logged if "an accident" in line]
        assert "Traceback" in logged
        assert editor.client.told == []


async def test_a_worker_that_dies_is_replaced_and_other_files_go_on(tmp_path: Path) -> None:
    async with editing(tmp_path, environment=_breaking(tmp_path)) as editor:
        editor.open("good.py", MISTAKE)
        assert codes(await editor.pushed("good.py")) == [("VEC101", 7)]
        editor.open("bad.py", MISTAKE + "# die\n")
        await editor.client.until(lambda: len(editor.client.logged) >= 2)
        editor.change("good.py", FIXED)
        assert codes(await editor.pushed("good.py")) == []
        assert len(editor.client.logged) == 2
        editor.change("bad.py", MISTAKE)
        assert codes(await editor.pushed("bad.py")) == [("VEC101", 7)]


async def test_what_the_analysis_prints_stays_out_of_the_protocol(tmp_path: Path) -> None:
    async with editing(tmp_path, environment=_breaking(tmp_path)) as editor:
        editor.open("a.py", MISTAKE + "# print\n")
        assert codes(await editor.pushed("a.py")) == [("VEC101", 7)]
        editor.change("a.py", FIXED + "# print\n")
        assert codes(await editor.pushed("a.py")) == []


async def test_files_of_the_project_are_never_run(tmp_path: Path) -> None:
    for name in ("libcst", "click", "pickle", "lint_embed", "json"):
        (tmp_path / f"{name}.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\n")
    command = [sys.executable, "-P", "-m", "lint_embed", "server"]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    environment.pop("PYTHONSAFEPATH", None)
    process = await asyncio.create_subprocess_exec(
        *command, stdin=-1, stdout=-1, cwd=tmp_path, env=environment
    )
    assert process.stdin is not None and process.stdout is not None
    process.stdin.write(_message('{"jsonrpc":"2.0","id":1,"method":"initialize","params":'))
    reply = await asyncio.wait_for(process.stdout.readline(), 20)
    assert reply.startswith(b"Content-Length")
    await asyncio.sleep(2)
    process.stdin.close()
    await asyncio.wait_for(process.wait(), 20)
    assert not (tmp_path / "ran").exists()


def _message(start: str) -> bytes:
    body = (start + '{"capabilities":{},"processId":null,"rootUri":null}}').encode()
    return b"Content-Length: %d\r\n\r\n%s" % (len(body), body)


async def test_a_killed_client_leaves_no_process(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(MISTAKE)
    process = subprocess.Popen(
        [sys.executable, "-m", "lint_embed", "server"], stdin=-1, stdout=-1, start_new_session=True
    )
    assert process.stdin is not None and process.stdout is not None
    process.stdin.write(_message('{"jsonrpc":"2.0","id":1,"method":"initialize","params":'))
    process.stdin.flush()
    process.stdout.readline()
    assert len(_group(process.pid)) == 2
    process.stdin.close()
    process.stdout.close()
    process.wait(20)
    for _ in range(100):
        if not _group(process.pid):
            break
        await asyncio.sleep(0.1)
    assert not _group(process.pid)


def _group(group: int) -> list[int]:
    """The living processes of a group."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[2]) == group and fields[0] != "Z":
            found.append(int(entry.name))
    return found


async def test_malformed_messages_do_no_harm(tmp_path: Path) -> None:
    async with editing(tmp_path) as editor:
        assert editor.client.protocol.writer is not None
        bodies = [
            b"{}",
            b"[1, 2",
            b"\xff\xfe",
            b"",
            b'{"jsonrpc":"2.0","method":"textDocument/didOpen"}',
            b'{"jsonrpc":"2.0","method":"textDocument/didOpen","params":{"textDocument":7}}',
            b'{"jsonrpc":"2.0","id":[],"method":"textDocument/hover","params":{}}',
            b'{"jsonrpc":"2.0","id":"x","result":null}',
            b'{"jsonrpc":"2.0","method":"$/unheardOf","params":[null]}',
        ]
        for body in bodies:
            editor.client.protocol.writer.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        editor.open("a.py", MISTAKE)
        assert codes(await editor.pushed("a.py")) == [("VEC101", 7)]


async def test_an_edit_of_a_file_that_is_not_open_does_no_harm(tmp_path: Path) -> None:
    async with editing(tmp_path) as editor:
        editor.versions["never.py"] = 1
        editor.change("never.py", MISTAKE)
        editor.close("never.py")
        editor.save("never.py")
        editor.open("a.py", MISTAKE)
        assert codes(await editor.pushed("a.py")) == [("VEC101", 7)]


async def test_texts_that_are_no_python_at_all(tmp_path: Path) -> None:
    async with editing(tmp_path) as editor:
        nested = MISTAKE + "x = " + "(" * 3000 + ")" * 3000 + "\n"
        for number, text in enumerate(["", "\0", "\ufeff", "\r", nested, MISTAKE + "\ud83d"]):
            editor.open(f"{number}.py", text)
            await editor.pushed(f"{number}.py")
        editor.open("a.py", "\ufeff" + MISTAKE)
        assert codes(await editor.pushed("a.py")) == [("VEC101", 7)]
        assert editor.client.logged == []


async def test_a_long_file_does_not_hold_up_others(tmp_path: Path) -> None:
    text = MISTAKE + "".join(f"def f{n}(a):\n    return a.encode({n})\n" for n in range(25_000))
    async with editing(tmp_path) as editor:
        editor.open("short.py", MISTAKE)
        await editor.pushed("short.py")
        editor.open("long.py", text)
        assert codes(await editor.pushed("long.py")) == [("VEC101", 7)]
        # Only what was edited is parsed again.
        editor.change("long.py", text + "print(util.cos_sim(query, docs))\n")
        found = await editor.pushed("long.py")
        assert codes(found) == [("VEC101", 7), ("VEC101", 50_008)]


async def test_signals_end_it(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "lint_embed", "server"], stdin=-1, stdout=-1, start_new_session=True
    )
    await asyncio.sleep(1)
    process.send_signal(signal.SIGTERM)
    process.wait(20)
    for _ in range(100):
        if not _group(process.pid):
            break
        await asyncio.sleep(0.1)
    assert not _group(process.pid)


async def test_memory_does_not_grow_with_edits(tmp_path: Path) -> None:
    functions = "".join(f"def f{n}(a):\n    return a.encode({n})\n" for n in range(300))
    async with editing(tmp_path) as editor:
        editor.open("a.py", functions + MISTAKE)
        await editor.pushed("a.py")
        assert editor.client._server is not None
        server = editor.client._server.pid
        sizes = []
        for number in range(1, 601):
            text = functions.replace("encode(7)", f"encode({number})")
            editor.change("a.py", text + MISTAKE)
            assert codes(await editor.pushed("a.py")) == [("VEC101", 607)]
            if number in (200, 600):
                sizes.append(sum(_resident(each) for each in _family(server)))
        assert sizes[1] < sizes[0] + 25, sizes


def _family(process: int) -> list[int]:
    children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    return [process, *map(int, children)]


def _resident(process: int) -> float:
    """Megabytes."""
    return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * 4096 / 1e6


async def test_an_analysis_that_cannot_start_is_said_once(tmp_path: Path) -> None:
    environment = _breaking(tmp_path)
    (tmp_path / "site" / "breaking.py").write_text("import os\nos._exit(3)\n")
    async with editing(tmp_path, environment=environment) as editor:
        editor.open("a.py", MISTAKE)
        (told,) = await editor.client.until(lambda: editor.client.told)
        assert "can't be started" in told
        editor.change("a.py", FIXED)
        editor.close("a.py")
        await asyncio.sleep(1)
        assert len(editor.client.told) == 1
