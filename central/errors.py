"""Errors of the domain: each knows its HTTP status and code, and is answered as RFC 9457 problem details.

Services raise these; they never touch requests. The API renders them with `problem_response`, the console as
HTML.
"""

from typing import Any, ClassVar

from fastapi import Request
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException


class DomainError(Exception):
    """Base of what a person or program can be told: subclasses set `status`, `code`, `title` and `title_vi`.

    `detail` says what happened this time and what to do. `keeps_writes`: what was written before the error
    stays.
    """

    status: ClassVar[int] = 400
    code: ClassVar[str] = "bad_request"
    title: ClassVar[str] = "The request can't be carried out"
    title_vi: ClassVar[str] = "Không thực hiện được yêu cầu"
    keeps_writes: ClassVar[bool] = False

    def __init__(self, detail: str = "", **members: Any) -> None:
        super().__init__(detail or self.title)
        self.detail = detail or self.title
        self.members = members


class NotFoundError(DomainError):
    """The thing is absent, or not this person's to see: the two are not told apart."""

    status = 404
    code = "not_found"
    title = "Not found"
    title_vi = "Không tìm thấy"


class ConflictError(DomainError):
    """Somebody else was faster, or the state no longer allows it."""

    status = 409
    code = "conflict"
    title = "The state has changed"
    title_vi = "Trạng thái đã thay đổi"


class ForbiddenError(DomainError):
    """Signed in, but the role doesn't allow it."""

    status = 403
    code = "forbidden"
    title = "Your role doesn't allow this"
    title_vi = "Vai trò của bạn không được phép"


class InvalidError(DomainError):
    """The content is well-formed but wrong; `errors` may list the fields."""

    status = 422
    code = "invalid"
    title = "Some values are wrong"
    title_vi = "Một số giá trị không hợp lệ"


def problem(status: int, code: str, title: str, detail: str, instance: str, **members: Any) -> JSONResponse:
    """An `application/problem+json` answer (RFC 9457)."""
    body = {
        "type": f"/problems/{code.replace('_', '-')}",
        "title": title,
        "status": status,
        "detail": detail,
        "instance": instance,
        "code": code,
    }
    return JSONResponse(
        jsonable_encoder(body | members), status_code=status, media_type="application/problem+json"
    )


async def domain_problem(request: Request, error: Exception) -> JSONResponse:
    """Handler for DomainError."""
    assert isinstance(error, DomainError)
    return problem(
        error.status,
        error.code,
        error.title,
        error.detail,
        request.url.path,
        title_vi=error.title_vi,
        **error.members,
    )


async def validation_problem(request: Request, error: Exception) -> JSONResponse:
    """Handler for a request whose form is wrong: 422 with the list of fields, without echoing the values."""
    assert isinstance(error, RequestValidationError)
    fields = [{"field": ".".join(map(str, e["loc"])), "message": e["msg"]} for e in error.errors()]
    detail = "; ".join(f"{f['field']}: {f['message']}" for f in fields)
    return problem(
        422, "invalid_request", "The request is malformed", detail, request.url.path, errors=fields
    )


async def http_problem(request: Request, error: Exception) -> JSONResponse:
    """Handler for what the framework raises itself (no such path, method not allowed, ...)."""
    assert isinstance(error, HTTPException)
    return problem(error.status_code, f"http_{error.status_code}", str(error.detail), "", request.url.path)
