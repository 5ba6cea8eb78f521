"""A camera file being drawn: a plain mapping with the keys of the file, complete or not.

Its errors are reported by the models and checks that read the finished file: one source of truth for both.
"""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any

import yaml
from pydantic import ValidationError

from configs.camera import CameraConfig, config_sha256
from configs.camera_check import camera_problems
from configs.loading import Location
from configs.refusals import refusal
from configs.scene import Scene
from configs.wording import Words

Draft = dict[str, Any]

DRAWN = ("heads", "stop_lines", "lanes", "solid_lines", "zones", "rider_zones", "sections")
"""Keys of the drawing."""

_POINTS = frozenset({"line", "commit", "polygon", "corners"})


def new_draft(camera: str, name: str) -> Draft:
    """An empty camera file; `name` is the name of the junction."""
    return {"id": camera, "site": {"id": camera, "name": name}, "calibration": "draft"}


def draft_of(config: CameraConfig) -> Draft:
    """The draft of a finished file: its content without default values."""
    return dict(config.model_dump(mode="json", exclude_unset=True))


def problems(draft: Draft) -> Iterator[tuple[Location, Words]]:
    """Everything that prevents the draft from being a camera file, each with the place of its key."""
    try:
        config = CameraConfig.model_validate(draft)
    except ValidationError as error:
        for item in error.errors(include_url=False, include_input=False):
            yield item["loc"], refusal(item, CameraConfig)
        return
    yield from camera_problems(config)


def scene_of(draft: Draft) -> Scene | None:
    """The drawing as the rules' scene; None while it can't be read."""
    try:
        return Scene.model_validate({key: draft[key] for key in Scene.model_fields if key in draft})
    except ValidationError:
        return None


def drawn_sha256(config: CameraConfig) -> str:
    """SHA-256 of the file without its calibration id, which activation changes but which affects no
    results."""
    return config_sha256(config.model_copy(update={"calibration": "drawn"}))


def resized(draft: Draft, size: tuple[int, int]) -> Draft:
    """The draft for a picture of another size, with the drawing scaled."""
    fresh = deepcopy(draft)
    if (old := draft.get("size")) and tuple(old) != size:
        across, down = size[0] / old[0], size[1] / old[1]
        for group in DRAWN:
            if group in fresh:
                fresh[group] = [_scaled(item, across, down) for item in fresh[group]]
        if roi := fresh.get("detect", {}).get("roi"):
            fresh["detect"]["roi"] = _scaled_box(roi, across, down)
    return fresh | {"size": list(size)}


def drawn_as(other: Mapping[str, Any], draft: Draft) -> Draft:
    """The draft with the drawing and rules of another camera's file, scaled to its own picture size."""
    size = tuple(draft.get("size") or other["size"])
    copied = resized({key: other[key] for key in (*DRAWN, "size", "rules", "detect") if key in other}, size)
    return {key: value for key, value in draft.items() if key not in DRAWN} | copied


def as_yaml(draft: Draft) -> str:
    """The text of the camera file."""
    kept = {key: value for key, value in draft.items() if value not in ([], None)}
    order = [key for key in CameraConfig.model_fields if key in kept]
    text = yaml.safe_dump(
        {key: kept[key] for key in sorted(kept, key=_file_order(order))},
        sort_keys=False,
        allow_unicode=True,
        default_flow_style=None,
        width=110,
    )
    return f"# Written by the set-up page (ngatu edge setup).\n{text}"


def _file_order(order: list[str]) -> Any:
    first = ("id", "site", "size", "calibration", "detect_stream", "record_stream", "detect")
    rank = {key: number for number, key in enumerate((*first, *(k for k in order if k not in first)))}
    return lambda key: rank.get(key, len(rank))


def _scaled(item: Mapping[str, Any], across: float, down: float) -> dict[str, Any]:
    fresh = dict(item)
    for key, value in item.items():
        if key in _POINTS and value:
            fresh[key] = [[round(x * across, 1), round(y * down, 1)] for x, y in value]
        elif key == "box":
            fresh[key] = _scaled_box(value, across, down)
        elif key == "direction" and value:
            fresh[key] = [value[0] * across, value[1] * down]
        elif key == "exits":
            fresh[key] = [_scaled(way, across, down) for way in value]
    return fresh


def _scaled_box(box: list[float], across: float, down: float) -> list[float]:
    x1, y1, x2, y2 = box
    return [round(x1 * across, 1), round(y1 * down, 1), round(x2 * across, 1), round(y2 * down, 1)]
