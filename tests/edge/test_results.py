"""What a replay leaves behind: written as it is found, refused before it begins, and one costs no other."""

import json
from collections.abc import Callable
from pathlib import Path

import av
import pytest

from contract.package import verify_packages
from edge.pipeline import Step
from edge.replay import Replayed, replay
from edge.results import Outputs, ResultError
from tests.edge import factories, road

KEY = factories.KEY
FULL = Path("/dev/full")
"""A disk that takes nothing."""


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return road.film(tmp_path_factory.mktemp("road") / "road.mp4")


def run(video: Path, outputs: Outputs, progress: Callable[[Step], None] = lambda _: None) -> Replayed:
    return replay(video, road.CONFIG, road.eyes(), outputs, KEY, progress=progress)


def frames_in(film: Path) -> int:
    with av.open(str(film)) as container:
        return sum(1 for _ in container.decode(video=0))


class HalfWayError(Exception):
    """Something went wrong half way."""


def test_what_was_found_before_an_error_is_there(video: Path, tmp_path: Path) -> None:
    outputs = Outputs(tmp_path / "found.jsonl", tmp_path / "packages", tmp_path / "film.mp4")

    def progress(step: Step) -> None:
        lines = (tmp_path / "found.jsonl").read_text().splitlines()
        assert len(lines) == len(list((tmp_path / "packages").iterdir()))
        if len(lines) == 1:  # the second is complete only with the last picture
            raise HalfWayError

    with pytest.raises(HalfWayError):
        run(video, outputs, progress)
    packages = sorted((tmp_path / "packages").iterdir())
    assert [report.failure for report in verify_packages(packages, KEY.public)] == [None]
    assert 60 < frames_in(tmp_path / "film.mp4") < 100


@pytest.mark.parametrize("failing", ["jsonl", "packages"])
def test_an_output_that_fails_costs_no_other(video: Path, tmp_path: Path, failing: str) -> None:
    paths = {
        "jsonl": tmp_path / "found.jsonl",
        "packages": tmp_path / "packages",
        "annotated": tmp_path / "film.mp4",
    }
    if failing != "packages":
        paths[failing].symlink_to(FULL)

    def progress(step: Step) -> None:
        if failing == "packages" and step.frame.index == 5:
            paths["packages"].rmdir()
            paths["packages"].touch()

    found = run(video, Outputs(**paths), progress)
    assert len(found.proofs) == 3
    (problem,) = found.problems
    assert str(paths[failing]) in problem
    if failing != "jsonl":
        assert len([json.loads(line) for line in paths["jsonl"].read_text().splitlines()]) == 3
    if failing != "packages":
        packages = sorted(paths["packages"].iterdir())
        assert [report.failure for report in verify_packages(packages, KEY.public)] == [None] * 3
    if failing != "annotated":
        assert frames_in(paths["annotated"]) == road.FRAMES


def _folder(path: Path) -> Path:
    path.mkdir()
    return path


def _file(path: Path) -> Path:
    path.touch()
    return path


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda d: Outputs(jsonl=_folder(d / "x")), "x can't be written: Is a directory"),
        (
            lambda d: Outputs(jsonl=_file(d / "f") / "x.jsonl"),
            "can't be written: (Not a directory|File exists)",
        ),
        (lambda d: Outputs(packages=_file(d / "f")), "f is a file: give the packages a new folder"),
        (lambda d: Outputs(packages=_file(_folder(d / "x") / "old").parent), "x is not empty"),
        (lambda d: Outputs(annotated=_folder(d / "x.mp4")), r"x\.mp4: can't be written: Is a directory"),
        (lambda _: Outputs(packages=Path("/proc/nothing")), "can't be written"),
        (lambda _: Outputs(annotated=Path("/proc/nothing/x.mp4")), "can't be written"),
    ],
)
def test_an_output_that_can_t_be_written_stops_the_run_before_it_begins(
    video: Path, tmp_path: Path, make: Callable[[Path], Outputs], words: str
) -> None:
    def progress(step: Step) -> None:
        raise AssertionError("it ran")

    with pytest.raises(ResultError, match=words):
        run(video, make(tmp_path), progress)
