"""The node's Prometheus metrics, made at each scrape from existing counters.

Needs the extra `metrics`; the node serves them if its file has the key `metrics`.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import start_http_server
from prometheus_client.registry import Collector

from configs.node import MetricsConfig
from contract.reports import CameraHealth, HealthReport
from edge.clock import ClockState


@dataclass(frozen=True)
class Told:
    """The state at a scrape: the health report, the clock, the delivery counters (`Sender.counts`)."""

    health: HealthReport
    clock: ClockState
    delivery: Mapping[str, int]
    connected: bool


class NodeMetrics(Collector):
    """Collects the metrics at a scrape. `told` gives the present state; any thread may call it."""

    def __init__(self, told: Callable[[], Told]) -> None:
        self._told = told

    def collect(self) -> Iterator[Metric]:
        """All metrics of the node."""
        told = self._told()
        yield from _of_cameras(told.health)
        yield from _of_outbox(told)
        yield from _of_clock(told.clock)


def serve(config: MetricsConfig, told: Callable[[], Told]) -> None:
    """Serves Prometheus in its own thread. Raises OSError: the port is taken."""
    registry = CollectorRegistry()
    registry.register(NodeMetrics(told))
    start_http_server(config.port, config.host, registry)


def _clock_offset(camera: CameraHealth) -> float | None:
    return None if camera.clock_offset_ms is None else camera.clock_offset_ms / 1000


_GAUGES: tuple[tuple[str, str, Callable[[CameraHealth], float | None]], ...] = (
    ("up", "1 while the camera is online", lambda camera: float(camera.state == "online")),
    ("armed", "1 while every lamp can be trusted", lambda camera: float(camera.armed)),
    ("pictures_per_second", "Pictures that come", lambda camera: camera.fps),
    ("looks_per_second", "Pictures that are looked at", lambda camera: camera.looks),
    ("clock_offset_seconds", "The camera's own clock, ahead of the node's", _clock_offset),
)


def _of_cameras(health: HealthReport) -> Iterator[Metric]:
    for name, words, value in _GAUGES:
        gauge = GaugeMetricFamily(f"ngatu_camera_{name}", words, labels=["camera"])
        for camera in health.cameras:
            if (found := value(camera)) is not None:
                gauge.add_metric([camera.id], found)
        yield gauge
    for name, words in (
        ("frames", "Pictures that came"),
        ("dropped", "Pictures the analysis was too slow for"),
        ("reconnects", "Connections made anew"),
    ):
        counter = CounterMetricFamily(f"ngatu_camera_{name}", words, labels=["camera"])
        for camera in health.cameras:
            counter.add_metric([camera.id], getattr(camera, name))
        yield counter
    funnel = CounterMetricFamily("ngatu_funnel", "From traffic to evidence", labels=["camera", "step"])
    for camera in health.cameras:
        for step, count in camera.funnel.items():
            funnel.add_metric([camera.id, step], count)
    yield funnel


def _of_outbox(told: Told) -> Iterator[Metric]:
    health = told.health
    yield GaugeMetricFamily("ngatu_outbox_packages", "Packages without a receipt", health.outbox_packages)
    yield GaugeMetricFamily("ngatu_outbox_bytes", "Their size", health.outbox_bytes)
    age = _seconds_since(health.oldest_waiting, health.at)
    yield GaugeMetricFamily("ngatu_outbox_age_seconds", "Age of the oldest of them", age)
    yield GaugeMetricFamily("ngatu_disk_free_bytes", "Room on the node's disk", health.disk_free_bytes)
    yield GaugeMetricFamily("ngatu_broker_connected", "1 while messages flow", float(told.connected))
    alarms = GaugeMetricFamily("ngatu_alarm", "1 for each alarm the node raises", labels=["code"])
    for code in sorted({alarm.code for alarm in health.alarms}):
        alarms.add_metric([code], 1)
    yield alarms
    delivery = CounterMetricFamily("ngatu_delivery", "Messages and receipts", labels=["event"])
    for event, count in sorted(told.delivery.items()):
        delivery.add_metric([event], count)
    yield delivery


def _of_clock(clock: ClockState) -> Iterator[Metric]:
    if clock.offset is not None:
        words = "The node's clock, ahead of the time server's"
        yield GaugeMetricFamily("ngatu_clock_offset_seconds", words, -clock.offset)
    if clock.synchronised is not None:
        words = "1 while a time daemon keeps the clock"
        yield GaugeMetricFamily("ngatu_clock_synchronised", words, float(clock.synchronised))


def _seconds_since(then: datetime | None, now: datetime) -> float:
    return max(0.0, (now - then).total_seconds()) if then else 0.0
