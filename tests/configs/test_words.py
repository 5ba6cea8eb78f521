"""Words for codes: both languages have them, their places are values, unknown codes are shown as they are."""

import errno
import re

import av
import pytest

from configs.wording import LANGUAGES
from configs.words import Language, Words, catalogue, say, say_both, value_words, values
from contract.reasons import Reason, Value, legacy, reason


def test_both_languages_show_the_same_values() -> None:
    for code, words in catalogue().items():
        filled = Reason(code=code, values=dict.fromkeys(words.places, 1))
        if "because" in words.places:
            filled = Reason(code=code, values={**filled.values, "because": "outbox.lost"})
        vi, en = (say(filled, language) for language in LANGUAGES)
        assert code == "legacy.text" or vi != en
        assert "{" not in vi + en, code
        assert "?" not in say(filled, "en") or "?" in words.en, code


@pytest.mark.parametrize(
    ("told", "language", "words"),
    [
        (reason("outbox.over_budget", used_bytes=25_340_000_000, planned_bytes=2), "vi", "25.340,0 MB"),
        (reason("outbox.over_budget", used_bytes=25_340_000_000, planned_bytes=2), "en", "25,340.0 MB"),
        (legacy("Vượt đèn đỏ — ran the light"), "vi", "Vượt đèn đỏ"),
        (legacy("Vượt đèn đỏ — ran the light"), "en", "ran the light"),
        (legacy("no dash"), "vi", "no dash"),
        (reason("future.code", line="S1", shown_ms=1500), "vi", "future.code (line S1, shown_ms 1,50 s)"),
        (reason("future.code"), "en", "future.code"),
        (
            reason("message.newer", version="3", known=("1", "2")),
            "en",
            "version 3 is newer than this software (which reads 1, 2)",
        ),
        (reason("outbox.full"), "en", "the disk is full of undelivered evidence: no room for ? violations"),
        (
            reason("outbox.rejected", packages=1, event_id="e", because="message.internal"),
            "en",
            "1 package not accepted by the centre; the last, e: "
            "the centre could not process this message; see its log",
        ),
    ],
)
def test_a_reason_in_words(told: Reason, language: Language, words: str) -> None:
    assert words in say(told, language)


def test_both_in_one_line() -> None:
    assert say_both(reason("camera.stuck")) == "Phân tích bị treo — the analysis is stuck"


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("movements", ("left", "u_turn"), "rẽ trái, quay đầu"),
        ("kind", "truck", "xe tải"),
        ("kind", "spaceship", "spaceship"),
        ("distance_heights", 1.25, "1,2"),
        ("frames", 1200, "1200"),
        ("share", 0.5, "0,50"),
        ("sure", True, "True"),
        ("day", "2023-05-01", "01/05/2023"),
        ("month", "2026-10", "10/2026"),
        ("day", "not-a-day", "not-a-day"),
    ],
)
def test_a_value_in_words(name: str, value: Value, words: str) -> None:
    assert value_words(name, value, "vi") == words


def test_a_template_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="Single"):
        Words(vi="{", en="x")


def test_values_have_words_in_both_languages() -> None:
    assert all(words.vi and words.en for table in values().values() for words in table.values())


@pytest.mark.parametrize(
    ("detail", "vi", "en"),
    [
        ("Server returned 401 Unauthorized (authorization failed)", "sai tên đăng nhập", "wrong user name"),
        ("Server returned 404 Not Found", "sai đường dẫn", "wrong path"),
        ("Connection refused", "không nhận kết nối", "Connection refused: nothing"),
        ("something nobody translated", "something nobody", "something nobody"),
    ],
)
def test_what_is_wrong_with_a_stream_is_told_in_each_language(detail: str, vi: str, en: str) -> None:
    told = Reason(code="stream.error", values={"detail": detail})
    assert vi in say(told, "vi")
    assert en in say(told, "en")


@pytest.mark.parametrize(
    "number",
    [-errno.ECONNREFUSED, -errno.ECONNRESET, -errno.ETIMEDOUT, -errno.EHOSTUNREACH, -errno.ENETUNREACH]
    + [-errno.EIO, *(-av.error.tag_to_code(tag) for tag in (b"INDA", b"EOF ", b"\xf8400", b"\xf8401"))]
    + [-av.error.tag_to_code(tag) for tag in (b"\xf8403", b"\xf8404", b"\xf84XX", b"\xf85XX")],
)
def test_the_words_are_found_by_what_ffmpeg_says(number: int) -> None:
    with pytest.raises(av.error.FFmpegError) as caught:
        av.error.err_check(number)
    assert caught.value.strerror in values()["detail"]


NO_COUNTS = re.compile(r"\b1 (was|has|does|names|comes|looks|differs|shows|from its|heights of|px across)\b")
"""A one that is a name, or a measure that may be half of one."""
MANY = re.compile(r"(?<![\w.,×])1 (?:[a-z]+ ){0,2}?[a-z]{2,}s\b")
"""A one before what looks like a plural."""
OF_ONE = re.compile(r"\b1 [a-z ]*?(stands|waits|was)\b")


def test_one_of_a_thing_is_no_plural() -> None:
    wrong = {}
    for code, words in catalogue().items():
        inner = {"because": "message.internal"} if "because" in words.places else {}
        told = say(Reason(code=code, values=dict.fromkeys(words.places, 1) | inner), "en")
        if MANY.search(OF_ONE.sub("", NO_COUNTS.sub("", told))):
            wrong[code] = told
    assert wrong == {}


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (reason("centre.silent", packages=1), "the centre does not answer for 1 package"),
        (reason("centre.silent", packages=2), "the centre does not answer for 2 packages"),
        (reason("centre.silent", packages=0), "the centre does not answer for 0 packages"),
        (reason("outbox.quarantined", items=1), "1 damaged item in the outbox's quarantine"),
        (
            reason("suggest.plates_not_seen", plates=1, vehicles=21),
            "only 1 number plate was seen on 21 vehicles: plates can't be read from here",
        ),
    ],
)
def test_each_number_of_a_sentence_has_its_form(told: Reason, words: str) -> None:
    assert say(told, "en") == words
    assert "|" not in say(told, "vi")
