"""Metrics for Prometheus: read from the database at each scrape, served by the worker. Several workers may
serve the same metrics. Setting: `metrics`.
"""

from collections.abc import Callable, Iterator
from datetime import datetime

from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import start_http_server
from prometheus_client.registry import Collector
from sqlalchemy import Engine
from sqlmodel import Session

from central.alarms import service as alarms
from central.clock import Clock
from central.db import reading
from central.fleet import service as fleet
from central.ingest import statistics as ingest
from central.jobs import queue as jobs
from central.review import queue as review
from central.settings import MetricsSettings


class CentreMetrics(Collector):
    """Collects when Prometheus asks."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock

    def collect(self) -> Iterator[Metric]:
        """All metrics of the centre, at one moment."""
        with reading(self._engine) as session:
            now = self._clock()
            yield from _of_nodes(session, now)
            yield from _of_queues(session)
            yield from _of_jobs(session, now)
            yield from _of_alarms(session)


def serve(settings: MetricsSettings, engine: Engine, clock: Clock) -> Callable[[], None]:
    """Serves Prometheus in a separate thread; returns the function that stops it. Raises OSError: the port is
    in use.
    """
    registry = CollectorRegistry()
    registry.register(CentreMetrics(engine, clock))
    server, thread = start_http_server(settings.port, settings.host, registry)

    def end() -> None:
        server.shutdown()
        server.server_close()
        thread.join()

    return end


def _of_nodes(session: Session, now: datetime) -> Iterator[Metric]:
    nodes = fleet.list_nodes(session)
    standing = {node.id: fleet.standing_of(node, now) for node in nodes}
    up = GaugeMetricFamily("ngatu_node_up", "1 while the node is heard", labels=["node"])
    waiting = GaugeMetricFamily("ngatu_node_outbox_packages", "What it has not delivered", labels=["node"])
    for node in nodes:
        up.add_metric([node.id], float(standing[node.id] == "online"))
        waiting.add_metric([node.id], node.outbox_packages)
    yield up
    yield waiting
    camera_up = GaugeMetricFamily("ngatu_camera_up", "1 while it is online", labels=["node", "camera"])
    for camera in fleet.list_cameras(session):
        well = fleet.camera_state(camera, standing[camera.node_id]) == "online"
        camera_up.add_metric([camera.node_id, camera.id], float(well))
    yield camera_up


def _of_queues(session: Session) -> Iterator[Metric]:
    queue = GaugeMetricFamily("ngatu_cases_waiting", "Cases that wait for a person", labels=["queue"])
    for name, count in {**review.counts(session), **review.officer_counts(session)}.items():
        queue.add_metric([name], count)
    yield queue
    packages = GaugeMetricFamily("ngatu_packages", "Packages that are not stored", labels=["state"])
    for state, count in ingest.unstored_packages(session).items():
        packages.add_metric([state], count)
    yield packages


def _of_jobs(session: Session, now: datetime) -> Iterator[Metric]:
    count = GaugeMetricFamily("ngatu_jobs", "The worker's jobs", labels=["kind", "state"])
    late = GaugeMetricFamily("ngatu_jobs_late_seconds", "How long the oldest has been due", labels=["kind"])
    for row in jobs.counts(session, now):
        for state in ("later", "due", "running", "dead"):
            count.add_metric([row.kind, state], getattr(row, state))
        since = row.due_since
        late.add_metric([row.kind], max(0.0, (now - since).total_seconds()) if since else 0.0)
    yield count
    yield late


def _of_alarms(session: Session) -> Iterator[Metric]:
    gauge = GaugeMetricFamily("ngatu_alarms", "Open alarms; no node: the centre's", labels=["node", "code"])
    for (node, code), count in sorted(alarms.count_open(session).items()):
        gauge.add_metric([node, code], count)
    yield gauge
