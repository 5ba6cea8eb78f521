"""The one file a person concerned gets: a ZIP with all data as JSON, a summary as PDF,
and the papers and pictures themselves.
"""

import json
import zipfile
from collections.abc import Mapping
from datetime import date, datetime
from io import BytesIO
from typing import Any

from contract.local_time import VIETNAM

DATA, SUMMARY = "data.json", "summary.pdf"


def as_json(content: Mapping[str, Any]) -> bytes:
    """The data as JSON, moments in UTC."""
    return json.dumps(content, ensure_ascii=False, indent=1, default=_written).encode()


def packed(files: Mapping[str, bytes], now: datetime) -> bytes:
    """All files in one ZIP, by their paths in it."""
    made = BytesIO()
    at = now.astimezone(VIETNAM).timetuple()[:6]
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in files.items():
            package.writestr(zipfile.ZipInfo(name, at), content, zipfile.ZIP_DEFLATED)
    return made.getvalue()


def _written(value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place in the file")
