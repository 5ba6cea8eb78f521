"""One question to another authority's system over HTTP, the same for every system:

POST {base}{path}                            (POST: plates and persons stay out of URLs and logs)
Authorization: Bearer TOKEN                  (only when there is a token)
Accept-Encoding: identity

200                                          the answer
404  {"problem": "not_found"}                409  {"problem": "multiple"}
503  {"problem": "maintenance", "until": "2026-11-28T20:00:00Z" or absent}
401, 403  may not ask
408, 425, 429, 500 to 599                    no answer now, nor within the time limit

Anything else is an answer we do not understand: a 404 without that body comes from a server in front of the
system, which does not know the question.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import httpx
from pydantic import AwareDatetime, BaseModel, TypeAdapter, ValidationError

from central.connections.exchange import (
    LARGEST_ANSWER,
    TIME_LIMIT_SECONDS,
    Answered,
    Limits,
    NoAnswerError,
    exchange,
)
from central.connections.problems import OutsideError, Problem
from contract.canonical import read_json

_SAID = {404: Problem.NOT_FOUND, 409: Problem.MULTIPLE, 503: Problem.MAINTENANCE}
_DENIED = (401, 403)
_LATER = (408, 425, 429)
Answer = TypeVar("Answer", bound=BaseModel)
_MOMENT = TypeAdapter(AwareDatetime)


@dataclass(frozen=True, repr=False)
class Peer:
    """The other side. Each question is tried once: its job asks again after a failure, with growing
    pauses.
    """

    base_url: str
    token: str = ""
    limit_seconds: float = TIME_LIMIT_SECONDS

    def ask(self, path: str, question: Mapping[str, Any], shape: type[Answer]) -> Answer:
        """The answer, in the shape defined by the contract. Raises OutsideError."""
        limits = Limits(self.limit_seconds)
        try:
            answered = exchange("POST", self.base_url.rstrip("/") + path, self.token, dict(question), limits)
        except NoAnswerError as failure:
            raise OutsideError(Problem.TIMEOUT, str(failure)) from failure
        return _understood(answered, shape)


def _understood(answered: Answered, shape: type[Answer]) -> Answer:
    status, body = answered.status, answered.body
    if status in _DENIED:
        raise OutsideError(Problem.DENIED, f"the other side answered {status}")
    said = _said(body) if status in _SAID else {}
    if said.get("problem") == _SAID.get(status, ""):
        raise OutsideError(_SAID[status], f"the other side answered {status}", _moment(said.get("until")))
    if status in _LATER or status >= httpx.codes.INTERNAL_SERVER_ERROR:
        raise OutsideError(Problem.TIMEOUT, f"the other side answered {status}")
    if answered.too_large:
        raise OutsideError(Problem.UNREADABLE, f"answer {status} of more than {LARGEST_ANSWER} bytes")
    if status != httpx.codes.OK:
        raise OutsideError(Problem.UNREADABLE, f"answer {status} without the system's own words")
    try:
        return shape.model_validate_json(body)
    except ValidationError as failure:
        fields = sorted({".".join(map(str, error["loc"])) or "answer" for error in failure.errors()})
        words = f"answer 200 with wrong or unknown fields: {', '.join(fields[:5])}"
        raise OutsideError(Problem.UNREADABLE, words) from failure


def _said(body: bytes) -> dict[str, Any]:
    try:
        told = read_json(body)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _moment(value: object) -> Any:
    try:
        return _MOMENT.validate_python(value)
    except ValidationError:
        return None
