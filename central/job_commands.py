"""Commands for the worker's jobs (`ngatu central job`): pending jobs and dead letters."""

from typing import Annotated

import typer

from central.commands import ACTOR, SettingsFile, changing, looking, now
from central.jobs import queue as jobs
from configs.wording import counted

work = typer.Typer(help="The worker's jobs.", no_args_is_help=True)

JobNumber = Annotated[int, typer.Argument(help="number in `job list`", min=1, max=2**63 - 1)]


@work.command("list")
def list_jobs(settings: SettingsFile = None) -> None:
    """Counts jobs by kind (later, due, running, given up) and lists those given up."""
    with looking(settings) as session:
        counts, dead = jobs.counts(session, now()), jobs.list_dead(session)
    for count in counts:
        numbers = f"later {count.later}\tdue {count.due}\trunning {count.running}\tdead {count.dead}"
        typer.echo(f"{count.kind}\t{numbers}")
    for job in dead:
        typer.echo(f"✗ {job.id}\t{job.kind}\t{job.key}\t{counted(job.attempts, 'attempt')}\t{job.error}")


@work.command("retry")
def retry_job(job: JobNumber, settings: SettingsFile = None) -> None:
    """Retries a job that was given up, once its cause is fixed."""
    with changing(settings) as session:
        revived = jobs.revive(session, job, now(), ACTOR)
    typer.echo(f"{revived.kind} {revived.key} is due now")


@work.command("drop")
def drop_job(job: JobNumber, settings: SettingsFile = None) -> None:
    """Removes a job that was given up and is not needed."""
    with changing(settings) as session:
        dropped = jobs.drop(session, job, ACTOR)
    typer.echo(f"{dropped.kind} {dropped.key} is dropped")
