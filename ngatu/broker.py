"""The embedded broker: rumqttd in the `iotcore` wheel, for a demo or a single junction without Mosquitto.

It checks user names and passwords but has no access list, so any account could send for any node: it
therefore listens on this machine only. Fleets use a broker that restricts each node to its topics
(deploy/mosquitto). It stores nothing on disk; nothing is lost by that, because nodes send until they have the
centre's receipt.
"""

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from iotcore import Broker
from pydantic import RootModel

HOST = "127.0.0.1"
PORT = 1883
"""MQTT 3.1.1; MQTT 5 listens on the next port: rumqttd speaks one version per port."""
_PAYLOAD_LIMIT = 512 * 1024


class BrokerError(RuntimeError):
    """The broker can't start; the message says why."""


@dataclass(frozen=True)
class EmbeddedBroker:
    """A running broker: its ports on 127.0.0.1 for MQTT 3.1.1 and MQTT 5."""

    port_v311: int
    port_v5: int


class Accounts(RootModel[dict[str, str]]):
    """The file of accounts: user names and their passwords."""


@contextmanager
def embedded_broker(accounts: Mapping[str, str], port: int = PORT) -> Iterator[EmbeddedBroker]:
    """Runs the broker in a child process; it ends with the block, and also if this process dies.

    Args:
        accounts: password by user name; only these are accepted.
        port: for MQTT 3.1.1; port + 1 speaks MQTT 5.

    Raises:
        BrokerError: a port is in use, or the broker does not start.
    """
    with tempfile.TemporaryDirectory(prefix="ngatu-broker-") as folder:
        path = Path(folder) / "rumqttd.toml"
        path.touch(mode=0o600)
        path.write_text(_configuration(accounts, port), encoding="utf-8")
        broker = Broker(config_path=str(path))
        try:
            broker.start()
        except (OSError, RuntimeError) as problem:
            raise BrokerError(f"the embedded broker does not start: {problem}") from problem
        try:
            yield EmbeddedBroker(port, port + 1)
        finally:
            broker.stop()


def _configuration(accounts: Mapping[str, str], port: int) -> str:
    router = """id = 0
[router]
id = 0
max_connections = 1000
max_outgoing_packet_count = 200
max_segment_size = 10485760
max_segment_count = 10
"""
    return router + _listener("v4", port, accounts) + _listener("v5", port + 1, accounts)


def _listener(version: str, port: int, accounts: Mapping[str, str]) -> str:
    users = "\n".join(f"{_quoted(user)} = {_quoted(password)}" for user, password in accounts.items())
    return f"""
[{version}.1]
name = "{version}"
listen = "{HOST}:{port}"
next_connection_delay_ms = 1
[{version}.1.connections]
connection_timeout_ms = 60000
max_payload_size = {_PAYLOAD_LIMIT}
max_inflight_count = 100
dynamic_filters = true
[{version}.1.connections.auth]
{users}
"""


def _quoted(text: str) -> str:
    """A TOML basic string. Raises BrokerError for control characters."""
    if any(ord(letter) < 32 or ord(letter) == 127 for letter in text):
        raise BrokerError("a user name or password holds a control character")
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
