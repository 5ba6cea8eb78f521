"""Suggestions for step 2, made once from each recording."""

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from edge.detect.detector import DetectorError
from edge.setup.pages import place_of, render, sight, tasks
from edge.setup.places import Place, SetupError
from edge.setup.suggest import suggest, watch
from edge.setup.suggested import SUGGESTIONS, as_json
from edge.setup.tasks import Report
from edge.video.frame import VideoError

router = APIRouter()


@router.post("/cameras/{name}/suggestions")
def watch_traffic(request: Request, name: str) -> Response:
    """Analyses the recording, unless that was done or is running."""
    place = place_of(request, name)
    task = tasks(request).of(name, "watch")
    if not (task and task.running) and not _is_made(place):
        look = sight(request)

        def work(report: Report) -> None:
            try:
                with look.busy:
                    minute = watch(place.recording, look.eyes.detector, look.eyes.finder, report)
                    found = as_json(suggest(minute), minute.size)
            except (VideoError, DetectorError) as error:
                raise SetupError("not_watched") from error
            place.keep(SUGGESTIONS, found)

        task = tasks(request).start(name, "watch", work)
    return render(request, "_task.html", place=place, task=task, watched=True)


@router.get("/cameras/{name}/suggestions.json")
def suggestions(request: Request, name: str) -> Response:
    """The suggestions. Raises SetupError before they are available."""
    place = place_of(request, name)
    if not _is_made(place):
        raise SetupError("no_suggestions")
    return JSONResponse(place.kept(SUGGESTIONS))


def _is_made(place: Place) -> bool:
    """Whether there are suggestions of this recording and not of an earlier one."""
    made, recorded = place.path(SUGGESTIONS), place.recording
    return made.exists() and recorded.exists() and made.stat().st_mtime >= recorded.stat().st_mtime
