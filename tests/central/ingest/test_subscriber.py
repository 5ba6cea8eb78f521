"""A broker that can't be reached, and why, is said; so is another client that uses our id."""

import logging
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import timedelta
from pathlib import Path

import pytest

from central.ingest import subscriber
from central.ingest.subscriber import Subscriber
from central.settings import MqttSettings, SettingsError
from tests.brokers import CENTRE_USER, Mosquitto, TlsMaterial, free_port, make_tls_material

pytestmark = pytest.mark.broker


@contextmanager
def listening(settings: MqttSettings) -> Iterator[None]:
    """A subscriber that takes nothing in, in a thread of its own."""
    stop = threading.Event()
    consumer = Subscriber(settings)
    thread = threading.Thread(target=lambda: consumer.run(lambda _messages: [], lambda: not stop.is_set()))
    thread.start()
    yield
    stop.set()
    thread.join(30)


def is_said(caplog: pytest.LogCaptureFixture, words: str, seconds: float = 40) -> bool:
    deadline = time.monotonic() + seconds
    while words not in caplog.text and time.monotonic() < deadline:
        time.sleep(0.05)
    return words in caplog.text


@pytest.fixture
def settings(mosquitto_broker: Mosquitto, tmp_path: Path) -> MqttSettings:
    (tmp_path / "password").write_text(mosquitto_broker.password_of(CENTRE_USER))
    return MqttSettings(
        host="localhost",
        port=mosquitto_broker.port,
        username=CENTRE_USER,
        password_file=tmp_path / "password",
        ca_file=mosquitto_broker.tls.ca,
    )


@pytest.fixture(scope="session")
def other_authority(tmp_path_factory: pytest.TempPathFactory) -> TlsMaterial:
    return make_tls_material(tmp_path_factory.mktemp("other"))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda _broker, _other: {"port": free_port()}, "refused"),
        (lambda _broker, _other: {"host": "no-such-host.invalid"}, "no-such-host.invalid"),
        (lambda _broker, other: {"ca_file": other.ca}, "certificate verify failed"),
        (lambda broker, _other: {"port": broker.plain_port}, "can't be reached"),
        (lambda _broker, _other: {"host": "127.0.0.2"}, "127.0.0.2"),  # not a name in the certificate
    ],
    ids=["closed", "no host", "authority", "not TLS", "other name"],
)
def test_why_the_broker_can_not_be_reached_is_said(
    settings: MqttSettings,
    mosquitto_broker: Mosquitto,
    other_authority: TlsMaterial,
    caplog: pytest.LogCaptureFixture,
    change: Callable[[Mosquitto, TlsMaterial], dict[str, object]],
    words: str,
) -> None:
    caplog.set_level(logging.WARNING)
    broken = settings.model_copy(update=change(mosquitto_broker, other_authority))
    with listening(broken):
        assert is_said(caplog, "can't be reached")
        assert is_said(caplog, words)


@contextmanager
def presenting(material: TlsMaterial) -> Iterator[int]:
    """The port of a server that shows this certificate to whoever comes."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(material.certificate, material.key)
    stop = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.1)

        def serve() -> None:
            while not stop.is_set():
                with suppress(OSError):
                    connection, _ = listener.accept()
                    connection.settimeout(5)
                    context.wrap_socket(connection, server_side=True).close()

        thread = threading.Thread(target=serve)
        thread.start()
        yield listener.getsockname()[1]
        stop.set()
        thread.join()


@pytest.mark.parametrize(
    ("begins", "words"),
    [(timedelta(days=-2), "certificate has expired"), (timedelta(days=1), "certificate is not yet valid")],
    ids=["expired", "not yet valid"],
)
def test_a_certificate_that_is_not_valid_today_is_said(
    settings: MqttSettings, tmp_path: Path, caplog: pytest.LogCaptureFixture, begins: timedelta, words: str
) -> None:
    caplog.set_level(logging.WARNING)
    material = make_tls_material(tmp_path, begins)
    with presenting(material) as port:
        broken = settings.model_copy(update={"port": port, "ca_file": material.ca})
        with listening(broken):
            assert is_said(caplog, "can't be reached")
            assert is_said(caplog, words)


@pytest.fixture
def other_server() -> Iterator[int]:
    """The port of something that is no broker: it hangs up on whatever it reads."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.1)
        stop = threading.Event()

        def serve() -> None:
            while not stop.is_set():
                with suppress(TimeoutError), closing(listener.accept()[0]) as connection:
                    connection.settimeout(5)
                    connection.recv(1000)
                    connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

        thread = threading.Thread(target=serve)
        thread.start()
        yield listener.getsockname()[1]
        stop.set()
        thread.join()


@pytest.mark.parametrize("speaks_tls", [True, False], ids=["TLS", "no broker"])
def test_what_hangs_up_before_it_answers_is_no_connection_that_was_lost(
    settings: MqttSettings, other_server: int, caplog: pytest.LogCaptureFixture, speaks_tls: bool
) -> None:
    caplog.set_level(logging.WARNING)
    port = settings.port if speaks_tls else other_server
    with listening(settings.model_copy(update={"tls": False, "port": port})):
        assert is_said(caplog, "without an answer")
    assert "mqtt.tls" in caplog.text
    assert "connection to the broker lost" not in caplog.text


@pytest.mark.parametrize("password", ["wrong", None])
def test_who_is_refused_reads_only_that(
    settings: MqttSettings, tmp_path: Path, caplog: pytest.LogCaptureFixture, password: str | None
) -> None:
    caplog.set_level(logging.WARNING)
    (tmp_path / "wrong").write_text("another password")
    file = tmp_path / password if password else None
    with listening(settings.model_copy(update={"password_file": file})):
        assert is_said(caplog, "the broker refuses ingest")
    assert "without an answer" not in caplog.text


@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
def test_another_client_with_our_id_is_said(
    settings: MqttSettings, caplog: pytest.LogCaptureFixture, protocol: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subscriber, "SHORT_LIVES", 2)
    ours = settings.model_copy(update={"protocol": protocol, "client_id": f"twin-{protocol}"})
    with listening(ours), listening(ours):
        assert is_said(caplog, f"'twin-{protocol}'")


@pytest.mark.parametrize("key", ["ca_file", "certificate_file", "key_file"])
def test_a_file_that_is_not_there_is_named(settings: MqttSettings, key: str) -> None:
    with pytest.raises(SettingsError, match=f"mqtt.{key}: /nowhere.pem"):
        Subscriber(settings.model_copy(update={key: Path("/nowhere.pem")}))


def test_a_file_that_is_no_certificate_is_named(settings: MqttSettings, tmp_path: Path) -> None:
    (tmp_path / "text.pem").write_text("not a certificate")
    with pytest.raises(SettingsError, match=r"text\.pem"):
        Subscriber(settings.model_copy(update={"ca_file": tmp_path / "text.pem"}))
