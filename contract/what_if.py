"""What-if question: before ordering a camera file the centre asks what it would have found differently, and
the node answers.

A question is offered with each sign of life of its node until the node answers; it changes nothing there.
Compared are the clips of the last day that the node still has.
"""

from typing import Annotated

from pydantic import ConfigDict, Field, StringConstraints

from contract.configuration import LARGEST_CAMERA_FILE
from contract.faults import read_as, version_of
from contract.reasons import Reason
from contract.types import Count, DecisionName, Identifier, Message, NodeId, Ordinal, RuleName, Sha256, Utc

MOST_ROWS = 60
"""Most clips with a difference listed in an answer; a node has no more clips."""

MOST_ACTS = 20
"""Most acts of one clip listed in an answer, for each side."""


class Question(Message):
    """A camera file the centre considers ordering, `number` of this camera, written against the file with the
    hash `base_sha256`."""

    schema_: str = Field(default="ngatu.question/1", alias="schema", pattern=r"^ngatu\.question/\d")
    node: NodeId
    camera: Identifier
    number: Ordinal
    base_sha256: Sha256
    content: Annotated[str, StringConstraints(min_length=1, max_length=LARGEST_CAMERA_FILE)]
    at: Utc


class ActTold(Message):
    """A finding in a clip, in seconds from its start."""

    model_config = ConfigDict(extra="ignore")

    rule: RuleName
    decision: DecisionName
    t: Annotated[float, Field(ge=0)]


class Differing(Message):
    """A clip, by the time of its act: acts found only with the file in force (`lost`) and only with the new
    one (`gained`)."""

    model_config = ConfigDict(extra="ignore")

    at: Utc
    lost: Annotated[tuple[ActTold, ...], Field(max_length=MOST_ACTS)]
    gained: Annotated[tuple[ActTold, ...], Field(max_length=MOST_ACTS)]


class Answer(Message):
    """What a question with the hash `sha256` (of its content) would change: `clips` were analysed under both
    files, `same` acts were found under both. `reason`: why there is no result, then nothing was analysed."""

    model_config = ConfigDict(extra="ignore")

    schema_: str = Field(default="ngatu.answer/1", alias="schema")
    node: NodeId
    camera: Identifier
    number: Ordinal
    sha256: Sha256
    clips: Count = 0
    same: Count = 0
    rows: Annotated[tuple[Differing, ...], Field(max_length=MOST_ROWS)] = ()
    reason: Reason | None = None
    at: Utc


def read_question(content: bytes) -> Question:
    """A question of any version. Raises UnreadableError, UnsupportedError."""
    return read_as(Question, content, version_of("question", content), newest=1)


def read_answer(content: bytes) -> Answer:
    """An answer of any version. Raises UnreadableError, UnsupportedError."""
    return read_as(Answer, content, version_of("answer", content), newest=1)
