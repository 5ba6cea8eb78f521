"""The node: a thread per camera that looks, one that gathers proof, one that delivers; and what watches them.

Nothing found is dropped: a camera's thread hands incidents over a queue without a limit, because incidents
are rare and the ring is what ages. A camera that fails is started anew, alone, with a growing pause.
"""

import queue
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import sdnotify
import structlog

from contract.messages import CameraHealth, HealthReport
from contract.signing import PublicKey, SigningKey
from contract.topics import NodeTopics
from edge.camera import SOFTWARE, Camera, Eyes, Rolls, build_camera, camera_info
from edge.config import CameraConfig, NodeConfig
from edge.delivery.client import DeliveryClient, Pace
from edge.delivery.health import health_report
from edge.delivery.index import OutboxError
from edge.delivery.outbox import Outbox
from edge.delivery.sender import Sender
from edge.delivery.session import NodeIdentity
from edge.evidence.gather import Gatherer
from edge.pipeline import Incident
from edge.streams import file_source, live_source
from edge.video.camera import CameraSource, SourceHealth
from edge.video.ring import RingMiss

log = structlog.get_logger(__name__)

RESTART_FIRST = 1.0
RESTART_MOST = 60.0
"""Seconds between a camera's failure and its next start, doubled from first to most."""

PLAYED_BEFORE = timedelta(minutes=5)
"""How long ago the first frame of a played file is said to have been taken."""

PROGRESS_SECONDS = 30.0
"""A camera thread that has not moved for this long while its source is online is stuck."""


@dataclass(frozen=True)
class Handover:
    """An incident on its way from a camera's thread to the one that gathers proof."""

    gatherer: Gatherer
    incident: Incident


class CameraWorker:
    """One camera's thread: source, pipeline, restarts."""

    def __init__(
        self,
        config: CameraConfig,
        open_source: Callable[[], tuple[CameraSource, datetime]],
        build: Callable[[CameraSource, datetime], Camera],
        found: "queue.Queue[Handover | None]",
        *,
        once: bool,
    ) -> None:
        self.config = config
        self.finished = threading.Event()
        self.moved = time.monotonic()
        self._open = open_source
        self._build = build
        self._found = found
        self._once = once
        self._source: CameraSource | None = None
        self._camera: Camera | None = None
        self._failure = ""
        self._restarts = 0

    def run(self, stop: threading.Event) -> None:
        """Looks until told to stop; a played file ends by itself."""
        pause = RESTART_FIRST
        while not stop.is_set():
            began = time.monotonic()
            try:
                self._look(stop)
                if self._once:
                    break
            except (
                Exception
            ) as problem:  # the thread's boundary: one camera's failure must not stop the others
                self._failure = f"{type(problem).__name__}: {problem}"
                self._restarts += 1
                log.exception("camera failed; starting it anew", camera=self.config.id, pause=pause)
            pause = RESTART_FIRST if time.monotonic() - began > 60 else min(pause * 2, RESTART_MOST)
            stop.wait(pause)
        self.finished.set()

    def _look(self, stop: threading.Event) -> None:
        source, epoch = self._open()
        self._source = source
        closer = threading.Thread(target=_close_on, args=(stop, source), daemon=True)
        closer.start()
        try:
            camera = self._camera = self._build(source, epoch)
            last = 0.0
            for frame in source.frames():
                step = camera.pipeline.step(frame)
                last = frame.t
                self.moved = time.monotonic()
                if step.findings:
                    log.info("found", camera=self.config.id, rules=[f.rule for f in step.findings])
                self._hand_over(camera, camera.pipeline.due(frame.t))
            self._hand_over(camera, camera.pipeline.finish(last))
            self._failure = ""
        finally:
            source.close()
            if self._camera is not None:
                self._camera.pipeline.close()

    def _hand_over(self, camera: Camera, incidents: list[Incident]) -> None:
        for incident in incidents:
            self._found.put(Handover(camera.gatherer, incident))

    def health(self) -> CameraHealth:
        """How the camera does, for the report."""
        source = self._source.health() if self._source else SourceHealth("offline", "not opened yet")
        stuck = source.state == "online" and time.monotonic() - self.moved > PROGRESS_SECONDS
        reason = self._failure or source.reason
        if self.finished.is_set():
            reason = "played to its end"
        armed = self._camera.pipeline.armed if self._camera else False
        return CameraHealth(
            id=self.config.id,
            state="degraded" if stuck or (self._failure and source.state == "online") else source.state,
            reason="analysis is stuck" if stuck else reason,
            last_frame_at=source.last_frame_at,
            fps=round(source.fps, 2),
            frames=source.frames,
            dropped=source.dropped,
            reconnects=source.reconnects + self._restarts,
            armed=armed,
            funnel=self._camera.pipeline.funnel.as_dict() if self._camera else {},
        )


def _close_on(stop: threading.Event, source: CameraSource) -> None:
    stop.wait()
    source.close()


class Node:
    """A whole node, from its configuration.

    Args:
        play: video files in place of live cameras, by camera id; each is played once.
    """

    def __init__(
        self,
        config: NodeConfig,
        cameras: list[CameraConfig],
        eyes: Eyes,
        key: SigningKey,
        centre: PublicKey,
        play: Mapping[str, Path],
    ) -> None:
        self._config = config
        self._key = key
        self._started = datetime.now(UTC)
        self._stop = threading.Event()
        self._found: queue.Queue[Handover | None] = queue.Queue()
        self._lost: list[str] = []
        rolls = Rolls(config.clip_before, config.clip_after)
        self._workers = [self._worker(camera, eyes, rolls, play.get(camera.id)) for camera in cameras]
        self._outbox = Outbox(config.data / "outbox", key.public, config.outbox_bytes)
        self._sender = Sender(self._outbox, NodeTopics(config.id), centre, time.monotonic)
        infos = tuple(camera_info(camera) for camera in cameras)
        self._client = DeliveryClient(
            config.broker,
            NodeIdentity(config.id, self._started, SOFTWARE, infos),
            self._sender,
            self._health,
            Pace(health=config.health_seconds),
        )

    def _worker(self, camera: CameraConfig, eyes: Eyes, rolls: Rolls, video: Path | None) -> CameraWorker:
        seconds = self._config.ring_seconds

        def open_source() -> tuple[CameraSource, datetime]:
            now = datetime.now(UTC)
            if video is None:
                return live_source(camera, seconds), now
            # A played file ends in the past, as any recording does, and its times are whole seconds.
            start = now.replace(microsecond=0) - PLAYED_BEFORE
            return file_source(video, start, seconds), start

        def build(source: CameraSource, epoch: datetime) -> Camera:
            return build_camera(camera, self._config.id, source.ring, eyes, rolls, epoch)

        return CameraWorker(camera, open_source, build, self._found, once=video is not None)

    def run(self, *, until_delivered: bool = False) -> None:
        """Works until `stop`; with `until_delivered` until the played files are through and delivered."""
        threads = [threading.Thread(target=w.run, args=(self._stop,), daemon=True) for w in self._workers]
        gatherer = threading.Thread(target=self._gather, daemon=True)
        delivery = threading.Thread(target=self._client.run, args=(self._stop,), daemon=True)
        for thread in (*threads, gatherer, delivery):
            thread.start()
        notifier = sdnotify.SystemdNotifier()
        notifier.notify("READY=1")
        while not self._stop.wait(1.0):
            if all(time.monotonic() - w.moved < 10 * PROGRESS_SECONDS for w in self._workers):
                notifier.notify("WATCHDOG=1")
            if until_delivered and self._all_delivered():
                break
        self._stop.set()
        for thread in threads:
            thread.join(20)
        self._found.put(None)
        gatherer.join(60)
        delivery.join(20)
        self._outbox.close()

    def stop(self) -> None:
        """Asks `run` to end; any thread or signal handler may call."""
        self._stop.set()

    def _gather(self) -> None:
        """Makes packages of incidents, one after the other, until the queue gives None."""
        while (handover := self._found.get()) is not None:
            finding = handover.incident.finding
            try:
                proof = handover.gatherer.gather(handover.incident)
                self._outbox.add(proof.event, proof.sealed(self._key))
                log.info("packed", rule=finding.rule, event_id=proof.event, decision=finding.decision)
            except (RingMiss, OutboxError) as problem:
                self._lost.append(f"{finding.rule} at {finding.t:.1f} s: {problem}")
                log.exception("a violation could not be kept", rule=finding.rule)
            except Exception as problem:  # the thread's boundary: the next incident must still be gathered
                self._lost.append(f"{finding.rule} at {finding.t:.1f} s: {problem}")
                log.exception("gathering failed", rule=finding.rule)
            finally:
                self._found.task_done()

    def _all_delivered(self) -> bool:
        through = all(worker.finished.is_set() for worker in self._workers)
        return (
            through and self._found.unfinished_tasks == 0 and not self._outbox.summary().undelivered.packages
        )

    def _health(self, session: str) -> HealthReport:
        alarms = list(self._sender.alarms)
        if self._lost:
            alarms.append(f"{len(self._lost)} violations could not be kept; the last: {self._lost[-1][:200]}")
        return health_report(
            self._config.id,
            session,
            datetime.now(UTC),
            tuple(worker.health() for worker in self._workers),
            self._outbox,
            self._config.data,
            tuple(alarms),
        )
