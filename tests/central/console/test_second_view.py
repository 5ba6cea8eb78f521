"""A case two cameras saw: the plate camera's view stands beside the first, the plate says who read it."""

from datetime import datetime, timedelta

import pytest

from central.accounts.permissions import Role
from central.db import transaction
from central.proceedings.papers.first import picture, stills_of
from contract.manifest import CompanionView, EvidenceFile, PlateEvidence, ViolationManifest
from contract.reasons import Doubt
from tests.central.evidence import OCCURRED
from tests.central.faces import SignedIn
from tests.central.offences.test_facts import manifest
from tests.central.people import add_case

CAMERA = "plates-1"
VIEW = CompanionView(camera=CAMERA, offset_ms=-280, score=0.995)
MATCHED = Doubt(
    code="plate_camera.matched",
    values={"plate_camera": CAMERA, "percent": 99.5},
    weight="note",
    source="plate_camera",
)
PLATE = PlateEvidence(text="59H830921", confidence=0.98, agreed=True, colour="white", lines=2, camera=CAMERA)


CROP = (620, 410, 700, 440)


def file(role: str, name: str, camera: str | None = None, **changes: object) -> EvidenceFile:
    media = "video/mp4" if role == "clip" else "image/jpeg"
    values = {"role": role, "name": name, "media_type": media, "bytes": 9, "sha256": "a" * 64}
    return EvidenceFile.model_validate(values | {"captured_at": OCCURRED, "camera": camera} | changes)


FILES = (
    file("over", "over.jpg"),
    file("plate", "plate.jpg"),
    file("clip", "clip.mp4"),
    file("plate", "second-plate.jpg", CAMERA, crop=CROP),
    file("context", "second-context.jpg", CAMERA),
    file("clip", "second-clip.mp4", CAMERA),
)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "vi",
            ("Camera biển số plates-1", "cùng xe: 99,5 %", "Biển đọc từ camera plates-1", "xác suất 99,50 %"),
        ),
        (
            "en",
            (
                "Plate camera plates-1",
                "same vehicle: 99.5 %",
                "Read by camera plates-1",
                "probability of 99.50 %",
            ),
        ),
    ],
)
def test_the_page_shows_both_views(
    signed_in: SignedIn, now: datetime, language: str, words: tuple[str, ...]
) -> None:
    client = signed_in(Role.OPERATOR)
    changes = {"files": FILES, "companions": (VIEW,), "plate": PLATE, "doubts": (MATCHED,)}
    with transaction(client.app.state.engine) as session:  # type: ignore[attr-defined]
        case = add_case(session, now, 3, **changes)
    client.get(f"/language/{language}")
    page = client.get(f"/cases/{case.id}").text
    assert [said for said in words if said not in page] == []
    shown = page.split('class="plate-picture"')[1].split("</button>")[0]
    assert "second-plate.jpg" in shown
    second = page.split('class="second-view"')[1].split("</div>")[0]
    assert "second-context.jpg" in second
    assert "second-clip.mp4" in second
    clip = page.split("data-clip-video")[1].split(">")[0]
    assert "/clip.mp4" in clip


@pytest.mark.parametrize(
    ("plate", "marked"),
    [
        ({"crop": CROP}, True),
        ({}, False),
        ({"crop": CROP, "captured_at": OCCURRED + timedelta(seconds=1)}, False),  # of another picture
    ],
)
def test_the_vehicle_is_marked_in_the_other_cameras_picture(
    signed_in: SignedIn, now: datetime, plate: dict[str, object], marked: bool
) -> None:
    client = signed_in(Role.OPERATOR)
    files = (*FILES[:3], file("plate", "second-plate.jpg", CAMERA, **plate), FILES[4])
    with transaction(client.app.state.engine) as session:  # type: ignore[attr-defined]
        case = add_case(session, now, 3, files=files, companions=(VIEW,))
    second = client.get(f"/cases/{case.id}").text.split('class="second-view"')[1].split("</div>")[0]
    assert ('data-mark="620 410 700 440"' in second) == marked


def test_papers_show_the_plate_that_was_read() -> None:
    both: ViolationManifest = manifest("red_light").model_copy(
        update={"files": FILES, "companions": (VIEW,), "plate": PLATE}
    )
    stills = stills_of(both)
    assert [still.name for still in stills] == ["over.jpg", "second-plate.jpg"]
    assert f"camera {CAMERA}" in picture(stills[1])["caption"]
    own = both.model_copy(update={"plate": PLATE.model_copy(update={"camera": None})})
    assert [still.name for still in stills_of(own)] == ["over.jpg", "plate.jpg"]
