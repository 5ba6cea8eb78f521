"""How many signed manifests a second ingest takes in: verified, stored, chained, answered, committed.

Run: `python -m bench.ingest [--database postgresql://postgres@127.0.0.1/postgres] [--manifests N] [--batch
N]`. Without a database a SQLite file is used. On PostgreSQL a database of its own is made and dropped.
"""

import argparse
import gc
import hashlib
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
from sqlalchemy import Engine
from sqlmodel import Session

from central import migrations
from central.db import make_engine, transaction
from central.fleet.enrolment import enrol
from central.ingest.handler import handle
from central.ingest.work import Arrived, Tools
from central.media.store import MediaStore, PartialFiles
from contract.canonical import canonical_bytes, sha256_hex
from contract.manifest import ViolationManifest
from contract.reports import Enrolment
from contract.signing import SigningKey, sign
from contract.topics import NodeTopics

NODE = "bench-1"
START = datetime(2026, 11, 24, tzinfo=UTC)


def manifests(count: int, key: SigningKey) -> list[Arrived]:
    """A chain of manifests of a usual size: six files, a hundred points of trajectory."""
    messages, previous = [], None
    topic = NodeTopics(NODE).manifest
    for sequence in range(1, count + 1):
        manifest = ViolationManifest.model_validate(_values(sequence, previous))
        messages.append(Arrived(topic, sign(manifest, key).encode()))
        previous = sha256_hex(canonical_bytes(manifest))
    return messages


def _values(sequence: int, previous: str | None) -> dict[str, object]:
    at = START + timedelta(seconds=sequence)
    files = [
        {
            "role": "clip" if n == 5 else "over",
            "name": f"file-{n}",
            "media_type": "video/mp4" if n == 5 else "image/jpeg",
            "bytes": 200_000,
            "sha256": hashlib.sha256(f"{sequence}/{n}".encode()).hexdigest(),
            "captured_at": at,
        }
        for n in range(6)
    ]
    return {
        "event_id": str(uuid.uuid4()),
        "node": NODE,
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


def take_in(engine: Engine, messages: Sequence[Arrived], batch: int, folder: Path, key: SigningKey) -> float:
    """Seconds to take all messages in, a transaction for each batch."""

    def open_case(_session: Session, _manifest: ViolationManifest, _jws: str) -> None:
        raise AssertionError("no package is whole here")

    tools = Tools(
        MediaStore(folder / "media"), PartialFiles(folder / "partial"), SigningKey.generate(), open_case
    )
    with transaction(engine) as session:
        document = Enrolment(node=NODE, public_key=key.public.text, software="bench")
        enrol(session, document, START, "bench")
    gc.freeze()  # as the ingest process does
    started = time.perf_counter()
    for first in range(0, len(messages), batch):
        with transaction(engine) as session:
            answers = handle(session, messages[first : first + batch], tools, START)
        assert len(answers) == len(messages[first : first + batch])
    return time.perf_counter() - started


@contextmanager
def database(server: str | None, folder: Path) -> Iterator[Engine]:
    """A new, empty database."""
    name = f"ngatu_bench_{uuid.uuid4().hex[:8]}"
    url = f"{server.rsplit('/', 1)[0]}/{name}" if server else f"sqlite:///{folder / 'bench.db'}"
    if server:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"'.encode())
    engine = make_engine(url)
    try:
        migrations.upgrade(engine)
        yield engine
    finally:
        engine.dispose()
        if server:
            with psycopg.connect(server, autocommit=True) as connection:
                connection.execute(f'DROP DATABASE "{name}"'.encode())


def main() -> None:
    """Prints the rate."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--database", help="URL of a PostgreSQL database to connect to first")
    options.add_argument("--manifests", type=int, default=10_000)
    options.add_argument("--batch", type=int, default=200)
    chosen = options.parse_args()
    key = SigningKey.generate()
    messages = manifests(chosen.manifests, key)
    size = sum(len(message.payload) for message in messages) // len(messages)
    with tempfile.TemporaryDirectory() as name, database(chosen.database, Path(name)) as engine:
        own = time.process_time()
        seconds = take_in(engine, messages, chosen.batch, Path(name), key)
        own = (time.process_time() - own) / len(messages)
    rate = len(messages) / seconds
    kind = "postgresql" if chosen.database else "sqlite"
    sys.stdout.write(
        f"{kind}: {rate:.0f} manifests/s ({size} bytes each, batches of {chosen.batch}; "
        f"the process itself needs {own * 1e6:.0f} µs of a core for each)\n"
    )


if __name__ == "__main__":
    main()
