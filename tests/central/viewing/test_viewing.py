"""Clips that browsers can't play get a marked copy to look at; the evidence is the original."""

from datetime import datetime
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from central.accounts.permissions import Role
from central.audit import service as audit
from central.cases.service import open_case
from central.db import transaction
from central.fleet.enrolment import enrol
from central.ingest.handler import handle
from central.ingest.work import Storage, Tools
from central.jobs.runner import Runner
from central.media.content import coding_of
from central.media.store import MediaStore, PartialFiles
from central.retention.service import _files
from central.viewing import service as viewing
from central.viewing.service import CopyFailedError, Workshop
from central.worker import viewing_handler
from contract.canonical import sha256_hex
from tests.central.evidence import CENTRE_KEY, clip, enrolment, evidence, picture
from tests.central.faces import SignedIn

PICTURES = 10


def coded(folder: Path, coding: str) -> bytes:
    """A short clip, as a camera of that coding would send it."""
    file = folder / f"{coding}.mp4"
    with av.open(str(file), "w") as container:
        options = {"x265-params": "log-level=error"} if coding == "libx265" else {}
        stream = container.add_stream(coding, Fraction(10), options=options)
        stream.width, stream.height, stream.pix_fmt = 320, 180, "yuv420p"  # type: ignore[attr-defined]
        if coding == "libx265":
            stream.codec_context.codec_tag = "hvc1"
        for number in range(PICTURES):
            image = np.full((180, 320, 3), 20 * number, np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="bgr24")))  # type: ignore[attr-defined]
        container.mux(stream.encode(None))  # type: ignore[attr-defined]
    return file.read_bytes()


@pytest.fixture(scope="module")
def hevc(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return coded(tmp_path_factory.mktemp("clips"), "libx265")


def receive(engine: Engine, folder: Path, contents: list[bytes], now: datetime) -> MediaStore:
    """A package whose files all arrive, and whose case opens."""
    store = MediaStore(folder / "media")
    tools = Tools(store, PartialFiles(folder / "partial"), CENTRE_KEY, open_case, Storage())
    package = evidence(3, "0" * 64, contents)
    with transaction(engine) as session:
        enrol(session, enrolment(), now, "test")
        handle(session, package.messages(), tools, now)
        viewing.ask(session, store, package.manifest, now)
    return store


def make_asked(engine: Engine, store: MediaStore, now: datetime) -> int:
    handler = viewing_handler(engine, Workshop(store, viewing.copy_clip), lambda: now)
    return Runner(engine, [handler], lambda: now).run_due().total()


@pytest.mark.parametrize(("coding", "names"), [("libx264", ("avc1",)), ("libx265", ("hvc1", "hev1"))])
def test_a_clip_says_how_it_is_coded(coding: str, names: tuple[str, ...], tmp_path: Path) -> None:
    coded(tmp_path, coding)
    assert coding_of(tmp_path / f"{coding}.mp4") in names


def test_only_what_no_browser_plays_is_copied(
    engine: Engine, hevc: bytes, tmp_path: Path, now: datetime
) -> None:
    store = receive(engine, tmp_path, [picture(1), hevc, coded(tmp_path, "libx264")], now)
    assert make_asked(engine, store, now) == 1
    original = sha256_hex(hevc)
    with transaction(engine) as session:
        copies = viewing.copies_of(session, [original, sha256_hex(picture(1))])
        assert list(copies) == [original]
        assert audit.list_entries(session)[0].action == "viewing.make"
        gone, _ = _files(session, 1)
        assert {original, copies[original]} <= gone
    copy = store.path(copies[original])
    assert coding_of(copy) in viewing.PLAYED
    with av.open(str(store.path(original))) as before, av.open(str(copy)) as after:
        times = [[round(float(f.time or 0), 2) for f in c.decode(video=0)] for c in (before, after)]
        assert times[0] == times[1]
        assert len(times[0]) == PICTURES
    assert store.open(original, recheck=True).read() == hevc
    assert _is_marked(copy)
    viewing.make(engine, Workshop(store, _never), original, now)


def _never(source: Path, target: Path, mark: str) -> None:
    raise AssertionError("it is there already")


def _is_marked(file: Path) -> bool:
    """A red ground in the lower left corner of every picture; the clip itself is grey."""
    with av.open(str(file)) as container:
        corners = [
            frame.to_ndarray(format="bgr24")[-8:, :60].astype(int) for frame in container.decode(video=0)
        ]
    return all((corner[..., 2] - corner[..., 0]).max() > 60 for corner in corners)


def test_what_is_no_clip_is_told(tmp_path: Path) -> None:
    (tmp_path / "clip.mp4").write_bytes(clip(1))
    with pytest.raises(CopyFailedError, match="not a video"):
        viewing.copy_clip(tmp_path / "clip.mp4", tmp_path / "copy.mp4", "VIEWING COPY")


def test_the_page_plays_the_copy_and_hands_out_the_original(
    signed_in: SignedIn, hevc: bytes, tmp_path: Path, now: datetime
) -> None:
    officer = signed_in(Role.OFFICER)
    engine = officer.app.state.engine  # type: ignore[attr-defined]
    store = receive(engine, tmp_path, [picture(9), hevc], now)
    page = officer.get("/cases/3").text
    assert ("/cases/3/files/file-1.mp4" in page, "Bản xem" in page) == (True, False)
    assert officer.get("/cases/3/viewing/file-1.mp4").status_code == 404
    make_asked(engine, store, now)
    page = officer.get("/cases/3").text
    assert ('src="/cases/3/viewing/file-1.mp4"' in page, "Bản xem" in page) == (True, True)
    shown = officer.get("/cases/3/viewing/file-1.mp4", headers={"Range": "bytes=0-15"})
    assert (shown.status_code, shown.content[4:8]) == (206, b"ftyp")
    assert officer.get("/cases/3/files/file-1.mp4?download=true").content == hevc
    with transaction(engine) as session:
        assert _acts(session) == ["evidence.download", "evidence.view"]


def _acts(session: Session) -> list[str]:
    return [entry.action for entry in audit.list_entries(session) if entry.action.startswith("evidence")]
