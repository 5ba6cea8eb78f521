"""A whole centre for the browser: real server on a free port, SQLite, evidence through the real ingest."""

import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import uvicorn
from sqlmodel import select

from central import migrations
from central.accounts import service as accounts
from central.accounts.models import User, UserSession
from central.accounts.permissions import Role
from central.app import Centre, create_app
from central.cases.lifecycle import UNDO_TIME
from central.cases.service import open_case
from central.db import transaction
from central.fleet.enrolment import enrol
from central.ingest.handler import handle
from central.ingest.work import Arrived, Tools
from central.jobs.runner import Runner
from central.media.store import MediaStore, PartialFiles
from central.registry.file import FileRegistry
from central.settings import CentralSettings
from central.vault import Vault
from central.worker import handlers
from contract.canonical import canonical_bytes, sha256_hex
from contract.reports import CameraInfo, Enrolment, HealthReport
from contract.signing import SigningKey, sign
from contract.topics import CHUNK_BYTES, NodeTopics
from tests.browser.junction import Offender, package
from tests.central.people import valid_device
from tests.central.work import look_up_due, record_due

NODE = NodeTopics("nut-bg-01")
CAMERA = CameraInfo(
    id="cam-dong",
    site="bg-hung-vuong",
    site_name="Ngã tư Hùng Vương – Lê Lợi, Bắc Giang",
    calibration="cal-2026-11",
)
REGISTER = Path(__file__).with_name("register.yaml")


@dataclass
class Office:
    """The running centre; `passwords` are the one-time passwords of its people."""

    app: Centre
    settings: CentralSettings
    url: str
    passwords: dict[str, str] = field(default_factory=dict)
    node_key: SigningKey = field(default_factory=SigningKey.generate)
    sent: int = 0
    last: str | None = None

    def open(self) -> None:
        """Tables, people, the enrolled node and its first report."""
        migrations.upgrade(self.app.state.engine)
        now = datetime.now(UTC)
        with transaction(self.app.state.engine) as session:
            for username, name, role in (
                ("lan", "Nguyễn Thị Lan", Role.OPERATOR),
                ("hung", "Trần Văn Hùng", Role.OFFICER),
                ("minh", "Lê Quang Minh", Role.LEADER),
                ("quan", "Phạm Hồng Quân", Role.ADMIN),
            ):
                made = accounts.create_user(session, username, name, role, now, "test")
                self.passwords[username] = made.password
            public = self.node_key.public.text
            enrolment = Enrolment(
                node=NODE.node, public_key=public, software="ngatu 0.1.0", cameras=(CAMERA,)
            )
            enrol(session, enrolment, now, "test")
            valid_device(session, now, camera=(NODE.node, CAMERA.id))
        report = HealthReport.model_validate(_health(now))
        self.receive([Arrived(NODE.health, canonical_bytes(report))])

    def receive(self, messages: list[Arrived]) -> None:
        """What the broker would bring."""
        data = self.settings.data_dir
        tools = Tools(
            MediaStore(self.settings.media_dir),
            PartialFiles(data / "partial"),
            SigningKey.generate(),
            open_case,
        )
        with transaction(self.app.state.engine) as session:
            handle(session, messages, tools, datetime.now(UTC))

    def send(self, offender: Offender, age: timedelta) -> None:
        """One violation from the node, as it sends it: signed manifest, files in pieces."""
        self.sent += 1
        sent = package(offender, self.sent, self.last, datetime.now(UTC) - age)
        self.last = sha256_hex(canonical_bytes(sent.manifest))
        pieces = [
            Arrived(NODE.chunk(digest, offset), content[offset : offset + CHUNK_BYTES])
            for digest, content in sent.contents.items()
            for offset in range(0, len(content), CHUNK_BYTES)
        ]
        self.receive([Arrived(NODE.manifest, sign(sent.manifest, self.node_key).encode()), *pieces])

    def leave_alone(self, time: timedelta) -> None:
        """All sessions as if nobody had used them for so long."""
        with transaction(self.app.state.engine) as session:
            for signed_in in session.exec(select(UserSession)):
                signed_in.last_seen_at -= time

    def record_offences(self) -> int:
        """What the worker does once the officer can no longer take the decision back."""
        return record_due(self.app.state.engine, lambda: datetime.now(UTC) + UNDO_TIME, self.settings.unit)

    def hire(self, username: str, name: str, role: Role) -> User:
        """One more person, who signs in with a one-time password."""
        with transaction(self.app.state.engine) as session:
            made = accounts.create_user(session, username, name, role, datetime.now(UTC), "test")
            self.passwords[username] = made.password
            return made.user

    def work(self, later: timedelta = UNDO_TIME) -> None:
        """What the worker does, all of it, once nothing can be undone any more; in a thread of its own, for
        the browser's loop runs in the test's."""

        def clock() -> datetime:
            return datetime.now(UTC) + later

        engine = self.app.state.engine
        runner = Runner(engine, handlers(self.settings, engine, clock), clock)
        with ThreadPoolExecutor(1) as thread:
            thread.submit(runner.run_due).result()

    def look_owners_up(self) -> int:
        """What the worker does once the operator can no longer undo."""
        return look_up_due(
            self.app.state.engine,
            FileRegistry.load(REGISTER),
            Vault.from_file(self.settings.owner_key),
            lambda: datetime.now(UTC) + UNDO_TIME,
        )


@contextmanager
def running_office(folder: Path, **changes: Any) -> Iterator[Office]:
    """Starts the centre, gives it, and stops it; `changes` are settings of its own."""
    settings = CentralSettings(data_dir=folder, secure_cookies=False, unit="BN", **changes)
    app, listener = create_app(settings), free_port()
    office = Office(app, settings, address_of(listener))
    office.open()
    with served(app, listener):
        yield office
    app.state.engine.dispose()


def free_port() -> socket.socket:
    """A port of this machine that is ours from now on."""
    return socket.create_server(("127.0.0.1", 0))


def address_of(listener: socket.socket) -> str:
    """Where a browser finds it."""
    return f"http://127.0.0.1:{listener.getsockname()[1]}"


@contextmanager
def served(app: Any, listener: socket.socket) -> Iterator[None]:
    """An application on a port, ended with the block."""
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="auto"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield
    finally:
        server.should_exit = True
        thread.join()


def _health(now: datetime) -> dict[str, object]:
    return {
        "node": NODE.node,
        "session": "s-1",
        "at": now,
        "cameras": [
            {
                "id": CAMERA.id,
                "state": "online",
                "last_frame_at": now,
                "fps": 24.9,
                "frames": 86_400,
                "armed": True,
                "funnel": {"tracks": 5120, "crossings": 1432, "on_red": 9, "violations": 4},
            }
        ],
        "outbox_packages": 0,
        "outbox_bytes": 0,
        "disk_free_bytes": 86 * 2**30,
        "alarms": [],
    }
