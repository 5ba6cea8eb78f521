"""What was read for, in words and not in codes."""

import pytest

from central.audit import purposes
from central.audit.purposes import coded, purpose_word
from central.proceedings.engine import STEPS
from central.words.languages import LANGUAGES, Language


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_step_and_message_that_reads_somebody_is_told_in_words(language: Language) -> None:
    found = {step: purpose_word(coded(purposes.PAPER, step), language) for step in STEPS}
    assert {step for step, said in found.items() if step in said.split() or "_" in said} == set()
    assert "payment_counted" not in purpose_word(coded(purposes.MESSAGE, "payment_counted"), language)


@pytest.mark.parametrize(
    ("kept", "vi", "en"),
    [
        (
            "lập văn bản: draw_notice",
            "Lập văn bản: Soạn thông báo",
            "Drawing up a document: Draw up the notice",
        ),
        ("case:17", "Xem văn bản của hồ sơ 17", "Reading a paper of case 17"),
        (purposes.DECISION, "Ra quyết định xử phạt", "Deciding on a fine"),
        ("complaint", "Giải quyết khiếu nại", "Settling a complaint"),
        ("gọi điện: hẹn ngày", "gọi điện: hẹn ngày", "gọi điện: hẹn ngày"),
    ],
)
def test_a_purpose_in_both_languages(kept: str, vi: str, en: str) -> None:
    assert (purpose_word(kept, "vi"), purpose_word(kept, "en")) == (vi, en)
