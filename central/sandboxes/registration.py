"""A simulated vehicle register (đăng ký xe): who owned a vehicle when; its page can sell it.

Its data are in a file like `configs/sample_registry.yaml`, written in one step after every sale.
"""

import threading
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Annotated

import yaml
from fastapi import FastAPI, Form, Header, HTTPException
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict

from central.connections.problems import OutsideError, Problem
from central.registry.file import FileEntry, FileRegistry
from central.registry.http import PATH
from central.registry.port import Enquiry
from central.sandboxes.books import rewrite
from central.sandboxes.stage import Stage, said, table
from contract.local_time import VIETNAM
from contract.plates import PlateColour, normalise
from contract.vehicles import VehicleKind

WAYS = {
    "not_found": "Không có biển này — no such plate",
    "multiple": "Nhiều xe cùng biển — several vehicles",
    "other_plate": "Trả lời về biển khác — another plate's answer",
    "today": "Trả lời chủ xe hôm nay — today's owner, whatever day is asked",
}
_STATUS = {Problem.NOT_FOUND: 404, Problem.MULTIPLE: 409}


class Question(BaseModel):
    """A question from the centre."""

    model_config = ConfigDict(extra="forbid")

    plate: str
    plate_colour: PlateColour | None
    kind: VehicleKind
    at: AwareDatetime
    purpose: str
    case: str


@dataclass
class Register:
    """Its data and its page."""

    books: Path
    stage: Stage
    lock: threading.Lock = field(default_factory=threading.Lock)

    def entries(self) -> tuple[FileEntry, ...]:
        """Every registration ever made, in the order of the file."""
        return FileRegistry.load(self.books).entries

    def answer(self, asked: Question) -> Response:
        """The registration as of the day, or the answer that its set behaviour produces."""
        if self.stage.way in ("not_found", "multiple"):
            return said(404 if self.stage.way == "not_found" else 409, self.stage.way)
        entries = self.entries()
        if self.stage.way == "other_plate":
            other = next(e for e in entries if normalise(e.vehicle.plate) != asked.plate)
            return JSONResponse(other.model_dump(mode="json"))
        at = asked.at
        if self.stage.way == "today":
            at = max((e.since for e in entries if normalise(e.vehicle.plate) == asked.plate), default=at)
        enquiry = Enquiry(asked.plate, asked.plate_colour, asked.kind, at, asked.purpose, asked.case)
        try:
            found = FileRegistry(entries).find(enquiry)
        except OutsideError as failure:
            return said(_STATUS[failure.problem], failure.problem)
        return JSONResponse(found.model_dump(mode="json"))

    def sell(self, plate: str, name: str, identity: str, address: str, at: datetime) -> bool:
        """Gives the vehicle another owner at a moment; False if nobody has the plate then."""
        with self.lock:
            entries = list(self.entries())
            old = [e for e in entries if normalise(e.vehicle.plate) == normalise(plate) and e.held_at(at)]
            if len(old) != 1:
                return False
            owner = {"name": name, "identity": identity, "address": address}
            new = FileEntry.model_validate(
                {**old[0].model_dump(), "owner": owner, "since": at, "reference": f"SB-{len(entries) + 1}"}
            )
            entries[entries.index(old[0])] = old[0].model_copy(update={"until": at})
            self._write([*entries, new])
            return True

    def _write(self, entries: list[FileEntry]) -> None:
        kept = {"registrations": [e.model_dump(mode="json", exclude_none=True) for e in entries]}
        rewrite(self.books, yaml.safe_dump(kept, allow_unicode=True, sort_keys=False))


def create_register(register: Register) -> FastAPI:
    """Creates the register's API for the centre and its page."""
    stage = register.stage
    app = stage.app()

    @app.post(PATH)
    def find(asked: Question, authorization: Annotated[str, Header()] = "") -> Response:
        answer = stage.interfere(authorization) or register.answer(asked)
        what = f"{asked.plate} ({asked.at.astimezone(VIETNAM):%d/%m/%Y %H:%M}) {asked.purpose} · {asked.case}"
        stage.note(what, answer.status_code)
        return answer

    @app.post("/sell")
    def sell(
        plate: Annotated[str, Form()],
        name: Annotated[str, Form(min_length=1, max_length=200)],
        identity: Annotated[str, Form(pattern=r"^\d{10,12}$")],
        address: Annotated[str, Form(min_length=1, max_length=200)],
        at: Annotated[datetime, Form()],
    ) -> Response:
        if not register.sell(plate, name, identity, address, at.replace(tzinfo=VIETNAM)):
            raise HTTPException(404)
        return RedirectResponse("./", status_code=303)

    @app.get("/")
    def home() -> Response:
        return HTMLResponse(stage.page(_SELL + _books(register.entries())))

    return app


_SELL = """<h2>Sang tên — sell</h2><form method="post" action="sell">
<label>Biển số — plate <input name="plate" required></label>
<label>Chủ mới — new owner <input name="name" required></label>
<label>Số định danh — identity <input name="identity" required pattern="[0-9]{10,12}"></label>
<label>Địa chỉ — address <input name="address" required></label>
<label>Từ lúc — from <input name="at" type="datetime-local" required></label>
<button>Sang tên</button></form>"""


def _books(entries: tuple[FileEntry, ...]) -> str:
    rows = (
        (e.vehicle.plate, e.vehicle.brand, e.owner.name, _day(e.since), _day(e.until) if e.until else "")
        for e in entries
    )
    return "<h2>Chủ xe — owners</h2>" + table(("biển", "xe", "chủ", "từ", "đến"), rows)


def _day(moment: datetime) -> str:
    return f"{moment:%d/%m/%Y}"
