"""Whoever hangs up amid a request costs a line of the log, no trace and no answer."""

import asyncio

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send
from structlog.testing import capture_logs

from central.web.request_log import RequestLog


async def reads_all(scope: Scope, receive: Receive, send: Send) -> None:
    """A face that wants the whole body."""
    body = await Request(scope, receive).body()
    await Response(body)(scope, receive, send)


HALF: list[Message] = [
    {"type": "http.request", "body": b'{"transaction":', "more_body": True},
    {"type": "http.disconnect"},
]


def test_a_client_that_hangs_up_is_one_line() -> None:
    sent: list[Message] = []
    messages = iter(HALF)

    async def receive() -> Message:
        return next(messages)

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": "/payment/told", "headers": [], "query_string": b""}
    with capture_logs() as told:
        asyncio.run(RequestLog(reads_all)(scope, receive, send))
    assert ([line["event"] for line in told], sent) == (["the client hung up", "answered"], [])
    assert all(line["log_level"] == "info" for line in told)
