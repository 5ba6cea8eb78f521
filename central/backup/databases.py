"""A snapshot of the running database: taken with the database's own tools, and loaded into an empty one.

PostgreSQL: `pg_dump` under a snapshot shared with the session that reads the figures the dump must show
again. SQLite: `VACUUM INTO`, which reads one snapshot too.
"""

import os
import sqlite3
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from sqlalchemy import Engine, text
from sqlalchemy.engine import URL
from sqlmodel import Session

from central.audit import service as audit
from central.backup.contents import BackupError
from central.cases import queries as cases
from central.db import make_engine
from central.files import sync

Kind = Literal["sqlite", "postgresql"]
NAMES: dict[Kind, str] = {"sqlite": "database.sqlite", "postgresql": "database.dump"}


@dataclass(frozen=True)
class Shown:
    """Figures by which a restored database is recognised as the one that was saved."""

    cases: int
    audit_entries: int
    audit_head: str

    @classmethod
    def of(cls, session: Session) -> "Shown":
        """The figures of this database."""
        entries, head = audit.head(session)
        return cls(cases.count_all(session), entries, head)


def kind_of(engine: Engine) -> Kind:
    """Which kind of database it is."""
    return "postgresql" if engine.dialect.name == "postgresql" else "sqlite"


def dump(engine: Engine, folder: Path) -> Shown:
    """Writes a snapshot of the database into the folder. Raises BackupError, SQLAlchemyError."""
    kind = kind_of(engine)
    target = folder / NAMES[kind]
    shown = _dump_postgresql(engine, target) if kind == "postgresql" else _dump_sqlite(engine, target)
    target.chmod(0o600)
    sync(target)
    return shown


def _dump_sqlite(engine: Engine, target: Path) -> Shown:
    source = sqlite3.connect(f"file:{_file_of(engine)}?mode=ro", uri=True, timeout=30)
    try:
        source.execute("VACUUM INTO ?", (str(target),))
    except sqlite3.Error as problem:
        raise BackupError(f"the database can't be copied to {target}: {problem}") from problem
    finally:
        source.close()
    copy = make_engine(f"sqlite:///{target}")
    try:
        with Session(copy) as session:
            return Shown.of(session)
    finally:
        copy.dispose()  # what the last connection leaves is one file


def _dump_postgresql(engine: Engine, target: Path) -> Shown:
    held = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    with Session(held) as session:
        session.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))  # a dump may take hours
        snapshot = session.execute(text("SELECT pg_export_snapshot()")).scalar_one()
        words = ["pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}"]
        _run([*words, f"--file={target}"], engine.url)
        return Shown.of(session)


def load(engine: Engine, folder: Path, kind: Kind) -> None:
    """Loads a saved database into an empty one of the same kind. Raises BackupError."""
    if kind != kind_of(engine):
        raise BackupError(f"this backup is of a {kind} database; the settings name a {kind_of(engine)} one")
    source = folder / NAMES[kind]
    if kind == "postgresql":
        words = ["pg_restore", "--exit-on-error", "--single-transaction", "--no-owner", "--no-privileges"]
        _run([*words, str(source)], engine.url)
    else:
        engine.dispose()
        _load_sqlite(source, _file_of(engine))


def _load_sqlite(source: Path, target: Path) -> None:
    """The connections that found it empty may have left an empty file: it is filled, not replaced."""
    saved, empty = sqlite3.connect(f"file:{source}?mode=ro&immutable=1", uri=True), sqlite3.connect(target)
    try:
        saved.backup(empty)
    finally:
        saved.close()
        empty.close()
    target.chmod(0o600)


def _file_of(engine: Engine) -> Path:
    return Path(str(engine.url.database))


def without_password(url: URL) -> str:
    """The database address for a tool's command line.

    `URL.set` can't remove a password, and the mask it shows instead would be taken for one.
    """
    bare = URL.create("postgresql", url.username, None, url.host, url.port, url.database, url.query)
    return bare.render_as_string()


def _run(words: list[str], url: URL) -> None:
    """Runs a PostgreSQL tool. Its password is passed in the environment, which other users can't see."""
    where = without_password(url)
    password = {"PGPASSWORD": url.password} if url.password else {}
    try:
        done = subprocess.run(
            [*words, f"--dbname={where}"], env=os.environ | password, capture_output=True, text=True
        )
    except FileNotFoundError as problem:
        raise BackupError(f"{words[0]} is missing: apt-get install postgresql-client") from problem
    if done.returncode:
        raise BackupError(f"{words[0]}: {done.stderr.strip() or f'ended with {done.returncode}'}")
