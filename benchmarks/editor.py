"""Measures the language server through its protocol with an editing session.

Makes a project of many files, opens one of a thousand lines that imports some of the others,
types into it, and prints how long each diagnostic took. Run:

    python benchmarks/editor.py [--files 500] [--lines 1000] [--edits 200] [--chained]
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from lsprotocol import types
from pygls.lsp.client import LanguageClient

HEAD = """\
import numpy as np
from sentence_transformers import SentenceTransformer, util

from pkg.m0 import embed_0
from pkg.m1 import embed_1

docs_model = SentenceTransformer("all-MiniLM-L6-v2")
query_model = SentenceTransformer("paraphrase-MiniLM-L6-v2")


"""
BODY = '''\
def load_{n}(path: str, limit: int = {n}) -> list[str]:
    """Reads the records of a file and keeps those that are near to the first."""
    rows = []
    with open(path) as file:
        for line in file:
            if len(rows) >= limit:
                break
            text = line.strip().lower()
            rows.append(text)
    vectors = docs_model.encode(rows)
    scores = util.cos_sim(vectors, vectors)
    return [row for row, score in zip(rows, scores) if score[0] > 0.5]


'''
TAIL = """\
docs = docs_model.encode(["a", "b"])
query = query_model.encode("c")
print(util.cos_sim(query, docs))
"""
MODULE = '''\
from sentence_transformers import SentenceTransformer

model = SentenceTransformer("all-MiniLM-L6-v2")


def embed_{n}(texts):
    """The vectors of texts."""
    return model.encode(texts, normalize_embeddings=True)
'''
CHAINED = '''\
import chromadb
from sentence_transformers import SentenceTransformer

from pkg.m{next} import embed_{next}

model = SentenceTransformer("all-MiniLM-L6-v2")
client = chromadb.PersistentClient("index{n}")
collection = client.get_or_create_collection("records{n}")


class Index{n}:
    """Records by their vectors."""

    def __init__(self, size=10):
        self.model, self.size = model, size

    def embed(self, texts):
        return self.model.encode(texts)

    def fill(self, texts):
        collection.add(ids=texts, documents=texts, embeddings=self.embed(texts))


def embed_{n}(texts):
    """The vectors of texts."""
    return Index{n}().embed(texts) if texts else embed_{next}(texts)
'''
STORED = """\
import chromadb

records = chromadb.PersistentClient("index7").get_or_create_collection("records7")
records.query(query_embeddings=docs, n_results=3)
"""
TYPED = "    weights = np.ones(len(rows))\n    total = weights.sum() + limit"


@dataclass(slots=True)
class Measured:
    """Times in milliseconds, and the memory of the processes in MB."""

    initialize: float = 0.0
    first: float = 0.0
    keys: list[float] = field(default_factory=list)
    hovers: list[float] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)


def make_project(root: Path, files: int, lines: int, chained: bool = False) -> str:
    """Writes the project; returns the text of the file that will be edited.

    ``chained``: every module imports another one and fills a store, and the file uses one
    of the stores, so that all of the project is its context.
    """
    (root / "pkg").mkdir()
    (root / "pkg" / "__init__.py").touch()
    (root / "pyproject.toml").write_text('[project]\nname = "benchmark"\n')
    body, tail = (CHAINED, TAIL + STORED) if chained else (MODULE, TAIL)
    for number in range(files):
        made = body.format(n=number, next=min(number + 1, files - 1))
        (root / "pkg" / f"m{number}.py").write_text(made)
    count = max(1, (lines - HEAD.count("\n") - tail.count("\n")) // BODY.count("\n"))
    text = HEAD + "".join(BODY.format(n=number) for number in range(count)) + tail
    (root / "main.py").write_text(text)
    return text


def keystrokes(text: str, edits: int) -> Iterator[str]:
    """The texts of a session: lines are typed into functions, and taken out again."""
    rnd = random.Random(1)
    made = 0
    while made < edits:
        at = text.index("    vectors =", rnd.randrange(len(text) * 3 // 4))
        for length in range(1, len(TYPED) + 1):
            yield text[:at] + TYPED[:length] + "\n" + text[at:]
            made += 1
            if made >= edits:
                return
        yield text
        made += 1


def memory(group: Sequence[int]) -> float:
    """Resident megabytes of processes; 0 where the system does not tell."""
    total = 0.0
    for process in group:
        try:
            status = Path(f"/proc/{process}/status").read_text()
        except OSError:
            continue
        total += sum(int(line.split()[1]) for line in status.splitlines() if "VmRSS" in line)
    return total / 1024


def family(process: int) -> list[int]:
    """A process and its children."""
    children = Path(f"/proc/{process}/task/{process}/children")
    listed = children.read_text().split() if children.exists() else []
    return [process, *map(int, listed)]


class Session:
    """A client with one open file."""

    def __init__(self, root: Path) -> None:
        self.root, self.uri = root, (root / "main.py").as_uri()
        self.client = LanguageClient("benchmark", "1")
        self.arrived: asyncio.Queue[tuple[float, types.PublishDiagnosticsParams]] = asyncio.Queue()
        self.client.feature(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)(self._handler())

    def _handler(self):  # type: ignore[no-untyped-def]
        def published(params: types.PublishDiagnosticsParams) -> None:
            self.arrived.put_nowait((time.perf_counter(), params))

        return published

    async def start(self) -> None:
        await self.client.start_io(sys.executable, "-m", "lint_embed", "server")
        await self.client.initialize_async(
            types.InitializeParams(types.ClientCapabilities(), root_uri=self.root.as_uri())
        )
        self.client.initialized(types.InitializedParams())

    async def version(self, wanted: int) -> float:
        """When the diagnostics of a version arrived."""
        while True:
            at, params = await asyncio.wait_for(self.arrived.get(), 60)
            if params.version == wanted:
                assert params.diagnostics, "the mistake at the end of the file was lost"
                return at

    def open(self, text: str) -> None:
        item = types.TextDocumentItem(self.uri, "python", 1, text)
        self.client.text_document_did_open(types.DidOpenTextDocumentParams(item))

    def change(self, version: int, text: str) -> None:
        item = types.VersionedTextDocumentIdentifier(version, self.uri)
        whole = types.TextDocumentContentChangeWholeDocument(text)
        self.client.text_document_did_change(types.DidChangeTextDocumentParams(item, [whole]))

    async def hover(self, line: int) -> None:
        place = types.Position(line, 14)
        item = types.TextDocumentIdentifier(self.uri)
        await self.client.text_document_hover_async(types.HoverParams(item, place))

    async def stop(self) -> None:
        await self.client.shutdown_async(None)
        self.client.exit(None)
        await self.client.stop()


async def measure(root: Path, text: str, edits: int, pause: float) -> Measured:
    """Runs the session."""
    found, session = Measured(), Session(root)
    begin = time.perf_counter()
    await session.start()
    found.initialize = (time.perf_counter() - begin) * 1000
    session.open(text)
    found.first = (await session.version(1) - begin) * 1000
    assert session.client._server is not None
    group = family(session.client._server.pid)
    for version, new in enumerate(keystrokes(text, edits), 2):
        start = time.perf_counter()
        session.change(version, new)
        found.keys.append((await session.version(version) - start) * 1000)
        if version % max(1, edits // 10) == 0:
            found.memory.append(memory(group))
            start = time.perf_counter()
            await session.hover(new[: new.index("docs = ")].count("\n"))
            found.hovers.append((time.perf_counter() - start) * 1000)
        await asyncio.sleep(pause)
    await session.stop()
    return found


def share(times: Sequence[float], part: float) -> float:
    """The time that this part of all stays under."""
    return sorted(times)[min(len(times) - 1, int(len(times) * part))]


def main() -> None:
    """Parses the command line and prints the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--files", type=int, default=500)
    parser.add_argument("--lines", type=int, default=1000)
    parser.add_argument("--edits", type=int, default=200)
    parser.add_argument("--chained", action="store_true", help="all files hang together")
    parser.add_argument("--pause", type=float, default=0.05, help="seconds between keystrokes")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder).resolve()
        text = make_project(root, options.files, options.lines, options.chained)
        found = asyncio.run(measure(root, text, options.edits, options.pause))
    lines = text.count("\n")
    print(f"a file of {lines} lines, a project of {options.files} files, {options.edits} edits")
    half = found.memory[len(found.memory) // 2]
    rows = [
        ("start to initialize reply", f"{found.initialize:.0f} ms"),
        ("start to first diagnostics", f"{found.first:.0f} ms"),
        ("keystroke to diagnostics, median", f"{share(found.keys, 0.5):.0f} ms"),
        ("keystroke to diagnostics, 95 %", f"{share(found.keys, 0.95):.0f} ms"),
        ("keystroke to diagnostics, worst", f"{max(found.keys):.0f} ms"),
        ("hover, median", f"{share(found.hovers, 0.5):.0f} ms"),
        ("memory, first and last", f"{found.memory[0]:.0f} and {found.memory[-1]:.0f} MB"),
        ("memory, half and most", f"{half:.0f} and {max(found.memory):.0f} MB"),
    ]
    for name, value in rows:
        print(f"  {name:<36}{value:>20}")


if __name__ == "__main__":
    main()
