"""An office for each test, on both databases."""

from datetime import datetime

import pytest
from sqlalchemy import Engine

from tests.central.proceedings.office import Office


@pytest.fixture
def office(engine: Engine, now: datetime) -> Office:
    """People in every role, a valid device, a head of division who signs."""
    return Office(engine, now).open()
