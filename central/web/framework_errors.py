"""Errors of the framework itself (no such path, wrong method, large body), in the form of each interface."""

from collections.abc import Callable
from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from central.web.language import language
from central.web.methods import allowed_methods
from central.words.errors import http_words

Tell = Callable[[int, str], Response]
"""Builds the body in the interface's own form, from status and title."""


def answer(request: Request, error: Exception, tell: Tell) -> Response:
    """The response with the error's headers (`Retry-After`) and `Allow` for a wrong method; OPTIONS is
    answered with the methods alone.
    """
    assert isinstance(error, HTTPException)
    headers = dict(error.headers or {})
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        headers["Allow"] = ", ".join(allowed_methods(request))
        if request.method == "OPTIONS":
            return Response(status_code=HTTPStatus.NO_CONTENT, headers=headers)
    told = tell(error.status_code, http_words(error.status_code, language(request)))
    told.headers.update(headers)
    return told
