"""A bad network: messages between node and centre are repeated, late and in another order."""

import random
import threading
from contextlib import suppress
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from contract.topics import NodeTopics
from tests.brokers import CENTRE_USER, Mosquitto

PART = 0.5
"""Part of the messages that are repeated."""

MOST_LATE = 5.0
"""Most seconds after which a message is repeated; the delay is random."""


class Echo:
    """Reads everything one user may read and sends it again as the original sender."""

    def __init__(self, broker: Mosquitto, node: str, chance: random.Random) -> None:
        topics, self._chance = NodeTopics(node), chance
        self.repeated = 0
        self._timers: list[threading.Timer] = []
        self._clients = {user: self._client(broker, user) for user in (CENTRE_USER, node)}
        heard = f"{topics.manifest.rsplit('/', 1)[0]}"
        self._hear(CENTRE_USER, node, [topics.manifest, f"{heard}/chunk/#", topics.health])
        self._hear(node, CENTRE_USER, [topics.receipt])
        for client in self._clients.values():
            client.connect_async("127.0.0.1", broker.plain_port)
            client.loop_start()

    def _client(self, broker: Mosquitto, user: str) -> mqtt.Client:
        client = mqtt.Client(
            CallbackAPIVersion.VERSION2, client_id=f"echo-{user}", protocol=MQTTProtocolVersion.MQTTv5
        )
        client.username_pw_set(user, broker.password_of(user))
        client.reconnect_delay_set(1, 1)
        return client

    def _hear(self, listener: str, speaker: str, topics: list[str]) -> None:
        client, says = self._clients[listener], self._clients[speaker]
        own = set[tuple[str, bytes]]()

        def heard(_client: Any, _data: Any, message: mqtt.MQTTMessage) -> None:
            key = message.topic, bytes(message.payload)
            if key in own:  # our own repetition
                own.discard(key)
                return
            if self._chance.random() < PART:
                own.add(key)
                self._again(says, *key)

        client.on_connect = lambda c, *_: c.subscribe([(topic, 1) for topic in topics])
        client.on_message = heard

    def _again(self, client: mqtt.Client, topic: str, payload: bytes) -> None:
        def say() -> None:
            with suppress(ValueError, RuntimeError):  # the broker is unavailable
                client.publish(topic, payload, qos=1)
                self.repeated += 1

        timer = threading.Timer(self._chance.uniform(0, MOST_LATE), say)
        timer.daemon = True
        timer.start()

    def end(self) -> None:
        """Sends nothing more."""
        for client in self._clients.values():
            client.disconnect()
            client.loop_stop()
