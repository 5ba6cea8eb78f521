"""The node: a thread per camera that looks, one that gathers proof, one that delivers; and what watches them.

At its end first the cameras stop, then what they still had is gathered and kept, then the connection to the
broker closes; what is not delivered yet waits in the outbox for the next start.
"""

import threading
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import sdnotify

from configs.camera import CameraConfig
from configs.node import NodeConfig
from configs.words import say, say_both
from contract import reports
from contract.reports import CameraHealth
from contract.signing import PublicKey, SigningKey
from contract.topics import NodeTopics
from contract.types import Message
from edge.camera import SOFTWARE, Camera, Eyes, Rolls, build_camera, camera_info
from edge.delivery.client import DeliveryClient, Pace
from edge.delivery.health import health_report
from edge.delivery.outbox import Outbox
from edge.delivery.sender import Sender
from edge.delivery.session import NodeIdentity
from edge.disproved import Kept
from edge.packing import Packing
from edge.streams import Playing, StreamError, file_source, live_source, size_problem
from edge.video.camera import CameraSource
from edge.worker import CameraWorker

WATCHDOG_SECONDS = 270.0
"""Beyond what is possible: an analysis stuck for so long is a reason to let systemd start the node anew."""

CAMERAS_END = 15.0
PACKING_ENDS = 60.0
DELIVERY_ENDS = 5.0
"""Seconds given to each at the end; usually all three together take a few."""


class Node:
    """A whole node, from its configuration.

    Args:
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
    ) -> None:
        _check_played(play, cameras)
        self._config = config
        self._eyes = eyes
        self._stop = threading.Event()
        self._playing = Playing(config.data)
        self._outbox = Outbox(config.data / "outbox", key.public, config.outbox_bytes)
        self._packing = Packing(self._outbox, key, config.manifest_version, Kept(config.data / "disproved"))
        self._workers = [self._worker(camera, play.get(camera.id)) for camera in cameras]
        self._sender = Sender(self._outbox, NodeTopics(config.id), centre, time.monotonic)
        infos = tuple(camera_info(camera) for camera in cameras)
        self._client = DeliveryClient(
            config.broker,
            NodeIdentity(config.id, datetime.now(UTC), SOFTWARE, infos),
            self._sender,
            self._health,
            Pace(health=config.health_seconds),
        )

    def run(self, *, until_delivered: bool = False) -> None:
        """Works until `stop`; with `until_delivered` until the played files are through and delivered."""
        cameras = [threading.Thread(target=worker.run, daemon=True) for worker in self._workers]
        packing = threading.Thread(target=self._packing.run, daemon=True)
        silence = threading.Event()
        delivery = threading.Thread(target=self._client.run, args=(silence,), daemon=True)
        for thread in (*cameras, packing, delivery):
            thread.start()
        self._watch(until_delivered)
        for worker in self._workers:
            threading.Thread(target=worker.stop, daemon=True).start()
        _join(cameras, CAMERAS_END)
        self._packing.end()
        _join([packing], PACKING_ENDS)
        silence.set()
        _join([delivery], DELIVERY_ENDS)
        self._outbox.close()

    def stop(self) -> None:
        """Asks `run` to end; any thread or signal handler may call."""
        self._stop.set()

    def _watch(self, until_delivered: bool) -> None:
        """Looks after the threads once a second until the end."""
        notifier = sdnotify.SystemdNotifier()
        notifier.notify("READY=1")
        while not self._stop.wait(1.0):
            for worker in self._workers:
                worker.tend()
            if all(worker.stuck_seconds < WATCHDOG_SECONDS for worker in self._workers):
                notifier.notify("WATCHDOG=1")
            if self._played_delivered():
                self._playing.forget()
                if until_delivered:
                    break
        notifier.notify("STOPPING=1")

    def _worker(self, camera: CameraConfig, video: Path | None) -> CameraWorker:
        rolls = Rolls(self._config.clip_before, self._config.clip_after)
        seconds = self._config.ring_seconds

        played_from = self._playing.start(camera.id, video) if video is not None else None

        def open_source() -> tuple[CameraSource, datetime]:
            if video is not None and played_from is not None:
                return file_source(video, played_from, seconds), played_from
            now = datetime.now(UTC)
            return live_source(camera, seconds), now

        def build(source: CameraSource, epoch: datetime) -> Camera:
            return build_camera(camera, self._config.id, source.ring, self._eyes, rolls, epoch)

        played = video is not None
        hand_over = self._packing.hand_over_patiently if played else self._packing.hand_over
        return CameraWorker(camera, open_source, build, hand_over, once=played)

    def _played_delivered(self) -> bool:
        """Whether files were played, all of them are through, and all there is has been delivered."""
        played = [worker for worker in self._workers if worker.once]
        through = bool(played) and all(worker.finished.is_set() for worker in played)
        return through and self._packing.idle and not self._outbox.summary().undelivered.packages

    def _camera_health(self, worker: CameraWorker) -> CameraHealth:
        """With what became of its findings in the second look."""
        health, told = worker.health(), self._packing.told(worker.config.id)
        return health.model_copy(update={"funnel": dict(sorted({**health.funnel, **told}.items()))})

    def _health(self, session: str) -> Message:
        report = health_report(
            self._config.id,
            session,
            datetime.now(UTC),
            tuple(self._camera_health(worker) for worker in self._workers),
            self._outbox,
            self._config.data,
            (*self._sender.alarms, *self._packing.alarms),
        )
        return report if self._config.manifest_version > 1 else reports.to_v1(report, say_both)


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
