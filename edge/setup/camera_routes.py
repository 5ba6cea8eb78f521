"""Step 1: the camera's address, and the minute recorded from it."""

import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Request
from fastapi.responses import FileResponse, RedirectResponse, Response
from pydantic import ValidationError
from starlette.requests import ClientDisconnect

from configs.camera import StreamConfig
from edge.setup import recording, sun, verdicts
from edge.setup.discovery import discover
from edge.setup.drafts import resized
from edge.setup.makes import MAKES, Login, split_login, streams_of
from edge.setup.pages import language, now, place_of, render, step_page, tasks
from edge.setup.places import Place, SetupError
from edge.setup.probe import try_streams
from edge.setup.tasks import Report, TaskKind

router = APIRouter()

ONVIF = "onvif"
"""Chosen instead of a make: the camera is asked by ONVIF."""

TRYING = 0.2
"""Part of the progress bar for trying the streams."""

VIEW = "view.json"
"""File with the camera's direction of view, degrees from north; kept in its folder."""

BEARINGS = ("n", "ne", "e", "se", "s", "sw", "w", "nw")
"""Directions to choose from, 45 degrees apart."""

LARGEST_UPLOAD = 2 * 1024**3
"""Most bytes of an uploaded video file."""


@router.get("/cameras/{name}")
def begin(request: Request, name: str) -> Response:
    """Redirects to the next step."""
    step = "draw" if place_of(request, name).recording.exists() else "camera"
    return RedirectResponse(f"/cameras/{name}/{step}", 303)


@router.get("/cameras/{name}/camera")
def camera(request: Request, name: str) -> Response:
    """The page of the step."""
    place = place_of(request, name)
    found = verdicts.kept(place, language(request))
    view = place.kept(VIEW)
    dazzled = list(sun.spans(sun.glare(view["bearing"], now(request).year))) if view else []
    more = {"makes": MAKES, "seconds": recording.SECONDS, "verdicts": found, "view": view, "dazzled": dazzled}
    return step_page(request, place, "camera", draft=place.draft(), bearings=BEARINGS, **more)


@router.post("/cameras/{name}/discover")
def look_around(request: Request, name: str) -> Response:
    """The cameras that answer in this machine's network."""
    return render(request, "_found.html", place=place_of(request, name), found=discover())


@router.post("/cameras/{name}/view")
def keep_view(request: Request, name: str, bearing: Annotated[int, Form(ge=0, lt=360)]) -> Response:
    """Stores the camera's direction of view, to predict when the sun dazzles it."""
    place_of(request, name).keep(VIEW, {"bearing": bearing})
    return RedirectResponse(f"/cameras/{name}/camera#sun", 303)


@router.post("/cameras/{name}/streams")
def keep_streams(
    request: Request,
    name: str,
    address: Annotated[str, Form()] = "",
    make: Annotated[str, Form()] = "",
    detect: Annotated[str, Form()] = "",
    record: Annotated[str, Form()] = "",
    username: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
) -> Response:
    """Stores the addresses and starts to record from them."""
    place = place_of(request, name)
    if make in MAKES and address.strip():
        record, detect = streams_of(MAKES[make], address.strip())
    elif make == ONVIF and "://" not in address:
        record, detect = _by_onvif(address.strip(), username, password)
    login = split_login(detect.strip() or address.strip())
    keep_login(place, login, split_login(record).url, username or login.username, password or login.password)
    streams = streams_of_draft(place)
    task = tasks(request).start(name, "record", lambda report: _record(place, *streams, report))
    return render(request, "_task.html", place=place, task=task)


def _by_onvif(host: str, username: str, password: str) -> tuple[str, str]:
    from edge.setup import onvif_streams  # takes a second to load, and not every camera supports it

    return onvif_streams.streams_of(host, username, password)


def keep_login(place: Place, detect: Login, record: str, username: str, password: str) -> None:
    """Writes the streams into the draft; the password goes into a file that only this user can read."""
    more: dict[str, str] = {}
    secret = place.path("password")
    if password:
        with os.fdopen(os.open(secret, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(f"{password}\n")
    if username:
        more["username"] = username
        if secret.exists():
            more["password_file"] = str(secret)
    draft = place.draft()
    draft["detect_stream"] = {"url": detect.url, **more}
    draft.pop("record_stream", None)
    if record and record != detect.url:
        draft["record_stream"] = {"url": record, **more}
    _check_streams(draft)
    place.save(draft)


def _check_streams(draft: dict[str, object]) -> None:
    for key in ("detect_stream", "record_stream"):
        try:
            if key in draft:
                StreamConfig.model_validate(draft[key])
        except ValidationError:
            raise SetupError("bad_address") from None


def streams_of_draft(place: Place) -> tuple[StreamConfig, StreamConfig | None]:
    """The analysed stream, and the evidence stream if it is another. Raises SetupError while the draft names
    none."""
    draft = place.draft()
    if "detect_stream" not in draft:
        raise SetupError("no_address")
    record = draft.get("record_stream")
    return StreamConfig.model_validate(draft["detect_stream"]), record and StreamConfig.model_validate(record)


def _record(place: Place, detect: StreamConfig, record: StreamConfig | None, report: Report) -> None:
    """Tries both streams, and records the analysed one; their properties are shown at once."""
    verdicts.forget(place)
    verdicts.keep(place, try_streams(detect, record, lambda done: report(TRYING * done)))
    rest = 1 - TRYING
    recording.from_stream(
        detect, place.recording, recording.SECONDS, lambda done: report(TRYING + rest * done)
    )
    _fit(place)


@router.get("/cameras/{name}/streams/{which}.jpg")
def picture(request: Request, name: str, which: Literal["detect", "record"]) -> Response:
    """A picture of a stream, from when it was tried."""
    path = place_of(request, name).path(f"{which}.jpg")
    if not path.exists():
        raise SetupError("no_recording")
    return FileResponse(path, media_type="image/jpeg")


def _fit(place: Place) -> None:
    """Gives the draft the size of the recording, scaling the drawing."""
    place.save(resized(place.draft(), recording.picture_size(place.recording)))


@router.put("/cameras/{name}/recording")
async def upload(request: Request, name: str) -> Response:
    """Takes a video file, sent as it is, in place of a recorded minute."""
    place = place_of(request, name)
    raw = place.path("upload.raw")
    await _store(request.stream(), raw)

    def work(report: Report) -> None:
        recording.from_file(raw, place.recording, report)
        _fit(place)

    task = tasks(request).start(name, "convert", work)
    return render(request, "_task.html", place=place, task=task)


async def _store(pieces: AsyncIterator[bytes], path: Path) -> None:
    """Stores the upload. Raises SetupError if it is too large or breaks off."""
    came = 0
    try:
        with path.open("wb") as file:
            async for piece in pieces:
                came += len(piece)
                if came > LARGEST_UPLOAD:
                    raise SetupError("too_large", gigabytes=LARGEST_UPLOAD / 1024**3)
                file.write(piece)
    except ClientDisconnect:
        path.unlink(missing_ok=True)
        raise SetupError("broken_off") from None


@router.get("/cameras/{name}/recording.mp4")
def recorded(request: Request, name: str) -> Response:
    """The recording, in the byte ranges that the browser requests."""
    place = place_of(request, name)
    if not place.recording.exists():
        raise SetupError("no_recording")
    return FileResponse(place.recording, media_type="video/mp4")


@router.get("/cameras/{name}/task/{kind}")
def progress(request: Request, name: str, kind: TaskKind) -> Response:
    """Progress of the newest task of that kind."""
    place = place_of(request, name)
    found = verdicts.kept(place, language(request)) if kind == "record" else []
    return render(request, "_task.html", place=place, task=tasks(request).of(name, kind), verdicts=found)
