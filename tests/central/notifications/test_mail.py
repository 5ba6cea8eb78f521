"""Mail to owners through a real SMTP server on a real port: once, proved, tried again, refused."""

import socket
from collections.abc import Iterator
from datetime import datetime
from email import message_from_bytes, policy

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import Engine
from sqlmodel import select

from central.connections import circuit
from central.db import transaction
from central.jobs.models import Job
from central.jobs.runner import TryAgainError
from central.notifications import service
from central.notifications.models import Notification
from central.notifications.port import Smtp
from central.notifications.service import Post
from central.parties.service import Details, Parties
from tests.central.people import add_case
from tests.central.proceedings.office import INDEX, VAULT


class Box:
    """What the server took; `answer` is what it says to a recipient or to the message."""

    def __init__(self) -> None:
        self.messages: list[bytes] = []
        self.rcpt, self.data = "250 ok", "250 taken as 7"

    async def handle_RCPT(self, server, session, envelope, address, options):  # type: ignore[no-untyped-def]  # noqa: N802
        if self.rcpt.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.rcpt

    async def handle_DATA(self, server, session, envelope):  # type: ignore[no-untyped-def]  # noqa: N802
        if self.data.startswith("250"):
            self.messages.append(envelope.content)
        return self.data


@pytest.fixture
def box() -> Box:
    return Box()


@pytest.fixture
def post(box: Box) -> Iterator[Post]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = Controller(box, hostname="127.0.0.1", port=port)
    server.start()
    sender = Smtp("127.0.0.1", port, "khong-tra-loi@example.vn", tls=False)
    yield Post(sender, VAULT, INDEX, "https://vipham.example.vn")
    server.stop()


def told(engine: Engine, now: datetime, email: str | None = "an@example.vn") -> int:
    """A party that is told something; the notification's id."""
    with transaction(engine) as session:
        details = Details(kind="person", name="Nguyễn Văn An", identity="024", email=email)
        party = Parties(session, VAULT, INDEX).enter(details, "test", now)
        case = add_case(session, now)
        for _ in range(2):
            values = {"number": "1/2026/TL-BN"}
            service.tell(session, "k1", party.id or 0, case.id or 0, "answer_received", values, now)
        assert len(session.exec(select(Job).where(Job.kind == service.SEND)).all()) == 1
        return session.exec(select(Notification)).one().id or 0


def row(engine: Engine) -> Notification:
    with transaction(engine) as session:
        return session.exec(select(Notification)).one()


def test_a_party_is_told_once_and_it_is_proved(engine: Engine, post: Post, box: Box, now: datetime) -> None:
    notification = told(engine, now)
    for _ in range(2):
        service.send(engine, post, notification, now)
    (content,) = box.messages
    message = message_from_bytes(content, policy=policy.default)
    assert message["To"] == "an@example.vn"
    assert "Đã nhận trả lời số 1/2026/TL-BN" in message["Subject"]
    body = message.get_content()
    assert "Your answer no. 1/2026/TL-BN" in body
    assert "An" not in body.replace("Answer", "").split()
    sent = row(engine)
    assert sent.sent_at == now
    assert sent.proof.endswith("250 taken as 7")
    assert message["Message-ID"] in sent.proof


@pytest.mark.parametrize(
    ("email", "rcpt", "problem"),
    [(None, "250 ok", "no_address"), ("an@example.vn", "550 no such mailbox", "refused")],
)
def test_what_can_never_arrive_says_why(
    engine: Engine, post: Post, box: Box, now: datetime, email: str | None, rcpt: str, problem: str
) -> None:
    box.rcpt = rcpt
    service.send(engine, post, told(engine, now, email), now)
    assert (row(engine).problem, row(engine).sent_at, box.messages) == (problem, None, [])


def test_a_refusal_is_an_answer_of_a_server_that_serves_us(
    engine: Engine, post: Post, box: Box, now: datetime
) -> None:
    box.rcpt = "550 no such mailbox"
    service.send(engine, post, told(engine, now), now)
    with transaction(engine) as session:
        mail = circuit.standing(session)[service.CONNECTION]
        assert (mail.failures, mail.last_success_at) == (0, now)


@pytest.mark.parametrize(("rcpt", "data"), [("250 ok", "451 later"), ("450 busy", "503 no recipient")])
def test_what_does_not_go_out_now_is_tried_again(
    engine: Engine, post: Post, box: Box, now: datetime, rcpt: str, data: str
) -> None:
    notification = told(engine, now)
    box.rcpt, box.data = rcpt, data
    with pytest.raises(TryAgainError):
        service.send(engine, post, notification, now)
    box.rcpt, box.data = "250 ok", "250 ok"
    service.send(engine, post, notification, now)
    assert row(engine).sent_at == now


def test_a_server_that_is_away_and_none_at_all(engine: Engine, now: datetime) -> None:
    notification = told(engine, now)
    away = Post(Smtp("127.0.0.1", 9, "a@example.vn", tls=False), VAULT, INDEX, "")
    with pytest.raises(TryAgainError):
        service.send(engine, away, notification, now)
    service.send(engine, None, notification, now)
    assert row(engine).problem == "no_mail_server"
