"""Step 5: activates the draft as the camera file, or restores an earlier one."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from configs.camera import CameraConfig
from configs.camera_check import load_camera
from edge.setup import verdicts
from edge.setup.comparing_routes import WHAT_IF, between
from edge.setup.drafts import Draft, as_yaml, problems
from edge.setup.pages import ASSETS, language, now, page_text, place_of, step_page
from edge.setup.places import Place
from edge.setup.sheet import as_pdf, can_make_pdf, in_line, sheet_of, still

router = APIRouter()


@router.get("/cameras/{name}/activate")
def activate_page(request: Request, name: str) -> Response:
    """What would become active, its problems, and the earlier revisions."""
    place = place_of(request, name)
    draft = place.draft()
    found = list(problems(draft))
    what_if = None if found else _what_if(place, draft)
    shown = {"problems": found, "text": as_yaml(draft), "revisions": place.revisions()}
    return step_page(request, place, "activate", draft=draft, what_if=what_if, **shown)


def _what_if(place: Place, draft: Draft) -> dict[str, Any] | None:
    """The newest comparison of the file in force with this draft."""
    kept: dict[str, Any] | None = place.kept(WHAT_IF)
    if kept is None or not place.is_active:
        return None
    fresh = between(load_camera(place.file), CameraConfig.model_validate(draft))
    return kept if kept["between"] == fresh else None


@router.post("/cameras/{name}/activate")
def activate(request: Request, name: str) -> Response:
    """Makes the draft the camera file."""
    place_of(request, name).activate(now(request))
    return RedirectResponse(f"/cameras/{name}/activate", 303)


@router.post("/cameras/{name}/revisions/{number}")
def roll_back(request: Request, name: str, number: int) -> Response:
    """Makes an earlier revision the camera file again."""
    place_of(request, name).roll_back(number, now(request))
    return RedirectResponse(f"/cameras/{name}/activate", 303)


@router.get("/cameras/{name}/sheet")
def sheet(request: Request, name: str) -> Response:
    """The as-built sheet, for reading and printing."""
    place = place_of(request, name)
    picture = f"/cameras/{name}/still.jpg"
    return HTMLResponse(_sheet(request, place, picture, with_pdf=can_make_pdf()))


@router.get("/cameras/{name}/sheet.pdf")
def sheet_pdf(request: Request, name: str) -> Response:
    """The same as a PDF."""
    place = place_of(request, name)
    page = _sheet(request, place, in_line(still(place)), with_pdf=False)
    style = ASSETS.files["sheet.css"].content.decode()
    named = {"Content-Disposition": f'attachment; filename="{name}.pdf"'}
    return Response(as_pdf(page, style), media_type="application/pdf", headers=named)


def _sheet(request: Request, place: Place, picture: str, *, with_pdf: bool) -> str:
    shown = {"place": place, "sheet": sheet_of(place), "picture": picture, "with_pdf": with_pdf}
    return page_text(request, "sheet.html", **shown, verdicts=verdicts.kept(place, language(request)))


@router.get("/cameras/{name}/still.jpg")
def recorded_still(request: Request, name: str) -> Response:
    """The first picture of the recording."""
    return Response(still(place_of(request, name)), media_type="image/jpeg")
