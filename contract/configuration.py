"""Camera files over the wire: the centre's signed revision, and the node's signed report of what a camera
runs; the revisions' topic also carries the list of cameras in quarantine.

A revision replaces the whole file of one camera. It is offered with each sign of life of its node until the
node answers. It names the file it was written against (`base_sha256`), so that no concurrent change is lost
unnoticed. A node reads the known keys of a standing and ignores the rest; of a revision it must know all.
"""

from typing import Annotated

from pydantic import ConfigDict, Field, StringConstraints

from contract.faults import read_as, version_of
from contract.reasons import Reason
from contract.types import Count, Identifier, Message, NodeId, Ordinal, Sha256, Utc

LARGEST_CAMERA_FILE = 100_000
"""Most bytes of a camera file that can be sent."""


class Revision(Message):
    """The camera file ordered by the centre; `number` counts up for each camera. `author` and `why` give who
    wants it and the reason."""

    schema_: str = Field(default="ngatu.revision/1", alias="schema", pattern=r"^ngatu\.revision/\d")
    node: NodeId
    camera: Identifier
    number: Ordinal
    base_sha256: Sha256
    content: Annotated[str, StringConstraints(min_length=1, max_length=LARGEST_CAMERA_FILE)]
    author: Annotated[str, StringConstraints(max_length=200)]
    why: Annotated[str, StringConstraints(max_length=500)]
    at: Utc


class Standing(Message):
    """The configuration one camera runs, reported at each connection and each change; the broker keeps the
    last report.

    `revision` is the one in force since `since`, 0 for the node's own file; `content` is the file, empty for
    a camera this node doesn't have. `handled` is the last revision the node dealt with and
    `handled_sha256` the hash of its content; `outcome` is what became of it:

    - `trial`: in force and watched for some minutes;
    - `kept`: in force, and the camera does no worse than before;
    - `rolled_back`: the camera did worse, so the one before is in force again;
    - `refused`: never in force;
    - `overtaken`: the node's own file was changed at the node since.
    """

    model_config = ConfigDict(extra="ignore")

    schema_: str = Field(default="ngatu.standing/1", alias="schema")
    node: NodeId
    camera: Identifier
    revision: Count
    content: Annotated[str, StringConstraints(max_length=LARGEST_CAMERA_FILE)]
    since: Utc | None = None
    handled: Count = 0
    handled_sha256: Sha256 | None = None
    outcome: Annotated[str, StringConstraints(pattern=r"^[a-z_]{0,30}$")] = ""
    reason: Reason | None = None
    at: Utc


class Quarantine(Message):
    """All cameras of a node whose findings the centre withholds until an operator has checked them (tạm dừng
    xử lý). The node continues recording and reports in its health which ones it knows of; the centre repeats
    the list with each sign of life until both agree. Of two lists the later (`at`) is valid."""

    schema_: str = Field(default="ngatu.quarantine/1", alias="schema", pattern=r"^ngatu\.quarantine/\d")
    node: NodeId
    cameras: tuple[Identifier, ...]
    at: Utc


def read_quarantine(content: bytes) -> Quarantine:
    """A list of any version. Raises UnreadableError, UnsupportedError."""
    return read_as(Quarantine, content, version_of("quarantine", content), newest=1)


def read_revision(content: bytes) -> Revision:
    """A revision of any version. Raises UnreadableError, UnsupportedError."""
    return read_as(Revision, content, version_of("revision", content), newest=1)


def read_standing(content: bytes) -> Standing:
    """A standing of any version. Raises UnreadableError, UnsupportedError."""
    return read_as(Standing, content, version_of("standing", content), newest=1)
