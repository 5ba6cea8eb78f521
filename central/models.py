"""All tables of the centre in one place: for migrations, tests and tools that need the whole schema."""

from sqlalchemy import Table
from sqlmodel import SQLModel

import central.accounts.models
import central.audit.models  # noqa: F401

ALL_TABLES: list[Table] = list(SQLModel.metadata.sorted_tables)
