"""The boxes an MP4 or MOV file is made of (ISO/IEC 14496-12, 4.2): is there more in it than FFmpeg reads?"""

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

_MOST = 100_000


def second_recording(path: Path) -> bool:
    """True if an MP4 or MOV file holds the index of another recording behind its own, as two files copied one
    behind the other do: only the first is played. False for any other file. Raises OSError."""
    size = path.stat().st_size
    with path.open("rb") as file:
        kinds = [kind for kind, _ in zip(_boxes(file, size), range(_MOST), strict=False)]
    return bool(kinds) and kinds[0] == b"ftyp" and kinds.count(b"moov") > 1


def _boxes(file: BinaryIO, size: int) -> Iterator[bytes]:
    """The kinds of the boxes at the top of the file, as far as they are whole."""
    place = 0
    while place + 8 <= size:
        file.seek(place)
        head = file.read(16)
        length, kind = int.from_bytes(head[:4], "big"), head[4:8]
        if length == 1:
            length = int.from_bytes(head[8:16], "big")
        yield kind
        if length < 8:  # 0: to the end of the file
            return
        place += length
