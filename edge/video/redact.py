"""Removes passwords from camera addresses; nothing the node writes may contain them.

Cameras put them in two places: before the host (`rtsp://admin:secret@10.0.0.5/`) and as a value anywhere
after it (`/user=admin&password=secret&channel=1`). Over-redacting is fine, leaking is not.
"""

import re

_USERINFO = re.compile(r"(?<=://)\S*@")
_SECRET_VALUE = re.compile(
    r"\b((?:\w*(?:pass|pwd|secret|token|key|auth)\w*|user(?:name)?)=)[^&;\s'\"]+", re.IGNORECASE
)


def redact(text: str) -> str:
    """`text` (an address, or a message that may hold one) with `***` for every user name and password."""
    return _SECRET_VALUE.sub(r"\1***", _USERINFO.sub("***@", text))
