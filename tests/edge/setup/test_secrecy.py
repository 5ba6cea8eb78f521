"""Whether a stream is encrypted, and by whom: TLS is spoken with a server of the test's own authority."""

import socket
import ssl
import threading
from collections.abc import Iterator

import pytest

from edge.setup.secrecy import secrecy
from tests.brokers import TlsMaterial, make_tls_material


@pytest.fixture(scope="module")
def material(tmp_path_factory: pytest.TempPathFactory) -> TlsMaterial:
    return make_tls_material(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def port(material: TlsMaterial) -> Iterator[int]:
    """Of a camera that speaks TLS with the certificate of localhost."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(material.certificate, material.key)
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            try:
                plain, _ = listener.accept()
                context.wrap_socket(plain, server_side=True).close()
            except OSError:
                pass

        threading.Thread(target=serve, daemon=True).start()
        yield listener.getsockname()[1]


def test_a_certificate_that_nobody_vouches_for_is_told(port: int) -> None:
    found = secrecy(f"rtsps://127.0.0.1:{port}/stream")
    assert found.kind == "unproved"
    assert "self-signed" in found.why or "issuer" in found.why


def test_one_of_an_authority_that_is_known_is_good(
    port: int, material: TlsMaterial, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(material.ca))
    assert secrecy(f"rtsps://localhost:{port}/stream").kind == "proved"


def test_where_nobody_speaks_tls_it_says_so() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert secrecy(f"rtsps://127.0.0.1:{port}/").kind == "unproved"


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("rtsp://192.168.1.64/1", "open"),
        ("rtsp://10.0.0.9:8554/1", "open"),
        ("rtsp://127.0.0.1/1", "open"),
        ("rtsp://[fd00::1]/1", "open"),
        ("rtsp://8.8.8.8/1", "open_outside"),
        ("rtsp://[2606:4700::1111]/1", "open_outside"),
        ("rtsp://khong-co-may-nay.invalid/1", "open"),
    ],
)
def test_without_encryption_the_network_decides(url: str, kind: str) -> None:
    assert secrecy(url).kind == kind
