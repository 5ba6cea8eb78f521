"""Commands for nodes (`ngatu central node`): enrolment, invitations, keys, accounts at the broker."""

from pathlib import Path
from typing import Annotated

import typer

from central.commands import (
    ACTOR,
    NodeName,
    SettingsFile,
    changing,
    looking,
    now,
    open_centre,
    text,
    told_plainly,
)
from central.db import transaction
from central.fleet import broker_accounts, enrolment, joining, service
from central.keys import create_key
from central.settings import SettingsError
from configs.wording import counted
from contract.joining import Invitation

nodes = typer.Typer(help="Nodes: enrolment, invitations, keys.", no_args_is_help=True)


@nodes.command("add")
def add_node(
    file: Annotated[Path, typer.Argument(help="the node's enrolment document (JSON)")],
    settings: SettingsFile = None,
) -> None:
    """Enrols a node, or a new key of an enrolled node."""
    with changing(settings) as session:
        document = enrolment.parse_enrolment(file.read_bytes())
        enrolment.enrol(session, document, now(), ACTOR)
    typer.echo(f"node {document.node} is enrolled")


@nodes.command("invite")
def invite_node(
    node: NodeName,
    address: Annotated[
        str | None, typer.Option(help="web address of this centre (default: nodes.address)")
    ] = None,
    settings: SettingsFile = None,
) -> None:
    """Prints an invitation for `ngatu edge join`, valid for one node, once, for two days."""
    with told_plainly():
        loaded, engine = open_centre(settings)
        where = address or loaded.nodes.address
        if where is None:
            raise SettingsError("nodes.address is not set: give --address https://…")
        key = create_key(loaded.centre_key_file).public.text
        try:
            with transaction(engine) as session:
                secret = joining.invite(session, node, now(), ACTOR)
                invitation = Invitation(node=node, address=where, centre_key=key, secret=secret)
        except ValueError as problem:
            raise SettingsError(f"{where}: {problem}") from problem
        typer.echo(invitation.code)


@nodes.command("accounts")
def node_accounts(
    passwords: Annotated[Path, typer.Argument(help="Mosquitto's password file")],
    settings: SettingsFile = None,
) -> None:
    """Writes the accounts of nodes that joined by invitation into the broker's password file."""
    with looking(settings) as session:
        changed = broker_accounts.write(passwords, broker_accounts.accounts(session))
    typer.echo(f"{counted(changed, 'account')} changed" + ("; reload the broker (SIGHUP)" if changed else ""))


@nodes.command("keys")
def node_keys(node: NodeName, settings: SettingsFile = None) -> None:
    """Lists the keys of a node, newest first: since when, retired, revoked."""
    with looking(settings) as session:
        for key in joining.keys(session, node):
            ends = [
                f"{word} {at:%Y-%m-%d %H:%M}Z"
                for word, at in (("retired", key.retired_at), ("revoked", key.revoked_at))
                if at
            ]
            typer.echo("\t".join([key.key_id, f"{key.enrolled_at:%Y-%m-%d %H:%M}Z", *ends]))


@nodes.command("revoke-key")
def revoke_node_key(
    node: NodeName,
    key: Annotated[str, typer.Argument(callback=text(80))],
    reason: Annotated[str, typer.Option(callback=text(200, 3), help="reason, kept with the key")],
    settings: SettingsFile = None,
) -> None:
    """Revokes one key: nothing signed with it is accepted any more."""
    with changing(settings) as session:
        joining.revoke_key(session, node, key, reason, now(), ACTOR)
    typer.echo(f"node {node}: key {key} is revoked")


@nodes.command("list")
def list_nodes(settings: SettingsFile = None) -> None:
    """Lists all nodes: id, state, last seen."""
    with looking(settings) as session:
        for node in service.list_nodes(session):
            seen = node.last_seen_at.isoformat(timespec="seconds") if node.last_seen_at else "never"
            typer.echo(f"{node.id}\t{node.state}\t{seen}")


@nodes.command("revoke")
def revoke_node(
    node: NodeName,
    reason: Annotated[str, typer.Option(callback=text(200, 3), help="reason, kept with the keys")],
    settings: SettingsFile = None,
) -> None:
    """Revokes all keys of a node: nothing it signs is accepted any more."""
    with changing(settings) as session:
        count = enrolment.revoke(session, node, reason, now(), ACTOR)
    typer.echo(f"node {node}: {counted(count, 'key')} revoked")
