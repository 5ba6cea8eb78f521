"""The worker's part in a notice: copies of evidence. Nothing is hidden: the tests' pictures are none."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import Engine
from sqlmodel import select

from central.copies import service as copies
from central.copies.masking import Errand, Hidden
from central.copies.service import Workshop
from central.db import transaction
from central.jobs.models import Job
from central.media.store import MediaStore
from tests.central.evidence import CENTRE_KEY


def marked(errands: Sequence[Errand]) -> Iterator[Hidden]:
    """Copies that are not the originals."""
    for errand in errands:
        errand.target.write_bytes(errand.source.read_bytes() + str(errand.own["plate"]).encode())
        yield Hidden(frames=1, plates=2, faces=1)


def make_copies(engine: Engine, store: MediaStore, case_id: int, now: datetime) -> int:
    """Makes what a case lacks; returns how many."""
    return copies.make(engine, Workshop(store, lambda: CENTRE_KEY, marked), case_id, lambda: now)


def make_asked_copies(engine: Engine, store: MediaStore, now: datetime) -> None:
    """Makes the copies of every case that has them asked for."""
    with transaction(engine) as session:
        asked = session.exec(select(Job).where(Job.kind == copies.MAKE)).all()
        for job in asked:
            session.delete(job)
    for job in asked:
        make_copies(engine, store, int(job.payload["case"]), now)
