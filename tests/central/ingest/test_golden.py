"""Packages of every released version are taken in, and what is kept and given out is what was signed."""

from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from central.cases import queries, service
from central.cases.models import Case
from central.db import transaction
from central.fleet.enrolment import enrol
from central.ingest.work import Arrived
from central.jobs.runner import Runner
from central.worker import case_handler
from contract.package import MANIFEST_FILE, SIGNATURE_FILE, verify_package
from contract.reports import Enrolment
from contract.topics import CHUNK_BYTES, NodeTopics
from tests.central.ingest.conftest import Centre
from tests.contract.golden.packages import CHAINS, FOLDER


def messages(package: Path) -> list[Arrived]:
    """A package as its node sends it."""
    manifest = verify_package(package).manifest
    assert manifest is not None
    topics = NodeTopics(manifest.node)
    pieces = [
        Arrived(topics.chunk(file.sha256, offset), content[offset : offset + CHUNK_BYTES])
        for file in manifest.files
        for content in [(package / file.name).read_bytes()]
        for offset in range(0, len(content), CHUNK_BYTES)
    ]
    return [Arrived(topics.manifest, (package / SIGNATURE_FILE).read_bytes()), *pieces]


class RealCases(Centre):
    """Ingest that opens real cases."""

    open_case = staticmethod(service.open_case)  # type: ignore[assignment]


def find_pictures(ioc: Centre) -> None:
    """The worker's part: pictures that name a frame are looked for in the clip before the case is open."""

    def clock() -> datetime:
        return ioc.now

    Runner(ioc.engine, [case_handler(ioc.engine, ioc.tools.store, clock)], clock).run_due()


@pytest.mark.parametrize("chain", CHAINS, ids=lambda path: str(path.relative_to(FOLDER)))
def test_a_chain_of_any_release_becomes_cases(
    engine: Engine, tmp_path: Path, centre: Centre, chain: Path
) -> None:
    packages = sorted(chain.iterdir())
    key = (packages[0] / "public-key.txt").read_text().strip()
    with transaction(engine) as session:
        enrol(session, Enrolment(node="replay", public_key=key, software="old"), centre.now, "test")
    ioc = RealCases(engine, tmp_path, centre.now)
    receipts = [ioc.receive(messages(package))[-1] for package in packages]
    assert [receipt.state for receipt in receipts] == ["stored"] * len(packages)
    assert {stored.chain for stored in ioc.packages()} == {"linked"}
    find_pictures(ioc)
    assert (ioc.quarantined(), ioc.alarms()) == ([], set())
    with transaction(engine) as session:
        cases = {case.event_id: case for case in session.exec(select(Case))}
        for package, receipt in zip(packages, receipts, strict=True):
            case = cases[receipt.event_id]
            assert case.id is not None
            assert queries.signed_bytes(session, case.id) == (package / MANIFEST_FILE).read_bytes()
            assert queries.evidence_row(session, case.id).jws == (package / SIGNATURE_FILE).read_text()
            assert queries.manifest_of(session, case.id).event_id == receipt.event_id
