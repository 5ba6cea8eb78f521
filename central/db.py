"""The centre's database: one engine from a URL, one transaction per request, committed at the edge.

Application code never commits; `transaction` (processes) and `SessionDep` (requests) do. SQLite takes its
write lock when a transaction begins, so that reading and then writing can't fail half way with a stale
snapshot; PostgreSQL locks what services ask it to lock.
"""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated, Any

from fastapi import Depends, Request
from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
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
from sqlalchemy.engine import make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.types import TypeEngine, UserDefinedType
from sqlmodel import Session, SQLModel

from central.errors import DomainError

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

_SQLITE_PRAGMAS = ("journal_mode=WAL", "foreign_keys=ON", "busy_timeout=30000", "synchronous=FULL")


def make_engine(url: str) -> Engine:
    """An engine for `sqlite:///path` or `postgresql://user@host/name` (always the psycopg 3 driver)."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        engine = create_engine(parsed, connect_args={"check_same_thread": False})
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_immediate)
        return engine
    if parsed.get_backend_name() == "postgresql":
        return create_engine(
            parsed.set(drivername="postgresql+psycopg"),
            pool_pre_ping=True,
            pool_size=20,
            # A statement prepared once for all gets a plan for ten values and is then given a thousand.
            connect_args={"prepare_threshold": None},
        )
    raise ValueError(f"database {parsed.get_backend_name()!r} is not supported: use sqlite or postgresql")


def _prepare_sqlite(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    # The driver's own transaction control begins too late (at the first write); SQLAlchemy's event begins it.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in _SQLITE_PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def is_postgresql(session: Session) -> bool:
    """Whether row locks, advisory locks and SKIP LOCKED are there."""
    return session.get_bind().dialect.name == "postgresql"


def insert(session: Session, table: type[SQLModel]) -> postgresql.Insert | sqlite.Insert:
    """An INSERT that knows ON CONFLICT, in the dialect of the session's database (the two are alike)."""
    return postgresql.insert(table) if is_postgresql(session) else sqlite.insert(table)


def insert_new(session: Session, table: type[SQLModel], rows: Sequence[Mapping[str, Any]]) -> int:
    """Inserts many rows, leaving out those that a unique key has already; returns how many were new."""
    statement: Any = insert(session, table).execution_options(preserve_rowcount=True)
    if not is_postgresql(session):
        return session.connection().execute(statement.on_conflict_do_nothing(), rows).rowcount
    columns = SQLModel.metadata.tables[str(table.__tablename__)].c
    source = _as_one_parameter(rows, {name: columns[name].type for name in rows[0]})
    statement = statement.from_select(list(rows[0]), select(*source.c)).on_conflict_do_nothing()
    return session.connection().execute(statement).rowcount


def among(session: Session, column: Any, values: Collection[Any]) -> ColumnElement[bool]:
    """`column IN values`, for hundreds of values."""
    inside: ColumnElement[bool] = column.in_(values)
    if is_postgresql(session):
        source = _as_one_parameter([{"a": value} for value in values], {"a": column.type})
        inside = column.in_(select(source.c.a))
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
    """Rows as one JSON parameter that PostgreSQL takes apart: thousands of parameters would cost more."""
    text = json.dumps(list(rows), default=datetime.isoformat)
    source = func.json_to_recordset(cast(literal(text, Text), _RawJson))
    columns = (column(name, kind) for name, kind in types.items())
    return source.table_valued(*columns).render_derived(with_types=True)


class _RawJson(UserDefinedType[str]):
    """JSON that is text already; SQLAlchemy's own type would encode it once more."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        """The name in SQL."""
        return "JSON"


@contextmanager
def transaction(engine: Engine) -> Iterator[Session]:
    """One unit of work: committed when the block ends, rolled back when it raises.

    A DomainError marked `keeps_writes` (a refused sign-in that must be counted) is committed before it goes
    on.
    """
    with Session(engine, expire_on_commit=False) as session:
        try:
            yield session
        except DomainError as error:
            if error.keeps_writes:
                session.commit()
            raise
        session.commit()


def _request_session(request: Request) -> Iterator[Session]:
    with transaction(request.app.state.engine) as session:
        yield session


# Scope "function": the commit happens before the answer goes out, so a client never sees a success that was
# lost.
SessionDep = Annotated[Session, Depends(_request_session, scope="function")]
