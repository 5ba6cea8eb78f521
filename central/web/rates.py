"""How often one place or person may ask: more is answered 429 with `Retry-After`, before anything is read.

A bucket of each limit is kept for each network address, and where a session's cookie comes along one for that
too: a person is never held up by what somebody else does with their name, and somebody who makes up cookies
has their address counted. The counts lie in the memory of one process (several processes allow that many
times more) and are forgotten with it; what locks an account or a notice lies in the database
(`accounts.sessions`, `citizens.entry`).
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
"""Of the least recently used ones the count is given up: a flood of addresses shuts nobody out."""

OF_A_PLACE = 8
"""So many people may share one network address before it is their sum that counts."""


_ANY = "GET HEAD POST PUT PATCH DELETE"


class TooManyRequestsError(DomainError):
    """More than one person asks for; `seconds` until the next is answered."""

    status: ClassVar[int] = 429
    code: ClassVar[str] = "too_many_requests"


@dataclass(frozen=True)
class Limit:
    """`burst` at once, then `per_minute`, of requests with these methods to paths of that form."""

    name: str
    methods: frozenset[str]
    path: re.Pattern[str]
    per_minute: int
    burst: int

    def concerns(self, scope: Scope) -> bool:
        """Whether a request counts here."""
        return scope["method"] in self.methods and self.path.fullmatch(scope["path"]) is not None


def limit(name: str, methods: str, path: str, per_minute: int, burst: int) -> Limit:
    """One of them; `path` is a regular expression of the whole path."""
    return Limit(name, frozenset(methods.split()), re.compile(path), per_minute, burst)


@dataclass
class Rates:
    """The buckets of a process. `clock` counts seconds and never goes back."""

    clock: Callable[[], float] = time.monotonic
    _buckets: OrderedDict[tuple[str, str], tuple[float, float]] = field(default_factory=OrderedDict)

    def take(self, limit: Limit, key: str, times: int = 1) -> float:
        """Takes one request out of a bucket; the seconds to wait where there is none, else 0. `times`: how
        much larger than for one person the bucket is."""
        rate, most, now = limit.per_minute * times / 60, float(limit.burst * times), self.clock()
        left, at = self._buckets.pop((limit.name, key), (most, now))
        left = min(most, left + (now - at) * rate)
        wait = 0.0 if left >= 1 else (1 - left) / rate
        self._buckets[limit.name, key] = (left - (0 if wait else 1), now)
        if len(self._buckets) > MOST_BUCKETS:
            self._buckets.popitem(last=False)
        return wait


class RateLimit:
    """ASGI middleware: refuses what comes too often. `cookie` names the session's."""

    def __init__(
        self, app: ASGIApp, answer: Answer, limits: tuple[Limit, ...], cookie: str, rates: Rates
    ) -> None:
        self._app = app
        self._answer = answer
        self._limits = limits
        self._cookie = cookie
        self._rates = rates

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        wait = max(self._waits(scope), default=0.0) if scope["type"] == "http" else 0.0
        if not wait:
            await self._app(scope, receive, send)
            return
        seconds = int(wait) + 1
        refusal = await self._answer(Request(scope), TooManyRequestsError("rate", seconds=seconds))
        refusal.headers["Connection"] = "close"  # what is still on its way is not read
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
"""What the console and the API bear of one person."""

PORTAL = (
    limit("open", "POST", r"/open", 20, 20),
    limit("sign-in elsewhere", "GET", r"/identity(/back)?", 20, 20),
    limit("upload", "POST", r"/cases/\d+/answer/\w+/files", 20, 20),
    limit("answer", "POST", r"/(cases|inbox)/.*", 120, 60),
    limit("told", "POST", r"/payment/told", 1200, 600),
)
"""What the portal bears of one person."""
