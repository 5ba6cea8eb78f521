"""A step for sites with a second camera: the joined plate camera, its lanes and the clock difference."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

import cv2
from fastapi import APIRouter, Form, Request
from fastapi.responses import FileResponse, RedirectResponse, Response

from configs.scene import Scene, Section
from edge.detect.detector import DetectorError
from edge.setup import recording
from edge.setup.camera_routes import streams_of_draft
from edge.setup.drafts import Draft, scene_of
from edge.setup.joining import Recorded, Shown, measure
from edge.setup.pages import place_of, places, render, sight, step_page, tasks
from edge.setup.places import Place, Places, SetupError
from edge.setup.tasks import Report
from edge.video.frame import VideoError

router = APIRouter()

SECONDS = 40.0
"""Seconds recorded from both cameras at once."""

RECORDING = 0.4
"""Part of the progress bar for recording."""

MEASURED = "joined.json"
"""File of the newest measurement, in the overview's folder."""

TRUSTED_METRES = 0.6
"""Most metres between both cameras' positions of a vehicle; beyond, the stretch is drawn differently in
them."""

_TOGETHER = datetime(1970, 1, 1, tzinfo=UTC)
"""Assumed start of two files that are said to start at the same moment."""


@router.get("/cameras/{name}/join")
def join_page(request: Request, name: str) -> Response:
    """The page of the step."""
    place = place_of(request, name)
    draft = place.draft()
    shown = {
        "draft": draft,
        "scene": scene_of(draft),
        "others": {other.draft()["id"]: other for other in places(request).all() if other.name != place.name},
        "sections_of": lambda other: [section.id for section in _sections(other.draft())],
        "measured": place.kept(MEASURED),
        "trusted": TRUSTED_METRES,
    }
    return step_page(request, place, "join", **shown)


@router.post("/cameras/{name}/join")
def join(
    request: Request,
    name: str,
    camera: Annotated[str, Form()],
    section: Annotated[str, Form()],
    lanes: Annotated[list[str] | None, Form()] = None,
) -> Response:
    """Joins a plate camera, or changes its settings; both then belong to one junction."""
    place = place_of(request, name)
    draft, other = place.draft(), _camera(places(request), camera)
    there = other.draft()
    for one in (draft, there):
        _section(one, section)
    _keep_joined(place, camera, {"section": section} | ({"lanes": lanes} if lanes else {}))
    if there["site"] != draft["site"]:
        other.save(there | {"site": draft["site"]})
    return RedirectResponse(f"/cameras/{name}/join", 303)


@router.post("/cameras/{name}/join/{camera}/remove")
def part(request: Request, name: str, camera: str) -> Response:
    """Removes that plate camera."""
    place = place_of(request, name)
    draft = place.draft()
    draft["plate_cameras"] = [one for one in draft.get("plate_cameras", []) if one["camera"] != camera]
    place.save({key: value for key, value in draft.items() if key != "plate_cameras" or value})
    return RedirectResponse(f"/cameras/{name}/join", 303)


def _keep_joined(place: Place, camera: str, joined: dict[str, Any]) -> None:
    """Replaces the entry of that plate camera."""
    draft = place.draft()
    others = [one for one in draft.get("plate_cameras", []) if one["camera"] != camera]
    place.save(draft | {"plate_cameras": [*others, {"camera": camera, **joined}]})


@router.post("/cameras/{name}/join/{camera}/measure")
def measure_clocks(request: Request, name: str, camera: str) -> Response:
    """Records both cameras at once and compares them; if one has no address, the existing recordings are
    used."""
    place, other = place_of(request, name), _camera(places(request), camera)
    joined = next((one for one in place.draft().get("plate_cameras", []) if one["camera"] == camera), None)
    if joined is None:
        raise SetupError("no_camera", name=camera)
    look = sight(request)

    def work(report: Report) -> None:
        here, there = _recorded(place, other, joined["section"], lambda done: report(RECORDING * done))
        try:
            with look.busy:
                rest = 1 - RECORDING
                found, shown = measure(
                    here, there, look.eyes.detector, lambda done: report(RECORDING + rest * done)
                )
        except (VideoError, DetectorError) as error:
            raise SetupError("not_watched") from error
        _keep_joined(place, camera, joined | {"offset": round(found.offset, 2)})
        _keep_pictures(place, shown)
        place.keep(MEASURED, found.as_json() | {"camera": camera})

    task = tasks(request).start(name, "join", work)
    return render(request, "_task.html", place=place, task=task)


def _recorded(place: Place, other: Place, section: str, report: Report) -> Iterator[Recorded]:
    """Recordings of one minute from both cameras: the overview, then the plate camera."""
    both = (place, other)
    drafts = [one.draft() for one in both]
    paths = [one.recording for one in both]
    begun = [_TOGETHER, _TOGETHER]
    if all("detect_stream" in draft for draft in drafts):
        paths = [one.path("joined.mp4") for one in both]
        with ThreadPoolExecutor(2) as pool:
            recordings = [
                pool.submit(recording.from_stream, streams_of_draft(one)[0], path, SECONDS, report)
                for one, path in zip(both, paths, strict=True)
            ]
        begun = [one.result() for one in recordings]
    for draft, path, start in zip(drafts, paths, begun, strict=True):
        if not path.exists():
            raise SetupError("no_recording")
        yield Recorded(path, start, tuple(draft["size"]), _section(draft, section))


def _keep_pictures(place: Place, shown: list[Shown]) -> None:
    for number, one in enumerate(shown):
        for which, image in (("here", one.here), ("there", one.there)):
            place.path(f"joined-{number}-{which}.jpg").write_bytes(cv2.imencode(".jpg", image)[1].tobytes())


@router.get("/cameras/{name}/join/{number}-{which}.jpg")
def picture(request: Request, name: str, number: int, which: Literal["here", "there"]) -> Response:
    """A vehicle seen by both, in the picture of one."""
    path = place_of(request, name).path(f"joined-{number}-{which}.jpg")
    if not path.exists():
        raise SetupError("no_recording")
    return FileResponse(path, media_type="image/jpeg")


def _camera(all_places: Places, camera: str) -> Place:
    """The camera with this id in its file, which may have another name. Raises SetupError."""
    for place in all_places.all():
        if place.draft()["id"] == camera:
            return place
    raise SetupError("no_camera", name=camera)


def _sections(draft: Draft) -> tuple[Section, ...]:
    scene: Scene | None = scene_of(draft)
    return scene.sections if scene else ()


def _section(draft: Draft, wanted: str) -> Section:
    """The drawn stretch of road. Raises SetupError if there is none."""
    found = next((one for one in _sections(draft) if one.id == wanted), None)
    if found is None:
        raise SetupError("lacks_section", camera=draft["id"], section=wanted)
    return found
