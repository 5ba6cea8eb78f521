"""Looks that are kept belong to one content of a clip and one network, not to a name."""

from pathlib import Path

import pytest

from models.evaluation.tracking.looks import kept_name


@pytest.mark.parametrize(
    ("video", "card", "same"),
    [(b"seed 1", b"network", True), (b"seed 2", b"network", False), (b"seed 1", b"another", False)],
)
def test_looks_kept_of_another_clip_or_network_are_not_taken(
    tmp_path: Path, video: bytes, card: bytes, same: bool
) -> None:
    names = []
    for number, (clip, network) in enumerate([(b"seed 1", b"network"), (video, card)]):
        folder = tmp_path / str(number) / "lanes_day"
        folder.mkdir(parents=True)
        (folder / "detect.mp4").write_bytes(clip)
        (folder / "vehicles.yaml").write_bytes(network)
        names.append(kept_name(folder / "detect.mp4", folder / "vehicles.yaml"))
    assert (names[0] == names[1]) is same
