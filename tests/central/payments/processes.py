"""Portal and worker as processes of their own that may be killed at any moment, around one database and a
bank."""

import multiprocessing
import os
import socket
import threading
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from multiprocessing.process import BaseProcess
from pathlib import Path

import uvicorn
from sqlmodel import Session

from central.db import make_engine
from central.documents.archive import Archive
from central.documents.samples import OFFICE
from central.jobs.runner import Runner
from central.media.store import MediaStore
from central.parties.service import Parties
from central.payments.filing import gateway_of
from central.payments.work import handlers
from central.portal.app import create_portal
from central.proceedings.papers.sheet import Records
from central.settings import CentralSettings, OfficeSettings, PaymentSettings
from ngatu.logs import log_to_stderr
from tests.central.proceedings.office import INDEX, VAULT

STARTS = multiprocessing.get_context("forkserver")
"""Processes are forked from one that has loaded everything: a new one works within tenths of a second."""
STARTS.set_forkserver_preload([__name__])

FASTER = 30
"""So much faster than life the clock of all goes: the lease of a killed worker is over in a second."""


@dataclass(frozen=True)
class FastClock:
    """The same moment in every process; it began at `starts` when the machine's clock showed `began`."""

    starts: datetime
    began: float = field(default_factory=time.time)

    def __call__(self) -> datetime:
        """The moment it shows."""
        return self.starts + timedelta(seconds=(time.time() - self.began) * FASTER)


@dataclass(frozen=True)
class Ground:
    """What a process needs to begin."""

    folder: Path
    database: str
    bank: str
    clock: FastClock

    def settings(self) -> CentralSettings:
        """As both processes read them."""
        payment = PaymentSettings(
            url=self.bank, token_file=self.folder / "token", secret_file=self.folder / "secret"
        )
        return CentralSettings(
            data_dir=self.folder, secure_cookies=False, unit="BN", database=self.database, payment=payment
        )


def portal(ground: Ground, listener: socket.socket) -> None:
    """Takes call-backs until it is killed."""
    log_to_stderr()
    config = uvicorn.Config(create_portal(ground.settings(), ground.clock), log_level="critical")
    uvicorn.Server(config).run(sockets=[listener])


def worker(ground: Ground) -> None:
    """Counts money and asks for returns until it is killed."""
    log_to_stderr()
    settings = ground.settings()
    engine = make_engine(ground.database)

    def records(session: Session) -> Records:
        archive = Archive(VAULT, MediaStore(ground.folder / "media"), OFFICE, "BN")
        return Records(session, Parties(session, VAULT, INDEX), archive, OfficeSettings())

    found = handlers(engine, records, gateway_of(settings.payment), ground.clock)
    Runner(engine, found, ground.clock).run(threading.Event())


def started(kind: str, ground: Ground, listener: socket.socket) -> BaseProcess:
    """A new `portal` or `worker`."""
    if kind == "portal":
        process = STARTS.Process(target=portal, args=(ground, listener), daemon=True)
    else:
        process = STARTS.Process(target=worker, args=(ground,), daemon=True)
    process.start()
    return process


def killed(process: BaseProcess) -> None:
    """Without a word, wherever it is."""
    assert process.pid is not None
    os.kill(process.pid, 9)
    process.join()
