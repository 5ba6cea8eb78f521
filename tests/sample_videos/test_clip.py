"""The shipped clip and its truth belong together."""

from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
import yaml

from contract.plates import parse

FOLDER = Path(__file__).resolve().parents[2] / "sample_videos"
CLIP, TRUTH = FOLDER / "junction.mp4", FOLDER / "junction.truth.yaml"


@pytest.fixture(scope="module")
def truth() -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load(TRUTH.read_text(encoding="utf-8"))
    return document


@pytest.fixture(scope="module")
def pictures() -> np.ndarray:
    with av.open(str(CLIP)) as container:
        return np.stack([frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)])


def test_the_clip_is_small_enough_for_the_repository() -> None:
    assert CLIP.stat().st_size < 6_000_000


def test_the_file_has_the_frames_size_and_rate_of_its_truth(
    truth: dict[str, Any], pictures: np.ndarray
) -> None:
    with av.open(str(CLIP)) as container:
        stream = container.streams.video[0]
        assert (stream.codec_context.name, stream.pix_fmt, stream.average_rate) == (
            "h264",
            "yuv420p",
            truth["fps"],
        )
    assert pictures.shape == (truth["frames"], truth["size"][1], truth["size"][0], 3)


def test_a_key_frame_comes_at_least_every_second(truth: dict[str, Any]) -> None:
    with av.open(str(CLIP)) as container:
        packets = [packet for packet in container.demux(video=0) if packet.size]
    keys = [index for index, packet in enumerate(packets) if packet.is_keyframe]
    assert keys[0] == 0
    assert max(np.diff([*keys, len(packets)])) <= truth["fps"]


def test_boxes_and_plates_lie_in_the_picture(truth: dict[str, Any]) -> None:
    width, height = truth["size"]
    boxes = np.array([box for vehicle in truth["vehicles"] for box in vehicle["boxes"].values()])
    corners = np.array([plate[:4] for vehicle in truth["vehicles"] for plate in vehicle["plates"].values()])
    assert (boxes[:, :4] >= 0).all()
    assert (boxes[:, :4] <= (width, height, width, height)).all()
    assert (boxes[:, 2:4] > boxes[:, :2]).all()
    assert (corners >= 0).all()
    assert (corners <= (width, height)).all()


def test_frames_are_frames_of_the_clip(truth: dict[str, Any]) -> None:
    frames = [frame for vehicle in truth["vehicles"] for frame in (*vehicle["boxes"], *vehicle["plates"])]
    assert min(frames) >= 0
    assert max(frames) < truth["frames"]


def test_every_event_is_of_a_listed_vehicle_at_a_time_it_is_seen(truth: dict[str, Any]) -> None:
    vehicles = {vehicle["id"]: vehicle for vehicle in truth["vehicles"]}
    for event in truth["events"]:
        vehicle = vehicles[event["id"]]
        assert event["vehicle"] == vehicle["class"]
        assert event["plate"] == vehicle["plate"]
        assert round(event["t"] * truth["fps"]) in vehicle["boxes"]


def test_the_promised_offences_are_there(truth: dict[str, Any]) -> None:
    found = [(event["rule"], event["vehicle"]) for event in truth["events"]]
    assert sorted(found) == [("red_light", "car"), ("red_light", "motorbike"), ("solid_line", "car")]


def test_plates_of_the_offenders_are_large_enough_to_read(truth: dict[str, Any]) -> None:
    """12 px a character and unhidden in at least two frames."""
    vehicles = {vehicle["id"]: vehicle for vehicle in truth["vehicles"]}
    legible = [
        sum(plate[4] >= 12.0 and plate[5] == 100 for plate in vehicles[event["id"]]["plates"].values())
        for event in truth["events"]
    ]
    assert min(legible) >= 2


def test_plates_follow_the_grammar(truth: dict[str, Any]) -> None:
    lines = {"long": 1, "short": 2, "motorbike": 2}
    for vehicle in truth["vehicles"]:
        plate = parse(
            vehicle["plate"],
            lines=lines[vehicle["plate_kind"]],
            colour=vehicle["plate_colour"],
            vehicle=vehicle["class"],
        )
        assert str(plate) == vehicle["plate"]


def test_the_lamp_shows_what_the_truth_says(truth: dict[str, Any], pictures: np.ndarray) -> None:
    light = truth["lights"][0]
    x1, y1, x2, y2 = light["head_box"]
    third = {"red": 0, "amber": 1, "green": 2}
    for start, end, state in light["states"]:
        frame = int((start + end) / 2 * truth["fps"])
        lamps = pictures[frame, y1:y2, x1:x2].max(axis=2).astype(float)
        brightness = [part.mean() for part in np.array_split(lamps, 3)]
        assert int(np.argmax(brightness)) == third[state]


def test_offenders_are_where_the_truth_says(truth: dict[str, Any], pictures: np.ndarray) -> None:
    """Inside an offender's box the picture differs from the same place two seconds later."""
    vehicles = {vehicle["id"]: vehicle for vehicle in truth["vehicles"]}
    for event in truth["events"]:
        frame = round(event["t"] * truth["fps"])
        x1, y1, x2, y2 = vehicles[event["id"]]["boxes"][frame][:4]
        later = frame + 2 * truth["fps"]
        change = np.abs(pictures[frame, y1:y2, x1:x2].astype(int) - pictures[later, y1:y2, x1:x2].astype(int))
        assert (change.max(axis=2) > 25).mean() > 0.4
