"""One exchange with another system over HTTP: limited in time and size, whatever the other side does.

No connection, a name that can't be resolved, a byte each second and an answer without end all end within the
time limit.
"""

import asyncio
from dataclasses import dataclass

import httpx

LARGEST_ANSWER = 64 * 1024
TIME_LIMIT_SECONDS = 10.0
"""For the whole exchange, from looking up the host's name to the last byte of the answer."""


class NoAnswerError(Exception):
    """There was no complete answer within the time limit; the message says what was received."""


@dataclass(frozen=True)
class Limits:
    """How long an exchange may take and how many bytes of an answer are read."""

    seconds: float = TIME_LIMIT_SECONDS
    largest: int = LARGEST_ANSWER


@dataclass(frozen=True)
class Answered:
    """An answer; `too_large` if more was sent than is read."""

    status: int
    body: bytes
    too_large: bool


def exchange(
    method: str, address: str, token: str = "", content: object = None, limits: Limits = Limits()
) -> Answered:
    """Asks once, with `content` as JSON, and a bearer token where there is one. Raises NoAnswerError."""
    loop = asyncio.new_event_loop()
    try:
        asking = _ask(method, address, token, content, limits.largest)
        return loop.run_until_complete(asyncio.wait_for(asking, limits.seconds))
    except TimeoutError as failure:
        raise NoAnswerError(f"no whole answer within {limits.seconds:g} s") from failure
    except (httpx.HTTPError, httpx.InvalidURL) as failure:
        raise NoAnswerError(f"no answer: {failure or type(failure)}") from failure
    finally:
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()  # does not wait for a name lookup that hangs


async def _ask(method: str, address: str, token: str, content: object, largest: int) -> Answered:
    # Compressed responses are neither requested nor decompressed: a few bytes can become gigabytes.
    headers = {"Accept-Encoding": "identity"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    async with (
        httpx.AsyncClient(timeout=None) as client,  # noqa: S113 (`wait_for` bounds all of it)
        client.stream(method, address, json=content, headers=headers) as answer,
    ):
        body = bytearray()
        async for piece in answer.aiter_raw():
            body += piece
            if len(body) > largest:
                break
        return Answered(answer.status_code, bytes(body[:largest]), len(body) > largest)
