"""Step 4, after the replay: a test is sent to the centre, and the page shows how far it came."""

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from configs.camera import CameraConfig
from configs.node import NodeConfig
from edge.setup.drafts import problems
from edge.setup.pages import language, now, place_of, places, render, sight, tasks
from edge.setup.places import Place, SetupError
from edge.setup.sending import SENT, STEPS, Progress, fault_of, keys_of, send
from edge.setup.tasks import Report

router = APIRouter()


def sent_test(request: Request, place: Place) -> dict[str, Any]:
    """The newest test of a camera for the page, and why none can be sent (`hindrance`)."""
    kept = place.kept(SENT)
    return {
        "sent": kept,
        "sent_steps": STEPS,
        "sending": tasks(request).of(place.name, "send"),
        "fault": fault_of(kept) if kept else None,
        "hindrance": _hindrance(request, place),
    }


def _hindrance(request: Request, place: Place) -> SetupError | None:
    try:
        _sender(request, place)
    except SetupError as error:
        return error
    return None


def _sender(request: Request, place: Place) -> NodeConfig:
    """The node that sends the camera's test. Raises SetupError if none can."""
    node = places(request).sender_of(place)
    if node is None:
        raise SetupError("test_no_node")
    keys_of(node)
    return node


@router.post("/cameras/{name}/sent-test")
def start(request: Request, name: str, by: Annotated[str, Form(min_length=2, max_length=80)]) -> Response:
    """Makes a test of the recording and sends it."""
    place = place_of(request, name)
    draft = place.draft()
    if found := list(problems(draft)):
        raise SetupError("problems", words=found[0][1].in_language(language(request)))
    node = _sender(request, place)
    config, look = CameraConfig.model_validate(draft), sight(request)
    progress = Progress(place, by.strip(), now(request).isoformat())

    def work(report: Report) -> None:
        send(progress, place.recording, config, node, look, report)

    tasks(request).start(name, "send", work)
    return show(request, name)


@router.get("/cameras/{name}/sent-test")
def show(request: Request, name: str) -> Response:
    """How far the newest test has come."""
    place = place_of(request, name)
    return render(request, "_sent_test.html", place=place, **sent_test(request, place))
