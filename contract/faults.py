"""Why bytes can't be read as a message: never readable, or not by this version of the software."""

import re
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from contract.reasons import Reason

_SCHEMA = re.compile(r"ngatu\.([a-z]+)/([1-9]\d{0,3})(?:\.\d{1,4})?")
_MOST_TOLD = 5


ModelT = TypeVar("ModelT", bound=BaseModel)


class MessageError(ValueError):
    """Bytes that can't be read; `reason` says why, as a code with values that contain no message content
    except names of keys."""

    def __init__(self, reason: Reason) -> None:
        self.reason = reason
        super().__init__("; ".join(f"{name}: {_words(value)}" for name, value in reason.values.items()))


class UnreadableError(MessageError):
    """Not a message of any version: it will never be readable."""


class UnsupportedError(MessageError):
    """A message of a newer version than this software knows: newer software will be able to read it."""


class _Head(BaseModel):
    """The one key that every message has in every version."""

    model_config = ConfigDict(extra="ignore")

    schema_: str = Field(alias="schema")


def version_of(family: str, content: bytes) -> int:
    """The major version of a message of this family (`manifest`, `health`, …) by its `schema`.

    Raises UnreadableError when it is not JSON or of another family.
    """
    try:
        found = _SCHEMA.fullmatch(_Head.model_validate_json(content).schema_)
    except ValidationError as problem:
        raise faulty(problem) from None
    if found is None or found[1] != family:
        raise UnreadableError(
            Reason(code="message.faulty", values={"faults": (f"schema: not ngatu.{family}",)})
        )
    return int(found[2])


def read_as(model: type[ModelT], content: bytes, version: int, newest: int) -> ModelT:
    """Parses a message of this version with `model`, the model of its newest minor version.

    Raises UnreadableError, UnsupportedError.
    """
    try:
        return model.model_validate_json(content)
    except ValidationError as problem:
        raise (newer(version, (newest,)) if version > newest else faulty(problem)) from None


def newer(version: int, known: tuple[int, ...]) -> UnsupportedError:
    """The error for an unknown version."""
    versions = tuple(str(number) for number in known)
    return UnsupportedError(Reason(code="message.newer", values={"version": str(version), "known": versions}))


def faulty(problem: ValidationError) -> UnreadableError:
    """The error for a message that breaks its version's rules: the first few faults with their places."""
    errors = problem.errors(include_url=False, include_context=False, include_input=False)
    told = tuple(f"{_place(error['loc'])}: {error['type']}" for error in errors[:_MOST_TOLD])
    return UnreadableError(Reason(code="message.faulty", values={"faults": told}))


def unknown_keys(problem: ValidationError) -> UnsupportedError | None:
    """The error for a message that is valid except for unknown keys; None if it has other faults."""
    errors = problem.errors(include_url=False, include_context=False, include_input=False)
    if any(error["type"] != "extra_forbidden" for error in errors):
        return None
    keys = tuple(_place(error["loc"]) for error in errors[:_MOST_TOLD])
    return UnsupportedError(Reason(code="message.unknown_keys", values={"keys": keys}))


def _place(where: tuple[int | str, ...]) -> str:
    return ".".join(str(step)[:40] for step in where)[:200] or "message"


def _words(value: object) -> str:
    return ", ".join(value) if isinstance(value, tuple) else str(value)
