"""Step 4: the recorded minute is replayed with the drawing."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from configs.camera import CameraConfig
from edge.setup.drafts import drawn_sha256, problems
from edge.setup.pages import language, place_of, render, sight, step_page, tasks
from edge.setup.places import Place, SetupError
from edge.setup.sending_routes import sent_test
from edge.setup.tasks import Report
from edge.setup.trial import TRIAL, run_trial
from edge.video.frame import VideoError

router = APIRouter()

SHORTEST_AMBER = 3.0
"""Seconds of amber below which the signal plan is doubtful; in less nobody can stop."""

FRAME_DOUBT = 0.2
"""Possible error in seconds of a length read from pictures."""


@router.get("/cameras/{name}/try")
def trial(request: Request, name: str) -> Response:
    """The page of the step, with the results of the newest run."""
    place = place_of(request, name)
    draft = place.draft()
    found = list(problems(draft))
    kept = None if found else place.kept(TRIAL)
    fresh = kept is not None and kept["config"] == drawn_sha256(CameraConfig.model_validate(draft))
    shown = {"problems": found, "trial": kept, "is_fresh": fresh, "data": _data(place, draft)}
    if not place.recording.exists():
        raise SetupError("no_recording")
    shown |= sent_test(request, place)
    return step_page(request, place, "try", **shown, shortest=SHORTEST_AMBER - FRAME_DOUBT)


def _data(place: Place, draft: dict[str, Any]) -> dict[str, Any]:
    return {"camera": place.name, "draft": draft}


@router.get("/cameras/{name}/trial.json")
def trial_data(request: Request, name: str) -> Response:
    """Results of the newest run, for the picture."""
    kept = place_of(request, name).kept(TRIAL)
    if kept is None:
        raise SetupError("no_trial")
    return JSONResponse(kept)


@router.post("/cameras/{name}/trial")
def start(request: Request, name: str) -> Response:
    """Runs the draft on the recording."""
    place = place_of(request, name)
    draft = place.draft()
    if found := list(problems(draft)):
        raise SetupError("problems", words=found[0][1].in_language(language(request)))
    config = CameraConfig.model_validate(draft)
    look = sight(request)

    def work(report: Report) -> None:
        try:
            with look.busy:
                made = run_trial(place.recording, config, look.eyes, report)
        except VideoError as error:
            raise SetupError("no_recording") from error
        place.keep(TRIAL, made.as_json())

    task = tasks(request).start(name, "replay", work)
    return render(request, "_task.html", place=place, task=task)
