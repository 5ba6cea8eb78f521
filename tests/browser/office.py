"""A whole centre for the browser: real server on a free port, SQLite, evidence through the real ingest."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlmodel import select

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
from tests.browser.junction import CAMERA, Offender, package
from tests.central import databases
from tests.central.people import valid_device
from tests.central.work import look_up_due, record_due
from tests.serving import address_of, free_port, served

NODE = NodeTopics("nut-bg-01")
REGISTER = Path(__file__).with_name("register.yaml")


class Clock:
    """The one clock of everything in a test: it goes on by itself, and is moved on by hand."""

    def __init__(self, starts: datetime | None = None) -> None:
        self._ahead = starts - datetime.now(UTC) if starts else timedelta()

    def __call__(self) -> datetime:
        """The moment it shows."""
        return datetime.now(UTC) + self._ahead

    def move(self, time: timedelta) -> None:
        """So much time passes at once."""
        self._ahead += time


@dataclass
class Office:
    """The running centre; `passwords` are the one-time passwords of its people."""

    app: Centre
    settings: CentralSettings
    url: str
    clock: Clock
    cameras: tuple[CameraInfo, ...] = (CAMERA,)
    passwords: dict[str, str] = field(default_factory=dict)
    node_key: SigningKey = field(default_factory=SigningKey.generate)
    sent: int = 0
    last: str | None = None

    def open(self) -> None:
        """People, the enrolled node and its first report."""
        now = self.clock()
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
                node=NODE.node, public_key=public, software="ngatu 0.1.0", cameras=self.cameras
            )
            enrol(session, enrolment, now, "test")
            for camera in self.cameras:
                valid_device(session, now, camera=(NODE.node, camera.id))
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
            handle(session, messages, tools, self.clock())

    def send(self, offender: Offender, age: timedelta, camera: CameraInfo = CAMERA) -> None:
        """One violation from the node, as it sends it: signed manifest, files in pieces."""
        self.sent += 1
        sent = package(offender, self.sent, self.last, self.clock() - age, camera)
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

    def stay_known(self) -> None:
        """Everybody as if they had signed in just now: an account that nobody uses is shut after a while."""
        with transaction(self.app.state.engine) as session:
            for user in session.exec(select(User)):
                user.last_used_at = self.clock()

    def record_offences(self) -> int:
        """What the worker does once the officer can no longer take the decision back."""
        return record_due(self.app.state.engine, lambda: self.clock() + UNDO_TIME, self.settings.unit)

    def hire(self, username: str, name: str, role: Role) -> User:
        """One more person, who signs in with a one-time password."""
        with transaction(self.app.state.engine) as session:
            made = accounts.create_user(session, username, name, role, self.clock(), "test")
            self.passwords[username] = made.password
            return made.user

    def work(self, later: timedelta = UNDO_TIME) -> None:
        """What the worker does, all of it, once nothing can be undone any more; in a thread of its own, for
        the browser's loop runs in the test's."""

        def clock() -> datetime:
            return self.clock() + later

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
            lambda: self.clock() + UNDO_TIME,
        )


@contextmanager
def running_office(
    folder: Path,
    clock: Clock | None = None,
    cameras: tuple[CameraInfo, ...] = (CAMERA,),
    **changes: Any,
) -> Iterator[Office]:
    """Starts the centre, gives it, and stops it; `changes` are settings of its own, with a `database` that is
    migrated."""
    if "database" not in changes:
        databases.migrated_sqlite(folder / "central.db")
    settings = CentralSettings(data_dir=folder, secure_cookies=False, unit="BN", **changes)
    clock = clock or Clock()
    app, listener = create_app(settings, clock), free_port()
    office = Office(app, settings, address_of(listener), clock, cameras)
    office.open()
    with served(app, listener):
        yield office
    app.state.engine.dispose()


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
                "funnel": {"vehicles": 5120, "suspicions": 9, "red_light_violation": 4},
            }
        ],
        "outbox_packages": 0,
        "outbox_bytes": 0,
        "disk_free_bytes": 86 * 2**30,
        "alarms": [],
    }
