"""The interface of the collecting bank or the national payment platform ("the bank" in this package).

Call-backs are JSON with a signature: `X-Ngatu-Time` (seconds since 1970) and `X-Ngatu-Signature`, the
HMAC-SHA256 in hex of time, a dot and the body, under the key both sides share.
"""

import csv
import hmac
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from io import StringIO
from typing import Annotated, Literal, Protocol, cast

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from central.errors import ForbiddenError, InvalidError
from central.values import Moment, Text, visible

TIME_HEADER, SIGNATURE_HEADER = "X-Ngatu-Time", "X-Ngatu-Signature"
CONNECTION = "payment"

FRESH = timedelta(minutes=5)
"""Maximum age of a call-back's signature; a call-back repeated later is signed again."""
LARGEST = 1_000_000_000_000

_Name = Annotated[Text, Field(min_length=1, max_length=80)]


class Told(BaseModel):
    """One transaction. `names`: an order's reference or a decision's number, as given by the payer."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    transaction: _Name
    kind: Literal["paid", "returned"]
    names: Annotated[Text, Field(max_length=80)]
    amount: Annotated[int, Field(gt=0, le=LARGEST)]
    paid_at: Moment


class GatewayError(Exception):
    """The bank could not be reached, or its answer does not fit the interface."""


class Gateway(Protocol):
    """Requests to the bank. Every method raises GatewayError."""

    def order(self, reference: str, amount: int, purpose: str) -> str:
        """Announces a payment; returns the address where it is paid. Idempotent for the same order."""

    def give_back(self, key: str, transaction: str, amount: int) -> None:
        """Requests the return of a transaction's money; idempotent for the same key."""

    def file_of(self, day: date) -> bytes:
        """The day's file: CSV with `transaction,kind,names,amount,paid_at`."""


@dataclass(frozen=True)
class Signature:
    """The two headers."""

    time: str
    value: str


def signature_of(secret: bytes, body: bytes, at: datetime) -> Signature:
    """The signature of a body at a moment."""
    time = str(int(at.timestamp()))
    return Signature(time, hmac.digest(secret, time.encode() + b"." + body, "sha256").hex())


def read_signed(secret: bytes, body: bytes, given: Signature, now: datetime) -> Told:
    """Parses a call-back whose signature is valid and fresh.

    Raises:
        ForbiddenError: the signature is invalid or too old.
        InvalidError: signed, but the body does not fit the interface.
    """
    if not (given.time.isascii() and given.time.isdigit() and len(given.time) < 12):
        raise ForbiddenError("payment_signature")
    right = hmac.digest(secret, given.time.encode() + b"." + body, "sha256").hex()
    fresh = abs(now.timestamp() - int(given.time)) <= FRESH.total_seconds()
    if not hmac.compare_digest(right.encode(), given.value.encode()) or not fresh:
        raise ForbiddenError("payment_signature")
    try:
        return Told.model_validate_json(body)
    except ValidationError:
        raise InvalidError("payment_message") from None


COLUMNS = ("transaction", "kind", "names", "amount", "paid_at")

LineProblem = Literal[
    "header", "encoding", "quote", "columns", "transaction", "kind", "names", "amount", "paid_at"
]
"""The problem with a line: the header names other columns, bytes are not UTF-8, a quotation mark is not
closed, there are too few or too many columns, or the value of the named column is not allowed.
"""


@dataclass(frozen=True)
class BrokenLine:
    """An unreadable line: its number in the file (from 1), the first 300 characters of its text made visible,
    its problem. `transaction`: the value of that column, as far as it can be read.
    """

    number: int
    text: str
    problem: LineProblem
    transaction: str = ""


@dataclass(frozen=True)
class DayFile:
    """The transactions of a day's file, and its unreadable lines."""

    told: tuple[Told, ...] = ()
    broken: tuple[BrokenLine, ...] = ()


def read_file(content: bytes) -> DayFile:
    """The transactions of a day's file. Each line is read separately, so that a broken one (even with an
    unclosed quotation mark) does not affect the others. The first line names the columns; without it no
    line can be read.
    """
    lines = content.decode("utf-8-sig", errors="replace").split("\n")
    header = _cells(lines[0].rstrip("\r")) or []
    if sorted(header) != sorted(COLUMNS):
        return DayFile(broken=(_broken(1, lines[0], "header"),))
    told, broken = [], []
    for number, line in enumerate((line.rstrip("\r") for line in lines[1:]), 2):
        if not line.strip():
            continue
        one = _told(number, line, header)
        if isinstance(one, Told):
            told.append(one)
        else:
            broken.append(one)
    return DayFile(tuple(told), tuple(broken))


def _cells(line: str) -> list[str] | None:
    """The columns of a line, None if a quotation mark is not closed or is inside a value."""
    try:
        return next(csv.reader([line], strict=True), [])
    except csv.Error:
        return None


def _told(number: int, line: str, header: list[str]) -> Told | BrokenLine:
    cells = _cells(line)
    if cells is None:
        return _broken(number, line, "quote", line.split(",")[header.index("transaction")])
    row = dict(zip(header, cells, strict=False))
    name = row.get("transaction", "")
    if "\ufffd" in line:
        return _broken(number, line, "encoding", name)
    if len(cells) != len(header):
        return _broken(number, line, "columns", name)
    if not (row["amount"].isascii() and row["amount"].isdigit()):
        return _broken(number, line, "amount", name)
    try:
        return Told.model_validate(row)
    except ValidationError as wrong:
        return _broken(number, line, cast("LineProblem", wrong.errors()[0]["loc"][0]), name)


def _broken(number: int, line: str, problem: LineProblem, transaction: str = "") -> BrokenLine:
    return BrokenLine(number, visible(line, 300), problem, visible(transaction, 80))


def write_file(told: list[Told]) -> bytes:
    """A day's file."""
    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows((t.transaction, t.kind, t.names, t.amount, t.paid_at.isoformat()) for t in told)
    return out.getvalue().encode()
