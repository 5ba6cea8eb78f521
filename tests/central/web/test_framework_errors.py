"""What the framework raises itself, told by each face with the headers that belong to it."""

from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp

from central.app import Centre, create_app
from central.portal.app import Portal, create_portal
from central.settings import CentralSettings

FACES = ["api", "console", "portal"]


@pytest.fixture
def faces(sqlite_engine: Engine, tmp_path: Path) -> dict[str, tuple[ASGIApp, FastAPI]]:
    """Each face: what is asked, and the application behind it."""
    url = sqlite_engine.url.render_as_string(hide_password=False)
    settings = CentralSettings(data_dir=tmp_path, database=url, secure_cookies=False)
    centre: Centre = create_app(settings)
    portal: Portal = create_portal(settings)
    return {
        "api": (centre, centre.api),
        "console": (centre, centre.console),
        "portal": (portal, portal.app),
    }


def _path(face: str) -> str:
    return "/api/v1/later" if face == "api" else "/later"


@pytest.mark.parametrize("face", FACES)
def test_the_headers_of_an_error_reach_the_visitor(
    faces: dict[str, tuple[ASGIApp, FastAPI]], face: str
) -> None:
    asked, behind = faces[face]

    def busy() -> None:
        raise HTTPException(503, headers={"Retry-After": "30"})

    behind.add_api_route(_path(face), busy, methods=["GET"])
    browser = TestClient(asked, base_url="http://localhost")
    answer = browser.get(_path(face))
    assert (answer.status_code, answer.headers.get("Retry-After")) == (503, "30")
    kind = "application/problem+json" if face == "api" else "text/html"
    assert answer.headers["Content-Type"].startswith(kind)


@pytest.mark.parametrize("face", FACES)
def test_a_wrong_method_is_told_with_those_that_are_right(
    faces: dict[str, tuple[ASGIApp, FastAPI]], face: str
) -> None:
    asked, behind = faces[face]
    behind.add_api_route(_path(face), lambda: "here", methods=["GET"])
    browser = TestClient(asked, base_url="http://localhost")
    refused, options = browser.put(_path(face)), browser.options(_path(face))
    assert (refused.status_code, options.status_code) == (405, 204)
    assert set(refused.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}
    assert options.headers["Allow"] == refused.headers["Allow"]
    assert options.content == b""
