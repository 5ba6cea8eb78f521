"""The audit log sent to a SIEM: syslog over TCP or TLS (RFC 5424, framed by RFC 6587 and 5425), each message
one entry as JSON with its number and hashes.

Syslog has no receipts. A batch counts as received when we have ended our side of the connection and the other
side has closed it in order; until then the next run sends it again. So nothing is lost, and duplicates are
recognised by their `seq`.
"""

import json
import socket
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from central.audit.models import AuditEntry, AuditExport
from central.db import reading, transaction

BATCH = 500
TIME_LIMIT = 30.0
_PRIORITY = 13 * 8 + 6
"""Facility "log audit", severity "informational"."""


class SiemAwayError(Exception):
    """The SIEM did not take the entries; they are sent again later."""


@dataclass(frozen=True)
class Siem:
    """Destination of the entries. `authority`: the CA certificates to trust, the system's if absent; `tls`
    false is for a relay on this machine.
    """

    host: str
    port: int
    tls: bool = True
    authority: Path | None = None

    @property
    def destination(self) -> str:
        """Its name in the table."""
        return f"{self.host}:{self.port}"


def export(engine: Engine, siem: Siem, now: datetime) -> bool:
    """Sends one batch of entries not sent yet; True if there may be more.

    Raises:
        SiemAwayError: the batch was not received.
    """
    with reading(engine) as session:
        entries = _waiting(session, siem.destination)
    if not entries:
        return False
    _deliver(siem, b"".join(map(_frame, entries)))
    with transaction(engine) as session:
        row = AuditExport(destination=siem.destination, seq=entries[-1].seq, sent_at=now)
        session.merge(row)
    return len(entries) == BATCH


def _waiting(session: Session, destination: str) -> Sequence[AuditEntry]:
    sent = session.get(AuditExport, destination)
    query = select(AuditEntry).where(col(AuditEntry.seq) > (sent.seq if sent else 0))
    return session.exec(query.order_by(col(AuditEntry.seq)).limit(BATCH)).all()


def _frame(entry: AuditEntry) -> bytes:
    """The entry as a syslog message, prefixed with its length."""
    at = entry.at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    body = json.dumps({**entry.model_dump(exclude={"at"}), "at": at}, ensure_ascii=False)
    head = f"<{_PRIORITY}>1 {at} {socket.gethostname()} ngatu - {entry.action[:32]} - "
    message = head.encode("ascii", "replace") + b"\xef\xbb\xbf" + body.encode()
    return b"%d " % len(message) + message


def _deliver(siem: Siem, content: bytes) -> None:
    try:
        with _connected(siem) as connection:
            connection.sendall(content)
            _finish(connection)
    except OSError as problem:
        raise SiemAwayError(f"{siem.destination}: {problem}") from problem


def _connected(siem: Siem) -> socket.socket:
    plain = socket.create_connection((siem.host, siem.port), timeout=TIME_LIMIT)
    if not siem.tls:
        return plain
    context = ssl.create_default_context(cafile=siem.authority)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        return context.wrap_socket(plain, server_hostname=siem.host)
    except OSError:
        plain.close()
        raise


def _finish(connection: socket.socket) -> None:
    """Ends our side of the connection and waits until the other side has read everything and closed."""
    if isinstance(connection, ssl.SSLSocket):
        connection.unwrap().close()
        return
    connection.shutdown(socket.SHUT_WR)
    while connection.recv(4096):
        pass
