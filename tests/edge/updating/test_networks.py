"""Networks from the centre: refused unless signed and seeing, in force from the next start, given up by
themselves when they no longer see."""

import hashlib
import shutil
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import onnx
import pytest
import yaml
from onnx import numpy_helper

from contract.bundle import SIGNED, seal
from contract.reasons import Reason, reason
from contract.signing import SigningKey
from edge.camera import Eyes, open_eyes
from edge.updating.daily import DailySelfTest
from edge.updating.golden import load_golden, self_test
from edge.updating.sets import PACKAGED, NetworkSets, UpdateError
from models import load
from models.card import packaged_card

CENTRE = SigningKey(bytes(range(32)))
NOW = datetime(2026, 11, 28, tzinfo=UTC)
golden_frames = partial(self_test, golden=load_golden())


def sees(_eyes: Eyes) -> Reason | None:
    return None


def blind(_eyes: Eyes) -> Reason | None:
    return reason("networks.failed", detail="sees nothing")


@pytest.fixture
def sets(tmp_path: Path) -> NetworkSets:
    return NetworkSets(tmp_path / "networks", CENTRE.public)


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """The lightest of the packaged networks as one that comes from the centre."""
    return bundled(tmp_path / "bundle", "2026-12")


def bundled(
    folder: Path, name: str, network: str = "plate_finder", change: Callable[[Path], None] | None = None
) -> Path:
    folder.mkdir()
    card = packaged_card(network)
    for source in (card, card.with_suffix(".onnx")):
        shutil.copy(source, folder)
    if change is not None:
        change(folder / f"{network}.onnx")
        whole = yaml.safe_load((folder / card.name).read_text())
        content = (folder / f"{network}.onnx").read_bytes()
        whole |= {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
        (folder / card.name).write_text(yaml.safe_dump(whole))
    seal(folder, "models", name, CENTRE, NOW)
    return folder


def _without_weights(file: Path) -> None:
    network = onnx.load(file)
    for weights in network.graph.initializer:
        if weights.data_type == onnx.TensorProto.FLOAT and len(weights.dims) > 1:
            weights.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(weights) * 0, weights.name))
    onnx.save(network, file)


def test_the_packaged_networks_see_the_golden_frames() -> None:
    assert golden_frames(open_eyes(2)) is None


def test_a_network_that_sees_nothing_is_told_and_not_taken(sets: NetworkSets, tmp_path: Path) -> None:
    first = sets.take(bundled(tmp_path / "first", "first"), sees, 2, NOW)
    with pytest.raises(UpdateError) as problem:
        sets.take(bundled(tmp_path / "b", "blind", "vehicles", _without_weights), golden_frames, 2, NOW)
    assert problem.value.reason is not None
    told = problem.value.reason.values
    assert (problem.value.reason.code, told["lost"], told["wanted"]) == ("networks.blind", 14, 14)
    assert sets.record.in_force == first
    assert [place.name for place in sets.folder.iterdir() if place.is_dir()] == [first]
    assert [alarm.code for alarm in sets.alarms] == ["networks.given_up"]


def test_a_signed_set_is_in_force_from_the_next_start(sets: NetworkSets, bundle: Path) -> None:
    name = sets.take(bundle, sees, 1, NOW)
    shutil.rmtree(bundle)
    record = NetworkSets(sets.folder, CENTRE.public).record
    assert (record.in_force, record.before, record.since) == (name, PACKAGED, NOW)
    eyes = sets.open(1, NOW)
    assert eyes.models["plate_finder"] == load("plate_finder")[0].sha256
    assert sets.alarms == ()


def _unsigned(bundle: Path) -> None:
    (bundle / SIGNED).unlink()


def _altered(bundle: Path) -> None:
    with (bundle / "plate_finder.onnx").open("ab") as file:
        file.write(b"x")


def _by_another(bundle: Path) -> None:
    seal(bundle, "models", "2026-12", SigningKey(bytes(32)), NOW)


def _software(bundle: Path) -> None:
    seal(bundle, "software", "2026-12", CENTRE, NOW)


def _no_network(bundle: Path) -> None:
    (bundle / "evil.py").write_text("import os")
    seal(bundle, "models", "2026-12", CENTRE, NOW)


def _other_file_than_its_card(bundle: Path) -> None:
    _altered(bundle)
    seal(bundle, "models", "2026-12", CENTRE, NOW)


def _nonsense(bundle: Path) -> None:
    (bundle / "plate_finder.onnx").write_bytes(b"no network")
    card = yaml.safe_load((bundle / "plate_finder.yaml").read_text())
    card |= {"sha256": hashlib.sha256(b"no network").hexdigest()}
    (bundle / "plate_finder.yaml").write_text(yaml.safe_dump(card))
    seal(bundle, "models", "2026-12", CENTRE, NOW)


@pytest.mark.parametrize(
    "harm", [_unsigned, _altered, _by_another, _software, _no_network, _other_file_than_its_card, _nonsense]
)
def test_what_is_not_the_centres_or_does_not_run_changes_nothing(
    harm: Callable[[Path], None], sets: NetworkSets, bundle: Path
) -> None:
    harm(bundle)
    with pytest.raises(UpdateError):
        sets.take(bundle, sees, 1, NOW)
    assert sets.record.in_force == PACKAGED
    assert not any(place.is_dir() for place in sets.folder.glob("*"))


def test_a_set_that_was_altered_on_the_disk_is_never_opened(sets: NetworkSets, bundle: Path) -> None:
    name = sets.take(bundle, sees, 1, NOW)
    _altered(sets.folder / name)
    eyes = sets.open(1, NOW)
    assert eyes.models["plate_finder"] == load("plate_finder")[0].sha256
    assert (sets.record.in_force, sets.record.given_up) == (PACKAGED, name)
    assert [alarm.code for alarm in sets.alarms] == ["networks.given_up"]


def test_what_no_longer_sees_is_given_up_and_the_node_starts_anew(sets: NetworkSets, tmp_path: Path) -> None:
    first = sets.take(bundled(tmp_path / "first", "first"), sees, 1, NOW)
    second = sets.take(bundled(tmp_path / "second", "second"), sees, 1, NOW)
    started_anew: list[str] = []
    eyes = sets.open(1, NOW)
    for _ in range(2):
        daily = DailySelfTest(
            sets, eyes, blind, lambda: started_anew.append(sets.record.in_force), lambda: NOW
        )
        daily.look()
    assert started_anew == [first, PACKAGED]
    assert sets.record.given_up == first
    daily.look()  # the packaged ones: there is nothing to go back to, a person is told
    assert started_anew == [first, PACKAGED]
    assert [alarm.code for alarm in daily.alarms] == ["networks.given_up", "networks.failed"]
    assert second != first


def test_it_looks_at_once_and_then_each_day(sets: NetworkSets) -> None:
    looked, stop = threading.Semaphore(0), threading.Event()

    def look(_eyes: Eyes) -> Reason | None:
        looked.release()
        return None

    daily = DailySelfTest(sets, open_eyes(1), look, stop.set, lambda: NOW, every=0.01)
    thread = threading.Thread(target=daily.run, args=(stop,))
    thread.start()
    assert all(looked.acquire(timeout=60) for _ in range(3))
    stop.set()
    thread.join(60)
    assert daily.alarms == ()
