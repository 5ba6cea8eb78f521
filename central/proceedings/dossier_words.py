"""A case in the wording of papers: vehicle, act, persons, officials, as Vietnamese papers name them."""

from datetime import date

from sqlmodel import Session

from central.accounts.service import find_by_id
from central.cases.models import Case
from central.documents import values as v
from central.documents.phrases import article
from central.offences.models import Offence
from central.parties.service import Details
from central.proceedings.signers import Power
from central.registry.service import latest_answer, registered_vehicle
from central.words.dictionary import translator
from configs.law_tables import LawBook, LawError
from contract.plates import interpretations
from contract.vehicles import VehicleKind

VIETNAMESE = translator("vi")
"""Texts of papers."""

_AMENDED = " (sửa đổi bởi "


def vehicle_of(session: Session, case: Case) -> v.Vehicle:
    """The vehicle as registered, if the register knows it; otherwise as seen."""
    assert case.id is not None
    registered = registered_vehicle(latest_answer(session, case.id))
    kind = registered.kind if registered else case.vehicle_kind
    colour = registered.plate_colour if registered else case.plate_colour
    return v.Vehicle(
        kind=VIETNAMESE(f"vehicle.{kind}"),
        plate=printed_plate(case),
        plate_colour=VIETNAMESE(f"plate_colour.{colour}").lower() if colour else "không rõ",
        brand=registered.brand if registered else None,
        colour=registered.colour if registered else None,
    )


def printed_plate(case: Case) -> str:
    """The plate with its dashes and dots."""
    kind = VehicleKind(case.vehicle_kind)
    found = interpretations(case.plate or "", colour=case.plate_colour, vehicle=kind)  # type: ignore[arg-type]
    return found[0].printed if found else case.plate or "không rõ"


def act_of(case: Case, offence: Offence) -> v.Act:
    """The act with its article, when and where."""
    amended = offence.legal_basis.partition(_AMENDED)[2].rstrip(")") or None
    return v.Act(
        words=offence.act_vi,
        article=article(offence.article, amended) if offence.article else offence.legal_basis,
        at=case.occurred_at,
        place=case.site_name,
        number=offence.number,
    )


def person_of(details: Details) -> v.Person:
    """A party as papers name them."""
    licence = None
    if details.licence_number:
        parts = [f"số {details.licence_number}"]
        parts += [f"hạng {details.licence_class}"] if details.licence_class else []
        parts += [f"do {details.licence_issuer} cấp"] if details.licence_issuer else []
        licence = ", ".join(parts)
    return v.Person(
        organisation=details.organisation,
        name=details.name,
        identity=details.identity,
        address=details.address,
        phone=details.phone,
        birth=details.birth,
        nationality=details.nationality,
        occupation=details.occupation,
        identity_issued=details.identity_issued,
        licence=licence,
        representative=details.representative,
        representative_title=details.representative_title,
    )


def official_of(session: Session, user_id: int | None, unit: str, title: str | None = None) -> v.Official:
    """A person of the centre as papers name them."""
    user = find_by_id(session, user_id) if user_id is not None else None
    name = user.full_name if user is not None else "—"
    word = title or (VIETNAMESE(f"role.{user.role}") if user is not None else "—")
    return v.Official(name=name, title=word, unit=unit)


def title_words(book: LawBook, power: Power, day: date) -> str:
    """A signer's title in words, from the law of that day."""
    try:
        return book.signer(power.title, day).name_vi
    except LawError:
        return power.title


def delegation_words(session: Session, book: LawBook, power: Power, day: date) -> str:
    """The delegation behind a paper (Law Art 54): its number, and whose power it gives."""
    giver = find_by_id(session, power.delegated_by) if power.delegated_by is not None else None
    whose = title_words(book, power, day) + (f" {giver.full_name}" if giver is not None else "")
    return f"Quyết định giao quyền xử phạt số {power.delegation} của {whose}"


def signature_of(book: LawBook, power: Power, name: str, day: date) -> v.Signature:
    """The signature: the title, and by which delegation."""
    title = title_words(book, power, day).upper()
    if power.delegation is None:
        return v.Signature(titles=(title,), name=name)
    return v.Signature(titles=(f"KT. {title}", f"(Giao quyền số {power.delegation})"), name=name)
