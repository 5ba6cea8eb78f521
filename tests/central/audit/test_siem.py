"""The audit log on its way to a SIEM, a real server of TCP and TLS: in order, whole, and sent again when the
server fell before it had read everything."""

import json
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from central.audit import service as audit
from central.audit import siem
from central.audit.siem import Siem, SiemAwayError
from central.db import transaction
from central.settings import CentralSettings, SiemSettings
from central.worker import siem_handlers
from tests.brokers import make_tls_material
from tests.central.work import run_due


@contextmanager
def listening(*fates: str, tls: ssl.SSLContext | None = None) -> Iterator[tuple[int, list[bytes]]]:
    """A syslog server and its fate at each connection: it `reads` everything, or `falls` after some bytes;
    gives the port and what it read in whole."""
    taken: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            for fate in fates:
                try:
                    connection, _ = server.accept()
                    connection = tls.wrap_socket(connection, server_side=True) if tls else connection
                except OSError:
                    return
                with connection:
                    content = b""
                    while fate == "reads" and (piece := connection.recv(65536)):
                        content += piece
                    if fate == "falls":
                        connection.recv(100)
                        reset = b"\x01\x00\x00\x00\x00\x00\x00\x00"
                        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, reset)
                        continue
                    taken.append(content)
                    if isinstance(connection, ssl.SSLSocket):
                        connection.unwrap()

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield server.getsockname()[1], taken
        server.close()
        thread.join(5)


def entries(content: bytes) -> Iterator[tuple[str, dict[str, object]]]:
    """Messages by their counted length: the head, the entry."""
    while content:
        length, _, rest = content.partition(b" ")
        message, content = rest[: int(length)], rest[int(length) :]
        head, _, body = message.partition(b"\xef\xbb\xbf")
        yield head.decode(), json.loads(body)


def record(engine: Engine, *actions: str) -> None:
    with transaction(engine) as session:
        for action in actions:
            audit.record(session, "user:lan", action, "case:1", {"lý do": "rõ"})


def sequences(taken: list[bytes]) -> list[object]:
    return [entry["seq"] for content in taken for _, entry in entries(content)]


def test_entries_arrive_as_they_are_sealed(engine: Engine, now: datetime) -> None:
    record(engine, "case.view", "owner.view")
    with listening("reads") as (port, taken):
        assert siem.export(engine, Siem("127.0.0.1", port, tls=False), now) is False
    (first, entry), (_, second) = entries(taken[0])
    assert first.startswith("<110>1 20")
    assert " ngatu - case.view - " in first
    assert (entry["action"], entry["detail"]) == ("case.view", {"lý do": "rõ"})
    assert second["previous"] == entry["hash"]


def test_what_was_not_taken_is_sent_again_and_nothing_is_lost(
    engine: Engine, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(siem, "BATCH", 3)
    record(engine, *(f"act.{number}" for number in range(7)))
    with listening("falls", "reads", "reads", "reads", "reads") as (port, taken):
        target = Siem("127.0.0.1", port, tls=False)
        with pytest.raises(SiemAwayError):
            siem.export(engine, target, now)
        while siem.export(engine, target, now):
            pass
        record(engine, "act.later")
        siem.export(engine, target, now)
    assert sequences(taken) == list(range(1, 9))


def test_the_worker_goes_on_while_it_is_away(engine: Engine, now: datetime, tmp_path: Path) -> None:
    record(engine, "act.1")
    clock = [now]
    with listening("reads") as (port, taken):
        settings = CentralSettings(
            data_dir=tmp_path, siem=SiemSettings(host="127.0.0.1", port=port, tls=False)
        )
        work = siem_handlers(engine, settings, lambda: clock[0])
        assert run_due(engine, work, lambda: clock[0]) == 1
    record(engine, "act.2")
    clock[0] += timedelta(minutes=1)
    assert run_due(engine, work, lambda: clock[0]) == 1  # nobody listens: it is due again later
    assert sequences(taken) == [1]
    assert siem_handlers(engine, CentralSettings(data_dir=tmp_path), lambda: now) == []


def test_over_tls_and_only_to_who_can_show_a_certificate(
    engine: Engine, now: datetime, tmp_path: Path
) -> None:
    made = make_tls_material(tmp_path)
    served = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    served.load_cert_chain(made.certificate, made.key)
    record(engine, "act.1", "act.2")
    with listening("reads", tls=served) as (port, taken):
        siem.export(engine, Siem("127.0.0.1", port, authority=made.ca), now)
    assert sequences(taken) == [1, 2]
    record(engine, "act.3")
    with listening("reads", tls=served) as (port, taken):
        with pytest.raises(SiemAwayError, match="certificate"):
            siem.export(engine, Siem("127.0.0.1", port), now)
        assert taken == []
