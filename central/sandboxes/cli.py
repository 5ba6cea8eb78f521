"""`ngatu sandbox …`: simulated national systems, on this machine only."""

from importlib.resources import files
from pathlib import Path
from typing import Annotated

import typer
import uvicorn

from central.clock import utc_now
from central.sandboxes.national import create_national
from central.sandboxes.payment import Bank, create_bank, teller
from central.settings import read_secret

app = typer.Typer(help="Simulated national systems, for tests.", no_args_is_help=True)

Port = Annotated[int, typer.Option(min=1, max=65535)]


@app.command()
def payment(
    callback: Annotated[str, typer.Option(help="the portal's address for call-backs, …/payment/told")],
    token_file: Annotated[Path, typer.Option(help="token the centre must present")],
    secret_file: Annotated[Path, typer.Option(help="key for signing call-backs, shared with the centre")],
    books: Annotated[Path, typer.Option(help="JSON file for orders and transactions")],
    port: Port = 8010,
) -> None:
    """A collecting bank: orders, payments right and wrong, call-backs, refunds, the day's file."""
    token = read_secret(token_file).get_secret_value()
    secret = read_secret(secret_file).get_secret_value().encode()
    bank = Bank(books, token, teller(callback, secret, utc_now), utc_now)
    uvicorn.run(create_bank(bank, f"http://127.0.0.1:{port}"), port=port, log_config=None, access_log=False)


@app.command()
def national(
    token_file: Annotated[Path, typer.Option(help="token the centre must present")],
    books: Annotated[Path, typer.Option(help="folder for the data of the simulated systems")],
    port: Port = 8020,
) -> None:
    """The national systems in one process: each under its own path, with a page that sets how it behaves."""
    token = read_secret(token_file).get_secret_value()
    samples = Path(str(files("configs")))
    uvicorn.run(create_national(books, token, samples), port=port, log_config=None, access_log=False)
