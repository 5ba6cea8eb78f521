"""A simulated collecting bank: takes orders, lets people pay correctly, wrongly, twice, late or unreported,
sends signed call-backs, refunds money, writes the daily file.

It stores everything in one JSON file, so that it can be restarted.
"""

import json
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, Literal

import httpx
from fastapi import FastAPI, Form, Header, HTTPException
from fastapi.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from central.clock import Clock
from central.payments.port import SIGNATURE_HEADER, TIME_HEADER, Told, signature_of, write_file
from central.sandboxes.books import rewrite
from contract.local_time import VIETNAM, local_day

Way = Literal["right", "less", "more", "twice", "late", "silent"]
WAYS: dict[Way, str] = {
    "right": "Nộp đúng số tiền — pay the right amount",
    "less": "Nộp một nửa — pay half",
    "more": "Nộp dư 50.000 đồng — pay 50,000 VND too much",
    "twice": "Nộp hai lần — pay twice",
    "late": "Nộp, báo muộn — pay, told later (button below)",
    "silent": "Nộp, không báo — pay, never told (only in the day's file)",
}


class Order(BaseModel):
    """An order announced by the centre."""

    model_config = ConfigDict(extra="forbid")

    reference: Annotated[str, Field(pattern="^[A-Z0-9]{4,20}$")]
    amount: Annotated[int, Field(gt=0)]
    purpose: Annotated[str, Field(max_length=200)]


class Return(BaseModel):
    """A refund requested by the centre."""

    model_config = ConfigDict(extra="forbid")

    key: Annotated[str, Field(pattern="^[A-Za-z0-9]{4,40}$")]
    transaction: str
    amount: Annotated[int, Field(gt=0)]


@dataclass
class Bank:
    """The bank's data. `tell` sends a call-back to the centre and returns the status of its response, 0 for
    none.
    """

    file: Path
    token: str
    tell: Callable[[Told], int]
    clock: Clock
    orders: dict[str, dict[str, Any]] = field(default_factory=dict)
    told: dict[str, dict[str, Any]] = field(default_factory=dict)
    untold: list[str] = field(default_factory=list)
    lock: threading.RLock = field(default_factory=threading.RLock)

    def __post_init__(self) -> None:
        if self.file.exists():
            kept = json.loads(self.file.read_text(encoding="utf-8"))
            self.orders, self.told, self.untold = kept["orders"], kept["told"], kept["untold"]

    def save(self) -> None:
        """Writes the data in one step."""
        books = {"orders": self.orders, "told": self.told, "untold": self.untold}
        rewrite(self.file, json.dumps(books, ensure_ascii=False, indent=1))

    def pay(self, reference: str, way: Way) -> None:
        """Pays an order in one of the ways."""
        with self.lock:
            amount = int(self.orders[reference]["amount"])
            paid = {"less": amount // 2, "more": amount + 50_000}.get(way, amount)
            booked = [self._book("paid", reference, paid) for _ in range(2 if way == "twice" else 1)]
            if way == "late":
                self.untold += [one.transaction for one in booked]
            self.save()
        if way not in ("late", "silent"):
            for one in booked:
                self._tell(one)

    def transfer(self, names: str, amount: int) -> None:
        """Transfers money without an order, with a text of the payer's."""
        with self.lock:
            one = self._book("paid", names, amount)
        self._tell(one)

    def give_back(self, asked: Return) -> None:
        """Refunds money once for a key."""
        with self.lock:
            if any(one["names"] == asked.key for one in self.told.values()):
                return
            one = self._book("returned", asked.key, asked.amount)
        self._tell(one)

    def tell_all(self) -> int:
        """Sends unsent call-backs, and all others again: real banks repeat call-backs."""
        with self.lock:
            waiting, every = list(self.untold), {name: dict(one) for name, one in self.told.items()}
        for name, one in every.items():
            if one["kind"] == "paid" and name not in waiting:
                self.tell(Told.model_validate(one))
        for name in reversed(waiting):
            self._tell(Told.model_validate(every[name]))
        return len(waiting)

    def of_day(self, day: date) -> list[Told]:
        """The day's transactions."""
        with self.lock:
            every = [Told.model_validate(one) for one in self.told.values()]
        return [one for one in every if local_day(one.paid_at) == day]

    def _book(self, kind: Literal["paid", "returned"], names: str, amount: int) -> Told:
        one = Told(
            transaction=f"SB{secrets.token_hex(8).upper()}",
            kind=kind,
            names=names,
            amount=amount,
            paid_at=self.clock(),
        )
        self.told[one.transaction] = one.model_dump(mode="json")
        self.save()  # before the call-back: a bank that is stopped during one still knows its content
        return one

    def _tell(self, one: Told) -> None:
        """Without the lock: the receiver may be slow, and others want to pay meanwhile."""
        understood = self.tell(one) == httpx.codes.OK
        with self.lock:
            if understood and one.transaction in self.untold:
                self.untold.remove(one.transaction)
            elif not understood and one.transaction not in self.untold:
                self.untold.append(one.transaction)
            self.save()


def teller(callback: str, secret: bytes, clock: Clock) -> Callable[[Told], int]:
    """Call-backs to an address, signed again each time."""
    trust = httpx.create_ssl_context()  # takes longer than a call-back

    def tell(one: Told) -> int:
        body = one.model_dump_json().encode()
        signature = signature_of(secret, body, clock())
        headers = {TIME_HEADER: signature.time, SIGNATURE_HEADER: signature.value}
        try:
            return httpx.post(callback, content=body, headers=headers, timeout=5, verify=trust).status_code
        except httpx.HTTPError:
            return 0

    return tell


def create_bank(bank: Bank, address: str) -> FastAPI:
    """Creates the bank's API for the centre and its page for payers; `address` is where it is reached."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)

    def allowed(authorization: str) -> None:
        if not secrets.compare_digest(authorization.encode(), f"Bearer {bank.token}".encode()):
            raise HTTPException(401)

    @app.post("/v1/orders")
    def announce(order: Order, authorization: Annotated[str, Header()] = "") -> dict[str, str]:
        allowed(authorization)
        with bank.lock:
            bank.orders.setdefault(order.reference, order.model_dump())
            bank.save()
        return {"pay_url": f"{address}/pay/{order.reference}"}

    @app.post("/v1/refunds", status_code=202)
    def give_back(asked: Return, authorization: Annotated[str, Header()] = "") -> Response:
        allowed(authorization)
        bank.give_back(asked)
        return Response(status_code=202)

    @app.get("/v1/days/{day}.csv")
    def day_file(day: date, authorization: Annotated[str, Header()] = "") -> Response:
        allowed(authorization)
        return PlainTextResponse(write_file(bank.of_day(day)).decode(), media_type="text/csv")

    @app.get("/pay/{reference}")
    def pay_page(reference: str) -> Response:
        order = bank.orders.get(reference)
        if order is None:
            raise HTTPException(404)
        return HTMLResponse(
            _page(reference, order, [one for one in bank.told.values() if one["names"] == reference])
        )

    @app.post("/pay/{reference}")
    def pay(reference: str, way: Annotated[Way, Form()]) -> Response:
        if reference not in bank.orders:
            raise HTTPException(404)
        bank.pay(reference, way)
        return RedirectResponse(f"/pay/{reference}", status_code=303)

    @app.post("/tell")
    def tell() -> Response:
        bank.tell_all()
        return RedirectResponse("/", status_code=303)

    @app.get("/")
    def home() -> Response:
        return HTMLResponse(_home(bank))

    return app


_HEAD = """<!doctype html><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Ngân hàng thử nghiệm</title><style>
body { font: 17px/1.5 sans-serif; max-width: 560px; margin: 0 auto; padding: 16px }
.bar { background: #b3213a; color: #fff; padding: 10px 14px; border-radius: 8px }
button { display: block; width: 100%; min-height: 48px; margin: 8px 0; font: inherit }
table { width: 100%; border-collapse: collapse } td { padding: 6px; border-bottom: 1px solid #ccc }
td:first-child { overflow-wrap: anywhere } td + td { white-space: nowrap }
</style>
<p class="bar">THỬ NGHIỆM, không phải tiền thật — SANDBOX, no real money</p>"""


def _minute(paid_at: str) -> str:
    """A moment in local written form."""
    return f"{datetime.fromisoformat(paid_at).astimezone(VIETNAM):%d/%m/%Y %H:%M}"


def _page(reference: str, order: dict[str, Any], paid: list[dict[str, Any]]) -> str:
    buttons = "".join(
        f'<form method="post"><input type="hidden" name="way" value="{way}"><button>{words}</button></form>'
        for way, words in WAYS.items()
    )
    rows = "".join(
        f"<tr><td>{one['transaction']}</td><td>{int(one['amount']):,} VND</td>"
        f"<td>{_minute(one['paid_at'])}</td></tr>"
        for one in paid
    )
    # Reference is letters and digits, the amount a number: no personal data on the page.
    return f"{_HEAD}<h1>{int(order['amount']):,} VND</h1><p>{reference}</p>{buttons}<table>{rows}</table>"


def _home(bank: Bank) -> str:
    rows = "".join(
        f"<tr><td>{one['transaction']}</td><td>{one['kind']}</td><td>{int(one['amount']):,} VND</td>"
        f"<td>{'chưa báo — not told' if one['transaction'] in bank.untold else 'đã báo — told'}</td></tr>"
        for one in bank.told.values()
    )
    form = '<form method="post" action="/tell"><button>Báo lại tất cả — tell everything again</button></form>'
    return f"{_HEAD}<h1>Giao dịch — transactions</h1>{form}<table>{rows}</table>"
