"""Made the data in 0.1.0/: a centre and a node's outbox as version 0.1.0 (commit 7ad6b37) leaves them.

Run once, with that version's own code and nothing of today's:

    git archive 7ad6b37 | tar x -C OLD
    PYTHONPATH=OLD python tests/upgrade/golden/make_0_1_0.py postgresql://postgres@127.0.0.1:5432/NEW_EMPTY

The evidence is that of the golden packages, which lie in tests/contract/golden already: here are the
databases as SQL, the keys, what 0.1.0 itself says of its cases (said.json), and the index of an outbox.
"""

import json
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from central.registry.vault import OwnerVault
from contract.messages import Enrolment
from sqlmodel import select

import configs
from central import migrations
from central.accounts import service as accounts
from central.accounts.permissions import Role
from central.audit import service as audit
from central.cases.lifecycle import State
from central.cases.models import Case
from central.cases.service import open_case
from central.db import make_engine, transaction
from central.fleet.enrolment import enrol
from central.ingest.handler import handle
from central.ingest.work import Arrived, Tools
from central.keys import create_key
from central.media.store import MediaStore, PartialFiles
from central.offences import service as offences
from central.registry.file import FileRegistry
from central.registry.service import look_up_due, read_owner
from central.review import confirmation, decisions, queue
from central.review.decisions import Sight
from contract.signing import PublicKey
from contract.topics import CHUNK_BYTES, NodeTopics
from edge.delivery.outbox import Outbox

HERE = Path(__file__).parent
TARGET = HERE / "0.1.0"
PACKAGES = HERE.parents[1] / "contract" / "golden" / "0.1.0"
NODE = "replay"
NOW = datetime(2026, 11, 26, 2, 0, tzinfo=UTC)
LATER = NOW + timedelta(minutes=5)


def messages(package: Path) -> list[Arrived]:
    """What a node sends of a package."""
    manifest = json.loads((package / "manifest.json").read_text())
    sent = [Arrived(NodeTopics(NODE).manifest, (package / "manifest.jws").read_bytes())]
    for file in manifest["files"]:
        content = (package / file["name"]).read_bytes()
        for offset in range(0, len(content), CHUNK_BYTES):
            topic = NodeTopics(NODE).chunk(file["sha256"], offset)
            sent.append(Arrived(topic, content[offset : offset + CHUNK_BYTES]))
    return sent


def receive(engine, data: Path) -> None:
    """Everything but the last chunks of the last package arrives."""
    tools = Tools(
        MediaStore(data / "media"), PartialFiles(data / "partial"), create_key(data / "centre.key"), open_case
    )
    chains = sorted(PACKAGES.iterdir())
    with transaction(engine) as session:
        for chain in chains:
            key = (next(iter(sorted(chain.iterdir()))) / "public-key.txt").read_text().strip()
            enrol(session, Enrolment(node=NODE, public_key=key, software="ngatu 0.1.0"), NOW, "cli")
    for chain in chains:
        for package in sorted(chain.iterdir()):
            whole = messages(package)
            with transaction(engine) as session:
                handle(session, whole[:-2] if package.name == "0007-wrong_lane" else whole, tools, NOW)
    with transaction(engine) as session:
        handle(session, [Arrived(NodeTopics(NODE).manifest, b"not signed by anybody")], tools, NOW)


def sight(case: Case) -> Sight:
    """The case as it stands."""
    return Sight(case.id, case.version)


def work(engine, data: Path) -> None:
    """One case through to its offence, one rejected, one held by its operator, the others waiting."""
    with transaction(engine) as session:
        people = {}
        for name, role in (("lan", Role.OPERATOR), ("hung", Role.OFFICER), ("quan-tri", Role.ADMIN)):
            made = accounts.create_user(session, name, name.title(), role, NOW, "cli")
            people[name] = made.user
            accounts.change_password(session, made.user, made.password, "một mật khẩu đủ dài")
        lan = people["lan"]
        while (case := queue.claim_next(session, lan, "main", NOW)) is not None:
            if case.plate == "98A84619":
                decisions.accept(session, lan, sight(case), NOW)
            elif case.rule == "wrong_way":
                decisions.reject(session, lan, sight(case), NOW, "signal_not_visible", "cây che đèn")
            else:
                break
    vault = OwnerVault.create_file(data / "owner.key")
    registry = FileRegistry.load(Path(configs.__file__).parent / "sample_registry.yaml")
    look_up_due(engine, registry, vault, lambda: LATER)
    with transaction(engine) as session:
        hung = accounts.find_user(session, "hung")
        case = queue.claim_for_officer(session, hung, State.OWNER_FOUND, LATER)
        read_owner(session, hung, case, vault)
        confirmation.confirm(session, hung, sight(case), LATER, "CSGT-BN")


def said(engine) -> dict:
    """What 0.1.0 says of what it holds."""
    with transaction(engine) as session:
        cases = session.exec(select(Case).order_by(Case.event_id)).all()
        rows = [
            [
                c.event_id,
                c.rule,
                c.plate,
                str(c.state),
                c.occurred_at.astimezone(UTC).isoformat(timespec="seconds"),
            ]
            for c in cases
        ]
        numbers = [offence.number for offence in offences.list_offences(session)]
        report = audit.verify_chain(session)
        assert report.broken_at is None
        return {"cases": rows, "offences": numbers, "audit_entries": report.entries}


def centre(url: str, data: Path) -> dict:
    """A centre over that database."""
    engine = make_engine(url)
    migrations.upgrade(engine)
    receive(engine, data)
    work(engine, data)
    found = said(engine)
    engine.dispose()
    return found


def outbox(folder: Path) -> None:
    """A node whose packages are stored, sent and waiting."""
    chain = sorted((PACKAGES / "rules").iterdir())
    key = PublicKey.from_text((chain[0] / "public-key.txt").read_text().strip())
    events = [json.loads((package / "manifest.json").read_text())["event_id"] for package in chain]
    for event, package in zip(events, chain, strict=True):
        shutil.copytree(package, folder / "packages" / event)
    box = Outbox(folder, key, 10**9)
    for event, state in zip(events, ["stored", "stored", "sent", "rejected"], strict=False):
        box.mark(event, state)
    box.close()
    (TARGET / "outbox.sql").write_text("\n".join(sqlite3.connect(folder / "index.sqlite").iterdump()) + "\n")


def main(postgres: str) -> None:
    """Makes all of it."""
    TARGET.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        work_folder = Path(name)
        data = work_folder / "sqlite"
        data.mkdir()
        first = centre(f"sqlite:///{data / 'central.db'}", data)
        (TARGET / "centre.sqlite.sql").write_text(
            "\n".join(sqlite3.connect(data / "central.db").iterdump()) + "\n"
        )
        other = work_folder / "postgresql"
        other.mkdir()
        shutil.copy(data / "owner.key", other)
        shutil.copy(data / "centre.key", other)
        assert centre(postgres, other) == first
        words = [
            "pg_dump",
            "--inserts",
            "--no-owner",
            "--no-privileges",
            "--no-comments",
            f"--dbname={postgres}",
        ]
        lines = subprocess.run(words, capture_output=True, check=True, text=True).stdout.splitlines(
            keepends=True
        )
        # \restrict is psql's; what it guards against is nothing here.
        sql = [line for line in lines if not line.startswith(("\\", "--")) and line.strip()]
        (TARGET / "centre.postgresql.sql").write_text("".join(sql))
        for key in ("centre.key", "owner.key"):
            shutil.copy(data / key, TARGET / key)
        (TARGET / "said.json").write_text(json.dumps(first, ensure_ascii=False, indent=1) + "\n")
        outbox(work_folder / "outbox")


main(sys.argv[1])
