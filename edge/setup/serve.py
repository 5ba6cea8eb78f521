"""Serves the page until interrupted, and prints how to open it."""

import socket
from collections.abc import Callable
from pathlib import Path

import uvicorn

from edge.setup.app import create_app
from edge.setup.places import Places


def serve(folder: Path, host: str, port: int, tell: Callable[[str], None]) -> None:
    """Serves the page over `folder`.

    Raises OSError if the port is taken.
    """
    folder.mkdir(parents=True, exist_ok=True)
    listener = socket.create_server((host, port))
    shown = _this_machine() if host in ("0.0.0.0", "") else host  # noqa: S104 (compared, not bound)
    base = f"http://{shown}:{listener.getsockname()[1]}/"

    def announce(token: str) -> None:
        tell(f"Mở trang cài đặt — open the set-up page:  {base}?token={token}")

    app = create_app(Places(folder), announce)
    uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False)).run(sockets=[listener])


def _this_machine() -> str:
    """This machine's address in its network, for opening the page from a phone; nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return "127.0.0.1"
        return str(probe.getsockname()[0])
