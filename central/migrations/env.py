"""Alembic's entry: migrates the connection it is given, or the database that the URL names."""

from typing import Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import Connection
from sqlmodel import SQLModel
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

import central.models  # noqa: F401
from central.db import make_engine


def _migrate(connection: Connection) -> None:
    is_sqlite = connection.dialect.name == "sqlite"
    context.configure(
        connection=connection,
        target_metadata=SQLModel.metadata,
        render_as_batch=is_sqlite,
        compare_server_default=True,
        render_item=_render,
    )
    with context.begin_transaction():
        context.run_migrations()


def _render(kind: str, item: object, _context: AutogenContext) -> str | Literal[False]:
    """Renders SQLModel's own types by names a migration can rely on."""
    if kind == "type" and isinstance(item, UTCDateTime):
        return "UTCDateTime()"
    if kind == "type" and isinstance(item, AutoString):
        return f"sa.String(length={item.length})" if item.length else "sa.String()"
    return False


_given = context.config.attributes.get("connection")
if _given is not None:
    _migrate(_given)
else:
    with make_engine(str(context.config.get_main_option("sqlalchemy.url"))).connect() as _connection:
        _migrate(_connection)
        _connection.commit()
