"""A centre that was lost comes back from its backup: the same cases, an audit chain that verifies, evidence
to the byte, and owners that its own keys open. What is not whole, not signed or not empty is refused."""

import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlmodel import select

from central import migrations
from central.audit import service as audit
from central.backup import databases, restoring, saving, sealing
from central.backup.contents import MEDIA_LIST, SIGNED, BackupError, Shelf
from central.backup.saving import Source
from central.backup.sealing import Keys
from central.cases import queries
from central.cases.models import Case
from central.cases.service import open_case
from central.db import make_engine, reading, transaction
from central.fleet.enrolment import enrol
from central.ingest.handler import handle
from central.ingest.work import Storage, Tools
from central.keys import create_key
from central.media.store import MediaStore, PartialFiles
from central.parties.service import Details, Parties, Reader
from central.settings import CentralSettings
from central.vault import BlindIndex, Vault, add_key
from tests.central import databases as servers
from tests.central.evidence import Evidence, chain, enrolment

PASSPHRASE = "một câu dài không ai đoán"
OWNER = Details(kind="person", name="Nguyễn Văn An", identity="024000000001", address="Bắc Ninh")
READER = Reader("user:hung", "after a restore")


@dataclass
class Centre:
    """A centre in a folder, over its database."""

    settings: CentralSettings
    engine: Engine

    @property
    def store(self) -> MediaStore:
        return MediaStore(self.settings.media_dir)

    def open(self, now: datetime) -> "Centre":
        """Its keys made, a node let in, an owner known."""
        create_key(self.settings.centre_key_file)
        with transaction(self.engine) as session:
            enrol(session, enrolment(), now, "test")
            self.parties(session).enter(OWNER, "registry R1", now)
        return self

    def parties(self, session: object) -> Parties:
        vault, index = (
            Vault.create_file(self.settings.owner_key),
            BlindIndex.create_file(self.settings.index_key),
        )
        return Parties(session, vault, index)  # type: ignore[arg-type]

    def receive(self, packages: list[Evidence], now: datetime) -> None:
        key = create_key(self.settings.centre_key_file)
        partials = PartialFiles(self.settings.data_dir / "partial")
        tools = Tools(self.store, partials, key, open_case, Storage())
        for package in packages:
            with transaction(self.engine) as session:
                handle(session, package.messages(), tools, now)

    def signed(self) -> list[bytes]:
        """The manifest of each case as it was signed."""
        with reading(self.engine) as session:
            ids = session.exec(select(Case.id).order_by(Case.id))  # type: ignore[arg-type]
            return [queries.signed_bytes(session, case_id) for case_id in ids if case_id]

    def save(self, shelf: Shelf, now: datetime, passphrase: str | None = PASSPHRASE) -> saving.Saved:
        return saving.save(Source(self.settings, self.engine), shelf, passphrase, "test", now)

    def restore(self, shelf: Shelf, passphrase: str | None = PASSPHRASE) -> restoring.Restored:
        folder = shelf.latest()
        keys = sealing.unseal(folder, passphrase) if passphrase else Keys.in_place(self.settings)
        return restoring.restore(shelf, folder, keys, self.settings, self.engine)


@pytest.fixture
def centre(sqlite_engine: Engine, tmp_path: Path, now: datetime) -> Centre:
    return Centre(CentralSettings(data_dir=tmp_path / "lost"), sqlite_engine).open(now)


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "shelf")


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Centre]:
    """Another machine: nothing in its folder, nothing in its database."""
    with empty_like("sqlite", tmp_path / "new") as place:
        yield place


@contextmanager
def empty_like(dialect: str, folder: Path) -> Iterator[Centre]:
    """The same over either database."""
    settings = CentralSettings(data_dir=folder)
    folder.mkdir()
    database = servers.throwaway_postgres() if dialect == "postgresql" else nullcontext(settings.database_url)
    with database as url:
        engine = make_engine(url)
        yield Centre(settings, engine)
        engine.dispose()


@contextmanager
def somebody_working(engine: Engine) -> Iterator[None]:
    """Somebody whose acts are recorded all the time."""
    stop, worked = threading.Event(), threading.Event()

    def work() -> None:
        while not stop.is_set():
            with transaction(engine) as session:
                audit.record(session, "user:lan", "work", "x", {})
            worked.set()

    thread = threading.Thread(target=work)
    thread.start()
    try:
        assert worked.wait(60)
        yield
    finally:
        stop.set()
        thread.join(60)


def test_what_was_saved_while_the_centre_worked_comes_back(
    engine: Engine, tmp_path: Path, shelf: Shelf, now: datetime
) -> None:
    centre = Centre(CentralSettings(data_dir=tmp_path / "lost"), engine).open(now)
    with empty_like(engine.dialect.name, tmp_path / "new") as empty:
        _lost_and_restored(centre, empty, shelf, now)


def _lost_and_restored(centre: Centre, empty: Centre, shelf: Shelf, now: datetime) -> None:
    packages = chain(3)
    centre.receive(packages, now)
    with somebody_working(centre.engine):
        saved = centre.save(shelf, now)
    centre.receive(chain(4)[3:], now)

    done = empty.restore(shelf)
    assert (saved.missing, done.missing) == ((), ())
    assert empty.signed() == centre.signed()[:3]
    for package in packages:
        for file, content in zip(package.manifest.files, package.contents, strict=True):
            assert empty.store.open(file.sha256, recheck=True).read() == content
    assert sorted(empty.store.names()) == sorted(f.sha256 for p in packages for f in p.manifest.files)
    with transaction(empty.engine) as session:
        assert audit.verify_chain(session).broken_at is None
        [*_, last] = reversed(audit.list_entries(session))
        assert last.action == restoring.ACTION
        party = empty.parties(session).find(OWNER.identity, READER)
        assert party is not None
        assert empty.parties(session).read(party.id or 0, READER) == OWNER
    assert migrations.standing(empty.engine).state == "current"
    empty.receive(chain(4)[3:], now)
    assert empty.signed() == centre.signed()


def test_a_second_set_copies_only_what_is_new_and_old_sets_go(
    centre: Centre, shelf: Shelf, now: datetime
) -> None:
    packages = chain(2)
    centre.receive(packages[:1], now)
    assert centre.save(shelf, now).evidence.new == 2
    gone = packages[0].manifest.files[0].sha256
    centre.store.remove(gone)  # as retention does
    centre.receive(packages[1:], now)
    later = centre.save(shelf, now + timedelta(hours=1))
    assert (later.evidence.new, later.evidence.files, later.missing) == (2, 3, (gone,))
    assert shelf.pool.has(gone)
    assert saving.thin_out(shelf, 1) == 1
    assert shelf.sets == [later.folder]
    assert set(shelf.pool.names()) == set(centre.store.names())
    with pytest.raises(BackupError, match="there already"):
        centre.save(shelf, now + timedelta(hours=1))


def test_what_a_killed_backup_left_is_no_set_and_in_nobodys_way(
    centre: Centre, shelf: Shelf, now: datetime
) -> None:
    left = shelf.place_for(now).with_suffix(".unfinished")
    left.mkdir(parents=True)
    (left / "database.dump").write_text("half of it")
    with pytest.raises(BackupError, match="holds no backup"):
        shelf.latest()
    centre.save(shelf, now)
    assert shelf.sets == [shelf.place_for(now)]
    assert not left.exists()


def test_evidence_that_was_altered_is_told_and_not_saved(centre: Centre, shelf: Shelf, now: datetime) -> None:
    [package] = chain(1)
    centre.receive([package], now)
    altered = package.manifest.files[0].sha256
    centre.store.path(altered).chmod(0o600)
    centre.store.path(altered).write_bytes(b"\xff\xd8\xffanother picture")
    saved = centre.save(shelf, now)
    assert saved.evidence.damaged == [altered]
    assert not shelf.pool.has(altered)


def test_the_keys_are_in_it_sealed_or_not_at_all(centre: Centre, shelf: Shelf, now: datetime) -> None:
    secrets = [
        path.read_text().split()[-2 if path.suffix == ".key" and "PRIVATE" in path.read_text() else 0]
        for path in sealing.places_of(centre.settings).values()
    ]
    for passphrase in (None, PASSPHRASE):
        now += timedelta(seconds=1)
        saved = centre.save(shelf, now, passphrase)
        assert set(saved.contents.keys) == {"centre.key", "owner.key", "index.key"}
        everything = b"".join(path.read_bytes() for path in sorted(saved.folder.iterdir()))
        assert not any(secret.encode() in everything for secret in secrets)
        assert (saved.folder / "keys.sealed").exists() == (passphrase is not None)
        assert all(path.stat().st_mode & 0o077 == 0 for path in (shelf.root, saved.folder))
    with pytest.raises(BackupError, match="too short"):
        centre.save(shelf, now + timedelta(seconds=1), "short")


def test_a_key_that_the_settings_name_must_be_there(centre: Centre, shelf: Shelf, now: datetime) -> None:
    named = centre.settings.model_copy(update={"owner_key_file": Path("owner.key")})
    with pytest.raises(BackupError, match=r"name the key owner\.key"):
        saving.save(Source(named, centre.engine), shelf, PASSPHRASE, "test", now)
    assert shelf.sets == []


def test_keys_kept_apart_open_what_came_back(
    centre: Centre, empty: Centre, shelf: Shelf, now: datetime
) -> None:
    centre.save(shelf, now, None)
    for name, path in sealing.places_of(empty.settings).items():
        shutil.copy(sealing.places_of(centre.settings)[name], path)
    add_key(empty.settings.owner_key)  # a newer one beside it does no harm
    empty.restore(shelf, None)
    with transaction(empty.engine) as session:
        assert empty.parties(session).find(OWNER.identity, READER) is not None


def _evidence_lost(centre: Centre, shelf: Shelf) -> None:
    shelf.pool.remove(next(iter(shelf.pool.names())))


def _evidence_altered(centre: Centre, shelf: Shelf) -> None:
    path = shelf.pool.path(next(iter(shelf.pool.names())))
    path.chmod(0o600)
    path.write_bytes(path.read_bytes()[:-1] + b"x")


def _database_altered(centre: Centre, shelf: Shelf) -> None:
    path = shelf.latest() / databases.NAMES[databases.kind_of(centre.engine)]
    path.write_bytes(path.read_bytes() + b"x")


def _list_shortened(centre: Centre, shelf: Shelf) -> None:
    path = shelf.latest() / MEDIA_LIST
    path.write_text("".join(path.read_text().splitlines(keepends=True)[1:]))


def _signed_by_another(centre: Centre, shelf: Shelf) -> None:
    path = shelf.latest() / SIGNED
    head, _, rest = path.read_text().partition(".")
    path.write_text(f"{head}.e{rest}")


def _unsigned(centre: Centre, shelf: Shelf) -> None:
    (shelf.latest() / SIGNED).unlink()


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        (_evidence_lost, "is unreadable"),
        (_evidence_altered, "is altered"),
        (_database_altered, "was altered"),
        (_list_shortened, "was altered"),
        (_signed_by_another, "not what the centre signed"),
        (_unsigned, "finished set"),
    ],
)
def test_what_is_not_whole_is_refused_before_anything_is_written(
    harm: Callable[[Centre, Shelf], None],
    words: str,
    centre: Centre,
    empty: Centre,
    shelf: Shelf,
    now: datetime,
) -> None:
    centre.receive(chain(1), now)
    centre.save(shelf, now)
    harm(centre, shelf)
    with pytest.raises(BackupError, match=words):
        empty.restore(shelf)
    assert migrations.standing(empty.engine).state == "empty"
    places = [empty.settings.media_dir, *sealing.places_of(empty.settings).values()]
    assert not any(place.exists() for place in places)


def _database_used(place: Centre) -> None:
    with place.engine.begin() as connection:
        connection.execute(text("CREATE TABLE shop (id INTEGER)"))


def _media_used(place: Centre) -> None:
    path = place.store.path("ab" * 32)
    path.parent.mkdir(parents=True)
    path.write_bytes(b"somebody's evidence")


def _key_used(place: Centre) -> None:
    create_key(place.settings.centre_key_file)


@pytest.mark.parametrize(
    ("use", "words"), [(_database_used, "not empty"), (_media_used, "not empty"), (_key_used, "another key")]
)
def test_a_place_in_use_is_refused(
    use: Callable[[Centre], None], words: str, centre: Centre, empty: Centre, shelf: Shelf, now: datetime
) -> None:
    centre.receive(chain(1), now)
    centre.save(shelf, now)
    use(empty)
    with pytest.raises(BackupError, match=words):
        empty.restore(shelf)


@pytest.mark.parametrize(
    ("passphrase", "words"), [("một câu dài khác hẳn", "does not open"), (None, "missing")]
)
def test_without_its_keys_it_is_not_brought_back(
    passphrase: str | None, words: str, centre: Centre, empty: Centre, shelf: Shelf, now: datetime
) -> None:
    centre.save(shelf, now)
    with pytest.raises(BackupError, match=words):
        empty.restore(shelf, passphrase)


def test_other_owner_keys_in_place_are_refused(
    centre: Centre, empty: Centre, shelf: Shelf, now: datetime
) -> None:
    centre.save(shelf, now, None)
    shutil.copy(centre.settings.centre_key_file, empty.settings.centre_key_file)
    Vault.create_file(empty.settings.owner_key)
    with pytest.raises(BackupError, match=r"index\.key, .*owner\.key"):
        empty.restore(shelf, None)


@pytest.mark.postgres
def test_a_backup_goes_into_a_database_of_its_own_kind(
    centre: Centre, tmp_path: Path, shelf: Shelf, now: datetime
) -> None:
    servers.need_postgres()
    centre.save(shelf, now)
    with (
        empty_like("postgresql", tmp_path / "new") as other,
        pytest.raises(BackupError, match="of a sqlite"),
    ):
        other.restore(shelf)


def test_moments_name_the_sets(shelf: Shelf) -> None:
    moment = datetime(2026, 11, 28, 18, 21, 26, tzinfo=UTC)
    assert shelf.place_for(moment).name == "20261128T182126Z"
