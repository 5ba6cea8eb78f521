"""The data sheet names every source of every network, and says of each whom it shows and on what basis."""

from pathlib import Path

import pytest

from models.card import load_card

ROOT = Path(__file__).parents[2]
CARDS = sorted(card for card in (ROOT / "models").glob("*.yaml") if card.with_suffix(".onnx").exists())


def rows() -> list[list[str]]:
    """The cells of the sheet's rows."""
    lines = (ROOT / "docs/training-data.md").read_text(encoding="utf-8").splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("| ")]
    return cells[1:]


@pytest.mark.parametrize("card", CARDS, ids=lambda card: str(card.stem))
def test_each_source_has_a_row_and_each_row_is_a_source(card: Path) -> None:
    sources = load_card(card).data
    quoted = [cells[1] for cells in rows() if card.stem in cells[0].split(", ")]
    assert [source for source in sources if not any(source.startswith(text) for text in quoted)] == []
    assert [text for text in quoted if not any(source.startswith(text) for source in sources)] == []


def test_every_row_says_whom_it_shows_whether_hidden_and_why_it_may_be_used() -> None:
    assert CARDS
    assert [cells for cells in rows() if len(cells) != 5 or not all(cells)] == []
