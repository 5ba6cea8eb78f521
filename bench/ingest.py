"""How many signed manifests a second ingest takes in: verified, stored, chained, answered, committed.

    ngatu bench ingest [--database postgresql://postgres@127.0.0.1/postgres] [--manifests N] [--rounds N]
                       [--against FOLDER]

Without a database a SQLite file is used; on PostgreSQL databases of its own are made and dropped. In each
round come, one after the other: another version of the project (its checked-out folder; its own
`bench.ingest` is run there), this one with one process and with several, and the bare INSERT of the same rows
by one connection. The speed of a machine changes from hour to hour: ratios within a round count, and of these
the median.
"""

import argparse
import hashlib
import re
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

import psycopg
from sqlalchemy import Engine, delete, insert, select
from sqlmodel import SQLModel

from central import migrations
from central.db import make_engine, transaction
from central.fleet.enrolment import enrol
from central.ingest.partitions import partitions
from central.ingest.process import taking
from central.ingest.work import Arrived
from central.keys import create_key
from central.settings import CentralSettings
from contract.canonical import canonical_bytes, sha256_hex
from contract.manifest import ViolationManifest
from contract.reports import Enrolment
from contract.signing import SigningKey, sign
from contract.topics import NodeTopics

NODES = 8
BATCH = 200
"""Messages in a batch for each process, as ingest collects them."""

START = datetime(2026, 11, 24, tzinfo=UTC)


@dataclass(frozen=True)
class Load:
    """The load: messages of several nodes, in turn, and the nodes' keys."""

    keys: dict[str, SigningKey]
    messages: list[Arrived]


def load(count: int) -> Load:
    """`count` messages, or a few less."""
    keys = {f"bench-{number}": SigningKey.generate() for number in range(NODES)}
    chains = [manifests(count // NODES, key, node) for node, key in keys.items()]
    return Load(keys, [message for turn in zip(*chains, strict=True) for message in turn])


def manifests(count: int, key: SigningKey, node: str) -> list[Arrived]:
    """A chain of manifests of typical size: six files, a hundred trajectory points."""
    messages, previous = [], None
    topic = NodeTopics(node).manifest
    for sequence in range(1, count + 1):
        manifest = ViolationManifest.model_validate(_values(node, sequence, previous))
        messages.append(Arrived(topic, sign(manifest, key).encode()))
        previous = sha256_hex(canonical_bytes(manifest))
    return messages


def _values(node: str, sequence: int, previous: str | None) -> dict[str, object]:
    at = START + timedelta(seconds=sequence)
    files = [
        {
            "role": "clip" if n == 5 else "over",
            "name": f"file-{n}",
            "media_type": "video/mp4" if n == 5 else "image/jpeg",
            "bytes": 200_000,
            "sha256": hashlib.sha256(f"{node}/{sequence}/{n}".encode()).hexdigest(),
            "captured_at": at,
        }
        for n in range(6)
    ]
    return {
        "event_id": str(uuid.uuid4()),
        "node": node,
        "camera": "cam-1",
        "site": "bench",
        "site_name": "Ngã tư Khuất Duy Tiến",
        "sequence": sequence,
        "previous": previous,
        "rule": {"name": "red_light", "version": 1},
        "decision": "violation",
        "reasons": [
            {
                "code": "red_light.crossed",
                "values": {"line": "S1", "elapsed_red_ms": 2400, "uncertainty_ms": 60},
            }
        ],
        "occurred_at": at,
        "clock": {"source": "host", "uncertainty_ms": 20},
        "vehicle": {"kind": "motorbike", "confidence": 0.93, "track": 7},
        "plate": {"text": "29-H1 123.45", "confidence": 0.97, "agreed": True},
        "trajectory": [
            {"t_ms": 40 * n, "ground": [0.5, n / 200], "box": [0.4, 0.5, 0.6, 0.7]} for n in range(100)
        ],
        "scene": [{"id": "stop", "kind": "stop_line", "points": [[0.1, 0.6], [0.9, 0.6]]}],
        "calibration": "cal-1",
        "config_sha256": "c" * 64,
        "models": {"vehicles": "d" * 64},
        "software": "bench",
        "files": files,
    }


def ingest(url: str, given: Load, processes: int, folder: Path) -> float:
    """Manifests a second ingested by that many processes."""
    settings = CentralSettings(data_dir=folder, database=url, ingest_processes=processes)
    create_key(settings.centre_key_file)
    with partitions(processes, lambda number: taking(settings, number)) as take:
        with engine_of(url) as engine, transaction(engine) as session:
            for node, key in given.keys.items():
                document = Enrolment(node=node, public_key=key.public.text, software="bench")
                enrol(session, document, START, "bench")
        started = time.perf_counter()
        for batch in _batches(given.messages, BATCH * processes):
            answers = take(batch)
            assert len(answers) == len(batch)
        return len(given.messages) / (time.perf_counter() - started)


def bare_insert(url: str, manifests: int) -> float:
    """Manifests a second if ingest's rows are only inserted, one transaction per batch."""
    package, file = (SQLModel.metadata.tables[name] for name in ("package", "package_file"))
    with engine_of(url) as engine:
        with engine.begin() as connection:
            rows = [dict(row._mapping) for row in connection.execute(select(package))]
            files = [dict(row._mapping) for row in connection.execute(select(file).order_by(file.c.event_id))]
            connection.execute(delete(file))
            connection.execute(delete(package))
        rows.sort(key=lambda row: str(row["event_id"]))
        each = len(files) // len(rows)
        started = time.perf_counter()
        for first in range(0, len(rows), BATCH):
            with engine.begin() as connection:
                connection.execute(insert(package), rows[first : first + BATCH])
                connection.execute(insert(file), files[first * each : (first + BATCH) * each])
        assert len(rows) == manifests
        return len(rows) / (time.perf_counter() - started)


def other_version(folder: Path, server: str | None, manifests: int) -> float:
    """Manifests a second of the project's version in a folder, from its own benchmark."""
    words = [sys.executable, "-m", "bench.ingest", "--manifests", str(manifests)]
    words += ["--database", server] if server else []
    told = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=True).stdout
    found = re.search(r"(\d+) manifests/s", told)
    if found is None:
        raise ValueError(f"the benchmark in {folder} told no rate: {told[:200]}")
    return float(found[1])


def measure(chosen: argparse.Namespace, given: Load) -> dict[str, float]:
    """One round: manifests a second of each variant, by name."""
    rates = {}
    if chosen.against:
        rates["against"] = other_version(chosen.against, chosen.database, len(given.messages))
    numbers = sorted({1, chosen.processes})
    for processes in numbers:
        with tempfile.TemporaryDirectory() as name, database(chosen.database, Path(name)) as url:
            rates[f"{processes} process" + "es" * (processes > 1)] = ingest(url, given, processes, Path(name))
            if processes == numbers[-1]:
                rates["bare INSERT"] = bare_insert(url, len(given.messages))
    return rates


@contextmanager
def database(server: str | None, folder: Path) -> Iterator[str]:
    """The URL of a new, migrated database."""
    name = f"ngatu_bench_{uuid.uuid4().hex[:8]}"
    url = f"{server.rsplit('/', 1)[0]}/{name}" if server else f"sqlite:///{folder / 'bench.db'}"
    if server:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"'.encode())
    try:
        with engine_of(url) as engine:
            migrations.upgrade(engine)
        yield url
    finally:
        if server:
            with psycopg.connect(server, autocommit=True) as connection:
                connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())


@contextmanager
def engine_of(url: str) -> Iterator[Engine]:
    """An engine whose connections close with the block."""
    engine = make_engine(url)
    try:
        yield engine
    finally:
        engine.dispose()


def _batches(items: Sequence[Arrived], size: int) -> Iterator[Sequence[Arrived]]:
    return (items[first : first + size] for first in range(0, len(items), size))


def main() -> None:
    """Prints each round, then the medians."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--database", help="URL of a PostgreSQL database to connect to first")
    options.add_argument("--manifests", type=int, default=10_000)
    options.add_argument("--processes", type=int, default=2)
    options.add_argument("--rounds", type=int, default=1)
    options.add_argument("--against", type=Path, help="folder of another version to be measured in turn")
    chosen = options.parse_args()
    given = load(chosen.manifests)
    rounds = []
    for _ in range(chosen.rounds):
        rounds.append(measure(chosen, given))
        sys.stdout.write("; ".join(f"{name} {rate:.0f}/s" for name, rate in rounds[-1].items()) + "\n")
        sys.stdout.flush()
    for name in rounds[0]:
        told = f"{name}: median {median(each[name] for each in rounds):.0f} manifests/s"
        if chosen.against and name != "against":
            told += f", {median(each[name] / each['against'] for each in rounds):.2f} × the other version"
        sys.stdout.write(f"{told}\n")


if __name__ == "__main__":
    main()
