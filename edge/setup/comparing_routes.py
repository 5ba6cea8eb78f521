"""Step 5, before activating: what the draft would find differently from the file in force, on the recorded
minute and on the last day's clips that the node still has."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from configs.camera import CameraConfig
from configs.camera_check import load_camera
from configs.rules import RULES
from configs.wording import LANGUAGES
from edge.camera import Eyes
from edge.setup.drafts import drawn_sha256, problems
from edge.setup.pages import language, now, place_of, places, render, sight, tasks
from edge.setup.places import Place, Places, SetupError
from edge.setup.tasks import Report
from edge.video.frame import VideoError
from edge.what_if import BACK, MOST, Act, Difference, Kept, compare, kept_clips

router = APIRouter()

WHAT_IF = "what-if.json"
"""File of the newest comparison, in the camera's folder."""


@router.post("/cameras/{name}/what-if")
def start(request: Request, name: str) -> Response:
    """Analyses the recording and the node's clips under both files."""
    place = place_of(request, name)
    draft = place.draft()
    if found := list(problems(draft)):
        raise SetupError("problems", words=found[0][1].in_language(language(request)))
    new, present = CameraConfig.model_validate(draft), load_camera(place.file)
    since, look = now(request) - BACK, sight(request)
    clips = clips_of(place, places(request), present.id, since)

    def work(report: Report) -> None:
        with look.busy:
            made = list(_compared(clips, present, new, look.eyes, report))
        place.keep(WHAT_IF, _as_json(made, present, new))

    task = tasks(request).start(name, "compare", work)
    return render(request, "_task.html", place=place, task=task)


def clips_of(place: Place, every: Places, camera: str, since: datetime) -> list[Kept]:
    """The recorded minute, then the clips of this camera's node, the newest `MOST`."""
    found = []
    if place.recording.exists():
        made = datetime.fromtimestamp(place.recording.stat().st_mtime, UTC)
        found.append(Kept("", "", made, place.recording))
    node = every.node_of(place)
    return found + (kept_clips(node.data, camera, since)[-MOST:] if node else [])


def _compared(
    clips: list[Kept], present: CameraConfig, new: CameraConfig, eyes: Eyes, report: Report
) -> Iterator[Difference]:
    for number, clip in enumerate(clips):
        try:
            yield compare(clip, present, new, eyes)
        except VideoError:
            continue  # a clip deleted meanwhile is left out
        finally:
            report((number + 1) / len(clips))


def _as_json(made: list[Difference], present: CameraConfig, new: CameraConfig) -> dict[str, Any]:
    return {
        "between": between(present, new),
        "clips": sum(bool(one.kept.event) for one in made),
        "recorded": any(not one.kept.event for one in made),
        "same": sum(len(one.same) for one in made),
        "rows": [_row(one) for one in made if one.lost or one.gained],
    }


def between(present: CameraConfig, new: CameraConfig) -> list[str]:
    """The two drawings that are compared."""
    return [drawn_sha256(present), drawn_sha256(new)]


def _row(one: Difference) -> dict[str, Any]:
    return {
        "at": one.kept.at.isoformat() if one.kept.event else None,
        **{part: [_act(act) for act in getattr(one, part)] for part in ("same", "lost", "gained")},
    }


def _act(act: Act) -> dict[str, Any]:
    label = RULES[act.rule].label
    rule = {lang: label.in_language(lang) for lang in LANGUAGES}
    return {"t": act.t, "decision": act.decision, "rule": rule}
