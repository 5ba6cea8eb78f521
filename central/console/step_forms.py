"""The form of a step as shown on the page: its day, its reason, and the step's own fields."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlmodel import Session

from central.accounts.service import find_by_id
from central.audit import purposes
from central.errors import ConflictError
from central.law import service as law
from central.offences import service as offences
from central.offences.models import Offence
from central.parties.service import Reader
from central.proceedings import decisions, requalifying
from central.proceedings.engine import STEPS
from central.proceedings.models import Proceeding
from central.proceedings.papers.sheet import Records
from central.proceedings.particulars import FieldShape, fields_of
from central.proceedings.people import Mover
from central.proceedings.rows import Step
from central.words.dictionary import translator
from central.words.languages import Language
from configs.law_tables import LawBook, Option
from contract.local_time import local_day


@dataclass(frozen=True)
class StepForm:
    """The fields of a step's form.

    `earliest` and `today` bound the day; `reasons` are codes to choose from (None: words only); `amounts` the
    fine of each act, for a proposal or a signature; `circumstances` their codes and texts. `acts`:
    alternatives to the act, or the proposed one; `charged`: the present one; `powers`: the person's powers to
    sign, as text, several if they must choose.
    """

    step: Step
    fields: tuple[FieldShape, ...]
    earliest: date
    today: date
    reasons: tuple[tuple[str, str], ...] = ()
    amounts: tuple[Any, ...] = ()
    circumstances: tuple[tuple[str, str, str], ...] = ()
    chosen: tuple[str, ...] = ()
    acts: tuple[Option, ...] = ()
    charged: Offence | None = None
    powers: tuple[tuple[int, str], ...] = ()


_WITH_REASON_CODES = frozenset({"decide_no_sanction", "cancel"})


def form_of(
    records: Records, proceeding: Proceeding, action: str, by: Mover, now: datetime, language: Language
) -> StepForm:
    """The form of an action. Raises KeyError for one that does not exist."""
    step, session = STEPS[action], records.session
    fields = tuple(shape for shape in fields_of(action) if shape.kind != "several")
    values: dict[str, Any] = {}
    if action in _WITH_REASON_CODES:
        values["reasons"] = _reasons(session, language)
    if action in ("propose_decision", "sign_decision"):
        values |= _amounts(records, proceeding, by, language)
    if action == "sign_decision":
        fields = ()  # by which power: a separate field of the form
        values["powers"] = _powers(session, proceeding, by, local_day(now), language)
    if action in ("propose_requalification", "requalify"):
        fields = tuple(shape for shape in fields if shape.name != "law_code")
        values |= _acts(session, proceeding, action)
    return StepForm(step, fields, proceeding.captured_on, local_day(now), **values)


def _acts(session: Session, proceeding: Proceeding, action: str) -> dict[str, Any]:
    """The rows of the law to choose from, or the proposed one."""
    charged = offences.of_case(session, proceeding.case_id)
    if action == "propose_requalification":
        return {"acts": tuple(requalifying.options(session, proceeding)), "charged": charged}
    option = requalifying.proposed(session, proceeding)
    return {"acts": (option,) if option is not None else (), "charged": charged}


def _powers(
    session: Session, proceeding: Proceeding, by: Mover, day: date, language: Language
) -> tuple[tuple[int, str], ...]:
    """The powers that cover the proposed decision: the title, and by whose delegation."""
    book, t = law.book(session), translator(language)
    found = []
    for power in decisions.powers_that_reach(session, proceeding, by, day):
        row = book.signer(power.title, day)
        words = row.name_vi if language == "vi" else row.name_en
        if power.delegation is not None:
            giver = find_by_id(session, power.delegated_by) if power.delegated_by is not None else None
            words = t("proceeding.by_delegation", title=words, number=power.delegation)
            words += f" ({giver.full_name})" if giver is not None else ""
        found.append((power.id or 0, words))
    return tuple(found)


def _reasons(session: Session, language: Language) -> tuple[tuple[str, str], ...]:
    rows = law.book(session).reasons.values()
    found = [row for row in rows if row.stage == "proceedings"]
    return tuple((row.code, row.text_vi if language == "vi" else row.text_en) for row in found)


def _found(
    records: Records, book: LawBook, proceeding: Proceeding, terms: decisions.Terms, reader: Reader
) -> list[decisions.ActAmount]:
    """Empty if nothing may be decided: the step itself says why."""
    try:
        return decisions.amounts(records.session, book, records.parties, [proceeding], terms, reader)
    except ConflictError:
        return []


def _amounts(records: Records, proceeding: Proceeding, by: Mover, language: Language) -> dict[str, Any]:
    """The fine of the act for this person without circumstances, or as proposed."""
    book = law.book(records.session)
    proposal = decisions.proposal_of(records.session, proceeding.id or 0)
    chosen = tuple(proposal.circumstances) if proposal is not None else ()
    reader = Reader(by.audit_name, purposes.DECISION, proceeding.case_id)
    terms = decisions.Terms(chosen)
    found = _found(records, book, proceeding, terms, reader) if proceeding.violator_id is not None else []
    fines = proposal.fines if proposal is not None else [amount.usual for amount in found]
    rows = book.circumstances.values()
    return {
        "amounts": tuple(zip(found, fines, strict=False)),
        "circumstances": tuple(
            (row.code, row.effect, row.text_vi if language == "vi" else row.text_en) for row in rows
        ),
        "chosen": chosen,
    }
