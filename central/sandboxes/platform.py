"""A simulated provincial data platform (LGSP → LDOP): accepts events one after the other, checks each against
the schema, stores new ones.
"""

from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Annotated, Any

from fastapi import Body, FastAPI, Header
from fastapi.responses import HTMLResponse, JSONResponse, Response
from pydantic import ValidationError

from central.sandboxes.books import add_line, lines
from central.sandboxes.stage import Stage, said, table
from central.sharing.events import PATH, Event


@dataclass
class Platform:
    """Its data, one JSON line per event, and its page."""

    books: Path
    stage: Stage
    lock: Lock = field(default_factory=Lock)

    def events(self) -> list[dict[str, Any]]:
        """All events, in order."""
        return lines(self.books)

    def take(self, content: Any) -> Response:
        """Stores the next event; a repeated one gets the same answer; a gap is refused."""
        try:
            event = Event.model_validate(content)
        except ValidationError as problem:
            return said(422, "schema", fields=[str(error["loc"]) for error in problem.errors()])
        with self.lock:
            known = [each["id"] for each in self.events()]
            if event.id not in known:
                if event.sequence != len(known) + 1:
                    return said(422, "sequence", expected=len(known) + 1)
                known.append(event.id)
                add_line(self.books, event.model_dump(mode="json"))
        return JSONResponse({"receipt": f"LDOP-{known.index(event.id) + 1:08d}"})


def create_platform(platform: Platform) -> FastAPI:
    """Creates the platform's API for the centre and its page."""
    stage = platform.stage
    app = stage.app()

    @app.post(PATH)
    def take(
        content: Annotated[dict[str, Any], Body()], authorization: Annotated[str, Header()] = ""
    ) -> Response:
        answer = stage.interfere(authorization) or platform.take(content)
        stage.note(f"{content.get('sequence')} {content.get('type')}", answer.status_code)
        return answer

    @app.get("/")
    def home() -> Response:
        heads = ("sequence", "type", "time", "data")
        rows = [[each[name] for name in heads] for each in reversed(platform.events()[-200:])]
        return HTMLResponse(stage.page(f"<h2>Đã nhận — taken over</h2>{table(heads, rows)}"))

    return app
