"""The files of a clip: video, camera file, truth."""

import csv
import gzip
import io
from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import yaml

from ..truth import FRAME_COLUMNS, HEAD_COLUMNS, Document, Event, Ground, Head, Lamp, Truth, Vehicle
from .acts import Act, runs
from .camera_file import FlatDumper, camera_file
from .looks import Seen
from .picture.textures import Bytes
from .scenario import Scenario
from .stage import Cast
from .street import Street
from .traffic import Driver, step_of

ALSO: dict[str, list[str]] = {"van": ["truck", "bus"], "lorry": ["car"], "suv": []}
LEAST_HEIGHT = 24.0
"""Least box height of a vehicle at the moment of its act for the act to count; for 720 lines."""
LASTING = ("solid_line", "wrong_lane", "wrong_way")
"""Rules whose acts last for a while."""
LEAST_SECONDS = 0.5
"""Least seconds in the picture of a violation that lasts."""


class Film:
    """An H.264 file, yuv420p, a key frame each second; no file is left at its path if it isn't closed."""

    def __init__(self, file: Path, size: tuple[int, int], fps: Fraction, crf: int) -> None:
        self._file, self._partial = file, file.with_suffix(".partial.mp4")
        self._container = av.open(str(self._partial), "w", options={"movflags": "+faststart"})
        self._stream = self._container.add_stream("libx264", rate=fps)
        self._stream.pix_fmt = "yuv420p"
        self._stream.width, self._stream.height = size
        self._stream.codec_context.gop_size = round(fps)
        self._stream.options = {
            "crf": str(crf),
            "preset": "medium",
            "x264-params": "scenecut=0:bframes=0:threads=1",
        }

    def add(self, picture: Bytes) -> None:
        """The next frame, RGB."""
        frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24")
        self._container.mux(self._stream.encode(frame))

    def close(self) -> None:
        """Finishes the file and moves it to its path."""
        self._container.mux(self._stream.encode())
        self._container.close()
        self._partial.rename(self._file)


def write_truth(
    folder: Path, scenario: Scenario, cast: Cast, acts: Sequence[Act], seen: Sequence[Seen]
) -> Document:
    """Writes camera.yaml, truth.yaml, frames.csv.gz and heads.csv.gz; returns the content of truth.yaml."""
    document = _document(scenario, cast, acts, seen)
    _write_document(folder, document)
    text = camera_file(scenario)
    (folder / "camera.yaml").write_text(text, encoding="utf-8")
    _write_table(folder / "frames.csv.gz", FRAME_COLUMNS, _frame_rows(scenario, cast, seen))
    _write_table(folder / "heads.csv.gz", HEAD_COLUMNS, _head_rows(seen))
    return document


def _write_document(folder: Path, document: Document) -> None:
    text = yaml.dump(
        document.model_dump(mode="json", exclude_defaults=True),
        Dumper=FlatDumper,
        sort_keys=False,
        width=118,
        allow_unicode=True,
    )
    (folder / "truth.yaml").write_text(text, encoding="utf-8")


def write_events(folder: Path, scenario: Scenario, acts: Sequence[Act]) -> Document:
    """Writes truth.yaml with other events, the rest unchanged. Raises FileNotFoundError without a clip."""
    truth = Truth(folder)
    before = truth.document
    events = _events(scenario, acts, _read_back(truth), before.lamps)
    document = before.model_copy(update={"events": events, "says": scenario.says})
    _write_document(folder, document)
    return document


def _read_back(truth: Truth) -> list[Seen]:
    """The visibility in each frame, from the table, as far as events need it."""
    seen = [Seen({}, {}, {}) for _ in range(truth.document.frames)]
    for look in truth.looks:
        wheels = tuple((*wheel.at, wheel.hidden) for wheel in look.wheels)
        row = {"box": look.box, "visible": look.visible, "ground": look.ground, "wheels": wheels}
        seen[look.frame].vehicles[look.vehicle] = row
    return seen


def _events(
    scenario: Scenario, acts: Sequence[Act], seen: Sequence[Seen], lamps: Sequence[Lamp]
) -> tuple[Event, ...]:
    hidden = lamps[0].hidden if lamps else ()
    events = [event for act in acts if (event := _event(act, scenario, seen)) is not None]
    events = [
        event.model_copy(update={"provable": event.provable and red_was_seen(event, hidden)})
        for event in events
    ]
    return tuple(event.model_copy(update={"id": f"e{n}"}) for n, event in enumerate(events, start=1))


def red_was_seen(event: Event, hidden: Sequence[tuple[float, float]]) -> bool:
    """False for an act on red if the lamp was hidden all the time from the start of red to the act."""
    if event.rule not in ("red_light", "stop_line"):
        return True
    since = event.t - (event.elapsed_red or 0.0)
    return not any(start <= since and event.t < end for start, end in hidden)


def _document(scenario: Scenario, cast: Cast, acts: Sequence[Act], seen: Sequence[Seen]) -> Document:
    shown = {id_ for frame in seen for id_ in frame.vehicles}
    lamps = _lamps(scenario, seen)
    return Document(
        clip=scenario.name,
        says=scenario.says,
        seed=scenario.seed,
        light=scenario.light,
        fps=str(scenario.fps),
        starts=scenario.starts,
        frames=len(seen),
        detect={"file": "detect.mp4", "size": scenario.camera.size},  # type: ignore[arg-type]
        record={"file": "record.mp4", "size": scenario.record} if scenario.record else None,  # type: ignore[arg-type]
        camera=tuple(tuple(round(float(v), 6) for v in row) for row in scenario.camera.matrix),  # type: ignore[misc]
        lamps=lamps,
        ground=_ground(scenario.street),
        vehicles=tuple(_vehicles(scenario, cast, shown)),
        events=_events(scenario, acts, seen, lamps),
    )


def _lamps(scenario: Scenario, seen: Sequence[Seen]) -> tuple[Lamp, ...]:
    found = []
    for number, head in enumerate(scenario.street.heads):
        states = scenario.programs[head.id].states(len(seen) / float(scenario.fps))
        found.append(
            Lamp(
                id=head.id,
                box=tuple(round(v, 1) for v in scenario.camera.bounds(np.array(head.corners))),  # type: ignore[arg-type]
                states=tuple((round(a, 3), round(b, 3), colour) for a, b, colour in states),
                hidden=_hidden(number, scenario, seen),
            )
        )
    return tuple(found)


def _hidden(number: int, scenario: Scenario, seen: Sequence[Seen]) -> tuple[tuple[float, float], ...]:
    covered = np.array([frame.signals.get(number, 0.0) < 0.5 for frame in seen])
    fps = float(scenario.fps)
    return tuple((round(a / fps, 3), round((b + 1) / fps, 3)) for a, b in runs(covered))


def _ground(street: Street) -> Ground:
    j, (left, right) = street.junction, street.approach
    end = j.stop if j else 75.0
    return Ground(
        stop_lines={"S1": ((left, j.stop), (right, j.stop))} if j else {},
        commit_lines={"S1": ((left - 0.6, j.near), (right + 1.5, j.near))} if j else {},
        exits={way.id: way.line for way in street.exits},
        lanes={
            lane.id: ((lane.left, 0.0), (lane.left, end), (lane.right, end), (lane.right, 0.0))
            for lane in street.lanes
        },
        solid_lines={solid.id: ((solid.x, solid.start), (solid.x, solid.end)) for solid in street.solids},
        zones={zone.id: zone.corners for zone in street.zones},
    )


def _vehicles(scenario: Scenario, cast: Cast, shown: set[int]) -> list[Vehicle]:
    found = [_vehicle(driver, parked=False) for id_, driver in cast.drivers.items() if id_ in shown]
    found += [_vehicle(driver, parked=True) for driver, _ in scenario.parked if driver.id in shown]
    walkers = [walker for walker in scenario.walkers if walker.id in shown]
    found += [Vehicle(id=walker.id, kind="pedestrian", model="walker") for walker in walkers]
    return sorted(found, key=lambda vehicle: vehicle.id)


def _vehicle(driver: Driver, *, parked: bool) -> Vehicle:
    looks = driver.looks
    heads = tuple(
        Head(seat=number, helmet=person.helmet, child=person.seat == "child")
        for number, person in enumerate(looks.people)
    )
    return Vehicle(
        id=driver.id,
        kind=looks.kind,
        also=tuple(ALSO.get(looks.body, ())),  # type: ignore[arg-type]
        model=looks.body,
        plate=looks.plate,
        plate_colour=looks.plate_colour,
        plate_lines=1 if looks.body == "suv" else 2,
        parked=parked,
        heads=() if parked else heads,
    )


def _event(act: Act, scenario: Scenario, seen: Sequence[Seen]) -> Event | None:
    """The act as an event; None if the camera shows too little of it.

    Acts that last count from when the wheels come into the picture; those visible for too short are open.
    """
    fps, size = float(scenario.fps), scenario.camera.size
    first, last = int(act.during[0] * fps), min(len(seen) - 1, int(np.ceil(act.during[1] * fps)))
    shown = [n for n in range(first, last + 1) if _is_shown(seen[n].vehicles.get(act.vehicle), size)]
    if not shown:
        return None
    t, during, verdict, code = act.t, act.during, act.verdict, act.code
    if act.rule in LASTING:
        t = max(t, shown[0] / fps)
        during = (max(during[0], shown[0] / fps), min(during[1], shown[-1] / fps))
        if verdict == "violation" and during[1] - t < LEAST_SECONDS:
            verdict, code = "open", "hardly_in_picture"
    at = min(len(seen) - 1, round(t * fps))
    if not _is_shown(seen[at].vehicles.get(act.vehicle), size):
        return None

    def clear(frames: range) -> list[bool]:
        return [_clear(seen[n].vehicles.get(act.vehicle), size) for n in frames if 0 <= n < len(seen)]

    looks = clear(range(int(during[0] * fps), int(np.ceil(during[1] * fps)) + 1))
    share = sum(looks) / max(1, len(looks))
    before = any(clear(range(at - round(1.5 * fps), at - 1))) or act.rule not in ("red_light", "stop_line")
    provable = share >= 0.6 and sum(clear(range(at - 3, at + 4))) >= 3 and before
    return Event(
        id="e0", rule=act.rule, verdict=verdict, code=code, vehicle=act.vehicle, t=round(t, 3),
        during=(round(during[0], 3), round(during[1], 3)), line=act.line, lane=act.lane,
        elapsed_red=act.elapsed_red, clear=round(share, 2), provable=provable,
    )  # fmt: skip


def _is_shown(row: Mapping[str, Any] | None, size: tuple[int, int]) -> bool:
    """Whether its wheels are in the picture, and it is not too small."""
    if row is None or row["visible"] == 0.0:
        return False
    (x, y), box = row["ground"], row["box"]
    return bool(0 <= x < size[0] and 0 <= y < size[1] and box[3] - box[1] >= LEAST_HEIGHT * size[1] / 720)


def _clear(row: Mapping[str, Any] | None, size: tuple[int, int]) -> bool:
    """Whether at least half of the vehicle and the wheels nearest to the camera are visible."""
    if row is None or row["visible"] < 0.5 or not row["wheels"]:
        return False
    near = sorted(row["wheels"], key=lambda wheel: -wheel[1])[: max(1, len(row["wheels"]) // 2)]
    return all(not hidden and 0 <= u < size[0] and v < size[1] for u, v, hidden in near)


def _frame_rows(scenario: Scenario, cast: Cast, seen: Sequence[Seen]) -> list[list[object]]:
    rows: list[list[object]] = []
    for frame, sight in enumerate(seen):
        for id_, row in sorted(sight.vehicles.items()):
            step = step_of(scenario.starts + frame / float(scenario.fps))
            trace = cast.traces[id_].at(step) if id_ in cast.traces else None
            heading, speed = (trace[2], trace[3]) if trace else (0.0, 0.0)
            x, y = row["metres"]
            lane = scenario.street.lane_at(x, y)
            numbers = [*row["box"], *(row["seen"] or ("", "", "", ""))]
            rows.append(
                [
                    *(frame, id_),
                    *(_short(v) for v in numbers),
                    row["visible"],
                    *(_short(v) for v in row["ground"]),
                    *(f"{v:.3f}" for v in (x, y, heading, speed)),
                    lane.id if lane else "",
                    "|".join(f"{_short(u)} {_short(v)} {int(hidden)}" for u, v, hidden in row["wheels"]),
                    _plate_text(row["plate"]),
                ]
            )
    return rows


def _plate_text(plate: Any) -> str:
    if plate is None:
        return ""
    corners, tall, share = plate
    return " ".join([*(_short(v) for v in np.ravel(corners)), _short(tall), f"{share:g}"])


def _head_rows(seen: Sequence[Seen]) -> list[list[object]]:
    return [
        [frame, id_, seat, *(_short(v) for v in box), f"{share:g}"]
        for frame, sight in enumerate(seen)
        for (id_, seat), (box, share) in sorted(sight.heads.items())
    ]


def _short(value: object) -> str:
    return value if isinstance(value, str) else f"{float(value):.1f}"  # type: ignore[arg-type]


def _write_table(file: Path, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Gzip without a timestamp, so that the same table gives the same bytes."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    file.write_bytes(gzip.compress(text.getvalue().encode(), 9, mtime=0))
