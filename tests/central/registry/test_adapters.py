"""Both adapters answer the same questions alike: a file, and a real HTTP server on this machine."""

import contextlib
import gzip
import json
import socket
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from central.connections.http import Peer
from central.connections.problems import OutsideError, Problem
from central.registry.file import FileRegistry, FileRegistryError
from central.registry.http import HttpRegistry
from central.registry.port import Enquiry
from contract.vehicles import VehicleKind

SAMPLE = Path(__file__).parents[3] / "configs" / "sample_registry.yaml"
AT = datetime(2026, 11, 24, 8, 30, tzinfo=UTC)
ENQUIRY = Enquiry("98A51863", "white", VehicleKind.CAR, AT, "test", "case-1")
REGISTRATION = {
    "vehicle": {"plate": "98A-518.63", "plate_colour": "white", "kind": "car", "brand": "Mazda 3"},
    "owner": {"name": "Vũ Minh Châu", "identity": "024188000611", "address": "Bắc Giang"},
    "reference": "DK-1",
}


@pytest.fixture(scope="module")
def sample() -> FileRegistry:
    return FileRegistry.load(SAMPLE)


@pytest.mark.parametrize(
    ("at", "owner"),
    [(datetime(2023, 1, 1, tzinfo=UTC), "Phạm Quốc Khánh"), (AT, "Vũ Minh Châu")],
)
def test_the_owner_is_the_one_at_the_time_of_the_violation(
    sample: FileRegistry, at: datetime, owner: str
) -> None:
    assert sample.find(replace(ENQUIRY, at=at)).owner.name == owner


@pytest.mark.parametrize(
    "enquiry",
    [replace(ENQUIRY, plate="98A99999"), replace(ENQUIRY, at=datetime(2000, 1, 1, tzinfo=UTC))],
)
def test_no_such_plate_or_not_yet(sample: FileRegistry, enquiry: Enquiry) -> None:
    with pytest.raises(OutsideError) as failure:
        sample.find(enquiry)
    assert failure.value.problem is Problem.NOT_FOUND


def test_two_vehicles_with_one_plate_are_not_guessed_between(tmp_path: Path) -> None:
    path = tmp_path / "registry.yaml"
    entry = {**REGISTRATION, "since": "2020-01-01T00:00:00Z"}
    path.write_text(json.dumps({"registrations": [entry, entry]}))
    with pytest.raises(OutsideError) as failure:
        FileRegistry.load(path).find(ENQUIRY)
    assert failure.value.problem is Problem.MULTIPLE


@pytest.mark.parametrize(
    "content",
    [
        b"registrations: 3",
        b"{",
        b"registrations: [{vehicle: {}}]",
        b"",
        b"\xff\xfer\x00",
        "registrations: [] # Bắc Ninh".encode("cp1258", "replace") + b"\xd2",
        b"registrations: [{since: 2026-02-30}]",
        b"registrations: [{since: 2025-02-29 24:00:00}]",
        b"[" * 5000,
    ],
)
def test_a_file_that_is_no_register_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "registry.yaml"
    path.write_bytes(content)
    with pytest.raises(FileRegistryError, match=r"registry\.yaml"):
        FileRegistry.load(path)


@dataclass
class RegisterService:
    """What the HTTP server answers next (the last answer repeats), and what it was asked."""

    answers: list[tuple[int, object]]
    asked: list[dict[str, Any]] = field(default_factory=list)
    tokens: list[str | None] = field(default_factory=list)
    url: str = ""


@pytest.fixture
def service() -> Iterator[RegisterService]:
    register = RegisterService([(200, REGISTRATION)])

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            register.asked.append({"path": self.path, **json.loads(body)})
            register.tokens.append(self.headers["Authorization"])
            status, answer = register.answers.pop(0)
            register.answers = register.answers or [(status, answer)]
            self.send_response(status)
            self.end_headers()
            self.wfile.write(json.dumps(answer).encode())

        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    register.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield register
    server.shutdown()
    thread.join()
    server.server_close()


def adapter(service: RegisterService) -> HttpRegistry:
    return HttpRegistry(Peer(service.url, "secret", limit_seconds=5))


def test_the_question_keeps_the_plate_out_of_the_address(service: RegisterService) -> None:
    found = adapter(service).find(ENQUIRY)
    assert found.owner.name == "Vũ Minh Châu"
    assert service.asked == [
        {
            "path": "/v1/registrations/find",
            "plate": "98A51863",
            "plate_colour": "white",
            "kind": "car",
            "at": "2026-11-24T08:30:00.000Z",
            "purpose": "test",
            "case": "case-1",
        }
    ]
    assert service.tokens == ["Bearer secret"]


def test_without_a_token_no_header_is_sent(service: RegisterService) -> None:
    assert HttpRegistry(Peer(service.url)).find(ENQUIRY).reference == "DK-1"
    assert service.tokens == [None]


NO = {"detail": "no"}


@pytest.mark.parametrize(
    ("status", "answer", "problem"),
    [
        (404, {"problem": "not_found"}, Problem.NOT_FOUND),
        (409, {"problem": "multiple"}, Problem.MULTIPLE),
        (404, {"detail": "Not Found"}, Problem.UNREADABLE),  # a wrong address, not the register
        (404, "<html>nginx</html>", Problem.UNREADABLE),
        (404, [], Problem.UNREADABLE),
        (404, "[" * 60_000, Problem.UNREADABLE),  # deeper than a reader of JSON can follow
        (503, '{"until":' * 7_000, Problem.TIMEOUT),
        (404, {"problem": "multiple"}, Problem.UNREADABLE),
        (409, NO, Problem.UNREADABLE),
        (401, NO, Problem.DENIED),
        (403, NO, Problem.DENIED),
        (500, NO, Problem.TIMEOUT),
        (408, NO, Problem.TIMEOUT),
        (429, {"detail": "slow down"}, Problem.TIMEOUT),
        (503, NO, Problem.TIMEOUT),
        (503, {"problem": "maintenance"}, Problem.MAINTENANCE),
        (503, {"problem": "maintenance", "until": "tối nay"}, Problem.MAINTENANCE),
        (200, {**REGISTRATION, "since": "2020-01-01"}, Problem.UNREADABLE),  # a moment without its zone
        (302, NO, Problem.UNREADABLE),
        (422, NO, Problem.UNREADABLE),
        (200, NO, Problem.UNREADABLE),
        (200, {**REGISTRATION, "more": 1}, Problem.UNREADABLE),
        (200, {**REGISTRATION, "owner": None}, Problem.UNREADABLE),
        (200, [REGISTRATION, REGISTRATION], Problem.UNREADABLE),
        (200, "x" * 70_000, Problem.UNREADABLE),
    ],
)
def test_each_failure_has_its_type(
    service: RegisterService, status: int, answer: object, problem: Problem
) -> None:
    service.answers = [(status, answer)]
    with pytest.raises(OutsideError) as failure:
        adapter(service).find(ENQUIRY)
    assert failure.value.problem is problem
    assert len(service.asked) == 1


def test_what_was_wrong_is_told_without_the_values(service: RegisterService) -> None:
    service.answers = [(200, {**REGISTRATION, "owner": {"name": "Vũ Minh Châu"}})]
    with pytest.raises(OutsideError) as failure:
        adapter(service).find(ENQUIRY)
    assert "owner.identity" in failure.value.detail
    assert "Châu" not in failure.value.detail


def test_nobody_listening_is_no_answer(free_port: int) -> None:
    with pytest.raises(OutsideError) as failure:
        HttpRegistry(Peer(f"http://127.0.0.1:{free_port}")).find(ENQUIRY)
    assert failure.value.problem is Problem.TIMEOUT


def drip(connection: socket.socket, piece: bytes) -> None:
    """A byte now and then for ever: each read is quick, the whole never ends."""
    while True:
        connection.sendall(piece)
        time.sleep(0.05)


def flood(connection: socket.socket, head: bytes, piece: bytes) -> None:
    """An answer without an end."""
    connection.sendall(head)
    while True:
        connection.sendall(piece)


OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
BOMB = gzip.compress(b"[" * 50_000_000)


@pytest.mark.parametrize(
    ("behave", "problem"),
    [
        (lambda _connection: time.sleep(20), Problem.TIMEOUT),
        (lambda connection: drip(connection, b"X"), Problem.TIMEOUT),
        (
            lambda connection: (connection.sendall(OK), drip(connection, b"X-A: b\r\n")),
            Problem.TIMEOUT,
        ),
        (
            lambda connection: (
                connection.sendall(OK + b"Content-Length: 9999\r\n\r\n"),
                drip(connection, b"["),
            ),
            Problem.TIMEOUT,
        ),
        (lambda connection: flood(connection, OK + b"\r\n", b"[" * 65536), Problem.UNREADABLE),
        (
            lambda connection: flood(connection, OK + b"Content-Encoding: gzip\r\n\r\n", BOMB),
            Problem.UNREADABLE,
        ),
        (lambda connection: connection.sendall(b"SSH-2.0-OpenSSH_9.2\r\n"), Problem.TIMEOUT),
        (
            lambda connection: connection.sendall(OK + b"Content-Length: 10\r\n\r\n[]"),
            Problem.TIMEOUT,
        ),
    ],
    ids=["silent", "head drips", "headers drip", "body drips", "no end", "packed", "not HTTP", "cut off"],
)
def test_no_answer_holds_us_up_or_fills_the_memory(
    behave: Callable[[socket.socket], object], problem: Problem
) -> None:
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        connection, _ = listener.accept()
        with connection, contextlib.suppress(OSError):
            connection.recv(65536)
            behave(connection)

    threading.Thread(target=serve, daemon=True).start()
    register = HttpRegistry(Peer(f"http://127.0.0.1:{listener.getsockname()[1]}", limit_seconds=1.5))
    tracemalloc.start()
    started = time.monotonic()
    with pytest.raises(OutsideError) as failure:
        register.find(ENQUIRY)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    listener.close()
    assert failure.value.problem is problem
    assert time.monotonic() - started < 10  # far from the minutes it would take, on the busiest machine
    assert peak < 8_000_000
