"""Backup commands of the centre (`ngatu central backup`, `… restore`)."""

from pathlib import Path
from typing import Annotated

import typer

from central.backup import restoring, saving, sealing
from central.backup.contents import Shelf
from central.backup.sealing import Keys
from central.commands import ACTOR, SettingsFile, now, open_centre, told_plainly
from central.db import make_engine
from central.settings import load_settings, read_secret
from configs.wording import counted

Folder = Annotated[Path, typer.Argument(help="folder for backups, best on another machine")]
Passphrase = Annotated[
    Path | None,
    typer.Option("--passphrase-file", help="passphrase that encrypts the centre's keys; keep it elsewhere"),
]
_NAMED_AT_MOST = 10


def backup(
    folder: Folder,
    passphrase_file: Passphrase = None,
    keep: Annotated[int | None, typer.Option(min=1, help="number of backups to keep")] = None,
    settings: SettingsFile = None,
) -> None:
    """Backs up database and evidence while the centre runs; exit code 1 if evidence is missing."""
    with told_plainly():
        loaded, engine = open_centre(settings)
        shelf, source = Shelf(folder), saving.Source(loaded, engine, settings)
        saved = saving.save(source, shelf, _read(passphrase_file), ACTOR, now())
        contents, evidence = saved.contents, saved.evidence
        log = counted(contents.audit_entries, "audit entry", "audit entries")
        typer.echo(f"{saved.folder}: {counted(contents.cases, 'case')}, {log}")
        stored = f"{counted(evidence.files, 'file')} ({counted(evidence.bytes, 'byte')})"
        typer.echo(f"{stored}, {evidence.new} of them new")
        if passphrase_file is None:
            typer.echo(f"keys are not in it, keep them yourself: {', '.join(contents.keys)}")
        if keep is not None:
            typer.echo(f"{saving.thin_out(shelf, keep)} older backups removed")
        _tell("altered in the store and not saved", evidence.damaged)
        _tell("named by the database and not in the store", saved.missing)
        if evidence.damaged or saved.missing:
            raise typer.Exit(1)


def restore(
    folder: Folder,
    moment: Annotated[
        str | None, typer.Option("--set", help="name below FOLDER/sets (default: the newest)")
    ] = None,
    passphrase_file: Passphrase = None,
    check: Annotated[bool, typer.Option("--check", help="only verify the backup")] = False,
    settings: SettingsFile = None,
) -> None:
    """Restores a backup into an empty place, verified by hash; never overwrites."""
    with told_plainly():
        loaded, shelf = load_settings(settings), Shelf(folder)
        chosen = folder / "sets" / moment if moment else shelf.latest()
        passphrase = _read(passphrase_file)
        keys = sealing.unseal(chosen, passphrase) if passphrase else Keys.in_place(loaded)
        if check:
            contents = restoring.check(shelf, chosen, keys)
            files = counted(contents.media_files, "file")
            typer.echo(f"{chosen} is whole: {counted(contents.cases, 'case')}, {files}")
            return
        engine = make_engine(loaded.database_url)
        done = restoring.restore(shelf, chosen, keys, loaded, engine)
        files = counted(done.contents.media_files, "file")
        typer.echo(f"{counted(done.contents.cases, 'case')} and {files} are back")
        typer.echo(f"the audit log is whole: {counted(done.contents.audit_entries, 'entry', 'entries')}")
        _tell("named by the database and not in the backup (deleted by rule, or lost before)", done.missing)


def _read(passphrase_file: Path | None) -> str | None:
    return read_secret(passphrase_file).get_secret_value() if passphrase_file else None


def _tell(what: str, hashes: tuple[str, ...] | list[str]) -> None:
    if hashes:
        some = "\n".join(hashes[:_NAMED_AT_MOST])
        typer.echo(f"✗ {counted(len(hashes), 'file')} {what}:\n{some}", err=True)
