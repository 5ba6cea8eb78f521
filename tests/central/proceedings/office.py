"""An office that handles cases: people in every role, a valid device, a case that was just confirmed, its
owner entered."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session

from central.accounts.models import User
from central.accounts.permissions import Role
from central.cases.models import Case
from central.cases.queries import get_case
from central.db import transaction
from central.deadlines import service as deadlines
from central.law import service as law
from central.offences.charging import AS_PROVEN, Choice
from central.parties.service import Details, Parties
from central.proceedings import decisions, parties_of_case
from central.proceedings import service as proceedings
from central.proceedings.decisions import Terms
from central.proceedings.models import Decision, Proceeding
from central.proceedings.people import Mover, citizen, grant_power, mover
from central.proceedings.service import Doing
from central.proceedings.signers import Power
from central.registry.port import Enquiry, Owner, RegisteredKind, RegisteredVehicle, Registration
from central.review import confirmation
from central.vault import BlindIndex, Vault
from contract.local_time import local_day
from tests.central.people import AFTER_UNDO, accepted_case, add_user, sight, valid_device
from tests.central.work import look_up_due, record_due

VAULT, INDEX = Vault((b"k" * 32,)), BlindIndex(b"i" * 32)
PEOPLE = {
    "lan": Role.OPERATOR,
    "hung": Role.OFFICER,
    "thiet-bi": Role.DEVICE_USER,
    "thu-ly": Role.OFFICER,
    "truong-phong": Role.SIGNER,
    "van-thu": Role.CLERK,
    "xa": Role.COMMUNE,
    "kho-bac": Role.TREASURY,
    "phap-che": Role.LAWYER,
    "quan-tri": Role.ADMIN,
}
AN = Details(kind="person", name="Nguyễn Văn An", identity="024000000001", address="Bắc Ninh")
FIRM = Details(kind="organisation", name="Công ty TNHH Sao Mai", identity="2400123456", address="Bắc Ninh")
BINH = Details(kind="person", name="Trần Thị Bình", identity="024000000002", address="Bắc Ninh")


@dataclass(frozen=True)
class Register:
    """A register that knows every plate as a white vehicle of this kind."""

    kind: RegisteredKind = RegisteredKind.CAR

    def find(self, enquiry: Enquiry) -> Registration:
        """The vehicle that was asked for."""
        vehicle = RegisteredVehicle(
            plate=enquiry.plate, plate_colour="white", kind=self.kind, brand="Vios", colour="trắng"
        )
        return Registration(
            vehicle=vehicle,
            owner=Owner(name=AN.name, identity=AN.identity, address="Bắc Ninh"),
            reference="R1",
        )


@dataclass
class Office:
    """A database, a clock that the test moves, people by name."""

    engine: Engine
    now: datetime
    people: dict[str, int] = field(default_factory=dict)
    cases: int = 0
    vault: Vault = VAULT
    index: BlindIndex = INDEX

    def open(self, title: str = "division_head") -> "Office":
        """People, the device, the signer's power."""
        with transaction(self.engine) as session:
            for name, role in PEOPLE.items():
                self.people[name] = add_user(session, name, role, self.now).id or 0
            valid_device(session, self.now, session.get_one(User, self.people["thiet-bi"]))
            power = Power(title, valid_from=date(2026, 1, 1))
            grant_power(session, law.book(session), self.people["truong-phong"], power, "test")
        return self

    def confirmed(
        self,
        owner: Details | None = AN,
        choice: Choice = AS_PROVEN,
        register: Register | None = None,
        **changes: Any,
    ) -> int:
        """A case that was accepted and confirmed just now; its id. Without an owner nobody was entered
        yet."""
        self.cases += 1
        with transaction(self.engine) as session:
            lan = session.get_one(User, self.people["lan"])
            case_id = accepted_case(session, lan, self.now, self.cases, **changes).id or 0
        look_up_due(self.engine, register or Register(), self.vault, lambda: self.now + AFTER_UNDO)
        with transaction(self.engine) as session:
            hung = session.get_one(User, self.people["hung"])
            case = get_case(session, case_id)
            confirmation.confirm(session, hung, sight(case), self.now, choice)
        record_due(self.engine, lambda: self.now + AFTER_UNDO)
        if owner is not None:
            with transaction(self.engine) as session:
                proceeding = self.proceeding(session, case_id)
                parties_of_case.owner_found(
                    session, self.parties(session), proceeding, owner, "registry R1", self.now
                )
        return case_id

    def wait(self, days: float = 0) -> None:
        """Time passes."""
        self.now += timedelta(days=days)

    def parties(self, session: Session) -> Parties:
        """The parties' service over the office's keys."""
        return Parties(session, self.vault, self.index)

    def proceeding(self, session: Session, case_id: int) -> Proceeding:
        """The locked proceeding of a case."""
        found = proceedings.of_case(session, case_id)
        assert found is not None
        assert found.id is not None
        return proceedings.lock(session, found.id)

    def by(self, session: Session, name: str) -> Mover:
        """A person, or the citizen of the case (`citizen`)."""
        if name == "citizen":
            return citizen(1)
        return mover(session, session.get_one(User, self.people[name]), local_day(self.now))

    def do(self, case_id: int, action: str, name: str, days: float = 0, **doing: Any) -> None:
        """Somebody takes a step, after some days."""
        self.wait(days)
        with transaction(self.engine) as session:
            proceeding = self.proceeding(session, case_id)
            doing.setdefault("note", "vì")
            proceedings.take(session, proceeding, Doing(action, **doing), self.by(session, name), self.now)

    def identify(
        self, case_id: int, violator_as: parties_of_case.ViolatorAs = "owner", days: float = 0
    ) -> None:
        """The case officer says who is to be fined."""
        self.wait(days)
        with transaction(self.engine) as session:
            parties_of_case.identify_violator(
                session, self.parties(session), self.proceeding(session, case_id), violator_as,
                self.by(session, "thu-ly"), self.now,
            )  # fmt: skip

    def propose(self, case_id: int, terms: Terms | None = None, days: float = 0) -> None:
        """The case officer proposes a decision."""
        self.wait(days)
        with transaction(self.engine) as session:
            decisions.propose(
                session, self.parties(session), self.proceeding(session, case_id), terms or Terms(),
                self.by(session, "thu-ly"), self.now,
            )  # fmt: skip

    def sign(self, case_id: int, days: float = 0) -> Decision:
        """The signer signs."""
        self.wait(days)
        with transaction(self.engine) as session:
            return decisions.sign(
                session,
                self.parties(session),
                self.proceeding(session, case_id),
                self.by(session, "truong-phong"),
                self.now,
            )

    def to_notice(self, case_id: int) -> None:
        """Result written, notice drawn, signed, sent and published."""
        self.do(case_id, "sign_result", "thiet-bi")
        self.do(case_id, "draw_notice", "thu-ly", 1)
        self.do(case_id, "sign_notice", "truong-phong")
        self.do(case_id, "send_notice", "van-thu")
        self.do(case_id, "publish", "thu-ly")

    def to_record(self, case_id: int) -> None:
        """The owner admits; the record is made and signed; where the right to explain opened, it is used."""
        self.to_notice(case_id)
        self.do(case_id, "admit", "citizen", 2)
        self.identify(case_id)
        self.do(case_id, "make_record", "thu-ly", 1)
        self.do(case_id, "sign_record", "citizen")

    def to_decision(self, case_id: int, terms: Terms | None = None) -> Decision:
        """An explanation was given (where it opens), the decision is signed."""
        self.to_record(case_id)
        if self.state(case_id, "explanation") == "open":
            self.do(case_id, "explain", "citizen", 1)
        self.propose(case_id, terms)
        return self.sign(case_id, 1)

    def to_delivery(self, case_id: int) -> Decision:
        """The decision was sent and delivered."""
        decision = self.to_decision(case_id)
        self.do(case_id, "send_decision", "van-thu")
        self.do(case_id, "deliver", "van-thu", 1)
        return decision

    def state(self, case_id: int, track: str) -> str:
        """Where a track is."""
        from central.proceedings.loading import load
        from central.proceedings.tracks import Track

        with transaction(self.engine) as session:
            loaded = load(session, self.proceeding(session, case_id), local_day(self.now))
            return loaded.dossier.at(Track(track))

    def last_days(self, case_id: int) -> dict[str, date]:
        """The deadlines of a case that count, by code."""
        with transaction(self.engine) as session:
            return {
                row.code: row.last_day for row in deadlines.of_case(session, case_id) if row.met_on is None
            }


def case_row(session: Session, case_id: int) -> Case:
    """The case."""
    return get_case(session, case_id)


NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
