"""Owners' data at rest: nothing readable, nothing exchangeable, nothing alterable."""

import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.vault import BlindIndex, Vault, VaultError, add_key

VAULT = Vault((b"k" * 32,))


@given(data=st.binary(min_size=1, max_size=300), context=st.text(max_size=40))
def test_what_was_sealed_opens_in_its_own_context_only(data: bytes, context: str) -> None:
    sealed = VAULT.seal(data, context)
    assert VAULT.open(sealed, context) == data
    with pytest.raises(VaultError):
        VAULT.open(sealed, context + "x")


@given(place=st.integers(0, 40), bit=st.integers(0, 7))
def test_one_changed_bit_is_noticed(place: int, bit: int) -> None:
    sealed = bytearray(VAULT.seal("Nguyễn Văn An".encode(), "case:1"))
    sealed[place] ^= 1 << bit
    with pytest.raises(VaultError):
        VAULT.open(bytes(sealed), "case:1")


def test_two_seals_of_the_same_data_differ_and_show_nothing() -> None:
    first, second = (VAULT.seal(b"024000000001", "case:1") for _ in range(2))
    assert first != second
    assert b"024000000001" not in first


def test_another_key_does_not_open() -> None:
    with pytest.raises(VaultError):
        Vault((b"x" * 32,)).open(VAULT.seal(b"data", "case:1"), "case:1")


def test_a_key_file_is_private_and_never_replaced(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "owner.key"
    made = Vault.create_file(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert Vault.create_file(path) == made
    assert made.keys[0].hex() not in repr(made)


@pytest.mark.parametrize("content", ["", "zz", "00" * 16, "00" * 33])
def test_a_file_that_is_no_key_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "owner.key"
    path.write_text(content)
    with pytest.raises(VaultError, match=r"owner\.key"):
        Vault.from_file(path)


def test_after_a_new_key_the_old_seals_still_open_and_new_ones_name_the_new_key(tmp_path: Path) -> None:
    path = tmp_path / "owner.key"
    before = Vault.create_file(path)
    sealed = before.seal(b"data", "case:1")
    new_id = add_key(path)
    after = Vault.from_file(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert (after.key_id, len(after.keys)) == (new_id, 2)
    assert after.key_id != before.key_id
    assert after.open(sealed, "case:1") == b"data"
    with pytest.raises(VaultError):
        before.open(after.seal(b"data", "case:1"), "case:1")


def test_a_blind_index_finds_equal_values_and_tells_nothing() -> None:
    index = BlindIndex(b"i" * 32)
    assert index.of("identity", "024 000 000001") == index.of("identity", "024000000001")
    assert index.of("identity", "024000000001") != index.of("identity", "024000000002")
    assert index.of("identity", "024000000001") != index.of("phone", "024000000001")
    assert index.of("identity", "024000000001") != BlindIndex(b"j" * 32).of("identity", "024000000001")
    assert b"i" * 32 not in repr(index).encode()
