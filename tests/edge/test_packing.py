"""Proofs on their way into the outbox: a full disk loses none of them, and one that fails stops no other."""

import errno
import os
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from contract.faults import version_of
from contract.manifest import LookCost, SecondLook, read
from contract.package import MANIFEST_FILE, verify_packages
from contract.reasons import reason
from contract.vehicles import VehicleKind
from edge import examining, packing
from edge.delivery.outbox import Outbox
from edge.disproved import Kept
from edge.evidence.gather import Proof
from edge.evidence.package import event_id
from edge.packing import Packing
from edge.pipeline import Incident
from edge.plate.vote import PlateVote
from edge.proving import Suspicion
from edge.rules.inputs import Finding, Track, TrackPoint
from edge.second_look.examine import Examined
from edge.worker import Handover
from tests.edge import factories
from tests.edge.delivery.node import open_outbox
from tests.edge.video.conftest import wait_until

POINT = TrackPoint(1.0, (0, 0, 9, 9), 10)


def incident(number: int) -> Incident:
    finding = Finding(
        "red_light", 1, "violation", (reason("red_light.crossed"),), number, float(number), POINT, {}
    )
    return Incident(finding, Track(number, VehicleKind.CAR, 0.9, (POINT,)), None, {})


@dataclass
class Prover:
    """Makes proofs from the factories; fails for some numbers; its ring has the post-roll when told. `look`
    is the second look at a proof of that number."""

    fails: frozenset[int] = frozenset()
    ready: threading.Event = field(default_factory=threading.Event)
    gathered: list[int] = field(default_factory=list)
    look: Callable[[Incident], Examined] = lambda given: Examined(given.finding, None)

    def holds_post_roll(self, given: Incident) -> bool:
        return self.ready.is_set()

    def gather(self, given: Incident) -> Suspicion:
        number = given.finding.track
        if number in self.fails:
            raise RuntimeError(f"no proof of {number}")
        self.gathered.append(number)
        facts = factories.facts(number)
        unread = PlateVote().result()
        proof = Proof(event_id(facts), facts, factories.files(number, 1000), given, unread)
        return Suspicion(proof, lambda: self.look(given))


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packing, "RETRY_SECONDS", 0.05)
    monkeypatch.setattr(packing, "_POLL_SECONDS", 0.01)


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Outbox]:
    box = open_outbox(tmp_path / "outbox")
    yield box
    box.close()


@pytest.fixture
def working(outbox: Outbox) -> Iterator[Packing]:
    """A packing thread that is ended with the test."""
    packer = Packing(outbox, factories.KEY)
    thread = threading.Thread(target=packer.run)
    thread.start()
    yield packer
    packer.end()
    thread.join(20)
    assert not thread.is_alive()


def hand_over(packer: Packing, prover: Prover, *numbers: int) -> list[Handover]:
    """Gives incidents whose ring still grows."""
    given = [
        Handover(prover, incident(number), threading.Event(), time.monotonic() + 60)  # type: ignore[arg-type]
        for number in numbers
    ]
    for one in given:
        packer.hand_over(one)
    return given


def ready(fails: frozenset[int] = frozenset()) -> Prover:
    prover = Prover(fails)
    prover.ready.set()
    return prover


def sequences(outbox: Outbox, *numbers: int) -> list[int]:
    """Places in the chain of the packages of these numbers."""
    entries = [outbox.get(event_id(factories.facts(number))) for number in numbers]
    return [entry.sequence for entry in entries if entry is not None]


def test_what_is_handed_over_lies_in_the_outbox_in_its_order(working: Packing, outbox: Outbox) -> None:
    hand_over(working, ready(), 3, 1, 2)
    wait_until(lambda: working.idle, 20)
    assert sequences(outbox, 3, 1, 2) == [1, 2, 3]
    assert working.alarms == ()


def test_the_same_violation_again_is_no_second_package(working: Packing, outbox: Outbox) -> None:
    hand_over(working, ready(), 1, 1, 2)
    wait_until(lambda: working.idle, 20)
    assert sequences(outbox, 1, 2) == [1, 2]
    assert outbox.summary().undelivered.packages == 2


@pytest.mark.parametrize("version", [1, 2])
def test_packages_are_of_the_version_the_node_is_told_to_write(outbox: Outbox, version: int) -> None:
    packer = Packing(outbox, factories.KEY, version)
    hand_over(packer, ready(), 1, 2)
    packer.end()
    packer.run()
    folders = [outbox.folder_of(event_id(factories.facts(number))) for number in (1, 2)]
    assert [report.failure for report in verify_packages(folders)] == [None, None]
    signed = [(folder / MANIFEST_FILE).read_bytes() for folder in folders]
    assert [version_of("manifest", content) for content in signed] == [version, version]
    assert [read(content).rule.name for content in signed] == ["red_light", "red_light"]


def full(code: int) -> Callable[..., Any]:
    def refuse(*_args: object, **_kwargs: object) -> None:
        raise OSError(code, os.strerror(code))

    return refuse


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO])
def test_while_the_outbox_takes_nothing_proofs_wait_and_others_are_gathered(
    working: Packing, outbox: Outbox, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    prover = ready()
    with monkeypatch.context() as disk:
        disk.setattr(os, "fsync", full(code))
        hand_over(working, prover, 1, 2, 3)
        wait_until(lambda: prover.gathered == [1, 2, 3], 20)
        wait_until(lambda: any(alarm.values["violations"] == 3 for alarm in working.alarms), 20)
        assert not working.idle
    wait_until(lambda: working.idle, 20)
    assert sequences(outbox, 1, 2, 3) == [1, 2, 3]
    assert working.alarms == ()
    assert prover.gathered == [1, 2, 3]


def test_at_the_end_a_full_outbox_is_asked_once_more(outbox: Outbox, monkeypatch: pytest.MonkeyPatch) -> None:
    packer = Packing(outbox, factories.KEY)
    answers = iter([OSError(errno.ENOSPC, "full")])
    fsync = os.fsync

    def full_at_first(handle: int) -> None:
        for problem in answers:
            raise problem
        fsync(handle)

    monkeypatch.setattr(os, "fsync", full_at_first)
    hand_over(packer, ready(), 1)
    packer.end()
    packer.run()
    assert sequences(outbox, 1) == [1]


def test_one_that_can_t_be_proved_is_told_and_the_next_is_packed(working: Packing, outbox: Outbox) -> None:
    hand_over(working, ready(frozenset({1})), 1, 2)
    wait_until(lambda: working.idle, 20)
    assert sequences(outbox, 2) == [1]
    assert working.alarms == (
        reason("packing.lost", violations=1, detail="red_light at 1.0 s: no proof of 1"),
    )


def waits(packer: Packing, prover: Prover) -> Handover:
    (given,) = hand_over(packer, prover, 1)
    time.sleep(0.1)
    assert prover.gathered == []
    return given


def test_evidence_is_gathered_once_the_ring_has_the_post_roll(working: Packing) -> None:
    prover = Prover()
    waits(working, prover)
    prover.ready.set()
    wait_until(lambda: prover.gathered == [1], 20)


def test_when_nothing_more_comes_it_is_gathered_with_what_is_there(working: Packing) -> None:
    prover = Prover()
    waits(working, prover).over.set()
    wait_until(lambda: prover.gathered == [1], 20)


def test_the_record_stream_is_not_waited_for_beyond_its_time(working: Packing) -> None:
    prover = Prover()
    late = Handover(prover, incident(1), threading.Event(), time.monotonic())  # type: ignore[arg-type]
    working.hand_over(late)
    wait_until(lambda: prover.gathered == [1], 20)


def test_a_played_file_is_held_up_while_many_incidents_wait(working: Packing) -> None:
    prover = Prover()
    hand_over(working, prover, *range(1, 6))
    late = Handover(prover, incident(6), threading.Event(), time.monotonic() + 60)  # type: ignore[arg-type]
    file = threading.Thread(target=working.hand_over_patiently, args=(late,))
    file.start()
    file.join(0.2)
    assert file.is_alive()
    prover.ready.set()
    file.join(20)
    assert not file.is_alive()
    wait_until(lambda: prover.gathered == [1, 2, 3, 4, 5, 6], 20)


LOOK = SecondLook(version=1, verdict="disproved", cost=LookCost(frames=1, pixels=1))


def drop(given: Incident) -> Examined:
    """A second look that disproves whatever has an even number."""
    verdict = "disproved" if given.finding.track % 2 == 0 else "confirmed"
    return Examined(given.finding, LOOK.model_copy(update={"verdict": verdict}))


def test_what_the_second_look_disproves_is_counted_and_not_packed(outbox: Outbox, tmp_path: Path) -> None:
    packer = Packing(outbox, factories.KEY, kept=Kept(tmp_path / "disproved", most=1))
    prover = ready()
    prover.look = drop
    hand_over(packer, prover, 1, 2, 3, 4)
    packer.end()
    packer.run()
    assert sequences(outbox, 1, 3) == [1, 2]
    assert outbox.get(event_id(factories.facts(2))) is None
    assert packer.told("cam-1") == {
        "suspicions": 4,
        "second_look_confirmed": 2,
        "second_look_disproved": 2,
    }
    (sample,) = (tmp_path / "disproved").iterdir()
    assert sample.name == event_id(factories.facts(4))
    assert {file.name for file in sample.iterdir()} == {"before.jpg", "over.jpg", "clip.mp4", "facts.json"}


def test_a_second_look_that_fails_leaves_the_finding_to_a_person(working: Packing, outbox: Outbox) -> None:
    prover = ready()

    def fail(_given: Incident) -> Examined:
        raise RuntimeError("the network failed")

    prover.look = fail
    hand_over(working, prover, 1)
    wait_until(lambda: working.idle, 20)
    folder = outbox.folder_of(event_id(factories.facts(1)))
    manifest = read((folder / "manifest.json").read_bytes())
    assert manifest.decision == "borderline"
    assert [doubt.code for doubt in manifest.doubts] == ["second_look.not_possible"]


def test_at_the_end_what_there_is_no_time_for_goes_to_a_person(
    outbox: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packing, "LAST_EXAMINATIONS", 0.0)
    packer, prover = Packing(outbox, factories.KEY), ready()
    begun = threading.Event()

    def slow(given: Incident) -> Examined:
        begun.set()
        time.sleep(0.3)
        return Examined(given.finding, LOOK.model_copy(update={"verdict": "confirmed"}))

    prover.look = slow
    hand_over(packer, prover, 1, 2)
    threading.Thread(target=lambda: (begun.wait(20), packer.end())).start()
    packer.run()
    assert sequences(outbox, 1, 2) == [1, 2]
    assert packer.told("cam-1") == {
        "suspicions": 2,
        "second_look_confirmed": 1,
        "second_look_not_possible": 1,
    }


def test_too_many_to_examine_are_told_and_go_to_a_person(
    working: Packing, outbox: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(examining, "MOST_WAITING", 2)
    monkeypatch.setattr(packing, "BEHIND", 2)
    prover, go_on = ready(), threading.Event()

    def slow(given: Incident) -> Examined:
        go_on.wait(20)
        return Examined(given.finding, LOOK.model_copy(update={"verdict": "confirmed"}))

    prover.look = slow
    hand_over(working, prover, 1, 2, 3)
    wait_until(lambda: sequences(outbox, 3) == [1], 20)
    assert [alarm.code for alarm in working.alarms] == ["second_look.behind"]
    go_on.set()
    wait_until(lambda: working.idle, 20)
    assert working.alarms == ()
    assert working.told("cam-1") == {
        "suspicions": 3,
        "second_look_confirmed": 2,
        "second_look_not_possible": 1,
    }
