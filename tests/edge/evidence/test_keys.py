"""The node's key: made once, for its owner only, and never shown."""

import multiprocessing
import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from contract.reports import Enrolment
from contract.signing import PublicKey
from edge.evidence import keys
from tests.edge import factories
from tests.faults import room_for


def test_the_key_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    made = keys.load_or_make_node_key(tmp_path / "data")
    path = tmp_path / "data" / keys.NODE_KEY_FILE
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert keys.load_or_make_node_key(tmp_path / "data") == made
    assert [file.name for file in path.parent.iterdir()] == [keys.NODE_KEY_FILE]


def test_a_full_disk_is_told_with_the_file_and_keeps_no_half_key(tmp_path: Path) -> None:
    with room_for(0), pytest.raises(OSError, match=keys.NODE_KEY_FILE):
        keys.load_or_make_node_key(tmp_path / "data")
    assert list((tmp_path / "data").iterdir()) == []
    keys.load_or_make_node_key(tmp_path / "data")


def test_processes_that_race_get_the_same_key(tmp_path: Path) -> None:
    # Not forked: a copy of a process with threads (other tests leave some) may wait for a lock for ever.
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        made = pool.map(keys.load_or_make_node_key, [tmp_path] * 32)
    assert len({key.public for key in made}) == 1


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o666, 0o610])
def test_a_key_open_to_others_is_refused(tmp_path: Path, mode: int) -> None:
    keys.load_or_make_node_key(tmp_path)
    (tmp_path / keys.NODE_KEY_FILE).chmod(mode)
    with pytest.raises(keys.KeyFileError, match="chmod 600"):
        keys.load_node_key(tmp_path)


RSA = rsa.generate_private_key(65537, 2048).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


@pytest.mark.parametrize("content", [b"", b"secret words", RSA])
def test_a_file_that_is_no_key_is_refused_without_quoting_it(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / keys.NODE_KEY_FILE
    path.touch(0o600)
    path.write_bytes(content)
    with pytest.raises(keys.KeyFileError, match="not an Ed25519 private key") as caught:
        keys.load_node_key(tmp_path)
    assert "secret words" not in str(caught.value)


def test_a_node_without_a_key_is_not_enrolled(tmp_path: Path) -> None:
    with pytest.raises(keys.KeyFileError, match="not enrolled"):
        keys.load_node_key(tmp_path)


def test_the_enrolment_document_survives_the_wire() -> None:
    made = keys.enrolment("node-1", factories.KEY.public, "ngatu test", ())
    read = Enrolment.model_validate_json(made.model_dump_json(by_alias=True))
    assert PublicKey.from_text(read.public_key) == factories.KEY.public


def test_the_centres_key_is_kept_and_replaced(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "centre.txt"
    keys.store_centre_key(path, PublicKey(bytes(32)))
    keys.store_centre_key(path, factories.KEY.public)
    assert keys.load_centre_key(path) == factories.KEY.public


@pytest.mark.parametrize("content", [b"", b"abc", b"\xff\xfe"])
def test_a_broken_centre_key_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "centre.txt").write_bytes(content)
    with pytest.raises(keys.KeyFileError):
        keys.load_centre_key(tmp_path / "centre.txt")


def test_a_missing_centre_key_is_refused(tmp_path: Path) -> None:
    with pytest.raises(keys.KeyFileError, match="centre's public key"):
        keys.load_centre_key(tmp_path / "centre.txt")
