"""The page of known libraries says what the catalogue says."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from lint_embed.catalogue.table import main, page

PAGE = Path(__file__).parent.parent / "docs" / "known-libraries.md"


def test_the_page_is_up_to_date() -> None:
    """Run `python -m lint_embed.catalogue.table docs/known-libraries.md` when this fails."""
    assert PAGE.read_text("utf-8") == page()


def test_it_names_libraries_defaults_and_families() -> None:
    text = page()
    assert "### sentence-transformers" in text
    assert "| `wordllama.WordLlama.load` | `config` | `l2_supercat` |  |" in text
    assert "| nomic-embed-v1 | `nomic-ai/nomic-embed-text-v1`<br>" in text


def test_every_row_has_the_cells_of_its_heading() -> None:
    width = 0
    for line in page().splitlines():
        if line.startswith("| ") and not width:
            width = line.count("|")
        elif line.startswith("|"):
            assert line.replace("\\|", "").count("|") == width, line
        else:
            width = 0


def test_it_is_written_where_it_is_asked_for(tmp_path: Path) -> None:
    assert main([str(tmp_path / "page.md")]) == 0
    assert (tmp_path / "page.md").read_text("utf-8") == page()


def test_it_runs_as_a_module() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "lint_embed.catalogue.table"], capture_output=True, check=True
    )
    assert done.stdout.decode("utf-8").replace("\r\n", "\n") == page()
