"""Uploaded text files: what is text is taken, anything else is refused by name."""

from io import BytesIO

import pytest
from fastapi import UploadFile

from central.errors import InvalidError
from central.web.uploads import text_of

MOST = 100


def given(content: bytes) -> UploadFile:
    """A file of that content."""
    return UploadFile(BytesIO(content), filename="mẫu.html")


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"a\tb\n", "a\tb\n"),
        (b"\xef\xbb\xbfa\r\nb", "a\nb"),
        ("Quyết định".encode(), "Quyết định"),
        (b"x" * MOST, "x" * MOST),
    ],
)
def test_text_is_taken(content: bytes, text: str) -> None:
    assert text_of(given(content), MOST, "HTML") == text


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "text_file_empty"),
        (b"x" * (MOST + 1), "text_file_too_large"),
        (b"\xff\xfea\x00", "text_file_type"),
        (b"a\x00b", "text_file_type"),
        (b"a\x0bb", "text_file_type"),
        (b"a\x1b[31m", "text_file_type"),
    ],
)
def test_what_is_no_text_is_refused_by_name(content: bytes, reason: str) -> None:
    with pytest.raises(InvalidError) as refused:
        text_of(given(content), MOST, "HTML")
    assert refused.value.reason == reason
    assert refused.value.values["name"] == "mẫu.html"
