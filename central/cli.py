"""Commands of the centre, its processes and its maintenance: `ngatu central …`.

Each command imports its process itself: pages, papers and their libraries take seconds to load, and ingest,
migrations and maintenance do without them.
"""

import json
import logging
import os
import signal
import threading
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Annotated

import typer

import central.models  # noqa: F401 - all tables, whichever feature a command uses
from central import (
    audit_commands,
    backup_commands,
    job_commands,
    migrations,
    node_commands,
    people_commands,
    retention_commands,
)
from central.accounts import service as accounts
from central.cases import queries as cases
from central.citizens.files import check_picture
from central.commands import (
    ACTOR,
    CameraName,
    NodeName,
    SettingsFile,
    looking,
    now,
    of_our_time,
    open_centre,
    since_option,
    text,
    told_plainly,
    until_option,
)
from central.copies.package import CopyCheckError, check_package
from central.db import make_engine, reading, transaction
from central.devices.file import enter as enter_device_file
from central.devices.service import LARGEST_PHOTO
from central.keys import create_key, load_key
from central.media import service as media_service
from central.media.places import store_of
from central.reports.periods import CutOffs
from central.reports.periods import Kind as ReportKind
from central.settings import load_settings
from central.words.errors import told
from central.words.languages import Language
from configs.wording import counted
from contract.bundle import Kind, seal
from contract.local_time import local_day

_MOMENTS = ["%Y-%m-%dT%H:%M", "%Y-%m-%d"]

app = typer.Typer(help="The operations centre (Trung tâm điều hành).", no_args_is_help=True)
keys = typer.Typer(help="The centre's own key.", no_args_is_help=True)
media = typer.Typer(help="The evidence store.", no_args_is_help=True)
copy_commands = typer.Typer(help="Owners' copies of evidence.", no_args_is_help=True)
devices = typer.Typer(help="The register of enforcement devices.", no_args_is_help=True)
app.add_typer(people_commands.users, name="user")
app.add_typer(node_commands.nodes, name="node")
app.add_typer(audit_commands.audits, name="audit")
app.add_typer(keys, name="key")
app.add_typer(job_commands.work, name="job")
app.add_typer(media, name="media")
app.add_typer(devices, name="device")
app.add_typer(copy_commands, name="copy")
app.add_typer(people_commands.signers, name="signer")
app.command()(backup_commands.backup)
app.command()(backup_commands.restore)
app.command()(retention_commands.retention)
app.add_typer(retention_commands.holds_app, name="hold")


@app.command()
def serve(
    settings: SettingsFile = None,
    host: Annotated[str, typer.Option(help="address to listen on")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535)] = 8000,
) -> None:
    """Runs the console and the API; any number of processes, behind a TLS proxy."""
    import uvicorn

    with told_plainly():
        loaded, _ = open_centre(settings)
        from central.app import create_app

        uvicorn.run(create_app(loaded), host=host, port=port, log_config=None, access_log=False)


@app.command()
def portal(
    settings: SettingsFile = None,
    host: Annotated[str, typer.Option(help="address to listen on")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535)] = 8001,
) -> None:
    """Runs the owners' portal under its own host name; any number of processes, behind a TLS proxy."""
    import uvicorn

    with told_plainly():
        loaded, _ = open_centre(settings)
        from central.portal.app import create_portal

        uvicorn.run(create_portal(loaded), host=host, port=port, log_config=None, access_log=False)


@app.command()
def ingest(settings: SettingsFile = None) -> None:
    """Receives evidence from the broker; a second process is a standby."""
    with told_plainly():
        loaded, _ = open_centre(settings)
        from central.ingest.process import run_ingest

        run_ingest(loaded, until_signal())


@app.command()
def worker(settings: SettingsFile = None) -> None:
    """Runs background jobs: owner look-ups, deadlines, monitoring of nodes, clean-up."""
    with told_plainly():
        loaded, _ = open_centre(settings)
        from central.worker import run_worker

        if run_worker(loaded, until_signal()):
            # A call hangs: its lease ends by itself, and nothing here is worth waiting for.
            logging.shutdown()
            os._exit(0)


@app.command()
def migrate(settings: SettingsFile = None) -> None:
    """Upgrades the database to this version, or creates it."""
    with told_plainly():
        loaded = load_settings(settings)
        loaded.data_dir.mkdir(parents=True, exist_ok=True)
        migrations.upgrade(make_engine(loaded.database_url))
        typer.echo("the database is at this version")


@app.command()
def bundle(
    folder: Annotated[Path, typer.Argument(help="folder for machines without internet")],
    kind: Annotated[Kind, typer.Option(help="software for install.py, models for `ngatu edge update`")],
    name: Annotated[str, typer.Option(help="version: letters, digits, dots, dashes")],
    settings: SettingsFile = None,
) -> None:
    """Signs everything in the folder with the centre's key; nodes refuse what is not signed."""
    with told_plainly():
        signed = seal(folder, kind, name, load_key(load_settings(settings).centre_key_file), now())
        typer.echo(f"{folder}: {counted(len(signed.files), 'file')} signed as {kind} {name}")


@app.command("cases")
def list_cases(
    settings: SettingsFile = None,
    as_json: Annotated[bool, typer.Option("--json", help="one JSON list instead of lines")] = False,
    limit: Annotated[int, typer.Option(min=1, max=1000)] = 100,
) -> None:
    """Lists the latest cases."""
    with looking(settings) as session:
        rows = [
            {
                "id": case.id,
                "occurred_at": case.occurred_at.isoformat(timespec="seconds"),
                "rule": case.rule,
                "vehicle": case.vehicle_kind,
                "plate": case.plate,
                "state": case.state,
            }
            for case in cases.list_cases(session, cases.CaseFilter(), limit=limit)
        ]
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False))
    else:
        for row in rows:
            typer.echo("\t".join(str(value or "—") for value in row.values()))


@media.command("verify")
def verify_media(settings: SettingsFile = None) -> None:
    """Verifies the hash of every stored evidence file; exit code 1 if one is missing or altered."""
    with told_plainly():
        loaded, engine = open_centre(settings)
        whole = broken = 0
        with reading(engine) as session:
            for row, problem in media_service.checked(session, store_of(loaded)):
                if problem is None:
                    whole += 1
                else:
                    broken += 1
                    typer.echo(f"✗ {row.sha256} ({row.media_type}): {told(problem, 'en').detail}", err=True)
        typer.echo(f"{counted(whole, 'file is', 'files are')} whole, {counted(broken, 'is', 'are')} not")
        if broken:
            raise typer.Exit(1)


@keys.command("init")
def init_key(settings: SettingsFile = None) -> None:
    """Makes the centre's key if there is none, and prints the public half, which every node needs."""
    with told_plainly():
        typer.echo(create_key(load_settings(settings).centre_key_file).public.text)


@devices.command("enter")
def enter_device(
    node: NodeName,
    camera: CameraName,
    file: Annotated[Path, typer.Argument(help="the device, its documents and users (YAML)")],
    settings: SettingsFile = None,
) -> None:
    """Registers a camera as an enforcement device, or adds documents and users."""
    with told_plainly():
        opened, engine = open_centre(settings)
        store = store_of(opened)

        def keep(picture: bytes, name: str) -> str:
            check_picture(picture, name, LARGEST_PHOTO)
            return store.put(BytesIO(picture))

        with transaction(engine) as session:
            entry = enter_device_file(
                session,
                (node, camera),
                file,
                lambda name: accounts.get_user(session, name).id or 0,
                keep,
                ACTOR,
                now(),
            )
        kept = f"{counted(len(entry.papers), 'paper')}, {counted(len(entry.users), 'user')}"
        typer.echo(f"{node}/{camera}: {entry.name}, {kept}")


@copy_commands.command("check")
def check_copies(
    package: Annotated[Path, typer.Argument(help="the ZIP from the portal")],
    centre_key: Annotated[
        str | None, typer.Option(help="the centre's public key; else the package's")
    ] = None,
    node_key: Annotated[str | None, typer.Option(help="the node's public key; else the package's")] = None,
) -> None:
    """Checks the hashes and signatures of an owner's copies, offline; exit 1 with the first failure."""
    try:
        typer.echo(f"{counted(check_package(package, centre_key, node_key), 'file')} as signed")
    except CopyCheckError as problem:
        typer.echo(f"✗ {problem}", err=True)
        raise typer.Exit(1) from problem


@app.command("report")
def take_report(
    kind: Annotated[ReportKind, typer.Argument(help="weekly or monthly")],
    period: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"],
            callback=of_our_time,
            help="a day in the period (default: the last complete one)",
        ),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="write the workbook (.xlsx) here")] = None,
    language: Annotated[Language, typer.Option(help="language of the workbook")] = "vi",
    settings: SettingsFile = None,
) -> None:
    """Produces the leaders' report of a past period; a new revision only if a figure changed."""
    from central.reports import service as reports
    from central.reports.sheet import as_xlsx

    with told_plainly():
        loaded, engine = open_centre(settings)
        cut_offs = CutOffs(loaded.reports.weekday, loaded.reports.month_day)
        today = local_day(now())
        asked = cut_offs.around(kind, period.date()) if period else cut_offs.latest(kind, today)
        with transaction(engine) as session:
            taken = reports.take(session, loaded.unit, cut_offs, kind, asked, now(), ACTOR)
            report = reports.opened(session, taken)
            sheet = as_xlsx(report, taken.sha256, language) if out else b""
            told_as = (
                f"revision {taken.revision}, {counted(taken.corrected, 'figure')} corrected, "
                f"SHA-256 {taken.sha256}"
            )
        if out:
            out.write_bytes(sheet)
        typer.echo(f"{kind.value} {asked.first} to {asked.last}: {told_as}")


@app.command("withdraw")
def withdraw(
    node: NodeName,
    camera: CameraName,
    by: Annotated[str, typer.Option(callback=text(64), help="username of somebody who signs decisions")],
    since: Annotated[datetime, since_option(_MOMENTS)],
    until: Annotated[datetime, until_option(_MOMENTS)],
    reason: Annotated[str, typer.Option(callback=text(500, 5), help="reason, printed in the documents")],
    rule: Annotated[str | None, typer.Option(callback=text(40), help="one rule only")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="only list what would be affected")] = False,
    settings: SettingsFile = None,
) -> None:
    """Withdraws everything a camera found in a period: cases, notices, decisions; lists the cases."""
    from central.proceedings import desk, withdrawal
    from central.proceedings.people import mover
    from central.proceedings.withdrawal import Scope
    from central.web.services import Services

    scope = Scope(node, camera, since, until, rule)
    with told_plainly():
        loaded, engine = open_centre(settings)
        with transaction(engine) as session:
            person = mover(session, accounts.get_user(session, by), local_day(now()))
            if dry_run:
                for state, count in sorted(withdrawal.standing(session, scope).items()):
                    typer.echo(f"{state}\t{count}")
                return
            records = Services.of(loaded).records(session)
            act, rows = desk.withdraw(records, scope, reason, person, now())
            for row in rows:
                back = f"{row.money_back} dong\t{counted(row.points_back, 'point')}"
                typer.echo(f"{row.case_id}\t{row.stood_at}\t{back}\tpaper {row.paper_id or '-'}")
            typer.echo(f"withdrawal {act.id}: {counted(len(rows), 'case')}")


def until_signal() -> threading.Event:
    """Set when the process is asked to stop."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        # Set in a separate thread: the handler could interrupt wait() while that holds the event's lock.
        signal.signal(number, lambda *_: threading.Thread(target=stop.set).start())
    return stop
