"""The other side over HTTP: orders, refunds and the day's file, each with a time limit."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import httpx

from central.payments.port import GatewayError

SECONDS = 10.0
LARGEST_FILE = 64 * 1024 * 1024


@dataclass(frozen=True, repr=False)
class HttpGateway:
    """See `central.payments.port.Gateway`; `docs/portal.md` has the contract."""

    url: str
    token: str

    def order(self, reference: str, amount: int, purpose: str) -> str:
        """See the port."""
        asked = {"reference": reference, "amount": amount, "purpose": purpose}
        address = self._ask("POST", "/v1/orders", json=asked).json().get("pay_url")
        if not isinstance(address, str) or httpx.URL(address).scheme not in ("http", "https"):
            raise GatewayError("the answer has no pay_url")
        return address

    def give_back(self, key: str, transaction: str, amount: int) -> None:
        """See the port."""
        self._ask("POST", "/v1/refunds", json={"key": key, "transaction": transaction, "amount": amount})

    def file_of(self, day: date) -> bytes:
        """See the port."""
        content = self._ask("GET", f"/v1/days/{day.isoformat()}.csv").content
        if len(content) > LARGEST_FILE:
            raise GatewayError(f"a file of {len(content)} bytes")
        return content

    def _ask(self, method: str, path: str, **content: Any) -> httpx.Response:
        try:
            answer = httpx.request(
                method,
                self.url.rstrip("/") + path,
                headers={"Authorization": f"Bearer {self.token}"},
                timeout=SECONDS,
                **content,
            )
        except (httpx.HTTPError, httpx.InvalidURL) as problem:
            raise GatewayError(f"no answer: {problem or type(problem).__name__}") from problem
        if not answer.is_success:
            raise GatewayError(f"answer {answer.status_code}: {answer.text[:200]}")
        return answer
