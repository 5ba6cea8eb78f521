"""The demo's people: made once, and at work with the one password at once."""

from datetime import UTC, datetime
from pathlib import Path

import yaml

from central.accounts import sessions
from central.accounts.permissions import Role
from central.db import make_engine
from ngatu.demo_people import PEOPLE, doors, hire
from tests.central import databases

PASSWORD = "kX3-zq8_Wm1T"


def test_everybody_signs_in_with_the_one_password(tmp_path: Path) -> None:
    file = tmp_path / "centre.yaml"
    file.write_text(yaml.safe_dump({"data_dir": str(tmp_path), "secure_cookies": False}))
    databases.migrated_sqlite(tmp_path / "central.db")
    for _ in range(2):  # as when the demo is started again
        hire(file, PASSWORD)
    engine = make_engine(f"sqlite:///{tmp_path / 'central.db'}")
    now = datetime.now(UTC)
    tokens = [sessions.sign_in(engine, name, PASSWORD, now) for name, _, _ in PEOPLE]
    users = [sessions.user_of_token(engine, token, now) for token in tokens]
    assert {Role(user.role) for user in users} == set(Role) - {Role.COMMUNE, Role.DEVICE_USER}
    assert not any(user.must_change_password for user in users)


def test_each_has_a_door_of_their_own() -> None:
    table = doors(8000)
    addresses = list(table.columns[2].cells)
    assert addresses[0] == "http://operator.localhost:8000"
    assert len(set(addresses)) == len(PEOPLE)
    assert "IOC operator" in str(next(iter(table.columns[1].cells)))
