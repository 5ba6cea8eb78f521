"""Shared start of the centre's commands: settings, a database of this version, errors in one line."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import Field, TypeAdapter, ValidationError
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from central import migrations
from central.backup.contents import BackupError
from central.db import DatabaseUnfitError, make_engine, reading, transaction
from central.errors import DomainError
from central.keys import KeyFileError
from central.media.store import StorageError
from central.registry.file import FileRegistryError
from central.settings import CentralSettings, SettingsError, load_settings
from central.values import OUR_TIME, Text
from central.vault import VaultError
from central.words.errors import told
from configs.loading import ConfigError
from contract.bundle import BundleError
from contract.local_time import VIETNAM

ACTOR = "cli"

SettingsFile = Annotated[
    Path | None,
    typer.Option(
        "--settings",
        envvar="NGATU_CENTRAL_SETTINGS",
        help="settings file (YAML); without it only the environment is read",
    ),
]


def text(most: int, least: int = 1) -> Callable[[str | None], str | None]:
    """Callback of a text that is typed: the same rules as for texts of the console and the API."""
    kind: TypeAdapter[str] = TypeAdapter(Annotated[Text, Field(min_length=least, max_length=most)])

    def checked(typed: str | None) -> str | None:
        try:
            return None if typed is None else kind.validate_python(typed)
        except ValidationError as problem:
            raise typer.BadParameter(problem.errors(include_url=False)[0]["msg"]) from None

    return checked


def of_our_time(typed: datetime | None) -> datetime | None:
    """Callback of a day or moment that is typed: one in whose year no case can be is refused."""
    first, last = OUR_TIME
    if typed is not None and not first <= typed.year <= last:
        raise typer.BadParameter(f"the year must be from {first} to {last}")
    return typed


def since_option(formats: list[str]) -> Any:
    """Option of the moment a period begins, typed in one of these formats."""
    return typer.Option("--from", formats=formats, callback=_in_vietnam, help="start, Vietnamese time")


def until_option(formats: list[str]) -> Any:
    """Option of the moment a period ends, typed in one of these formats."""
    return typer.Option(formats=formats, callback=_in_vietnam, help="end (not included), Vietnamese time")


def _in_vietnam(typed: datetime) -> datetime:
    of_our_time(typed)
    return typed.replace(tzinfo=VIETNAM)


Username = Annotated[str, typer.Argument(callback=text(64))]
NodeName = Annotated[str, typer.Argument(callback=text(63))]
CameraName = Annotated[str, typer.Argument(callback=text(80))]


@contextmanager
def told_plainly() -> Iterator[None]:
    """Reports a problem that a person can fix in one line, without a traceback; the command ends with 1."""
    try:
        yield
    except DomainError as problem:
        typer.echo(f"✗ {told(problem, 'en').sentence}", err=True)
        raise typer.Exit(1) from problem
    except _TOLD as problem:
        typer.echo(f"✗ {problem}", err=True)
        raise typer.Exit(1) from problem
    except SQLAlchemyError as problem:
        cause = getattr(problem, "orig", None) or problem
        first_line, *_ = str(cause).strip().splitlines() or [type(cause).__name__]
        typer.echo(f"✗ the database can't be used: {first_line}", err=True)
        raise typer.Exit(1) from problem


_TOLD = (
    BackupError,
    BundleError,
    ConfigError,
    DatabaseUnfitError,
    FileRegistryError,
    KeyFileError,
    OSError,
    SettingsError,
    StorageError,
    VaultError,
)


def open_centre(path: Path | None) -> tuple[CentralSettings, Engine]:
    """Settings, and a database that is at this version. Raises DatabaseUnfitError when it is not."""
    settings = load_settings(path)
    engine = make_engine(settings.database_url)
    standing = migrations.standing(engine)
    if standing.state != "current":
        raise DatabaseUnfitError(standing.words)
    return settings, engine


@contextmanager
def changing(path: Path | None) -> Iterator[Session]:
    """A transaction of the centre whose settings stand in that file: committed when the block ends, rolled
    back when it raises; problems are reported as in `told_plainly`. Report success after the block.
    """
    with told_plainly():
        _, engine = open_centre(path)
        with transaction(engine) as session:
            yield session


@contextmanager
def looking(path: Path | None) -> Iterator[Session]:
    """A read-only session of that centre; problems are reported as in `told_plainly`."""
    with told_plainly():
        _, engine = open_centre(path)
        with reading(engine) as session:
            yield session


def now() -> datetime:
    """The wall clock of a command."""
    return datetime.now(UTC)
