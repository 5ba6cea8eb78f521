"""The boxes of an MP4 or MOV file (ISO/IEC 14496-12, 4.2): does it contain more than FFmpeg reads?"""

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

_MOST = 100_000


def second_recording(path: Path) -> bool:
    """True if an MP4 or MOV file holds the index of another recording after its own, as two concatenated
    files do: only the first is played. False for any other file. Raises OSError."""
    size = path.stat().st_size
    with path.open("rb") as file:
        kinds = [kind for kind, _ in zip(_boxes(file, size), range(_MOST), strict=False)]
    return bool(kinds) and kinds[0] == b"ftyp" and kinds.count(b"moov") > 1


def _boxes(file: BinaryIO, size: int) -> Iterator[bytes]:
    """The types of the complete boxes at the top level of the file."""
    place = 0
    while place + 8 <= size:
        file.seek(place)
        head = file.read(16)
        length, kind = int.from_bytes(head[:4], "big"), head[4:8]
        if length == 1:
            length = int.from_bytes(head[8:16], "big")
        yield kind
        if length < 8:  # 0: until the end of the file
            return
        place += length
