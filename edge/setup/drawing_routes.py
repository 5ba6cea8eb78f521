"""Step 2: the draft as exchanged with the drawing script."""

from typing import Annotated, Any, get_args

from fastapi import APIRouter, Form, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from configs.rules.bases import BANS, ZONES
from configs.scene import Ban, Movement, ZoneBasis
from configs.wording import Dictionary, Language
from configs.words import value_words
from contract.canonical import read_json
from contract.vehicles import VehicleKind
from edge.setup.drafts import Draft, drawn_as, problems
from edge.setup.pages import language, place_of, places, step_page
from edge.setup.places import Place, SetupError

router = APIRouter()


@router.get("/cameras/{name}/draw")
def draw(request: Request, name: str) -> Response:
    """The page of the step."""
    place = place_of(request, name)
    if not place.recording.exists():
        raise SetupError("no_recording")
    others = [other.name for other in places(request).all() if other.name != name]
    return step_page(request, place, "draw", data=_data(place, language(request)), others=others)


def _data(place: Place, lang: Language) -> dict[str, Any]:
    """Initial data of the script."""
    return {"camera": place.name, "choices": choices(lang), **_with_problems(place.draft(), lang)}


def choices(lang: Language) -> dict[str, list[tuple[str, str]]]:
    """The values of each choice in an object's form, with their words."""
    return {
        "movement": [(one, value_words("movement", one, lang)) for one in get_args(Movement)],
        "kinds": [(kind.value, value_words("kind", kind.value, lang)) for kind in VehicleKind],
        "ban": _worded(get_args(Ban), BANS, lang),
        "basis": _worded(get_args(ZoneBasis), ZONES, lang),
    }


def _worded(codes: tuple[str, ...], known: Dictionary, lang: Language) -> list[tuple[str, str]]:
    return [(code, known[code].in_language(lang)) for code in codes]


@router.get("/cameras/{name}/draft")
def draft(request: Request, name: str) -> Response:
    """The draft and its problems."""
    return JSONResponse(_with_problems(place_of(request, name).draft(), language(request)))


@router.put("/cameras/{name}/draft")
async def keep_draft(request: Request, name: str) -> Response:
    """Stores the drawing; problems are reported but don't prevent going on."""
    place = place_of(request, name)
    try:
        sent = read_json(await request.body())
    except ValueError:
        raise SetupError("bad_draft") from None
    if not isinstance(sent, dict):
        raise SetupError("bad_draft")
    place.save(sent)
    return JSONResponse({"problems": _problems(sent, language(request))})


@router.post("/cameras/{name}/clone")
def clone(request: Request, name: str, other: Annotated[str, Form()]) -> Response:
    """Copies the drawing of another camera."""
    place = place_of(request, name)
    place.save(drawn_as(place_of(request, other).draft(), place.draft()))
    return RedirectResponse(f"/cameras/{name}/draw", 303)


def _with_problems(draft: Draft, lang: Language) -> dict[str, Any]:
    return {"draft": draft, "problems": _problems(draft, lang)}


def _problems(draft: Draft, lang: Language) -> list[dict[str, Any]]:
    return [{"where": list(where), "words": what.in_language(lang)} for where, what in problems(draft)]
