"""The JSON interface for programs, under /api/v1."""

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.datastructures import State
from starlette.exceptions import HTTPException

from central.api import (
    accounts,
    audit,
    cases,
    fleet,
    law,
    media,
    offences,
    proceedings,
    quarantine,
    review,
    withdrawals,
)
from central.api.problems import Problem, domain_problem, http_problem, unexpected_problem, validation_problem
from central.errors import DomainError
from central.web.safety import BodyLimit, SameOrigin

PREFIX = "/api/v1"

_ROUTERS = (
    accounts.router,
    cases.router,
    review.router,
    offences.router,
    proceedings.router,
    law.router,
    withdrawals.router,
    fleet.router,
    quarantine.router,
    audit.router,
    media.router,
)


def create_api(state: State) -> FastAPI:
    """The interface over the state of the whole application."""
    api = FastAPI(
        title="Ngã Tư centre",
        description="Errors are `application/problem+json` (RFC 9457). Sign in with `POST /api/v1/session`.",
        version="1",
        openapi_url=f"{PREFIX}/openapi.json",
        docs_url=None,  # the page of the framework loads its script from elsewhere
        redoc_url=None,
        redirect_slashes=False,
        responses={"4XX": {"model": Problem, "content": {"application/problem+json": {}}}},
    )
    api.state = state
    for router in _ROUTERS:
        api.include_router(router, prefix=PREFIX)
    api.add_middleware(BodyLimit, answer=domain_problem)
    api.add_middleware(SameOrigin, answer=domain_problem)
    api.add_exception_handler(DomainError, domain_problem)
    api.add_exception_handler(RequestValidationError, validation_problem)
    api.add_exception_handler(HTTPException, http_problem)
    api.add_exception_handler(Exception, unexpected_problem)
    return api
