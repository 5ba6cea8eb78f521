"""The configuration of one camera on its node: which file is in force, since when, and which was before.

The node's own file is in force until a revision from the centre replaces it. If somebody changes the own file
on site afterwards, that file takes precedence.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import structlog

from configs.camera import CameraConfig
from contract.configuration import LARGEST_CAMERA_FILE, Revision, Standing
from contract.reasons import Reason, reason
from contract.signing import PublicKey
from edge.configuration.comparing import Figures
from edge.configuration.opening import ForeignError, RefusedError, camera_of, digest, open_revision
from edge.configuration.store import Record, Store, Trial

log = structlog.get_logger(__name__)

MOST_STARTS = 3
"""Restarts of the node during a trial after which the revision is taken for the cause."""


@dataclass(frozen=True)
class OwnFile:
    """The node's own camera file, parsed and as text."""

    config: CameraConfig
    content: str


@dataclass(frozen=True)
class Owner:
    """The node a camera file belongs to, and whose revisions it accepts."""

    node: str
    centre: PublicKey
    now: Callable[[], datetime]


class CameraFile:
    """The configuration of one camera. Methods that change it raise OSError if the disk fails, and then
    nothing has changed."""

    def __init__(self, camera: str, own: OwnFile, store: Store, owner: Owner) -> None:
        self._camera = camera
        self._own = own
        self._store = store
        self._owner = owner
        self.record = store.record(camera)
        """Current state of the camera's configuration."""

    def start(self) -> None:
        """Called when the node starts: updates the record with changes made while it was off."""
        record = self.record
        if record.revision and record.own_sha256 != digest(self._own.content):
            self._turn(0, "overtaken", reason("configuration.on_site"))
        elif record.revision and self._kept(record.revision) is None:
            self._turn(0, "rolled_back", reason("configuration.lost"))
        elif record.trial is not None and record.trial.starts >= MOST_STARTS:
            self.roll_back(reason("configuration.restarts", starts=record.trial.starts))
        elif record.trial is not None:
            trial = record.trial.model_copy(update={"starts": record.trial.starts + 1})
            self._keep({"trial": trial})

    def in_force(self) -> OwnFile:
        """What the camera must run: the revision in force, or the own file if that is lost."""
        number = self.record.revision
        revision = self._kept(number) if number else None
        if revision is not None:
            try:
                return OwnFile(camera_of(revision), revision.content)
            except RefusedError as problem:
                log.error("a kept revision can't be used", camera=self._camera, problem=str(problem))
        return self._own

    def refuse(self, revision: Revision, told: Reason) -> None:
        """Records a revision that is never put in force."""
        self._keep(_handled(revision, "refused") | {"reason": told})
        self._note(revision)

    def begin(self, revision: Revision, token: str, before: Figures | None) -> None:
        """Puts a revision in force, on trial; `before` is how the camera performed until now."""
        self._store.keep_revision(self._camera, revision.number, token)
        self._keep(
            _handled(revision, "trial")
            | {
                "revision": revision.number,
                "since": self._owner.now(),
                "own_sha256": digest(self._own.content),
                "reason": None,
                "trial": Trial(before=before, previous=self.record.revision),
            }
        )
        self._note(revision)

    def pass_trial(self) -> None:
        """Ends the trial as passed: the camera performs no worse than before."""
        self._turn(self.record.revision, "kept", None)

    def roll_back(self, told: Reason) -> None:
        """Ends the trial as failed: the previous configuration is in force again."""
        trial = self.record.trial
        assert trial is not None, "only a revision on trial is rolled back"
        self._turn(trial.previous, "rolled_back", told)

    def standing(self) -> Standing:
        """The state reported to the centre."""
        content, record = self.in_force().content, self.record
        return Standing(
            node=self._owner.node,
            camera=self._camera,
            revision=record.revision,
            content=content if len(content.encode()) <= LARGEST_CAMERA_FILE else "",
            since=record.since,
            handled=record.handled,
            handled_sha256=record.handled_sha256,
            outcome=record.outcome,
            reason=record.reason,
            at=self._owner.now(),
        )

    def _turn(self, to: int, outcome: str, told: Reason | None) -> None:
        changed = {} if to == self.record.revision else {"revision": to, "since": self._owner.now()}
        self._keep({**changed, "outcome": outcome, "reason": told, "trial": None})
        self._note(self._kept(self.record.handled))

    def _keep(self, changes: dict[str, object]) -> None:
        record = Record.model_validate(dict(self.record) | changes)
        self._store.keep(self._camera, record)
        self.record = record

    def _note(self, revision: Revision | None) -> None:
        record = self.record
        log.info("configuration", camera=self._camera, outcome=record.outcome, revision=record.handled)
        self._store.note(self._camera, self._owner.now(), record, revision)

    def _kept(self, number: int) -> Revision | None:
        """A stored revision, its signature checked again."""
        token = self._store.revision(self._camera, number)
        if token is None:
            return None
        try:
            return open_revision(token, self._owner.centre, self._owner.node)
        except ForeignError as problem:
            log.error("a kept revision is not the centre's", camera=self._camera, problem=str(problem))
            return None


def _handled(revision: Revision, outcome: str) -> dict[str, object]:
    digested = digest(revision.content)
    return {"handled": revision.number, "handled_sha256": digested, "outcome": outcome}
