"""Files that may come with an answer: pictures and PDF, small, and nothing in them that runs.

A picture is decoded and encoded again, which removes locations, owners and hidden data; a PDF with scripts,
files or actions in it is refused. The type a file claims to have is ignored.
"""

from io import BytesIO
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from pypdf import PdfReader
from pypdf.errors import PyPdfError
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject

from central.errors import InvalidError
from central.media.content import picture_type
from central.values import visible

LARGEST_FILE = 5 * 1024 * 1024
MOST_FILES = 5
LARGEST_SIDE = 3000
"""Longest side in pixels; larger pictures are scaled down to it."""
MOST_PIXELS = 100_000_000
MOST_PAGES = 50
_JPEG_QUALITY = 88
_LONGEST_NAME = 80
_ACTIVE = frozenset(
    {"/JavaScript", "/JS", "/Launch", "/EmbeddedFile", "/EmbeddedFiles", "/AA", "/RichMedia", "/XFA"}
)
_MOST_OBJECTS = 20_000


def checked(content: bytes, name: str = "") -> tuple[str, bytes]:
    """The media type of a file and the content to store; `name` is the file's own name.

    Raises:
        InvalidError: too large, of another type, damaged, or with active content; the error names the
            file, since several may be sent at once.
    """
    name = visible(name, _LONGEST_NAME)
    _check_size(content, name, LARGEST_FILE)
    if picture_type(content) is not None:
        return "image/jpeg", _picture(content, name)
    if content.startswith(b"%PDF-"):
        return "application/pdf", _pdf(content, name)
    raise InvalidError("file_type", field="file", name=name)


def check_picture(content: bytes, name: str, most_bytes: int) -> None:
    """Checks a picture that is stored unchanged.

    Raises:
        InvalidError: larger than `most_bytes`, no JPEG or PNG picture, or damaged.
    """
    name = visible(name, _LONGEST_NAME)
    _check_size(content, name, most_bytes)
    if picture_type(content) is None:
        raise InvalidError("picture_type", field="file", name=name)
    _decoded(content, name)


def _check_size(content: bytes, name: str, most_bytes: int) -> None:
    if not content:
        raise InvalidError("file_empty", field="file", name=name)
    if len(content) > most_bytes:
        raise InvalidError("file_too_large", field="file", name=name, mb=most_bytes // (1024 * 1024))


def _decoded(content: bytes, name: str) -> NDArray[np.uint8]:
    if _pixels(content) > MOST_PIXELS:
        raise InvalidError("picture_damaged", field="file", name=name)
    image = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)
    if image is None:
        raise InvalidError("picture_damaged", field="file", name=name)
    return np.asarray(image, np.uint8)


def _picture(content: bytes, name: str) -> bytes:
    image = _decoded(content, name)
    longest = max(image.shape[:2])
    if longest > LARGEST_SIDE:
        scale = LARGEST_SIDE / longest
        image = np.asarray(
            cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8
        )
    done, written = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])
    if not done:
        raise InvalidError("picture_damaged", field="file", name=name)
    return written.tobytes()


def _pixels(content: bytes) -> int:
    """Width times height from the file's header, before anything is decompressed."""
    if content.startswith(b"\x89PNG"):
        return int.from_bytes(content[16:20], "big") * int.from_bytes(content[20:24], "big")
    place = 2
    while place + 9 < len(content) and content[place] == 0xFF:
        marker = content[place + 1]
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            size = content[place + 5 : place + 9]
            return int.from_bytes(size[:2], "big") * int.from_bytes(size[2:], "big")
        place += 2 + int.from_bytes(content[place + 2 : place + 4], "big")
    return 0


def _pdf(content: bytes, name: str) -> bytes:
    try:
        reader = PdfReader(BytesIO(content), strict=False)
        if reader.is_encrypted or not 0 < len(reader.pages) <= MOST_PAGES:
            raise InvalidError("pdf_damaged", field="file", name=name, n=MOST_PAGES)
        if _is_active(reader.trailer):
            raise InvalidError("file_active", field="file", name=name)
    except InvalidError:
        raise
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, RecursionError, IndexError):
        raise InvalidError("pdf_damaged", field="file", name=name, n=MOST_PAGES) from None
    return content


def _is_active(trailer: DictionaryObject) -> bool:
    """Whether the document contains anything that runs or carries another file."""
    waiting: list[Any] = [trailer]
    seen: set[tuple[int, int]] = set()
    looked = 0
    while waiting:
        looked += 1
        if looked > _MOST_OBJECTS:
            return True
        found = waiting.pop()
        if isinstance(found, IndirectObject):
            place = (found.idnum, found.generation)
            if place in seen:
                continue
            seen.add(place)
            found = found.get_object()
        if isinstance(found, DictionaryObject):
            if any(key in _ACTIVE for key in found) or found.get("/S") in _ACTIVE:
                return True
            waiting += found.values()
        elif isinstance(found, ArrayObject):
            waiting += found
    return False
