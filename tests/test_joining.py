"""A node comes in by an invitation and changes its key: commands, centre, broker and node are real, and what
waited under the old key arrives."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.brokers import Mosquitto, free_port, wait_for_port
from tests.edge import road
from tests.test_whole_system import NODE, System, ended_processes, packages, wait_until

pytestmark = [pytest.mark.broker, pytest.mark.timeout(300)]


@pytest.fixture
def system(tmp_path: Path, mosquitto_broker: Mosquitto) -> Iterator[System]:
    with ended_processes(System(tmp_path, mosquitto_broker)) as made:
        (tmp_path / "road.yaml").write_text(road.camera_file(road.ROAD, "rtsp://127.0.0.1:1/road"))
        made.change_node(cameras=["road.yaml"], clip_before=1, clip_after=1)
        yield made


def play(system: System, video: Path) -> None:
    """Starts the node over a film."""
    node_file = str(system.folder / "node.yaml")
    system.start_module("node", "tests.edge.node_process", node_file, f"road={video}")


def end_node(system: System) -> None:
    system.running["node"].send_signal(signal.SIGTERM)
    assert system.running["node"].wait(60) == 0, system.log("node")


def test_a_node_comes_in_changes_its_key_and_nothing_that_waits_is_lost(system: System) -> None:
    node_file = str(system.folder / "node.yaml")
    port = free_port()
    system.ngatu("central", "migrate")
    code = system.ngatu("central", "node", "invite", NODE, "--address", f"http://127.0.0.1:{port}").strip()
    system.start("serve", "central", "serve", "--port", str(port))
    wait_for_port(port, 60)
    system.ngatu("edge", "join", node_file, code)
    passwords = system.broker.folder / "passwords"
    assert "1 account changed" in system.ngatu("central", "node", "accounts", str(passwords))
    assert system.broker.process is not None
    system.broker.process.send_signal(signal.SIGHUP)

    play(system, road.film(system.folder / "one.mp4"))
    wait_until(lambda: packages(system) >= 2, "packages that nobody takes")
    end_node(system)
    before = packages(system)
    system.ngatu("edge", "change-key", node_file)
    assert len(system.ngatu("central", "node", "keys", NODE).splitlines()) == 2

    play(system, road.film(system.folder / "two.mp4"))
    wait_until(lambda: packages(system) >= 2, "packages under the new key")
    system.start_ingest()
    wait_until(lambda: system.running["node"].poll() is not None, "everything delivered", 120)
    assert system.running["node"].returncode == 0, system.log("node")
    taken = system.column("SELECT count(*) FROM package WHERE state = 'stored' GROUP BY key_id")
    assert sorted(map(int, taken)) == sorted([before, packages(system)])
    assert system.column("SELECT DISTINCT chain FROM package") == ["linked"]

    wait_until(lambda: len(list((system.folder / "node").glob("outbox-*"))) == 1, "the old outbox")
    play(system, system.folder / "two.mp4")
    wait_until(lambda: not list((system.folder / "node").glob("outbox-*")), "the old outbox gone", 60)
