"""A vehicle register behind HTTP: the contract our side speaks, for whoever puts the real register behind it.

POST {base}/v1/registrations/find            (POST: a plate is personal data and stays out of URLs and logs)
Authorization: Bearer TOKEN                  (only when there is a token)
Accept-Encoding: identity
{"plate": "98A12345", "plate_colour": "white"|null, "kind": "car", "at": "2026-11-24T08:30:00.000Z",
 "purpose": "…", "case": "…"}

200  a `Registration`
404  {"problem": "not_found"}  no such plate then       409  {"problem": "multiple"}  several vehicles
401, 403  may not ask          500 to 599, no answer within the time limit  counts as no answer

Anything else is an answer we do not understand: a 404 without that body comes from a server in front of the
register, which knows nothing of plates.
"""

import asyncio
import json
from dataclasses import dataclass

import httpx
from pydantic import ValidationError

from central.registry.port import Enquiry, Registration, RegistryError, RegistryProblem
from contract.types import format_utc

LARGEST_ANSWER = 64 * 1024
TIME_LIMIT_SECONDS = 10.0
"""For the whole question, from looking up the host's name to the last byte of the answer."""

_SAID = {404: RegistryProblem.NOT_FOUND, 409: RegistryProblem.MULTIPLE}
_DENIED = (401, 403)


@dataclass(frozen=True, repr=False)
class HttpRegistry:
    """`RegistryLookup` over HTTP. One try: what fails is asked again by the job, later and later."""

    base_url: str
    token: str = ""
    limit_seconds: float = TIME_LIMIT_SECONDS

    def find(self, enquiry: Enquiry) -> Registration:
        """See `RegistryLookup.find`."""
        loop = asyncio.new_event_loop()
        try:
            status, body = loop.run_until_complete(asyncio.wait_for(self._ask(enquiry), self.limit_seconds))
        except TimeoutError as failure:
            words = f"no whole answer within {self.limit_seconds:g} s"
            raise RegistryError(RegistryProblem.TIMEOUT, words) from failure
        except httpx.HTTPError as failure:
            raise RegistryError(
                RegistryProblem.TIMEOUT, f"no answer: {failure or type(failure)}"
            ) from failure
        finally:
            loop.run_until_complete(loop.shutdown_asyncgens())
            loop.close()  # does not wait for a look-up of the host's name that hangs
        return _understood(status, body)

    async def _ask(self, enquiry: Enquiry) -> tuple[int, bytes]:
        """Status and body of the answer, at most one byte more than it may have."""
        question = {
            "plate": enquiry.plate,
            "plate_colour": enquiry.plate_colour,
            "kind": enquiry.kind.value,
            "at": format_utc(enquiry.at),
            "purpose": enquiry.purpose,
            "case": enquiry.case,
        }
        # Packed bytes are neither asked for nor unpacked: a few of them can become gigabytes.
        headers = {"Accept-Encoding": "identity"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        address = f"{self.base_url.rstrip('/')}/v1/registrations/find"
        async with (
            httpx.AsyncClient(timeout=None) as client,
            client.stream("POST", address, json=question, headers=headers) as answer,
        ):
            body = b""
            async for piece in answer.aiter_raw():
                body += piece
                if len(body) > LARGEST_ANSWER:
                    break
            return answer.status_code, body[: LARGEST_ANSWER + 1]


def _understood(status: int, body: bytes) -> Registration:
    if status in _DENIED:
        raise RegistryError(RegistryProblem.DENIED, f"the register answered {status}")
    if status >= httpx.codes.INTERNAL_SERVER_ERROR:
        raise RegistryError(RegistryProblem.TIMEOUT, f"the register answered {status}")
    if len(body) > LARGEST_ANSWER:
        raise RegistryError(
            RegistryProblem.UNREADABLE, f"answer {status} of more than {LARGEST_ANSWER} bytes"
        )
    if status in _SAID and _problem_in(body) == _SAID[status]:
        raise RegistryError(_SAID[status], f"the register answered {status}")
    if status != httpx.codes.OK:
        words = f"answer {status} without the register's own words"
        raise RegistryError(RegistryProblem.UNREADABLE, words)
    try:
        return Registration.model_validate_json(body)
    except ValidationError as failure:
        fields = sorted({".".join(map(str, error["loc"])) or "answer" for error in failure.errors()})
        words = f"answer 200 with wrong or unknown fields: {', '.join(fields[:5])}"
        raise RegistryError(RegistryProblem.UNREADABLE, words) from failure


def _problem_in(body: bytes) -> object:
    try:
        told = json.loads(body)
    except ValueError:
        return None
    return told.get("problem") if isinstance(told, dict) else None
