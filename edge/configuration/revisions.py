"""Takes the centre's revisions and changes one camera at a time, on trial.

During the trial the node compares the camera's performance with that before (`edge.configuration.comparing`)
and rolls back by itself if it is worse. Meanwhile other revisions wait: the centre offers them again with
every sign of life of the node.
"""

import queue
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import structlog

from configs.camera import CameraConfig
from contract.configuration import Quarantine, Revision, Standing
from contract.reasons import Reason, reason
from contract.reports import CameraHealth
from contract.signing import SigningKey, sign
from contract.topics import NodeTopics
from edge.configuration.camera_file import CameraFile, Owner, OwnFile
from edge.configuration.comparing import Probation, Watch, far_worse, worse
from edge.configuration.opening import (
    ForeignError,
    RefusedError,
    camera_of,
    digest,
    open_quarantine,
    open_revision,
)
from edge.configuration.store import Store
from edge.delivery.session import Letter

log = structlog.get_logger(__name__)

Apply = Callable[[CameraConfig], None]
"""Restarts one camera under another configuration, without touching the others."""


class Revisions:
    """The configurations of one node's cameras.

    `tend` belongs to the node's supervising thread; `connected`, `received` and `outgoing` to the thread that
    talks to the broker.

    Args:
        own: the node's own camera files by camera.
        clock: monotonic seconds.
    """

    def __init__(
        self,
        owner: Owner,
        key: SigningKey,
        store: Store,
        own: Mapping[str, OwnFile],
        probation: Probation,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._owner = owner
        self._topics = NodeTopics(owner.node)
        self._key = key
        self._probation = probation
        self._clock = clock
        self._files = {camera: CameraFile(camera, file, store, owner) for camera, file in own.items()}
        self._watches = {camera: Watch(probation.every) for camera in own}
        self._offered: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._to_tell: queue.SimpleQueue[Standing] = queue.SimpleQueue()
        self._changed_at = clock()
        self._tell_all = threading.Event()
        self._quarantine: Quarantine | None = None
        self._ignored = 0
        self._trouble = ""
        for file in self._files.values():
            with self._disk_may_refuse():
                file.start()

    @property
    def topics(self) -> tuple[str, ...]:
        """Broker topics subscribed here."""
        return (self._topics.revision,)

    @property
    def alarms(self) -> tuple[Reason, ...]:
        """Alarms for the operator."""
        alarms = [reason("configuration.ignored", orders=self._ignored)] if self._ignored else []
        if self._trouble:
            alarms.append(reason("configuration.disk", detail=self._trouble))
        return tuple(alarms)

    def cameras(self) -> list[CameraConfig]:
        """All cameras under the configuration in force, in the node's order."""
        return [file.in_force().config for file in self._files.values()]

    def in_force(self, camera: str) -> OwnFile | None:
        """The configuration a camera runs; None if there is no such camera."""
        file = self._files.get(camera)
        return file.in_force() if file is not None else None

    def connected(self) -> None:
        """Called on connecting to the broker: the centre gets the state of each camera."""
        self._tell_all.set()

    def received(self, _topic: str, payload: bytes) -> None:
        """Takes a message of the revision topic."""
        token = payload.decode("ascii", errors="replace")
        told = open_quarantine(token, self._owner.centre, self._owner.node)
        if told is None:
            self._offered.put(token)
        elif self._quarantine is None or told.at >= self._quarantine.at:
            self._quarantine = told

    @property
    def quarantined(self) -> frozenset[str]:
        """Cameras whose findings the centre withholds, as far as reported here since the start."""
        return frozenset(self._quarantine.cameras) if self._quarantine is not None else frozenset()

    def outgoing(self) -> Iterator[Letter]:
        """Reports to be sent now; the broker keeps the last one for each camera."""
        while not self._to_tell.empty():
            standing = self._to_tell.get()
            token = sign(standing, self._key).encode()
            yield Letter(self._topics.standing(standing.camera), token, retain=True)

    def tend(self, health: Mapping[str, CameraHealth], apply: Apply) -> None:
        """To be called every second: samples the cameras, judges a trial, takes the next revision."""
        now = self._clock()
        for camera, told in health.items():
            self._watches[camera].note(told, now)
        with self._disk_may_refuse():
            self._judge(now, apply)
            self._take_offered(now, apply)
        if self._tell_all.is_set():
            self._tell_all.clear()
            for camera in self._files:
                self._tell(camera)

    @contextmanager
    def _disk_may_refuse(self) -> Iterator[None]:
        """The node continues if the disk fails: nothing was put in force, and the centre offers it again."""
        try:
            yield
            self._trouble = ""
        except OSError as problem:
            self._trouble = str(problem.strerror)
            log.error("a configuration could not be kept", problem=str(problem))

    def _tell(self, camera: str) -> None:
        self._to_tell.put(self._files[camera].standing())

    @property
    def _on_trial(self) -> str | None:
        return next((camera for camera, file in self._files.items() if file.record.trial), None)

    def _judge(self, now: float, apply: Apply) -> None:
        """Ends the current trial once its result is known."""
        camera, passed = self._on_trial, now - self._changed_at
        if camera is None or passed < self._probation.least:
            return
        file, over = self._files[camera], passed >= self._probation.full
        told = self._verdict(camera, over=over)
        if told is not None:
            file.roll_back(told)
            self._put_to_work(camera, apply)
        elif over:
            file.pass_trial()
        if file.record.trial is None:
            self._tell(camera)

    def _verdict(self, camera: str, *, over: bool) -> Reason | None:
        """Why the camera performs worse than before its trial; None if it does not, or that is unknown."""
        trial = self._files[camera].record.trial
        after = self._watches[camera].since(self._changed_at + self._probation.settle)
        if trial is None or trial.before is None or after is None:
            return None
        return (worse if over else far_worse)(trial.before, after)

    def _put_to_work(self, camera: str, apply: Apply) -> None:
        apply(self._files[camera].in_force().config)
        self._changed_at = self._clock()
        self._watches[camera].begin_anew()

    def _take_offered(self, now: float, apply: Apply) -> None:
        """Takes the next revision once there are enough samples of the cameras to compare with later."""
        while not self._offered.empty():
            token = self._offered.get()
            if self._on_trial is not None or now - self._changed_at < self._probation.least:
                continue
            try:
                revision = open_revision(token, self._owner.centre, self._owner.node)
            except ForeignError as problem:
                self._ignored += 1
                log.warning("revision ignored", problem=str(problem))
            else:
                self._take(revision, token, apply)

    def _take(self, revision: Revision, token: str, apply: Apply) -> None:
        file = self._files.get(revision.camera)
        if file is None:
            self._to_tell.put(_unknown(revision, self._owner))
            return
        if revision.number > file.record.handled:
            try:
                camera_of(revision)
                if revision.base_sha256 != digest(file.in_force().content):
                    raise RefusedError(reason("configuration.other_base"))
            except RefusedError as refused:
                file.refuse(revision, refused.reason)
            else:
                before = self._watches[revision.camera].since(self._clock() - self._probation.full)
                file.begin(revision, token, before)
                self._put_to_work(revision.camera, apply)
        self._tell(revision.camera)


def _unknown(revision: Revision, owner: Owner) -> Standing:
    return Standing(
        node=owner.node,
        camera=revision.camera,
        revision=0,
        content="",
        handled=revision.number,
        handled_sha256=digest(revision.content),
        outcome="refused",
        reason=reason("configuration.unknown_camera", camera=revision.camera),
        at=owner.now(),
    )
