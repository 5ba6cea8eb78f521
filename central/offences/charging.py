"""Possible charges of a case: the law of its day, the registered class, the evidence and the road."""

from dataclasses import dataclass, replace
from typing import ClassVar, get_args

from sqlmodel import Session

from central.cases.models import Case
from central.cases.queries import manifest_of
from central.devices.service import is_expressway
from central.errors import ConflictError, InvalidError
from central.law.service import book
from central.registry.service import latest_answer, registered_vehicle
from configs.law_rows import Party, VehicleClass
from configs.law_tables import Option, Scene, vehicle_class
from contract.manifest import ViolationManifest
from contract.vehicles import VehicleKind


class NoOffenceInLawError(ConflictError):
    """The law table has no offence for this rule and vehicle on that day: nobody can be charged."""

    code: ClassVar[str] = "no_offence_in_law"


class ActNotChosenError(InvalidError):
    """The evidence alone does not say which act it was, or the chosen act needs an officer's reason."""

    code: ClassVar[str] = "act_not_chosen"


@dataclass(frozen=True)
class Choice:
    """The officer's charge: a law code (None: the offence proved by the evidence), the reason, and whether it
    caused an accident.
    """

    law_code: str | None = None
    reason: str = ""
    accident: bool = False


AS_PROVEN = Choice()
"""The lowest offence proved by the evidence alone."""


def options_for(
    session: Session,
    case: Case,
    *,
    accident: bool = False,
    party: Party = "driver",
) -> tuple[Option, ...]:
    """The possible charges of this case: see `LawBook.options`."""
    scene = _scene(session, case, accident=accident)
    if scene is None:
        return ()
    return book(session).options(case.rule, class_of(session, case), case.occurred_at, scene, party)


def options_anew(session: Session, case: Case) -> tuple[Option, ...]:
    """Alternative charges of a recorded case: every act the finding may be, for each class of vehicle, its
    driver and its owner, with and without an accident; those of the case's own class first.
    """
    found = _scene(session, case)
    if found is None:
        return ()
    own = class_of(session, case)
    classes = sorted(get_args(VehicleClass), key=lambda vehicle: vehicle != own)
    parties: tuple[Party, ...] = get_args(Party)
    options = (
        option
        for vehicle in classes
        for scene in (found, replace(found, accident=True))
        for party in parties
        for option in book(session).options(case.rule, vehicle, case.occurred_at, scene, party)
    )
    return tuple({option.offence.code: option for option in options}.values())


def _scene(session: Session, case: Case, *, accident: bool = False) -> Scene | None:
    """What the evidence and the road show; None for a case that was sent as a test."""
    assert case.id is not None
    manifest = manifest_of(session, case.id)
    if manifest.test:
        return None
    expressway = manifest.expressway or is_expressway(session, case.node, case.camera)
    measured = case.rule == manifest.rule.name
    return Scene(facts_of(manifest) if measured else None, expressway, accident)


def class_of(session: Session, case: Case) -> VehicleClass | None:
    """The vehicle class in the article: from the register if known, otherwise from the picture."""
    assert case.id is not None
    registered = registered_vehicle(latest_answer(session, case.id))
    return registered.kind.law_class if registered else vehicle_class(VehicleKind(case.vehicle_kind))


def facts_of(manifest: ViolationManifest) -> dict[str, str]:
    """Facts of a finding used by the law table: the rule broken (`basis`), the `movement`, and the text
    values of its reasons.

    Manifests of schema 1 contain none of it.
    """
    told = {name: value for said in manifest.reasons for name, value in said.values.items()}
    facts = {name: value for name, value in told.items() if isinstance(value, str)}
    known = {"basis": manifest.rule.basis, "movement": manifest.movement}
    return facts | {name: value for name, value in known.items() if value is not None}


def chosen(options: tuple[Option, ...], choice: Choice) -> Option:
    """The officer's option, or the default: the lowest that the evidence proves.

    Raises:
        NoOffenceInLawError: nothing to charge, or not with that code.
        ActNotChosenError: the evidence alone proves nothing, or an unproven act was chosen without a reason.
    """
    if not options:
        raise NoOffenceInLawError("case")
    if choice.law_code is None:
        if not options[0].proven and not choice.accident:
            raise ActNotChosenError("not_proven", field="law_code")
        found = options[0]
    else:
        wanted = [option for option in options if option.offence.code == choice.law_code]
        if not wanted:
            raise NoOffenceInLawError("law_code", law_code=choice.law_code)
        found = wanted[0]
    if not found.proven and not choice.reason.strip():
        raise ActNotChosenError("reason", field="reason")
    return found
