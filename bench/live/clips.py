"""The sample clip as the two streams of a camera, 1920×1080 and 1280×720 at 25 pictures a second, kept in a
folder; and the violations in it."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from importlib.resources import files
from pathlib import Path

import av
import cv2
import numpy as np
import yaml

from edge.video.encode import VideoWriter
from edge.video.file import FileSource

CLIP = Path(str(files("sample_videos"))) / "junction.mp4"
TRUTH = CLIP.with_name("junction.truth.yaml")
FPS = 25.0
DETECT, RECORD = (1280, 720), (1920, 1080)


@dataclass(frozen=True)
class Streams:
    """Files of a camera's two streams, and their length in seconds."""

    detect: Path
    record: Path
    seconds: float


def streams(folder: Path) -> Streams:
    """Both files; made on the first call, which takes a minute."""
    folder.mkdir(parents=True, exist_ok=True)
    source = FileSource(CLIP)
    seconds = source.announced / source.fps
    detect, record = (_encoded(source, seconds, size, folder) for size in (DETECT, RECORD))
    return Streams(detect, record, seconds)


def _encoded(source: FileSource, seconds: float, size: tuple[int, int], folder: Path) -> Path:
    path = folder / f"{CLIP.stem}-{size[0]}x{size[1]}.mp4"
    if path.exists():
        return path
    unfinished = path.with_suffix(".part")
    with VideoWriter(unfinished, size, FPS, keyframe_seconds=1.0) as writer:
        number = 0
        for frame in source.frames():
            image = np.asarray(cv2.resize(frame.image, size, interpolation=cv2.INTER_CUBIC), np.uint8)
            until = min(seconds, frame.t + 1 / source.fps)
            while number < round(until * FPS):
                writer.write(image, number / FPS)
                number += 1
    unfinished.replace(path)
    return path


def keyframes(clip: Path) -> list[float]:
    """Times at which playing can start."""
    return [t for t, _, keyframe in _packets(clip) if keyframe]


def turned(clip: Path, start: float, folder: Path) -> Path:
    """The clip from its keyframe at `start` to its end, then its beginning; nothing is encoded again."""
    path = folder / f"{clip.stem}.{round(start * 1000)}.mp4"
    packets = list(_packets(clip))
    first = next(number for number, (t, _, _) in enumerate(packets) if t == start)
    with av.open(str(clip)) as source, av.open(str(path), "w", "mp4") as target:
        stream = target.add_stream_from_template(source.streams.video[0], opaque=True)
        unit = source.streams.video[0].time_base or Fraction(1, 90_000)
        for number, (_, data, keyframe) in enumerate(packets[first:] + packets[:first]):
            packet = av.Packet(data)
            packet.stream, packet.is_keyframe = stream, keyframe
            packet.time_base = unit
            packet.pts = packet.dts = round(number / FPS / unit)
            packet.duration = round(1 / FPS / unit)
            target.mux(packet)
    return path


def _packets(clip: Path) -> Iterator[tuple[float, bytes, bool]]:
    with av.open(str(clip)) as container:
        for packet in container.demux(video=0):
            if packet.size and packet.pts is not None:
                yield float(packet.pts * packet.time_base), bytes(packet), packet.is_keyframe


@dataclass(frozen=True)
class Act:
    """A violation in the clip; `first` and `last` are the seconds between which its finding must lie."""

    rule: str
    first: float
    last: float


TOLERANCE = 1.0
"""Allowed error of a moment in seconds."""


@cache
def acts() -> tuple[Act, ...]:
    """All violations of the clip."""
    truth = yaml.safe_load(TRUTH.read_text(encoding="utf-8"))
    spans = [(event["rule"], event.get("during") or [event["t"]] * 2) for event in truth["events"]]
    return tuple(Act(rule, span[0] - TOLERANCE, span[1] + TOLERANCE) for rule, span in spans)
