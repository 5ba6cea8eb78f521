"""Commands for people (`ngatu central user`, `… signer`): accounts, and who may sign decisions."""

from datetime import datetime
from typing import Annotated

import typer

from central.accounts import second_factor
from central.accounts import service as accounts
from central.accounts.permissions import Role
from central.commands import ACTOR, SettingsFile, Username, changing, now, of_our_time, text
from central.law import service as law

_DAYS = ["%Y-%m-%d"]

users = typer.Typer(help="Users of the console.", no_args_is_help=True)
signers = typer.Typer(help="Who may sign decisions.", no_args_is_help=True)


@users.command("reset-second-factor")
def reset_second_factor(username: Username, settings: SettingsFile = None) -> None:
    """Removes a lost authenticator; the user sets up a new one at the next sign-in."""
    with changing(settings) as session:
        second_factor.take_away(session, username, ACTOR)
    typer.echo(f"{username} sets up another authenticator at the next sign-in")


@users.command("add")
def add_user(
    username: Username,
    role: Annotated[Role, typer.Option(help="role of the user")],
    name: Annotated[str, typer.Option(callback=text(200, 0), help="full name")] = "",
    settings: SettingsFile = None,
) -> None:
    """Adds a user and prints a one-time password, to be changed at the first sign-in."""
    with changing(settings) as session:
        made = accounts.create_user(session, username, name or username, role, now(), ACTOR)
    typer.echo(f"{made.user.username} ({role.value}), one-time password: {made.password}")


@users.command("reset")
def reset_user(username: Username, settings: SettingsFile = None) -> None:
    """Gives a user a new one-time password."""
    with changing(settings) as session:
        made = accounts.reset_password(session, username, ACTOR)
    typer.echo(f"{made.user.username}, one-time password: {made.password}")


@users.command("disable")
def disable_user(username: Username, settings: SettingsFile = None) -> None:
    """Disables a user."""
    with changing(settings) as session:
        accounts.disable_user(session, username, now(), ACTOR)
    typer.echo(f"{username} is disabled")


@users.command("enable")
def enable_user(username: Username, settings: SettingsFile = None) -> None:
    """Enables a disabled user, with a one-time password."""
    with changing(settings) as session:
        made = accounts.enable_user(session, username, now(), ACTOR)
    typer.echo(f"{made.user.username}, one-time password: {made.password}")


@signers.command("grant")
def grant_signer(
    username: Username,
    title: Annotated[
        str, typer.Option(callback=text(40), help="as in configs/law/signers.yaml, e.g. team_head")
    ],
    since: Annotated[datetime, typer.Option("--from", formats=_DAYS, callback=of_our_time, help="first day")],
    until: Annotated[
        datetime | None, typer.Option(formats=_DAYS, callback=of_our_time, help="last day")
    ] = None,
    delegation: Annotated[
        str | None, typer.Option(callback=text(120), help="number of the written delegation")
    ] = None,
    settings: SettingsFile = None,
) -> None:
    """Lets a user sign by a title they hold, or by delegation from a holder of the title."""
    from central.proceedings.people import grant_power
    from central.proceedings.signers import Power

    with changing(settings) as session:
        user = accounts.get_user(session, username)
        power = Power(title, delegation, since.date(), until.date() if until else None)
        grant_power(session, law.book(session), user.id or 0, power, ACTOR)
    typer.echo(f"{username} may sign as {title} from {since:%Y-%m-%d}")
