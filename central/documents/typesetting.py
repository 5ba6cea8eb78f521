"""HTML into PDF/A, with no file and no address but the packaged style sheet and the paper's own pictures.

Imports WeasyPrint: for the processes that typeset, not for those that answer requests.
"""

import base64
import os
import subprocess
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Any

from weasyprint import HTML, Attachment
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from central.documents.process import RefusedError
from central.documents.sandbox import FOLDER, STYLE, address_of

VARIANT = "pdf/a-3u"
TYPEFACE = "TeX Gyre Termes"
"""The Times of the style sheet, which forms must be set in."""


def _found() -> str:
    """The typeface that stands for `TYPEFACE` on this machine; empty where there is none at all."""
    words = ["fc-match", "--format=%{family}", TYPEFACE]  # comes with Pango
    try:
        return subprocess.run(words, capture_output=True, text=True, check=False).stdout
    except OSError:
        return ""


FOUND = _found()
"""Asked once, when this is loaded: the processes of single papers inherit it."""


class RefusedAddressError(FatalURLFetchingError):  # type: ignore[misc]
    """A template asks for a file or an address that is none of the packaged assets."""

    def __init__(self, address: str) -> None:
        super().__init__(address)
        self.address = address[:200]


class Assets(URLFetcher):  # type: ignore[misc]
    """Gives WeasyPrint the packaged style sheet and the paper's own pictures; any other address ends the
    typesetting.
    """

    def __init__(self, images: Mapping[str, str]) -> None:
        super().__init__(allowed_protocols=("file", "data"), allow_redirects=False)
        self._style = (FOLDER / STYLE).as_uri()
        self._pictures = {address_of(content) for content in images.values()}

    def fetch(self, url: str, headers: Any = None) -> URLFetcherResponse:
        """The asset. Raises RefusedAddressError."""
        if url == self._style:
            return URLFetcherResponse(url, (FOLDER / STYLE).read_bytes(), {"Content-Type": "text/css"})
        if url in self._pictures:
            return super().fetch(url, headers)
        raise RefusedAddressError(url)


def typeset(html: str, dated: date, images: Mapping[str, str], attachments: Mapping[str, str]) -> bytes:
    """The PDF/A of a page; its metadata bear the paper's day.

    Raises:
        RefusedError: the typeface is missing. Pango would take another one silently, and crash without any.
        RefusedAddressError: the page asks for something from outside.
    """
    if FOUND != TYPEFACE:
        raise RefusedError(f"{TYPEFACE} is not installed: apt-get install fonts-texgyre fonts-noto-core")
    os.environ["SOURCE_DATE_EPOCH"] = str(int(datetime.combine(dated, time(), UTC).timestamp()))
    page = HTML(string=html, base_url=f"{FOLDER}/", url_fetcher=Assets(images))
    attached = [
        Attachment(string=base64.b64decode(content), name=name, description=name)
        for name, content in attachments.items()
    ]
    made: bytes = page.write_pdf(pdf_variant=VARIANT, attachments=attached)
    return made
