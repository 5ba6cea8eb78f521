"""The centre's metrics, and that alert rules and dashboard name only metrics there are."""

import json
import re
import urllib.request
from datetime import datetime
from pathlib import Path

import yaml
from prometheus_client.core import Metric
from sqlalchemy import Engine

from central import metrics
from central.alarms import service as alarms
from central.db import transaction
from central.fleet.enrolment import enrol
from central.jobs import queue as jobs
from central.metrics import CentreMetrics
from central.settings import MetricsSettings
from contract.reasons import reason
from edge.metrics import NodeMetrics
from tests.central.evidence import NODE, enrolment
from tests.edge.test_metrics import TOLD

DEPLOY = Path(__file__).parents[2] / "deploy" / "prometheus"


def filled(engine: Engine, now: datetime) -> list[Metric]:
    with transaction(engine) as session:
        enrol(session, enrolment(), now, "test")
        alarms.raise_alarm(session, NODE, reason("node.offline"), now)
        jobs.enqueue(session, "kind", "key", {}, now)
    return list(CentreMetrics(engine, lambda: now).collect())


def test_what_is_told_of_nodes_queues_jobs_and_alarms(engine: Engine, now: datetime) -> None:
    found = {
        (sample.name, *sample.labels.values()): sample.value
        for family in filled(engine, now)
        for sample in family.samples
    }
    assert {
        ("ngatu_node_up", NODE): 0.0,
        ("ngatu_cases_waiting", "main"): 0.0,
        ("ngatu_jobs", "kind", "due"): 1.0,
        ("ngatu_jobs_late_seconds", "kind"): 0.0,
        ("ngatu_alarms", NODE, "node.offline"): 1.0,
    }.items() <= found.items()


def test_it_is_served_until_the_worker_ends(engine: Engine, now: datetime, free_port: int) -> None:
    end = metrics.serve(MetricsSettings(port=free_port), engine, lambda: now)
    with urllib.request.urlopen(f"http://127.0.0.1:{free_port}/metrics", timeout=10) as answer:
        assert b"ngatu_cases_waiting" in answer.read()
    end()
    end_again = metrics.serve(MetricsSettings(port=free_port), engine, lambda: now)
    end_again()


def test_rules_and_dashboard_name_what_there_is(engine: Engine, now: datetime) -> None:
    told = [*filled(engine, now), *NodeMetrics(lambda: TOLD).collect()]
    known = {metric.name + ("_total" if metric.type == "counter" else "") for metric in told}
    rules = yaml.safe_load((DEPLOY / "alerts.yaml").read_text(encoding="utf-8"))
    expressions = [rule["expr"] for group in rules["groups"] for rule in group["rules"]]
    board = json.loads((DEPLOY / "dashboard.json").read_text(encoding="utf-8"))
    expressions += [target["expr"] for panel in board["panels"] for target in panel["targets"]]
    named = {name for expression in expressions for name in re.findall(r"ngatu_\w+", expression)}
    assert named
    assert named <= known
