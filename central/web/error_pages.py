"""Errors as pages: common parts of console and portal for failed requests."""

from collections.abc import Callable
from dataclasses import dataclass

import structlog
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from central.db import is_away
from central.errors import DomainError
from central.web import database_errors, framework_errors
from central.words.dictionary import translator
from central.words.errors import field_name, field_problem, told
from central.words.languages import Language

Render = Callable[..., Response]
"""`render(request, template, status=…, title=…, detail=…)`."""

LeadAway = Callable[[Request, DomainError], Response | None]
"""Where a person who is not signed in is redirected instead of seeing an error; None for all other errors."""


BUSY_SECONDS = 5
"""For too many requests without a known end."""


def come_again(error: DomainError, answer: Response) -> Response:
    """The response, with `Retry-After` after too many requests."""
    if error.status == 429:
        answer.headers["Retry-After"] = str(error.values.get("seconds", BUSY_SECONDS))
    return answer


@dataclass(frozen=True)
class ErrorPages:
    """Configuration of an interface's error pages: its template, language and sign-in page."""

    render: Render
    language: Callable[[Request], Language]
    lead_away: LeadAway
    recognise: Callable[[Request], None]
    """Identifies the user on requests for pages that don't exist."""

    def install(self, app: FastAPI) -> None:
        """Installs the handlers in the application."""
        app.add_exception_handler(DomainError, self.domain)
        app.add_exception_handler(SQLAlchemyError, database_errors.handler(self.domain))
        app.add_exception_handler(RequestValidationError, self._validation)
        app.add_exception_handler(HTTPException, self._http)
        app.add_exception_handler(Exception, self._unexpected)

    async def domain(self, request: Request, error: Exception) -> Response:
        """An error raised by a service."""
        assert isinstance(error, DomainError)
        elsewhere = self.lead_away(request, error)
        if elsewhere is not None:
            return elsewhere
        words = told(error, self.language(request))
        return come_again(error, self._page(request, error.status, words.title, words.detail))

    async def unread(self, request: Request, error: DomainError) -> Response:
        """Answers a request that reached no endpoint, with the navigation of the signed-in person."""
        await self._find_out_who_asks(request)
        return await self.domain(request, error)

    async def _find_out_who_asks(self, request: Request) -> None:
        """Identifies nobody if the database is unavailable: the page is shown without navigation."""
        try:
            await run_in_threadpool(self.recognise, request)
        except DomainError:
            return
        except SQLAlchemyError as problem:
            if not is_away(problem):
                raise

    async def _validation(self, request: Request, error: Exception) -> Response:
        """Input that the page's own form can't send, or an address typed by hand."""
        assert isinstance(error, RequestValidationError)
        language = self.language(request)
        problems = [
            f"{field_name(e['loc'], language)}: {field_problem(e['type'], e.get('ctx', {}), language)}"
            for e in error.errors()
        ]
        title = translator(language)("error.invalid_request.title")
        return self._page(request, 422, title, "; ".join(dict.fromkeys(problems)))

    async def _http(self, request: Request, error: Exception) -> Response:
        await self._find_out_who_asks(request)
        return framework_errors.answer(
            request, error, lambda status, title: self._page(request, status, title, "")
        )

    async def _unexpected(self, request: Request, _error: Exception) -> Response:
        """An unforeseen error, described in general terms; its request id is in the application's log."""
        number = structlog.contextvars.get_contextvars().get("request_id", "")
        return self._page(request, 500, translator(self.language(request))("app.failed"), number)

    def _page(self, request: Request, status: int, title: str, detail: str) -> Response:
        return self.render(request, "problem.html", status=status, title=title, detail=detail)
