"""The centre's database: one engine from a URL, one transaction per request, committed at the edge.

Application code never commits; `transaction` (processes) and `SessionDep` (requests) do. SQLite takes its
write lock when a transaction begins, so that reading and then writing can't fail half way with a stale
snapshot; PostgreSQL locks what services ask it to lock.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Annotated, Any

from fastapi import Depends, Request
from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
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
    """Inserts many rows, leaving out those that a unique key has already; returns how many were new.

    PostgreSQL gets one array for each column: a statement of thousands of parameters costs more than its
    rows.
    """
    statement: Any = insert(session, table).execution_options(preserve_rowcount=True)
    if not is_postgresql(session):
        return session.connection().execute(statement.on_conflict_do_nothing(), rows).rowcount
    names = list(rows[0])
    types = SQLModel.metadata.tables[str(table.__tablename__)].c
    arrays = [literal([row[name] for row in rows], postgresql.ARRAY(types[name].type)) for name in names]
    source = func.unnest(*arrays).table_valued(*names).render_derived()
    statement = statement.from_select(names, select(*source.c)).on_conflict_do_nothing()
    return session.connection().execute(statement).rowcount


def among(session: Session, column: Any, values: Collection[Any]) -> ColumnElement[bool]:
    """`column IN values`, for hundreds of values; an array on PostgreSQL, as in `insert_new`."""
    inside: ColumnElement[bool] = column.in_(values)
    if is_postgresql(session):
        inside = column.in_(select(func.unnest(literal(list(values), postgresql.ARRAY(column.type)))))
    return inside


def among_pairs(
    session: Session, columns: tuple[Any, Any], pairs: Collection[tuple[Any, Any]]
) -> ColumnElement[bool]:
    """`(first, second) IN pairs`, as `among`."""
    if not is_postgresql(session):
        return tuple_(*columns).in_(pairs)
    sides = zip(columns, zip(*pairs, strict=True), strict=True)
    arrays = [literal(list(values), postgresql.ARRAY(column.type)) for column, values in sides]
    source = func.unnest(*arrays).table_valued("a", "b").render_derived()
    return tuple_(*columns).in_(select(source.c.a, source.c.b))


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
