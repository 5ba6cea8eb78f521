"""Errors of the domain: a code with values, no prose.

Services raise these, independent of requests. `central.words.errors` translates them into the reader's
language, the API returns them as RFC 9457 problem details, the console as pages.
"""

from typing import Any, ClassVar


class DomainError(Exception):
    """Base of errors shown to a person or client: subclasses set `status` (HTTP) and `code`.

    `reason` says which of the code's cases this is, `values` fill in its text: `NotFoundError("case", id=7)`
    uses the texts `error.not_found` and `error.not_found.case`. A value named `field` is the form field that
    is wrong. `keeps_writes`: data written before the error are committed.
    """

    status: ClassVar[int] = 400
    code: ClassVar[str] = "bad_request"
    keeps_writes: ClassVar[bool] = False

    def __init__(self, reason: str = "", /, **values: Any) -> None:
        super().__init__(reason, values)
        self.reason = reason
        self.values = values

    def __str__(self) -> str:
        name = f"{self.code}.{self.reason}" if self.reason else self.code
        return " ".join([name, *(f"{key}={value!r}" for key, value in self.values.items())])


class NotFoundError(DomainError):
    """The thing does not exist, or this person may not see it; the error does not say which."""

    status = 404
    code = "not_found"


class ConflictError(DomainError):
    """Somebody else was faster, or the state no longer allows it."""

    status = 409
    code = "conflict"


class ForbiddenError(DomainError):
    """Signed in, but the role doesn't allow it."""

    status = 403
    code = "forbidden"


class InvalidError(DomainError):
    """The content is well-formed but wrong."""

    status = 422
    code = "invalid"
