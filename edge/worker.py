"""One camera's thread: its source, its pipeline, and restarts after failures.

A frame that can't be analysed is skipped; a camera that fails repeatedly is restarted, alone, with a growing
pause. Whatever ends a run, violations waiting for their post-roll are handed over.
"""

import math
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import structlog

from configs.camera import CameraConfig
from contract.reasons import Reason
from contract.reports import CameraHealth
from edge.camera import Camera
from edge.pipeline import Incident, Step
from edge.proving import Prover
from edge.streams import size_problem
from edge.video.camera import CameraSource, SourceHealth
from edge.video.frame import Frame

log = structlog.get_logger(__name__)

RESTART_FIRST = 1.0
RESTART_MOST = 60.0
"""Most seconds between a camera's failure and its next start; doubled from first to most."""

PROVEN_SECONDS = 60.0
"""Seconds a camera must have run to restart at once after a failure."""

FAILURES_IN_A_ROW = 20
"""Consecutive failing frames after which the camera is restarted."""

STUCK_SECONDS = 30.0
"""Seconds for one frame after which its analysis is considered stuck."""

SILENT_SECONDS = 10.0
"""Seconds without a frame after which violations waiting for their post-roll are handed over: the ring ages
once the camera is back."""

RING_SECONDS = 10.0
"""Most seconds the record stream may lag before evidence is gathered without the rest of it."""


def pause(failures: int) -> float:
    """Seconds to wait after so many failures in a row."""
    return min(RESTART_FIRST * 2.0 ** min(max(failures - 1, 0), 20), RESTART_MOST)


@dataclass(frozen=True)
class Handover:
    """An incident on its way from a camera's thread to the evidence thread.

    `over` is set once nothing more enters the camera's ring; `by` is when to stop waiting for it (monotonic).
    """

    prover: Prover
    incident: Incident
    over: threading.Event
    by: float


@dataclass(frozen=True)
class Run:
    """A source, its analysis, and whether it has ended: new after each failure."""

    source: CameraSource
    camera: Camera
    over: threading.Event


class CameraWorker:
    """One camera, supervised until `stop` is called; a played file (`once`) ends by itself.

    Args:
        open_source: gives the source and UTC of its stream time 0.
        build: puts the camera together around it.
        hand_over: takes incidents; only for a played file may it block.
        looked: told of each look at vehicles.
    """

    def __init__(
        self,
        config: CameraConfig,
        open_source: Callable[[], tuple[CameraSource, datetime]],
        build: Callable[[CameraSource, datetime], Camera],
        hand_over: Callable[[Handover], None],
        *,
        once: bool,
        looked: Callable[[Step], None] = lambda _: None,
    ) -> None:
        self.config = config
        self.once = once
        self.finished = threading.Event()
        self.newest: Step | None = None
        """The last frame in which vehicles were detected."""
        self._open = open_source
        self._build = build
        self._hand_over = hand_over
        self._looked = looked
        self._stop = threading.Event()
        self._source: CameraSource | None = None
        self._run: Run | None = None
        self._analysing = threading.Lock()
        self._busy_since: float | None = None
        self._last_frame = time.monotonic()
        self._newest = 0.0
        self._earlier: Counter[str] = Counter()
        self._failure = ""
        self._misfit: Reason | None = None
        self._restarts = 0

    def run(self) -> None:
        """Analyses until stopped. Run it in its own thread."""
        failures = 0
        while not self._stop.is_set():
            began = time.monotonic()
            try:
                self._look()
                if self.once:
                    break
            except Exception as problem:  # thread boundary: one camera's failure must not stop others
                failures = 0 if time.monotonic() - began > PROVEN_SECONDS else failures + 1
                self._failure = f"{type(problem).__name__}: {problem}"
                self._restarts += 1
                log.exception("camera failed; it will be started anew", camera=self.config.id)
            self._stop.wait(pause(failures))
        self.finished.set()

    def stop(self) -> None:
        """Ends `run` soon; returns when the camera's connection is closed, which may take seconds."""
        self._stop.set()
        if (source := self._source) is not None:
            source.close()

    def tend(self) -> None:
        """To be called every second: hands over pending incidents of a camera that went silent."""
        if time.monotonic() - self._last_frame < SILENT_SECONDS or not self._analysing.acquire(
            blocking=False
        ):
            return
        try:
            if (run := self._run) is not None:
                self._give(run, math.inf)
        finally:
            self._analysing.release()

    @property
    def stuck_seconds(self) -> float:
        """Seconds by which the analysis of one frame exceeds the possible; 0 while all is well."""
        since = self._busy_since
        return max(0.0, time.monotonic() - since - STUCK_SECONDS) if since is not None else 0.0

    def _look(self) -> None:
        source, epoch = self._open()
        self._source = source
        try:
            if self._stop.is_set():  # it may have been called before there was a source to close
                return
            run = self._run = Run(source, self._build(source, epoch), threading.Event())
            try:
                self._watch(run)
            finally:
                self._end(run)
        finally:
            source.close()

    def _watch(self, run: Run) -> None:
        failed = 0
        for frame in run.source.frames():
            if self._stop.is_set():
                return
            self._last_frame = self._busy_since = time.monotonic()
            with self._analysing:
                failed = 0 if self._analyse(run, frame) else failed + 1
                self._busy_since = None
                self._give(run, frame.t)
            if failed == FAILURES_IN_A_ROW:
                raise RuntimeError(f"{failed} frames in a row could not be analysed: {self._failure}")

    def _analyse(self, run: Run, frame: Frame) -> bool:
        """Analyses one frame; False if the analysis failed on it."""
        pipeline = run.camera.pipeline
        try:
            step = run.camera.step(frame)
        except Exception as problem:  # stage boundary: one bad frame must not cost the tracks
            # One trace is enough: failures usually come in series.
            log.error(
                "frame not analysed", camera=self.config.id, frame=frame.index, exc_info=not self._failure
            )
            self._failure = f"{type(problem).__name__}: {problem}"
            pipeline.funnel.counts["frames_failed"] += 1
            return False
        self._failure, self._newest = "", frame.t
        if step.looked:
            self.newest = step
            self._looked(step)
        self._misfit = size_problem(pipeline.misfit, self.config) if pipeline.misfit else None
        if step.findings:
            log.info("found", camera=self.config.id, rules=[finding.rule for finding in step.findings])
        return True

    def _end(self, run: Run) -> None:
        """Ends a run: hands over its incidents and counts."""
        run.over.set()
        self._busy_since = None
        pipeline = run.camera.pipeline
        with self._analysing:
            try:
                pipeline.finish(self._newest)
            finally:
                self._give(run, math.inf)
                pipeline.close()
                self._earlier = self._earlier + pipeline.funnel.counts
                self._run = None

    def _give(self, run: Run, now: float) -> None:
        for incident in run.camera.pipeline.due(now):
            by = time.monotonic() + RING_SECONDS
            self._hand_over(Handover(run.camera.prover, incident, run.over, by))

    def _trouble(self) -> Reason | None:
        """The analysis's faults."""
        if self.stuck_seconds:
            return Reason(code="camera.stuck")
        if self._misfit is None and self._failure:
            return Reason(code="camera.analysis_failed", values={"detail": self._failure[:300]})
        return self._misfit

    def health(self) -> CameraHealth:
        """The camera's state for the report; any thread may ask."""
        source = self._source.health() if self._source else SourceHealth("offline")
        run, offset = self._run, source.camera_offset
        trouble = self._trouble()
        of_picture = run.camera.pipeline.trouble if run and source.state != "offline" else None
        state: Literal["online", "degraded", "offline"] = source.state
        if (trouble or of_picture) and state == "online":
            state = "degraded"
        played = Reason(code="camera.played") if self.once and self.finished.is_set() else None
        not_opened = None if self._source else Reason(code="camera.not_opened")
        of_source = not_opened or source.reason
        funnel = self._earlier + Counter(run.camera.pipeline.funnel.as_dict() if run else {})
        return CameraHealth(
            id=self.config.id,
            state=state,
            reason=trouble or played or of_picture or of_source,
            last_frame_at=source.last_frame_at,
            fps=round(source.fps, 2),
            frames=source.frames,
            dropped=source.dropped,
            reconnects=source.reconnects + self._restarts,
            armed=run.camera.pipeline.armed if run and not trouble else False,
            funnel={name: funnel[name] for name in sorted(funnel)},
            looks=round((run.camera.pipeline.pace.rate or 0.0) if run else 0.0, 2),
            clock_offset_ms=None if offset is None else round(offset * 1000),
        )
