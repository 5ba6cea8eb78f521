"""Everything the centre leans on fails once under load: killed, frozen, cut off, filled up.

Broker, database, evidence folder and vehicle register, one after the other, while a node delivers and an
operator decides. Afterwards there is one case of each violation, every accepted case has its answer, files
and audit log are whole; and whatever failed, the watches over limitation and silent nodes ran in time.

A round takes less than a minute; `NGATU_FAULT_ROUNDS=20 pytest tests/test_fault_run.py` repeats it,
`NGATU_FAULT_SECONDS=35` has each fault last so long.
"""

import os
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import httpx
import paho.mqtt.client as mqtt
import psycopg
import pytest
import yaml
from paho.mqtt.enums import CallbackAPIVersion
from sqlalchemy import Engine, delete, false
from sqlmodel import col, select

from central import migrations
from central.accounts.permissions import Role
from central.accounts.service import create_user, find_user
from central.cases.models import Case
from central.connections import circuit
from central.db import is_away, make_engine, reading, transaction
from central.fleet.enrolment import enrol
from central.jobs import queue as jobs
from central.jobs.models import Job
from central.keys import create_key
from central.registry import service as registry
from central.review.decisions import Correction, Sight, accept
from central.review.queue import claim_next
from configs.node import BrokerConfig
from contract.reports import Enrolment
from contract.topics import NodeTopics
from edge.delivery.outbox import Outbox
from edge.evidence.package import event_id, seal
from tests.brokers import CENTRE_USER, Mosquitto, free_port, wait_for_port
from tests.edge import factories
from tests.edge.delivery.node import NODE, delivering
from tests.faults import Cluster, Wire, children, freeze, thaw

ROUNDS = int(os.environ.get("NGATU_FAULT_ROUNDS", "1"))
FAULT, RECOVERY = float(os.environ.get("NGATU_FAULT_SECONDS", "1.5")), 0.8
"""Seconds that a fault lasts, and until the next."""
FIND = max(0.2, FAULT / 35)
"""Seconds between two violations: what a long fault heaps up is delivered in the time that is given."""
SLOW = 10.0
"""Seconds after which a database that has not answered counts as away."""
LATE = 30.0
"""Seconds by which a watch may be late."""
WATCHES = ("cases.expire", "fleet.watch_silence")
PATIENCE = 120.0
MP4 = b"\x00\x00\x00\x18ftypisom"
"""What a clip begins with; nobody looks at the rest of these."""
PLATE = "98A-846.19"

pytestmark = [
    pytest.mark.broker,
    pytest.mark.postgres,
    pytest.mark.timeout(200 + (60 + 20 * int(FAULT)) * ROUNDS),
    pytest.mark.skipif(Cluster.binaries() is None, reason="no PostgreSQL server to start"),
]


@dataclass
class Centre:
    """Ingest, worker, and all they lean on, each behind a wire that can be cut."""

    folder: Path
    broker: Mosquitto
    cluster: Cluster
    running: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.register_port = free_port()
        self.wires = {
            "broker": Wire(self.broker.port),
            "database": Wire(self.cluster.port),
            "register": Wire(self.register_port),
        }
        for name, content in (("centre.password", self.broker.password_of(CENTRE_USER)), ("token", "t" * 20)):
            (self.folder / name).write_text(content)
        mqtt_settings = {
            "host": "localhost",
            "port": self.wires["broker"].port,
            "ca_file": str(self.broker.tls.ca),
            "username": CENTRE_USER,
            "password_file": str(self.folder / "centre.password"),
        }
        register = f"http://127.0.0.1:{self.wires['register'].port}/registration"
        values = {
            "data_dir": str(self.data),
            "database": self.cluster.url(self.wires["database"].port),
            "mqtt": mqtt_settings,
            "ingest_processes": 2,
            "registry": {"url": register, "token_file": str(self.folder / "token")},
        }
        self.settings.write_text(yaml.safe_dump(values))
        self.engine: Engine = make_engine(self.cluster.url(self.cluster.port))
        migrations.upgrade(self.engine)
        self.data.mkdir()
        self.key = create_key(self.data / "centre.key").public
        now = datetime.now(UTC)
        with transaction(self.engine) as session:
            enrol(
                session,
                Enrolment(node=NODE, public_key=factories.KEY.public.text, software="x"),
                now,
                "test",
            )
            create_user(session, "lan", "Lan", Role.OPERATOR, now, "test")

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def settings(self) -> Path:
        return self.folder / "centre.yaml"

    def start(self, name: str, *words: str) -> None:
        """One of its processes, which stays."""
        environment = {**os.environ, "NGATU_CENTRAL_SETTINGS": str(self.settings)}
        with (self.folder / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(
                [sys.executable, "-m", "ngatu", *words], env=environment, stdout=log, stderr=log
            )

    def start_register(self) -> None:
        books, port = str(self.folder / "books"), str(self.register_port)
        words = ("--token-file", str(self.folder / "token"), "--books", books, "--port", port)
        self.start("register", "sandbox", "national", *words)
        wait_for_port(self.register_port, PATIENCE)

    def kill(self, name: str) -> None:
        self.running[name].kill()
        self.running[name].wait()

    def processes(self, name: str) -> list[int]:
        pid = self.running[name].pid
        return [pid, *children(pid)]

    def ngatu(self, *words: str) -> str:
        """A command to its end."""
        done = subprocess.run(
            [sys.executable, "-m", "ngatu", *words, "--settings", str(self.settings)],
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout.decode()

    def end(self) -> None:
        for name, process in self.running.items():
            thaw(self.processes(name) if process.poll() is None else [])
            process.kill()
            process.wait()
        self.engine.dispose()
        for wire in self.wires.values():
            wire.close()


Act = Callable[[], object]


@dataclass(frozen=True)
class Fault:
    """What fails and how: begun and ended by these."""

    part: str
    kind: str
    begin: Act
    end: Act


def faults(centre: Centre) -> Iterator[Fault]:
    """All of them, in turn."""
    broker, cluster, media = centre.broker, centre.cluster, centre.data / "media"

    def broker_process() -> list[int]:
        return [broker.process.pid] if broker.process else []

    def way(name: str) -> Act:
        address = f"http://127.0.0.1:{centre.register_port}/registration/way"
        return lambda: httpx.post(address, data={"way": name}, follow_redirects=True).raise_for_status()

    held: list[psycopg.Connection] = []
    for name, wire in centre.wires.items():
        yield Fault(name, "cut off", wire.cut, wire.mend)
    yield Fault("broker", "killed", broker.kill, broker.start)
    yield Fault("broker", "frozen", lambda: freeze(broker_process()), lambda: thaw(broker_process()))
    yield Fault("broker", "filled up", lambda: flood(broker), lambda: None)
    yield Fault("database", "killed", cluster.kill, cluster.start)
    yield Fault("database", "demoted", cluster.demote, cluster.promote)
    stopped = cluster.processes()
    yield Fault("database", "frozen", lambda: freeze(stopped), lambda: thaw(stopped))
    yield Fault("database", "filled up", lambda: held.extend(all_connections(cluster)), lambda: release(held))
    yield Fault("disk", "cut off", lambda: unmount(media), lambda: mount(media))
    yield Fault("disk", "filled up", lambda: limit(centre, 0), lambda: limit(centre, resource.RLIM_INFINITY))
    ingest = centre.processes("ingest")
    yield Fault(
        "disk", "frozen", lambda: freeze(ingest), lambda: thaw(ingest)
    )  # a hanging disk holds who writes
    yield Fault(
        "ingest", "killed", lambda: centre.kill("ingest"), lambda: centre.start("ingest", "central", "ingest")
    )
    register = centre.processes("register")
    yield Fault("register", "frozen", lambda: freeze(register), lambda: thaw(register))
    yield Fault("register", "filled up", way("maintenance"), way("right"))
    yield Fault("register", "killed", lambda: centre.kill("register"), centre.start_register)


def flood(broker: Mosquitto) -> None:
    """Thousands of messages that wait for ingest together with what matters."""
    other = mqtt.Client(CallbackAPIVersion.VERSION2, "flood")
    other.username_pw_set("node-2", broker.password_of("node-2"))
    other.connect("127.0.0.1", broker.plain_port)
    other.loop_start()
    sent = [other.publish(NodeTopics("node-2").health, os.urandom(500), qos=1) for _ in range(2000)]
    sent[-1].wait_for_publish(FAULT)
    other.disconnect()
    other.loop_stop()


def all_connections(cluster: Cluster) -> list["psycopg.Connection"]:
    """Every connection the server still gives."""
    taken: list[psycopg.Connection] = []
    try:
        while True:
            taken.append(psycopg.connect(cluster.url(cluster.port), connect_timeout=2))
    except psycopg.OperationalError:
        return taken


def release(held: list["psycopg.Connection"]) -> None:
    while held:
        held.pop().close()


def unmount(folder: Path) -> None:
    """Evidence can't be written any more: where its folder was there is none, and can be none."""
    folder.rename(folder.with_name("away"))
    folder.write_text("not a folder")


def mount(folder: Path) -> None:
    folder.unlink()
    folder.with_name("away").rename(folder)


def limit(centre: Centre, most: int) -> None:
    """How large a file ingest may write: with 0 nothing more fits onto its disk."""
    for process in centre.processes("ingest"):
        resource.prlimit(process, resource.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY))


@dataclass
class Watch:
    """How late the watches were, in seconds, by what was failing at the time.

    No watch can do its work in a database that is away, or that can only be read: then lateness counts from
    when it took writes again, over a new connection on the way that the centre takes.
    """

    centre: Centre
    failing: str = "nothing"
    worst: dict[str, float] = field(default_factory=dict)
    answers_since: datetime = field(default_factory=lambda: datetime.now(UTC))

    def look(self) -> None:
        asked = datetime.now(UTC)
        engine = make_engine(self.centre.cluster.url(self.centre.wires["database"].port))
        try:
            with transaction(engine) as session:
                session.exec(delete(Job).where(false()))  # of no row, but nothing that only reads
                due = session.exec(select(Job.run_at).where(col(Job.kind).in_(WATCHES))).all()
        except Exception:
            self.answers_since = datetime.now(UTC)
            raise
        finally:
            engine.dispose()
        now = datetime.now(UTC)
        if (now - asked).total_seconds() > SLOW:
            self.answers_since = now
        late = max((now - max(at, self.answers_since)).total_seconds() for at in due)
        self.worst[self.failing] = max(late, self.worst.get(self.failing, 0.0))


@dataclass
class Load:
    """A node that finds violations, and an operator who accepts cases, for as long as the block runs."""

    centre: Centre
    outbox: Outbox
    found: list[str] = field(default_factory=list)

    def find(self) -> None:
        number = len(self.found) + 1
        made = factories.facts(number)
        made = made.model_copy(update={"plate": made.plate.model_copy(update={"text": PLATE})})
        event = event_id(made)
        files = [
            replace(file, data=MP4 + file.data) if file.role == "clip" else file
            for file in factories.files(number, 30_000)
        ]
        assert self.outbox.add(event, lambda head: seal(made, event, files, head, factories.KEY))
        self.found.append(event)

    def decide(self) -> None:
        with transaction(self.centre.engine) as session:
            lan, now = find_user(session, "lan"), datetime.now(UTC)
            assert lan is not None
            case = claim_next(session, lan, "main", now) or claim_next(session, lan, "attention", now)
            if case is not None:
                sight = Sight(case.id, case.version)  # type: ignore[arg-type]
                accept(session, lan, sight, now, Correction(PLATE, "white"))
                session.flush()
                jobs.hurry(session, [registry.LOOK_UP], now)


@contextmanager
def repeated(every: float, act: Act) -> Iterator[None]:
    """Does something again and again in a thread; a database that is away is the fault, not its failure."""
    stop, failures = threading.Event(), list[Exception]()

    def run() -> None:
        while not stop.wait(every):
            try:
                act()
            except Exception as problem:
                if not is_away(problem):
                    failures.append(problem)
                    return

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
    assert failures == []


@pytest.fixture
def centre(tmp_path: Path, mosquitto_broker: Mosquitto) -> Iterator[Centre]:
    with ExitStack() as stack:
        cluster = Cluster()
        stack.callback(cluster.remove)
        made = Centre(tmp_path, mosquitto_broker, cluster)
        stack.callback(made.end)
        made.start_register()
        made.start("ingest", "central", "ingest")
        made.start("worker", "central", "worker")
        yield made


def wait_until(true: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline, f"waited in vain for: {what}"
        time.sleep(0.2)


def test_whatever_fails_nothing_is_lost_and_no_watch_is_late(
    centre: Centre, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    (tmp_path / "node.password").write_text(centre.broker.password_of(NODE))
    link = BrokerConfig(
        host="localhost",
        port=centre.wires["broker"].port,
        ca=centre.broker.tls.ca,
        password_file=tmp_path / "node.password",
    )
    outbox = Outbox(tmp_path / "outbox", factories.KEY.public, 10**9)
    load, watch = Load(centre, outbox), Watch(centre)

    def states() -> list[str]:
        with reading(centre.engine) as session:
            return list(session.exec(select(Case.state)))

    with delivering(outbox, link, centre.key):
        load.find()
        wait_until(lambda: bool(states()), "a first case")
        with repeated(FIND, load.find), repeated(0.3, load.decide), repeated(0.5, watch.look):
            for fault in (fault for _ in range(ROUNDS) for fault in faults(centre)):
                watch.failing = f"{fault.part} {fault.kind}"
                fault.begin()
                time.sleep(FAULT)
                fault.end()
                time.sleep(RECOVERY)
        wait_until(lambda: outbox.summary().undelivered.packages == 0, "everything delivered")
        with transaction(centre.engine) as session:
            circuit.close(session, registry.CONNECTION, "test")
            jobs.hurry(session, [registry.LOOK_UP], datetime.now(UTC))
        wait_until(lambda: "accepted" not in states(), "an answer for each accepted case")

    with reading(centre.engine) as session:
        assert sorted(session.exec(select(Case.event_id))) == sorted(load.found)
        assert jobs.list_dead(session) == []
    assert set(states()) - {"received", "in_review"}, "nobody decided anything"
    assert set(outbox.summary().states) == {"stored"}
    outbox.close()
    record_property("worst", watch.worst)
    late = {failing: worst for failing, worst in watch.worst.items() if worst > LATE}
    assert late == {}
    assert "the chain is whole" in centre.ngatu("central", "audit", "verify")
    centre.ngatu("central", "media", "verify")
