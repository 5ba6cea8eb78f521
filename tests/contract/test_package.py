"""The offline check of packages: good ones pass, and each way to tamper with one is named."""

import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from contract.canonical import canonical_bytes
from contract.package import Link, verify_package, verify_packages
from contract.signing import SigningKey, sign
from edge.evidence.package import write
from tests.edge import factories

KEY = factories.KEY.public
FIRST = factories.package(1, clip_bytes=5000)
SECOND = factories.package(2, FIRST.link, clip_bytes=5000)
THIRD = factories.package(3, SECOND.link, clip_bytes=5000)
TEST, OTHER_TEST = (factories.package(n, None, clip_bytes=5000, test=True) for n in (4, 5))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(SECOND, tmp_path / "package")
    return tmp_path / "package"


def zipped(folder: Path, compression: int = zipfile.ZIP_DEFLATED) -> Path:
    target = folder.with_suffix(".zip")
    with zipfile.ZipFile(target, "w", compression) as archive:
        for file in sorted(folder.iterdir()):
            archive.write(file, file.name)
    return target


def test_a_sound_folder_passes(folder: Path) -> None:
    report = verify_package(folder, KEY, FIRST.link)
    assert report.failure is None
    assert report.manifest == SECOND.manifest
    assert len(report.passed) == 2 + len(SECOND.manifest.files) + 1


def test_a_sound_zip_passes(folder: Path) -> None:
    assert verify_package(zipped(folder), KEY, FIRST.link).failure is None


def test_without_a_key_the_report_says_what_that_is_worth(folder: Path) -> None:
    report = verify_package(folder)
    assert report.failure is None
    assert any("compare it with the node's enrolment" in line for line in report.passed)


def append(name: str) -> Callable[[Path], object]:
    return lambda folder: (folder / name).write_bytes((folder / name).read_bytes() + b" ")


def flip(name: str) -> Callable[[Path], object]:
    def change(folder: Path) -> None:
        content = bytearray((folder / name).read_bytes())
        content[100] ^= 1
        (folder / name).write_bytes(content)

    return change


def remove(name: str) -> Callable[[Path], object]:
    return lambda folder: (folder / name).unlink()


def resigned_by_a_stranger(folder: Path) -> None:
    stranger = SigningKey.generate()
    (folder / "manifest.jws").write_text(sign(SECOND.manifest, stranger))
    (folder / "public-key.txt").write_text(stranger.public.text)


def another_manifest_signed(folder: Path) -> None:
    (folder / "manifest.jws").write_text(sign(THIRD.manifest, factories.KEY))


def manifest_changed(folder: Path) -> None:
    changed = SECOND.manifest.model_copy(update={"site_name": "nowhere"})
    (folder / "manifest.json").write_bytes(canonical_bytes(changed))


def linked_file(folder: Path) -> None:
    (folder / "over.jpg").unlink()
    (folder / "over.jpg").symlink_to("/etc/hostname")


TAMPERING = [
    (flip("over.jpg"), "over.jpg was changed"),
    (append("clip.mp4"), "clip.mp4 is longer than"),
    (remove("before.jpg"), "before.jpg is missing"),
    (remove("manifest.json"), "manifest.json is missing"),
    (remove("manifest.jws"), "manifest.jws is missing"),
    (append("manifest.json"), "not in canonical form"),
    (flip("manifest.jws"), "manifest.jws"),
    (manifest_changed, "signs another manifest"),
    (another_manifest_signed, "signs another manifest"),
    (resigned_by_a_stranger, "signed with key"),
    (lambda folder: (folder / "extra.jpg").write_bytes(b"x"), "extra.jpg is in the package but not"),
    (lambda folder: (folder / "sub").mkdir(), "'sub' does not belong"),
    (linked_file, "'over.jpg' does not belong"),
    (lambda folder: (folder / "manifest.json").write_bytes(b"\xff" * 50), "is not a manifest"),
    (lambda folder: (folder / "manifest.json").write_bytes(b"[" * 100_000), "is not a manifest"),
    (lambda folder: (folder / "over.jpg").write_bytes(b""), "over.jpg has 0 bytes"),
]


@pytest.mark.parametrize(("tamper", "words"), TAMPERING)
def test_each_way_to_tamper_is_named(folder: Path, tamper: Callable[[Path], object], words: str) -> None:
    tamper(folder)
    failure = verify_package(folder, KEY, FIRST.link).failure
    assert failure is not None
    assert words in failure


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("../../outside.jpg", "does not belong"),
        ("/etc/cron.d/x", "does not belong"),
        ("sub/over.jpg", "does not belong"),
        ("over.jpg", "does not belong"),
    ],
)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_zip_with_odd_names_is_refused_and_nothing_written(
    folder: Path, tmp_path: Path, name: str, words: str
) -> None:
    target = zipped(folder)
    before = sorted(tmp_path.rglob("*"))
    with zipfile.ZipFile(target, "a") as archive:
        archive.writestr(name, b"x")
    assert words in str(verify_package(target, KEY).failure)
    assert sorted(tmp_path.rglob("*")) == before


def test_a_zip_bomb_is_not_unpacked_past_what_the_manifest_says(folder: Path) -> None:
    (folder / "clip.mp4").write_bytes(bytes(300 * 1024 * 1024))
    target = zipped(folder)
    assert target.stat().st_size < 1_000_000
    assert "clip.mp4 is longer than the 5000 bytes" in str(verify_package(target, KEY).failure)


def test_a_cut_off_zip_is_named(folder: Path) -> None:
    target = zipped(folder)
    target.write_bytes(target.read_bytes()[:-200])
    assert "neither a package folder nor a ZIP" in str(verify_package(target, KEY).failure)


def test_a_zip_with_rotten_bytes_is_named(folder: Path) -> None:
    target = zipped(folder, zipfile.ZIP_STORED)
    content = target.read_bytes()
    target.write_bytes(content.replace(SECOND.files["clip.mp4"][:64], b"\x00" * 64))
    assert "clip.mp4 can't be unpacked" in str(verify_package(target, KEY).failure)


@pytest.mark.parametrize("content", [b"", b"random bytes", b"PK\x03\x04"])
def test_a_file_that_is_no_zip_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.zip").write_bytes(content)
    assert "neither a package folder nor a ZIP" in str(verify_package(tmp_path / "x.zip", KEY).failure)


def test_nothing_there_is_named(tmp_path: Path) -> None:
    assert "no package of this name" in str(verify_package(tmp_path / "no", KEY).failure)


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert "a pipe or a device" in str(verify_package(tmp_path / "pipe", KEY).failure)


@pytest.mark.parametrize(
    ("previous", "words"),
    [
        (Link(5, "0" * 64), "number 2 comes after number 5"),
        (Link(1, "0" * 64), "follows another number 1"),
    ],
)
def test_a_broken_link_is_named(folder: Path, previous: Link, words: str) -> None:
    assert words in str(verify_package(folder, KEY, previous).failure)


def test_a_test_is_told_from_evidence_and_stands_outside_the_chain(tmp_path: Path) -> None:
    for number, package in enumerate((FIRST, SECOND, TEST, OTHER_TEST)):
        write(package, tmp_path / str(number))
    reports = verify_packages(sorted(tmp_path.iterdir()), KEY)
    assert [report.failure for report in reports] == [None] * 4
    said = ["TEST, not evidence" in "; ".join(report.passed) for report in reports]
    assert said == [True, True, False, False]
    assert TEST.manifest.schema_ == "ngatu.manifest/2.2"
    assert FIRST.manifest.schema_ == "ngatu.manifest/2"


def test_evidence_can_not_be_made_a_test_once_it_is_signed(folder: Path) -> None:
    changed = (folder / "manifest.json").read_bytes().replace(b'"test":false', b'"test":true')
    (folder / "manifest.json").write_bytes(changed)
    assert "signs another manifest" in str(verify_package(folder, KEY).failure)


def test_several_packages_are_checked_as_a_chain(tmp_path: Path) -> None:
    paths = [tmp_path / name for name in ("c", "a", "b")]
    for package, path in zip((FIRST, SECOND, THIRD), paths, strict=True):
        write(package, path)
    reports = verify_packages(sorted(paths), KEY)
    assert [report.path.name for report in reports] == ["c", "a", "b"]
    assert [report.failure for report in reports] == [None] * 3
    gap = verify_packages([paths[2], paths[0]], KEY)
    assert gap[0].failure is None
    assert "something between is missing" in str(gap[1].failure)
