"""``lint-embed spaces`` and ``lint-embed map``: what they know, and what they draw.

``LINT_EMBED_SNAPSHOTS=write`` writes the snapshots anew; look at the difference.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import xml.etree.ElementTree as ElementTree
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from pages_runner import parse_page, write_case

from lint_embed.cli import main
from lint_embed.engine import check
from lint_embed.files import discover
from lint_embed.findings import Place
from lint_embed.inventory import Encoder, Inventory, Meeting, Space, Verdict
from lint_embed.inventory.chart import MOST, chart
from lint_embed.inventory.collect import inventory
from lint_embed.inventory.page import html
from lint_embed.settings import Finder, Options

SAMPLE = Path(__file__).parent / "inventory_sample"
PAGES = Path(__file__).parent / "pages"
SNAPSHOTS = Path(__file__).parent / "snapshots"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments, prog_name="lint-embed", env={"COLUMNS": "80"})


@pytest.fixture
def sample(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with each way in which vectors may meet, as the working directory."""
    folder = tmp_path / "sample"
    shutil.copytree(SAMPLE, folder)
    (folder / "pyproject.toml").write_text("[project]\nname = 'sample'\n")
    monkeypatch.chdir(folder)
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    return folder


def known(*arguments: str) -> dict[str, Any]:
    result = run("spaces", "--output-format", "json", *arguments)
    assert result.exit_code == 0, result.output
    content = json.loads(result.stdout)
    assert list(content) == ["spaces", "holders", "meetings", "unread"]
    return dict(content)


def models(content: dict[str, Any]) -> dict[int, str]:
    return {space["space"]: space["model"] for space in content["spaces"]}


# --- What is known -------------------------------------------------------------------


def test_every_encoder_is_listed_with_its_id_length_and_place(sample: Path) -> None:
    spaces = {space["model"]: space for space in known()["spaces"]}
    mini = spaces["all-MiniLM-L6-v2"]
    assert (mini["id"], mini["dimension"]) == ("sentence-transformers/all-minilm-l6-v2", 384)
    assert [(e["path"], e["line"], e["library"]) for e in mini["encoders"]] == [
        ("ingest.py", 11, "sentence-transformers"),
        ("search.py", 13, "sentence-transformers"),
    ]
    large = spaces["text-embedding-3-large"]
    assert (large["dimension"], large["variant"]) == (256, {"dimension": "256"})
    words = spaces["TfidfVectorizer"]
    assert (words["id"], words["fitted"], words["trained"]["line"]) == (None, True, 26)
    (unknown,) = (s for s in spaces.values() if s["id"] is None and not s["fitted"])
    assert unknown["encoders"][0]["line"] == 33
    (cell,) = spaces["intfloat/e5-small-v2"]["encoders"]
    assert (cell["path"], cell["cell"], cell["line"]) == ("ideas.ipynb", 3, 1)
    # The models are never used without their pooling, so that there are no such vectors.
    assert spaces["google-bert/bert-base-uncased"]["variant"] == {"pooling": "cls"}


def test_stores_and_files_say_whose_vectors_they_hold(sample: Path) -> None:
    content = known()
    names = models(content)
    held = {
        (h["kind"], h["name"]): (
            [(names[use["space"]], use["path"], use["line"]) for use in h["filled"]],
            [(names[use["space"]], use["path"], use["line"]) for use in h["asked"]],
            [(place["path"], place["line"]) for place in h["read"]],
        )
        for h in content["holders"]
    }
    mini, bge = "all-MiniLM-L6-v2", "BAAI/bge-small-en-v1.5"
    assert held == {
        ("store", "notes"): ([(mini, "ingest.py", 16)], [(bge, "search.py", 19)], []),
        ("store", ""): ([(mini, "ingest.py", 19)], [], []),
        ("store", "documents.faiss"): ([(mini, "ingest.py", 20)], [], []),
        ("file", "documents.npy"): ([(mini, "ingest.py", 13)], [], [("search.py", 21)]),
    }


def test_meetings_have_verdicts(sample: Path) -> None:
    content = known()
    verdicts = [(m["verdict"], m["code"], m["path"], m["line"]) for m in content["meetings"]]
    assert verdicts == [
        ("mistake", "VEC101", "ideas.ipynb", 2),
        ("mistake", "VEC201", "search.py", 19),
        ("mistake", "VEC101", "search.py", 23),
        ("silenced", "VEC101", "search.py", 24),
        ("aligned", None, "search.py", 37),
        ("trained", None, "training.py", 13),
        ("same", None, "search.py", 22),
        ("same", None, "search.py", 27),
        ("same", None, "search.py", 34),
    ]
    assert all(
        len(m["spaces"]) == (1 if m["verdict"] == "same" else 2) for m in content["meetings"]
    )
    assert all(bool(m["message"]) == (m["code"] is not None) for m in content["meetings"])


def test_mistakes_are_those_of_check(sample: Path) -> None:
    checked = json.loads(run("--output-format", "json", "--no-cache").stdout)
    found = [m for m in known()["meetings"] if m["verdict"] == "mistake"]
    parts = ("path", "cell", "line", "column", "code", "message", "fingerprint")
    assert [[m[p] for p in parts] for m in found] == [[f[p] for p in parts] for f in checked]


def test_a_mistake_with_models_that_nobody_knows(sample: Path) -> None:
    (sample / "cut.py").write_text(
        "import numpy as np\n\n\ndef cosine(a, b):\n    n = min(len(a), len(b))\n"
        "    a, b = np.array(a[:n]), np.array(b[:n])\n"
        "    return float(a @ b / (np.linalg.norm(a) * np.linalg.norm(b)))\n"
    )
    (meeting,) = known("cut.py")["meetings"]
    assert (meeting["code"], meeting["spaces"], meeting["line"]) == ("VEC302", [], 6)
    assert "VEC302 cut.py:6  vectors of models that are not known" in run("spaces", "cut.py").stdout
    for name in ("m.html", "m.svg", "m.mmd"):
        assert run("map", "-o", name, "cut.py").exit_code == 0
        text = Path(name).read_text("utf-8")
        assert "VEC302" in text
        assert "cut.py" in text


@pytest.mark.parametrize(
    "page",
    [*sorted((PAGES / "mistakes").glob("*.md")), *sorted((PAGES / "stores").glob("*.md"))],
    ids=lambda page: f"{page.parent.name}-{page.stem}",
)
def test_mistakes_of_the_pages_are_those_of_check(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    count = 0
    for number, case in enumerate(parse_page(page.name, page.read_text("utf-8"))):
        folder = tmp_path / str(number)
        folder.mkdir()
        write_case(case, folder)
        (folder / "pyproject.toml").touch()
        monkeypatch.chdir(folder)
        files = discover(["."], Finder()).files
        found = [f for report in check(files, Options()) for f in report.findings]
        expected = sorted((f.place, f.code) for f in found if f.traces)
        mistakes = inventory(files).mistakes
        assert sorted((m.place, m.code) for m in mistakes) == expected, case.heading
        count += len(expected)
    assert count or page.stem == "precision"


def test_one_of_several_models_is_no_mistake(sample: Path) -> None:
    (sample / "either.py").write_text(
        "import sys\nfrom sentence_transformers import SentenceTransformer, util\n"
        "name = 'all-MiniLM-L6-v2' if len(sys.argv) > 1 else 'thenlper/gte-small'\n"
        "model = SentenceTransformer(name)\n"
        "util.cos_sim(model.encode('a'), model.encode('b'))\n"
    )
    (meeting,) = known("either.py")["meetings"]
    assert (meeting["verdict"], len(meeting["spaces"])) == ("either", 2)


def test_an_encoder_that_may_have_been_trained_is_one(sample: Path) -> None:
    (sample / "fit.py").write_text(
        "from sklearn.feature_extraction.text import TfidfVectorizer\n"
        "from sklearn.metrics.pairwise import cosine_similarity\n"
        "class Search:\n"
        "    def __init__(self, method='vector'):\n"
        "        self.method = method\n"
        "        self.words = TfidfVectorizer()\n"
        "    def fit(self, texts):\n"
        "        if self.method == 'vector' or self.method == 'index':\n"
        "            self.matrix = self.words.fit_transform(texts)\n"
        "    def ask(self, text):\n"
        "        return cosine_similarity(self.words.transform([text]), self.matrix)\n"
        "search = Search(method='vector')\n"
        "search.fit(['a'])\n"
        "search.ask('b')\n"
    )
    assert {m["verdict"] for m in known("fit.py")["meetings"]} == {"same"}


def test_a_store_s_own_encoder_counts_only_where_it_is_used(sample: Path) -> None:
    head = "import chromadb\nnotes = chromadb.PersistentClient('x').create_collection('n')\n"
    (sample / "own.py").write_text(head)
    assert known("own.py")["spaces"] == []
    (sample / "own.py").write_text(head + "notes.add(ids=['1'], documents=['x'])\n")
    assert [s["model"] for s in known("own.py")["spaces"]] == ["all-MiniLM-L6-v2"]


def test_paths_say_what_it_is_about(sample: Path) -> None:
    """What stands elsewhere comes along as far as the files have to do with it."""
    content = known("search.py")
    assert {m["path"] for m in content["meetings"]} == {"search.py"}
    assert {h["name"] for h in content["holders"]} == {"notes", "documents.npy"}
    mini = next(s for s in content["spaces"] if s["model"] == "all-MiniLM-L6-v2")
    assert {e["path"] for e in mini["encoders"]} == {"ingest.py", "search.py"}
    assert not {"thenlper/gte-small", "distilbert/distilbert-base-uncased"} & {
        *models(content).values()
    }


def test_a_file_with_one_encoder_and_nothing_else_is_known(sample: Path) -> None:
    (sample / "alone.py").write_text(
        "from sentence_transformers import SentenceTransformer\n"
        "def load():\n    return SentenceTransformer('thenlper/gte-small')\n"
    )
    (space,) = known("alone.py")["spaces"]
    assert space["encoders"][0]["line"] == 3


def test_what_can_not_be_read_is_said(sample: Path) -> None:
    (sample / "broken.py").write_text(
        "from sentence_transformers import SentenceTransformer\n"
        "def encode(texts:\n    return SentenceTransformer('thenlper/gte-small').encode(texts)\n"
    )
    result = run("spaces", "broken.py", "--output-format", "json")
    assert result.exit_code == 0
    assert [u["path"] for u in json.loads(result.stdout)["unread"]] == ["broken.py"]
    assert result.stderr.startswith("lint-embed: broken.py: ")
    assert run("spaces", "-q", "broken.py").stderr == run("-q", "spaces", "broken.py").stderr == ""


# --- The commands --------------------------------------------------------------------


def test_statuses_and_usage(sample: Path) -> None:
    assert run("spaces").exit_code == 0
    assert run("map", "-o", "m.svg").exit_code == 0
    missing = run("spaces", "nowhere.py")
    assert (missing.exit_code, missing.stderr) == (
        2, "lint-embed: nowhere.py: no such file or directory\n",
    )  # fmt: skip
    wrong = run("map", "-o", "map.png")
    assert (wrong.exit_code, "must end in .html, .svg, .mmd" in wrong.stderr) == (2, True)
    assert not Path("map.png").exists()
    unknown = run("map", "-o", "map.svg", "--link", "x/{file}")
    assert (unknown.exit_code, "{file} means nothing" in unknown.stderr) == (2, True)
    (sample / "pyproject.toml").write_text("[tool.lint-embed]\nselekt = []\n")
    assert run("spaces").exit_code == 2
    assert run("spaces", "--isolated").exit_code == 0


def test_an_internal_error_is_a_line_and_verbose_shows_the_traceback(
    sample: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*arguments: object) -> None:
        raise KeyError("oops")

    monkeypatch.setattr("lint_embed.inventory.collect.inventory", fail)
    for command in ("spaces", "map"):
        result = run(command)
        assert (result.exit_code, result.stderr.count("\n")) == (2, 1)
        assert result.stderr.startswith("lint-embed: internal error: KeyError: 'oops'")
        assert "Traceback" in run(command, "-v").stderr


def test_nothing_known_is_said_and_can_be_drawn(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    Path("plain.py").write_text("print(1)\n")
    assert run("spaces", ".").stdout == "no encoder is known here\n"
    for name in ("m.html", "m.svg", "m.mmd"):
        assert run("map", "-o", name, ".").exit_code == 0
        assert "0 spaces" in Path(name).read_text("utf-8")


def test_excludes_hold(sample: Path) -> None:
    assert {e["path"] for s in known("--exclude", "*.py")["spaces"] for e in s["encoders"]} == {
        "ideas.ipynb"
    }


def test_mistakes_are_red_on_a_terminal(sample: Path) -> None:
    text = run("spaces", "--color", "always").stdout
    assert "\033[1;31m4: VEC201 search.py:19\033[0m" in text
    assert "\033[" not in run("spaces").stdout


@pytest.mark.parametrize("name", ["spaces.txt", "spaces.json", "map.html", "map.svg", "map.mmd"])
def test_snapshot(name: str, sample: Path) -> None:
    if name.startswith("map"):
        assert run("map", "-o", name).exit_code == 0
        text = Path(name).read_text("utf-8")
    else:
        form = "json" if name.endswith("json") else "table"
        text = run("spaces", "--output-format", form).stdout
    file = SNAPSHOTS / name
    if os.environ.get("LINT_EMBED_SNAPSHOTS") == "write":
        file.write_text(text, encoding="utf-8")
    assert file.read_text("utf-8") == text


# --- Links ---------------------------------------------------------------------------


def test_links_are_relative_to_the_picture(sample: Path) -> None:
    Path("out").mkdir()
    run("map", "-o", "out/m.svg")
    text = Path("out/m.svg").read_text("utf-8")
    assert 'href="../search.py#L23"' in text
    # No viewer opens a cell by its number.
    assert 'href="../ideas.ipynb"' in text


@pytest.mark.parametrize("name", ["m.html", "m.svg", "m.mmd"])
def test_a_template_makes_the_links(name: str, sample: Path) -> None:
    run("map", "-o", name, "--link", "https://example.org/blob/main/{path}#L{line}")
    links = re.findall(r'href[= ]"([^"]*)"', Path(name).read_text("utf-8"))
    ours = [link for link in links if link != "data:,"]
    assert "https://example.org/blob/main/search.py#L23" in ours
    assert all(link.startswith("https://example.org/blob/main/") for link in ours)


def test_a_template_may_lead_to_an_editor(sample: Path) -> None:
    run("map", "-o", "m.html", "--link", "vscode://file/{absolute}:{line}:{column}")
    assert f'href="vscode://file/{sample}/search.py:23:1"' in Path("m.html").read_text("utf-8")


# --- A large picture -----------------------------------------------------------------

SPACES, MEETINGS = 20, 200


def large() -> Inventory:
    """Twenty spaces and two hundred meetings, every third of them a mistake."""

    def place(path: str, line: int) -> Place:
        return Place(path, None, line, 1, line, 9)

    spaces = tuple(
        Space(f"acme/model-{n}", f"acme/model-{n}", False, 384, "acme", encoders=(
            Encoder(place("models.py", n + 1), "acme"),))
        for n in range(SPACES)
    )  # fmt: skip
    meetings = []
    for n in range(MEETINGS):
        one, other = n % SPACES, (n * 7 + 3) % SPACES
        where = place(f"job{n % 9}.py", n // 9 + 1)
        if n % 3 == 0 and one != other:
            pair = (min(one, other), max(one, other))
            meetings.append(Meeting(where, "dot product", pair, Verdict.MISTAKE, "VEC101", "<m>"))
        else:
            meetings.append(Meeting(where, "dot product", (one,), Verdict.SAME))
    return Inventory(spaces, (), tuple(meetings))


class Page(HTMLParser):
    """What a browser, or the reader of a screen, finds in a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: Counter[str] = Counter()
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.unnamed: list[str] = []
        self.open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if given.get("id"):
            self.ids[str(given["id"])] += 1
        if tag == "a":
            self.links.append(str(given["href"]))
        if tag in ("script", "img", "link", "iframe", "use"):
            self.loaded += [v for k, v in attrs if k in ("src", "href", "xlink:href") and v]
        if tag == "button" and not given.get("aria-label"):
            self.unnamed.append(tag)
        if tag == "svg" and given.get("aria-hidden") != "true":
            self.unnamed.append(tag)
        if tag == "input" and "label" not in self.open:
            self.unnamed.append(tag)
        if tag not in ("meta", "link", "input", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_needs_nothing_else_and_every_link_leads_to_its_line() -> None:
    content = large()
    text = html(content, lambda path, cell: [f"{path} <line> {n}" for n in range(1, 60)])
    page = Page(text)
    assert page.open == []
    assert page.loaded == ["data:,"]
    assert not re.search(r"url\(|@import|fetch\(|https?:", text)
    assert max(page.ids.values()) == 1
    assert all(link.startswith("#") for link in page.links)
    assert {link[1:] for link in page.links} <= page.ids.keys()
    # Each excerpt has the text of its line.
    for place in (m.place for m in content.mistakes):
        assert f"</i>{place.path} &lt;line&gt; {place.line}</span>" in text
    assert page.unnamed == []


def test_every_mistake_has_a_row_and_the_rest_is_gathered() -> None:
    content = large()
    rows = chart(content).rows
    kinds = Counter(row.kind for row in rows)
    assert kinds["space"] == SPACES
    assert kinds["mistake"] == len(content.mistakes) > 60
    named = sum(p.place is not None for row in rows if row.kind == "right" for p in row.text)
    assert named == MEETINGS - len(content.mistakes)
    many = Inventory(content.spaces[:1], (), tuple(
        Meeting(Place("a.py", None, n, 1, n, 2), "dot product", (0,), Verdict.SAME)
        for n in range(1, 40)
    ))  # fmt: skip
    *_, last = chart(many).rows
    assert sum(piece.place is not None for piece in last.text) == MOST
    assert last.plain.endswith(f"a.py:1, 2, 3, 4, 5, 6, 7, 8, 9, 10 and {39 - MOST} more")


def test_a_lane_reaches_from_its_space_to_its_last_row() -> None:
    picture = chart(large())
    for lane, (first, last) in enumerate(picture.reach):
        assert picture.rows[first].kind == "space"
        assert lane in picture.rows[last].lanes
        assert all(lane not in row.lanes for row in picture.rows[last + 1 :])


def test_names_are_escaped() -> None:
    odd = Space('<b>"&', "x", False, None, None)
    text = html(Inventory((odd,)), lambda path, cell: [])
    assert "<b>" not in text
    assert "&lt;b&gt;&quot;&amp;" in text


def test_the_svg_is_well_formed_and_labelled(sample: Path) -> None:
    run("map", "-o", "m.svg")
    tree = ElementTree.parse("m.svg")
    space = "{http://www.w3.org/2000/svg}"
    rows = tree.findall(f"{space}g")
    assert len(rows) > 20
    for row in rows:
        assert row.get("aria-label") == "".join(row.find(f"{space}text").itertext())  # type: ignore[union-attr]
    mistakes = [row for row in rows if row.get("class") == "mistake"]
    assert len(mistakes) == 3
    assert all(row.findall(f".//{space}a") for row in mistakes)


# --- In a browser --------------------------------------------------------------------

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")

_USE = """
<script>{
const said = [];
const seen = () => [...document.querySelectorAll('.map li:not(.head)')]
  .filter(r => !r.classList.contains('gone') && !r.classList.contains('dim')).length;
said.push(seen());
document.querySelector('#wrong').click(); said.push(seen());
document.querySelector('#wrong').click();
const words = document.querySelector('#words');
words.value = 'JOB1.py'; words.dispatchEvent(new Event('input')); said.push(seen());
words.value = ''; words.dispatchEvent(new Event('input'));
const button = document.querySelector('.numbers button');
button.focus(); said.push(document.activeElement === button);
button.click(); said.push(seen()); said.push(button.getAttribute('aria-pressed'));
button.click(); said.push(seen());
location.hash = document.querySelector('li.mistake a').hash;
said.push(document.querySelectorAll('pre span:target').length);
said.push(document.documentElement.scrollWidth <= innerWidth);
document.body.dataset.said = JSON.stringify(said);
}</script>
"""


@pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium")
def test_the_page_works_in_a_browser(tmp_path: Path) -> None:
    content = large()
    text = html(content, lambda path, cell: ["x"] * 60)
    file = tmp_path / "map.html"
    file.write_text(text.replace("</body>", f"{_USE}</body>"), encoding="utf-8")
    done = subprocess.run(
        [
            str(CHROMIUM), "--headless=new", "--no-sandbox", "--disable-gpu",
            f"--user-data-dir={tmp_path / 'profile'}", "--enable-logging=stderr",
            "--window-size=1400,1000", "--dump-dom", file.as_uri(),
        ],
        capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    assert ":CONSOLE" not in done.stderr, done.stderr
    match = re.search(r"data-said=\"([^\"]*)\"", done.stdout)
    assert match is not None, done.stdout[-2000:]
    rows = [row for row in chart(content).rows if row.kind != "head"]
    first = sum(0 in row.lanes for row in rows)
    named = sum("job1.py" in row.plain for row in rows)
    wrong = SPACES + len(content.mistakes)
    assert json.loads(match[1].replace("&quot;", '"')) == [
        len(rows), wrong, named, True, first, "true", len(rows), 1, True,
    ]  # fmt: skip
