"""Commands of retention (`ngatu central retention`, `… hold`): data past their retention period, and legal
holds.
"""

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer
from sqlmodel import Session

from central.accounts import service as accounts
from central.commands import SettingsFile, changing, looking, now, open_centre, text, told_plainly
from central.db import reading
from central.retention import holds, service
from configs.retention import PROPOSAL, RetentionRules, load_retention
from configs.wording import counted
from contract.local_time import local_day

holds_app = typer.Typer(help="Legal holds: cases kept from deletion.", no_args_is_help=True)

CaseNumber = Annotated[int, typer.Argument(help="the case's number", min=1, max=2**31 - 1)]
Why = Annotated[str, typer.Option(callback=text(300), help="kept with the hold")]
By = Annotated[str, typer.Option(callback=text(64), help="username of whoever decided it")]


def retention(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="list what would be deleted now")] = False,
    rules_file: Annotated[
        Path | None, typer.Option("--rules", help="with --dry-run: try these rules (YAML)")
    ] = None,
    settings: SettingsFile = None,
) -> None:
    """Lists what was deleted, or with --dry-run what would be. The worker deletes hourly."""
    with told_plainly():
        loaded, engine = open_centre(settings)
        with reading(engine) as session:
            if dry_run:
                _list_due(session, load_retention(rules_file or loaded.retention_file or PROPOSAL))
                return
            for row in service.list_disposals(session):
                files = f"{counted(len(row.files), 'file')}\t{len(row.shared)} shared"
                moment = row.at.isoformat(timespec="seconds")
                typer.echo(f"{moment}\tcase {row.case_id}\t{row.rule}\t{files}\t{row.manifest_sha256}")


def _list_due(session: Session, rules: RetentionRules) -> None:
    totals: Counter[str] = Counter()
    for found in service.due(session, rules, now()):
        files, size = service.measure(session, found)
        state = "on hold" if found.held else "would go"
        ended = f"ended {local_day(found.ended_at)}"
        volume = f"{counted(files, 'file')}\t{counted(size, 'byte')}"
        typer.echo(f"{state}\tcase {found.case_id}\t{found.rule.code}\t{ended}\t{volume}")
        totals[found.rule.code] += not found.held
    for rule in rules.rules:
        typer.echo(f"{rule.code}: {counted(totals[rule.code], 'case')} past {counted(rule.days, 'day')}")
    log = service.log_due(session, rules, now())
    if log is None:
        typer.echo("audit log: no rule, it stays for ever")
    else:
        stop = f", ends before entry {log.stopped_by} (on hold, or not sent yet)" if log.stopped_by else ""
        days = rules.audit_log.days if rules.audit_log else 0
        typer.echo(f"audit log: {counted(log.entries, 'entry', 'entries')} past {counted(days, 'day')}{stop}")
    if not rules.approved:
        typer.echo("these rules are not approved by two people: nothing is deleted by them")


@holds_app.command("place")
def place_hold(case: CaseNumber, reason: Why, by: By, settings: SettingsFile = None) -> None:
    """Protects everything of a case from deletion until the hold is lifted."""
    with changing(settings) as session:
        holds.place(session, case, reason, _actor(session, by), now())
    typer.echo(f"case {case} is on hold")


@holds_app.command("lift")
def lift_hold(case: CaseNumber, reason: Why, by: By, settings: SettingsFile = None) -> None:
    """Ends a hold; the retention rules apply again from the end of the case."""
    with changing(settings) as session:
        holds.lift(session, case, reason, _actor(session, by), now())
    typer.echo(f"case {case} is no longer on hold")


@holds_app.command("list")
def list_holds(settings: SettingsFile = None) -> None:
    """Lists the cases on hold: since when, by whom and why."""
    with looking(settings) as session:
        for hold in holds.list_present(session):
            since = hold.placed_at.isoformat(timespec="seconds")
            typer.echo(f"case {hold.case_id}\t{since}\t{hold.placed_by}\t{hold.reason}")


def _actor(session: Session, username: str) -> str:
    """The person who decided it, as an actor of the audit log. Raises NotFoundError."""
    return f"user:{accounts.get_user(session, username).username}"
