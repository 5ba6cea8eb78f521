"""What is drawn over a picture lies on its own frame: the boxes of the manifest, and those of the film."""

import io
import math

import av
import cv2
import numpy as np
import pytest

from edge.evidence.gather import Proof
from edge.pipeline import Step
from edge.rules.inputs import Box
from edge.video.file import FileSource
from tests.edge import factories, road
from tests.edge.video import clips


def overlap(one: Box, other: Box) -> float:
    """Intersection over union."""
    wide = min(one[2], other[2]) - max(one[0], other[0])
    high = min(one[3], other[3]) - max(one[1], other[1])
    shared = max(0.0, wide) * max(0.0, high)
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (one, other)]
    return shared / (sum(areas) - shared)


@pytest.fixture(scope="module", params=[0, 2], ids=["in order", "reordered"])
def driven(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[list[Step], Proof]:
    path = tmp_path_factory.mktemp("road") / "road.mp4"
    video = clips.make_clip(path, clips.steady(road.FRAMES, road.FPS), size=road.SIZE, b_frames=request.param)
    source = FileSource(video, factories.NOON, 60.0)
    camera = road.camera(source.ring)
    steps = [camera.step(frame) for frame in source.frames()]
    return steps, camera.gatherer.gather(camera.pipeline.due(math.inf)[0])


def test_a_track_s_box_is_that_of_the_picture_it_is_drawn_on(driven: tuple[list[Step], Proof]) -> None:
    drawn = [
        (track.points[-1].box, road.boxes(clips.number_of(step.frame.image) / road.FPS)[0])
        for step in driven[0]
        for track in step.tracks
    ]
    assert len(drawn) > 30
    assert min(overlap(box, true) for box, true in drawn) >= 0.95


def test_a_still_s_box_is_that_of_its_frame(driven: tuple[list[Step], Proof]) -> None:
    """As the console draws it: the point of the trajectory nearest to when the still was taken."""
    proof = driven[1]
    width, height = road.SIZE
    for file in proof.files:
        if file.role not in ("before", "over", "continuing", "context"):
            continue
        shown = np.asarray(cv2.imdecode(np.frombuffer(file.data, np.uint8), cv2.IMREAD_COLOR), np.uint8)
        taken = 1000 * (file.captured_at - proof.facts.occurred_at).total_seconds()
        point = min(proof.facts.trajectory, key=lambda point: abs(point.t_ms - taken))
        box = (point.box[0] * width, point.box[1] * height, point.box[2] * width, point.box[3] * height)
        assert overlap(box, road.boxes(clips.number_of(shown) / road.FPS)[0]) >= 0.95, file.role


def test_the_clip_s_boxes_are_those_of_its_frames(driven: tuple[list[Step], Proof]) -> None:
    """The clip's own time and the trajectory's tell the same moment."""
    proof = driven[1]
    clip = next(file for file in proof.files if file.role == "clip")
    compared = 0
    with av.open(io.BytesIO(clip.data)) as container:
        for picture in container.decode(video=0):
            assert picture.time is not None
            at = 1000 * ((clip.captured_at - proof.facts.occurred_at).total_seconds() + picture.time)
            point = min(proof.facts.trajectory, key=lambda point: abs(point.t_ms - at))
            if abs(point.t_ms - at) > 1.5:
                continue
            number = clips.number_of(np.asarray(picture.to_ndarray(format="bgr24"), np.uint8))
            x1, y1, x2, y2 = point.box
            box = (x1 * road.SIZE[0], y1 * road.SIZE[1], x2 * road.SIZE[0], y2 * road.SIZE[1])
            assert overlap(box, road.boxes(number / road.FPS)[0]) >= 0.95
            compared += 1
    assert compared >= 10
