"""Retention: what is past its time goes, out of the store too; what is on hold or in open proceedings stays;
the chain of evidence is verified afterwards as before."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, func
from sqlmodel import Session, select

from central.accounts.permissions import Role
from central.audit import service as audit
from central.cases.errors import DisposedError
from central.cases.lifecycle import Action
from central.cases.models import Case
from central.cases.queries import evidence_row, get_case, history_of, manifest_of
from central.cases.service import lock_case, open_case, take_step
from central.citizens import answers, drafts
from central.citizens.answers import Answer, Came
from central.citizens.attachments import Cupboard, File
from central.citizens.entry import Opened
from central.citizens.models import Attachment
from central.db import transaction
from central.documents.archive import Archive
from central.documents.filing import make_file
from central.documents.models import Document
from central.documents.samples import OFFICE
from central.errors import ConflictError, InvalidError, NotFoundError
from central.fleet.enrolment import enrol
from central.ingest.handler import handle
from central.ingest.models import Package
from central.ingest.work import Storage, Tools
from central.media.models import Media
from central.media.store import MediaStore, PartialFiles
from central.proceedings import closing, desk
from central.proceedings.models import Decision, DecisionAct, TrackState
from central.proceedings.papers.sheet import Records
from central.proceedings.service import Doing
from central.retention import holds, service
from central.retention.models import Disposal
from central.review import decisions, queue
from central.settings import CentralSettings
from central.vault import Vault
from central.worker import retention_handlers
from configs.retention import PROPOSAL, RetentionRules, load_retention
from contract.local_time import local_day
from tests.central.citizens.test_files import pdf
from tests.central.evidence import CENTRE_KEY, Evidence, chain, enrolment, evidence
from tests.central.people import add_user, sight
from tests.central.portal.site import SETTINGS as DESK
from tests.central.proceedings.office import VAULT, Office
from tests.central.work import run_due

RULES = load_retention()
DAYS = {rule.code: rule.days for rule in RULES.rules}


@dataclass
class Centre:
    """A centre with its store, a clock, the worker of retention."""

    engine: Engine
    folder: Path
    now: datetime

    @property
    def store(self) -> MediaStore:
        return MediaStore(self.folder / "media")

    def receive(self, packages: list[Evidence]) -> None:
        partials = PartialFiles(self.folder / "partial")
        tools = Tools(self.store, partials, CENTRE_KEY, open_case, Storage())
        for package in packages:
            with transaction(self.engine) as session:
                handle(session, package.messages(), tools, self.now)

    def reject(self, count: int) -> list[int]:
        with transaction(self.engine) as session:
            operator = add_user(session, "lan", Role.OPERATOR, self.now)
            for _ in range(count):
                case = queue.claim_next(session, operator, "main", self.now)
                assert case is not None
                decisions.reject(session, operator, sight(case), self.now, "signal_not_visible", "nhầm 29A-1")
            return list(session.exec(select(Case.id).order_by(Case.id)))  # type: ignore[arg-type]

    def work(self, days: float) -> None:
        """The worker, some days later, by rules that two people approved."""
        self.now += timedelta(days=days)
        file = self.folder / "retention.yaml"
        approved = "approved_by: [{name: Lê Lan, on: 2026-01-01}, {name: Vũ Hùng, on: 2026-01-02}]"
        file.write_text(PROPOSAL.read_text().replace("approved_by: []", approved))
        settings = CentralSettings(data_dir=self.folder, retention_file=file)
        run_due(
            self.engine, retention_handlers(self.engine, settings, self.store, lambda: self.now), self.clock
        )

    def clock(self) -> datetime:
        return self.now

    def disposals(self) -> list[tuple[int, str]]:
        with transaction(self.engine) as session:
            return sorted((row.case_id, row.rule) for row in session.exec(select(Disposal)))

    def files(self) -> int:
        return sum(path.is_file() for path in self.store.root.rglob("*"))


@pytest.fixture
def centre(engine: Engine, tmp_path: Path, now: datetime) -> Centre:
    with transaction(engine) as session:
        enrol(session, enrolment(), now, "test")
    return Centre(engine, tmp_path, now)


def test_a_rejected_case_goes_when_its_time_is_over(centre: Centre) -> None:
    centre.receive(chain(2))
    first, second = centre.reject(2)
    centre.work(DAYS["rejected_media"] - 1)
    assert (centre.disposals(), centre.files()) == ([], 4)

    centre.work(2)
    assert centre.disposals() == [
        (case, rule) for case in (first, second) for rule in ("rejected_data", "rejected_media")
    ]
    assert centre.files() == 0
    with transaction(centre.engine) as session:
        assert session.exec(select(func.count()).select_from(Media)).one() == 0
        case = get_case(session, first)
        assert (case.plate, case.plate_read, case.state) == (None, None, "rejected")
        assert case.rule == "red_light"
        assert all(not step.note and "plate_was" not in step.detail for step in history_of(session, first))
        with pytest.raises(DisposedError):
            manifest_of(session, first)
        assert "29A" not in str([row.model_dump() for row in session.exec(select(Package))])


def test_what_went_is_written_down_with_its_hashes(centre: Centre) -> None:
    (package,) = chain(1)
    centre.receive([package])
    (case_id,) = centre.reject(1)
    centre.work(DAYS["rejected_media"] + 1)
    with transaction(centre.engine) as session:
        entries = [e for e in audit.list_entries(session) if e.action == "retention.dispose"]
        went = next(e.detail for e in entries if e.detail["schedule"] == "rejected_media")
        assert went["files"] == sorted(file.sha256 for file in package.manifest.files)
        assert {e.detail["manifest"] for e in entries} == {package.manifest_sha256}
        assert evidence_row(session, case_id).manifest_sha256 == package.manifest_sha256
        assert audit.verify_chain(session).broken_at is None


def test_the_chain_of_packages_goes_on_over_what_was_deleted(centre: Centre) -> None:
    packages = chain(3)
    centre.receive(packages[:2])
    centre.reject(2)
    centre.work(DAYS["rejected_data"] + 1)
    centre.receive(packages[2:])
    with transaction(centre.engine) as session:
        rows = sorted(session.exec(select(Package)), key=lambda row: row.sequence)
    assert [(row.chain, row.manifest_sha256) for row in rows] == [
        ("linked", package.manifest_sha256) for package in packages
    ]
    assert [bool(row.jws) for row in rows] == [False, False, True]


def test_a_package_that_comes_again_brings_nothing_back(centre: Centre) -> None:
    packages = chain(1)
    centre.receive(packages)
    centre.reject(1)
    centre.work(DAYS["rejected_data"] + 1)
    centre.receive(packages)
    assert centre.files() == 0
    with transaction(centre.engine) as session:
        assert session.exec(select(Case.plate)).all() == [None]


def test_a_hold_keeps_everything_until_it_is_lifted(centre: Centre) -> None:
    centre.receive(chain(2))
    first, second = centre.reject(2)
    with transaction(centre.engine) as session:
        holds.place(session, first, "Tòa án yêu cầu", "user:lan", centre.now)
        with pytest.raises(ConflictError):
            holds.place(session, first, "lần nữa", "user:lan", centre.now)
    centre.work(10 * DAYS["rejected_media"])
    assert {case for case, _ in centre.disposals()} == {second}
    assert centre.files() == 2
    with transaction(centre.engine) as session:
        found = list(service.due(session, RULES, centre.now))
        assert [(each.case_id, each.held) for each in found] == [(first, True), (first, True)]
        holds.lift(session, first, "Tòa đã xử xong", "user:lan", centre.now)
    centre.work(1)
    assert {case for case, _ in centre.disposals()} == {first, second}
    assert centre.files() == 0


def test_a_file_that_another_case_needs_stays(centre: Centre) -> None:
    one = evidence(1)
    other = evidence(2, one.manifest_sha256, contents=[one.contents[0], b"\xff\xd8\xff another"])
    centre.receive([one, other])
    first, second = centre.reject(1)
    centre.work(DAYS["rejected_media"] + 1)
    assert {case for case, _ in centre.disposals()} == {first}
    shared, own = (file.sha256 for file in one.manifest.files)
    assert (centre.store.has(shared), centre.store.has(own)) == (True, False)
    with transaction(centre.engine) as session:
        row = session.exec(select(Disposal).where(Disposal.covers == "media")).one()
        assert (row.files, row.shared) == ([own], [shared])
        assert manifest_of(session, second).files[0].sha256 == shared


def test_the_dry_run_tells_and_deletes_nothing(centre: Centre) -> None:
    centre.receive(chain(1))
    (case_id,) = centre.reject(1)
    with transaction(centre.engine) as session:
        found = list(service.due(session, RULES, centre.now + timedelta(days=DAYS["rejected_media"] + 1)))
        measured = [service.measure(session, each) for each in found]
    assert [(each.case_id, each.rule.code) for each in found] == [
        (case_id, "rejected_media"),
        (case_id, "rejected_data"),
    ]
    assert measured[0] == (2, sum(map(len, chain(1)[0].contents)))
    assert (centre.disposals(), centre.files()) == ([], 2)


def _close(session: Session, office: Office, case_id: int) -> None:
    track = TrackState(
        proceeding_id=office.proceeding(session, case_id).id, track="case", state="closed", since=office.now
    )
    session.add(track)


def test_open_proceedings_keep_a_case_and_closed_ones_let_it_go(centre: Centre) -> None:
    office = Office(centre.engine, centre.now).open()
    open_one, closed_one = office.confirmed(), office.confirmed()
    with transaction(centre.engine) as session:
        _close(session, office, closed_one)
    later = centre.now + timedelta(days=DAYS["closed_media"] + 1)
    with transaction(centre.engine) as session:
        for case_id in (open_one, closed_one):
            take_step(session, lock_case(session, case_id), Action.EXPIRE, None, later)
    later += timedelta(days=DAYS["no_offence_media"] + 1)
    with transaction(centre.engine) as session:
        found = [(each.case_id, each.rule.code) for each in service.due(session, RULES, later)]
    assert found == [(closed_one, "closed_media")]
    with transaction(centre.engine) as session:
        assert closing.is_closed(session, closed_one)
        assert not closing.is_closed(session, open_one)


def test_without_approved_rules_nothing_is_deleted(centre: Centre) -> None:
    centre.receive(chain(1))
    centre.reject(1)
    one = centre.folder / "one.yaml"
    twice = "approved_by: [{name: Lê Lan, on: 2026-01-01}, {name: ' lê  lan', on: 2026-01-02}]"
    one.write_text(PROPOSAL.read_text().replace("approved_by: []", twice))
    later = centre.now + timedelta(days=1000)
    for file in (None, PROPOSAL, one):
        settings = CentralSettings(data_dir=centre.folder, retention_file=file)
        run_due(
            centre.engine,
            retention_handlers(centre.engine, settings, centre.store, lambda: later),
            lambda: later,
        )
    assert (centre.disposals(), centre.files()) == ([], 2)


def test_a_hold_needs_a_case_and_a_reason(centre: Centre) -> None:
    centre.receive(chain(1))
    with transaction(centre.engine) as session:
        case_id = session.exec(select(Case.id)).one() or 0
        with pytest.raises(NotFoundError):
            holds.place(session, case_id + 1, "vì", "user:lan", centre.now)
        with pytest.raises(InvalidError):
            holds.place(session, case_id, " ", "user:lan", centre.now)
        with pytest.raises(NotFoundError):
            holds.lift(session, case_id, "vì", "user:lan", centre.now)


def _letter(centre: Centre, office: Office, case_id: int) -> tuple[int, Attachment]:
    """What a citizen wrote, with a file beside it; its number."""
    with transaction(centre.engine) as session:
        papers = Records(session, office.parties(session), Archive(VAULT, centre.store, OFFICE, "BN"), DESK)
        proceeding = office.proceeding(session, case_id)
        link = papers.parties.of_case(case_id, "owner")
        assert link is not None
        answer, day = Answer("contest", "Không phải xe tôi"), local_day(centre.now)
        row = answers.keep(papers, proceeding, link.party_id, answer, Came("post", "letter", day), centre.now)
        opened = Opened(proceeding.id or 0, link.party_id, None)
        cupboard = Cupboard(centre.store, VAULT)
        file = cupboard.keep(session, opened, File("thư.pdf", pdf()), "user:x", centre.now, row.id)
        return row.id or 0, file


def test_what_citizens_wrote_of_a_closed_case_goes_with_its_data_and_a_hold_keeps_it(centre: Centre) -> None:
    office = Office(centre.engine, centre.now).open()
    cases = [office.confirmed(), office.confirmed()]
    sent = [_letter(centre, office, case_id) for case_id in cases]
    with transaction(centre.engine) as session:
        for case_id in cases:
            _close(session, office, case_id)
        holds.place(session, cases[1], "Tòa án yêu cầu", "user:lan", centre.now)
    basis = {"legal_basis": "thử", "confidence": "unsure"}
    rule = {"code": "closed_data", "covers": "personal_data", "of": "closed", "days": 400, **basis}
    rules = RetentionRules.model_validate({"approved_by": [], "rules": [rule]})
    later = office.now + timedelta(days=401)
    with transaction(centre.engine) as session:
        told = {each.case_id: each.held for each in service.due(session, rules, later)}
        measured = [service.measure(session, each)[0] for each in service.due(session, rules, later)]
    assert (told, measured) == ({cases[0]: False, cases[1]: True}, [1, 1])
    with transaction(centre.engine) as session:
        assert not service.dispose_due(session, rules, later)
    run_due(
        centre.engine,
        retention_handlers(
            centre.engine, CentralSettings(data_dir=centre.folder), centre.store, lambda: later
        ),
        lambda: later,
    )
    with transaction(centre.engine) as session:
        papers = Records(session, office.parties(session), Archive(VAULT, centre.store, OFFICE, "BN"), DESK)
        assert answers.read(papers, sent[1][0], "user:x", "thử")["text"] == "Không phải xe tôi"
        with pytest.raises(NotFoundError):
            answers.read(papers, sent[0][0], "user:x", "thử")
        assert drafts.reseal(session, VAULT) == 0, "what is gone is sealed no more"
    assert [centre.store.has(file.sealed_sha256) for _, file in sent] == [False, True]


def _papers(centre: Centre, office: Office, *case_ids: int) -> list[int]:
    """A paper of each case, with its file; their ids."""
    archive = Archive(VAULT, centre.store, OFFICE, "BN")
    found = []
    for case_id in case_ids:
        with transaction(centre.engine) as session:
            papers = Records(session, office.parties(session), archive, DESK)
            proceeding = office.proceeding(session, case_id)
            doing = Doing("decide_no_sanction", reason="not_proved", note="vì")
            by = office.by(session, "truong-phong")
            paper = desk.do(papers, proceeding, doing, by, centre.now)[1]
            assert paper is not None
            found.append(paper.id or 0)
        make_file(centre.engine, archive, None, found[-1], centre.now)
    return found


def _dispose(centre: Centre, rules: RetentionRules, now: datetime) -> None:
    """The worker by these rules, and the erasing that it asks for."""
    with transaction(centre.engine) as session:
        service.dispose_due(session, rules, now)
    settings = CentralSettings(data_dir=centre.folder)
    run_due(
        centre.engine, retention_handlers(centre.engine, settings, centre.store, lambda: now), lambda: now
    )


def test_papers_of_a_closed_case_go_and_the_register_keeps_number_and_hash(centre: Centre) -> None:
    office = Office(centre.engine, centre.now).open()
    cases = [office.confirmed(), office.confirmed(), office.confirmed()]
    papers = _papers(centre, office, *cases)
    with transaction(centre.engine) as session:
        sealed = [session.get_one(Document, paper).sealed_sha256 or "" for paper in papers]
        was = session.get_one(Document, papers[0]).model_dump()
        for case_id in cases[:2]:
            _set_closed(session, office, case_id)
        holds.place(session, cases[1], "Tòa án yêu cầu", "user:lan", centre.now)
    rule = next(rule for rule in RULES.rules if rule.covers == "papers")
    rules = RULES.model_copy(update={"rules": (rule,)})
    later = centre.now + timedelta(days=rule.days + 1)
    with transaction(centre.engine) as session:
        due = {
            each.case_id: (each.held, service.measure(session, each)[0])
            for each in service.due(session, rules, later)
        }
    assert due == {cases[0]: (False, 1), cases[1]: (True, 1)}
    _dispose(centre, rules, centre.now + timedelta(days=rule.days - 1))
    assert all(centre.store.has(one) for one in sealed)
    _dispose(centre, rules, later)
    assert [centre.store.has(one) for one in sealed] == [False, True, True]
    archive = Archive(VAULT, centre.store, OFFICE, "BN")
    with transaction(centre.engine) as session:
        gone = session.get_one(Document, papers[0])
        assert (gone.state, gone.wrapped_key, gone.sealed_values) == ("disposed", b"", b"")
        kept = ("number", "dated", "sha256", "values_sha256", "sequence")
        assert all(getattr(gone, name) == was[name] for name in kept)
        with pytest.raises(ConflictError, match="document_disposed"):
            archive.show(session, papers[0], "user:x", "thử")
        assert archive.show(session, papers[1], "user:x", "thử")[1].startswith(b"%PDF")
        other = Archive(Vault((b"n" * 32, b"k" * 32)), centre.store, OFFICE, "BN")
        assert other.reseal(session) == 2, "what is gone is sealed no more"
        [row] = session.exec(select(Disposal)).all()
        assert (row.covers, row.files) == ("papers", [sealed[0]])


def _set_closed(session: Session, office: Office, case_id: int) -> None:
    """Its proceedings are closed now."""
    query = select(TrackState).where(
        TrackState.track == "case", TrackState.proceeding_id == office.proceeding(session, case_id).id
    )
    row = session.exec(query).one()
    row.state, row.since = "closed", office.now


def test_a_decision_that_covers_an_open_case_too_keeps_its_papers(centre: Centre) -> None:
    office = Office(centre.engine, centre.now).open()
    first, second = office.confirmed(), office.confirmed()
    with transaction(centre.engine) as session:
        _close(session, office, first)
        _beside(session, office, first, second)
    rule = next(rule for rule in RULES.rules if rule.covers == "papers")
    rules = RULES.model_copy(update={"rules": (rule,)})
    later = centre.now + timedelta(days=rule.days + 1)
    _dispose(centre, rules, later)
    assert centre.disposals() == []
    with transaction(centre.engine) as session:
        _close(session, office, second)
    _dispose(centre, rules, later + timedelta(days=1))
    assert {case for case, _ in centre.disposals()} == {first, second}


def _beside(session: Session, office: Office, *case_ids: int) -> None:
    """Cases decided by one decision."""
    proceedings = [office.proceeding(session, case_id) for case_id in case_ids]
    people, today = office.people, local_day(office.now)
    decision = Decision(
        number="1/QĐ", unit="BN", year=2026, sequence=1, organisation=False, signer_title="x", fine=0,
        points=0,
        party_id=office.parties(session).of_case(case_ids[0], "owner").party_id,  # type: ignore[union-attr]
        signer_id=people["truong-phong"], operator_id=people["lan"], officer_id=people["hung"],
        signed_on=today, signed_at=office.now, limitation_on=today, decide_by=today,
    )  # fmt: skip
    session.add(decision)
    session.flush()
    for proceeding in proceedings:
        session.add(
            DecisionAct(
                decision_id=decision.id or 0, proceeding_id=proceeding.id or 0,
                offence_id=proceeding.offence_id or 0, low=0, high=1, fine=0, points=0,
            )
        )  # fmt: skip


def test_the_audit_log_goes_by_its_rule_and_a_hold_keeps_it(centre: Centre) -> None:
    centre.receive(chain(1))
    (case_id,) = centre.reject(1)
    assert RULES.audit_log is not None
    with transaction(centre.engine) as session:
        holds.place(session, case_id, "Thanh tra", "user:lan", centre.now)
        before = service.log_due(session, RULES, datetime.now(UTC) + RULES.audit_log.kept)
        assert before is not None
        assert before.stopped_by is not None
        assert service.log_due(session, RULES, datetime.now(UTC)).entries == 0  # type: ignore[union-attr]
        assert service.log_due(session, RULES.model_copy(update={"audit_log": None}), centre.now) is None
        holds.lift(session, case_id, "xong", "user:lan", centre.now)
    with transaction(centre.engine) as session:
        after = service.log_due(session, RULES, datetime.now(UTC) + RULES.audit_log.kept)
        assert after is not None
        assert after.entries > before.entries
        service.cut_log(session, RULES, datetime.now(UTC) + RULES.audit_log.kept)
    with transaction(centre.engine) as session:
        assert audit.verify_chain(session).broken_at is None
        assert audit.list_entries(session)[0].action == audit.CUT
