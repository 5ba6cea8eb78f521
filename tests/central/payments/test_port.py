"""The contract: signatures, files, VietQR."""

import binascii
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.errors import ForbiddenError, InvalidError
from central.payments.port import DayFile, Signature, Told, read_file, read_signed, signature_of, write_file
from central.payments.vietqr import as_svg, payload
from central.values import printable

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
SECRET = b"s" * 32
ONE = Told(transaction="T1", kind="paid", names="NT12345", amount=5, paid_at=NOW)
BODY = ONE.model_dump_json().encode()


def test_a_signed_call_back_is_read() -> None:
    assert read_signed(SECRET, BODY, signature_of(SECRET, BODY, NOW), NOW + timedelta(minutes=4)) == ONE


@pytest.mark.parametrize(
    ("secret", "body", "late"),
    [
        (b"t" * 32, BODY, timedelta()),
        (SECRET, BODY + b" ", timedelta()),
        (SECRET, BODY, timedelta(minutes=6)),
        (SECRET, BODY, timedelta(minutes=-6)),
    ],
)
def test_another_key_content_or_time_is_refused(secret: bytes, body: bytes, late: timedelta) -> None:
    with pytest.raises(ForbiddenError):
        read_signed(SECRET, body, signature_of(secret, BODY, NOW), NOW + late)


@given(time=st.text(max_size=20), value=st.text(max_size=80))
def test_no_header_is_too_odd(time: str, value: str) -> None:
    with pytest.raises(ForbiddenError):
        read_signed(SECRET, BODY, Signature(time, value), NOW)


@pytest.mark.parametrize("body", [b"", b"{}", b"[1]", BODY.replace(b'"amount":5', b'"amount":-5')])
def test_signed_nonsense_is_told(body: bytes) -> None:
    with pytest.raises(InvalidError):
        read_signed(SECRET, body, signature_of(SECRET, body, NOW), NOW)


def test_a_file_is_read_as_it_was_written() -> None:
    every = [ONE, ONE.model_copy(update={"transaction": "T,2", "names": 'a "b"', "kind": "returned"})]
    assert read_file(write_file(every)) == DayFile(tuple(every))
    assert read_file(b"\xef\xbb\xbf" + write_file(every)) == DayFile(tuple(every))
    assert read_file(write_file(every).replace(b"\n", b"\r\n")) == DayFile(tuple(every))
    assert read_file(write_file([])) == DayFile()


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"a,b\n1,2\n", b"<html>\nno file\n"])
def test_a_file_without_the_names_of_its_columns_is_broken_in_its_first_line(content: bytes) -> None:
    read = read_file(content)
    assert (read.told, [(line.number, line.problem) for line in read.broken]) == ((), [(1, "header")])


@pytest.mark.parametrize(
    ("line", "problem", "transaction"),
    [
        (b"T2,paid,x,0,2026-11-24T08:00:00+00:00", "amount", "T2"),
        (b"T2,paid,x," + b"9" * 5000 + b",2026-11-24T08:00:00+00:00", "amount", "T2"),
        (b"T2,paid,x,1.5,2026-11-24T08:00:00+00:00", "amount", "T2"),
        (b"T2,paid,x,,2026-11-24T08:00:00+00:00", "amount", "T2"),
        ("T2,paid,x,٣,2026-11-24T08:00:00+00:00".encode(), "amount", "T2"),
        (b"T2,paid,x,5,never", "paid_at", "T2"),
        (b"T2,gift,x,5,2026-11-24T08:00:00+00:00", "kind", "T2"),
        (b",paid,x,5,2026-11-24T08:00:00+00:00", "transaction", ""),
        (b"T2,paid," + b"x" * 81 + b",5,2026-11-24T08:00:00+00:00", "names", "T2"),
        (b"T2,paid,x,5", "columns", "T2"),
        (b"T2,paid,x,y,5,2026-11-24T08:00:00+00:00", "columns", "T2"),
        (b'T2,paid,"x,5,2026-11-24T08:00:00+00:00', "quote", "T2"),
        (b"T2,paid,\xd0,5,2026-11-24T08:00:00+00:00", "encoding", "T2"),
        (b"T2", "columns", "T2"),
    ],
)
def test_a_broken_line_is_named_with_the_reason_and_takes_no_other_with_it(
    line: bytes, problem: str, transaction: str
) -> None:
    after = ONE.model_copy(update={"transaction": "T3"})
    first, last = write_file([ONE]), write_file([after]).split(b"\n", 1)[1]
    read = read_file(first + line + b"\n\n" + last)
    assert read.told == (ONE, after)
    (broken,) = read.broken
    assert (broken.number, broken.problem, broken.transaction) == (3, problem, transaction)
    assert broken.text == line.decode(errors="replace")[:300]


@pytest.mark.parametrize(
    "content", [write_file([ONE]).decode().encode("utf-16"), write_file([ONE]).replace(b"T1", b"T\x00")]
)
def test_a_line_of_no_text_is_told_in_characters_that_can_be_stored(content: bytes) -> None:
    (broken,) = read_file(content).broken
    assert printable(broken.text + broken.transaction)
    assert "\\x00" in broken.text


def test_a_vietqr_is_what_banking_apps_read() -> None:
    text = payload("970403", "0011012345678", 180_000, "NT2345678901")
    assert text == (
        "00020101021238570010A00000072701270006970403011300110123456780208QRIBFTTA"
        "530370454061800005802VN62160812NT234567890163042DBF"
    )
    assert int(text[-4:], 16) == binascii.crc_hqx(text[:-4].encode(), 0xFFFF)
    assert as_svg(text).startswith("<svg")


VECTOR = (
    "00020101021238570010A00000072701270006970403011300110123456780208QRIBFTTA530370454061800005802VN"
    "62340107NPS68690819thanh toan don hang63042E2E"
)
"""A code that is known to be right, with amount, bill number and message."""


def fields_of(text: str) -> dict[str, str]:
    """The fields of an EMVCo text by their numbers."""
    found: dict[str, str] = {}
    while text:
        name, end = text[:2], 4 + int(text[2:4])
        found[name], text = text[4:end], text[end:]
    return found


def test_a_known_code_has_the_check_sum_and_the_fields_of_ours() -> None:
    assert int(VECTOR[-4:], 16) == binascii.crc_hqx(VECTOR[:-4].encode(), 0xFFFF)
    theirs = fields_of(VECTOR)
    ours = fields_of(payload("970403", "0011012345678", 180_000, "thanh toan don hang"))
    assert list(ours) == list(theirs), "the same fields in the same order"
    assert {k for k in theirs if theirs[k] != ours[k]} == {"62", "63"}, "ours has no bill number"
    assert fields_of(ours["62"]) == {"08": fields_of(theirs["62"])["08"]}


@given(
    amount=st.integers(1, 10**11),
    purpose=st.text("ABCDEFGHJKLMNPQRSTUVWXYZ23456789", min_size=1, max_size=25),
)
def test_every_code_carries_its_check_sum(amount: int, purpose: str) -> None:
    text = payload("970403", "0011012345678", amount, purpose)
    assert int(text[-4:], 16) == binascii.crc_hqx(text[:-4].encode(), 0xFFFF)
    assert f"54{len(str(amount)):02d}{amount}5802VN" in text
