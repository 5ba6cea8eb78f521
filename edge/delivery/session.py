"""One connection to the broker, from the first packet to the last, on paho-mqtt.

No state outlives it: messages not acknowledged when it ends are sent again by `edge.delivery.protocol` on the
next. Each has its own id in birth, will and health, so that a late will can't override a newer birth.
"""

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from configs.node import BrokerConfig
from contract.canonical import canonical_bytes
from contract.reports import CameraInfo, NodeStatus
from contract.topics import NodeTopics
from contract.types import Message
from edge.delivery.protocol import Part
from edge.delivery.senders import Senders

_ANSWER_SECONDS = 10.0
_KEEPALIVE_SECONDS = 30
VERSIONS = (MQTTProtocolVersion.MQTTv5, MQTTProtocolVersion.MQTTv311)
"""The versions of MQTT to connect with, the better one first: a broker may know only the older."""

_POLL_SECONDS = 0.2
_GOODBYE_SECONDS = 2.0


Fault = Literal["secrets", "unreachable", "refused", "lost"]
"""What was wrong with a connection: our own files, the way to the broker, our account there, or later."""


class LinkDownError(ConnectionError):
    """The connection is lost or could not be made; the message says why, in plain words."""

    def __init__(self, words: str, fault: Fault = "lost") -> None:
        super().__init__(words)
        self.fault = fault


@dataclass(frozen=True)
class NodeIdentity:
    """What the node reports about itself at birth."""

    node: str
    started_at: datetime
    software: str
    cameras: tuple[CameraInfo, ...]

    def status(self, state: Literal["online", "offline"], session: str) -> bytes:
        """The retained status message: a birth (online) or a last will (offline)."""
        status = NodeStatus(
            node=self.node,
            state=state,
            session=session,
            started_at=self.started_at,
            software=self.software,
            cameras=self.cameras if state == "online" else (),
        )
        return canonical_bytes(status)


@dataclass(frozen=True)
class Letter:
    """A message besides evidence and health; `retain`: the broker keeps the last of the topic."""

    topic: str
    payload: bytes
    retain: bool = False


class Correspondence(Protocol):
    """Messages between node and centre besides evidence and health, QoS 0: lost ones are sent again.

    The connection's thread makes all calls.
    """

    @property
    def topics(self) -> tuple[str, ...]:
        """Broker topics to subscribe to."""

    def connected(self) -> None:
        """A new connection."""

    def received(self, topic: str, payload: bytes) -> None:
        """A message on one of the topics."""

    def outgoing(self) -> Iterator[Letter]:
        """Messages to be sent now."""


class Session:
    """One connection. One thread uses it; callbacks run inside `run`.

    `answered` is true once the broker has answered in MQTT, `ready` while messages flow.

    Args:
        health: makes a health report for a session id. None: the session is beside that of a running node; it
            has a client id of its own and says nothing of the node's state.
    """

    def __init__(
        self,
        name: str,
        version: MQTTProtocolVersion,
        config: BrokerConfig,
        identity: NodeIdentity,
        senders: Senders,
        health: Callable[[str], Message] | None,
        health_seconds: float,
        correspondence: Sequence[Correspondence] = (),
    ) -> None:
        self.answered = False
        self.ready = False
        self._name = name
        self._version = version
        self._config = config
        self._identity = identity
        self._senders = senders
        self._health = health
        self._health_seconds = health_seconds
        self._correspondence = correspondence
        self._topics = NodeTopics(identity.node)
        self._parts: dict[int, Part] = {}
        self._over = ""
        self._fault: Fault = "lost"
        self._trouble = ""
        self._client = self._make_client()

    @property
    def words(self) -> str:
        """State of the connection, in words."""
        if not self.ready:
            return f"connecting to {self._where}"
        version = "5" if self._version == MQTTProtocolVersion.MQTTv5 else "3.1.1"
        tls = "TLS" if self._config.tls else "no TLS"
        return f"connected to {self._where} (MQTT {version}, {tls}){self._trouble}"

    def run(self, stop: threading.Event, changed: Callable[[], None]) -> None:
        """Delivers until `stop` is set, then disconnects cleanly. `changed` is called when `words` may have
        changed.

        Raises:
            LinkDownError: the connection can't be made or is lost.
        """
        self._connect()
        answer_by = time.monotonic() + _ANSWER_SECONDS
        health_at = 0.0
        while not stop.is_set():
            self._turn()
            if self.ready:
                self._pump()
                self._correspond()
                if self._health is not None and time.monotonic() >= health_at:
                    health_at = time.monotonic() + self._health_seconds
                    report = canonical_bytes(self._health(self._name))
                    self._client.publish(self._topics.health, report, qos=0)
            elif time.monotonic() > answer_by:
                words = f"{self._where} accepts the connection but does not answer"
                raise LinkDownError(words, "unreachable")
            changed()
        self._say_goodbye()

    def close(self) -> None:
        """Drops the connection without disconnecting: the broker will publish the last will."""
        self.ready = False
        if (connection := self._client.socket()) is not None:
            connection.close()

    @property
    def _where(self) -> str:
        return f"broker {self._config.host}:{self._config.port}"

    @property
    def _user(self) -> str:
        return self._config.username or self._identity.node

    def _make_client(self) -> mqtt.Client:
        client = mqtt.Client(
            CallbackAPIVersion.VERSION2,
            client_id=self._identity.node + ("" if self._health else ":test"),
            protocol=self._version,
            clean_session=True if self._version == MQTTProtocolVersion.MQTTv311 else None,
            reconnect_on_failure=False,
        )
        client.connect_timeout = _ANSWER_SECONDS
        if self._health is not None:
            client.will_set(self._topics.status, self._identity.status("offline", self._name), 1, retain=True)
        client.on_connect = self._on_connect
        client.on_subscribe = self._on_subscribe
        client.on_publish = self._on_publish
        client.on_message = self._on_message
        client.on_disconnect = self._on_disconnect
        return client

    def _connect(self) -> None:
        try:
            if self._config.password_file is not None:
                secret = self._config.password_file.read_text(encoding="utf-8-sig").splitlines()
                self._client.username_pw_set(self._user, secret[0] if secret else "")
            if self._config.tls:
                self._client.tls_set_context(ssl.create_default_context(cafile=self._config.ca))
        except (OSError, ValueError) as problem:
            raise LinkDownError(f"password_file or ca can't be read: {problem}", "secrets") from problem
        try:
            self._client.connect(self._config.host, self._config.port, _KEEPALIVE_SECONDS)
        except OSError as problem:
            raise LinkDownError(f"{self._where} {_why(problem)}", "unreachable") from problem

    def _turn(self) -> None:
        """Lets the library read and write, and runs callbacks."""
        code = self._client.loop(_POLL_SECONDS)
        if self._over or code != MQTTErrorCode.MQTT_ERR_SUCCESS:
            words = self._over or f"connection to {self._where} lost: {mqtt.error_string(code)}"
            raise LinkDownError(words, self._fault)

    def _pump(self) -> None:
        while (outgoing := self._senders.next()) is not None:
            info = self._client.publish(outgoing.topic, outgoing.payload, qos=1)
            self._parts[info.mid] = outgoing.part

    def _correspond(self) -> None:
        for other in self._correspondence:
            for letter in other.outgoing():
                self._client.publish(letter.topic, letter.payload, qos=0, retain=letter.retain)

    def _say_goodbye(self) -> None:
        if not self.ready:
            return
        if self._health is not None:
            self._say("offline")
        self._client.disconnect()

    def _say(self, state: Literal["online", "offline"]) -> None:
        """Publishes the node's state; the last one waits until the broker has it."""
        status = self._identity.status(state, self._name)
        told = self._client.publish(self._topics.status, status, 1, retain=True)
        give_up_at = time.monotonic() + _GOODBYE_SECONDS
        while state == "offline" and not told.is_published() and time.monotonic() < give_up_at:
            self._turn()

    def _on_connect(
        self, client: mqtt.Client, _data: Any, _flags: Any, reason: ReasonCode, _properties: Properties | None
    ) -> None:
        self.answered = reason != "Unsupported protocol version"
        if reason.is_failure:
            self._fault = "refused"
            self._over = (
                f"{self._where} refuses user {self._user!r}: {reason} (check its account and password_file)"
            )
            return
        others = [topic for other in self._correspondence for topic in other.topics]
        client.subscribe([(topic, 1) for topic in (self._topics.receipt, *others)])

    def _on_subscribe(
        self, _client: mqtt.Client, _data: Any, _mid: int, reasons: list[ReasonCode], _properties: Any
    ) -> None:
        receipts, *others = reasons
        if receipts.is_failure:
            self._fault = "refused"
            self._over = (
                f"{self._where} does not let {self._user!r} read its receipts (check the access list)"
            )
            return
        if any(reason.is_failure for reason in others):
            self._trouble = f"; it does not let {self._user!r} hear of settings (check the access list)"
        if self._health is not None:
            self._say("online")
        self._senders.connected()
        for other in self._correspondence:
            other.connected()
        self.ready = True

    def _on_publish(
        self, _client: mqtt.Client, _data: Any, mid: int, reason: ReasonCode, _properties: Any
    ) -> None:
        part = self._parts.pop(mid, None)
        if reason.is_failure:
            self._trouble = f"; it refuses what {self._user!r} sends: {reason} (check the access list)"
            if part is not None:
                self._senders.refused(part)
        elif part is not None:
            self._trouble = ""
            self._senders.acknowledged(part)

    def _on_message(self, _client: mqtt.Client, _data: Any, message: mqtt.MQTTMessage) -> None:
        payload = bytes(message.payload)
        if message.topic == self._topics.receipt:
            self._senders.received(payload)
        for other in self._correspondence:
            if message.topic in other.topics:
                other.received(message.topic, payload)

    def _on_disconnect(
        self, _client: mqtt.Client, _data: Any, _flags: Any, reason: ReasonCode, _properties: Any
    ) -> None:
        if self.answered:
            why = "" if reason == "Unspecified error" else f": {reason}"
            hint = self._trouble or " (if it is lost again and again: check the broker's log and access list)"
            self._over = self._over or f"connection to {self._where} lost{why}{hint}"
        else:
            self._fault = "refused"
            self._over = (
                f"{self._where} hangs up without an answer: it may not know user {self._user!r}, "
                "its password, this version of MQTT, or expect TLS"
            )


def _why(problem: OSError) -> str:
    if isinstance(problem, ssl.SSLCertVerificationError):
        return f"shows a certificate that is not trusted: {problem.verify_message} (check ca and host)"
    if isinstance(problem, ssl.SSLError):
        return f"does not speak TLS as expected: {problem.reason}"
    if isinstance(problem, socket.gaierror):
        return "has no address: the name can't be resolved"
    if isinstance(problem, ConnectionRefusedError):
        return "is not there: connection refused"
    if isinstance(problem, TimeoutError):
        return "does not answer"
    return f"can't be reached: {problem}"
