"""Common parts of the simulated systems: a token, a behaviour set on its page, a list of its requests, and a
red bar.
"""

import secrets
import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from typing import Annotated, Any

from fastapi import FastAPI, Form, HTTPException
from fastapi.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response

from central.clock import utc_now

SILENT_SECONDS = 15.0
"""Longer than the centre's time limit."""

RIGHT = "right"
WAYS = {
    RIGHT: "Trả lời đúng — right answers",
    "maintenance": "Đang bảo trì — under maintenance",
    "silent": "Không trả lời — no answer in time",
    "refuses": "Từ chối — refuses us",
    "broken": "Lỗi máy chủ — server error",
    "garbage": "Trả lời hỏng — malformed answer",
}
"""Possible behaviours of any system; a system adds its own."""

STYLE = """body { font: 17px/1.5 sans-serif; max-width: 860px; margin: 0 auto; padding: 16px }
.bar { background: #b3213a; color: #fff; padding: 10px 14px; border-radius: 8px }
button, select, input { min-height: 44px; font: inherit } label { display: block; margin: 8px 0 }
table { width: 100%; border-collapse: collapse } td, th { padding: 6px; border-bottom: 1px solid #ccc }
td { overflow-wrap: anywhere; vertical-align: top } th { text-align: left }"""


@dataclass
class Stage:
    """One simulated system. `ways`: its possible behaviours, with their texts; `asked`: the latest questions,
    the newest first.
    """

    title: str
    token: str
    own_ways: Mapping[str, str] = field(default_factory=dict)
    way: str = RIGHT
    asked: deque[tuple[str, str, str]] = field(default_factory=lambda: deque(maxlen=50))
    ending: threading.Event = field(default_factory=threading.Event)

    @property
    def ways(self) -> dict[str, str]:
        """All possible behaviours."""
        return {**WAYS, **self.own_ways}

    def interfere(self, authorization: str) -> Response | None:
        """The answer of a failing system, or for a wrong token; None if the system itself is to answer."""
        if not secrets.compare_digest(authorization.encode(), f"Bearer {self.token}".encode()):
            return said(401, "token")
        if self.way == "silent":
            self.ending.wait(SILENT_SECONDS)
        answers = {
            "maintenance": said(503, "maintenance"),
            "silent": said(503, "late"),
            "refuses": said(403, "refused"),
            "broken": said(500, "broken"),
            "garbage": PlainTextResponse("<html>??"),
        }
        return answers.get(self.way)

    def _let_go(self) -> None:
        """Releases requests waiting for a silent system when its behaviour is changed."""
        self.ending.set()
        self.ending = threading.Event()

    def note(self, what: str, answer: object) -> None:
        """Stores a question and its result for the page."""
        self.asked.appendleft((f"{utc_now():%H:%M:%S}", what, str(answer)))

    def app(self) -> FastAPI:
        """An application with the form that sets its behaviour."""
        app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)

        @app.post("/way")
        def set_way(way: Annotated[str, Form()]) -> Response:
            if way not in self.ways:
                raise HTTPException(422)
            self.way = way
            self._let_go()
            return RedirectResponse("./", status_code=303)

        return app

    def page(self, content: str = "") -> str:
        """Its page: the bar, its behaviour, its data, its latest questions."""
        options = "".join(
            f'<option value="{way}"{" selected" if way == self.way else ""}>{words}</option>'
            for way, words in self.ways.items()
        )
        return (
            f'<!doctype html><html lang="vi"><meta charset="utf-8">'
            f'<meta name="viewport" content="width=device-width, initial-scale=1">'
            f"<title>{self.title}</title><style>{STYLE}</style>"
            f'<p class="bar">THỬ NGHIỆM, dữ liệu bịa — SANDBOX, invented data</p><h1>{self.title}</h1>'
            f'<form method="post" action="way"><label>Cách trả lời — behaviour '
            f'<select name="way">{options}</select></label><button>Đặt — set</button></form>{content}'
            f"<h2>Đã hỏi — asked</h2>{table(('', 'hỏi — question', 'trả lời — answer'), self.asked)}"
        )


def said(status: int, problem: str, **more: Any) -> JSONResponse:
    """A refusal in the form defined by the contract."""
    return JSONResponse({"problem": problem, **more}, status)


def table(heads: tuple[str, ...], rows: Any) -> str:
    """A table of texts."""
    head = "".join(f"<th>{escape(each)}</th>" for each in heads)
    lines = ("".join(f"<td>{escape(str(cell))}</td>" for cell in row) for row in rows)
    return f"<table><tr>{head}</tr>{''.join(f'<tr>{line}</tr>' for line in lines)}</table>"
