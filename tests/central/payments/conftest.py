"""A decision to pay; each example gets a copy of its database: making one takes seconds."""

import shutil
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from central.db import make_engine
from central.documents.archive import Archive
from central.documents.samples import OFFICE
from central.media.store import MediaStore
from central.parties.service import Parties
from central.proceedings.papers.sheet import Records
from central.settings import OfficeSettings
from tests.central import databases
from tests.central.proceedings.office import INDEX, VAULT, Office

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Template:
    """A SQLite file with a decision that was delivered; the fine, the day after."""

    file: Path
    case_id: int
    decision_id: int
    number: str
    fine: int
    now: datetime

    def copy(self, target: Path) -> Engine:
        """A database of one's own."""
        shutil.copyfile(self.file, target)
        return make_engine(f"sqlite:///{target}")


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    """The decision of a car's red light, delivered a day ago."""
    folder = tmp_path_factory.mktemp("decision")
    databases.migrated_sqlite(folder / "central.db")
    engine = make_engine(f"sqlite:///{folder / 'central.db'}")
    office = Office(engine, NOW).open()
    case_id = office.confirmed()
    decision = office.to_delivery(case_id)
    engine.dispose()  # the last connection that closes leaves one file behind, without its journal
    assert not (folder / "central.db-wal").exists()
    assert decision.id is not None
    return Template(
        folder / "central.db",
        case_id,
        decision.id,
        decision.number,
        decision.fine,
        office.now + timedelta(days=1),
    )


def records_of(session: Session, folder: Path) -> Records:
    """What counting money needs in a transaction."""
    archive = Archive(VAULT, MediaStore(folder / "media"), OFFICE, "BN")
    return Records(session, Parties(session, VAULT, INDEX), archive, OfficeSettings())
