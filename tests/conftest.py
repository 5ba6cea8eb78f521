"""Fixtures shared by the node's, the centre's and the whole system's tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from hypothesis import settings

from tests import brokers

# Nothing is judged by the clock of a busy machine.
settings.register_profile("ngatu", deadline=None)
settings.load_profile("ngatu")


@pytest.fixture(scope="session", autouse=True)
def _logs_are_caught() -> None:
    """What our rooms log goes through the standard library, each event with its values in one line."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.contextvars.merge_contextvars,
            structlog.processors.format_exc_info,
            structlog.processors.KeyValueRenderer(key_order=["event"]),
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )


@pytest.fixture
def free_port() -> int:
    """A TCP port of 127.0.0.1 that nothing listens on now."""
    return brokers.free_port()


@pytest.fixture(scope="session")
def tls_material(tmp_path_factory: pytest.TempPathFactory) -> brokers.TlsMaterial:
    """A test authority and a server certificate for localhost."""
    return brokers.make_tls_material(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def mosquitto_broker(tmp_path: Path, tls_material: brokers.TlsMaterial) -> Iterator[brokers.Mosquitto]:
    """A running Mosquitto with TLS and access list; see `brokers.Mosquitto`."""
    if brokers.BINARY is None:
        pytest.skip("mosquitto is not installed (apt-get install mosquitto)")
    folder = tmp_path / "mosquitto"
    folder.mkdir()
    broker = brokers.Mosquitto(folder, tls_material).start()
    yield broker
    broker.stop()
