"""The bank over HTTP: orders, refunds and the day's file, each with a time limit."""

from dataclasses import dataclass
from datetime import date

import httpx
from pydantic import BaseModel, ValidationError

from central.connections.exchange import TIME_LIMIT_SECONDS, Limits, NoAnswerError, exchange
from central.payments.port import GatewayError
from central.values import WebAddress

FILE_SECONDS = 60.0
LARGEST_FILE = 64 * 1024 * 1024


@dataclass(frozen=True, repr=False)
class HttpGateway:
    """See `central.payments.port.Gateway`; `docs/portal.md` has the contract."""

    url: str
    token: str
    limit_seconds: float = TIME_LIMIT_SECONDS

    def order(self, reference: str, amount: int, purpose: str) -> str:
        """See the port."""
        asked = {"reference": reference, "amount": amount, "purpose": purpose}
        try:
            return _Order.model_validate_json(self._ask("POST", "/v1/orders", asked)).pay_url
        except ValidationError as problem:
            raise GatewayError("the answer has no pay_url that a browser opens") from problem

    def give_back(self, key: str, transaction: str, amount: int) -> None:
        """See the port."""
        self._ask("POST", "/v1/refunds", {"key": key, "transaction": transaction, "amount": amount})

    def file_of(self, day: date) -> bytes:
        """See the port."""
        return self._ask("GET", f"/v1/days/{day.isoformat()}.csv", None, Limits(FILE_SECONDS, LARGEST_FILE))

    def _ask(self, method: str, path: str, content: object, limits: Limits | None = None) -> bytes:
        address = self.url.rstrip("/") + path
        try:
            answered = exchange(method, address, self.token, content, limits or Limits(self.limit_seconds))
        except NoAnswerError as problem:
            raise GatewayError(str(problem)) from problem
        if not httpx.codes.is_success(answered.status):
            told = answered.body[:200].decode(errors="replace")
            raise GatewayError(f"answer {answered.status}: {told}")
        if answered.too_large:
            raise GatewayError(f"an answer of more than {len(answered.body)} bytes")
        return answered.body


class _Order(BaseModel):
    pay_url: WebAddress
