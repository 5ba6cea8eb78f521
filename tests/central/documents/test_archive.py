"""Papers in the archive: drawn up once, numbered without gaps, shown again to the byte, sealed, every
sight written down."""

import threading
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlmodel import select

from central.audit.models import AuditEntry
from central.db import transaction
from central.documents.archive import FILE, About, Archive, of_case, sent
from central.documents.models import Document
from central.documents.render import RenderError
from central.documents.samples import OFFICE, SAMPLES
from central.documents.signing import FileSigner, validate
from central.errors import ConflictError, NotFoundError
from central.jobs.models import Job
from central.media.store import MediaStore
from central.vault import Vault, VaultError
from tests.central.documents.certificates import PASSPHRASE, authority

VALUES = SAMPLES["receipt"].model_dump(mode="json", exclude={"office", "number", "dated", "kind"})


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(Vault((b"k" * 32,)), MediaStore(tmp_path / "media"), OFFICE, "BN")


@pytest.fixture
def signer(tmp_path: Path) -> FileSigner:
    path = tmp_path / "signer.p12"
    path.write_bytes(authority().pkcs12())
    return FileSigner.from_file(path, PASSPHRASE)


def draw(engine: Engine, archive: Archive, key: str, now: datetime) -> Document:
    """A receipt, drawn up in a transaction of its own."""
    with transaction(engine) as session:
        return archive.draw(session, "receipt", About(key), VALUES, now)


def test_a_paper_is_shown_again_to_the_byte(
    engine: Engine, archive: Archive, signer: FileSigner, now: datetime
) -> None:
    document = draw(engine, archive, "receipt:1", now)
    made = archive.make_file(engine, document.id or 0, signer, {}, now)
    assert (made.state, made.pages) == ("signed", 1)
    with transaction(engine) as session:
        row, first = archive.show(session, document.id or 0, "user:lan", "xem lại")
        _, second = archive.show(session, document.id or 0, "user:lan", "in")
    assert first == second
    assert row.number == "1/2026/BL-BN"
    (verdict,) = validate(first, [authority().pem])
    assert verdict.valid
    with transaction(engine) as session:
        shown = session.exec(select(AuditEntry).where(AuditEntry.action == "document.show")).all()
        assert [entry.detail["purpose"] for entry in shown] == ["xem lại", "in"]


def test_making_the_file_again_changes_nothing(engine: Engine, archive: Archive, now: datetime) -> None:
    document = draw(engine, archive, "receipt:1", now)
    first = archive.make_file(engine, document.id or 0, None, {}, now)
    again = archive.make_file(engine, document.id or 0, None, {}, now)
    assert (first.sha256, first.sealed_sha256) == (again.sha256, again.sealed_sha256)


def test_nothing_of_a_paper_lies_in_the_clear(engine: Engine, archive: Archive, now: datetime) -> None:
    document = draw(engine, archive, "receipt:1", now)
    archive.make_file(engine, document.id or 0, None, {}, now)
    with engine.connect() as connection:
        (row,) = connection.execute(text("SELECT * FROM document")).all()
    for value in row:
        raw = bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
        assert b"024090000001" not in raw
        assert "Nguyễn".encode() not in raw
    for path in archive.store.root.rglob("*"):
        assert path.is_dir() or b"%PDF" not in path.read_bytes()


def test_drawn_up_twice_it_is_one_paper(engine: Engine, archive: Archive, now: datetime) -> None:
    first, again = draw(engine, archive, "receipt:1", now), draw(engine, archive, "receipt:1", now)
    assert first.id == again.id
    assert draw(engine, archive, "receipt:2", now).sequence == 2


def test_a_number_whose_paper_was_not_stored_is_given_again(
    engine: Engine, archive: Archive, now: datetime
) -> None:
    draw(engine, archive, "receipt:1", now)
    with pytest.raises(ZeroDivisionError):
        _draw_and_fail(engine, archive, now)
    assert draw(engine, archive, "receipt:3", now).sequence == 2


def _draw_and_fail(engine: Engine, archive: Archive, now: datetime) -> None:
    with transaction(engine) as session:
        archive.draw(session, "receipt", About("receipt:2"), VALUES, now)
        _ = 1 / 0


def test_numbers_have_no_gaps_under_a_crowd(engine: Engine, archive: Archive, now: datetime) -> None:
    def work(worker: int) -> None:
        for n in range(5):
            draw(engine, archive, f"receipt:{worker}-{n}", now)

    threads = [threading.Thread(target=work, args=(worker,)) for worker in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with transaction(engine) as session:
        numbers = sorted(session.exec(select(Document.sequence)).all())
    assert numbers == list(range(1, 21))


def test_the_file_is_asked_for_in_the_same_transaction(
    engine: Engine, archive: Archive, now: datetime
) -> None:
    document = draw(engine, archive, "receipt:1", now)
    with transaction(engine) as session:
        job = session.exec(select(Job).where(Job.kind == FILE)).one()
        assert job.payload == {"document": document.id}


def test_an_altered_file_is_not_shown(engine: Engine, archive: Archive, now: datetime) -> None:
    document = draw(engine, archive, "receipt:1", now)
    made = archive.make_file(engine, document.id or 0, None, {}, now)
    path = archive.store.path(made.sealed_sha256 or "")
    path.chmod(0o640)
    path.write_bytes(b"x" + path.read_bytes()[1:])
    with transaction(engine) as session, pytest.raises(Exception, match=r"altered|damaged|media"):
        archive.show(session, document.id or 0, "user:lan", "xem")


def test_another_vault_does_not_open_it_and_a_new_key_seals_it_anew(
    engine: Engine, archive: Archive, now: datetime
) -> None:
    document = draw(engine, archive, "receipt:1", now)
    archive.make_file(engine, document.id or 0, None, {}, now)
    strange = replace(archive, vault=Vault((b"x" * 32,)))
    with transaction(engine) as session, pytest.raises(VaultError):
        strange.show(session, document.id or 0, "user:lan", "xem")
    rotated = replace(archive, vault=Vault((b"n" * 32, b"k" * 32)))
    with transaction(engine) as session:
        before = archive.show(session, document.id or 0, "user:lan", "xem")[1]
        assert rotated.reseal(session) == 1
        assert rotated.reseal(session) == 0
    only_new = replace(archive, vault=Vault((b"n" * 32,)))
    with transaction(engine) as session:
        assert only_new.show(session, document.id or 0, "user:lan", "xem")[1] == before


def test_a_paper_without_a_file_is_neither_shown_nor_sent(
    engine: Engine, archive: Archive, now: datetime
) -> None:
    document = draw(engine, archive, "receipt:1", now)
    with transaction(engine) as session:
        with pytest.raises(ConflictError):
            archive.show(session, document.id or 0, "user:lan", "xem")
        with pytest.raises(ConflictError):
            sent(session, document.id or 0, "post", now)
        with pytest.raises(NotFoundError):
            archive.show(session, 999, "user:lan", "xem")


def test_why_a_file_could_not_be_made_stands_with_the_paper(
    engine: Engine, archive: Archive, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = draw(engine, archive, "receipt:1", now)
    with transaction(engine) as session:
        session.get_one(Document, document.id).template = "no-such-template"
    with pytest.raises(RenderError):
        archive.make_file(engine, document.id or 0, None, {}, now)
    with transaction(engine) as session:
        assert "no-such-template" in session.get_one(Document, document.id).error
    with transaction(engine) as session:
        session.get_one(Document, document.id).template = "receipt-1"
    assert archive.make_file(engine, document.id or 0, None, {}, now).error == ""


def test_papers_of_a_case_come_in_their_order(engine: Engine, archive: Archive, now: datetime) -> None:
    draw(engine, archive, "receipt:1", now)
    with transaction(engine) as session:
        assert of_case(session, 1) == []
