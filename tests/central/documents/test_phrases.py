"""How papers write amounts, days and articles."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.documents.phrases import article, clock, dong, dong_in_words, in_words, long_day, span
from configs.law_tables import shipped


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        (0, "không"),
        (5, "năm"),
        (10, "mười"),
        (15, "mười lăm"),
        (21, "hai mươi mốt"),
        (24, "hai mươi tư"),
        (55, "năm mươi lăm"),
        (101, "một trăm linh một"),
        (105, "một trăm linh năm"),
        (115, "một trăm mười lăm"),
        (500_000, "năm trăm nghìn"),
        (1_005_000, "một triệu không trăm linh năm nghìn"),
        (2_005_021, "hai triệu không trăm linh năm nghìn không trăm hai mươi mốt"),
        (19_000_000, "mười chín triệu"),
        (19_095_000, "mười chín triệu không trăm chín mươi lăm nghìn"),
        (1_000_000_000, "một tỷ"),
        (1_000_000_001, "một tỷ không trăm linh một"),
    ],
)
def test_amounts_in_words(amount: int, words: str) -> None:
    assert in_words(amount) == words


@given(st.integers(0, 10**12 - 1))
def test_words_are_read_back_as_the_same_amount(amount: int) -> None:
    assert _read(in_words(amount)) == amount


def _read(words: str) -> int:
    """The number of the words, read the simple way: group by group."""
    values = dict(
        zip(["không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín"], range(10), strict=True)
    )
    values |= {"mốt": 1, "tư": 4, "lăm": 5}
    total = group = digit = 0
    for word in words.split():
        if word in values:
            digit = values[word]
            group += digit
        elif word == "mười":
            group += 10
        elif word == "trăm":
            group += digit * 99
        elif word == "mươi":
            group += digit * 9
        elif word in ("nghìn", "triệu", "tỷ"):
            total += group * {"nghìn": 1000, "triệu": 10**6, "tỷ": 10**9}[word]
            group = 0
    return total + group


@pytest.mark.parametrize("amount", [-1, 10**12])
def test_what_can_t_be_written_is_refused(amount: int) -> None:
    with pytest.raises(ValueError, match="words"):
        in_words(amount)


def test_the_rest() -> None:
    assert dong(19_000_000) == "19.000.000 đồng"
    assert dong_in_words(38_000_000) == "Ba mươi tám triệu đồng"
    assert long_day(date(2026, 11, 4)) == "ngày 04 tháng 11 năm 2026"
    assert long_day(date(2026, 2, 14)) == "ngày 14 tháng 02 năm 2026"
    assert clock(datetime(2026, 11, 23, 18, 5, tzinfo=UTC)) == "01 giờ 05 phút, ngày 24/11/2026"
    assert article("6.9.b").startswith("điểm b khoản 9 Điều 6 Nghị định số 168/2024/NĐ-CP")
    assert article("7.10").startswith("khoản 10 Điều 7")
    assert article("13.8.b", "NĐ 238/2026/NĐ-CP").endswith("bởi NĐ 238/2026/NĐ-CP")


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("complaint", "90 ngày"),
        ("court", "01 năm"),
        ("service", "03 ngày làm việc"),
        ("deferral", "03 tháng"),
        ("alert_lift", "24 giờ"),
    ],
)
def test_how_long_a_deadline_is(code: str, words: str) -> None:
    assert span(shipped().deadlines(date(2026, 11, 24))[code]) == words
