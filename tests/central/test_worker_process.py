"""The worker as it runs in production, with a register that takes questions and never answers."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import Session, select

from central.accounts.permissions import Role
from central.alarms.models import Alarm
from central.cases.lifecycle import State
from central.cases.models import Case
from central.db import make_engine, transaction
from central.fleet.models import Node
from tests.central import databases
from tests.central.people import accepted_case, add_case, add_user


@pytest.fixture
def silent_register() -> Iterator[str]:
    """The address of a server that accepts every connection and says nothing."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=64)
    kept: list[socket.socket] = []

    def accept() -> None:
        try:
            while True:
                kept.append(listener.accept()[0])
        except OSError:
            return

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    listener.close()


def fill(session: Session, now: datetime) -> None:
    """Thirty cases that wait for the register, one past its limitation, and a node that has gone silent."""
    lan = add_user(session, "lan", Role.OPERATOR, now)
    for sequence in range(1, 31):
        accepted_case(session, lan, now - timedelta(hours=1), sequence, occurred_at=now - timedelta(days=1))
        session.flush()
    add_case(session, now, 31, occurred_at=now - timedelta(days=400))
    seen = now - timedelta(hours=1)
    session.add(Node(id="nut-9", enrolled_at=seen, state="online", last_seen_at=seen))


def test_a_register_that_hangs_stops_nothing_else_and_not_the_end(
    tmp_path: Path, silent_register: str
) -> None:
    databases.migrated_sqlite(tmp_path / "central.db")
    engine = make_engine(f"sqlite:///{tmp_path / 'central.db'}")
    with transaction(engine) as session:
        fill(session, datetime.now(UTC))
    settings = {"NGATU_CENTRAL_DATA_DIR": str(tmp_path), "NGATU_CENTRAL_REGISTRY__URL": silent_register}
    worker = subprocess.Popen(
        [sys.executable, "-m", "ngatu", "central", "worker"],
        env=os.environ | settings,
        stderr=subprocess.DEVNULL,
    )
    try:
        done = False
        deadline = time.monotonic() + 90
        while not done and time.monotonic() < deadline:
            time.sleep(0.2)
            with transaction(engine) as session:
                expired = session.exec(select(Case.id).where(Case.state == State.EXPIRED)).all()
                silent = session.exec(select(Alarm.id).where(Alarm.kind == "node.silent")).all()
                done = bool(expired and silent)
        assert done
        started = time.monotonic()
        worker.send_signal(signal.SIGTERM)
        worker.wait(30)
        assert worker.returncode == 0
        assert time.monotonic() - started < 6  # 2 s, and what a busy machine adds
    finally:
        worker.kill()
        worker.wait()
        engine.dispose()
