"""Two who store the same at the same moment: the second is told so on every face, nothing is stored twice."""

from datetime import datetime
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import select

from central.accounts import service as accounts
from central.accounts.models import User
from central.accounts.permissions import Role
from central.app import create_app
from central.db import transaction
from central.settings import CentralSettings
from tests.central.people import add_user


@pytest.mark.parametrize("face", ["api", "console"])
def test_who_comes_second_is_told(
    engine: Engine, tmp_path: Path, now: datetime, monkeypatch: pytest.MonkeyPatch, face: str
) -> None:
    url = engine.url.render_as_string(hide_password=False)
    centre = create_app(CentralSettings(data_dir=tmp_path, database=url, secure_cookies=False))
    path = "/api/v1/doubled" if face == "api" else "/doubled"

    def store() -> None:
        with transaction(engine) as session:
            accounts.create_user(session, "lan", "Lan", Role.OPERATOR, now, "test")

    getattr(centre, face).add_api_route(path, store, methods=["GET"])
    with transaction(engine) as session:
        add_user(session, "lan", Role.OPERATOR, now)
    monkeypatch.setattr(accounts, "find_user", lambda *_: None)  # it was not there a moment before
    answer = TestClient(centre, headers={"Accept-Language": "vi"}).get(path)
    assert answer.status_code == 409
    assert "Việc này vừa được ghi cùng lúc" in answer.text
    with transaction(engine) as session:
        assert len(session.exec(select(User).where(User.username == "lan")).all()) == 1
    centre.state.engine.dispose()
