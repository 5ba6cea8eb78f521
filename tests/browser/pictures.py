"""Pictures of pages for people to look at, in `NGATU_ARTEFACTS`."""

import os
from pathlib import Path

import cv2
import numpy as np
import pypdfium2
from playwright.sync_api import Page

ARTEFACTS = Path(os.environ.get("NGATU_ARTEFACTS", "test-artefacts"))


def shot(page: Page, name: str) -> None:
    """What is on the screen."""
    page.screenshot(path=_place(name))


def whole_page(page: Page, name: str) -> None:
    """All of the page."""
    page.screenshot(path=_place(name), full_page=True)


def _place(name: str) -> Path:
    ARTEFACTS.mkdir(parents=True, exist_ok=True)
    return ARTEFACTS / f"{name}.png"


def read_code(picture: bytes) -> str:
    """What a QR code says in a picture of the screen; empty where there is none that can be read."""
    seen = cv2.imdecode(np.frombuffer(picture, np.uint8), cv2.IMREAD_COLOR)
    assert seen is not None
    return cv2.QRCodeDetector().detectAndDecode(seen)[0]


def paper_pictures(pdf: bytes, name: str) -> None:
    """Each sheet of a paper as it would be printed."""
    paper = pypdfium2.PdfDocument(pdf)
    for number, sheet in enumerate(paper, start=1):
        cv2.imwrite(str(_place(f"{name}-{number}")), sheet.render(scale=1.5).to_numpy())
