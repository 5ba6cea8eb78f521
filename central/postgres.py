"""Connections to a PostgreSQL server that may stop answering: no wait for it is endless.

The server ends statements that take too long, but a frozen server ends nothing, while its machine still
acknowledges packets. So after a long wait the client checks whether the server accepts new connections; if it
does not, the wait ends with `psycopg.OperationalError`.
"""

import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import suppress
from threading import Lock
from typing import Any

import psycopg
from psycopg.sql import SQL, Identifier
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

SILENCE = 5.0
"""Seconds of silence after which the client checks whether the server responds."""
CONNECT_WITHIN = 3
"""Seconds within which a responding server accepts a connection."""
LEFT_ALONE = 3.0
"""Seconds after a failed connection in which no other is tried: all callers get the error at once."""


class Server:
    """A server as seen by this process."""

    def __init__(self) -> None:
        self._looking = Lock()
        self._looked_at = float("-inf")
        self._answers = True

    def connect(self, **parameters: Any) -> "AttentiveConnection":
        """A new connection.

        Raises:
            psycopg.OperationalError: no connection, or the server did not answer a moment ago.
        """
        if not self._answers and time.monotonic() < self._looked_at + LEFT_ALONE:
            raise psycopg.OperationalError("the server did not answer a moment ago")
        return self._connect(parameters)

    def answers(self, parameters: dict[str, Any]) -> bool:
        """Whether it accepts a new connection, or at least says why not."""
        asked_at = time.monotonic()
        with self._looking:
            if self._looked_at < asked_at:
                with suppress(psycopg.OperationalError):
                    self._connect(parameters).close()
            return self._answers

    def _connect(self, parameters: dict[str, Any]) -> "AttentiveConnection":
        answers = True
        try:
            connection = AttentiveConnection.connect(**{"connect_timeout": CONNECT_WITHIN} | parameters)
        except psycopg.errors.ConnectionTimeout:
            answers = False
            raise
        finally:
            self._looked_at, self._answers = time.monotonic(), answers
        connection.server_answers = lambda: self.answers(parameters)
        return connection


def copy_in(connection: Connection, table: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Inserts rows that all have the same columns by COPY, at a third of the cost of an INSERT.

    Raises:
        DBAPIError: as an INSERT would.
    """
    columns = SQL(", ").join(map(Identifier, rows[0]))
    statement = SQL("COPY {} ({}) FROM STDIN").format(Identifier(table), columns)
    driver: Any = connection.connection.driver_connection
    try:
        with driver.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(tuple(row.values()))
    except psycopg.Error as problem:
        raise DBAPIError.instance(
            f"COPY {table}", None, problem, psycopg.Error, hide_parameters=True
        ) from problem


class AttentiveConnection(psycopg.Connection[Any]):
    """A connection that is abandoned when the server stops responding."""

    server_answers: Callable[[], bool] = staticmethod(lambda: True)

    def wait(self, gen: Any, *args: Any, **options: Any) -> Any:
        """Waits as psycopg does for any operation, but no longer than the server responds."""
        return super().wait(self._while_answered(gen), *args, **options)

    def _while_answered(self, waited_for: Generator[Any, Any, Any]) -> Generator[Any, Any, Any]:
        heard_at = time.monotonic()
        try:
            wanted = next(waited_for)
            while True:
                ready = yield wanted
                if not ready and time.monotonic() - heard_at > SILENCE:
                    if not self.server_answers():
                        self.close()
                        raise psycopg.OperationalError("the server does not answer")
                    heard_at = time.monotonic()
                wanted = waited_for.send(ready)
        except StopIteration as end:
            return end.value
