"""Transport of a controller's documents to the node: by MQTT, or fetched by HTTP. Both retry for ever."""

import threading
import urllib.error
import urllib.request
from collections.abc import Callable
from urllib.parse import urlsplit

import paho.mqtt.client as mqtt
import structlog
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from edge.signal.controller import ControllerLink

log = structlog.get_logger(__name__)

POLL_SECONDS = 0.5
HTTP_TIMEOUT = 2.0
MAX_DOCUMENT = 64 * 1024
"""Bytes; a controller with a thousand groups needs a quarter of it."""

Hear = Callable[[bytes], None]


class MqttLink:
    """Listens to one topic: `mqtt://host:port/the/topic`, `mqtts://…` with the system's certificates."""

    def __init__(self, url: str, hear: Hear) -> None:
        """Connect in a separate thread; an unavailable broker is waited for."""
        parts = urlsplit(url)
        self._topic = parts.path.lstrip("/")
        if not self._topic or parts.hostname is None:
            raise ValueError(
                f"controller address {url} needs a host and a topic: mqtt://host:1883/junction/7"
            )
        self._hear = hear
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2)
        self._client.on_connect = self._on_connect
        self._client.on_message = self._on_message
        self._client.reconnect_delay_set(min_delay=1, max_delay=10)
        secure = parts.scheme == "mqtts"
        if secure:
            self._client.tls_set()
        self._client.connect_async(parts.hostname, parts.port or (8883 if secure else 1883), keepalive=10)
        self._client.loop_start()

    def close(self) -> None:
        """See `ControllerLink.close`."""
        self._client.disconnect()
        self._client.loop_stop()

    def _on_connect(
        self,
        client: mqtt.Client,
        _userdata: object,
        _flags: mqtt.ConnectFlags,
        reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        if reason.is_failure:
            log.warning("controller's broker refuses", reason=str(reason))
        else:
            client.subscribe(self._topic, qos=0)

    def _on_message(self, _client: mqtt.Client, _userdata: object, message: mqtt.MQTTMessage) -> None:
        self._hear(bytes(message.payload[:MAX_DOCUMENT]))


class HttpLink:
    """Fetches `http(s)://…` every half second."""

    def __init__(self, url: str, hear: Hear) -> None:
        """Start fetching in a separate thread."""
        self._url = url
        self._hear = hear
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="controller-http", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """See `ControllerLink.close`."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        reachable = True
        while not self._stop.wait(POLL_SECONDS):
            try:
                with urllib.request.urlopen(self._url, timeout=HTTP_TIMEOUT) as response:  # noqa: S310 (only http(s) gets here)
                    self._hear(response.read(MAX_DOCUMENT))
                reachable = True
            except (OSError, urllib.error.URLError) as error:
                if reachable:
                    log.warning("controller can't be reached, trying on", error=str(error))
                reachable = False


def open_link(url: str, hear: Hear) -> ControllerLink:
    """The link for an address, by its scheme.

    Raises:
        ValueError: an MQTT address without host or topic.
    """
    return MqttLink(url, hear) if urlsplit(url).scheme in ("mqtt", "mqtts") else HttpLink(url, hear)
