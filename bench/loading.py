"""Filling tables of PostgreSQL quickly: COPY, and indexes made after their rows."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, text
from sqlmodel import SQLModel

from central.db import table_of

_BESIDE_KEYS = """
SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename = ANY(:tables)
AND indexdef LIKE 'CREATE INDEX %'
"""


@contextmanager
def without_indexes(engine: Engine, *tables: type[SQLModel]) -> Iterator[None]:
    """Drops all indexes of the tables but their keys, and makes them again afterwards."""
    names = [table_of(each).name for each in tables]
    with engine.begin() as connection:
        found = connection.execute(text(_BESIDE_KEYS), {"tables": names}).all()
        for name, _ in found:
            connection.exec_driver_sql(f'DROP INDEX "{name}"')
    yield
    with engine.begin() as connection:
        connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
        connection.exec_driver_sql("SET LOCAL maintenance_work_mem = '256MB'")
        for _, definition in found:
            connection.exec_driver_sql(definition)


def copy(engine: Engine, table: type[SQLModel], rows: Sequence[dict[str, Any]]) -> None:
    """Stores rows that all name the same columns; the others get the table's defaults."""
    columns = ", ".join(f'"{name}"' for name in rows[0])
    with engine.begin() as connection:
        driver: Any = connection.connection.driver_connection
        with driver.cursor().copy(f"COPY {table_of(table).name} ({columns}) FROM STDIN") as stream:
            for row in rows:
                stream.write_row(
                    [json.dumps(each) if isinstance(each, list | dict) else each for each in row.values()]
                )
