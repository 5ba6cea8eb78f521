"""Asked by the centre what another camera file would find: answered from the clips the node still has."""

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from configs.camera_check import load_camera
from contract.canonical import sha256_hex
from contract.signing import SigningKey, sign, verify
from contract.what_if import Answer, Question, read_answer
from edge.camera import Rolls
from edge.configuration.camera_file import Owner, OwnFile
from edge.configuration.questions import Questions
from edge.replay import replay
from edge.results import Outputs
from tests.edge import factories, road
from tests.test_whole_system import wait_until

NODE = "node-1"
CENTRE, KEY = SigningKey.generate(), SigningKey.generate()
OTHER = {"id": "side", "line": [[20, 235], [20, 30]]}


def text_of(**changes: Any) -> str:
    return road.camera_file(road.ROAD | changes, "rtsp://camera/1")


PRESENT = text_of()


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A node's folder with the packages of the road."""
    folder = tmp_path_factory.mktemp("node")
    film, found = road.film(folder / "road.mp4"), Outputs(None, folder / "found", None)
    replay(film, road.CONFIG, road.eyes(), found, KEY, start=factories.NOON, rolls=Rolls(1.0, 1.0))
    shutil.copytree(folder / "found", folder / "outbox" / "packages")
    return folder


def question(content: str, *, key: SigningKey = CENTRE, base: str = PRESENT, **changes: Any) -> bytes:
    values = {"node": NODE, "camera": "road", "number": 1, "content": content, "at": factories.NOON}
    values |= {"base_sha256": sha256_hex(base.encode())} | changes
    return sign(Question.model_validate(values), key).encode()


@contextmanager
def asked(data: Path, *payloads: bytes) -> Iterator[Questions]:
    """A node at work that was asked these."""
    own = OwnFile(load_camera(Path("road.yaml"), PRESENT.encode()), PRESENT)
    owner = Owner(NODE, CENTRE.public, lambda: factories.NOON + timedelta(hours=1))
    questions = Questions(owner, KEY, data, road.eyes(), {"road": own}.get)
    stop = threading.Event()
    thread = threading.Thread(target=questions.run, args=(stop,))
    for payload in payloads:
        questions.received("", payload)
    thread.start()
    yield questions
    stop.set()
    thread.join()


def told(questions: Questions) -> Answer:
    """The one answer, once it is there."""
    letters = []

    def some() -> bool:
        letters.extend(questions.outgoing())
        return bool(letters)

    wait_until(some, "an answer")
    [letter] = letters
    answer = read_answer(verify(letter.payload.decode(), KEY.public))
    assert letter.topic == f"ngatu/v1/{NODE}/answer/{answer.camera}"
    assert letter.retain
    return answer


def test_what_would_be_lost_is_told_with_each_clip(data: Path) -> None:
    with asked(data, question(text_of(solid_lines=[OTHER]))) as node:
        answer = told(node)
    acts = [act for row in answer.rows for act in row.lost]
    assert answer.clips == len(answer.rows) == len(road.STARTS)
    assert {act.rule for act in acts} == {"solid_line"}
    assert [act for row in answer.rows for act in row.gained] == []


def test_what_changes_nothing_is_told_too_and_told_again_when_asked_again(data: Path) -> None:
    payload = question(text_of(calibration="cal-2"))
    with asked(data, payload, payload) as node:
        answer = told(node)
        assert (answer.rows, answer.reason, answer.same > 0) == ((), None, True)
        assert list(node.outgoing()) == []
        node.received("", payload)
        assert told(node) == answer


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        (question(text_of(calibration="cal-2"), base="another"), "configuration.other_base"),
        (question(text_of() + "nonsense: 1\n"), "configuration.invalid"),
        (question(text_of(id="b"), camera="b"), "configuration.unknown_camera"),
    ],
)
def test_what_cannot_be_told_says_why(data: Path, payload: bytes, code: str) -> None:
    with asked(data, payload) as node:
        answer = told(node)
    assert answer.reason is not None
    assert answer.reason.code == code
    assert answer.clips == 0


def test_only_the_centre_is_answered_and_only_the_newest_question(data: Path) -> None:
    strange = question(text_of(solid_lines=[OTHER]), key=SigningKey.generate(), number=9)
    elsewhere = question(text_of(solid_lines=[OTHER]), node="node-2", number=9)
    older, newer = (question(text_of(calibration=f"cal-{n}"), number=n) for n in (2, 3))
    with asked(data, older, newer, strange, elsewhere, b"nothing") as node:
        assert told(node).number == 3
        assert list(node.outgoing()) == []
