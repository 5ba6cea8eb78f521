"""The operations centre (Trung tâm điều hành, IOC): from evidence to a recorded offence."""

from sqlmodel import SQLModel

# Set here because it must hold before any table is declared, whichever module is imported first.
SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
