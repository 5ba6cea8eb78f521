"""A node's cameras under revisions of the centre: signed, checked, tried, kept or rolled back, remembered."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from configs.camera import CameraConfig
from configs.camera_check import load_camera
from contract.configuration import Quarantine, Revision, Standing, read_standing
from contract.reasons import Reason, reason
from contract.reports import CameraHealth
from contract.signing import SigningKey, sign, verify
from edge.configuration.camera_file import MOST_STARTS, Owner, OwnFile
from edge.configuration.comparing import Probation
from edge.configuration.opening import digest
from edge.configuration.revisions import Revisions
from edge.configuration.store import Store
from tests.edge import road

NODE = "node-1"
CENTRE, KEY = SigningKey.generate(), SigningKey.generate()
PROBATION = Probation(settle=5.0, least=20.0, full=60.0, every=1.0)
NOON = datetime(2026, 11, 24, 5, tzinfo=UTC)


def text_of(camera: str, **changes: Any) -> str:
    """A camera file."""
    return road.camera_file(road.ROAD | {"id": camera} | changes, "rtsp://camera/1")


@dataclass
class Junction:
    """A node with two cameras, whose health and clock the test sets; `runs` is what was put to work."""

    folder: Path
    now: float = 0.0
    own: dict[str, str] = field(default_factory=lambda: {name: text_of(name) for name in ("a", "b")})
    health: dict[str, dict[str, Any]] = field(default_factory=lambda: {"a": {}, "b": {}})
    frames: Counter[str] = field(default_factory=Counter)
    runs: list[CameraConfig] = field(default_factory=list)
    told: list[Standing] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.start()

    def start(self) -> None:
        """The node starts, or starts again."""
        own = {
            name: OwnFile(load_camera(Path(f"{name}.yaml"), content.encode()), content)
            for name, content in self.own.items()
        }
        owner = Owner(NODE, CENTRE.public, lambda: NOON + timedelta(seconds=self.now))
        store = Store(self.folder)
        self.revisions = Revisions(owner, KEY, store, own, PROBATION, lambda: self.now)

    def wait(self, seconds: float) -> None:
        """Time passes, a second at a time."""
        for _ in range(round(seconds)):
            self.now += 1.0
            health = {}
            for name, told in self.health.items():
                self.frames[name] += told.get("fps", 10)
                known = {"id": name, "state": "online", "frames": self.frames[name], "armed": True}
                health[name] = CameraHealth.model_validate(known | told)
            self.revisions.tend(health, self.runs.append)
            for letter in self.revisions.outgoing():
                self.told.append(read_standing(verify(letter.payload.decode(), KEY.public)))
                assert letter.topic == f"ngatu/v1/{NODE}/standing/{self.told[-1].camera}"
                assert letter.retain

    def offer(self, content: str, number: int = 1, key: SigningKey = CENTRE, **changes: Any) -> str:
        """The centre's revision of camera `a`, offered; its token."""
        values = {
            "node": NODE,
            "camera": "a",
            "number": number,
            "base_sha256": digest(self.own["a"]),
            "content": content,
            "author": "quan-tri",
            "why": "vạch sơn lại",
            "at": NOON,
        }
        token = sign(Revision.model_validate(values | changes), key)
        self.revisions.received("", token.encode())
        return token

    def outcome(self) -> tuple[str, int, Reason | None]:
        """Of the last thing told: what became of the revision, which one is in force, why."""
        last = self.told[-1]
        return last.outcome, last.revision, last.reason


@pytest.fixture
def junction(tmp_path: Path) -> Junction:
    made = Junction(tmp_path / "configuration")
    made.wait(PROBATION.least)
    return made


NEW = text_of("a", calibration="cal-2")


def test_a_revision_is_tried_and_kept_and_survives_a_restart(junction: Junction) -> None:
    junction.offer(NEW)
    junction.wait(1)
    assert [config.calibration for config in junction.runs] == ["cal-2"]
    assert junction.outcome() == ("trial", 1, None)
    junction.wait(PROBATION.full)
    assert junction.outcome() == ("kept", 1, None)
    assert junction.told[-1].content == NEW
    junction.start()
    assert [config.calibration for config in junction.revisions.cameras()] == ["cal-2", "cal-1"]
    history = Store(junction.folder).history("a")
    assert [(line["outcome"], line["author"], line["why"]) for line in history] == [
        ("trial", "quan-tri", "vạch sơn lại"),
        ("kept", "quan-tri", "vạch sơn lại"),
    ]


@pytest.mark.parametrize(
    ("health", "code", "seconds"),
    [
        ({"state": "degraded", "reason": reason("camera.stuck")}, "configuration.worse_state", 20),
        ({"fps": 2}, "configuration.worse_frames", 20),
        ({"armed": False}, "configuration.worse_lamp", 20),
    ],
)
def test_a_camera_that_does_worse_goes_back_by_itself(
    junction: Junction, health: dict[str, Any], code: str, seconds: int
) -> None:
    junction.offer(NEW)
    junction.wait(1)
    junction.health["a"] = health
    junction.wait(seconds)
    outcome, revision, told = junction.outcome()
    assert (outcome, revision) == ("rolled_back", 0)
    assert told is not None
    assert told.code == code
    assert [config.calibration for config in junction.runs] == ["cal-2", "cal-1"]
    junction.start()
    assert junction.revisions.cameras()[0].calibration == "cal-1"


def test_a_camera_that_was_ill_before_is_not_made_worse(junction: Junction) -> None:
    junction.health["a"] = {"state": "offline", "fps": 0, "armed": False}
    junction.wait(PROBATION.full)
    junction.offer(NEW)
    junction.wait(PROBATION.full + 1)
    assert junction.outcome()[:2] == ("kept", 1)


@pytest.mark.parametrize(
    ("content", "changes", "code"),
    [
        (NEW + "nonsense: 1\n", {}, "configuration.invalid"),
        (text_of("b"), {}, "configuration.other_camera"),
        (NEW, {"base_sha256": "0" * 64}, "configuration.other_base"),
        (NEW, {"camera": "c"}, "configuration.unknown_camera"),
        (
            "\n".join(line for line in NEW.splitlines() if "detect_stream" not in line and "url" not in line),
            {},
            "configuration.no_stream",
        ),
    ],
)
def test_what_can_not_be_put_in_force_is_refused_with_its_reason(
    junction: Junction, content: str, changes: dict[str, Any], code: str
) -> None:
    junction.offer(content, **changes)
    junction.wait(1)
    outcome, revision, told = junction.outcome()
    assert (outcome, revision, told.code if told else "") == ("refused", 0, code)
    assert junction.runs == []


def test_the_fault_is_told_with_line_and_key(junction: Junction) -> None:
    junction.offer(NEW + "nonsense: 1\n")
    junction.wait(1)
    _, _, told = junction.outcome()
    assert told is not None
    [fault] = told.values["faults"]  # type: ignore[misc]
    line = len(NEW.splitlines()) + 1
    assert str(fault).startswith(f"a.yaml:{line}: nonsense: unknown key")


@pytest.mark.parametrize(
    "spoil",
    [
        lambda junction: junction.offer(NEW, key=SigningKey.generate()),
        lambda junction: junction.offer(NEW, node="node-2"),
        lambda junction: junction.revisions.received("", b"\xff nonsense"),
    ],
)
def test_nobody_else_orders_anything(junction: Junction, spoil: Callable[[Junction], object]) -> None:
    spoil(junction)
    junction.wait(1)
    assert (junction.runs, junction.told) == ([], [])
    assert [alarm.code for alarm in junction.revisions.alarms] == ["configuration.ignored"]


def test_an_old_order_is_only_answered(junction: Junction) -> None:
    token = junction.offer(NEW)
    junction.wait(PROBATION.full + PROBATION.least + 2)
    told = len(junction.told)
    junction.revisions.received("", token.encode())
    junction.wait(1)
    assert len(junction.told) == told + 1
    assert junction.outcome()[:2] == ("kept", 1)
    assert len(junction.runs) == 1


def test_one_camera_at_a_time(junction: Junction) -> None:
    other = {"camera": "b", "base_sha256": digest(junction.own["b"])}
    junction.offer(NEW)
    junction.offer(text_of("b", calibration="cal-3"), **other)
    junction.wait(PROBATION.full + 1)
    assert [config.id for config in junction.runs] == ["a"]
    junction.wait(PROBATION.least)
    junction.offer(text_of("b", calibration="cal-3"), **other)
    junction.wait(1)
    assert [config.id for config in junction.runs] == ["a", "b"]


def test_a_node_that_starts_again_and_again_goes_back(junction: Junction) -> None:
    junction.offer(NEW)
    junction.wait(1)
    for _ in range(MOST_STARTS):
        junction.start()
        assert junction.revisions.cameras()[0].calibration == "cal-2"
    junction.start()
    assert junction.revisions.cameras()[0].calibration == "cal-1"
    junction.revisions.connected()
    junction.wait(1)
    standing = next(told for told in reversed(junction.told) if told.camera == "a")
    assert (standing.outcome, standing.reason and standing.reason.code) == (
        "rolled_back",
        "configuration.restarts",
    )


def test_a_trial_goes_on_after_a_restart(junction: Junction) -> None:
    junction.offer(NEW)
    junction.wait(1)
    junction.start()
    junction.health["a"] = {"fps": 1}
    junction.wait(PROBATION.least + 1)
    assert junction.outcome()[:2] == ("rolled_back", 0)
    assert junction.runs[-1].calibration == "cal-1"


def test_what_is_changed_at_the_node_wins(junction: Junction) -> None:
    junction.offer(NEW)
    junction.wait(PROBATION.full + 1)
    junction.own["a"] = text_of("a", calibration="cal-9")
    junction.start()
    assert junction.revisions.cameras()[0].calibration == "cal-9"
    junction.revisions.connected()
    junction.wait(1)
    standing = next(told for told in junction.told[::-1] if told.camera == "a")
    assert (standing.outcome, standing.revision, standing.content) == ("overtaken", 0, junction.own["a"])


def test_a_kept_revision_that_was_tampered_with_is_not_run_and_the_centre_is_told(junction: Junction) -> None:
    junction.offer(NEW)
    junction.wait(PROBATION.full + 1)
    forged = sign(
        Revision(
            node=NODE, camera="a", number=1, base_sha256="0" * 64, content=NEW, author="", why="", at=NOON
        ),
        SigningKey.generate(),
    )
    (junction.folder / "a" / "1.jws").write_text(forged)
    junction.start()
    assert junction.revisions.cameras()[0].calibration == "cal-1"
    junction.revisions.connected()
    junction.wait(1)
    standing = next(told for told in junction.told[::-1] if told.camera == "a")
    assert (standing.outcome, standing.revision) == ("rolled_back", 0)
    assert standing.reason == reason("configuration.lost")


def test_a_disk_that_refuses_changes_nothing_and_is_told(
    junction: Junction, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("edge.files.os.replace", full)
        junction.offer(NEW)
        junction.wait(1)
        assert [alarm.code for alarm in junction.revisions.alarms] == ["configuration.disk"]
    assert junction.runs == []
    junction.offer(NEW)
    junction.wait(1)
    assert junction.revisions.alarms == ()
    assert len(junction.runs) == 1


def test_the_centre_is_told_at_each_connection(junction: Junction) -> None:
    junction.revisions.connected()
    junction.wait(2)
    assert [told.camera for told in junction.told] == ["a", "b"]
    assert junction.told[0].content == junction.own["a"]
    junction.revisions.connected()
    junction.wait(1)
    assert len(junction.told) == 4


def told(junction: Junction, *cameras: str, at: datetime = NOON, **changes: Any) -> frozenset[str]:
    """The centre says which cameras it holds in quarantine; what the node says of it."""
    key = changes.pop("key", CENTRE)
    message = Quarantine.model_validate({"node": NODE, "cameras": cameras, "at": at} | changes)
    junction.revisions.received("", sign(message, key).encode())
    return junction.revisions.quarantined


def test_a_node_knows_which_of_its_cameras_are_in_quarantine_and_goes_on(junction: Junction) -> None:
    assert junction.revisions.quarantined == frozenset()
    assert told(junction, "a", "b") == {"a", "b"}
    assert told(junction, "b", at=NOON + timedelta(minutes=1)) == {"b"}
    assert told(junction, "a", "b") == {"b"}, "an old word that is played again changes nothing"
    assert told(junction, at=NOON + timedelta(minutes=2)) == frozenset()
    junction.wait(30)
    assert junction.runs == [], "no camera was touched"
    assert junction.revisions.alarms == ()


def test_a_quarantine_the_centre_did_not_tell_this_node_is_told_as_foreign(junction: Junction) -> None:
    assert told(junction, "a", key=SigningKey.generate()) == frozenset()
    assert told(junction, "a", node="node-2") == frozenset()
    junction.wait(30)
    assert [alarm.code for alarm in junction.revisions.alarms] == ["configuration.ignored"]
