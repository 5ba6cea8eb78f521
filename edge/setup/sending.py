"""Sends a test to the centre, step by step, each with its time, and says what to do if one fails."""

import shutil
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from configs.camera import CameraConfig
from configs.node import NodeConfig
from contract.reasons import Reason, reason
from contract.signing import PublicKey, SigningKey
from edge.delivery.beside import Errand
from edge.delivery.index import OutboxError
from edge.delivery.session import LinkDownError
from edge.evidence.keys import KeyFileError, load_centre_key, load_node_key
from edge.setup.places import Place, SetupError
from edge.setup.sent_test import as_test, prove_something
from edge.setup.sight import Sight
from edge.setup.tasks import Report
from edge.video.frame import VideoError

SENT = "sent-test.json"
"""File of the newest test, in the camera's folder."""

SILENT = 45.0
"""Seconds without an answer after which the centre counts as silent."""

UNCHECKED = 180.0
"""Seconds after which a test that was sent should have arrived and been checked."""

STEPS = ("made", "sent", "received", "checked")
_MADE = 0.9
"""Share of the progress that making the test is."""


@dataclass
class Progress:
    """The steps done so far with their seconds from the start, kept for the page; `fault` is why it ended."""

    place: Place
    by: str
    at: str
    steps: dict[str, float] = field(default_factory=dict)
    way_only: bool = False
    fault: SetupError | None = None
    _began: float = field(default_factory=time.monotonic)

    def reached(self, step: str) -> None:
        """A step is done."""
        if step not in self.steps:
            self.steps[step] = round(time.monotonic() - self._began, 1)
            self.keep()

    def seconds_since(self, step: str) -> float:
        """Seconds since a step was done; 0 if it was not."""
        return time.monotonic() - self._began - self.steps[step] if step in self.steps else 0.0

    def keep(self) -> None:
        """Stores it."""
        fault = self.fault and {"code": self.fault.code, "values": _plain(self.fault.values)}
        said = {"by": self.by, "at": self.at, "steps": self.steps, "way_only": self.way_only, "fault": fault}
        self.place.keep(SENT, said)


def fault_of(kept: dict[str, Any]) -> SetupError | None:
    """The fault of a stored test."""
    if kept["fault"] is None:
        return None
    values = dict(kept["fault"]["values"])
    if "why" in values:
        values["why"] = Reason.model_validate(values["why"])
    return SetupError(kept["fault"]["code"], **values)


def send(
    progress: Progress, recording: Path, config: CameraConfig, node: NodeConfig, sight: Sight, report: Report
) -> None:
    """Makes a test of the recording and sends it; failures are part of the progress."""
    progress.keep()
    try:
        _send(progress, recording, config, node, sight, report)
    except SetupError as error:
        progress.fault = error
        progress.keep()


def _send(
    progress: Progress, recording: Path, config: CameraConfig, node: NodeConfig, sight: Sight, report: Report
) -> None:
    key, centre = keys_of(node)
    try:
        with sight.busy:
            proof = prove_something(recording, config, node, sight.eyes, lambda done: report(_MADE * done))
    except VideoError as error:
        raise SetupError("no_recording") from error
    progress.way_only = proof.facts.rule.name == "test"
    folder = progress.place.path("sent-test")
    shutil.rmtree(folder, ignore_errors=True)
    try:
        errand = Errand(as_test(proof, progress.by, key), node, centre, folder, key.public)
        progress.reached("made")
        try:
            _deliver(progress, errand, node, report)
        finally:
            errand.close()
    except OutboxError as error:
        raise SetupError("test_disk", detail=str(error)) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def keys_of(node: NodeConfig) -> tuple[SigningKey, PublicKey]:
    """The node's key and the centre's. Raises SetupError if the node can't send a test."""
    if node.manifest_version == 1:
        raise SetupError("test_old_centre")
    try:
        return load_node_key(node.data), load_centre_key(node.centre_key)
    except KeyFileError as error:
        raise SetupError("test_not_enrolled", detail=str(error)) from error


def _deliver(progress: Progress, errand: Errand, node: NodeConfig, report: Report) -> None:
    user = node.broker.username or node.id

    def going_on() -> bool:
        report(_MADE)
        if errand.refused:
            raise SetupError("test_refused", detail="access list", user=user)
        if errand.sent:
            progress.reached("sent")
        if _answered(progress, errand):
            return False
        _be_patient(progress, errand)
        return True

    try:
        errand.deliver(going_on)
    except LinkDownError as error:
        raise SetupError(f"test_{error.fault}", detail=str(error), user=user) from error


def _answered(progress: Progress, errand: Errand) -> bool:
    """Whether the centre has said its last word. Raises SetupError if that is a no."""
    receipt = errand.receipt
    if receipt is None or (receipt.state == "incomplete" and receipt.missing):
        return False
    progress.reached("sent")
    if receipt.state not in ("incomplete", "stored", "rejected"):
        raise SetupError("test_older_centre", software=receipt.software)
    progress.reached("received")
    if receipt.state == "rejected":
        raise SetupError("test_rejected", why=receipt.reason or reason("outbox.no_reason"))
    if receipt.state == "stored":
        progress.reached("checked")
    return receipt.state == "stored"


def _be_patient(progress: Progress, errand: Errand) -> None:
    """Raises SetupError when the answer should have come."""
    since = progress.seconds_since("sent")
    if since > SILENT and errand.receipt is None:
        raise SetupError("test_silent")
    if since > UNCHECKED:
        raise SetupError("test_unchecked")


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    return {name: v.model_dump(mode="json") if isinstance(v, Reason) else v for name, v in values.items()}
