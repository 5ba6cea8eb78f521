"""The list of cameras, adding one, choosing the language."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from configs.wording import Language
from edge.setup.pages import COOKIE, places, render
from web.safety import is_own_path

router = APIRouter()


@router.get("/")
def cameras(request: Request) -> Response:
    """Every camera of the folder."""
    return render(request, "cameras.html", cameras=places(request).all(), folder=places(request).folder)


@router.post("/cameras")
def add(request: Request, name: Annotated[str, Form(max_length=200)]) -> Response:
    """Adds a camera and opens its first step."""
    place = places(request).add(name.strip())
    return RedirectResponse(f"/cameras/{place.name}/camera", 303)


@router.get("/language/{wanted}")
def choose_language(request: Request, wanted: Language) -> Response:
    """Stores the language of this browser and goes back."""
    back = request.headers.get("referer", "/").removeprefix(str(request.base_url).rstrip("/"))
    answer = RedirectResponse(back if is_own_path(back) else "/", 303)
    answer.set_cookie(COOKIE, wanted, httponly=True, samesite="strict", max_age=365 * 24 * 3600)
    return answer
