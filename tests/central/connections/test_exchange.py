"""Whatever another system answers, nobody waits for it longer, or reads more of it, than was agreed."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import date

import pytest
from pydantic import BaseModel

from central.connections.exchange import Limits, NoAnswerError, exchange
from central.connections.http import Peer
from central.connections.problems import OutsideError
from central.documents.signer import PaperSigningError
from central.documents.signing import RemoteSigner
from central.payments.http import HttpGateway
from central.payments.port import GatewayError

Talk = Callable[[socket.socket], None]


class Anything(BaseModel):
    value: int


ASKED: dict[str, Callable[[str], object]] = {
    "peer": lambda url: Peer(url, limit_seconds=1).ask("/x", {}, Anything),
    "signing": lambda url: RemoteSigner(url, "", timeout_seconds=1).name,
    "order": lambda url: HttpGateway(url, "", limit_seconds=1).order("1", 2, "x"),
    "refund": lambda url: HttpGateway(url, "", limit_seconds=1).give_back("1", "2", 3),
    "file": lambda url: HttpGateway(url, "", limit_seconds=1).file_of(date(2026, 11, 24)),
}


@contextmanager
def server(talk: Talk) -> Iterator[str]:
    """A server that reads a request and then says what it likes."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = listener.accept()
                    with connection, suppress(OSError):
                        talk(connection)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


def answering(head: str, body: bytes = b"") -> Talk:
    """The whole answer at once."""

    def talk(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(f"HTTP/1.1 {head}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)

    return talk


def dripping(connection: socket.socket) -> None:
    """A byte each tenth of a second, for as long as somebody reads."""
    connection.recv(65536)
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    while True:
        connection.sendall(b" ")
        time.sleep(0.1)


def flooding(connection: socket.socket) -> None:
    """An answer without end."""
    connection.recv(65536)
    connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        connection.sendall(b" " * 65536)


def silent(connection: socket.socket) -> None:
    """Takes the question and says nothing."""
    while connection.recv(65536):
        pass


TOLD = (OutsideError, PaperSigningError, GatewayError)


@pytest.mark.parametrize(
    "talk",
    [
        answering("200 OK", b"<html>not what was asked for</html>"),
        answering("200 OK"),
        answering("404 Not Found", b"<html>nginx</html>"),
        answering("302 Found"),
        answering("500 Oops"),
        answering("200 OK", b"\xff\xfe" * 9),
        answering("no HTTP at all"),
        silent,
    ],
    ids=["html", "empty", "404 of a proxy", "elsewhere", "broken", "no text", "no HTTP", "silent"],
)
@pytest.mark.parametrize("who", ["peer", "signing", "order"])
def test_what_is_not_understood_is_told(who: str, talk: Talk) -> None:
    with server(talk) as url, pytest.raises(TOLD):
        ASKED[who](url)


@pytest.mark.parametrize("talk", [dripping, flooding], ids=["dripping", "flooding"])
@pytest.mark.parametrize("who", sorted(ASKED.keys() - {"file"}))
def test_nobody_waits_and_reads_without_end(who: str, talk: Talk) -> None:
    with server(talk) as url, pytest.raises(TOLD):
        ASKED[who](url)


def test_no_more_is_read_than_agreed() -> None:
    with server(answering("200 OK", b"x" * 5000)) as url:
        answered = exchange("GET", url, limits=Limits(5, 1000))
    assert (len(answered.body), answered.too_large) == (1000, True)


@pytest.mark.parametrize("who", sorted(ASKED))
def test_without_a_token_no_header_is_sent(who: str) -> None:
    asked = []

    def talk(connection: socket.socket) -> None:
        asked.append(connection.recv(65536))
        connection.sendall(b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n")

    with server(talk) as url, pytest.raises(TOLD):
        ASKED[who](url)
    assert b"authorization" not in asked[0].lower()
    assert b"accept-encoding: identity" in asked[0].lower()


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:9", "http://[::1", "register.example.vn", "http://\x00"]
)
def test_an_address_that_leads_nowhere_is_told(address: str) -> None:
    with pytest.raises(NoAnswerError):
        exchange("GET", address, limits=Limits(2))
