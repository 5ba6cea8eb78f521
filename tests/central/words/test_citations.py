"""Places in the law on English pages."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from central.proceedings.engine import STEPS
from central.words.citations import citation
from configs.law_tables import FOLDER

NUMBERS = re.compile(r"\b\d+[\w/-]*/[\w-]+")


@pytest.mark.parametrize(
    ("vietnamese", "english"),
    [
        ("NĐ 168/2024/NĐ-CP, Điều 6, khoản 9, điểm b", "Decree 168/2024/NĐ-CP, Article 6, clause 9, point b"),
        (
            "TT 73/2024/TT-BCA, Điều 24, khoản 5, Mẫu số 04",
            "Circular 73/2024/TT-BCA, Article 24, clause 5, form no. 04",
        ),
        (
            "Luật Khiếu nại, Điều 27; NĐ 155/2026/NĐ-CP",
            "Law on Complaints, Article 27; Decree 155/2026/NĐ-CP",
        ),
        ("Luật 36/2024/QH15, Điều 3, khoản 1, điểm đ", "Law 36/2024/QH15, Article 3, clause 1, point đ"),
        ("Nghị quyết của tỉnh", "Nghị quyết của tỉnh"),
    ],
)
def test_a_citation_in_either_language(vietnamese: str, english: str) -> None:
    assert citation(vietnamese, "vi") == vietnamese
    assert citation(vietnamese, "en") == english


def cited(table: Any) -> Iterator[str]:
    """Every citation of a table of the law."""
    if isinstance(table, list):
        for row in table:
            yield from cited(row)
    elif isinstance(table, dict):
        for name, value in table.items():
            if name in ("basis", "legal_basis") and isinstance(value, str):
                yield value
            yield from cited(value)


def test_nothing_vietnamese_is_left_of_what_we_cite() -> None:
    found = {
        text
        for file in sorted(FOLDER.glob("*.yaml"))
        for text in cited(yaml.safe_load(file.read_text(encoding="utf-8")))
    }
    found |= {step.basis for step in STEPS.values()}
    assert len(found) > 90
    for text in found:
        english = NUMBERS.sub("", citation(text, "en")).replace("point đ", "")
        assert english.isascii() or set(english) - set(map(chr, range(128))) <= set("–“”"), english
