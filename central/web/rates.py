"""Rate limits by network address and person: further requests are answered 429 with `Retry-After`, before
anything is read.

Each limit has a bucket for each network address, and one for each session cookie: nobody can block another
person by using their name, and requests with invented cookies still count for their address. The counts are
in the memory of one process (several processes allow that many times more) and are lost when it ends; locks
of accounts and notices are in the database (`accounts.sessions`, `citizens.entry`).
"""

import re
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import ClassVar

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from central.accounts.sessions import token_hash
from central.errors import DomainError
from central.web.safety import Answer

MOST_BUCKETS = 50_000
"""Beyond this number the least recently used buckets are dropped: a flood of addresses locks nobody out."""

OF_A_PLACE = 8
"""An address limit allows for this many people sharing one network address."""


_ANY = "GET HEAD POST PUT PATCH DELETE"


class TooManyRequestsError(DomainError):
    """More requests than allowed for one person; `seconds` until the next is answered."""

    status: ClassVar[int] = 429
    code: ClassVar[str] = "too_many_requests"


@dataclass(frozen=True)
class Limit:
    """`burst` at once, then `per_minute`, for requests with these methods to paths of that form."""

    name: str
    methods: frozenset[str]
    path: re.Pattern[str]
    per_minute: int
    burst: int

    def concerns(self, scope: Scope) -> bool:
        """Whether this limit applies to a request."""
        return scope["method"] in self.methods and self.path.fullmatch(scope["path"]) is not None


def limit(name: str, methods: str, path: str, per_minute: int, burst: int) -> Limit:
    """Creates a limit; `path` is a regular expression for the whole path."""
    return Limit(name, frozenset(methods.split()), re.compile(path), per_minute, burst)


@dataclass
class Rates:
    """The buckets of a process. `clock` counts seconds and never goes backwards."""

    clock: Callable[[], float] = time.monotonic
    _buckets: OrderedDict[tuple[str, str], tuple[float, float]] = field(default_factory=OrderedDict)

    def take(self, limit: Limit, key: str, times: int = 1) -> float:
        """Takes one request from a bucket; returns the seconds to wait if it is empty, otherwise 0.

        `times`: how much larger than for one person the bucket is.
        """
        rate, most, now = limit.per_minute * times / 60, float(limit.burst * times), self.clock()
        left, at = self._buckets.pop((limit.name, key), (most, now))
        left = min(most, left + (now - at) * rate)
        wait = 0.0 if left >= 1 else (1 - left) / rate
        self._buckets[limit.name, key] = (left - (0 if wait else 1), now)
        if len(self._buckets) > MOST_BUCKETS:
            self._buckets.popitem(last=False)
        return wait


class RateLimit:
    """ASGI middleware: refuses too frequent requests. `cookie` is the name of the session cookie."""

    def __init__(
        self, app: ASGIApp, answer: Answer, limits: tuple[Limit, ...], cookie: str, rates: Rates
    ) -> None:
        self._app = app
        self._answer = answer
        self._limits = limits
        self._cookie = cookie
        self._rates = rates

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handles one request."""
        wait = max(self._waits(scope), default=0.0) if scope["type"] == "http" else 0.0
        if not wait:
            await self._app(scope, receive, send)
            return
        seconds = int(wait) + 1
        refusal = await self._answer(Request(scope), TooManyRequestsError("rate", seconds=seconds))
        refusal.headers["Connection"] = "close"  # the rest of the body is not read
        await refusal(scope, receive, send)

    def _waits(self, scope: Scope) -> Iterator[float]:
        request = Request(scope)
        address = scope["client"][0] if scope.get("client") else ""
        token = request.cookies.get(self._cookie)
        for each in self._limits:
            if each.concerns(scope):
                if token:
                    yield self._rates.take(each, f"session {token_hash(token)}")
                yield self._rates.take(each, f"place {address}", OF_A_PLACE)


CENTRE = (
    limit("sign-in", "POST", r"/sign-in|/second-factor|/password|/api/v1/session(/password)?", 20, 20),
    limit("sign-in elsewhere", "GET", r"/sign-in/elsewhere(/back)?", 20, 20),
    limit("upload", "POST", r"/incoming/new|/devices/.*|/connections/.*|/law", 30, 30),
    limit("api", _ANY, r"/api(/.*)?", 1200, 600),
)
"""The limits of console and API for one person."""

PORTAL = (
    limit("open", "POST", r"/open", 20, 20),
    limit("sign-in elsewhere", "GET", r"/identity(/back)?", 20, 20),
    limit("upload", "POST", r"/cases/\d+/answer/\w+/files", 20, 20),
    limit("answer", "POST", r"/(cases|inbox)/.*", 120, 60),
    limit("told", "POST", r"/payment/told", 1200, 600),
)
"""The limits of the portal for one person."""
