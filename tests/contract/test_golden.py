"""What any released version signed is verified and read, and what is read is what was signed."""

import json
from pathlib import Path

import pytest

from configs.words import say
from contract.canonical import canonical_bytes, is_canonical
from contract.manifest import NEWEST, AnyManifest, parse
from contract.package import MANIFEST_FILE, verify_package, verify_packages
from contract.signing import PublicKey
from tests.contract.golden.packages import CHAINS, FOLDER, PACKAGES, TESTS

RULES = {
    "red_light",
    "stop_line",
    "solid_line",
    "wrong_lane",
    "wrong_way",
    "illegal_turn",
    "no_stopping",
}


def key_of(package: Path) -> PublicKey:
    return PublicKey.from_text((package / "public-key.txt").read_text().strip())


def name(path: Path) -> str:
    return str(path.relative_to(FOLDER))


def manifests(version: str) -> list[AnyManifest]:
    """What the packages of a release say, as its own version has it."""
    of_version = [package for package in PACKAGES if package.is_relative_to(FOLDER / version)]
    return [parse((package / MANIFEST_FILE).read_bytes()) for package in of_version]


VERSIONS = sorted({package.relative_to(FOLDER).parts[0] for package in PACKAGES})


MANIFESTS = {version: manifests(version) for version in VERSIONS}


def test_there_are_packages_of_every_version_of_the_manifest() -> None:
    schemas = {manifest.schema_.partition(".")[2] for found in MANIFESTS.values() for manifest in found}
    assert schemas == {*(f"manifest/{version}" for version in range(1, NEWEST + 1)), "manifest/2.1"}


def test_the_first_release_left_one_of_each_of_its_rules() -> None:
    assert {manifest.rule.name for manifest in MANIFESTS["0.1.0"]} == RULES


@pytest.mark.parametrize("version", VERSIONS)
def test_each_release_left_a_read_and_an_unread_plate_and_a_borderline(version: str) -> None:
    assert {manifest.decision for manifest in MANIFESTS[version]} == {"violation", "borderline"}
    assert {manifest.plate.text is None for manifest in MANIFESTS[version]} == {True, False}


@pytest.mark.parametrize("package", PACKAGES, ids=name)
def test_a_package_is_verified_and_read(package: Path) -> None:
    report = verify_package(package, key_of(package))
    assert report.failure is None
    assert report.manifest is not None
    assert all(say(told, "vi") and say(told, "en") for told in report.manifest.reasons)
    assert len(report.manifest.trajectory) > 5


def test_since_version_2_each_still_names_its_frame_so_that_it_was_looked_for_in_the_clip() -> None:
    for package in PACKAGES:
        report = verify_package(package)
        assert report.manifest is not None
        stills = [file for file in report.manifest.files if file.role != "clip"]
        named = not package.is_relative_to(FOLDER / "0.1.0")
        assert {file.frame is not None for file in stills} == {named}


@pytest.mark.parametrize("package", PACKAGES, ids=name)
def test_its_own_version_has_all_that_was_signed(package: Path) -> None:
    signed = (package / MANIFEST_FILE).read_bytes()
    assert is_canonical(signed)
    assert json.loads(canonical_bytes(parse(signed))) == json.loads(signed)


@pytest.mark.parametrize("chain", CHAINS, ids=name)
def test_a_chain_is_whole(chain: Path) -> None:
    reports = verify_packages(sorted(chain.iterdir()))
    assert [report.failure for report in reports] == [None] * len(reports)


@pytest.mark.parametrize("package", TESTS, ids=name)
def test_a_test_is_verified_and_read_as_one(package: Path) -> None:
    signed = (package / MANIFEST_FILE).read_bytes()
    report = verify_package(package, key_of(package))
    assert report.failure is None
    assert report.manifest is not None
    assert report.manifest.test
    assert report.manifest.schema_ == "ngatu.manifest/2.2"
    assert json.loads(canonical_bytes(parse(signed))) == json.loads(signed)


def test_one_byte_changed_in_a_manifest_is_noticed(tmp_path: Path) -> None:
    package = PACKAGES[0]
    for file in package.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    changed = (package / MANIFEST_FILE).read_bytes().replace(b'"track":', b'"track":1', 1)
    (tmp_path / MANIFEST_FILE).write_bytes(changed)
    assert "signs another manifest" in str(verify_package(tmp_path, key_of(package)).failure)
