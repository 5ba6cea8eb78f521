"""Errors as `application/problem+json` (RFC 9457), in the language the request asks for.

`title` and `detail` are for people; software reads `code`, `reason` and `values`.
"""

from typing import Any

from fastapi import Request
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel

from central.errors import DomainError
from central.web import framework_errors
from central.web.error_pages import come_again
from central.web.language import language
from central.words.dictionary import translator
from central.words.errors import field_problem, in_language, told


class Problem(BaseModel):
    """The form of every error."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: str
    reason: str | None = None
    values: dict[str, Any] = {}
    errors: list[dict[str, str]] = []


def problem(
    request: Request,
    status: int,
    code: str,
    title: str,
    detail: str = "",
    **members: Any,
) -> Response:
    """Builds the response."""
    body = {
        "type": f"/problems/{code.replace('_', '-')}",
        "title": title,
        "status": status,
        "detail": detail,
        "instance": request.url.path,
        "code": code,
    }
    return JSONResponse(
        jsonable_encoder(body | members),
        status_code=status,
        media_type="application/problem+json",
        headers={"Content-Language": language(request)},
    )


async def domain_problem(request: Request, error: Exception) -> Response:
    """Handler for DomainError."""
    assert isinstance(error, DomainError)
    lang = language(request)
    words = told(error, lang)
    answer = problem(
        request,
        error.status,
        error.code,
        words.title,
        words.detail,
        reason=error.reason or None,
        values={name: in_language(value, lang) for name, value in error.values.items()},
    )
    return come_again(error, answer)


async def validation_problem(request: Request, error: Exception) -> Response:
    """Handler for a malformed request: 422 with the fields, without repeating their values."""
    assert isinstance(error, RequestValidationError)
    lang = language(request)
    fields = [
        {
            "field": ".".join(map(str, e["loc"])),
            "code": e["type"],
            "message": field_problem(e["type"], e.get("ctx", {}), lang),
        }
        for e in error.errors()
    ]
    detail = "; ".join(f"{field['field']}: {field['message']}" for field in fields)
    title = translator(lang)("error.invalid_request.title")
    return problem(request, 422, "invalid_request", title, detail, errors=fields)


async def http_problem(request: Request, error: Exception) -> Response:
    """Handler for errors the framework raises itself: no such path, wrong method, unreadable body."""
    return framework_errors.answer(
        request, error, lambda status, title: problem(request, status, f"http_{status}", title)
    )


async def unexpected_problem(request: Request, _error: Exception) -> Response:
    """Handler for an unforeseen error, described in general terms: the log has the details, under the
    response's request id.
    """
    t = translator(language(request))
    return problem(request, 500, "internal", t("error.internal.title"), t("error.internal.detail"))
