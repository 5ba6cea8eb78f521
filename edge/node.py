"""The node: an analysis thread per camera, one that gathers evidence, one that delivers, and their
supervision.

The cameras take turns at analysis (`edge.turns`); a played file is analysed frame by frame, at its own pace.

At shutdown first the cameras stop, then their remaining incidents are gathered and stored, then the
connection to the broker closes; undelivered packages wait in the outbox for the next start.
"""

import threading
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import sdnotify

from configs.camera import CameraConfig
from configs.node import MetricsConfig, NodeConfig
from configs.words import say, say_both
from contract import reports
from contract.reasons import Reason
from contract.reports import CameraHealth, HealthReport
from contract.signing import PublicKey, SigningKey
from contract.topics import NodeTopics
from contract.types import Message
from edge.camera import SOFTWARE, Camera, Eyes, Rolls, build_camera, camera_info
from edge.clock import ClockWatch
from edge.clock import of_cameras as clock_alarms
from edge.configuration.comparing import PROBATION, Probation
from edge.configuration.current import own_files, owner_of, store_of
from edge.configuration.questions import Questions
from edge.configuration.revisions import Revisions
from edge.delivery.client import DeliveryClient, Pace
from edge.delivery.health import health_report
from edge.delivery.outbox import Outbox, Summary
from edge.delivery.sender import Sender
from edge.delivery.senders import Senders
from edge.delivery.session import NodeIdentity
from edge.disproved import Kept
from edge.health_picture import HealthPictures
from edge.joined.cameras import Rings
from edge.joining import earlier_outboxes
from edge.packing import Packing
from edge.streams import Playing, StreamError, file_source, live_source, size_problem
from edge.turns import Turns, cores
from edge.updating.daily import DailySelfTest
from edge.updating.golden import load_golden, self_test
from edge.updating.sets import NetworkSets
from edge.video.camera import CameraSource
from edge.worker import CameraWorker

if TYPE_CHECKING:
    from edge.metrics import Told

WATCHDOG_SECONDS = 270.0
"""Longer than any analysis can take: one stuck for so long is a reason to let systemd restart the node."""

CAMERAS_END = 15.0
PACKING_ENDS = 60.0
DELIVERY_ENDS = 5.0
"""Seconds each part gets at shutdown; usually all three together take a few."""


class MetricsError(RuntimeError):
    """Metrics are configured but can't be served; the message says what to do."""


class Node:
    """A whole node, from its configuration.

    Args:
        cameras: the node's own camera files, loaded; the centre's revisions in force replace them.
        probation: how long a camera is monitored under a new revision.
        networks: where `eyes` come from; with them the golden frames are tested each day.
        play: video files in place of live cameras, by camera id; each is played once.

    Raises:
        StreamError: `play` names a camera the node doesn't have, or a file of another size than its camera's.
        VideoError: a file to play is no video.
        OutboxError: another process holds the outbox, or its disk fails.
    """

    def __init__(
        self,
        config: NodeConfig,
        cameras: list[CameraConfig],
        eyes: Eyes,
        key: SigningKey,
        centre: PublicKey,
        play: Mapping[str, Path],
        probation: Probation = PROBATION,
        networks: NetworkSets | None = None,
    ) -> None:
        self._config = config
        self._play = play
        self._revisions = Revisions(
            owner_of(config, centre), key, store_of(config), own_files(config, cameras), probation
        )
        self._questions = Questions(
            owner_of(config, centre), key, config.data, eyes, self._revisions.in_force
        )
        cameras = self._revisions.cameras()
        _check_played(play, cameras)
        self._eyes = eyes
        self._stop = threading.Event()
        self._playing = Playing(config.data)
        self._turns = Turns(cores())
        self._rings = Rings()
        self._outbox = Outbox(config.data / "outbox", key.public, config.outbox_bytes)
        self._packing = Packing(self._outbox, key, config.manifest_version, Kept(config.data / "disproved"))
        self._workers = {camera.id: self._worker(camera) for camera in cameras}
        self._threads = {name: _thread_of(worker) for name, worker in self._workers.items()}
        self._clock = ClockWatch(config.ntp_server, time.monotonic)
        self._self_test = _daily(networks, eyes, self.stop) if networks is not None else None
        self._serve_metrics = _metrics_server() if config.metrics else None
        self._outboxes = (self._outbox, *earlier_outboxes(config, key))
        topics = NodeTopics(config.id)
        self._senders = Senders([Sender(box, topics, centre, time.monotonic) for box in self._outboxes])
        self._client = DeliveryClient(
            config.broker,
            NodeIdentity(config.id, _utc_now(), SOFTWARE, tuple(map(camera_info, cameras))),
            self._senders,
            self._health,
            Pace(health=config.health_seconds),
            (self._revisions, self._questions, HealthPictures(config.id, lambda: self._workers.values())),
        )

    def run(self, *, until_delivered: bool = False) -> None:
        """Runs until `stop`; with `until_delivered` until the played files are finished and delivered."""
        packing = threading.Thread(target=self._packing.run, name="packing", daemon=True)
        silence = threading.Event()
        delivery = threading.Thread(target=self._client.run, name="delivery", args=(silence,), daemon=True)
        clock = threading.Thread(target=self._clock.run, name="clock", args=(silence,), daemon=True)
        questions = threading.Thread(
            target=self._questions.run, name="questions", args=(silence,), daemon=True
        )
        for thread in (*self._threads.values(), packing, delivery, clock, questions):
            thread.start()
        if self._self_test is not None:
            threading.Thread(target=self._self_test.run, args=(silence,), daemon=True).start()
        if self._config.metrics is not None and self._serve_metrics is not None:
            self._serve_metrics(self._config.metrics, self._told)
        self._watch(until_delivered)
        for worker in self._workers.values():
            threading.Thread(target=worker.stop, daemon=True).start()
        _join(list(self._threads.values()), CAMERAS_END)
        self._packing.end()
        _join([packing], PACKING_ENDS)
        silence.set()
        _join([delivery], DELIVERY_ENDS)
        for outbox in self._outboxes:
            outbox.close()

    def stop(self) -> None:
        """Asks `run` to end; any thread or signal handler may call."""
        # In its own thread: the signal handler's thread may hold the event's lock, as wait() begins or ends.
        threading.Thread(target=self._stop.set).start()

    def _watch(self, until_delivered: bool) -> None:
        """Supervises the threads once a second until the end."""
        notifier = sdnotify.SystemdNotifier()
        notifier.notify("READY=1")
        while not self._stop.wait(1.0):
            workers = self._workers.values()
            for worker in workers:
                worker.tend()
            if all(worker.stuck_seconds < WATCHDOG_SECONDS for worker in workers):
                notifier.notify("WATCHDOG=1")
            self._revisions.tend({worker.config.id: worker.health() for worker in workers}, self._replace)
            if self._played_delivered():
                self._playing.forget()
                if until_delivered:
                    break
        notifier.notify("STOPPING=1")

    def _replace(self, camera: CameraConfig) -> None:
        """Restarts one camera under another configuration; the others are unaffected."""
        old, thread = self._workers[camera.id], self._threads[camera.id]
        threading.Thread(target=old.stop, daemon=True).start()
        _join([thread], CAMERAS_END)
        worker = self._worker(camera)
        self._workers = {**self._workers, camera.id: worker}
        self._threads[camera.id] = _thread_of(worker)
        self._threads[camera.id].start()
        self._client.announce(tuple(camera_info(worker.config) for worker in self._workers.values()))

    def _worker(self, camera: CameraConfig) -> CameraWorker:
        video = self._play.get(camera.id)
        rolls = Rolls(self._config.clip_before, self._config.clip_after)
        seconds = self._config.ring_seconds

        views = self._config.data / "views"
        played_from = self._playing.start(camera.id, video) if video is not None else None

        def open_source() -> tuple[CameraSource, datetime]:
            if video is not None and played_from is not None:
                return file_source(video, played_from, seconds), played_from
            now = _utc_now()
            return live_source(camera, seconds, partial(self._turns.turn, camera.id)), now

        def build(source: CameraSource, epoch: datetime) -> Camera:
            kept = None if video else views
            return build_camera(
                camera, self._config.id, source.ring, self._eyes, rolls, epoch, kept, self._rings
            )

        played = video is not None
        hand_over = self._packing.hand_over_patiently if played else self._packing.hand_over
        if played:
            return CameraWorker(camera, open_source, build, hand_over, once=True)
        self._turns.join(camera)
        looked = partial(self._turns.looked, camera)
        return CameraWorker(camera, open_source, build, hand_over, once=False, looked=looked)

    def _played_delivered(self) -> bool:
        """Whether files were played, all are finished, and everything has been delivered."""
        played = [worker for worker in self._workers.values() if worker.once]
        through = bool(played) and all(worker.finished.is_set() for worker in played)
        return through and self._packing.idle and not self._kept().undelivered.packages

    def _kept(self) -> Summary:
        """The content of the outbox, and of those of earlier keys."""
        return Summary.together([outbox.summary() for outbox in self._outboxes])

    def _camera_health(self, worker: CameraWorker) -> CameraHealth:
        """A camera's health with the results of the second look on its findings, and whether the centre
        withholds them."""
        health, told = worker.health(), self._packing.told(worker.config.id)
        funnel = dict(sorted({**health.funnel, **told}.items()))
        held = worker.config.id in self._revisions.quarantined
        return health.model_copy(update={"funnel": funnel, "quarantined": held})

    def _health(self, session: str) -> Message:
        report = self._report(session)
        return report if self._config.manifest_version > 1 else reports.to_v1(report, say_both)

    def _report(self, session: str) -> HealthReport:
        cameras = tuple(self._camera_health(worker) for worker in self._workers.values())
        alarms = (*self._senders.alarms, *self._packing.alarms, *self._revisions.alarms)
        return health_report(
            self._config.id,
            session,
            _utc_now(),
            cameras,
            self._kept(),
            self._config.data,
            (*alarms, *self._clock.alarms, *clock_alarms(cameras), *self._sight_alarms),
        )

    @property
    def _sight_alarms(self) -> tuple[Reason, ...]:
        return self._self_test.alarms if self._self_test is not None else ()

    def _told(self) -> "Told":
        """The state for Prometheus."""
        from edge.metrics import Told

        state, counts = self._client.state, self._senders.counts
        return Told(self._report("metrics"), self._clock.state, counts, state.connected)


def _metrics_server() -> "Callable[[MetricsConfig, Callable[[], Told]], None]":
    """The metrics server. Raises MetricsError without the extra."""
    try:
        from edge.metrics import serve
    except ImportError:
        raise MetricsError("metrics needs an extra: pip install 'ngatu[metrics]'") from None
    return serve


def _daily(networks: NetworkSets, eyes: Eyes, restart: Callable[[], None]) -> DailySelfTest:
    return DailySelfTest(networks, eyes, partial(self_test, golden=load_golden()), restart, _utc_now)


def _thread_of(worker: CameraWorker) -> threading.Thread:
    return threading.Thread(target=worker.run, name=f"looking {worker.config.id}", daemon=True)


def _utc_now() -> datetime:
    return datetime.now(UTC)


def _check_played(play: Mapping[str, Path], cameras: list[CameraConfig]) -> None:
    known = {camera.id: camera for camera in cameras}
    for name, video in play.items():
        if name not in known:
            raise StreamError(f"{video} can't be played as {name}: the cameras are {', '.join(known)}")
        source = file_source(video, datetime.now(UTC), 1.0)
        if problem := size_problem(source.size, known[name]):
            raise StreamError(f"{video}: {say(problem, 'en')}")


def _join(threads: list[threading.Thread], seconds: float) -> None:
    """Waits for all of them, `seconds` in total."""
    deadline = time.monotonic() + seconds
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))
