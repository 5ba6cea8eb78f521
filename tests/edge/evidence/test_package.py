"""Sealing: the same violation gives the same bytes; a folder appears whole or not at all."""

import errno
import os
from datetime import timedelta
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from contract.package import verify_package
from edge.evidence.package import Clip, Still, encode, event_id, write
from tests.edge import factories


def test_the_same_inputs_give_the_same_bytes() -> None:
    assert factories.package(1) == factories.package(1)
    assert factories.package(1).files["manifest.jws"] != factories.package(2).files["manifest.jws"]


def test_the_id_of_a_violation_is_pinned() -> None:
    assert event_id(factories.facts(1)) == "15224f1c-f6fc-507c-80bb-1be11e8e3e94"


@pytest.mark.parametrize(
    "change",
    [
        {"node": "node-2"},
        {"camera": "cam-2"},
        {"rule": factories.facts().rule.model_copy(update={"name": "stop_line"})},
        {"vehicle": factories.facts().vehicle.model_copy(update={"track": 2})},
        {"occurred_at": factories.facts().occurred_at + timedelta(milliseconds=1)},
    ],
)
def test_another_violation_has_another_id(change: dict[str, object]) -> None:
    assert event_id(factories.facts().model_copy(update=change)) != event_id(factories.facts())


def test_another_episode_has_another_id() -> None:
    assert event_id(factories.facts(), "second") != event_id(factories.facts())


def test_what_was_judged_but_not_seen_does_not_change_the_id() -> None:
    reworded = factories.facts().model_copy(update={"doubts": (), "software": "newer"})
    assert event_id(reworded) == event_id(factories.facts())


def test_stills_are_named_by_role_and_look_like_the_picture() -> None:
    picture = np.full((120, 160, 3), (30, 90, 200), np.uint8)
    files = encode(
        [Still(role, picture, factories.NOON) for role in ("before", "context", "context")],
        Clip(b"mp4", factories.NOON),
    )
    assert [file.name for file in files] == ["before.jpg", "context.jpg", "context-2.jpg", "clip.mp4"]
    shown = cv2.imdecode(np.frombuffer(files[0].data, np.uint8), cv2.IMREAD_COLOR)
    assert np.abs(shown.astype(int) - picture).max() <= 3


@pytest.mark.parametrize(
    "image",
    [
        np.zeros((0, 10, 3), np.uint8),
        np.zeros((10, 10), np.uint8),
        np.zeros((10, 10, 4), np.uint8),
        np.zeros((10, 10, 3), np.float32),
    ],
)
def test_what_is_not_a_picture_is_refused(image: NDArray[np.uint8]) -> None:
    with pytest.raises(ValueError, match="over picture"):
        encode([Still("over", image, factories.NOON)], None)


def test_an_empty_clip_is_refused() -> None:
    with pytest.raises(ValueError, match="clip"):
        encode([], Clip(b"", factories.NOON))


def test_a_written_package_verifies(tmp_path: Path) -> None:
    write(factories.package(1), tmp_path / "deep" / "package")
    assert verify_package(tmp_path / "deep" / "package", factories.KEY.public).failure is None
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["package"]


def test_a_package_is_never_written_over_another(tmp_path: Path) -> None:
    write(factories.package(1), tmp_path / "package")
    with pytest.raises(OSError, match="not empty"):
        write(factories.package(2), tmp_path / "package")
    assert [path.name for path in tmp_path.iterdir()] == ["package"]
    report = verify_package(tmp_path / "package", factories.KEY.public)
    assert report.manifest == factories.package(1).manifest


def test_a_failing_disk_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write(factories.package(1), tmp_path / "package")
    assert list(tmp_path.iterdir()) == []
