"""Pictures of pages for people to look at, in `NGATU_ARTEFACTS`."""

import os
from pathlib import Path

import cv2
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


def paper_pictures(pdf: bytes, name: str) -> None:
    """Each sheet of a paper as it would be printed."""
    paper = pypdfium2.PdfDocument(pdf)
    for number, sheet in enumerate(paper, start=1):
        cv2.imwrite(str(_place(f"{name}-{number}")), sheet.render(scale=1.5).to_numpy())
