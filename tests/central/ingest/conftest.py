"""The centre's side of ingest for tests: an enrolled node, and a memory of which cases were opened."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from central.alarms.models import Alarm
from central.db import transaction
from central.fleet.enrolment import enrol
from central.ingest.handler import handle
from central.ingest.models import Package, Quarantined
from central.ingest.work import Arrived, Storage, Tools
from central.media.store import MediaStore, PartialFiles
from contract.manifest import ViolationManifest
from contract.receipts import Receipt, read_receipt
from contract.signing import verify
from tests.central.evidence import CENTRE_KEY, enrolment


@dataclass
class Centre:
    """Ingest over a real database and folder. `cases` lists the event id of each call to `open_case`."""

    engine: Engine
    folder: Path
    now: datetime
    cases: list[str] = field(default_factory=list)
    failing: set[str] = field(default_factory=set)
    storage: Storage = field(default_factory=Storage)

    @property
    def tools(self) -> Tools:
        """What ingest is given."""
        store, partials = MediaStore(self.folder / "media"), PartialFiles(self.folder / "partial")
        return Tools(store, partials, CENTRE_KEY, self.open_case, self.storage)

    def open_case(self, _session: Session, manifest: ViolationManifest, _jws: str, _now: datetime) -> None:
        """Remembers the case; a manifest whose event id is in `failing` makes it raise."""
        self.cases.append(manifest.event_id)
        assert manifest.event_id not in self.failing

    def receive(self, messages: Sequence[Arrived]) -> list[Receipt]:
        """One batch, committed; returns the receipts, their signatures checked."""
        return [read_receipt(answer) for answer in self.answers(messages)]

    def answers(self, messages: Sequence[Arrived]) -> list[bytes]:
        """One batch, committed; returns the bytes of the receipts, their signatures checked."""
        with transaction(self.engine) as session:
            outgoing = handle(session, messages, self.tools, self.now)
        return [verify(item.payload.decode(), CENTRE_KEY.public) for item in outgoing]

    def packages(self) -> list[Package]:
        """All packages by sequence."""
        with transaction(self.engine) as session:
            return sorted(session.exec(select(Package)), key=lambda package: package.sequence or 0)

    def quarantined(self) -> list[Quarantined]:
        """Everything refused."""
        with transaction(self.engine) as session:
            return list(session.exec(select(Quarantined)))

    def alarms(self) -> set[str]:
        """Kinds of alarm that are open."""
        with transaction(self.engine) as session:
            return set(session.exec(select(Alarm.kind).where(col(Alarm.cleared_at).is_(None))))


@pytest.fixture
def centre(engine: Engine, tmp_path: Path, now: datetime) -> Centre:
    """A centre that knows the node of `tests.central.evidence`."""
    with transaction(engine) as session:
        enrol(session, enrolment(), now, "test")
    return Centre(engine, tmp_path, now)
