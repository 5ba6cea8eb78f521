"""The type of a file, by its first bytes: a manifest may call anything a picture."""

from pathlib import Path

_PICTURES = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png"}
UNKNOWN = "application/octet-stream"


def media_type_of(path: Path) -> str:
    """`image/jpeg`, `video/mp4`, otherwise `application/octet-stream`."""
    with path.open("rb") as content:
        head = content.read(12)
    if head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if head[4:8] == b"ftyp":
        return "video/mp4"
    return UNKNOWN


def coding_of(path: Path) -> str:
    """The video codec of an MP4 according to its sample description (`avc1`, `hvc1`, `hev1`); empty if not
    stated. The file is only searched, never decoded.
    """
    content = path.read_bytes()
    at = content.find(b"stsd")
    return content[at + 16 : at + 20].decode("ascii", errors="replace") if at >= 0 else ""


def picture_type(content: bytes) -> str | None:
    """`image/jpeg` or `image/png`; None for any other type."""
    return next((kind for start, kind in _PICTURES.items() if content.startswith(start)), None)
