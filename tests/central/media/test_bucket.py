"""Evidence in a bucket, on a real object store: what has a name is whole and durable, every machine shows the
same, and what is gone or altered there is shown nowhere."""

import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from io import BytesIO
from pathlib import Path

import obstore
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import select

from central.accounts import passwords
from central.accounts.permissions import Role
from central.app import create_app
from central.cases.models import Case
from central.cases.service import open_case
from central.db import reading, transaction
from central.fleet.enrolment import enrol
from central.ingest.handler import handle
from central.ingest.settle import OPEN_CASE
from central.ingest.work import Storage, Tools
from central.jobs import queue
from central.jobs.runner import Runner
from central.media import bucket as buckets
from central.media import service as media
from central.media.bucket import BucketStore, MediaAwayError
from central.media.places import store_of
from central.media.store import MediaError, MediaStore, PartialFiles, StorageError
from central.settings import BucketSettings, CentralSettings
from central.worker import case_handler
from contract.canonical import sha256_hex
from tests import object_store
from tests.central.casework import PASSWORD
from tests.central.evidence import CENTRE_KEY, chain, clip, enrolment, picture
from tests.central.people import add_user
from tests.object_store import ObjectStore

CONTENT = picture(7, 300_000)
NAME = sha256_hex(CONTENT)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ObjectStore]:
    if why := object_store.problem():
        pytest.skip(why)
    with object_store.running(tmp_path_factory.mktemp("swift")) as running:
        yield running


@pytest.fixture
def settings(server: ObjectStore, tmp_path: Path) -> BucketSettings:
    """A new bucket, and the files of its keys."""
    name = f"evidence-{uuid.uuid4().hex[:8]}"
    server.make_bucket(name)
    (tmp_path / "access").write_text(object_store.USER)
    (tmp_path / "secret").write_text(object_store.KEY)
    return BucketSettings(
        endpoint=server.endpoint,
        bucket=name,
        access_key_file=tmp_path / "access",
        secret_key_file=tmp_path / "secret",
    )


@pytest.fixture
def store(settings: BucketSettings, tmp_path: Path) -> BucketStore:
    return BucketStore.of(settings, tmp_path / "one")


@pytest.fixture
def other(settings: BucketSettings, tmp_path: Path) -> BucketStore:
    """The same bucket, seen from another machine."""
    return BucketStore.of(settings, tmp_path / "other")


def test_what_one_machine_stored_every_machine_has(store: BucketStore, other: BucketStore) -> None:
    assert not other.has(NAME)
    with pytest.raises(MediaError, match="unreadable"):
        other.open(NAME)
    assert store.put(BytesIO(CONTENT)) == store.put(BytesIO(CONTENT)) == NAME
    assert other.has(NAME)
    with other.open(NAME, recheck=True) as stream:
        assert stream.read() == CONTENT
    assert other.path(NAME).read_bytes() == CONTENT
    second = store.put(BytesIO(clip(1)))
    assert list(other.names()) == sorted([NAME, second])
    other.probe()
    assert len(list(other.names())) == 2


def test_many_workers_of_several_machines_store_and_read_at_once(
    settings: BucketSettings, tmp_path: Path
) -> None:
    """Each stores some files of its own and some that all have; whoever looks meanwhile sees only whole
    ones."""
    machines = [BucketStore.of(settings, tmp_path / f"machine-{n}") for n in range(3)]
    shared = [picture(number, 20_000) for number in range(3)]
    seen: list[str] = []

    def work(worker: int) -> set[str]:
        machine = machines[worker % len(machines)]
        own = [picture(100 + 10 * worker + number, 20_000) for number in range(2)]
        stored = set()
        for content in (*own, *shared):
            stored.add(machine.put(BytesIO(content)))
            for name in machines[(worker + 1) % len(machines)].names():
                machines[(worker + 1) % len(machines)].verify(name)
                seen.append(name)
        return stored

    with ThreadPoolExecutor(6) as pool:
        stored = set[str]().union(*pool.map(work, range(6)))
    assert len(stored) == 6 * 2 + len(shared)
    assert set(seen) <= stored
    for machine in machines:
        assert set(machine.names()) == stored
        for name in stored:
            with machine.open(name, recheck=True) as stream:
                assert sha256_hex(stream.read()) == name


def test_cases_are_opened_by_workers_side_by_side(
    engine: Engine, settings: BucketSettings, tmp_path: Path, now: datetime
) -> None:
    """Two workers with caches of their own look for the pictures in the clips of one bucket; each package
    becomes one case."""
    stores = [BucketStore.of(settings, tmp_path / f"worker-{n}") for n in range(2)]
    partials = PartialFiles(tmp_path / "partial")
    tools = Tools(stores[0], partials, CENTRE_KEY, lambda *_: None, Storage())
    packages = chain(6)
    with transaction(engine) as session:
        enrol(session, enrolment(), now, "test")
    for package in packages:
        with transaction(engine) as session:
            handle(session, package.messages(), tools, now)
            queue.enqueue(
                session, OPEN_CASE, package.manifest.event_id, {"event": package.manifest.event_id}, now
            )
    workers = [Runner(engine, [case_handler(engine, store, lambda: now)], lambda: now) for store in stores]
    with ThreadPoolExecutor(2) as pool:
        done = [counts[OPEN_CASE] for counts in pool.map(lambda worker: worker.run_due(), workers)]
    assert sum(done) == len(packages)
    with reading(engine) as session:
        opened = sorted(session.exec(select(Case.event_id)))
    assert opened == sorted(package.manifest.event_id for package in packages)


def test_what_was_deleted_is_shown_by_no_machine_that_still_has_it(
    store: BucketStore, other: BucketStore
) -> None:
    store.put(BytesIO(CONTENT))
    other.open(NAME).close()
    store.remove(NAME)
    store.remove(NAME)
    with pytest.raises(MediaError):
        other.open(NAME)
    assert not any(path.is_file() for path in other.root.rglob("*"))


def test_what_was_altered_in_the_bucket_is_found_out(
    server: ObjectStore, settings: BucketSettings, store: BucketStore, other: BucketStore
) -> None:
    store.put(BytesIO(CONTENT))
    store.verify(NAME)
    obstore.put(server.opened(settings.bucket), f"{NAME[:2]}/{NAME[2:4]}/{NAME}", CONTENT[:-1] + b"?")
    for broken in (lambda: store.verify(NAME), lambda: other.open(NAME)):
        with pytest.raises(MediaError, match="altered"):
            broken()
    assert not any(path.is_file() for path in other.root.rglob("*"))


def test_a_large_clip_goes_in_parts(
    store: BucketStore, other: BucketStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(buckets, "_ONE_PUT", 6_000_000)
    large = clip(2, 11_000_000)
    name = store.put(BytesIO(large))
    assert other.open(name, recheck=True).read() == large


def test_a_machine_keeps_only_so_much(settings: BucketSettings, store: BucketStore, tmp_path: Path) -> None:
    small = BucketStore(tmp_path / "small", bucket=store.bucket, cache_bytes=700_000)
    names = [store.put(BytesIO(picture(seed, 300_000))) for seed in range(6)]
    for name in names:
        small.open(name).close()
    kept = [path for path in small.root.rglob("*") if path.is_file()]
    assert 0 < len(kept) <= 3
    assert names[-1] in {path.name for path in kept}


def test_a_machine_that_only_takes_in_keeps_no_more(store: BucketStore, tmp_path: Path) -> None:
    small = BucketStore(tmp_path / "small", bucket=store.bucket, cache_bytes=700_000)
    names = [small.put(BytesIO(picture(seed, 300_000))) for seed in range(6)]
    kept = [path for path in small.root.rglob("*") if path.is_file()]
    assert 0 < len(kept) <= 3
    assert names[-1] in {path.name for path in kept}
    assert list(small.names()) == sorted(names)


def test_a_store_that_does_not_answer_loses_nothing(settings: BucketSettings, tmp_path: Path) -> None:
    away = settings.model_copy(update={"endpoint": "http://127.0.0.1:9"})
    store = BucketStore.of(away, tmp_path / "away")
    source = tmp_path / "arrived"
    source.write_bytes(CONTENT)
    for work in (
        lambda: store.take(source),
        store.probe,
        lambda: store.has(NAME),
        lambda: list(store.names()),
    ):
        with pytest.raises(StorageError, match="bucket"):
            work()
    assert source.read_bytes() == CONTENT
    with pytest.raises(MediaAwayError):
        store.open(NAME)


def test_keys_that_are_not_ours_are_told(settings: BucketSettings, tmp_path: Path) -> None:
    settings.secret_key_file.write_text("wrong")
    with pytest.raises(StorageError):
        BucketStore.of(settings, tmp_path / "one").probe()


def test_ingest_of_one_machine_and_the_console_of_another(
    sqlite_engine: Engine, settings: BucketSettings, tmp_path: Path, now: datetime
) -> None:
    """Evidence comes in here, is shown there, in ranges, and verified as a whole."""
    ingest, console = (
        CentralSettings(
            data_dir=tmp_path / name,
            database=sqlite_engine.url.render_as_string(),
            bucket=settings,
            secure_cookies=False,
        )
        for name in ("ingest", "console")
    )
    partials = PartialFiles(ingest.data_dir / "partial")
    tools = Tools(store_of(ingest), partials, CENTRE_KEY, open_case, Storage())
    [package] = chain(1)
    with transaction(sqlite_engine) as session:
        enrol(session, enrolment(), now, "test")
        handle(session, package.messages(), tools, now)
    file = next(file for file in package.manifest.files if file.role == "clip")
    content = package.contents[package.manifest.files.index(file)]
    app = create_app(console, clock=lambda: now)
    browser = TestClient(app)
    _sign_in(app, browser, now)
    answer = browser.get(f"/api/v1/media/{file.sha256}?case=1", headers={"Range": "bytes=1000-1999"})
    assert (answer.status_code, answer.content) == (206, content[1000:2000])
    with reading(sqlite_engine) as session:
        assert [problem for _, problem in media.checked(session, store_of(console))] == [None, None]
    app.state.engine.dispose()


def _sign_in(app: object, browser: TestClient, now: datetime) -> None:
    with transaction(app.state.engine) as session:  # type: ignore[attr-defined]
        add_user(session, "hung", Role.OFFICER, now).password_hash = passwords.hash_of(PASSWORD)
    answer = browser.post("/api/v1/session", json={"username": "hung", "password": PASSWORD})
    assert answer.status_code == 204


def test_without_a_bucket_it_is_a_folder(tmp_path: Path) -> None:
    assert type(store_of(CentralSettings(data_dir=tmp_path))) is MediaStore
