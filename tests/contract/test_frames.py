"""Pictures and the frames of a clip they are said to be: the genuine ones pass, each lie is named."""

import io
import json
import math
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from contract import frames
from contract.frames import FrameError, Picture, prove
from contract.manifest import ClipFrame, CompanionView
from contract.package import verify_package
from edge.evidence.gather import Proof, frames_by_time
from edge.evidence.package import PackedFile, write
from edge.video.file import FileSource
from tests.edge import factories, road
from tests.edge.video import clips

Image = NDArray[np.uint8]
Change = Callable[[Picture], Picture]


def jpeg(image: Image) -> bytes:
    return cv2.imencode(".jpg", np.ascontiguousarray(image), [cv2.IMWRITE_JPEG_QUALITY, 92])[1].tobytes()


def cut(video: Path, t: float, crop: tuple[int, int, int, int] | None = None) -> tuple[bytes, Picture]:
    """A clip of seconds 2 to 5 of a video, and the picture at `t`, as a node makes them."""
    source = FileSource(video, factories.NOON, 60.0)
    for _ in source.frames():
        pass
    clip = source.ring.clip(2.0, 5.0, around=3.0)
    (frame,) = source.ring.frames([t])
    x1, y1, x2, y2 = crop or (0, 0, frame.image.shape[1], frame.image.shape[0])
    shown = frames_by_time(clip)[frame.t]
    return clip.data, Picture("over.jpg", jpeg(frame.image[y1:y2, x1:x2]), shown, crop)


@pytest.mark.parametrize("crop", [None, (31, 0, 97, 41)])
@pytest.mark.parametrize(
    ("name", "changes"),
    [
        pytest.param("road.mp4", {}, id="mp4"),
        pytest.param("road.mp4", {"b_frames": 3}, id="reordered"),
        pytest.param("road.mkv", {"b_frames": 2}, id="mkv"),
        pytest.param("road.ts", {"b_frames": 2}, id="ts"),
        pytest.param("road.avi", {"codec": "mjpeg"}, id="mjpeg in avi"),
        pytest.param("road.mp4", {"codec": "libx265", "b_frames": 2}, id="hevc"),
        pytest.param("road.mp4", {"rotation": 90}, id="turned"),
    ],
)
def test_a_genuine_picture_is_found(
    tmp_path: Path, name: str, changes: dict[str, object], crop: tuple[int, int, int, int] | None
) -> None:
    video = clips.make_clip(tmp_path / name, clips.steady(70, 10), **changes)  # type: ignore[arg-type]
    clip, picture = cut(video, 3.4, crop)
    prove(clip, [picture])
    if crop is None and "rotation" not in changes:
        assert clips.number_of(shown(picture.data)) == numbers_of(clip)[picture.frame.number] == 34


def shown(data: bytes) -> Image:
    return np.asarray(cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR), np.uint8)


def numbers_of(clip: bytes) -> list[int]:
    with av.open(io.BytesIO(clip)) as container:
        return [clips.number_of(picture.to_ndarray(format="bgr24")) for picture in container.decode(video=0)]


@pytest.fixture(scope="module")
def genuine(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, Picture]:
    video = clips.make_clip(tmp_path_factory.mktemp("clip") / "road.mp4", clips.steady(70, 10), b_frames=2)
    return cut(video, 3.4)


def scaled(width: int, height: int) -> Change:
    return lambda p: replace(p, data=jpeg(np.asarray(cv2.resize(shown(p.data), (width, height)), np.uint8)))


def retold(**values: int) -> Change:
    return lambda p: replace(p, frame=p.frame.model_copy(update=values))


def with_a_vehicle_more(picture: Picture) -> Picture:
    image = shown(picture.data)
    image[100:116, 200:212] = 128
    return replace(picture, data=jpeg(image))


def with_lamp(image: Image, colour: tuple[int, int, int]) -> Image:
    image = image.copy()
    cv2.circle(image, (165, 60), 3, colour, -1)
    return image


def in_other_units(picture: Picture) -> Picture:
    named = picture.frame
    return replace(picture, frame=ClipFrame(pts=named.pts // 90, time_base=(1, 1000), number=named.number))


@pytest.mark.parametrize("change", [scaled(160, 120), scaled(300, 226), in_other_units])
def test_scaling_and_units_make_no_difference(genuine: tuple[bytes, Picture], change: Change) -> None:
    clip, picture = genuine
    prove(clip, [change(picture)])


@pytest.mark.parametrize(
    ("change", "code", "words"),
    [
        (retold(number=15), "frames.no_such_frame", "said to be frame 15"),
        (retold(pts=126_001), "frames.no_such_frame", "none at that time"),
        (retold(pts=-9000), "frames.no_such_frame", "none at that time"),
        (retold(pts=117_000, number=13), "frames.another_frame", "is not frame 13"),
        (with_a_vehicle_more, "frames.another_frame", "grey levels"),
        (lambda p: replace(p, crop=(400, 10, 420, 20)), "frames.another_frame", "outside"),
        (lambda p: replace(p, crop=(20, 10, 20, 20)), "frames.another_frame", "outside"),
        (lambda p: replace(p, data=b"GIF89a"), "frames.picture_unreadable", "JPEG"),
        (lambda p: replace(p, data=p.data[:200]), "frames.picture_unreadable", "over.jpg"),
        (lambda p: replace(p, data=b""), "frames.picture_unreadable", "over.jpg"),
    ],
)  # fmt: skip
def test_each_lie_is_named(genuine: tuple[bytes, Picture], change: Change, code: str, words: str) -> None:
    clip, picture = genuine
    assert picture.frame.number == 14
    with pytest.raises(FrameError, match=words) as caught:
        prove(clip, [picture, change(picture)])
    assert caught.value.reason.code == code


def test_a_lamp_of_another_colour_is_found(tmp_path: Path) -> None:
    """Red and green of one brightness: 0.299 x 255 = 0.587 x 130."""
    images = [with_lamp(np.full((240, 320, 3), 60, np.uint8), (0, 0, 255)) for _ in range(20)]
    with av.open(str(tmp_path / "clip.mp4"), "w") as container:
        stream = container.add_stream("libx264", 10, options={"crf": "18", "preset": "veryfast"})
        stream.width, stream.height, stream.pix_fmt = 320, 240, "yuv420p"
        for image in images:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="bgr24")))
        container.mux(stream.encode(None))
    clip = (tmp_path / "clip.mp4").read_bytes()
    with av.open(io.BytesIO(clip)) as container:
        picture = next(p for n, p in enumerate(container.decode(video=0)) if n == 5)
        time_base = (picture.time_base.numerator, picture.time_base.denominator)
        named = ClipFrame(pts=picture.pts or 0, time_base=time_base, number=5)
        seen = np.asarray(picture.to_ndarray(format="bgr24"), np.uint8)
    prove(clip, [Picture("over.jpg", jpeg(seen), named)])
    with pytest.raises(FrameError, match="levels of colour"):
        prove(clip, [Picture("over.jpg", jpeg(with_lamp(seen, (0, 130, 0))), named)])


def test_a_clip_of_two_films_proves_nothing(tmp_path: Path, genuine: tuple[bytes, Picture]) -> None:
    """One is what the pictures are found in, the other what a player shows."""
    clip, picture = genuine
    with av.open(io.BytesIO(clip)) as source, av.open(str(tmp_path / "two.mp4"), "w") as target:
        streams = [target.add_stream_from_template(source.streams.video[0]) for _ in range(2)]
        for packet in source.demux(video=0):
            for stream in streams if packet.size else ():
                copy = av.Packet(bytes(packet))
                copy.pts, copy.dts, copy.time_base = packet.pts, packet.dts, packet.time_base
                copy.is_keyframe, copy.stream = packet.is_keyframe, stream
                target.mux(copy)
    with pytest.raises(FrameError, match="holds 2 videos"):
        prove((tmp_path / "two.mp4").read_bytes(), [picture])


@pytest.mark.parametrize(
    "spoil", [lambda _: b"", lambda _: b"no film", lambda d: d[:2000], lambda d: d[:600] + bytes(90_000)]
)
def test_a_clip_that_can_t_be_decoded_proves_nothing(
    genuine: tuple[bytes, Picture], spoil: Callable[[bytes], bytes]
) -> None:
    clip, picture = genuine
    with pytest.raises(FrameError) as caught:
        prove(spoil(clip), [picture])
    assert caught.value.reason.code in ("frames.clip_unreadable", "frames.no_such_frame")


def test_no_more_is_decoded_than_a_package_may_hold(
    genuine: tuple[bytes, Picture], monkeypatch: pytest.MonkeyPatch
) -> None:
    clip, picture = genuine
    monkeypatch.setattr(frames, "MOST_DECODED", 10 * 320 * 240)
    with pytest.raises(FrameError) as caught:
        prove(clip, [picture])
    assert caught.value.reason.code == "frames.too_large"
    monkeypatch.setattr(frames, "MOST_PIXELS", 320 * 200)
    with pytest.raises(FrameError) as caught:
        prove(clip, [picture])
    assert caught.value.reason.code == "frames.clip_unreadable"


@pytest.fixture(scope="module")
def proof(tmp_path_factory: pytest.TempPathFactory) -> Proof:
    """Of the road's second car."""
    source = FileSource(road.film(tmp_path_factory.mktemp("road") / "road.mp4"), factories.NOON, 60.0)
    camera = road.camera(source.ring)
    for frame in source.frames():
        camera.pipeline.step(frame)
    return camera.gatherer.gather(camera.pipeline.due(math.inf)[1])


def written(proof: Proof, folder: Path) -> Path:
    write(proof.sealed(factories.KEY)(None), folder)
    return folder


def test_a_package_proves_its_frames(proof: Proof, tmp_path: Path) -> None:
    report = verify_package(written(proof, tmp_path / "package"), factories.KEY.public)
    assert report.failure is None
    assert report.passed[-1] == "5 pictures found in clip.mp4"


Files = tuple[PackedFile, ...]


def swapped(files: Files) -> Files:
    """What was taken before is shown as the act itself."""
    before = next(file for file in files if file.role == "before")
    return tuple(replace(file, data=before.data) if file.role == "over" else file for file in files)


def without_clip(files: Files) -> Files:
    return tuple(file for file in files if file.role != "clip")


def changed(role: str, **values: object) -> Callable[[Files], Files]:
    return lambda files: tuple(replace(f, **values) if f.role == role else f for f in files)  # type: ignore[arg-type]


def turned_round(files: Files) -> Files:
    """Each picture is the frame it names, but what came later is shown as before the act."""
    before, over = (next(file for file in files if file.role == role) for role in ("before", "over"))
    return tuple(
        replace(file, data=other.data, frame=other.frame, captured_at=other.captured_at)
        if (other := {"before": over, "over": before}.get(file.role))
        else file
        for file in files
    )


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (swapped, "over.jpg is not frame"),
        (without_clip, "names a frame of a clip"),
        (turned_round, "before.jpg comes after over.jpg"),
        (changed("over", frame=None), "over.jpg names no frame"),
        (changed("over", captured_at=factories.NOON + timedelta(days=1)), "over.jpg was not taken"),
        (changed("before", captured_at=factories.NOON - timedelta(seconds=9)), "before.jpg was not taken"),
        (changed("clip", captured_at=factories.NOON + timedelta(seconds=20)), "was not taken when the clip"),
    ],
)
def test_a_foreign_picture_is_found_though_the_node_signed_it(
    proof: Proof,
    tmp_path: Path,
    change: Callable[[tuple[PackedFile, ...]], tuple[PackedFile, ...]],
    words: str,
) -> None:
    foreign = replace(proof, files=change(proof.files))
    report = verify_package(written(foreign, tmp_path / "package"), factories.KEY.public)
    assert words in (report.failure or "")


PLATES = "plates-1"
VIEW = CompanionView(camera=PLATES, offset_ms=40, score=0.99)


def with_second_view(proof: Proof, change: Change = lambda picture: picture) -> Proof:
    """The proof with a picture and clip of another camera, which is the same film one second later."""
    (still,) = (file for file in proof.files if file.role == "over")
    clip = next(file for file in proof.files if file.role == "clip")
    picture = change(Picture("second-context.jpg", still.data, still.frame, None))  # type: ignore[arg-type]
    second = (
        replace(
            still, role="context", name=picture.name, data=picture.data, frame=picture.frame, camera=PLATES
        ),
        replace(clip, name="second-clip.mp4", camera=PLATES),
    )
    plate = proof.facts.plate.model_copy(update={"camera": PLATES})
    facts = proof.facts.model_copy(update={"companions": (VIEW,), "plate": plate})
    return replace(proof, facts=facts, files=(*proof.files, *second))


def test_a_second_camera_s_pictures_are_looked_for_in_its_own_clip(proof: Proof, tmp_path: Path) -> None:
    report = verify_package(written(with_second_view(proof), tmp_path / "package"), factories.KEY.public)
    assert report.failure is None
    assert report.passed[-2:] == ("5 pictures found in clip.mp4", "1 picture found in second-clip.mp4")
    manifest = report.manifest
    assert manifest is not None
    assert manifest.schema_ == "ngatu.manifest/2.1"
    assert [file.name for file in manifest.of_camera(PLATES)] == ["second-context.jpg", "second-clip.mp4"]
    assert {file.camera for file in manifest.own_files} == {None}
    assert manifest.shown("clip") in manifest.own_files
    assert manifest.shown("plate") is None  # read on the other camera, which gave no picture of it


def test_a_lie_about_the_second_camera_is_found(proof: Proof, tmp_path: Path) -> None:
    foreign = with_second_view(proof, retold(number=7))
    report = verify_package(written(foreign, tmp_path / "package"), factories.KEY.public)
    assert "second-context.jpg is said to be frame 7" in (report.failure or "")


def test_a_package_of_one_camera_says_nothing_of_others(proof: Proof) -> None:
    """Its bytes are those of version 2.0: who reads only that reads it."""
    signed = proof.sealed(factories.KEY)(None).files["manifest.json"]
    manifest = json.loads(signed)
    assert manifest["schema"] == "ngatu.manifest/2"
    assert "camera" not in manifest["plate"]
    assert all("camera" not in file for file in manifest["files"])


def test_files_of_a_camera_that_is_no_companion_are_refused(proof: Proof) -> None:
    facts = with_second_view(proof).facts.model_copy(update={"companions": ()})
    with pytest.raises(ValueError, match="none of the companions"):
        replace(with_second_view(proof), facts=facts).sealed(factories.KEY)(None)
