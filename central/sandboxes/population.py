"""A simulated population database (CSDLQG về dân cư): its persons are in a file; its page can mark one as
dead."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import yaml
from fastapi import FastAPI, Form, Header, HTTPException
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from pydantic import BaseModel, ConfigDict

from central.population.http import PATH
from central.sandboxes.books import rewrite
from central.sandboxes.stage import Stage, said, table

WAYS = {
    "not_found": "Không có số này — no such number",
    "other_person": "Trả lời về người khác — another person's answer",
    "other_name": "Tên khác — another name under this number",
}


class Question(BaseModel):
    """A question from the centre."""

    model_config = ConfigDict(extra="forbid")

    identity: str
    purpose: str
    case: str


@dataclass
class Population:
    """Its data and its page."""

    books: Path
    stage: Stage

    def persons(self) -> list[dict[str, Any]]:
        """All persons in the file."""
        return list(yaml.safe_load(self.books.read_text(encoding="utf-8"))["persons"])

    def answer(self, asked: Question) -> Response:
        """The person, or the answer that its set behaviour produces."""
        persons = self.persons()
        way = self.stage.way
        found = next((p for p in persons if p["identity"] == asked.identity), None)
        if way == "other_person":
            found = next(p for p in persons if p["identity"] != asked.identity)
        if found is None or way == "not_found":
            return said(404, "not_found")
        name = "Người Khác Tên" if way == "other_name" else found["name"]
        told = {**found, "name": name, "reference": f"DC-{found['identity'][-6:]}"}
        return JSONResponse({key: str(value) for key, value in told.items()})

    def bury(self, identity: str, day: date) -> bool:
        """Records a death; False if nobody has the number."""
        persons = self.persons()
        found = next((p for p in persons if p["identity"] == identity), None)
        if found is None:
            return False
        found["died"] = day
        rewrite(self.books, yaml.safe_dump({"persons": persons}, allow_unicode=True))
        return True


def create_population(population: Population) -> FastAPI:
    """Creates the database's API for the centre and its page."""
    stage = population.stage
    app = stage.app()

    @app.post(PATH)
    def find(asked: Question, authorization: Annotated[str, Header()] = "") -> Response:
        answer = stage.interfere(authorization) or population.answer(asked)
        stage.note(f"{asked.identity} {asked.purpose} · {asked.case}", answer.status_code)
        return answer

    @app.post("/died")
    def died(identity: Annotated[str, Form()], day: Annotated[date, Form()]) -> Response:
        if not population.bury(identity, day):
            raise HTTPException(404)
        return RedirectResponse("./", status_code=303)

    @app.get("/")
    def home() -> Response:
        keys = ("identity", "name", "birth", "address", "died")
        rows = [[person.get(key, "") for key in keys] for person in population.persons()]
        people = table(("số", "tên", "sinh", "địa chỉ", "mất"), rows)
        return HTMLResponse(stage.page(f"{_DIED}<h2>Người — persons</h2>{people}"))

    return app


_DIED = """<form method="post" action="died">
<label>Số định danh — identity <input name="identity" required></label>
<label>Ngày mất — died on <input name="day" type="date" required></label>
<button>Ghi — enter</button></form>"""
