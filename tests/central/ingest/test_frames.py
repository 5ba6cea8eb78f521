"""Before a case is offered to anybody its pictures are found in its clip; a foreign one is not a case."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import cv2
import pytest
from sqlmodel import select

from central.cases.models import Case
from central.db import transaction
from central.ingest import frames
from central.ingest.frames import FramesUnknownError, find_fault
from central.ingest.settle import OPEN_CASE
from central.jobs.runner import Runner
from central.worker import case_handler
from contract.canonical import sha256_hex
from contract.manifest import ClipFrame, EvidenceFile
from tests.central.evidence import OCCURRED, Evidence, evidence
from tests.central.ingest.conftest import Centre
from tests.central.work import waiting
from tests.edge.video import clips

SIZE = (320, 240)
ACT = OCCURRED + timedelta(hours=1)
"""Of the first package of a node."""


def still(number: int) -> bytes:
    return cv2.imencode(".jpg", clips.picture(number, SIZE))[1].tobytes()


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("film") / "clip.mp4"
    return clips.make_clip(path, clips.steady(30, 10), size=SIZE).read_bytes()


def package(film: bytes, shown: int, named: int = 20, **changes: object) -> Evidence:
    """A package whose picture shows number `shown` and says that it is frame `named` of the clip."""
    frame = ClipFrame(pts=9000 * named, time_base=(1, 90_000), number=named)
    contents = (still(shown), film)
    occurred: Any = changes.get("occurred_at", ACT)
    files = [
        EvidenceFile(
            role=role, name=name, media_type=media_type, bytes=len(content), sha256=sha256_hex(content),
            captured_at=occurred, frame=of,
        )
        for role, name, media_type, content, of in (
            ("over", "over.jpg", "image/jpeg", contents[0], frame),
            ("clip", "clip.mp4", "video/mp4", contents[1], None),
        )
    ]  # fmt: skip
    return evidence(1, None, contents, **{"files": files, **changes})


def second_view(film: bytes, shown: int, named: int) -> tuple[list[bytes], list[EvidenceFile]]:
    """A picture and a clip of a plate camera."""
    frame = ClipFrame(pts=9000 * named, time_base=(1, 90_000), number=named)
    contents = [still(shown) + b"second", film + b"second"]
    named_files = (
        ("context", "second-context.jpg", "image/jpeg", contents[0], frame),
        ("clip", "second-clip.mp4", "video/mp4", contents[1], None),
    )
    files = [
        EvidenceFile(
            role=role, name=name, media_type=media_type, bytes=len(content), sha256=sha256_hex(content),
            captured_at=OCCURRED, frame=of, camera="plates-1",
        )
        for role, name, media_type, content, of in named_files
    ]  # fmt: skip
    return contents, files


def work(centre: Centre) -> None:
    """Does what the worker has to do."""

    def clock() -> datetime:
        return centre.now

    Runner(centre.engine, [case_handler(centre.engine, centre.tools.store, clock)], clock).run_due()


def opened(centre: Centre) -> list[str]:
    with transaction(centre.engine) as session:
        return list(session.exec(select(Case.event_id)))


def test_a_case_is_opened_when_its_pictures_are_found(centre: Centre, film: bytes) -> None:
    sent = package(film, shown=20)
    states = [receipt.state for receipt in centre.receive(sent.messages())]
    assert states[-1] == "stored"  # the node may let go: all of it is here
    assert opened(centre) == centre.cases == []
    work(centre)
    assert opened(centre) == [sent.manifest.event_id]
    assert centre.packages()[0].state == "stored"
    assert (centre.quarantined(), centre.alarms()) == ([], set())
    assert waiting(centre.engine, OPEN_CASE, sent.manifest.event_id) is None


@pytest.mark.parametrize(
    ("shown", "named", "code"),
    [(21, 20, "frames.another_frame"), (20, 29, "frames.another_frame"), (20, 31, "frames.no_such_frame")],
)
def test_a_foreign_picture_is_quarantined(
    centre: Centre, film: bytes, shown: int, named: int, code: str
) -> None:
    sent = package(film, shown, named)
    centre.receive(sent.messages())
    work(centre)
    assert opened(centre) == []
    assert [(item.reason, item.payload_sha256) for item in centre.quarantined()] == [
        (code, sha256_hex(sent.token.encode()))
    ]
    assert centre.alarms() == {code}
    (kept,) = centre.packages()
    assert (kept.state, kept.reason and kept.reason["code"]) == ("rejected", code)
    [again] = centre.receive([sent.manifest_message])
    assert (again.state, again.reason and again.reason.code) == ("rejected", code)
    work(centre)
    assert opened(centre) == []


@pytest.mark.parametrize(("named", "fault"), [(12, None), (13, "frames.another_frame")])
def test_the_pictures_of_a_second_camera_are_looked_for_in_its_own_clip(
    centre: Centre, film: bytes, named: int, fault: str | None
) -> None:
    first, (contents, files) = package(film, 20), second_view(film, 12, named)
    sent = evidence(
        1,
        None,
        (*first.contents, *contents),
        files=[*first.manifest.files, *files],
        companions=[{"camera": "plates-1", "offset_ms": 0, "score": 0.99}],
        schema="ngatu.manifest/2.1",
    )
    centre.receive(sent.messages())
    work(centre)
    assert [item.reason for item in centre.quarantined()] == ([fault] if fault else [])
    assert len(opened(centre)) == (not fault)


def test_an_act_of_a_day_without_a_law_is_settled_there_too(centre: Centre, film: bytes) -> None:
    sent = package(film, 20, occurred_at=datetime.fromisoformat("1970-01-01T00:00:00Z"))
    centre.receive(sent.messages())
    work(centre)
    assert (centre.packages()[0].state, centre.alarms()) == ("rejected", {"package.no_law"})


Spoil = Callable[[pytest.MonkeyPatch, Path], None]


def slow(patch: pytest.MonkeyPatch, _clip: Path) -> None:
    patch.setattr(frames, "LONGEST_SECONDS", 0.01)


def gone(_patch: pytest.MonkeyPatch, clip: Path) -> None:
    clip.unlink()


@pytest.mark.parametrize("spoil", [slow, gone])
def test_what_can_not_be_told_now_is_tried_again(
    centre: Centre, film: bytes, spoil: Spoil, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = package(film, 20)
    centre.receive(sent.messages())
    spoil(monkeypatch, centre.tools.store.path(sha256_hex(film)))
    work(centre)
    assert opened(centre) == []
    assert centre.packages()[0].state == "stored"
    job = waiting(centre.engine, OPEN_CASE, sent.manifest.event_id)
    assert job is not None
    assert job.run_at > centre.now


@pytest.mark.parametrize(
    ("dies", "attempt", "code"),
    [
        ("os.kill(os.getpid(), signal.SIGXCPU)", 1, "frames.too_large"),
        ("os.kill(os.getpid(), signal.SIGSEGV)", 3, "frames.clip_unreadable"),
        ("os.kill(os.getpid(), signal.SIGSEGV)", 2, None),
        ("sys.exit(1)", 9, None),
    ],
)
def test_a_clip_that_kills_its_reader_is_to_blame_in_the_end(
    centre: Centre, film: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    dies: str, attempt: int, code: str | None,
) -> None:  # fmt: skip
    reader = tmp_path / "python"
    reader.write_text(f"#!{frames.sys.executable}\nimport os, signal, sys\n{dies}\n")  # type: ignore[attr-defined]
    reader.chmod(0o700)
    monkeypatch.setattr(frames.sys, "executable", str(reader))  # type: ignore[attr-defined]
    manifest = package(film, 20).manifest
    if code is None:
        with pytest.raises(FramesUnknownError):
            find_fault(centre.tools.store, manifest, attempt)
        return
    fault = find_fault(centre.tools.store, manifest, attempt)
    assert fault is not None
    assert fault.code == code
