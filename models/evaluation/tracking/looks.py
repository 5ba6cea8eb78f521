"""Detections of a clip, computed once and cached, so that every tracker gets the same."""

import hashlib
import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from contract.vehicles import VehicleKind
from edge.camera import DETECT_SIZE, TRACKING_CONFIDENCE
from edge.detect.appearance import with_looks
from edge.detect.detector import Detection
from edge.detect.onnx_backend import OnnxVehicleDetector
from edge.video.file import FileSource
from models.card import packaged_card


@dataclass(frozen=True)
class Look:
    """One frame: its number, seconds, and detections."""

    frame: int
    t: float
    detections: tuple[Detection, ...]


def looks_of(video: Path, cache: Path | None, threads: int = 1) -> list[Look]:
    """Every frame of a clip as detected by the node; cached in the folder `cache` if given."""
    card = packaged_card("vehicles")
    kept = None if cache is None else cache / kept_name(video, card)
    if kept is not None and kept.exists():
        return [_read(row) for row in json.loads(kept.read_text(encoding="utf-8"))]
    detector = OnnxVehicleDetector(
        card,
        input_size=DETECT_SIZE,
        threads=threads,
        confidence=TRACKING_CONFIDENCE,
    )
    looks = [
        Look(frame.index, frame.t, tuple(with_looks(frame.image, detector.detect(frame.image))))
        for frame in FileSource(video).frames()
    ]
    if kept is not None:
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text(json.dumps([_row(look) for look in looks]), encoding="utf-8")
    return looks


def kept_name(video: Path, card: Path) -> str:
    """Cache name of a video's looks: from its content and the network's card, since clips rendered from
    another seed have the same names, and another network detects other vehicles."""
    content = hashlib.sha256(video.read_bytes() + card.read_bytes()).hexdigest()
    return f"{video.parent.name}_{video.stem}_{content[:12]}.seen.json"


def _row(look: Look) -> list[object]:
    seen = [
        (
            d.kind.value,
            round(d.confidence, 4),
            [round(v, 2) for v in d.box],
            None if d.look is None else [round(float(v), 4) for v in d.look],
            {kind.value: round(score, 4) for kind, score in d.kinds.items()},
        )
        for d in look.detections
    ]
    return [look.frame, look.t, seen]


def _read(row: list[object]) -> Look:
    frame, t, seen = row
    detections = tuple(
        Detection(
            VehicleKind(kind),
            sure,
            tuple(box),
            None if colours is None else np.array(colours, np.float32),
            {VehicleKind(name): score for name, score in kinds.items()},
        )
        for kind, sure, box, colours, kinds in seen  # type: ignore[attr-defined]
    )
    return Look(int(frame), float(t), detections)  # type: ignore[call-overload, arg-type]


def at_rate(looks: Sequence[Look], fps: float, rate: float) -> list[Look]:
    """The looks at `rate` a second, as even as the clip's own frames allow."""
    return [k for n, k in enumerate(looks) if n == 0 or int(n * rate / fps) != int((n - 1) * rate / fps)]


def dropped(looks: Sequence[Look], share: float, seed: int) -> list[Look]:
    """The looks with that share lost at random, as on an overloaded machine."""
    chance = random.Random(seed)
    return [look for look in looks if chance.random() >= share]
