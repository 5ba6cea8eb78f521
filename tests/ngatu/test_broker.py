"""The embedded broker: what it lets in, what it carries, where it listens."""

import itertools
import socket
import threading
from collections.abc import Iterator

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from ngatu.broker import BrokerError, EmbeddedBroker, embedded_broker
from tests.brokers import free_port_pair

pytestmark = pytest.mark.broker
ACCOUNTS = {"node-1": 'a "quoted" \\ secret', "ngatu-centre": "mật khẩu"}
_NUMBERS = itertools.count()
V5, V311 = MQTTProtocolVersion.MQTTv5, MQTTProtocolVersion.MQTTv311


@pytest.fixture(scope="module")
def broker() -> Iterator[EmbeddedBroker]:
    with embedded_broker(ACCOUNTS, free_port_pair()) as running:
        yield running


def connect(broker: EmbeddedBroker, version: MQTTProtocolVersion, user: str, password: str) -> mqtt.Client:
    """A client that has been let in. Raises AssertionError otherwise."""
    client = mqtt.Client(
        CallbackAPIVersion.VERSION2, f"{user}-{next(_NUMBERS)}", protocol=version, reconnect_on_failure=False
    )
    client.username_pw_set(user, password)
    answered, answers = threading.Event(), []
    client.on_connect = lambda *given: (answers.append(given[3]), answered.set())
    # Whoever is kept out is hung up on.
    client.on_disconnect = lambda *given: (answers.append(given[3]), answered.set())
    client.connect("127.0.0.1", broker.port_v5 if version == V5 else broker.port_v311)
    client.loop_start()
    assert answered.wait(20), "no answer"
    assert client.is_connected(), f"not let in: {answers}"
    return client


def connect_as_known(broker: EmbeddedBroker, version: MQTTProtocolVersion, user: str) -> mqtt.Client:
    """As `connect` with the right password, at the second try if need be: on a machine without a free
    processor the broker hangs up on one who says who he is too late, and every client of ours tries again."""
    try:
        return connect(broker, version, user, ACCOUNTS[user])
    except AssertionError:
        return connect(broker, version, user, ACCOUNTS[user])


@pytest.mark.parametrize("node_version", [V5, V311])
@pytest.mark.parametrize("centre_version", [V5, V311])
@pytest.mark.parametrize("size", [1, 128 * 1024, 500 * 1024])
def test_messages_pass_between_versions(
    broker: EmbeddedBroker, node_version: MQTTProtocolVersion, centre_version: MQTTProtocolVersion, size: int
) -> None:
    centre = connect_as_known(broker, centre_version, "ngatu-centre")
    node = connect_as_known(broker, node_version, "node-1")
    topic = f"t/{node_version}/{centre_version}/{size}"
    listening, arrived = threading.Event(), threading.Event()
    payloads: list[bytes] = []
    centre.on_subscribe = lambda *_: listening.set()
    centre.on_message = lambda _c, _d, message: (payloads.append(bytes(message.payload)), arrived.set())
    centre.subscribe(topic, 1)
    assert listening.wait(20)
    content = bytes(range(256)) * (size // 256 + 1)
    node.publish(topic, content[:size], qos=1)
    assert arrived.wait(20)
    assert payloads == [content[:size]]
    node.disconnect()
    centre.disconnect()


@pytest.mark.parametrize("version", [V5, V311])
@pytest.mark.parametrize(("user", "password"), [("node-1", "wrong"), ("stranger", ""), ("", "")])
def test_strangers_are_kept_out(
    broker: EmbeddedBroker, version: MQTTProtocolVersion, user: str, password: str
) -> None:
    with pytest.raises(AssertionError, match="not let in"):
        connect(broker, version, user, password)


def test_it_listens_on_this_machine_only(broker: EmbeddedBroker) -> None:
    with socket.socket() as other, pytest.raises(ConnectionRefusedError):
        other.connect(("127.0.0.2", broker.port_v5))


def test_a_taken_port_is_said(broker: EmbeddedBroker) -> None:
    with pytest.raises(BrokerError, match="does not start"), embedded_broker(ACCOUNTS, broker.port_v311):
        pass


def test_a_control_character_can_not_change_its_configuration() -> None:
    with (
        pytest.raises(BrokerError, match="control character"),
        embedded_broker({'x"\n[v4.2]': "y"}, free_port_pair()),
    ):
        pass


def test_the_ports_are_free_again_afterwards() -> None:
    port = free_port_pair()
    for _ in range(2):
        with embedded_broker(ACCOUNTS, port) as running:
            connect_as_known(running, V5, "node-1").disconnect()
