"""The outbox: whole or nothing after a crash at any step, full disks, damage, order, room."""

import errno
import itertools
import os
import shutil
import signal
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from configs.words import say
from contract.package import verify_packages
from contract.reasons import reason
from contract.signing import SigningKey
from edge.delivery import outbox as outbox_module
from edge.delivery.index import OutboxError, OutboxFullError, State
from edge.delivery.outbox import Outbox, inspect, resend
from edge.evidence import package as package_module
from tests import faults
from tests.edge import factories
from tests.edge.delivery.node import add, open_outbox

WATCHED = {outbox_module.__file__, package_module.__file__, outbox_module.Index.insert.__code__.co_filename}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "outbox"


@pytest.fixture
def outbox(folder: Path) -> Iterator[Outbox]:
    box = open_outbox(folder)
    yield box
    box.close()


def states(box: Outbox) -> dict[str, int]:
    return {state: tally.packages for state, tally in box.summary().states.items()}


def assert_sound(folder: Path, packages: int) -> None:
    """Every package on the disk verifies, and they form one chain from 1 to `packages`."""
    reports = verify_packages(sorted((folder / "packages").iterdir()), factories.KEY.public)
    assert [report.failure for report in reports] == [None] * packages
    assert [report.manifest.sequence for report in reports if report.manifest] == [*range(1, packages + 1)]


def test_packages_form_a_chain_and_wait(outbox: Outbox, folder: Path) -> None:
    add(outbox, 5, 3, 4)
    assert_sound(folder, 3)
    assert states(outbox) == {"waiting": 3}
    assert outbox.summary().oldest_waiting == factories.facts(5).occurred_at


def test_the_same_violation_again_is_no_second_package(outbox: Outbox, folder: Path) -> None:
    (event,) = add(outbox, 1)
    assert not outbox.add(event, lambda link: factories.package(1, link))
    outbox.mark(event, "stored")
    assert not outbox.add(event, lambda link: factories.package(1, link))
    assert_sound(folder, 1)


def test_oldest_and_newest_of_the_undelivered(outbox: Outbox) -> None:
    first, second, third, fourth = add(outbox, 1, 2, 3, 4)
    outbox.mark(first, "stored")
    outbox.mark(fourth, "rejected", reason("message.faulty"))
    outbox.mark(second, "sent")
    ends = [outbox.undelivered(newest=newest) for newest in (False, True)]
    assert [end.event_id for end in ends if end] == [second, third]
    assert outbox.undelivered(newest=False, excluding=[second, third]) is None


def test_another_key_is_kept_out_and_nothing_lost(outbox: Outbox, folder: Path) -> None:
    add(outbox, 1, 2)
    outbox.close()
    with pytest.raises(OutboxError, match=r"put the old node-key\.pem back"):
        Outbox(folder, SigningKey.generate().public, 1)
    open_outbox(folder).close()
    assert_sound(folder, 2)


def test_a_place_that_is_no_folder_is_told(folder: Path) -> None:
    folder.write_text("not a folder")
    with pytest.raises(OutboxError, match="can't be made in"):
        open_outbox(folder)


def test_a_second_process_is_kept_out(outbox: Outbox, folder: Path) -> None:
    with pytest.raises(OutboxError, match="another process"):
        open_outbox(folder)


def test_states_survive_a_restart(folder: Path) -> None:
    box = open_outbox(folder)
    first, second, _third = add(box, 1, 2, 3)
    box.mark(first, "stored")
    box.mark(second, "sent")
    box.close()
    summary, entries = inspect(folder)
    assert [entry.state for entry in entries] == ["stored", "sent", "waiting"]
    assert summary.undelivered.packages == 2
    again = open_outbox(folder)
    assert states(again) == {"stored": 1, "sent": 1, "waiting": 1}
    again.close()


def test_looking_into_no_outbox_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(OutboxError, match="no readable outbox"):
        inspect(tmp_path)


def kill_at_step(step: int) -> Any:
    """A trace function that SIGKILLs this process at the given line of the watched modules."""
    count = itertools.count(1)

    def trace(frame: FrameType, event: str, _arg: object) -> Any:
        if frame.f_code.co_filename not in WATCHED:
            return None
        if event == "line" and next(count) == step:
            os.kill(os.getpid(), signal.SIGKILL)
        return trace

    return trace


def add_and_die(folder: Path, step: int) -> bool:
    """Adds a second package in a child that is killed at `step`. True while there was such a step."""
    child = os.fork()
    if child == 0:
        box = open_outbox(folder)
        package = factories.package
        sys.settrace(kill_at_step(step))
        box.add(factories.event_id(factories.facts(2)), lambda link: package(2, link, 1000))
        os._exit(0)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


@pytest.fixture
def quick_disk(tmp_path: Path) -> Iterator[Path]:
    """A folder in memory where there is one: hundreds of restarts need no real disk."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else tmp_path) as folder:
        yield Path(folder)


def test_killed_between_any_two_steps_leaves_all_or_nothing(quick_disk: Path) -> None:
    start = quick_disk / "start"
    box = open_outbox(start)
    add(box, 1, clip_bytes=1000)
    box.close()
    found = []
    for step in itertools.count(1):
        folder = quick_disk / f"step-{step}"
        shutil.copytree(start, folder)
        died = add_and_die(folder, step)
        box = open_outbox(folder)
        (waiting,) = states(box).values()
        assert box.summary().alarms == ()
        assert_sound(folder, waiting)
        box.add(factories.event_id(factories.facts(2)), lambda link: factories.package(2, link, 1000))
        box.close()
        assert_sound(folder, 2)
        found.append(waiting)
        shutil.rmtree(folder)
        if not died:
            break
    assert len(found) > 60
    assert found == sorted(found)
    assert {1, 2} == set(found)


def test_a_lost_index_is_rebuilt_from_the_packages(folder: Path) -> None:
    box = open_outbox(folder)
    add(box, 1, 2, 3)
    box.close()
    for part in folder.glob("index.sqlite*"):
        part.write_bytes(b"not a database at all" * 1000)
    again = open_outbox(folder)
    assert states(again) == {"waiting": 3}
    assert reason("outbox.quarantined", items=1) in again.summary().alarms
    add(again, 4)
    again.close()
    assert_sound(folder, 4)


@pytest.mark.parametrize("name", ["over.jpg", "manifest.json", "manifest.jws"])
def test_a_damaged_stranger_goes_to_quarantine(folder: Path, name: str) -> None:
    box = open_outbox(folder)
    add(box, 1)
    box.close()
    stranger = folder / "packages" / "stranger"
    shutil.copytree(next((folder / "packages").iterdir()), stranger)
    (stranger / name).write_bytes(b"{}")
    again = open_outbox(folder)
    assert states(again) == {"waiting": 1}
    assert again.summary().quarantined == 1
    again.close()
    assert_sound(folder, 1)


def test_a_package_of_another_key_is_not_taken_in(folder: Path) -> None:
    (folder / "packages").mkdir(parents=True)
    facts = factories.facts(9)
    event = factories.event_id(facts)
    foreign = package_module.seal(facts, event, factories.files(9), None, SigningKey.generate())
    package_module.write(foreign, folder / "packages" / event)
    box = open_outbox(folder)
    assert states(box) == {}
    assert box.summary().quarantined == 1
    box.close()


def test_files_that_vanished_are_reported(folder: Path) -> None:
    box = open_outbox(folder)
    lost, kept = add(box, 1, 2)
    box.close()
    shutil.rmtree(folder / "packages" / lost)
    again = open_outbox(folder)
    assert again.undelivered(newest=False).event_id == kept  # type: ignore[union-attr]
    assert [a.values["because"] for a in again.summary().alarms] == ["outbox.lost"]
    again.close()


def test_delivered_packages_go_oldest_first_and_only_they(folder: Path) -> None:
    box = Outbox(folder, factories.KEY.public, budget=1_000_000)
    first, second, third, fourth = add(box, 1, 2, 3, 4)
    assert [a.values["planned_bytes"] for a in box.summary().alarms] == [1_000_000]
    box.mark(second, "stored")
    assert [box.folder_of(event).is_dir() for event in (first, second, third, fourth)] == [
        *(True, False, True, True)
    ]
    box.mark(first, "stored")
    assert box.folder_of(first).is_dir()
    assert not box.summary().alarms
    box.close()


def test_the_head_of_the_chain_is_never_given_up(folder: Path) -> None:
    box = Outbox(folder, factories.KEY.public, budget=1)
    first, second = add(box, 1, 2)
    box.mark(second, "stored")
    box.mark(first, "stored")
    assert [path.name for path in (folder / "packages").iterdir()] == [second]
    head = factories.package(2, factories.package(1).link).link
    assert box.add("next", lambda link: factories.package(3, link) if link == head else None)  # type: ignore[arg-type, return-value]
    box.close()


@pytest.mark.parametrize("where", ["mkdir", "fsync", "rename"])
@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_raises_and_harms_nothing(
    outbox: Outbox, folder: Path, monkeypatch: pytest.MonkeyPatch, where: str, code: int
) -> None:
    add(outbox, 1)

    def full(*_args: object, **_kwargs: object) -> None:
        raise OSError(code, os.strerror(code))

    with monkeypatch.context() as patch:
        patch.setattr(os, where, full)
        patch.setattr(Path, where, full, raising=False)
        for _again in range(3):
            with pytest.raises(OutboxFullError):
                add(outbox, 2)
        assert reason("outbox.full", violations=1) in outbox.summary().alarms
    assert_sound(folder, 1)
    add(outbox, 2)
    assert outbox.summary().alarms == ()
    assert_sound(folder, 2)


def test_another_disk_error_is_not_called_full(outbox: Outbox, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_handle: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "fsync", broken)
    with pytest.raises(OutboxError, match="Input/output error"):
        add(outbox, 1)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 3 MiB."""
    place = tmp_path / "small"
    with faults.small_disk(place, "3m") as mounted:
        if not mounted:
            pytest.skip("may not mount a small file system here")
        yield place


def test_a_really_full_disk_keeps_what_waits_and_gives_up_what_is_delivered(small_disk: Path) -> None:
    folder = small_disk / "outbox"
    box = open_outbox(folder)
    kept: list[str] = []

    def fill() -> None:
        for number in range(1, 20):
            kept.extend(add(box, number))

    with pytest.raises(OutboxFullError):
        fill()
    assert 5 < len(kept) < 10
    assert states(box) == {"waiting": len(kept)}
    assert_sound(folder, len(kept))
    box.mark(kept[0], "stored")
    add(box, 100)
    assert not box.folder_of(kept[0]).exists()
    assert states(box) == {"waiting": len(kept)}
    box.close()
    again = open_outbox(folder)
    assert states(again) == {"waiting": len(kept)}
    again.close()


@pytest.mark.parametrize(
    ("states_asked", "named", "expected"),
    [
        (["rejected"], [], ["rejected"]),
        (["unsupported"], [], ["unsupported"]),
        (["rejected", "unsupported", "stored"], ["stored"], ["stored"]),
        (["rejected", "unsupported", "stored"], ["waiting", "nobody"], []),
    ],
)
def test_packages_are_offered_again_from_outside_while_the_node_runs(
    outbox: Outbox, folder: Path, states_asked: list[State], named: list[str], expected: list[str]
) -> None:
    events = dict(zip(("rejected", "unsupported", "stored", "waiting"), add(outbox, 1, 2, 3, 4), strict=True))
    outbox.mark(events["rejected"], "rejected", reason("message.internal"))
    outbox.mark(events["unsupported"], "unsupported", reason("message.newer", version="3", known=("1", "2")))
    outbox.mark(events["stored"], "stored")
    again = resend(folder, states_asked, [events.get(name, name) for name in named])
    assert again == sorted(events[name] for name in expected)
    for name in expected:
        entry = outbox.get(events[name])
        assert entry is not None
        assert entry.state == "sent"


def test_what_lies_no_longer_on_the_disk_is_not_offered(outbox: Outbox, folder: Path) -> None:
    first, _second = add(outbox, 1, 2)
    outbox.set_aside(first, "rot")
    assert resend(folder, ["rejected"]) == []


def test_there_must_be_an_outbox_to_offer_from(tmp_path: Path) -> None:
    with pytest.raises(OutboxError, match="no outbox in"):
        resend(tmp_path / "nothing", ["rejected"])
    assert not (tmp_path / "nothing").exists()


def test_unsupported_packages_wait_and_say_why(outbox: Outbox) -> None:
    (event,) = add(outbox, 1)
    outbox.mark(event, "unsupported", reason("message.newer", version="3", known=("1", "2")))
    assert outbox.undelivered(newest=False) is None
    [alarm] = outbox.summary().alarms
    assert say(alarm, "en") == (
        f"the centre can't read 1 package yet, upgrade it; the last, {event}: "
        "version 3 is newer than this software (which reads 1, 2)"
    )
    assert outbox.summary().undelivered.packages == 1
    assert outbox.offer_again() == [event]
    assert outbox.undelivered(newest=False) is not None


def test_the_index_of_release_0_1_is_taken_over(folder: Path) -> None:
    box = open_outbox(folder)
    first, second = add(box, 1, 2)
    box.close()
    old = sqlite3.connect(folder / "index.sqlite")
    old.executescript("""
        CREATE TABLE older (
            event_id TEXT PRIMARY KEY, sequence INTEGER NOT NULL UNIQUE, manifest_sha256 TEXT NOT NULL,
            bytes INTEGER NOT NULL, occurred_at TEXT NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('waiting', 'sent', 'stored', 'rejected')),
            reason TEXT NOT NULL DEFAULT '', on_disk INTEGER NOT NULL DEFAULT 1
        ) WITHOUT ROWID;
        INSERT INTO older SELECT * FROM package;
        UPDATE older SET state = 'rejected', reason = 'schema: rule.name: literal_error' WHERE sequence = 1;
        DROP TABLE package;
        ALTER TABLE older RENAME TO package;
        CREATE INDEX package_by_state ON package (state, sequence);
        PRAGMA user_version = 0;
    """)
    old.close()
    for _ in range(2):
        box = open_outbox(folder)
        assert [entry.event_id for entry in (box.get(first), box.get(second)) if entry] == [first, second]
        [alarm] = box.summary().alarms
        assert "schema: rule.name: literal_error" in say(alarm, "en")
        box.mark(second, "unsupported", None)
        box.mark(second, "waiting", None)
        box.close()
