"""Rendering: the templates, the visitor's language, and the data every camera page shows."""

from datetime import datetime
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse

from configs.wording import LANGUAGES, Language
from contract.local_time import VIETNAM
from edge.setup.places import Place, Places
from edge.setup.sight import Sight
from edge.setup.tasks import TaskKind, Tasks
from edge.setup.wording import script_words, told, translator
from web.assets import SHARED, Assets
from web.templates import templates

STEPS = ("camera", "draw", "join", "rules", "try", "activate")
JOINING = "join"
"""The step needed only with more than one camera."""

TASKS_OF: dict[str, tuple[TaskKind, ...]] = {
    "camera": ("record", "convert"),
    "draw": ("watch",),
    "try": ("replay",),
    JOINING: ("join",),
    "activate": ("compare",),
}
"""The tasks whose progress each step's page shows."""

COOKIE = "lang"

_FOLDER = Path(__file__).parent
ASSETS = Assets([SHARED, _FOLDER / "static"], {"htmx.min.js": ("js_lib_htmx", "static/htmx/htmx.min.js")})
_ENVIRONMENT = templates(_FOLDER / "templates", ASSETS.address)


def language(request: Request) -> Language:
    """The language chosen in this browser; Vietnamese by default."""
    return next((known for known in LANGUAGES if known == request.cookies.get(COOKIE)), LANGUAGES[0])


def render(request: Request, template: str, status: int = 200, **values: Any) -> HTMLResponse:
    """A page, or a part of one."""
    return HTMLResponse(page_text(request, template, **values), status_code=status)


def page_text(request: Request, template: str, **values: Any) -> str:
    """The text of a page in the visitor's language."""
    lang = language(request)
    shown: dict[str, Any] = {
        "lang": lang,
        "t": translator(lang),
        "told": lambda error: told(error, lang),
        "when": _when,
        "clock": lambda minute: f"{minute // 60}:{minute % 60:02d}",
        "when_iso": lambda text: _when(datetime.fromisoformat(text)),
        "js_words": lambda: script_words(lang),
    }
    return _ENVIRONMENT.get_template(template).render(shown | values)


def step_page(request: Request, place: Place, step: str, **values: Any) -> HTMLResponse:
    """The page of one step of one camera."""
    task = tasks(request).of(place.name, *TASKS_OF.get(step, ()))
    alone = step != JOINING and len(places(request).all()) < 2
    steps = [one for one in STEPS if not (alone and one == JOINING)]
    shown: dict[str, Any] = {"place": place, "steps": steps, "step": step, "task": task}
    return render(request, f"{step}.html", **shown, **values)


def places(request: Request) -> Places:
    """The folder of camera files."""
    found: Places = request.app.state.places
    return found


def place_of(request: Request, name: str) -> Place:
    """The camera named in the URL. Raises SetupError if there is none."""
    return places(request).one(name)


def tasks(request: Request) -> Tasks:
    """The running tasks."""
    found: Tasks = request.app.state.tasks
    return found


def sight(request: Request) -> Sight:
    """The networks for analysis."""
    found: Sight = request.app.state.sight
    return found


def now(request: Request) -> datetime:
    """The time, UTC."""
    moment: datetime = request.app.state.clock()
    return moment


def _when(moment: datetime) -> str:
    return f"{moment.astimezone(VIETNAM):%H:%M %d/%m/%Y}"
