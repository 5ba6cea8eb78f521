"""A test goes from the set-up page to the page of the node: page, commands, broker and database are real."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlmodel import Session

from central.db import make_engine
from central.ingest import sent_tests
from tests.brokers import Mosquitto
from tests.edge.setup.page import Page
from tests.edge.setup.test_sent_test import sent_from
from tests.test_whole_system import NODE, System, ended_processes

pytestmark = [pytest.mark.broker, pytest.mark.timeout(600)]


@pytest.fixture
def system(tmp_path: Path, mosquitto_broker: Mosquitto) -> Iterator[System]:
    with ended_processes(System(tmp_path, mosquitto_broker)) as made:
        made.enrol()
        yield made


def test_a_test_comes_through_is_checked_and_becomes_no_case(system: System) -> None:
    system.start_ingest()
    system.start("worker", "central", "worker")
    text = sent_from(Page(system.folder / "cameras"))
    assert text.count("✓") == 4, (text, system.log("ingest"), system.log("worker"))
    assert "thông suốt" in text
    assert system.column("SELECT id FROM case_file") == []
    assert system.column("SELECT state FROM node") == ["unknown"]  # it says nothing of the node itself
    with Session(make_engine(f"sqlite:///{system.folder / 'centre' / 'central.db'}")) as session:
        [shown] = sent_tests.newest(session, NODE)
    assert (shown.package.state, shown.package.test_camera) == ("stored", "nut-thu")
    assert shown.manifest.reasons[0].values == {"by": "Hùng"}
