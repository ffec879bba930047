"""The words about stores and encoders that a project's configuration describes."""

from __future__ import annotations

from pathlib import Path

from pages_runner import read_pages, run_case

PAGES = Path(__file__).parent / "pages"


def test_messages_name_the_store_and_the_default(tmp_path: Path) -> None:
    case = next(
        case
        for case in read_pages(PAGES)
        if case.id.startswith("own-libraries.md::Encoders, a comparison")
    )
    asked = [one for one in run_case(case, tmp_path) if one.spot.path == "ask.py"]
    assert [one.message.partition(":")[0] for one in asked] == [
        "queries the store 'docs' with vectors of 'company/base-v1', the default of Embedder "
        "(line 4), but it was filled with 'company/base-v2' (fill.py",
        "queries the store 'own' with vectors of 'company/base-v2' (line 8), but it was filled "
        "with 'company/base-v1', the default of Embedder (line 7)",
    ]
