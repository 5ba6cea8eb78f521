"""The portal for each test."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine

from tests.central.portal.site import PortalSite, portal_site


@pytest.fixture
def site(sqlite_engine: Engine, tmp_path: Path, now: datetime) -> Iterator[PortalSite]:
    """An office with people in every role, and its portal."""
    yield from _running(sqlite_engine, tmp_path, now)


@pytest.fixture
def any_site(engine: Engine, tmp_path: Path, now: datetime) -> Iterator[PortalSite]:
    """The same on SQLite, then on PostgreSQL: for what locks and counts."""
    yield from _running(engine, tmp_path, now)


def _running(engine: Engine, folder: Path, now: datetime) -> Iterator[PortalSite]:
    made = portal_site(engine, folder, now)
    yield made
    made.portal.state.engine.dispose()
