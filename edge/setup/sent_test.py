"""A test (hồ sơ thử): real evidence from the recorded minute, marked as a test under the node's signature.

It is a finding of the recording; if there is none, a vehicle that passed, and the reasons say so.
"""

import uuid
from dataclasses import dataclass
from pathlib import Path

from configs.camera import CameraConfig
from configs.node import NodeConfig
from contract.manifest import TEST_ID
from contract.reasons import reason
from contract.signing import SigningKey
from edge.camera import Camera, Eyes, Rolls, build_camera
from edge.evidence.gather import Proof
from edge.evidence.package import Package, seal
from edge.pipeline import Incident, Step
from edge.proving import disproved
from edge.replay import run
from edge.rules.inputs import Finding, Track
from edge.setup.places import SetupError
from edge.setup.tasks import Report
from edge.video.file import FileSource
from edge.video.ring import RingMiss

PASSED = 1.0
"""Seconds a vehicle must have been seen to be the test of a recording without a violation."""


@dataclass
class _Passage:
    """The first vehicle that was seen long enough, proved as soon as the video after it is there."""

    after: float
    proof: Proof | None = None
    _track: Track | None = None

    def take(self, camera: Camera, step: Step, t: float) -> None:
        """Takes what is known at `t`; the end of the recording is infinitely late."""
        if self._track is None:
            long = (one for one in step.tracks if one.points[-1].t - one.points[0].t >= PASSED)
            self._track = next(long, None)
        if self._track is None or self.proof is not None or t < self._track.points[-1].t + self.after:
            return
        try:
            self.proof = camera.gatherer.gather(_passing(self._track))
        except RingMiss:
            self._track = None


def prove_something(
    recording: Path, config: CameraConfig, node: NodeConfig, eyes: Eyes, report: Report
) -> Proof:
    """The first finding of the recording with its evidence, as this node would send it; a passage if none.

    Raises:
        VideoError: the recording can't be read.
        SetupError: no vehicle passes.
    """
    source = FileSource(recording, ring_seconds=60.0)
    rolls = Rolls(node.clip_before, node.clip_after)
    camera = build_camera(config, node.id, source.ring, eyes, rolls, source.start)
    passage, last = _Passage(rolls.after), None
    for step, proofs in run(camera, source):
        report(step.frame.index / max(1, source.announced))
        if found := next((proof for proof in proofs if not disproved(proof)), None):
            return found
        passage.take(camera, step, step.frame.t)
        last = step
    if last is not None:
        passage.take(camera, last, float("inf"))
    if passage.proof is None:
        raise SetupError("test_no_vehicle")
    return passage.proof


def as_test(proof: Proof, by: str, key: SigningKey) -> Package:
    """The evidence as a test sent by a person, signed; each has an id of its own."""
    said = (reason("test.sent", by=by), *proof.facts.reasons)
    facts = proof.facts.model_copy(update={"test": True, "reasons": said})
    return seal(facts, f"{TEST_ID}{uuid.uuid4()}", proof.files, None, key)


def _passing(track: Track) -> Incident:
    """A vehicle that broke no rule, in the form in which evidence is gathered."""
    first, middle, last = track.points[0], track.points[len(track.points) // 2], track.points[-1]
    finding = Finding(
        rule="test",
        version=1,
        decision="undecidable",
        reasons=(reason("test.way_only"),),
        track=track.id,
        t=middle.t,
        point=middle,
        moments={"before": first.t, "over": middle.t, "continuing": last.t},
    )
    return Incident(finding, track, signal=None, neighbours={})
