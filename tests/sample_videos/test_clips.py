"""The shipped clips and their truth belong together."""

from collections.abc import Iterator

import av
import numpy as np
import pytest

from configs.camera import CameraConfig
from configs.loading import load_yaml
from contract.plates import parse
from sample_videos.truth import CLIPS, Truth, clips

ALL = [pytest.param(truth, id=truth.folder.name) for truth in clips()]
THIRDS = {"red": 0, "amber": 1, "green": 2}


def test_all_clips_together_are_small_enough_for_the_repository() -> None:
    assert sum(file.stat().st_size for file in CLIPS.rglob("*.mp4")) < 30_000_000


@pytest.mark.parametrize("truth", ALL)
def test_the_streams_have_the_size_rate_and_frames_the_truth_says(truth: Truth) -> None:
    document = truth.document
    for stream in filter(None, (document.detect, document.record)):
        with av.open(str(truth.folder / stream.file)) as container:
            video = container.streams.video[0]
            assert (video.codec_context.name, video.pix_fmt) == ("h264", "yuv420p")
            assert ((video.width, video.height), video.average_rate) == (stream.size, truth.fps)
            keys = [packet.is_keyframe for packet in container.demux(video) if packet.size]
        assert len(keys) == document.frames
        assert max(np.diff([*np.flatnonzero(keys), len(keys)])) <= round(truth.fps)


@pytest.mark.parametrize("truth", ALL)
def test_looks_are_of_listed_vehicles_in_frames_of_the_clip(truth: Truth) -> None:
    assert {look.vehicle for look in truth.looks} == set(truth.vehicles)
    for look in truth.looks:
        x1, y1, x2, y2 = look.clipped(truth.document.detect.size)
        assert 0 <= look.frame < truth.document.frames
        assert x1 <= x2
        assert y1 <= y2
        if look.seen is not None:
            sx1, sy1, sx2, sy2 = look.seen
            assert x1 - 3 <= sx1 <= sx2 <= x2 + 3
            assert y1 - 3 <= sy1 <= sy2 <= y2 + 3


@pytest.mark.parametrize("truth", ALL)
def test_every_event_happens_to_a_vehicle_in_sight(truth: Truth) -> None:
    at = {(look.frame, look.vehicle): look for look in truth.looks}
    last = truth.document.frames - 1
    for event in truth.events():
        look = at[min(last, round(event.t * truth.fps)), event.vehicle]
        assert look.visible > 0
        assert event.during[0] - 0.1 <= event.t <= event.during[1] + 3.1


@pytest.mark.parametrize("truth", ALL)
def test_metres_and_pixels_agree_through_the_camera_of_the_truth(truth: Truth) -> None:
    for look in truth.looks[::97]:
        if not truth.vehicles[look.vehicle].parked:
            assert truth.project([(*look.metres, 0.0)])[0] == pytest.approx(look.ground, abs=0.5)


@pytest.mark.parametrize("truth", ALL)
def test_the_camera_file_draws_the_lines_of_the_ground(truth: Truth) -> None:
    config = load_yaml(truth.camera_file, CameraConfig)
    ground = truth.document.ground
    assert config.size == truth.document.detect.size
    assert {line.id for line in config.stop_lines} == set(ground.stop_lines)
    for line in config.stop_lines:
        ends = truth.project([(*point, 0.0) for point in ground.stop_lines[line.id]])
        assert np.allclose(line.line, ends, atol=1.5)


@pytest.mark.parametrize("truth", ALL)
def test_plates_follow_the_grammar_and_none_comes_twice(truth: Truth) -> None:
    vehicles = [vehicle for vehicle in truth.vehicles.values() if vehicle.plate]
    assert len({vehicle.plate for vehicle in vehicles}) == len(vehicles)
    for vehicle in vehicles:
        text = vehicle.plate or ""
        plate = parse(text, lines=vehicle.plate_lines, colour=vehicle.plate_colour, vehicle=vehicle.kind)
        assert str(plate) == text


@pytest.mark.parametrize("truth", ALL)
def test_the_lamp_shows_what_the_truth_says(truth: Truth) -> None:
    for lamp in truth.document.lamps:
        x1, y1, x2, y2 = (round(v) for v in lamp.box)
        for start, end, colour in lamp.states:
            t = (start + end) / 2
            if any(a <= t < b for a, b in lamp.hidden) or end - start < 0.3:
                continue
            picture = next(_pictures(truth, t))[y1:y2, x1:x2].max(axis=2).astype(float)
            bright = [part.mean() for part in np.array_split(picture, 3)]
            assert int(np.argmax(bright)) == THIRDS[colour]


def _pictures(truth: Truth, t: float) -> Iterator[np.ndarray]:
    """Frames from time t on."""
    with av.open(str(truth.video)) as container:
        stream = container.streams.video[0]
        assert stream.time_base is not None
        container.seek(int(t / stream.time_base), stream=stream)
        for frame in container.decode(stream):
            if frame.time is not None and frame.time >= t - 1e-3:
                yield frame.to_ndarray(format="rgb24")
