"""Receiving authorities (inspection, registration, licences): each stores and shows the messages it was sent,
each once.
"""

from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Annotated, Any

from fastapi import Body, FastAPI, Header
from fastapi.responses import HTMLResponse, JSONResponse, Response
from pydantic import BaseModel, ValidationError

from central.sandboxes.books import add_line, lines
from central.sandboxes.stage import Stage, said, table


@dataclass
class Inbox:
    """Received messages: one JSON line each in `books`. `shape`: the required form of a message."""

    books: Path
    stage: Stage
    shape: type[BaseModel]
    lock: Lock = field(default_factory=Lock)

    def messages(self) -> list[dict[str, Any]]:
        """All messages, in order."""
        return lines(self.books)

    def take(self, content: Any) -> Response:
        """Stores a new message; returns its receipt."""
        try:
            message = self.shape.model_validate(content).model_dump(mode="json")
        except ValidationError as problem:
            return said(422, "shape", fields=[str(error["loc"]) for error in problem.errors()])
        with self.lock:
            known = [each["message"] for each in self.messages()]
            if message["message"] not in known:
                known.append(message["message"])
                add_line(self.books, message)
        return JSONResponse({"receipt": f"SB-{known.index(message['message']) + 1:06d}"})


def create_inbox(inbox: Inbox, path: str, shown: tuple[str, ...]) -> FastAPI:
    """Creates the authority's API for the centre and its page, which shows these fields."""
    stage = inbox.stage
    app = stage.app()

    @app.post(path)
    def take(
        content: Annotated[dict[str, Any], Body()], authorization: Annotated[str, Header()] = ""
    ) -> Response:
        answer = stage.interfere(authorization) or inbox.take(content)
        stage.note(str(content.get("message")), answer.status_code)
        return answer

    @app.get("/")
    def home() -> Response:
        rows = [[message.get(name) or "" for name in shown] for message in reversed(inbox.messages())]
        return HTMLResponse(stage.page(f"<h2>Đã nhận — taken over</h2>{table(shown, rows)}"))

    return app
