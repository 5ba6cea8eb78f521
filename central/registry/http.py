"""A vehicle register behind HTTP: the contract our side speaks, for whoever puts the real register behind it.

POST {base}/v1/registrations/find            (POST: a plate is personal data and stays out of URLs and logs)
Authorization: Bearer TOKEN
{"plate": "98A12345", "plate_colour": "white"|null, "kind": "car", "at": "2026-11-24T08:30:00.000Z",
 "purpose": "…", "case": "…"}

200  a `Registration`        404  no such plate then     409  several vehicles
401, 403  may not ask        anything else, no answer, or an answer that is not one: counts as no answer
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

import httpx
from pydantic import ValidationError

from central.registry.port import Enquiry, Registration, RegistryError, RegistryProblem
from contract.types import format_utc

_ANSWERS = {
    401: RegistryProblem.DENIED,
    403: RegistryProblem.DENIED,
    404: RegistryProblem.NOT_FOUND,
    409: RegistryProblem.MULTIPLE,
}


@dataclass(frozen=True, repr=False)
class HttpRegistry:
    """`RegistryLookup` over HTTP. Asking twice changes nothing there, so a failed try is repeated."""

    base_url: str
    token: str
    timeout_seconds: float = 3.0
    tries: int = 3
    pause: Callable[[float], None] = time.sleep

    def find(self, enquiry: Enquiry) -> Registration:
        """See `RegistryLookup.find`."""
        last = RegistryError(RegistryProblem.TIMEOUT, "no try was made")
        for attempt in range(self.tries):
            if attempt:
                self.pause(0.2 * 2**attempt)
            try:
                return self._ask(enquiry)
            except RegistryError as failure:
                if failure.problem is not RegistryProblem.TIMEOUT:
                    raise
                last = failure
        raise last

    def _ask(self, enquiry: Enquiry) -> Registration:
        body = {
            "plate": enquiry.plate,
            "plate_colour": enquiry.plate_colour,
            "kind": enquiry.kind.value,
            "at": format_utc(enquiry.at),
            "purpose": enquiry.purpose,
            "case": enquiry.case,
        }
        try:
            answer = httpx.post(
                f"{self.base_url.rstrip('/')}/v1/registrations/find",
                json=body,
                headers={"Authorization": f"Bearer {self.token}"},
                timeout=self.timeout_seconds,
            )
        except httpx.HTTPError as failure:
            raise RegistryError(RegistryProblem.TIMEOUT, f"register did not answer: {failure}") from failure
        if answer.status_code in _ANSWERS:
            problem = _ANSWERS[answer.status_code]
            raise RegistryError(problem, f"register answered {answer.status_code}")
        if answer.status_code != httpx.codes.OK:
            raise RegistryError(RegistryProblem.TIMEOUT, f"register answered {answer.status_code}")
        try:
            return Registration.model_validate_json(answer.content)
        except ValidationError as failure:
            raise RegistryError(
                RegistryProblem.TIMEOUT, f"register's answer has {failure.error_count()} wrong fields"
            ) from failure
