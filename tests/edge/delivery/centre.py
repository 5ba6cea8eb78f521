"""A stand-in for the centre that knows only the contract: verifies, assembles, answers with receipts."""

import hashlib
import threading
from collections.abc import Callable
from datetime import UTC, datetime

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from contract.canonical import sha256_hex
from contract.configuration import Standing, read_standing
from contract.manifest import ViolationManifest
from contract.receipts import MissingPart, Receipt
from contract.reports import HealthReport, NodeStatus
from contract.signing import PublicKey, SigningKey, sign, verify
from contract.topics import SUBSCRIPTIONS, Incoming, NodeTopics, parse_topic

Answer = Callable[[Receipt], list[str]]
"""What is really sent instead of an honest receipt (tokens, in order)."""


class Centre:
    """Listens until closed. `stored` has each package once: manifest and file bytes by name."""

    def __init__(self, node: str, node_key: PublicKey) -> None:
        self.key = SigningKey.generate()
        self.stored: dict[str, dict[str, bytes]] = {}
        self.manifests: dict[str, tuple[ViolationManifest, str]] = {}
        self.files: dict[str, bytearray] = {}
        self.statuses: list[NodeStatus] = []
        self.health: list[HealthReport] = []
        self.standings: list[Standing] = []
        self.pictures: dict[str, bytes] = {}
        self.received: list[Incoming] = []
        self.changed = threading.Condition()
        self.answer: Answer = lambda receipt: [sign(receipt, self.key)]
        self.lose_chunk: Callable[[str, int], bool] = lambda _sha256, _offset: False
        self._node_key = node_key
        self._topics = NodeTopics(node)

    def connect(self, port: int, user: str, password: str) -> None:
        """Connects in clear to 127.0.0.1 with MQTT 5, and again whenever the broker comes back."""
        client = mqtt.Client(
            CallbackAPIVersion.VERSION2, client_id="centre", protocol=MQTTProtocolVersion.MQTTv5
        )
        client.username_pw_set(user, password)
        client.reconnect_delay_set(1, 1)
        listening = threading.Event()
        client.on_connect = lambda c, *_: c.subscribe([(topic, 1) for topic in SUBSCRIPTIONS])
        client.on_subscribe = lambda *_: listening.set()
        client.on_message = self._on_message
        client.connect("127.0.0.1", port)
        client.loop_start()
        self.client = client
        assert listening.wait(10)

    def close(self) -> None:
        """Disconnects."""
        self.client.disconnect()
        self.client.loop_stop()

    def wait(self, condition: Callable[["Centre"], bool], patience: float = 60.0) -> None:
        """Returns once the condition holds. Raises AssertionError after `patience` seconds."""
        with self.changed:
            assert self.changed.wait_for(lambda: condition(self), patience)

    def _on_message(self, _client: object, _data: object, message: mqtt.MQTTMessage) -> None:
        incoming = parse_topic(message.topic)
        with self.changed:
            self.received.append(incoming)
            getattr(self, f"_{incoming.kind}")(incoming, bytes(message.payload))
            self.changed.notify_all()

    def _standing(self, _incoming: Incoming, payload: bytes) -> None:
        self.standings.append(read_standing(verify(payload.decode(), self._node_key)))

    def _picture(self, incoming: Incoming, payload: bytes) -> None:
        assert incoming.camera is not None
        self.pictures[incoming.camera] = payload

    def _status(self, _incoming: Incoming, payload: bytes) -> None:
        self.statuses.append(NodeStatus.model_validate_json(payload))

    def _health(self, _incoming: Incoming, payload: bytes) -> None:
        self.health.append(HealthReport.model_validate_json(payload))

    def _manifest(self, _incoming: Incoming, payload: bytes) -> None:
        body = verify(payload.decode(), self._node_key)
        manifest = ViolationManifest.model_validate_json(body)
        self.manifests[manifest.event_id] = (manifest, sha256_hex(body))
        self._reply(manifest, sha256_hex(body))

    def _chunk(self, incoming: Incoming, payload: bytes) -> None:
        sha256, offset = str(incoming.sha256), int(incoming.offset or 0)
        if self.lose_chunk(sha256, offset):
            return
        content = self.files.setdefault(sha256, bytearray())
        if offset <= len(content):
            content[offset : offset + len(payload)] = payload
        for manifest, digest in list(self.manifests.values()):
            if manifest.event_id not in self.stored and not self._missing(manifest):
                self._reply(manifest, digest)

    def _missing(self, manifest: ViolationManifest) -> tuple[MissingPart, ...]:
        return tuple(
            MissingPart(sha256=file.sha256, offset=len(self.files.get(file.sha256, b"")))
            for file in manifest.files
            if len(self.files.get(file.sha256, b"")) < file.bytes
        )

    def _reply(self, manifest: ViolationManifest, digest: str) -> None:
        missing = self._missing(manifest)
        if not missing:
            contents = {file.name: bytes(self.files[file.sha256]) for file in manifest.files}
            assert all(
                hashlib.sha256(contents[file.name]).hexdigest() == file.sha256 for file in manifest.files
            )
            self.stored[manifest.event_id] = contents
        receipt = Receipt(
            node=manifest.node,
            event_id=manifest.event_id,
            manifest_sha256=digest,
            state="incomplete" if missing else "stored",
            missing=missing,
            at=datetime.now(UTC),
        )
        for token in self.answer(receipt):
            self.client.publish(self._topics.receipt, token, qos=1)
