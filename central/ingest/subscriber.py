"""The MQTT side of ingest: gathers messages into batches and acknowledges them only after the commit.

A fixed client id and a session that outlives the connection: messages sent while ingest restarts wait at the
broker. Not a shared subscription: a stale member's session would swallow its share.
"""

import os
import queue
import ssl
import sys
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import paho.mqtt.client as mqtt
import structlog
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from central.ingest.partitions import Take
from central.ingest.work import Arrived, Outgoing
from central.settings import MqttSettings, SettingsError
from contract.topics import SUBSCRIPTIONS

log = structlog.get_logger(__name__)

BATCH = 200
IN_FLIGHT = 256
"""Messages the broker may send ahead of our acknowledgements: limits memory to some 32 MiB of chunks.

Both limits are for each process of ingest.
"""
GATHER_SECONDS = 0.02
SESSION_SECONDS = 24 * 3600
MOST_RECONNECT_SECONDS = 30
SHORT_LIFE_SECONDS, SHORT_LIVES = 10.0, 3
"""Several successive connections that end sooner than this mean that another client uses our id."""
TAKEN_OVER = 0x8E
"""MQTT 5 reason code: another client connected with this client's id."""


@dataclass(frozen=True)
class _Received:
    message: Arrived
    mid: int
    qos: int
    connection: int


def tls_context(settings: MqttSettings) -> ssl.SSLContext:
    """Checks TLS settings and files. Raises SettingsError naming the unusable file."""
    files = {"mqtt.ca_file": settings.ca_file, "mqtt.certificate_file": settings.certificate_file}
    for key, path in (files | {"mqtt.key_file": settings.key_file}).items():
        if path is not None and not os.access(path, os.R_OK):
            raise SettingsError(f"{key}: {path} is not there or can't be read")
    try:
        context = ssl.create_default_context(cafile=settings.ca_file)
        if settings.certificate_file is not None:
            context.load_cert_chain(settings.certificate_file, settings.key_file)
    except OSError as problem:
        named = ", ".join(str(path) for path in (*files.values(), settings.key_file) if path is not None)
        raise SettingsError(f"TLS towards the broker: {problem} (in {named})") from problem
    return context


class Subscriber:
    """One connection to the broker; its thread only fills a queue, `run` works in the caller's thread."""

    def __init__(self, settings: MqttSettings, processes: int = 1) -> None:
        """`processes`: ingest processes that share each batch; it grows with their number."""
        self._batch, self._in_flight = BATCH * processes, IN_FLIGHT * processes
        self._settings = settings
        self._address = f"{settings.host}:{settings.port}"
        self._received: queue.Queue[_Received] = queue.Queue()
        self._connection = 0
        self._was_answered = False
        self._stood_since: float | None = None
        self._short_lives: deque[float] = deque(maxlen=SHORT_LIVES)
        self._client = self._make_client()

    def run(self, take: Take, goes_on: Callable[[], bool]) -> None:
        """Processes messages until `goes_on` returns False. A batch whose handling fails is not acknowledged.

        Raises:
            Exception: the error of `take`; the broker sends the batch again on the next connection.
        """
        self._connect()
        try:
            while goes_on():
                batch = self._gather()
                if batch:
                    self._publish(take([item.message for item in batch]))
                    self._acknowledge(batch)
        finally:
            self._client.disconnect()
            self._client.loop_stop()

    def _make_client(self) -> mqtt.Client:
        is_v5 = self._settings.protocol == "5"
        client = mqtt.Client(
            CallbackAPIVersion.VERSION2,
            client_id=self._settings.client_id,
            clean_session=None if is_v5 else False,
            protocol=MQTTProtocolVersion.MQTTv5 if is_v5 else MQTTProtocolVersion.MQTTv311,
            manual_ack=True,
        )
        password = self._settings.password()
        if self._settings.username is not None:
            client.username_pw_set(self._settings.username, password.get_secret_value() if password else None)
        if self._settings.tls:
            client.tls_set_context(tls_context(self._settings))
        client.on_connect = self._on_connect
        client.on_connect_fail = self._on_connect_fail
        client.on_disconnect = self._on_disconnect
        client.on_subscribe = self._on_subscribe
        client.on_message = self._on_message
        client.reconnect_delay_set(1, MOST_RECONNECT_SECONDS)
        return client

    def _connect(self) -> None:
        host, port = self._settings.host, self._settings.port
        if self._settings.protocol == "5":
            properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
            properties.SessionExpiryInterval = SESSION_SECONDS
            properties.ReceiveMaximum = self._in_flight
            self._client.connect_async(host, port, 30, clean_start=False, properties=properties)
        else:
            self._client.connect_async(host, port, 30)
        self._client.loop_start()

    def _gather(self) -> list[_Received]:
        """Up to a batch of messages of the present connection; waits a moment to collect more."""
        batch: list[_Received] = []
        deadline = time.monotonic() + 0.5
        while len(batch) < self._batch and (left := deadline - time.monotonic()) > 0:
            try:
                item = self._received.get(timeout=left)
            except queue.Empty:
                break
            # Messages of a lost connection were not acknowledged and come again under another number.
            if item.connection == self._connection:
                if not batch:
                    deadline = time.monotonic() + GATHER_SECONDS
                batch.append(item)
        return batch

    def _publish(self, outgoing: Sequence[Outgoing]) -> None:
        for item in outgoing:
            self._client.publish(item.topic, item.payload, qos=1)

    def _acknowledge(self, batch: Sequence[_Received]) -> None:
        for item in batch:
            if item.connection == self._connection:
                self._client.ack(item.mid, item.qos)

    def _on_connect(
        self,
        client: mqtt.Client,
        _data: object,
        _flags: mqtt.ConnectFlags,
        reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        self._was_answered = True
        if reason.is_failure:
            log.error(
                "the broker refuses ingest; check user name, password and client certificate",
                broker=self._address,
                reason=str(reason),
            )
            return
        self._connection += 1
        self._stood_since = time.monotonic()
        client.subscribe([(topic, 1) for topic in SUBSCRIPTIONS])

    def _on_connect_fail(self, _client: mqtt.Client, _data: object) -> None:
        """Called while the error of the failed attempt is being handled."""
        problem = sys.exc_info()[1]
        log.warning(
            "the broker can't be reached; trying again",
            broker=self._address,
            problem=str(problem or "no reason given"),
        )

    def _on_disconnect(
        self,
        _client: mqtt.Client,
        _data: object,
        _flags: mqtt.DisconnectFlags,
        reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        self._connection += 1
        was_answered, self._was_answered = self._was_answered, False
        if reason.is_failure and was_answered:
            log.warning("connection to the broker lost; trying again", reason=str(reason))
        elif reason.is_failure:
            log.warning(
                "the connection ended without an answer of the broker; trying again. Check that mqtt.port "
                "and mqtt.tls go together, and whether the broker asks for a client certificate",
                broker=self._address,
                reason=str(reason),
            )
        if reason.value == TAKEN_OVER or self._is_lost_again_and_again():
            log.error(
                "another client seems to use our id at this broker: each takes the connection from the "
                "other; give every centre an mqtt.client_id of its own",
                client_id=self._settings.client_id,
            )

    def _is_lost_again_and_again(self) -> bool:
        """Whether established connections were lost at once several times within a short while."""
        now, since = time.monotonic(), self._stood_since
        self._stood_since = None
        if since is not None and now - since < SHORT_LIFE_SECONDS:
            self._short_lives.append(now)
        many = len(self._short_lives) == SHORT_LIVES
        if not many or now - self._short_lives[0] > SHORT_LIVES * (
            SHORT_LIFE_SECONDS + MOST_RECONNECT_SECONDS
        ):
            return False
        self._short_lives.clear()
        return True

    def _on_subscribe(
        self,
        _client: mqtt.Client,
        _data: object,
        _mid: int,
        reasons: list[ReasonCode],
        _properties: Properties | None,
    ) -> None:
        for topic, reason in zip(SUBSCRIPTIONS, reasons, strict=True):
            if reason.is_failure:
                log.error(
                    "the broker won't let ingest read a topic; check its access list",
                    topic=topic,
                    reason=str(reason),
                )
        log.info("listening", broker=self._address)

    def _on_message(self, client: mqtt.Client, _data: object, message: mqtt.MQTTMessage) -> None:
        try:
            arrived = Arrived(message.topic, bytes(message.payload), bool(message.retain))
        except UnicodeDecodeError:
            log.warning("a message whose topic is not UTF-8 was dropped: no node can have sent it")
            client.ack(message.mid, message.qos)
            return
        self._received.put(_Received(arrived, message.mid, message.qos, self._connection))
