"""Versions that meet: packages of any release, delivered by today's node over a real broker to today's
centre, and messages of a node that is newer than the centre.
"""

import json
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import paho.mqtt.client as mqtt
import pytest
import yaml
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from pydantic import RootModel
from sqlmodel import Session, select

from central.cases import queries
from central.cases.models import Case
from central.db import make_engine, transaction
from central.fleet.enrolment import enrol
from central.fleet.models import HealthRecord
from central.jobs.runner import Runner
from central.keys import create_key
from central.media.store import MediaStore
from central.settings import load_settings
from central.worker import case_handler
from configs.node import BrokerConfig
from contract.canonical import canonical_bytes
from contract.package import MANIFEST_FILE, verify_package
from contract.receipts import Receipt, read_receipt
from contract.reports import Enrolment, HealthReport
from contract.signing import PublicKey, sign, verify
from contract.topics import NodeTopics
from edge.delivery.client import DeliveryClient, Pace
from edge.delivery.health import health_report
from edge.delivery.outbox import Outbox
from edge.delivery.sender import Sender
from edge.delivery.senders import Senders
from edge.delivery.session import NodeIdentity
from tests.brokers import CENTRE_USER, Mosquitto
from tests.central import databases
from tests.contract.golden.packages import CHAINS, FOLDER
from tests.edge import factories

NODE = "replay"
PATIENCE = 120.0
pytestmark = [pytest.mark.broker, pytest.mark.timeout(300)]


@dataclass
class Centre:
    """A centre whose ingest process listens at the broker."""

    folder: Path
    broker: Mosquitto

    @property
    def file(self) -> Path:
        return self.folder / "centre.yaml"

    def prepare(self, node_key: str) -> PublicKey:
        """Settings, database, the node let in; the centre's public key."""
        password = self.folder / "centre.password"
        password.write_text(self.broker.password_of(CENTRE_USER))
        link = {"host": "localhost", "port": self.broker.port, "ca_file": str(self.broker.tls.ca)}
        login = {"username": CENTRE_USER, "password_file": str(password)}
        values = {"data_dir": str(self.folder / "centre"), "mqtt": link | login}
        self.file.write_text(yaml.safe_dump(values))
        settings = load_settings(self.file)
        settings.data_dir.mkdir()
        databases.migrated_sqlite(settings.data_dir / "central.db")
        engine = make_engine(settings.database_url)
        with transaction(engine) as session:
            enrol(session, Enrolment(node=NODE, public_key=node_key, software="x"), datetime.now(UTC), "test")
        engine.dispose()
        return create_key(settings.centre_key_file).public

    @contextmanager
    def listening(self) -> Iterator[None]:
        """The ingest process."""
        words = [sys.executable, "-m", "ngatu", "central", "ingest", "--settings", str(self.file)]
        with (self.folder / "ingest.log").open("wb") as log:
            process = subprocess.Popen(words, stderr=log)
        try:
            wait_until(lambda: b"listening" in (self.folder / "ingest.log").read_bytes())
            yield
        finally:
            process.kill()
            process.wait()

    def find_pictures(self) -> None:
        """The worker's part in opening cases, once."""
        settings = load_settings(self.file)
        engine = make_engine(settings.database_url)
        opening = case_handler(engine, MediaStore(settings.media_dir), lambda: datetime.now(UTC))
        Runner(engine, [opening], lambda: datetime.now(UTC)).run_due()
        engine.dispose()

    def ask(self, question: Callable[[Session], Any]) -> Any:
        """Something the database knows."""
        engine = make_engine(load_settings(self.file).database_url)
        with transaction(engine) as session:
            answer = question(session)
        engine.dispose()
        return answer


@pytest.fixture
def centre(tmp_path: Path, mosquitto_broker: Mosquitto) -> Centre:
    return Centre(tmp_path, mosquitto_broker)


def wait_until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.1)


@contextmanager
def delivering(outbox: Outbox, centre: Centre, centre_key: PublicKey) -> Iterator[None]:
    """Today's node, delivering."""
    password = centre.folder / "node.password"
    password.write_text(centre.broker.password_of(NODE))
    config = BrokerConfig(
        host="localhost", port=centre.broker.port, ca=centre.broker.tls.ca, password_file=password
    )
    senders = Senders([Sender(outbox, NodeTopics(NODE), centre_key, time.monotonic)])

    def health(session: str) -> HealthReport:
        kept, alarms = outbox.summary(), senders.alarms
        return health_report(NODE, session, datetime.now(UTC), (), kept, Path("/"), alarms)

    identity = NodeIdentity(NODE, datetime.now(UTC), "ngatu test", ())
    client = DeliveryClient(config, identity, senders, health, Pace(0.1, 0.5, 0.5))
    stop = threading.Event()
    thread = threading.Thread(target=client.run, args=(stop,))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(20)


@pytest.mark.parametrize("chain", CHAINS, ids=lambda path: str(path.relative_to(FOLDER)))
def test_what_an_older_node_left_in_its_outbox_is_delivered_by_todays(centre: Centre, chain: Path) -> None:
    packages = sorted(chain.iterdir())
    key = (packages[0] / "public-key.txt").read_text().strip()
    centre_key = centre.prepare(key)
    for package in packages:
        manifest = verify_package(package).manifest
        assert manifest is not None
        shutil.copytree(package, centre.folder / "outbox" / "packages" / manifest.event_id)
    outbox = Outbox(centre.folder / "outbox", PublicKey.from_text(key), 10**9)
    with centre.listening(), delivering(outbox, centre, centre_key):
        wait_until(lambda: not outbox.summary().undelivered.packages)
        wait_until(lambda: bool(centre.ask(lambda s: s.exec(select(HealthRecord)).first())))
    assert set(outbox.summary().states) == {"stored"}
    assert outbox.summary().alarms == ()
    outbox.close()

    centre.find_pictures()

    def kept(session: Session) -> set[bytes]:
        return {queries.signed_bytes(session, case.id) for case in session.exec(select(Case)) if case.id}

    assert centre.ask(kept) == {(package / MANIFEST_FILE).read_bytes() for package in packages}


@contextmanager
def stranger(centre: Centre, centre_key: PublicKey, answers: list[Receipt]) -> Iterator[mqtt.Client]:
    """A node of another version: publishes what it is told and keeps the receipts."""
    client = mqtt.Client(CallbackAPIVersion.VERSION2, NODE, protocol=MQTTProtocolVersion.MQTTv5)
    client.username_pw_set(NODE, centre.broker.password_of(NODE))
    subscribed = threading.Event()
    client.on_subscribe = lambda *_: subscribed.set()
    client.on_message = lambda _client, _data, message: answers.append(
        read_receipt(verify(message.payload.decode(), centre_key))
    )
    client.connect("127.0.0.1", centre.broker.plain_port)
    client.loop_start()
    client.subscribe(NodeTopics(NODE).receipt, 1)
    assert subscribed.wait(PATIENCE)
    yield client
    client.disconnect()
    client.loop_stop()


@pytest.mark.parametrize(
    ("change", "state", "code"),
    [
        ({"schema": "ngatu.manifest/3", "anything": {"new": True}}, "unsupported", "message.newer"),
        ({"smell": "burnt rubber"}, "unsupported", "message.unknown_keys"),
        ({"occurred_at": "9999-12-31T23:59:59-05:00"}, "rejected", "message.faulty"),
    ],
)
def test_a_node_newer_than_the_centre_is_told_what_to_do(
    centre: Centre, change: dict[str, Any], state: str, code: str
) -> None:
    centre_key = centre.prepare(factories.KEY.public.text)
    whole = json.loads(canonical_bytes(factories.package(1).manifest)) | {"node": NODE}
    token = sign(RootModel[Any](whole | change), factories.KEY)
    health = {"schema": "ngatu.health/9", "node": NODE, "session": "s", "at": "2026-11-24T00:00:00Z"}
    health |= {"cameras": [], "outbox_packages": 1, "outbox_bytes": 2, "disk_free_bytes": 3, "mood": "good"}
    answers: list[Receipt] = []
    with centre.listening(), stranger(centre, centre_key, answers) as node:
        node.publish(NodeTopics(NODE).health, json.dumps(health), qos=1)
        node.publish(NodeTopics(NODE).manifest, token, qos=1)
        wait_until(lambda: bool(answers))
        wait_until(lambda: bool(centre.ask(lambda s: s.exec(select(HealthRecord)).first())))
    [answer] = answers
    assert answer.state == state
    assert answer.reason is not None
    assert answer.reason.code == code
    assert answer.event_id == factories.package(1).manifest.event_id
