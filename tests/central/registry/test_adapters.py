"""Both adapters answer the same questions alike: a file, and a real HTTP server on this machine."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from central.registry.file import FileRegistry, FileRegistryError
from central.registry.http import HttpRegistry
from central.registry.port import Enquiry, RegistryError, RegistryProblem
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
    with pytest.raises(RegistryError) as failure:
        sample.find(enquiry)
    assert failure.value.problem is RegistryProblem.NOT_FOUND


def test_two_vehicles_with_one_plate_are_not_guessed_between(tmp_path: Path) -> None:
    path = tmp_path / "registry.yaml"
    entry = {**REGISTRATION, "since": "2020-01-01T00:00:00Z"}
    path.write_text(json.dumps({"registrations": [entry, entry]}))
    with pytest.raises(RegistryError) as failure:
        FileRegistry.load(path).find(ENQUIRY)
    assert failure.value.problem is RegistryProblem.MULTIPLE


@pytest.mark.parametrize("content", ["registrations: 3", "{", "registrations: [{vehicle: {}}]"])
def test_a_file_that_is_no_register_is_named(tmp_path: Path, content: str) -> None:
    path = tmp_path / "registry.yaml"
    path.write_text(content)
    with pytest.raises(FileRegistryError, match=r"registry\.yaml"):
        FileRegistry.load(path)


@dataclass
class RegisterService:
    """What the HTTP server answers next (the last answer repeats), and what it was asked."""

    answers: list[tuple[int, object]]
    asked: list[dict[str, Any]] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)
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
    return HttpRegistry(service.url, "secret", timeout_seconds=2, pause=lambda _seconds: None)


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


@pytest.mark.parametrize(
    ("status", "problem", "tries"),
    [
        (404, RegistryProblem.NOT_FOUND, 1),
        (409, RegistryProblem.MULTIPLE, 1),
        (401, RegistryProblem.DENIED, 1),
        (403, RegistryProblem.DENIED, 1),
        (500, RegistryProblem.TIMEOUT, 3),
        (200, RegistryProblem.TIMEOUT, 3),  # with a body that is no registration
    ],
)
def test_each_failure_has_its_type(
    service: RegisterService, status: int, problem: RegistryProblem, tries: int
) -> None:
    service.answers = [(status, {"detail": "no"})]
    with pytest.raises(RegistryError) as failure:
        adapter(service).find(ENQUIRY)
    assert failure.value.problem is problem
    assert len(service.asked) == tries


def test_a_hiccup_is_asked_again(service: RegisterService) -> None:
    service.answers = [(503, {}), (200, REGISTRATION)]
    assert adapter(service).find(ENQUIRY).reference == "DK-1"


def test_nobody_listening_is_no_answer(free_port: int) -> None:
    nowhere = HttpRegistry(f"http://127.0.0.1:{free_port}", "t", pause=lambda _seconds: None)
    with pytest.raises(RegistryError) as failure:
        nowhere.find(ENQUIRY)
    assert failure.value.problem is RegistryProblem.TIMEOUT
