"""What the tools of PostgreSQL are told of the database: all but its password, and nothing in its place."""

from sqlalchemy import make_url

from central.backup.databases import without_password


def test_neither_the_password_nor_stars_stand_in_its_place() -> None:
    url = make_url("postgresql+psycopg://ngatu:secret@127.0.0.1:5433/ngatu?sslmode=require")
    assert without_password(url) == "postgresql://ngatu@127.0.0.1:5433/ngatu?sslmode=require"
