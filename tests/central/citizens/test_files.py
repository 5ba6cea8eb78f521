"""What may come with an answer: pictures written anew, quiet PDFs, nothing else."""

from contextlib import suppress
from io import BytesIO

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DictionaryObject, NameObject, TextStringObject

from central.citizens.files import LARGEST_FILE, LARGEST_SIDE, checked
from central.errors import InvalidError


def jpeg(width: int = 64, height: int = 48, ending: str = ".jpg") -> bytes:
    return cv2.imencode(ending, np.full((height, width, 3), 90, np.uint8))[1].tobytes()


def pdf(script: bool = False, file: bool = False, locked: bool = False, pages: int = 1) -> bytes:
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(200, 200)
    if script:
        action = DictionaryObject(
            {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("x")}
        )
        writer.root_object[NameObject("/OpenAction")] = action
    if file:
        writer.add_attachment("a.exe", b"MZ")
    if locked:
        writer.encrypt("secret")
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def test_a_picture_is_written_anew() -> None:
    hidden = jpeg() + b"<script>GPS 21.18, 106.07"
    media_type, kept = checked(hidden)
    assert media_type == "image/jpeg"
    assert b"GPS" not in kept
    assert cv2.imdecode(np.frombuffer(kept, np.uint8), cv2.IMREAD_COLOR).shape == (48, 64, 3)


def test_a_png_becomes_a_jpeg_and_a_large_one_smaller() -> None:
    media_type, kept = checked(jpeg(LARGEST_SIDE * 2, 100, ".png"))
    assert media_type == "image/jpeg"
    assert cv2.imdecode(np.frombuffer(kept, np.uint8), cv2.IMREAD_COLOR).shape[1] == LARGEST_SIDE


def test_a_quiet_pdf_is_kept_as_it_is() -> None:
    content = pdf(pages=3)
    assert checked(content) == ("application/pdf", content)
    assert len(PdfReader(BytesIO(content)).pages) == 3


HUGE = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + (60_000).to_bytes(4, "big") * 2 + bytes(20)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "file_empty"),
        (b"MZ\x90\x00 program", "file_type"),
        (b"<svg onload=alert(1)>", "file_type"),
        (b"GIF89a", "file_type"),
        (b"\xff\xd8\xff rubbish", "picture_damaged"),
        (HUGE, "picture_damaged"),
        (b"%PDF-1.7 rubbish", "pdf_damaged"),
        (pdf(script=True), "file_active"),
        (pdf(file=True), "file_active"),
        (pdf(locked=True), "pdf_damaged"),
        (pdf(pages=60), "pdf_damaged"),
        (jpeg() + bytes(LARGEST_FILE), "file_too_large"),
    ],
)
def test_anything_else_is_refused_and_told_why(content: bytes, reason: str) -> None:
    with pytest.raises(InvalidError) as refused:
        checked(content)
    assert refused.value.reason == reason


@given(head=st.sampled_from([b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"%PDF-"]), rest=st.binary(max_size=300))
def test_no_file_is_too_odd(head: bytes, rest: bytes) -> None:
    with suppress(InvalidError):
        assert checked(head + rest)[0] in ("image/jpeg", "application/pdf")
