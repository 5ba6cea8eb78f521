"""A centre and a node of version 0.1 go on under today's programme: their cases, evidence, people, audit log
and outbox are as they were. The data were made by 0.1.0 itself (golden/make_0_1_0.py)."""

import json
import re
import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, text
from sqlmodel import col, select

from central import migrations
from central.accounts.models import User
from central.app import create_app
from central.audit import service as audit
from central.cases import queries
from central.cases.models import Case
from central.cases.service import open_case
from central.db import make_engine, reading, transaction
from central.ingest.handler import handle
from central.ingest.work import Arrived, Storage, Tools
from central.jobs.runner import Runner
from central.keys import create_key
from central.media import service as media
from central.media.store import MediaStore, PartialFiles
from central.offences import service as offences
from central.registry import service as registry
from central.review import decisions
from central.settings import CentralSettings, load_settings
from central.vault import Vault
from central.worker import handlers
from configs.camera_check import load_camera
from configs.node_check import load_node
from contract.canonical import sha256_hex
from contract.package import Link
from contract.signing import PublicKey
from contract.topics import CHUNK_BYTES, NodeTopics
from edge.delivery.outbox import Outbox
from edge.evidence.package import Package
from tests.central import databases
from tests.contract.golden.packages import FOLDER
from tests.edge import factories

OLD = Path(__file__).parent / "golden" / "0.1.0"
PACKAGES = sorted((FOLDER / "0.1.0").glob("*/*"))
SAID = json.loads((OLD / "said.json").read_text())
UNFINISHED = "0007-wrong_lane"
"""Its last two chunks had not arrived when the centre was stopped."""
NODE = "replay"
NOW = datetime(2026, 11, 27, 2, 0, tzinfo=UTC)


@dataclass
class Centre:
    """A centre's folder and database, as 0.1.0 left them or brought to this version."""

    settings: CentralSettings
    engine: Engine

    @property
    def store(self) -> MediaStore:
        return MediaStore(self.settings.media_dir)

    def receive(self, package: Path) -> None:
        """Everything of a package, as a node sends it."""
        partials, key = (
            PartialFiles(self.settings.data_dir / "partial"),
            create_key(self.settings.centre_key_file),
        )
        with transaction(self.engine) as session:
            handle(session, messages(package), Tools(self.store, partials, key, open_case, Storage()), NOW)


def manifest_of(package: Path) -> dict[str, object]:
    found = json.loads((package / "manifest.json").read_text())
    assert isinstance(found, dict)
    return found


def messages(package: Path) -> list[Arrived]:
    sent = [Arrived(NodeTopics(NODE).manifest, (package / "manifest.jws").read_bytes())]
    for file in manifest_of(package)["files"]:  # type: ignore[attr-defined]
        content = (package / file["name"]).read_bytes()
        for offset in range(0, len(content), CHUNK_BYTES):
            topic = NodeTopics(NODE).chunk(file["sha256"], offset)
            sent.append(Arrived(topic, content[offset : offset + CHUNK_BYTES]))
    return sent


def _old_folder(folder: Path) -> None:
    """What a 0.1 centre has beside its database: keys, and evidence under its hash."""
    for name in ("centre.key", "owner.key"):
        shutil.copy(OLD / name, folder)
        (folder / name).chmod(0o600)
    stored = re.findall(r'INSERT INTO "media" VALUES\(\'(\w{64})', (OLD / "centre.sqlite.sql").read_text())
    for package in PACKAGES:
        for file in manifest_of(package)["files"]:  # type: ignore[attr-defined]
            if file["sha256"] in stored:
                target = MediaStore(folder / "media").path(file["sha256"])
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(package / file["name"], target)


@pytest.fixture
def old_sqlite(tmp_path: Path) -> str:
    with sqlite3.connect(tmp_path / "central.db") as database:
        database.executescript((OLD / "centre.sqlite.sql").read_text())
    database.close()
    return f"sqlite:///{tmp_path / 'central.db'}"


@pytest.fixture
def old_postgres() -> Iterator[str]:
    databases.need_postgres()
    with databases.throwaway_postgres() as url:
        engine = make_engine(url)
        with engine.begin() as connection:
            connection.connection.cursor().execute((OLD / "centre.postgresql.sql").read_text())
        engine.dispose()
        yield url


@pytest.fixture(params=["old_sqlite", pytest.param("old_postgres", marks=pytest.mark.postgres)])
def centre(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Centre]:
    """A centre of 0.1.0, stopped."""
    _old_folder(tmp_path)
    url = request.getfixturevalue(request.param)
    settings = CentralSettings(data_dir=tmp_path, database=url, unit="CSGT-BN", secure_cookies=False)
    engine = databases.not_waiting_for_the_disk(make_engine(url)) if "sqlite" in url else make_engine(url)
    yield Centre(settings, engine)
    engine.dispose()


def test_a_centre_of_0_1_goes_on_with_all_it_had(centre: Centre) -> None:
    assert migrations.standing(centre.engine).state == "older"
    migrations.upgrade(centre.engine)
    _has_what_it_had(centre)
    _goes_on(centre)
    _is_seen_by_its_people(centre)


def _has_what_it_had(centre: Centre) -> None:
    with reading(centre.engine) as session:
        cases = session.exec(select(Case).order_by(col(Case.event_id))).all()
        rows = [
            [
                case.event_id,
                case.rule,
                case.plate,
                str(case.state),
                f"{case.occurred_at:%Y-%m-%dT%H:%M:%S+00:00}",
            ]
            for case in cases
        ]
        kept = {case.event_id: queries.signed_bytes(session, case.id) for case in cases if case.id}
        report = audit.verify_chain(session)
        numbers = [offence.number for offence in offences.list_offences(session)]
        broken = [row.sha256 for row, problem in media.checked(session, centre.store) if problem]
    assert rows == SAID["cases"]
    assert kept == {
        str(manifest_of(package)["event_id"]): (package / "manifest.json").read_bytes()
        for package in PACKAGES
        if package.name != UNFINISHED
    }
    assert (report.broken_at, report.entries) == (None, SAID["audit_entries"])
    assert numbers == SAID["offences"]
    assert broken == []


def _goes_on(centre: Centre) -> None:
    """Work that was begun is ended: chunks that were under way, a case in somebody's hands, the worker's."""
    for package in PACKAGES:
        centre.receive(package)
    Runner(centre.engine, handlers(centre.settings, centre.engine, lambda: NOW), lambda: NOW).run_due()
    with transaction(centre.engine) as session:
        assert queries.count_all(session) == len(PACKAGES)
        lan = session.exec(select(User).where(User.username == "lan")).one()
        held = session.exec(select(Case).where(Case.state == "in_review")).one()
        seen = decisions.Sight(held.id or 0, held.version)
        decisions.reject(session, lan, seen, NOW - timedelta(hours=23, minutes=50), "signal_not_visible", "")
    with transaction(centre.engine) as session:
        hung = session.exec(select(User).where(User.username == "hung")).one()
        recorded = session.exec(select(Case).where(Case.plate == "98A84619")).one()
        context = f"case:{recorded.event_id}"
        answer = registry.latest_answer(session, recorded.id or 0)
        assert answer is not None
        assert answer.sealed_owner is not None
        opened = Vault.from_file(centre.settings.owner_key).open(answer.sealed_owner, context)
        assert "Nguyễn Văn Sơn" in opened.decode()
        assert hung.role == "officer"
        assert audit.verify_chain(session).broken_at is None
    with centre.engine.begin() as connection:
        dead = connection.execute(text("SELECT kind, error FROM job WHERE state = 'dead'")).all()
    assert dead == []


def _is_seen_by_its_people(centre: Centre) -> None:
    """They sign in with the passwords they had, and every case opens."""
    app = create_app(centre.settings, clock=lambda: NOW)
    browser = TestClient(app, follow_redirects=False)
    answer = browser.post("/api/v1/session", json={"username": "hung", "password": "một mật khẩu đủ dài"})
    assert answer.status_code == 204, answer.text
    with reading(centre.engine) as session:
        ids = session.exec(select(Case.id)).all()
    assert {browser.get(f"/cases/{case_id}").status_code for case_id in ids} == {200}
    app.state.engine.dispose()


def test_a_node_of_0_1_goes_on_with_its_outbox(tmp_path: Path) -> None:
    chain = [package for package in PACKAGES if package.parent.name == "rules"]
    key = PublicKey.from_text((chain[0] / "public-key.txt").read_text().strip())
    for package in chain:
        shutil.copytree(package, tmp_path / "packages" / str(manifest_of(package)["event_id"]))
    with sqlite3.connect(tmp_path / "index.sqlite") as index:
        index.executescript((OLD / "outbox.sql").read_text())
    index.close()
    outbox = Outbox(tmp_path, key, 10**9)
    states = {state: tally.packages for state, tally in outbox.summary().states.items()}
    assert states == {"stored": 2, "sent": 1, "rejected": 1, "waiting": 3}
    assert outbox.summary().undelivered.packages == 4
    heads: list[Link | None] = []

    def follower(head: Link | None) -> Package:
        heads.append(head)
        return factories.package(1, head)

    assert outbox.add("the next one", follower)
    outbox.close()
    assert heads == [Link(7, sha256_hex((chain[-1] / "manifest.json").read_bytes()))]


def test_files_written_for_0_1_are_read() -> None:
    configs = OLD / "configs"
    assert load_settings(configs / "central.yaml").registry.url
    assert load_node(configs / "node.yaml").cameras
    for camera in sorted((configs / "cameras").iterdir()):
        assert load_camera(camera).id
