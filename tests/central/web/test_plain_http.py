"""A session that the browser will not keep is told where people sign in."""

from collections.abc import Callable
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from central import migrations
from central.app import create_app
from central.db import make_engine
from central.portal.app import create_portal
from central.settings import CentralSettings, OfficeSettings
from central.web.language import COOKIE
from central.words.dictionary import translator
from central.words.languages import LANGUAGES

FACES = {"/sign-in": (create_app, "sign_in.plain"), "/open": (create_portal, "portal.open.plain")}


@pytest.mark.parametrize("path", FACES)
@pytest.mark.parametrize(
    ("address", "secure", "told"),
    [
        ("http://ioc.example.vn", True, True),
        ("http://10.0.0.5:8000", True, True),
        ("https://ioc.example.vn", True, False),
        ("http://localhost:8000", True, False),  # browsers keep it there
        ("http://127.0.0.1:8000", True, False),
        ("http://ioc.example.vn", False, False),
    ],
)
def test_a_browser_that_drops_the_session_is_told_why(
    tmp_path: Path, path: str, address: str, secure: bool, told: bool
) -> None:
    office = OfficeSettings(portal=address)
    settings = CentralSettings(data_dir=tmp_path, secure_cookies=secure, unit="BN", office=office)
    engine = make_engine(settings.database_url)
    migrations.upgrade(engine)
    engine.dispose()
    make: Callable[[CentralSettings], FastAPI]
    make, word = FACES[path]
    with TestClient(make(settings), base_url=address) as browser:
        for language in LANGUAGES:
            browser.cookies.set(COOKIE, language)
            page = browser.get(path)
            assert page.status_code == 200
            assert (translator(language)(word) in page.text) == told
