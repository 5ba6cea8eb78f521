"""The centre's database: one engine from a URL, one transaction per request, committed at the edge.

Application code never commits; `transaction` does. Read-only code uses `reading`. On SQLite a transaction
takes the write lock when it begins, so that reading and then writing can't fail half way with a stale
snapshot; a reading session takes no lock and waits for nobody. PostgreSQL locks what services ask it to lock.
"""

import json
import sqlite3
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Table,
    TableValuedAlias,
    Text,
    cast,
    column,
    create_engine,
    event,
    func,
    literal,
    select,
    tuple_,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection, DBAPICursor
from sqlalchemy.exc import (
    ArgumentError,
    DBAPIError,
    IntegrityError,
    InterfaceError,
    OperationalError,
    PendingRollbackError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm import Session as OrmSession
from sqlalchemy.pool import ConnectionPoolEntry, NullPool, QueuePool
from sqlalchemy.types import TypeEngine, UserDefinedType
from sqlmodel import Session, SQLModel

from central.clock import Clock, utc_now
from central.errors import DomainError
from central.postgres import Server, copy_in

_SQLITE_PRAGMAS = ("foreign_keys=ON", "synchronous=FULL")
_READS_ONLY = "ngatu_reads_only"
_CLOCK = "ngatu_clock"

_POSTGRESQL_LIMITS = "-c statement_timeout=30s -c lock_timeout=10s -c idle_in_transaction_session_timeout=60s"
"""No statement, wait for a lock or forgotten transaction blocks the others for longer than this."""

_POSTGRESQL_POOL = {"poolclass": QueuePool, "pool_size": 20, "max_overflow": 10, "pool_timeout": 10}
_NO_POOL = {"poolclass": NullPool}
_SQLITE_POOL = {"poolclass": QueuePool, "pool_size": 50, "max_overflow": 0, "pool_timeout": 10}
"""More than the threads that answer requests: readers never wait for a connection used by writers."""


class KeyTakenError(Exception):
    """A row of that table with the same key already exists."""


class DatabaseUnfitError(ValueError):
    """The centre can't use the database at all; the message says why and what to do."""


def parse_url(text: str) -> URL:
    """Parses a database URL of ours. Raises DatabaseUnfitError: not a URL, or another kind of database."""
    try:
        url = make_url(text)
    except (ArgumentError, ValueError) as problem:  # an invalid port raises a plain ValueError
        raise DatabaseUnfitError(
            "the database is not a URL like sqlite:///path or postgresql://user@host/name"
        ) from problem
    if url.get_backend_name() not in ("sqlite", "postgresql"):
        kind = url.get_backend_name()
        raise DatabaseUnfitError(f"a {kind} database is not supported: use sqlite or postgresql")
    if url.get_backend_name() == "sqlite" and url.database in (None, "", ":memory:"):
        raise DatabaseUnfitError("a SQLite database needs a file, as in sqlite:///path: memory forgets cases")
    if not url.database and not {"dbname", "service"} & url.query.keys():
        raise DatabaseUnfitError("a PostgreSQL database needs a name, as in postgresql://user@host/name")
    return url


def make_engine(
    url: str, lock_seconds: float = 30.0, *, pooled: bool = True, clock: Clock = utc_now
) -> Engine:
    """An engine for `sqlite:///path` or `postgresql://user@host/name` (always the psycopg 3 driver).

    Args:
        lock_seconds: how long a transaction waits for another process that writes into the SQLite file.
        pooled: connections are reused; otherwise each is closed after its use.
        clock: what `clock_of` tells of its sessions.

    Raises:
        DatabaseUnfitError: see `parse_url`; connecting raises it too, when a PostgreSQL database does not
            store UTF-8.
    """
    parsed = parse_url(url)
    if parsed.get_backend_name() == "sqlite":
        engine = _sqlite_engine(parsed, lock_seconds, _SQLITE_POOL if pooled else _NO_POOL)
    else:
        engine = _postgresql_engine(parsed, _POSTGRESQL_POOL if pooled else _NO_POOL)
    engine.update_execution_options(**{_CLOCK: clock})
    return engine


def _sqlite_engine(url: URL, lock_seconds: float, pool: Mapping[str, Any]) -> Engine:
    limits = {"check_same_thread": False, "timeout": lock_seconds}
    engine = create_engine(url, connect_args=limits, hide_parameters=True, **pool)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    # The driver's own transaction control begins too late (at the first write); SQLAlchemy's event does it.
    connection.isolation_level = None
    cursor = connection.cursor()
    _write_ahead(cursor)
    for pragma in _SQLITE_PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _write_ahead(cursor: DBAPICursor) -> None:
    """Switches to write-ahead logging, with which readers don't wait for writers. The switch needs exclusive
    access, and SQLite's busy time-out does not cover it: if several processes open a new file at once, all
    but one must try again themselves.
    """
    (patience_ms,) = cursor.execute("PRAGMA busy_timeout").fetchone()
    until = time.monotonic() + patience_ms / 1000
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as problem:
            if problem.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(0.01)
        else:
            return


def _begin_sqlite(connection: Connection) -> None:
    reads_only = _READS_ONLY in connection.get_execution_options()
    connection.exec_driver_sql(f"PRAGMA query_only={'ON' if reads_only else 'OFF'}")
    connection.exec_driver_sql("BEGIN DEFERRED" if reads_only else "BEGIN IMMEDIATE")


def _postgresql_engine(url: URL, pool: Mapping[str, Any]) -> Engine:
    engine = create_engine(
        url.set(drivername="postgresql+psycopg"),
        pool_pre_ping=True,
        hide_parameters=True,  # errors are logged: they must not contain a plate or name
        connect_args={
            # A generic prepared plan would be made for ten values and then be used for a thousand.
            "prepare_threshold": None,
            "tcp_user_timeout": 15_000,
            "options": " ".join([_POSTGRESQL_LIMITS, *_options_of(url)]),
        },
        **pool,
    )
    server = Server()

    @event.listens_for(engine, "do_connect")
    def _connect(_dialect: object, _entry: object, _none: object, parameters: dict[str, Any]) -> object:
        return server.connect(**parameters)

    event.listen(engine, "connect", _check_encoding, insert=True)
    event.listen(engine, "checkin", _as_the_server_says)
    return engine


def _as_the_server_says(connection: Any, _entry: ConnectionPoolEntry) -> None:
    """Resets the READ WRITE that SQLAlchemy leaves on a connection after a reading session.

    A standby refuses that at BEGIN, with the code of a faulty statement; without it, it refuses the first
    write, with the code of a read-only server.
    """
    if connection is not None and not connection.closed:
        connection.read_only = None


def _options_of(url: URL) -> tuple[str, ...]:
    given = url.query.get("options", ())
    return (given,) if isinstance(given, str) else given


def _check_encoding(connection: Any, _entry: ConnectionPoolEntry) -> None:
    encoding = connection.info.parameter_status("server_encoding")
    if encoding != "UTF8":
        raise DatabaseUnfitError(
            f"the database stores {encoding}, which has no Vietnamese letters: make a new one with "
            "CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0"
        )


def is_away(problem: BaseException) -> bool:
    """Whether the database could not do its work just now (unreachable, full, read-only, locked, out of
    connections), so that the same work may succeed later; not for errors in the work itself.
    """
    if (
        isinstance(problem, DBAPIError)
        and getattr(problem.orig, "sqlite_errorcode", None) == sqlite3.SQLITE_ERROR
    ):
        return False  # SQLite's code for a statement that can't work, including a missing table
    if isinstance(problem, OperationalError | InterfaceError | PoolTimeoutError):
        return True
    if isinstance(problem, PendingRollbackError):
        return problem.code == _CONNECTION_LOST
    return isinstance(problem, DBAPIError) and getattr(problem.orig, "sqlstate", None) in _ENDED_BY_SERVER


def is_doubled(problem: BaseException) -> bool:
    """Whether another transaction stored the same key between our read and our write."""
    if not isinstance(problem, IntegrityError):
        return False
    kind = getattr(problem.orig, "sqlstate", None) or getattr(problem.orig, "sqlite_errorname", None)
    return kind in _KEY_TAKEN


_KEY_TAKEN = ("23505", "SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY")
_CONNECTION_LOST = "8s2b"  # SQLAlchemy: a transaction was still used after its connection was lost
_ENDED_BY_SERVER = (
    "25006",  # read only: after a failover, connected to the server that may not write
    "25P03",  # the transaction lay idle for too long, as when the machine was starved of processor
    "25P04",  # the transaction took too long
)


def is_reading(session: OrmSession) -> bool:
    """Whether the session is one of `reading`."""
    return _READS_ONLY in getattr(session.get_bind(), "get_execution_options", dict)()


def clock_of(session: OrmSession) -> datetime:
    """The moment by the clock of the centre whose database this is."""
    clock: Clock = session.get_bind().get_execution_options().get(_CLOCK, utc_now)
    return clock()


def is_postgresql(session: Session) -> bool:
    """Whether row locks, advisory locks and SKIP LOCKED are available."""
    return session.get_bind().dialect.name == "postgresql"


def sort_in_memory(session: Session) -> None:
    """Lets this transaction aggregate and sort in memory, up to 128 MiB (PostgreSQL)."""
    if is_postgresql(session):
        session.connection().exec_driver_sql("SET LOCAL work_mem = '128MB'")


def insert(session: Session, table: type[SQLModel]) -> postgresql.Insert | sqlite.Insert:
    """An INSERT with ON CONFLICT support, in the dialect of the session's database (the two are alike)."""
    return postgresql.insert(table) if is_postgresql(session) else sqlite.insert(table)


def insert_new(session: Session, table: type[SQLModel], rows: Sequence[Mapping[str, Any]]) -> int:
    """Inserts many rows, skipping those whose unique key exists; returns how many were new."""
    statement: Any = insert(session, table).execution_options(preserve_rowcount=True)
    if not is_postgresql(session):
        return session.connection().execute(statement.on_conflict_do_nothing(), rows).rowcount
    columns = table_of(table).c
    source = _as_one_parameter(rows, {name: columns[name].type for name in rows[0]})
    statement = statement.from_select(list(rows[0]), select(*source.c)).on_conflict_do_nothing()
    return session.connection().execute(statement).rowcount


def table_of(model: type[SQLModel]) -> Table:
    """A model's table, for statements that name columns instead of loading rows."""
    return SQLModel.metadata.tables[str(model.__tablename__)]


def insert_all(session: Session, table: type[SQLModel], rows: Sequence[Mapping[str, Any]]) -> None:
    """Inserts many rows, all with the same columns; omitted columns are empty.

    Raises:
        KeyTakenError: a row with one of these keys already exists.
    """
    try:
        if is_postgresql(session):
            copy_in(session.connection(), str(table.__tablename__), rows)
        else:
            session.connection().execute(sqlite.insert(table), rows)
    except IntegrityError as problem:
        if is_doubled(problem):
            raise KeyTakenError(str(table.__tablename__)) from problem
        raise


def among(session: Session, column: Any, values: Collection[Any]) -> ColumnElement[bool]:
    """`column IN values`, for hundreds of values."""
    offered: Any = values
    if is_postgresql(session):
        offered = select(_as_one_parameter([{"a": value} for value in values], {"a": column.type}).c.a)
    inside: ColumnElement[bool] = column.in_(offered)
    return inside


def among_pairs(
    session: Session, columns: tuple[Any, Any], pairs: Collection[tuple[Any, Any]]
) -> ColumnElement[bool]:
    """`(first, second) IN pairs`, for hundreds of pairs."""
    if not is_postgresql(session):
        return tuple_(*columns).in_(pairs)
    rows = [{"a": first, "b": second} for first, second in pairs]
    source = _as_one_parameter(rows, {"a": columns[0].type, "b": columns[1].type})
    return tuple_(*columns).in_(select(source.c.a, source.c.b))


def _as_one_parameter(
    rows: Collection[Mapping[str, Any]], types: Mapping[str, TypeEngine[Any]]
) -> TableValuedAlias:
    """Rows as one JSON parameter that PostgreSQL unpacks: thousands of parameters would be slower."""
    text = json.dumps(list(rows), default=datetime.isoformat)
    source = func.json_to_recordset(cast(literal(text, Text), _RawJson))
    columns = (column(name, kind) for name, kind in types.items())
    return source.table_valued(*columns).render_derived(with_types=True)


class _RawJson(UserDefinedType[str]):
    """JSON that is already text; SQLAlchemy's own type would encode it again."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        """The name in SQL."""
        return "JSON"


@contextmanager
def transaction(engine: Engine) -> Iterator[Session]:
    """One unit of work: committed when the block ends, rolled back when it raises.

    A DomainError marked `keeps_writes` (a refused sign-in that must be counted) is raised after a commit.
    """
    with Session(engine, expire_on_commit=False) as session:
        try:
            yield session
        except DomainError as error:
            if error.keeps_writes:
                session.commit()
            raise
        session.commit()


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """A read-only session that waits for no writer: the database refuses every write in it, including the
    audit log's. Loaded objects stay usable afterwards.
    """
    with Session(reads_only(engine), expire_on_commit=False) as session:
        yield session
        session.expunge_all()


def reads_only(engine: Engine) -> Engine:
    """A read-only engine; it shares the other's pool."""
    return engine.execution_options(**{_READS_ONLY: True, "postgresql_readonly": True})
