"""An office whose papers have files, and the portal over the same database: for tests over HTTP."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from io import BytesIO
from pathlib import Path

from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import col, select

from central.db import transaction
from central.documents.archive import Archive
from central.documents.models import Document
from central.documents.samples import OFFICE
from central.fleet.enrolment import enrol
from central.media.store import MediaStore
from central.portal.app import Portal, create_portal
from central.proceedings import desk, payments
from central.proceedings.decisions import Terms
from central.proceedings.models import Decision, NoticeAccess
from central.proceedings.papers.sheet import Records
from central.proceedings.service import Doing
from central.settings import CentralSettings, OfficeSettings
from central.vault import BlindIndex, Vault
from tests.central.copying import make_copies
from tests.central.evidence import NODE_KEY, clip, enrolment, picture
from tests.central.proceedings import office as offices
from tests.central.proceedings.office import Office

SETTINGS = OfficeSettings(portal="http://testserver")


@dataclass
class PortalSite:
    """Office, archive and portal; `keys` are number, plate and code of each case's notice."""

    office: Office
    archive: Archive
    portal: Portal
    keys: dict[int, dict[str, str]] = field(default_factory=dict)

    def browser(self) -> TestClient:
        """A new browser."""
        return TestClient(self.portal, follow_redirects=True, raise_server_exceptions=False)

    def do(self, case_id: int, action: str, name: str, days: float = 0, **doing: object) -> Document | None:
        """A step at the desk; its paper."""
        self.office.wait(days)
        with transaction(self.office.engine) as session:
            records = Records(session, self.office.parties(session), self.archive, SETTINGS)
            doing.setdefault("note", "vì")
            return desk.do(
                records,
                self.office.proceeding(session, case_id),
                Doing(action, **doing),  # type: ignore[arg-type]
                self.office.by(session, name),
                self.office.now,
            )[1]

    def noticed(self, **changes: object) -> int:
        """A case whose notice was sent; its id. Its files are in the store."""
        case_id = self.office.confirmed(**changes)  # type: ignore[arg-type]
        number = self.office.cases
        for content in changes.get("contents") or (picture(number), clip(number)):  # type: ignore[attr-defined]
            self.archive.store.put(BytesIO(content))
        self.do(case_id, "sign_result", "thiet-bi")
        self.do(case_id, "draw_notice", "thu-ly", 1)
        self.keys[case_id] = self._key(case_id)
        self.make_copies(case_id)
        self.office.do(case_id, "sign_notice", "truong-phong")
        self.office.do(case_id, "send_notice", "van-thu")
        self.office.do(case_id, "publish", "thu-ly")
        return case_id

    def recorded(self, case_id: int) -> None:
        """The owner admits; the record is made, and where the right to explain opened, it is used."""
        office = self.office
        office.do(case_id, "admit", "citizen", 2)
        office.identify(case_id)
        office.do(case_id, "make_record", "thu-ly", 1)
        office.do(case_id, "sign_record", "citizen")
        if office.state(case_id, "explanation") == "open":
            office.do(case_id, "explain", "citizen", 1)

    def proposed(self, case_id: int) -> None:
        """The owner admits and explains; the decision is proposed."""
        self.recorded(case_id)
        self.office.propose(case_id)

    def sign_on_paper(self, case_id: int) -> dict[str, str]:
        """The signer signs the proposed decision, and it is sent; what opens the portal with its paper."""
        office = self.office
        with transaction(office.engine) as session:
            records = Records(session, office.parties(session), self.archive, SETTINGS)
            proceeding, by = office.proceeding(session, case_id), office.by(session, "truong-phong")
            decision, paper = desk.sign_decision(records, proceeding, by, office.now)
            values = self.archive.values_of(paper)
        office.do(case_id, "send_decision", "van-thu")
        assert values["portal"]["link"].endswith(f"&c={values['access_code']}")
        plate = self.keys[case_id]["plate"]
        return {"number": decision.number, "plate": plate, "code": values["access_code"]}

    def decided_together(self, lead: int, *others: int) -> dict[str, str]:
        """One decision on several cases, sent; what opens the portal with its paper."""
        for case_id in (lead, *others):
            self.recorded(case_id)
        self.office.propose(lead, Terms(with_cases=others))
        return self.sign_on_paper(lead)

    def decided(self, case_id: int) -> Decision:
        """The owner admits, the decision is signed, sent and delivered."""
        office = self.office
        self.proposed(case_id)
        decision = office.sign(case_id, 1)
        office.do(case_id, "send_decision", "van-thu")
        office.do(case_id, "deliver", "van-thu", 1)
        return decision

    def in_parts(self, case_id: int, amounts: tuple[int, ...]) -> list[date]:
        """The owner may pay in parts, the first by the last day to pay, the others thirty days apart; their
        days."""
        office = self.office
        last = office.last_days(case_id)["payment"]
        days = [last + timedelta(days=30 * number) for number in range(len(amounts))]
        parts = tuple({"due": d.isoformat(), "amount": a} for d, a in zip(days, amounts, strict=True))
        with transaction(office.engine) as session:
            proceeding = office.proceeding(session, case_id)
            owner, signer = office.by(session, "citizen"), office.by(session, "truong-phong")
            relief = payments.ask_relief(session, proceeding, "instalments", "khó khăn", owner, office.now)
            granted = payments.Grant(until=days[-1], parts=parts)
            payments.answer_relief(session, proceeding, relief, granted, "có xác nhận", signer, office.now)
        return days

    def make_copies(self, case_id: int) -> int:
        """What the worker does."""
        return make_copies(self.office.engine, self.archive.store, case_id, self.office.now)

    def _key(self, case_id: int) -> dict[str, str]:
        with transaction(self.office.engine) as session:
            proceeding = self.office.proceeding(session, case_id)
            query = select(NoticeAccess).where(NoticeAccess.proceeding_id == proceeding.id)
            access = session.exec(query.order_by(col(NoticeAccess.document_id).desc())).first()
            assert access is not None
            values = self.archive.values_of(session.get_one(Document, access.document_id))
            return {"number": access.number, "plate": access.plate, "code": values["portal"]["code"]}

    def enter(self, case_id: int, browser: TestClient | None = None) -> TestClient:
        """A browser in which the case's notice is open."""
        browser = browser or self.browser()
        answer = browser.post("/open", data=self.keys[case_id])
        assert answer.status_code == 200, answer.text
        return browser

    def page_of(self, case_id: int) -> str:
        """The address of a case's page."""
        with transaction(self.office.engine) as session:
            return f"/cases/{self.office.proceeding(session, case_id).id}"


def portal_site(
    engine: Engine,
    folder: Path,
    now: datetime,
    wrap: Callable[[CentralSettings], CentralSettings] = lambda s: s,
) -> PortalSite:
    """The office with its portal. The tests' fixed keys lie in the folder, so both open the same seals."""
    for name, key in (("owner.key", b"k" * 32), ("index.key", b"i" * 32)):
        (folder / name).write_text(key.hex() + "\n")
        (folder / name).chmod(0o600)
    assert Vault.from_file(folder / "owner.key").keys == offices.VAULT.keys
    assert BlindIndex.create_file(folder / "index.key").key == offices.INDEX.key
    url = engine.url.render_as_string(hide_password=False)
    settings = wrap(
        CentralSettings(data_dir=folder, database=url, secure_cookies=False, unit="BN", office=SETTINGS)
    )
    office = Office(engine, now).open()
    with transaction(engine) as session:
        enrol(session, enrolment(key=NODE_KEY), now, "test")
    archive = Archive(offices.VAULT, MediaStore(settings.media_dir), OFFICE, "BN")
    site = PortalSite(office, archive, create_portal(settings, clock=lambda: office.now))
    return site


def text_of(page: str) -> str:
    """What a page says, tags and white space taken out."""
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())
