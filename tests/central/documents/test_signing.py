"""Signed papers: valid by the right root, worthless when altered, and the province's HSM behind a port."""

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.serialization import Encoding

from central.documents.render import as_pdf
from central.documents.signer import PaperSigningError
from central.documents.signing import FileSigner, RemoteSigner, validate
from tests.central.documents.certificates import PASSPHRASE, Authority, authority
from tests.central.documents.test_render import job


@pytest.fixture(scope="module")
def paper() -> bytes:
    return as_pdf(job("receipt"))


@pytest.fixture
def signer(tmp_path: Path) -> FileSigner:
    path = tmp_path / "signer.p12"
    path.write_bytes(authority().pkcs12())
    return FileSigner.from_file(path, PASSPHRASE)


def test_a_signed_paper_is_valid_by_its_root(paper: bytes, signer: FileSigner) -> None:
    signed = signer.sign(paper, "Biên lai 77/BL", "Bắc Ninh")
    (verdict,) = validate(signed, [authority().pem])
    assert verdict.valid
    assert "Đỗ Văn Thẩm" in verdict.signer
    assert signer.name == "Đỗ Văn Thẩm"
    assert signed.startswith(paper)  # an addition: what was rendered stays to the byte


def test_an_unsigned_paper_has_no_verdict(paper: bytes) -> None:
    assert validate(paper, [authority().pem]) == []


def test_by_another_root_it_is_not_trusted(paper: bytes, signer: FileSigner) -> None:
    signed = signer.sign(paper, "x", "y")
    (verdict,) = validate(signed, [Authority("CA khác").pem])
    assert verdict.intact
    assert not verdict.valid


@pytest.mark.parametrize("place", [0.2, 0.5, 0.8])
def test_one_changed_byte_is_noticed(paper: bytes, signer: FileSigner, place: float) -> None:
    signed = bytearray(signer.sign(paper, "x", "y"))
    at = int(len(paper) * place)
    signed[at] ^= 1
    try:
        verdicts = validate(bytes(signed), [authority().pem])
    except Exception:
        return  # no longer a PDF at all
    assert not any(verdict.valid for verdict in verdicts)


def test_what_was_added_after_the_signature_is_noticed(paper: bytes, signer: FileSigner) -> None:
    signed = signer.sign(paper, "x", "y")
    (verdict,) = validate(signed + b"\n% more\n", [authority().pem])
    assert not verdict.valid


@pytest.mark.parametrize(
    ("content", "passphrase"), [(b"no such file", PASSPHRASE), (None, b"wrong"), ("missing", PASSPHRASE)]
)
def test_a_file_that_can_t_sign_is_said(tmp_path: Path, content: object, passphrase: bytes) -> None:
    path = tmp_path / "signer.p12"
    if content != "missing":
        path.write_bytes(authority().pkcs12() if content is None else content)  # type: ignore[arg-type]
    with pytest.raises(PaperSigningError, match=r"signer\.p12"):
        FileSigner.from_file(path, passphrase)


@contextmanager
def hsm(answers: str = "right") -> Iterator[str]:
    """A signing service on this machine: it keeps a key and signs what it is given."""
    key, certificate = authority().signer("Phó Trưởng phòng")

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            chain = certificate.public_bytes(Encoding.PEM) + authority().pem
            self._answer(200, chain)

        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if self.headers["Authorization"] != "Bearer secret":
                return self._answer(401, b"")
            if answers == "broken":
                return self._answer(200, b'{"signature": 7}')
            if answers == "down":
                return self._answer(503, b"")
            data = base64.b64decode(asked["data"])
            assert asked["algorithm"] == "sha256_rsa"
            signature = key.sign(data, padding.PKCS1v15(), hashes.SHA256())
            return self._answer(200, json.dumps({"signature": base64.b64encode(signature).decode()}).encode())

        def _answer(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()


def test_a_key_behind_a_service_signs_too(paper: bytes) -> None:
    with hsm() as url:
        signer = RemoteSigner(url, "secret")
        signed = signer.sign(paper, "x", "y")
        assert "Phó Trưởng phòng" in signer.name
    (verdict,) = validate(signed, [authority().pem])
    assert verdict.valid


@pytest.mark.parametrize(("answers", "token"), [("broken", "secret"), ("down", "secret"), ("right", "wrong")])
def test_a_service_that_does_not_sign_is_said(paper: bytes, answers: str, token: str) -> None:
    with hsm(answers) as url, pytest.raises(PaperSigningError, match="signing service"):
        RemoteSigner(url, token).sign(paper, "x", "y")


def test_a_service_that_is_not_there_is_said(paper: bytes) -> None:
    with pytest.raises(PaperSigningError, match="does not answer"):
        RemoteSigner("http://127.0.0.1:9", "secret", timeout_seconds=1).sign(paper, "x", "y")
