"""The as-built sheet: it says what is active, and nothing else."""

import shutil
from pathlib import Path

import pytest

from configs.camera import config_sha256
from configs.camera_check import load_camera
from edge.setup.sheet import sheet_of
from edge.setup.trial import Trial
from tests.edge.setup.page import CAMERAS, Page, with_recording


@pytest.fixture
def page(tmp_path: Path) -> Page:
    return Page(tmp_path)


def activated(page: Page) -> str:
    shutil.copy(CAMERAS / "junction.yaml", page.folder)
    client = page.visitor()
    name = with_recording(client)
    client.post(f"/cameras/{name}/clone", data={"other": "junction"})
    client.post(f"/cameras/{name}/activate")
    return name


def test_before_anything_is_active_there_is_none(page: Page) -> None:
    client = page.visitor()
    name = with_recording(client)
    assert "Chưa kích hoạt" in client.get(f"/cameras/{name}/sheet").text


def test_it_says_what_is_active(page: Page) -> None:
    name = activated(page)
    config = load_camera(page.folder / f"{name}.yaml")
    text = page.visitor().get(f"/cameras/{name}/sheet").text
    for told in (config.calibration, config_sha256(config), "Vượt đèn đỏ", "divider", "(225, 347)"):
        assert told in text
    assert "<script" not in text
    assert page.visitor().get(f"/cameras/{name}/still.jpg").content[:2] == b"\xff\xd8"


def test_a_replay_of_another_drawing_is_not_on_it(page: Page) -> None:
    name = activated(page)
    place = page.places.one(name)
    assert sheet_of(place).trial is None
    for drawing, told in (("other", False), (sheet_of(place).drawn, True)):
        trial = Trial(drawing, [], [], {"vi": ["29 xe"], "en": ["29 vehicles"]}, [])
        page.keep_trial(name, trial)
        assert (sheet_of(place).trial is not None) is told


def test_as_a_pdf(page: Page) -> None:
    pytest.importorskip("weasyprint")
    from pypdf import PdfReader

    name = activated(page)
    answer = page.visitor().get(f"/cameras/{name}/sheet.pdf")
    path = page.folder / "sheet.pdf"
    path.write_bytes(answer.content)
    reader = PdfReader(path)
    assert "Biên bản hoàn công" in reader.pages[0].extract_text()
    assert len(reader.pages[0].images) == 1
