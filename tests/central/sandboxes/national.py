"""The stand-ins of the national systems over real HTTP."""

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import httpx
import pytest

from central.connections.http import Peer
from central.sandboxes.national import create_national
from tests.serving import address_of, free_port, served


@dataclass(frozen=True)
class National:
    """Where they listen."""

    url: str

    def peer(self, name: str, token: str = "t0ken", limit_seconds: float = 5) -> Peer:
        """One of them, as the centre asks it."""
        return Peer(f"{self.url}/{name}", token, limit_seconds)

    def behave(self, name: str, way: str) -> None:
        """What a person does at its page."""
        assert httpx.post(f"{self.url}/{name}/way", data={"way": way}).status_code == 303


@pytest.fixture
def national(tmp_path: Path) -> Iterator[National]:
    """All of them in a thread, with invented books."""
    app = create_national(tmp_path / "national", "t0ken", Path(str(files("configs"))))
    with free_port() as listener, served(app, listener):
        yield National(address_of(listener))


@pytest.fixture
def token_file(tmp_path: Path) -> Path:
    """The token, as the settings name it."""
    path = tmp_path / "national.token"
    path.write_text("t0ken", encoding="ascii")
    return path
