"""The one file a person concerned gets: a ZIP with all data as JSON and a summary as PDF."""

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


def packed(data: bytes, summary: bytes, now: datetime) -> bytes:
    """Both files in one ZIP."""
    made = BytesIO()
    at = now.astimezone(VIETNAM).timetuple()[:6]
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in ((DATA, data), (SUMMARY, summary)):
            package.writestr(zipfile.ZipInfo(name, at), content, zipfile.ZIP_DEFLATED)
    return made.getvalue()


def _written(value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place in the file")
