"""The content-addressed store: what has a name is whole, and alterations are found out."""

import io
import os
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from central.media.content import media_type_of
from central.media.store import MediaError, MediaStore, PartialFiles, StorageError
from contract.canonical import sha256_hex
from tests.faults import room_for

CONTENT = b"\xff\xd8\xff" + bytes(range(256)) * 9000
NAME = sha256_hex(CONTENT)


@pytest.fixture
def store(tmp_path: Path) -> MediaStore:
    return MediaStore(tmp_path / "media")


def test_content_is_found_under_its_hash(store: MediaStore) -> None:
    name = store.put(io.BytesIO(CONTENT))
    assert name == sha256_hex(CONTENT)
    assert store.path(name).relative_to(store.root) == Path(name[:2], name[2:4], name)
    assert stat.S_IMODE(store.path(name).stat().st_mode) == 0o440
    with store.open(name, recheck=True) as stream:
        assert stream.read() == CONTENT


def test_the_same_content_twice_is_one_file(store: MediaStore) -> None:
    names = {store.put(io.BytesIO(CONTENT)) for _ in range(2)}
    files = [path for path in store.root.rglob("*") if path.is_file()]
    assert [path.name for path in files] == list(names)


def test_a_stream_that_breaks_leaves_nothing(store: MediaStore) -> None:
    class Breaking(io.BytesIO):
        def read(self, _size: int | None = -1, /) -> bytes:
            raise OSError("the line went dead")

    with pytest.raises(OSError, match="went dead"):
        store.put(Breaking())
    assert [path for path in store.root.rglob("*") if path.is_file()] == []


def test_an_altered_file_is_found_out(store: MediaStore) -> None:
    name = store.put(io.BytesIO(CONTENT))
    store.path(name).chmod(0o640)
    store.path(name).write_bytes(CONTENT[:-1] + b"?")
    store.open(name).close()
    with pytest.raises(MediaError, match="altered"):
        store.open(name, recheck=True)


def test_a_missing_file_is_named(store: MediaStore) -> None:
    with pytest.raises(MediaError, match="0000"):
        store.open("0" * 64)


def test_pieces_become_a_file_in_any_order(store: MediaStore, tmp_path: Path) -> None:
    partials, name = PartialFiles(tmp_path / "partial"), sha256_hex(CONTENT)
    half = len(CONTENT) // 2
    partials.write("nut-1", name, half, CONTENT[half:])
    assert partials.sha256_of("nut-1", name) != name
    partials.write("nut-1", name, 0, CONTENT[:half])
    assert partials.sha256_of("nut-1", name) == name
    assert list(partials.names()) == [("nut-1", name)]
    partials.move_to(store, "nut-1", name)
    assert store.has(name)
    assert list(partials.names()) == []


def test_nothing_that_came_has_no_hash(tmp_path: Path) -> None:
    partials = PartialFiles(tmp_path / "partial")
    assert partials.sha256_of("nut-1", "0" * 64) is None
    partials.discard("nut-1", "0" * 64)
    assert list(partials.names()) == []


def test_a_piece_that_does_not_fit_is_not_believed_to_be_there(store: MediaStore, tmp_path: Path) -> None:
    partials, content = PartialFiles(tmp_path / "partial"), os.urandom(20_000)
    name = sha256_hex(content)
    partials.write("nut-1", name, 0, content[:8_000])
    with room_for(10_000), pytest.raises(StorageError, match="pieces"):
        partials.write("nut-1", name, 8_000, content[8_000:])
    with room_for(10_000), pytest.raises(StorageError):
        partials.probe()
    partials.probe()
    partials.write("nut-1", name, 8_000, content[8_000:])
    assert partials.sha256_of("nut-1", name) == name
    partials.move_to(store, "nut-1", name)
    assert store.has(name)


def test_what_can_not_be_moved_stays_where_it_is(tmp_path: Path) -> None:
    (tmp_path / "media").write_text("no folder")
    store, partials = MediaStore(tmp_path / "media"), PartialFiles(tmp_path / "partial")
    partials.write("nut-1", NAME, 0, CONTENT)
    for _ in range(2):
        with pytest.raises(StorageError):
            partials.move_to(store, "nut-1", NAME)
    with pytest.raises(StorageError):
        store.probe()
    assert partials.sha256_of("nut-1", NAME) == NAME
    (tmp_path / "media").unlink()
    partials.move_to(store, "nut-1", NAME)
    assert store.open(NAME, recheck=True).read() == CONTENT


@pytest.fixture
def other_file_system(tmp_path: Path) -> Iterator[Path]:
    """A folder on another file system than the test's own."""
    shared = Path("/dev/shm")
    if not shared.is_dir() or shared.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("no second file system here")
    with tempfile.TemporaryDirectory(dir=shared) as folder:
        yield Path(folder)


def test_a_store_on_a_disk_of_its_own_gets_copies(tmp_path: Path, other_file_system: Path) -> None:
    (tmp_path / "media").symlink_to(other_file_system)
    store, partials = MediaStore(tmp_path / "media"), PartialFiles(tmp_path / "partial")
    partials.write("nut-1", NAME, 0, CONTENT)
    partials.move_to(store, "nut-1", NAME)
    assert store.open(NAME, recheck=True).read() == CONTENT
    assert stat.S_IMODE(store.path(NAME).stat().st_mode) == 0o440
    assert list(partials.names()) == []
    assert list((other_file_system / "incoming").iterdir()) == []


def test_a_disk_of_its_own_that_is_full_leaves_nothing_half_copied(
    tmp_path: Path, other_file_system: Path
) -> None:
    store, partials = MediaStore(other_file_system), PartialFiles(tmp_path / "partial")
    content = os.urandom(20_000)
    partials.write("nut-1", sha256_hex(content), 0, content)
    with room_for(10_000), pytest.raises(StorageError):
        partials.move_to(store, "nut-1", sha256_hex(content))
    assert [path for path in other_file_system.rglob("*") if path.is_file()] == []
    partials.move_to(store, "nut-1", sha256_hex(content))
    assert store.has(sha256_hex(content))


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"\xff\xd8\xff\xe0....", "image/jpeg"),
        (b"\x00\x00\x00\x18ftypisom", "video/mp4"),
        (b"\x89PNG\r\n\x1a\n", "application/octet-stream"),
        (b"<script>", "application/octet-stream"),
        (b"", "application/octet-stream"),
    ],
)
def test_files_are_known_by_their_first_bytes(tmp_path: Path, content: bytes, expected: str) -> None:
    path = tmp_path / os.urandom(4).hex()
    path.write_bytes(content)
    assert media_type_of(path) == expected
