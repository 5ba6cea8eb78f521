"""The ingest process against a real Mosquitto: killed in the middle, started twice, fed with rubbish."""

import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import paho.mqtt.client as mqtt
import pytest
import yaml
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from sqlmodel import select

from central import migrations
from central.cases.models import Case
from central.db import make_engine, transaction
from central.fleet.enrolment import enrol
from central.fleet.models import Node
from central.ingest.models import Quarantined
from central.keys import create_key
from central.settings import CentralSettings, load_settings
from contract.canonical import sha256_hex
from contract.receipts import Receipt
from contract.reports import NodeStatus
from contract.signing import PublicKey, verify
from contract.topics import NodeTopics
from tests.brokers import CENTRE_USER, Mosquitto
from tests.central import databases
from tests.central.evidence import Evidence, enrolment, evidence

NODE = "node-1"
PATIENCE = 40.0
pytestmark = pytest.mark.broker


def packet(sequence: int = 1, previous: str | None = None) -> Evidence:
    """A package of the node that has an account at the test broker."""
    return evidence(sequence, previous, node=NODE, event_id=f"{NODE}-{sequence:06d}")


@dataclass
class NodeClient:
    """A node that publishes what it is told and keeps the receipts it gets."""

    client: mqtt.Client
    centre: PublicKey
    receipts: "queue.Queue[Receipt]" = field(default_factory=queue.Queue)

    def send(self, package: Evidence) -> None:
        """Publishes a package; returns when the broker has it."""
        sent = [self.client.publish(m.topic, m.payload, qos=1) for m in package.messages()]
        for info in sent:
            info.wait_for_publish(PATIENCE)

    def publish(self, topic: str, payload: bytes) -> None:
        """Publishes one message; returns when the broker has it."""
        self.client.publish(topic, payload, qos=1).wait_for_publish(PATIENCE)

    def wait_for(self, state: str) -> Receipt:
        """The next receipt of that state. Raises queue.Empty after a while."""
        while True:
            receipt = self.receipts.get(timeout=PATIENCE)
            if receipt.state == state:
                return receipt

    def on_message(self, _client: mqtt.Client, _data: object, message: mqtt.MQTTMessage) -> None:
        """Keeps a receipt."""
        self.receipts.put(Receipt.model_validate_json(verify(message.payload.decode(), self.centre)))


@dataclass(frozen=True)
class Centre:
    """A centre in a folder: settings file, migrated database, key, one enrolled node."""

    file: Path
    settings: CentralSettings
    broker: Mosquitto

    @contextmanager
    def ingest(self, waits_for: str = "listening") -> Iterator["subprocess.Popen[bytes]"]:
        """The ingest process once it has logged that word; killed with the block if it still runs."""
        already = self.log().count(waits_for)
        log = (self.file.parent / "ingest.log").open("ab")
        process = subprocess.Popen(
            [sys.executable, "-m", "ngatu", "central", "ingest", "--settings", str(self.file)],
            stderr=log,
            cwd=Path(__file__).parents[3],
        )
        try:
            wait_until(lambda: self.log().count(waits_for) > already)
            yield process
        finally:
            process.kill()
            process.wait()
            log.close()

    @contextmanager
    def node(self) -> Iterator[NodeClient]:
        """The node, connected and listening for receipts."""
        client = mqtt.Client(CallbackAPIVersion.VERSION2, NODE, protocol=MQTTProtocolVersion.MQTTv5)
        client.username_pw_set(NODE, self.broker.password_of(NODE))
        node = NodeClient(client, create_key(self.settings.centre_key_file).public)
        listening = threading.Event()
        client.on_message = node.on_message
        client.on_subscribe = lambda *_: listening.set()
        client.connect("127.0.0.1", self.broker.plain_port)
        client.loop_start()
        client.subscribe(NodeTopics(NODE).receipt, 1)
        assert listening.wait(PATIENCE)
        yield node
        client.disconnect()
        client.loop_stop()

    def cases(self) -> list[str]:
        """Event ids of all cases."""
        return self._all(lambda session: session.exec(select(Case.event_id)).all())

    def quarantined(self) -> list[str]:
        """Reasons of everything refused."""
        return self._all(lambda session: session.exec(select(Quarantined.reason)).all())

    def node_state(self) -> list[str]:
        """State of the nodes."""
        return self._all(lambda session: session.exec(select(Node.state)).all())

    def _all(self, ask: Callable[..., object]) -> list[str]:
        engine = make_engine(self.settings.database_url)
        with transaction(engine) as session:
            found = list(ask(session))  # type: ignore[call-overload]
        engine.dispose()
        return sorted(found)

    def log(self) -> str:
        """What the ingest process wrote."""
        file = self.file.parent / "ingest.log"
        file.touch()
        return file.read_text()


@pytest.fixture
def no_database() -> None:
    """The SQLite file of the settings' own folder."""


@pytest.fixture
def postgres_url() -> Iterator[str]:
    """A PostgreSQL database of its own."""
    databases.need_postgres()
    with databases.throwaway_postgres() as url:
        yield url


@pytest.fixture(params=["no_database", pytest.param("postgres_url", marks=pytest.mark.postgres)])
def centre(request: pytest.FixtureRequest, tmp_path: Path, mosquitto_broker: Mosquitto) -> Centre:
    """A centre that reaches the broker over TLS; with PostgreSQL, two processes take evidence in."""
    password = tmp_path / "password"
    password.write_text(mosquitto_broker.password_of(CENTRE_USER))
    file = tmp_path / "centre.yaml"
    values = {
        "data_dir": str(tmp_path / "data"),
        "database": request.getfixturevalue(request.param),
        "ingest_processes": 2 if request.param == "postgres_url" else 1,
        "mqtt": {
            "host": "localhost",
            "port": mosquitto_broker.port,
            "username": CENTRE_USER,
            "password_file": str(password),
            "ca_file": str(mosquitto_broker.tls.ca),
        },
    }
    file.write_text(yaml.safe_dump(values))
    settings = load_settings(file)
    create_key(settings.centre_key_file)
    engine = make_engine(settings.database_url)
    migrations.upgrade(engine)
    with transaction(engine) as session:
        enrol(session, enrolment(NODE), datetime.now(UTC), "test")
    engine.dispose()
    return Centre(file, settings, mosquitto_broker)


def wait_until(condition: Callable[[], bool]) -> None:
    """Returns once the condition holds. Raises AssertionError after a while."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.1)


def test_a_package_becomes_a_case_and_a_receipt(centre: Centre) -> None:
    with centre.ingest(), centre.node() as node:
        package = packet()
        node.send(package)
        assert node.wait_for("stored").manifest_sha256 == package.manifest_sha256
    assert centre.cases() == [package.manifest.event_id]


def test_killed_in_the_middle_it_ends_with_one_case_of_each(centre: Centre) -> None:
    first = packet(1)
    second = packet(2, first.manifest_sha256)
    with centre.node() as node:
        with centre.ingest() as process:
            node.publish(first.manifest_message.topic, first.manifest_message.payload)
            node.wait_for("incomplete")
            for message in first.chunk_messages():
                node.client.publish(message.topic, message.payload, qos=1)
            process.send_signal(signal.SIGKILL)
        node.send(second)
        with centre.ingest():
            stored = {node.wait_for("stored").event_id for _ in range(2)}
    assert stored == {first.manifest.event_id, second.manifest.event_id}
    assert centre.cases() == sorted(stored)


def test_a_second_process_stands_by_until_the_first_is_gone(centre: Centre) -> None:
    with centre.node() as node, centre.ingest() as first:
        node.send(packet())
        node.wait_for("stored")
        with centre.ingest(waits_for="standing by"):
            first.kill()
            second = packet(2, packet().manifest_sha256)
            node.send(second)
            assert node.wait_for("stored").event_id == second.manifest.event_id


def test_rubbish_is_kept_and_work_goes_on(centre: Centre) -> None:
    topics = NodeTopics(NODE)
    with centre.ingest(), centre.node() as node:
        node.publish(topics.manifest, os.urandom(900_000))
        node.publish(topics.status, b"\xff\x00")
        node.publish(topics.chunk(sha256_hex(b""), 0), os.urandom(300_000))
        node.send(packet())
        node.wait_for("stored")
    assert centre.quarantined() == ["message.chunk", "message.faulty", "message.too_large"]


def test_birth_and_last_will_show_on_the_node(centre: Centre) -> None:
    now = datetime.now(UTC)
    topic = NodeTopics(NODE).status
    with centre.ingest(), centre.node() as node:
        for state in ("online", "offline"):
            status = NodeStatus(node=NODE, state=state, session="s-1", started_at=now, software="test")
            node.publish(topic, status.model_dump_json(by_alias=True).encode())
            wait_until(lambda state=state: centre.node_state() == [state])  # type: ignore[misc]


def test_the_broker_may_go_and_come_back(centre: Centre) -> None:
    with centre.ingest():
        centre.broker.kill()
        centre.broker.start()
        with centre.node() as node:
            wait_until(lambda: _sent_again(centre, node))
    assert centre.cases() == [packet().manifest.event_id]


def _sent_again(centre: Centre, node: NodeClient) -> bool:
    """A node sends until the receipt comes; the broker may have lost what it acknowledged."""
    node.send(packet())
    time.sleep(0.5)
    return bool(centre.cases())
