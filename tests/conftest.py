"""Fixtures shared by the node's, the centre's and the whole system's tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import brokers


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
