"""Answers the centre's what-if question about a camera file before it is put in force.

The last day's clips still stored here are analysed under the file in force and under the proposed one, one
after the other, at low priority. Nothing is changed or stored: the broker keeps the last answer for each
camera, and the centre asks again until it has one.
"""

import queue
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import structlog

from configs.camera import CameraConfig
from contract.canonical import sha256_hex
from contract.faults import MessageError
from contract.reasons import Reason, reason
from contract.signing import SignatureError, SigningKey, sign, verify
from contract.topics import NodeTopics
from contract.what_if import MOST_ACTS, ActTold, Answer, Differing, Question, read_question
from edge.camera import Eyes
from edge.configuration.camera_file import Owner, OwnFile
from edge.configuration.opening import RefusedError, camera_of, digest
from edge.delivery.session import Letter
from edge.examining import lower_priority
from edge.video.frame import VideoError
from edge.what_if import BACK, MOST, Act, Difference, Kept, compare, kept_clips

log = structlog.get_logger(__name__)

LONGEST = 1800.0
"""Seconds after which the answer is given from the clips analysed by then."""

_Key = tuple[str, int, str]
"""Camera, number and hash of a question."""


class Questions:
    """The questions to one node. `run` has its own thread; the rest belongs to the thread that talks to the
    broker.

    Args:
        data: the node's folder.
        in_force: what a camera of the node runs, by its id; None where it has no such camera.
        clock: monotonic seconds.
    """

    def __init__(
        self,
        owner: Owner,
        key: SigningKey,
        data: Path,
        eyes: Eyes,
        in_force: Callable[[str], OwnFile | None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._owner, self._key, self._data, self._eyes = owner, key, data, eyes
        self._in_force, self._clock = in_force, clock
        self._topics = NodeTopics(owner.node)
        self._asked: queue.SimpleQueue[Question] = queue.SimpleQueue()
        self._known: dict[str, tuple[_Key, Answer | None]] = {}
        """The newest question about each camera, and its answer once there is one."""
        self._to_tell: queue.SimpleQueue[Answer] = queue.SimpleQueue()

    @property
    def topics(self) -> tuple[str, ...]:
        """Broker topics subscribed here."""
        return (self._topics.question,)

    def connected(self) -> None:
        """Nothing is sent on connecting."""

    def received(self, _topic: str, payload: bytes) -> None:
        """Takes a question, possibly repeated; anything not from the centre for this node is ignored."""
        try:
            asked = read_question(verify(payload.decode("ascii", "replace"), self._owner.centre))
        except (SignatureError, MessageError) as problem:
            log.warning("question ignored", problem=str(problem))
            return
        if asked.node != self._owner.node:
            log.warning("question ignored", problem=f"for another node: {asked.node}")
            return
        key, answer = self._known.get(asked.camera, (None, None))
        if key != _key(asked):
            self._known[asked.camera] = _key(asked), None
            self._asked.put(asked)
        elif answer is not None:
            self._to_tell.put(answer)

    def outgoing(self) -> Iterator[Letter]:
        """Answers to be sent now."""
        while not self._to_tell.empty():
            answer = self._to_tell.get()
            token = sign(answer, self._key).encode()
            yield Letter(self._topics.answer(answer.camera), token, retain=True)

    def run(self, stop: threading.Event) -> None:
        """Answers questions until stopped."""
        lower_priority()
        while not stop.is_set():
            try:
                asked = self._asked.get(timeout=1.0)
            except queue.Empty:
                continue
            if self._is_newest(asked):
                self._answer(asked, stop)

    def _is_newest(self, asked: Question) -> bool:
        return self._known[asked.camera][0] == _key(asked)

    def _answer(self, asked: Question, stop: threading.Event) -> None:
        try:
            present, new = self._both(asked)
            made = self._compared(asked, present, new, stop)
            answer = self._told(asked, made)
        except RefusedError as refused:
            answer = self._told(asked, (), refused.reason)
        except Exception as problem:  # error boundary of the thread: the next question must still be answered
            log.exception("a question could not be answered", camera=asked.camera)
            why = reason("camera.analysis_failed", detail=f"{type(problem).__name__}: {problem}"[:300])
            answer = self._told(asked, (), why)
        if not stop.is_set() and self._is_newest(asked):
            self._known[asked.camera] = _key(asked), answer
            self._to_tell.put(answer)

    def _both(self, asked: Question) -> tuple[CameraConfig, CameraConfig]:
        """The file in force and the one asked about. Raises RefusedError."""
        present = self._in_force(asked.camera)
        if present is None:
            raise RefusedError(reason("configuration.unknown_camera", camera=asked.camera))
        new = camera_of(asked)
        if asked.base_sha256 != digest(present.content):
            raise RefusedError(reason("configuration.other_base"))
        return present.config, new

    def _compared(
        self, asked: Question, present: CameraConfig, new: CameraConfig, stop: threading.Event
    ) -> Sequence[Difference]:
        """Analyses the newest clips first while there is time; results are in the order of the acts."""
        clips = kept_clips(self._data, asked.camera, self._owner.now() - BACK)[-MOST:]
        by, made = self._clock() + LONGEST, list[Difference]()
        for clip in reversed(clips):
            if stop.is_set() or self._clock() > by or not self._is_newest(asked):
                break
            made += self._one(clip, present, new)
        return made[::-1]

    def _one(self, clip: Kept, present: CameraConfig, new: CameraConfig) -> list[Difference]:
        try:
            return [compare(clip, present, new, self._eyes)]
        except VideoError:
            return []  # a clip deleted meanwhile is left out

    def _told(self, asked: Question, made: Sequence[Difference], why: Reason | None = None) -> Answer:
        return Answer(
            node=asked.node,
            camera=asked.camera,
            number=asked.number,
            sha256=sha256_hex(asked.content.encode()),
            clips=len(made),
            same=sum(len(one.same) for one in made),
            rows=tuple(
                Differing(at=one.kept.at, lost=_acts(one.lost), gained=_acts(one.gained))
                for one in made
                if one.lost or one.gained
            ),
            reason=why,
            at=self._owner.now(),
        )


def _key(asked: Question) -> _Key:
    return asked.camera, asked.number, sha256_hex(asked.content.encode())


def _acts(found: Sequence[Act]) -> tuple[ActTold, ...]:
    return tuple(ActTold.model_validate(vars(act)) for act in found[:MOST_ACTS])
