"""The JSON interface for programs, under /api/v1."""

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import SQLAlchemyError
from starlette.datastructures import State
from starlette.exceptions import HTTPException

from central.api import (
    accounts,
    audit,
    cases,
    exemptions,
    fleet,
    forms,
    joining,
    law,
    letters,
    media,
    offences,
    powers,
    proceedings,
    quarantine,
    review,
    watched,
    withdrawals,
)
from central.api.problems import Problem, domain_problem, http_problem, unexpected_problem, validation_problem
from central.errors import DomainError
from central.web import database_errors, rates
from central.web.people import cookie_name
from central.web.rates import RateLimit
from central.web.safety import BodyLimit, SameOrigin

PREFIX = "/api/v1"

_ROUTERS = (
    accounts.router,
    powers.router,
    cases.router,
    review.router,
    offences.router,
    proceedings.router,
    letters.router,
    exemptions.router,
    law.router,
    forms.router,
    withdrawals.router,
    watched.router,
    fleet.router,
    joining.router,
    quarantine.router,
    audit.router,
    media.router,
)


def create_api(state: State) -> FastAPI:
    """Creates the interface on the state of the whole application."""
    api = FastAPI(
        title="Ngã Tư centre",
        description="Errors are `application/problem+json` (RFC 9457). Sign in with `POST /api/v1/session`.",
        version="1",
        openapi_url=f"{PREFIX}/openapi.json",
        docs_url=None,  # the framework's own page loads its script from another host
        redoc_url=None,
        redirect_slashes=False,
        responses={"4XX": {"model": Problem, "content": {"application/problem+json": {}}}},
    )
    api.state = state
    for router in _ROUTERS:
        api.include_router(router, prefix=PREFIX)
    api.add_middleware(BodyLimit, answer=domain_problem)
    api.add_middleware(SameOrigin, answer=domain_problem)
    cookie = cookie_name(state.settings.secure_cookies)
    api.add_middleware(
        RateLimit, answer=domain_problem, limits=rates.CENTRE, cookie=cookie, rates=state.rates
    )
    api.add_exception_handler(DomainError, domain_problem)
    api.add_exception_handler(SQLAlchemyError, database_errors.handler(domain_problem))
    api.add_exception_handler(RequestValidationError, validation_problem)
    api.add_exception_handler(HTTPException, http_problem)
    api.add_exception_handler(Exception, unexpected_problem)
    return api
