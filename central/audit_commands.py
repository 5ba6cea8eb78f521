"""Commands of the audit log (`ngatu central audit`): its chain, and the report of a breach taken from it."""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from central.audit import breach
from central.audit import service as audit
from central.commands import (
    ACTOR,
    SettingsFile,
    looking,
    now,
    open_centre,
    since_option,
    text,
    told_plainly,
    until_option,
)
from central.db import transaction
from central.reports import breach as breach_report
from configs.wording import counted

audits = typer.Typer(help="The audit log.", no_args_is_help=True)

_MOMENTS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]


@audits.command("verify")
def verify_audit(settings: SettingsFile = None) -> None:
    """Verifies the chain of the audit log; exit code 1 at the first altered entry."""
    with looking(settings) as session:
        report = audit.verify_chain(session)
    if report.broken_at is not None:
        typer.echo(f"✗ after {report.entries} good entries: {report.reason}", err=True)
        raise typer.Exit(1)
    typer.echo(f"{counted(report.entries, 'entry', 'entries')}, the chain is whole")


@audits.command("breach")
def breach_of(
    since: Annotated[datetime, since_option(_MOMENTS)],
    until: Annotated[datetime, until_option(_MOMENTS)],
    out: Annotated[Path, typer.Option(help="PDF file to write")],
    person: Annotated[str | None, typer.Option(callback=text(64), help="one account only")] = None,
    language: Annotated[Literal["vi", "en"], typer.Option(help="language of the report")] = "vi",
    settings: SettingsFile = None,
) -> None:
    """Writes the data-breach report: whose personal data was accessed in a period, and by whom."""
    from central.web.services import Services

    with told_plainly():
        loaded, engine = open_centre(settings)
        with transaction(engine) as session:
            found = breach.report(session, since, until, person)
            detail = {"first": since.isoformat(), "last": until.isoformat(), "person": person or ""}
            audit.record(session, ACTOR, "audit.readings", "audit", detail)
            told = breach_report.Told.of(session, found, language)
        out.write_bytes(breach_report.as_pdf(told, Services.of(loaded).archive.office, now()))
        typer.echo(f"{out}: {counted(found.readers, 'reader')}, {counted(found.subjects('case'), 'case')}")
